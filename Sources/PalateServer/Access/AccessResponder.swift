import Access
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Serving

/// Lets a request through to the services when its signature is right and its key's role covers the operation.
struct AccessResponder: Sendable {
    let control: AccessControl
    let dispatcher: ServiceDispatcher
    let answers: AccessAnswers
    let stages: RequestStages

    func respond(
        to request: Request, at destination: ServiceDispatcher.Destination, context: PalateRequestContext
    ) async throws -> Response {
        guard destination != .health, !(destination.isOperatorsPage && Self.isLocal(request, context)) else {
            return try await dispatcher.respond(to: request, at: destination, context: context)
        }
        var request = request
        var context = context
        do {
            if try !control.acceptsAnyKey() {
                (request, context) = try await stages.time(.signature) { [request, context] in
                    var admitted = (request: request, context: context)
                    try await admit(&admitted.request, destination, &admitted.context)
                    return admitted
                }
            }
        } catch let failure as AccessFailure {
            if case .unavailable(let reason) = failure { context.logger.error("\(reason)") }
            return answers.answer(to: failure, request, destination.service, context)
        } catch is NIOTooManyBytesError {
            return answers.tooLarge(destination.service, context)
        } catch is UnfinishedBody {
            return answers.unfinished(destination.service, context)
        }
        return try await dispatcher.respond(to: request, at: destination, context: context)
    }

    /// Whether the request comes from this machine itself, and not through a proxy on it.
    private static func isLocal(_ request: Request, _ context: PalateRequestContext) -> Bool {
        context.isFromLoopback
            && !request.headers.contains { field in
                let name = field.name.canonicalName
                return name == "forwarded" || name == "via" || name.hasPrefix("x-forwarded-") || name == "x-real-ip"
            }
    }

    private func admit(
        _ request: inout Request, _ destination: ServiceDispatcher.Destination, _ context: inout PalateRequestContext
    ) async throws {
        var collected: ByteBuffer?
        let source = request
        let verified = try await control.verify(SignedRequest(request.head), for: destination.service) {
            var source = source
            do {
                let body = try await source.collectBody(upTo: RequestDecoder.defaultMaximumBytes)
                collected = body
                return SignatureV4.hash(body)
            } catch let error where error is NIOTooManyBytesError || error is CancellationError {
                throw error
            } catch {
                throw UnfinishedBody()
            }
        }
        if let collected { request.body = RequestBody(buffer: collected) }
        context.grant = verified.grant
        context.chunkSignatures = verified.chunkSignatures
        if let operation = await Self.operation(request, destination) {
            try control.authorize(verified.grant, operation: operation, of: destination.service)
        }
    }

    /// The operation's name; nil for what the service will answer with an error anyway.
    private static func operation(_ request: Request, _ destination: ServiceDispatcher.Destination) async -> String? {
        switch destination {
        case .health, .metrics, .trainings: nil
        case .target(let target): OperationRegistry.operation(target: target)?.name
        case .path: OperationRegistry.operation(method: request.method.rawValue, path: request.uri.path)?.name
        case .s3: request.method.rawValue
        case .iam, .sts: try? await QueryProtocolRequest(request).action
        }
    }
}

/// The client ended the request before its body was complete.
private struct UnfinishedBody: Error {}

extension SignedRequest {
    fileprivate init(_ head: HTTPRequest) {
        var headers = head.headerFields.map { (name: $0.name.canonicalName, value: $0.value) }
        if let host = head.authority { headers.append((name: "host", value: host)) }
        self.init(method: head.method.rawValue, target: head.path ?? "/", headers: headers)
    }
}
