import PersonalizeAPI
import Datasets

/// The metrics of an ACTIVE metric attribution, ready to be applied to events.
struct AttributionPlan: Sendable {
    struct Metric: Sendable {
        let name: String
        let function: MetricExpression.Function
    }

    /// Of an event without a source (developer guide, "Event metrics and attribution reports").
    static let undefinedSource = "SOURCE_NAME_UNDEFINED"

    /// ``MetricAttributionResource/key``.
    let key: String
    let attribution: MetricAttributionResource
    /// The group's dataset of items; nil when it has none.
    let items: DatasetResource?
    private let metrics: [String: [Metric]]
    /// Whether a metric sums a column of the items.
    let needsItems: Bool

    init(_ attribution: MetricAttributionResource, items: DatasetResource?) throws {
        key = attribution.key
        self.attribution = attribution
        self.items = items
        var metrics: [String: [Metric]] = [:]
        var needsItems = false
        for metric in attribution.metrics {
            let function = try MetricExpression(parsing: metric.expression).function
            if case .sum(.items, _) = function { needsItems = true }
            metrics[metric.eventType, default: []].append(Metric(name: metric.metricName, function: function))
        }
        self.metrics = metrics
        self.needsItems = needsItems
    }

    func measures(_ eventType: String) -> Bool { metrics[eventType] != nil }

    /// What one event adds.
    ///
    /// - Parameters:
    ///   - cell: The event's own cell in a column; nil for a null.
    ///   - itemValue: The value of the event's item in a numeric column.
    func forEachValue(
        ofEventType eventType: String, cell: (String) -> String?, itemValue: (String) -> Double?,
        _ body: (Metric, Double) throws -> Void
    ) rethrows {
        for metric in metrics[eventType] ?? [] {
            let value: Double? =
                switch metric.function {
                case .sampleCount: 1
                case .sum(.items, let column): itemValue(column)
                case .sum(_, let column): cell(column).flatMap { Double($0) }
                }
            if let value, value.isFinite { try body(metric, value) }
        }
    }

    /// Which part of time an event belongs to (developer guide, "Measuring recommendation impact with a metric
    /// attribution": calculations are aggregated over a 15-minute window).
    static let windowSeconds: Int64 = 15 * 60

    /// - Parameter time: Seconds since 1970, not negative.
    /// - Returns: When the window of `time` begins.
    static func window(of time: Int64) -> Int64 { time - time % windowSeconds }

    /// Whether the view of sums takes an event of this age: less than fourteen days (developer guide, "Guidelines and
    /// requirements for a metric attribution"), and at most two hours ahead (CloudWatch API reference,
    /// "PutMetricData").
    static func isRecent(_ time: Int64, now: Int64) -> Bool {
        time >= 0 && now - 14 * 86_400 < time && time <= now + 2 * 3600
    }
}
