import GRDB
import Logging
import ServiceLifecycle
import Synchronization

/// Runs the jobs in the database, each lane in order.
///
/// A job's row is removed by the transaction that records its outcome, so a job that a stop interrupted is found at the
/// next start and runs again from its beginning; all jobs are written to allow that.
package final class JobQueue: Sendable {
    private let database: ControlPlaneDatabase
    private let logger: Logger
    /// Those of the present run: a bell that a cancelled run listened to is not heard again.
    private let bells = Mutex<[JobLane: Bell]>([:])
    /// What runs now, by the ARN of its resource.
    private let running = Mutex<[String: Task<Void, any Error>]>([:])

    init(database: ControlPlaneDatabase, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Says that there may be a new job; called after the transaction that added it.
    func wake(_ lane: JobLane) { bells.withLock { $0[lane] }?.ring() }

    /// Runs jobs until the task is cancelled.
    ///
    /// - Parameter perform: Carries a job out and records its outcome. It throws `CancellationError` when the
    ///   process stops, and the job then runs at the next start.
    func run(perform: @escaping @Sendable (JobRow) async throws -> Void) async throws {
        try await database.pool.write { try JobRow.reclaim($0) }
        let bells = Dictionary(uniqueKeysWithValues: JobLane.allCases.map { ($0, Bell()) })
        self.bells.withLock { $0 = bells }
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

    private func work(
        _ lane: JobLane, perform: @escaping @Sendable (JobRow) async throws -> Void
    ) async throws {
        while !Task.isCancelled, let job = try await database.pool.write({ try JobRow.claim(in: lane, $0) }) {
            do {
                try await runCancellably(job, perform: perform)
            } catch is CancellationError {
                try await postpone(job)
            }
        }
    }

    /// Interrupts the job that works on a resource, if one does.
    ///
    /// The job is then tried again at once; what it is to do instead must be in the database before this is called.
    func interrupt(_ arn: String) {
        running.withLock { $0[arn]?.cancel() }
    }

    private func runCancellably(
        _ job: JobRow, perform: @escaping @Sendable (JobRow) async throws -> Void
    ) async throws {
        // The task starts while the lock is held: whoever interrupts finds it, or comes before it reads the database.
        let task = running.withLock { running in
            let task = Task { try await perform(job) }
            running[job.arn] = task
            return task
        }
        defer { running.withLock { _ = $0.removeValue(forKey: job.arn) } }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
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
