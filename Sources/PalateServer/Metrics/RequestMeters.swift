import Metrics
import Synchronization

/// The counters and timers of requests, looked up by fewer words than their labels are made of.
final class RequestMeters: Sendable {
    private struct Key: Hashable {
        let service: String
        let operation: String
        let status: Int
    }

    private struct Meters: Sendable {
        let requests: Counter
        let duration: Metrics.Timer
    }

    private let registry: MetricRegistry
    private let known = Mutex<[Key: Meters]>([:])

    init(registry: MetricRegistry) { self.registry = registry }

    func record(service: String, operation: String, status: Int, duration: Duration) {
        let meters = known.withLock { known in
            let key = Key(service: service, operation: operation, status: status)
            if let found = known[key] { return found }
            let labels = [("service", service), ("operation", operation)]
            let made = Meters(
                requests: Counter(
                    label: "palate_requests_total", dimensions: labels + [("status", String(status))],
                    factory: registry),
                duration: Metrics.Timer(
                    label: "palate_request_duration_seconds", dimensions: labels, factory: registry))
            known[key] = made
            return made
        }
        meters.requests.increment()
        meters.duration.record(duration: duration)
    }
}
