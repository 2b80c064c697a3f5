import Access
import Foundation
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Serving
import Synchronization

/// GetRecommendations where everything that it needs is in memory, from the bytes of a request to those of the answer.
///
/// It gives what `AccessResponder` and `PersonalizeResponder` would give, or nothing: every request that it does not answer,
/// such as any with a mistake, takes the way of all others.
struct DirectResponder: Sendable {
    let recommendations: RecommendationService
    let control: AccessControl
    let meters: RequestMeters
    let stages: RequestStages
    private let heads = ResponseHeads()

    init(
        recommendations: RecommendationService, control: AccessControl, meters: RequestMeters, stages: RequestStages
    ) {
        self.recommendations = recommendations
        self.control = control
        self.meters = meters
        self.stages = stages
    }

    private typealias Operation = GetRecommendations
    private static let service = KeyRole.Service.personalizeRuntime
    private static let method = Array("POST".utf8)
    private static let target = Array(Operation.path.utf8)
    private static let amazonTarget = Array("x-amz-target".utf8)
    private static let authorization = Array("authorization".utf8)
    private static let scope = Array("/\(service.signingName)/aws4_request".utf8)

    /// The bytes of an answer; nil for a request that must go on.
    ///
    /// - Parameter request: What the frame was read from.
    func answer(to frame: RequestFrame, _ request: ByteBuffer) -> ByteBuffer? {
        let start = ContinuousClock.now
        guard Self.takes(frame, request.readableBytesUInt8Span), mayPass(frame, request),
            let input = stages.time(.parse, { Self.input(of: frame, request) }),
            let output = try? recommendations.recommendationsFromMemory(input)
        else { return nil }
        let answer = stages.time(.encode) {
            heads.answer(ResponseEncoder.text(of: output), request: IdentifierSource.shared.next())
        }
        meters.record(
            service: Operation.service.rawValue, operation: Operation.name, status: 200,
            duration: ContinuousClock.now - start)
        return answer
    }

    private static func input(of frame: RequestFrame, _ request: ByteBuffer) -> GetRecommendationsRequest? {
        request.withUnsafeReadableBytes { bytes in
            UnsafeRawBufferPointer(rebasing: bytes[frame.body]).withMemoryRebound(to: UInt8.self) {
                RequestDecoder.decodeFlat(GetRecommendationsRequest.self, from: $0)
            }
        }
    }

    private static func takes(_ frame: RequestFrame, _ bytes: Span<UInt8>) -> Bool {
        RequestFrame.isText(target, frame.target, in: bytes) && RequestFrame.isText(method, frame.method, in: bytes)
            && frame.value(of: amazonTarget, in: bytes) == nil
            && isSignedForRuntime(frame, bytes)
    }

    /// A request that is signed for another service is for that service.
    private static func isSignedForRuntime(_ frame: RequestFrame, _ bytes: Span<UInt8>) -> Bool {
        guard let value = frame.value(of: authorization, in: bytes) else { return true }
        guard value.count >= scope.count else { return false }
        for start in value.lowerBound...(value.upperBound - scope.count)
        where RequestFrame.isText(scope, start..<(start + scope.count), in: bytes) {
            return true
        }
        return false
    }

    private func mayPass(_ frame: RequestFrame, _ request: ByteBuffer) -> Bool {
        do {
            if try control.acceptsAnyKey() { return true }
            return try stages.time(.signature) {
                let verified = try control.verify(
                    SignedRequest(frame, request), for: Self.service,
                    payloadHash: SignatureV4.hash(
                        request.getSlice(
                            at: request.readerIndex + frame.body.lowerBound, length: frame.body.count) ?? ByteBuffer()))
                try control.authorize(verified.grant, operation: Operation.name, of: Self.service)
                return true
            }
        } catch {
            return false
        }
    }
}

extension SignedRequest {
    fileprivate init(_ frame: RequestFrame, _ request: ByteBuffer) {
        func text(_ part: Range<Int>) -> String {
            request.getString(at: request.readerIndex + part.lowerBound, length: part.count) ?? ""
        }
        self.init(
            method: text(frame.method), target: text(frame.target),
            headers: frame.fields.map { (name: text($0.name), value: text($0.value)) })
    }
}

/// The lines before the body of an answer, of which the date is written anew each second.
private final class ResponseHeads: Sendable {
    private let newest = Mutex<(second: Int, bytes: [UInt8])>((0, []))

    func answer(_ body: [UInt8], request identifier: String) -> ByteBuffer {
        let head = current
        var answer = ByteBufferAllocator().buffer(capacity: head.count + body.count + 128)
        answer.writeBytes(head)
        answer.writeString(identifier)
        answer.writeStaticString("\r\nContent-Length: ")
        answer.writeString(String(body.count))
        answer.writeStaticString("\r\n\r\n")
        answer.writeBytes(body)
        return answer
    }

    private var current: [UInt8] {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let second = Int(time.tv_sec)
        return newest.withLock { newest in
            if newest.second != second {
                let date = WireDate.http(Date(timeIntervalSince1970: Double(second)))
                let head = """
                    HTTP/1.1 200 OK\r
                    Content-Type: \(GetRecommendations.service.contentType)\r
                    Date: \(date)\r
                    Server: \(PalateServer.name)\r
                    x-amzn-RequestId: \("")
                    """
                newest = (second, Array(head.utf8))
            }
            return newest.bytes
        }
    }
}
