import GRDB
import Logging
import ServiceLifecycle

/// Runs the jobs in the database, each lane in order.
///
/// A job's row is removed by the transaction that records its outcome, so a job that a stop interrupted is found at the
/// next start and runs again from its beginning; all jobs are written to allow that.
package final class JobQueue: Sendable {
    private let database: ControlPlaneDatabase
    private let logger: Logger
    private let bells: [JobLane: Bell]

    init(database: ControlPlaneDatabase, logger: Logger) {
        self.database = database
        self.logger = logger
        bells = Dictionary(uniqueKeysWithValues: JobLane.allCases.map { ($0, Bell()) })
    }

    /// Says that there may be a new job; called after the transaction that added it.
    func wake(_ lane: JobLane) { bells[lane]?.ring() }

    /// Runs jobs until the task is cancelled.
    ///
    /// - Parameter perform: Carries a job out and records its outcome. It throws `CancellationError` when the
    ///   process stops, and the job then runs at the next start.
    func run(perform: @escaping @Sendable (JobRow) async throws -> Void) async throws {
        try await database.pool.write { try JobRow.reclaim($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (lane, bell) in bells {
                group.addTask {
                    try await self.work(lane, perform: perform)
                    for await _ in bell.rings { try await self.work(lane, perform: perform) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func work(_ lane: JobLane, perform: @Sendable (JobRow) async throws -> Void) async throws {
        while !Task.isCancelled, let job = try await database.pool.write({ try JobRow.claim(in: lane, $0) }) {
            do {
                try await perform(job)
            } catch is CancellationError {
                return try await postpone(job)
            }
        }
    }

    /// A stop that was asked for does not count as a failed attempt.
    private func postpone(_ job: JobRow) async throws {
        logger.info("A job waits for the next start", metadata: ["job": "\(job.kind)", "arn": "\(job.arn)"])
        var waiting = job
        waiting.isRunning = false
        waiting.attempts -= 1
        let row = waiting
        try await Task { try await database.pool.write { try row.update($0) } }.value
    }
}

/// A bell that one listener waits for; rings while nobody listens are heard once.
private struct Bell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func ring() { continuation.yield() }
}
