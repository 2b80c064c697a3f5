import Synchronization

/// How far the jobs are that run now, by the ARN of their resource.
package final class JobProgress: Sendable {
    /// A fraction from 0 to 1 and what the job is doing.
    package struct Report: Sendable, Equatable {
        package let fraction: Double
        package let stage: String
    }

    private let reports = Mutex<[String: Report]>([:])

    package func report(on arn: String) -> Report? { reports.withLock { $0[arn] } }

    func set(_ fraction: Double, _ stage: String, on arn: String) {
        reports.withLock { $0[arn] = Report(fraction: fraction, stage: stage) }
    }

    func clear(_ arn: String) { reports.withLock { _ = $0.removeValue(forKey: arn) } }
}
