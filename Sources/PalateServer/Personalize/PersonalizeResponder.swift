import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PersonalizeAPI

/// Answers the three Personalize services: AWS JSON 1.1 by target, REST-JSON by path.
///
/// The one place where errors become wire errors.
struct PersonalizeResponder: Sendable {
    let operations: OperationTable

    func respond(to request: Request, target: String, context: PalateRequestContext) async -> Response {
        guard let operation = OperationRegistry.operation(target: target) else {
            return Self.response(
                to: PersonalizeError(.unknownOperationException, "There is no operation \(target.prefix(100))."),
                from: .personalize, context: context)
        }
        return await respond(to: request, with: operation, context: context)
    }

    func respond(to request: Request, path: String, context: PalateRequestContext) async -> Response {
        guard let operation = OperationRegistry.operation(method: request.method.rawValue, path: path) else {
            return Self.response(
                to: PersonalizeError(
                    .unknownOperationException, "There is no operation \(request.method.rawValue) \(path.prefix(100))."),
                from: .personalizeRuntime, context: context)
        }
        return await respond(to: request, with: operation, context: context)
    }

    private func respond(
        to request: Request, with operation: any PersonalizeOperation.Type, context: PalateRequestContext
    ) async -> Response {
        do {
            guard let handler = operations.handler(for: operation) else {
                throw PersonalizeError(
                    .unknownOperationException, "This version does not have the operation \(operation.name).")
            }
            let body = try await Self.body(of: request)
            // What takes longer than a list would keep those waiting who share the event loop.
            let answer =
                operation.service == .personalizeRuntime
                ? try await handler(body)
                : try await withTaskExecutorPreference(globalConcurrentExecutor) { try await handler(body) }
            return Self.response(status: .ok, body: answer, from: operation.service, context: context)
        } catch let error as PersonalizeError {
            return Self.response(to: error.modelled(for: operation), from: operation.service, context: context)
        } catch {
            context.logger.error(
                "An operation failed", metadata: ["operation": "\(operation.name)", "error": "\(error)"])
            let hidden = PersonalizeError(
                .internalServerError, "The operation failed; the log has the reason under this request's identifier.")
            return Self.response(to: hidden, from: operation.service, context: context)
        }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        do {
            var request = request
            return Array(buffer: try await request.collectBody(upTo: RequestDecoder.defaultMaximumBytes))
        } catch is NIOTooManyBytesError {
            throw PersonalizeError(
                .requestEntityTooLargeException,
                "The request body must not be larger than \(RequestDecoder.defaultMaximumBytes) bytes.")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw PersonalizeError.serialization("The request ended before its body was complete.")
        }
    }

    static func response(
        to error: PersonalizeError, from service: PersonalizeService, context: PalateRequestContext
    ) -> Response {
        var response = response(
            status: .init(code: error.httpStatus(for: service)), body: error.body(for: service), from: service,
            context: context)
        response.headers[.amazonErrorType] = error.errorTypeHeader
        return response
    }

    private static func response(
        status: HTTPResponse.Status, body: [UInt8], from service: PersonalizeService, context: PalateRequestContext
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: service.contentType, .amazonRequestIdentifier: context.requestIdentifier],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
