import Access
import Foundation
import HTTPTypes
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Serving
import Synchronization

/// GetRecommendations where everything that it needs is in memory, without a task of its own.
///
/// It gives what `AccessResponder` and `PersonalizeResponder` would give, or nothing: every request that it does not answer,
/// such as any with a mistake, takes the way of all others.
struct DirectResponder: Sendable {
    let recommendations: RecommendationService
    let control: AccessControl
    let meters: RequestMeters
    let stages: RequestStages
    private let date = HTTPDate()

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

    /// Whether a request may be one that is answered here.
    func takes(_ head: HTTPRequest) -> Bool {
        guard head.method == .post, head.path == Operation.path else { return false }
        return !head.headerFields.contains { field in
            field.name == .amazonTarget || field.name == .expect
                || field.name == .connection && field.value.lowercased() != "keep-alive"
        }
    }

    /// Nil for a request that must go on.
    func answer(to head: HTTPRequest, _ body: ByteBuffer) -> (head: HTTPResponse, body: ByteBuffer)? {
        let start = ContinuousClock.now
        guard mayPass(head, body),
            let input = try? stages.time(
                .parse, { try RequestDecoder.decode(Operation.Input.self, from: body.readableBytesView) }),
            let output = try? recommendations.recommendationsFromMemory(input),
            let answer = try? stages.time(.encode, { try ResponseEncoder.encode(output) })
        else { return nil }
        var response = HTTPResponse(status: .ok)
        response.headerFields = [
            .contentType: Operation.service.contentType,
            .amazonRequestIdentifier: IdentifierSource.shared.next(),
            .contentLength: String(answer.count), .date: date.now, .server: PalateServer.name,
        ]
        meters.record(
            service: Operation.service.rawValue, operation: Operation.name, status: 200,
            duration: ContinuousClock.now - start)
        return (response, ByteBuffer(bytes: answer))
    }

    private func mayPass(_ head: HTTPRequest, _ body: ByteBuffer) -> Bool {
        if let authorization = head.headerFields[.authorization],
            ServiceDispatcher.service(signedIn: authorization) != Self.service.signingName
        {
            return false
        }
        do {
            if try control.acceptsAnyKey() { return true }
            return try stages.time(.signature) {
                let verified = try control.verify(
                    SignedRequest(head), for: Self.service, payloadHash: SignatureV4.hash(body))
                try control.authorize(verified.grant, operation: Operation.name, of: Self.service)
                return true
            }
        } catch {
            return false
        }
    }
}

extension SignedRequest {
    init(_ head: HTTPRequest) {
        var headers = head.headerFields.map { (name: $0.name.canonicalName, value: $0.value) }
        if let host = head.authority { headers.append((name: "host", value: host)) }
        self.init(method: head.method.rawValue, target: head.path ?? "/", headers: headers)
    }
}

/// The time as the `Date` header has it, written anew each second.
private final class HTTPDate: Sendable {
    private let newest = Mutex<(second: Int, text: String)>((0, ""))

    var now: String {
        let now = Date()
        let second = Int(now.timeIntervalSince1970)
        return newest.withLock { newest in
            if newest.second != second { newest = (second, WireDate.http(now)) }
            return newest.text
        }
    }
}
