/// What is added up apart from everything else.
package struct AttributedSeries: Sendable, Hashable {
    /// Names the metric attribution; see ``MetricAttributionResource``.
    package let attribution: String
    package let metric: String
    package let eventType: String
    /// As reports name it: `sum` or `samplecount`.
    package let function: String
    package let source: String

    package init(attribution: String, metric: String, eventType: String, function: String, source: String) {
        self.attribution = attribution
        self.metric = metric
        self.eventType = eventType
        self.function = function
        self.source = source
    }
}

/// What one event, or many, add to a series.
package struct AttributedValue: Sendable, Equatable {
    package let series: AttributedSeries
    /// When the 15-minute window begins: seconds since 1970.
    package let window: Int64
    package var value: Double

    package init(series: AttributedSeries, window: Int64, value: Double) {
        self.series = series
        self.window = window
        self.value = value
    }
}

/// Adds up in memory, in order of first appearance.
struct AttributionTotals {
    private struct Key: Hashable {
        let series: AttributedSeries
        let window: Int64
    }

    private(set) var values: [AttributedValue] = []
    private var places: [Key: Int] = [:]

    mutating func add(_ value: AttributedValue) {
        let key = Key(series: value.series, window: value.window)
        if let place = places[key] {
            values[place].value += value.value
        } else {
            places[key] = values.count
            values.append(value)
        }
    }
}
