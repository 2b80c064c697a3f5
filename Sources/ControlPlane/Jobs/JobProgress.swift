package import Recommenders
import Synchronization

/// How far the jobs are that run now, by the ARN of their resource.
package final class JobProgress: Sendable {
    /// A fraction from 0 to 1 and what the job is doing.
    package struct Report: Sendable, Equatable {
        package let fraction: Double
        package let stage: String
        /// Since the job first said something.
        package let seconds: Double
        /// All steps so far of a job that trains; empty of others.
        package let training: TrainingRecord

        /// The newest value of every figure that was told.
        package var measurements: [String: Double] { training.newest }
    }

    private struct Entry {
        let start = ContinuousClock.now
        var fraction = 0.0
        var stage = ""
        var training = TrainingRecord()
        var lastLine: ContinuousClock.Instant?

        var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
    }

    /// From one line of the log on a training to the next within a stage, at least.
    private static let quiet = Duration.seconds(10)

    private let entries = Mutex<[String: Entry]>([:])

    package func report(on arn: String) -> Report? {
        entries.withLock { entries in
            entries[arn].map {
                Report(fraction: $0.fraction, stage: $0.stage, seconds: $0.seconds, training: $0.training)
            }
        }
    }

    /// Every training that runs.
    package func trainings() -> [String: Report] {
        let arns = entries.withLock { entries in entries.filter { !$0.value.training.points.isEmpty }.map(\.key) }
        return Dictionary(
            arns.compactMap { arn in report(on: arn).map { (arn, $0) } }, uniquingKeysWith: { first, _ in first })
    }

    func set(_ fraction: Double, _ stage: String, on arn: String) {
        entries.withLock { entries in
            entries[arn, default: Entry()].fraction = fraction
            entries[arn, default: Entry()].stage = stage
        }
    }

    /// A step of a training.
    ///
    /// - Returns: Whether it is worth a line in the log: the stage is new, or there are figures after a while.
    func set(_ progress: TrainingProgress, on arn: String) -> Bool {
        entries.withLock { entries in
            var entry = entries[arn] ?? Entry()
            let isNew = entry.training.points.isEmpty || entry.stage != progress.stage
            entry.training.add(progress, seconds: entry.seconds)
            entry.fraction = progress.fraction
            entry.stage = progress.stage
            let isTime = entry.lastLine.map { ContinuousClock.now - $0 >= Self.quiet } ?? true
            let isWorthALine = isNew || isTime && !progress.measurements.isEmpty
            if isWorthALine { entry.lastLine = .now }
            entries[arn] = entry
            return isWorthALine
        }
    }

    func clear(_ arn: String) { entries.withLock { _ = $0.removeValue(forKey: arn) } }
}
