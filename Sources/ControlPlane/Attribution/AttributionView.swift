import Foundation
import GRDB
import Logging
import Synchronization

/// One sum of a metric attribution, as a view of metrics shows it.
package struct AttributedSumReading: Sendable {
    /// Names, not ARNs.
    package let attribution: String
    package let datasetGroup: String
    package let series: AttributedSeries
    /// Since the metric was added.
    package let total: Double
    /// Of the events of the 15-minute window that is under way, and of the one before it.
    package let currentWindow: Double
    package let previousWindow: Double
}

extension ControlPlane {
    /// The sums of the metrics of all ACTIVE metric attributions, by attribution, metric and source.
    package func attributedSums() async throws -> [AttributedSumReading] {
        let attributions = try await database.pool.read {
            try ResourceStore.list(MetricAttributionResource.self, in: $0).map(\.resource)
        }
        let window = AttributionPlan.window(of: Int64(max(clock().timeIntervalSince1970, 0)))
        var readings: [AttributedSumReading] = []
        for attribution in attributions where attribution.status == .active {
            let current = try await sums(of: attribution.key, in: window)
            let previous = try await sums(of: attribution.key, in: window - AttributionPlan.windowSeconds)
            for total in try await streamedRecords.sums(of: attribution.key, window: nil) {
                readings.append(
                    AttributedSumReading(
                        attribution: attribution.name,
                        datasetGroup: String(attribution.datasetGroupArn.split(separator: "/").last ?? ""),
                        series: total.series, total: total.value, currentWindow: current[total.series] ?? 0,
                        previousWindow: previous[total.series] ?? 0))
            }
        }
        return readings
    }

    private func sums(of attribution: String, in window: Int64) async throws -> [AttributedSeries: Double] {
        Dictionary(
            try await streamedRecords.sums(of: attribution, window: window).map { ($0.series, $0.value) },
            uniquingKeysWith: +)
    }

    /// Removes the sums of windows that a view no longer shows, once a day: those older than the 63 days for which
    /// CloudWatch keeps 15-minute data (CloudWatch user guide, "Metrics retention"). Sums over all time stay.
    func removeOldSums() async {
        let now = Int64(max(clock().timeIntervalSince1970, 0))
        let day = now / 86_400
        let isDue = sumsRemovalDay.withLock { last in
            defer { last = day }
            return last != day
        }
        guard isDue else { return }
        do {
            try await streamedRecords.removeSums(windowsBefore: now - 63 * 86_400)
        } catch {
            logger.error("Old sums of metric attributions were not removed", metadata: ["error": "\(error)"])
        }
    }
}
