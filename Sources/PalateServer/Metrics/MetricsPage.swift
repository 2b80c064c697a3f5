import ControlPlane
import HTTPTypes
import Hummingbird

/// `GET /metrics`: the server's own figures, and the sums of metric attributions.
struct MetricsPage: Sendable {
    let registry: MetricRegistry
    let controlPlane: ControlPlane

    func respond() async throws -> Response {
        var text = PrometheusText()
        registry.write(to: &text)
        let readings = try await controlPlane.attributedSums()
        for reading in readings { text.sample("palate_attribution_sum", .gauge, reading.labels, reading.total) }
        for reading in readings {
            for (name, value) in [("current", reading.currentWindow), ("previous", reading.previousWindow)] {
                text.sample(
                    "palate_attribution_window_sum", .gauge,
                    reading.labels + [MetricLabel(name: "window", value: name)], value)
            }
        }
        return Response(
            status: .ok, headers: [.contentType: PrometheusText.contentType],
            body: .init(byteBuffer: ByteBuffer(string: text.text)))
    }
}

extension AttributedSumReading {
    fileprivate var labels: [MetricLabel] {
        [
            MetricLabel(name: "dataset_group", value: datasetGroup),
            MetricLabel(name: "metric_attribution", value: attribution),
            MetricLabel(name: "metric", value: series.metric),
            MetricLabel(name: "event_type", value: series.eventType),
            MetricLabel(name: "function", value: series.function),
            MetricLabel(name: "source", value: series.source),
        ]
    }
}
