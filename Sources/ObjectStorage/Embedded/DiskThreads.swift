import NIOPosix

/// Runs blocking file work off the cooperative threads. Once begun it runs to its end, whatever becomes of the task:
/// half-done durability work would leave the index and the files in disagreement.
func onDiskThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        NIOThreadPool.singleton.submit { state in
            switch state {
            case .active: continuation.resume(with: Result(catching: work))
            case .cancelled: continuation.resume(throwing: CancellationError())
            }
        }
    }
}
