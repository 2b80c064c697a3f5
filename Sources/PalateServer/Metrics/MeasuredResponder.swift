import Access
import HTTPTypes
import Hummingbird
import PersonalizeAPI

/// Counts and times the requests of each operation.
struct MeasuredResponder: HTTPResponder {
    typealias Context = PalateRequestContext

    /// Methods of object-store requests that are shown by name.
    private static let methods: Set<String> = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"]

    let responder: AccessResponder
    let meters: RequestMeters

    func respond(to request: Request, context: PalateRequestContext) async throws -> Response {
        let start = ContinuousClock.now
        let destination = responder.dispatcher.destination(of: request)
        let (service, operation) = Self.labels(request, destination)
        func record(status: Int) {
            meters.record(
                service: service, operation: operation, status: status, duration: ContinuousClock.now - start)
        }
        do {
            let response = try await responder.respond(to: request, at: destination, context: context)
            record(status: response.status.code)
            return response
        } catch {
            record(status: (error as? any HTTPResponseError)?.status.code ?? 500)
            throw error
        }
    }

    /// Text that a caller chooses never becomes a label: the series would be without bound.
    private static func labels(
        _ request: Request, _ destination: ServiceDispatcher.Destination
    ) -> (service: String, operation: String) {
        switch destination {
        case .health: return ("operator", "health")
        case .metrics: return ("operator", "metrics")
        case .trainings: return ("operator", "trainings")
        case .s3:
            let method = request.method.rawValue
            return ("s3", methods.contains(method) ? method : "other")
        case .iam: return ("iam", "all")
        case .sts: return ("sts", "all")
        case .target(let target):
            return ("personalize", OperationRegistry.operation(target: target)?.name ?? "unknown")
        case .path(let service):
            let operation = OperationRegistry.operation(method: request.method.rawValue, path: request.uri.path)
            return (operation?.service.rawValue ?? service.rawValue, operation?.name ?? "unknown")
        }
    }
}
