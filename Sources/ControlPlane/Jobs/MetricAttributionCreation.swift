import ObjectStorage

/// Makes a metric attribution ACTIVE if its role may write to its bucket.
struct MetricAttributionCreation {
    let controlPlane: ControlPlane

    func run(_ job: JobRow) async throws {
        let attribution: MetricAttributionResource = try await controlPlane.describe(job.arn)
        try await controlPlane.checkMayWrite(attribution.output, for: attribution.arn)
        try await Activation(controlPlane: controlPlane).run(job)
    }
}
