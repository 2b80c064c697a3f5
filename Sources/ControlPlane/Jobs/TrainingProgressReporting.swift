import Logging
import Recommenders

extension ControlPlane {
    /// Options of a training whose progress goes to ``progress`` and, step by step, to the log.
    func trainingOptions(for job: JobRow) -> TrainingOptions {
        TrainingOptions(memoryLimit: settings.trainingMemoryLimit) { [progress, logger] step in
            guard progress.set(step, on: job.arn) else { return }
            var metadata: Logger.Metadata = [
                "arn": "\(job.arn)", "percent": "\(Int((min(max(step.fraction, 0), 1) * 100).rounded()))",
            ]
            for (name, value) in step.measurements { metadata[name] = "\(value)" }
            logger.info("Training: \(step.stage)", metadata: metadata)
        }
    }
}
