import Dispatch

/// Runs long computations on a thread of their own, so that they never hold a thread that answers requests.
///
/// Swift's shared pool has as many threads as the machine has cores: on two cores a training and an import would
/// otherwise stop the server.
package final class ComputeExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "palate.compute", qos: .utility)

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
