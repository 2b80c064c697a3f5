import Datasets
import Foundation
import Recommenders
import Synchronization
import Testing

@Suite struct CancellationTests {
    /// Cancels its task at the step with this number.
    private func train(_ algorithm: Algorithm, cancelledAt step: Int) async throws -> (steps: Int, isTrained: Bool) {
        let data = sampleInteractions(users: 300, items: 80, events: 6_000)
        let metadata = try sampleMetadata(items: 80)
        let steps = Mutex(0)
        let task = Task {
            var options = TrainingOptions(threads: 2) { _ in
                let count = steps.withLock { steps in
                    steps += 1
                    return steps
                }
                if count == step { withUnsafeCurrentTask { $0?.cancel() } }
            }
            options.metadata = metadata
            do {
                _ = try algorithm.train(on: data, options: options)
                return true
            } catch is CancellationError {
                return false
            }
        }
        let isTrained = try await task.value
        return (steps.withLock { $0 }, isTrained)
    }

    @Test(arguments: Algorithm.allCases)
    func everyTrainingStopsAtTheNextStep(_ algorithm: Algorithm) async throws {
        let all = try await train(algorithm, cancelledAt: .max).steps
        #expect(all >= 2)
        for step in Set([1, all / 2, all - 1]) where step >= 1 {
            let stopped = try await train(algorithm, cancelledAt: step)
            #expect(!stopped.isTrained)
            #expect(stopped.steps == step)
        }
    }
}
