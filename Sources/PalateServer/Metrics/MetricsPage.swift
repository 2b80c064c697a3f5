import ControlPlane
import HTTPTypes
import Hummingbird
import Serving

/// `GET /metrics`: the server's own figures, how far trainings are, and the sums of metric attributions.
struct MetricsPage: Sendable {
    let registry: MetricRegistry
    let stages: RequestStages
    let controlPlane: ControlPlane

    func respond() async throws -> Response {
        var text = PrometheusText()
        registry.write(to: &text)
        for total in stages.totals {
            let labels = [MetricLabel(name: "stage", value: "\(total.stage)")]
            text.sample("palate_request_stage_seconds_total", .counter, labels, total.seconds)
        }
        for total in stages.totals {
            let labels = [MetricLabel(name: "stage", value: "\(total.stage)")]
            text.sample("palate_request_stages_total", .counter, labels, Double(total.count))
        }
        let trainings = controlPlane.progress.trainings().sorted { $0.key < $1.key }
        for (arn, report) in trainings {
            text.sample(
                "palate_training_progress", .gauge, [MetricLabel(name: "resource", value: arn)], report.fraction)
        }
        for (arn, report) in trainings {
            for (name, value) in report.measurements.sorted(by: { $0.key < $1.key }) {
                text.sample(
                    "palate_training_measurement", .gauge,
                    [MetricLabel(name: "resource", value: arn), MetricLabel(name: "name", value: name)], value)
            }
        }
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
