import ArgumentParser
import ControlPlane
import Foundation
import UnixSignals

/// Long work that Ctrl-C ends in order: what is half done is given up, and nothing half written stays.
enum Interruption {
    /// 128 and the number of SIGINT, as shells have it.
    private static let exitCode: Int32 = 130

    /// Runs `work` on a thread of its own, as a task that the first SIGINT or SIGTERM cancels. A second one ends the process.
    ///
    /// - Parameter consequence: What the user is told when the work was stopped.
    /// - Throws: What `work` throws; `ExitCode` when it was stopped.
    static func run<Success: Sendable>(
        _ consequence: String, _ work: @escaping @Sendable () throws -> Success
    ) async throws -> Success {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let task = Task(executorPreference: ComputeExecutor()) { try work() }
        let watcher = Task {
            for await _ in signals {
                guard !task.isCancelled else { exit(exitCode) }
                task.cancel()
            }
        }
        defer { watcher.cancel() }
        do {
            return try await task.value
        } catch is CancellationError {
            Terminal.note(consequence)
            throw ExitCode(exitCode)
        }
    }
}
