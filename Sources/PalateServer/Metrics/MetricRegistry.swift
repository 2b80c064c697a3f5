package import Metrics
import Synchronization

/// Counters, gauges and timers of one server, for `GET /metrics`.
///
/// It is handed to each metric rather than made the process's own: servers in one process must not share figures.
/// A series lives as long as the registry, so whoever makes metrics bounds the values of their dimensions.
package final class MetricRegistry: MetricsFactory, Sendable {
    private struct Key: Hashable {
        let name: String
        let labels: [MetricLabel]
    }

    private let all = Mutex<[Key: any MetricSeries]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return series(label, dimensions) { HistogramSeries() } }
        return series(label, dimensions) { GaugeSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { HistogramSeries() }
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The series of a name and labels. One that is there already as another kind is left alone, and what is recorded in
    /// the one that is given instead is not shown.
    private func series<Series: MetricSeries>(
        _ name: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series {
        let labels = dimensions.map { MetricLabel(name: $0.0, value: $0.1) }
        return all.withLock { all in
            let key = Key(name: name, labels: labels)
            if let found = all[key] { return found as? Series ?? make() }
            let made = make()
            all[key] = made
            return made
        }
    }

    /// All series, sorted by name and labels.
    func write(to text: inout PrometheusText) {
        let all = all.withLock { $0 }
            .sorted { ($0.key.name, $0.key.labels.description) < ($1.key.name, $1.key.labels.description) }
        for (key, series) in all { series.write(key.name, key.labels, to: &text) }
    }
}

struct MetricLabel: Hashable, Sendable {
    let name: String
    let value: String
}

private protocol MetricSeries: Sendable {
    func write(_ name: String, _ labels: [MetricLabel], to text: inout PrometheusText)
}

private final class CounterSeries: CounterHandler, MetricSeries {
    private let value = Mutex<Int64>(0)

    func increment(by amount: Int64) { value.withLock { $0 &+= amount } }
    func reset() { value.withLock { $0 = 0 } }

    func write(_ name: String, _ labels: [MetricLabel], to text: inout PrometheusText) {
        text.sample(name, .counter, labels, Double(value.withLock { $0 }))
    }
}

private final class GaugeSeries: RecorderHandler, MeterHandler, MetricSeries {
    private let value = Mutex<Double>(0)

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func write(_ name: String, _ labels: [MetricLabel], to text: inout PrometheusText) {
        text.sample(name, .gauge, labels, value.withLock { $0 })
    }
}

/// How many values were at most as large as each bound. Timers record seconds.
private final class HistogramSeries: TimerHandler, RecorderHandler, MetricSeries {
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct State {
        var counts = Array(repeating: 0, count: HistogramSeries.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let place = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: [MetricLabel], to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        var count = 0
        text.family(name, .histogram)
        for (place, bound) in (Self.bounds + [.infinity]).enumerated() {
            count += state.counts[place]
            text.line(
                "\(name)_bucket", labels + [MetricLabel(name: "le", value: PrometheusText.number(bound))], Double(count)
            )
        }
        text.line("\(name)_sum", labels, state.sum)
        text.line("\(name)_count", labels, Double(count))
    }
}
