import Synchronization

/// Where the time of requests goes, added up since the start.
package final class RequestStages: Sendable {
    package enum Stage: Int, CaseIterable, Sendable {
        /// Whether the request may pass.
        case signature
        /// From the body's bytes to the input.
        case parse
        /// What the user did.
        case history
        /// What filters allow.
        case filter
        /// Scores, and the best of them.
        case score
        /// From the output to the answer's bytes.
        case encode
    }

    package struct Total: Sendable {
        package let stage: Stage
        package let seconds: Double
        package let count: Int
    }

    private struct Sum {
        var nanoseconds: Int64 = 0
        var count = 0
    }

    private let sums = Mutex([Sum](repeating: Sum(), count: Stage.allCases.count))
    private let clock = ContinuousClock()

    package init() {}

    package var totals: [Total] {
        sums.withLock { sums in
            Stage.allCases.map { stage in
                let sum = sums[stage.rawValue]
                return Total(stage: stage, seconds: Double(sum.nanoseconds) / 1e9, count: sum.count)
            }
        }
    }

    package func time<Result>(_ stage: Stage, _ body: () throws -> Result) rethrows -> Result {
        let start = clock.now
        defer { add(clock.now - start, to: stage) }
        return try body()
    }

    package func time<Result>(
        _ stage: Stage, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let start = clock.now
        defer { add(clock.now - start, to: stage) }
        return try await body()
    }

    private func add(_ time: Duration, to stage: Stage) {
        let parts = time.components
        let nanoseconds = parts.seconds &* 1_000_000_000 &+ parts.attoseconds / 1_000_000_000
        sums.withLock { sums in
            sums[stage.rawValue].nanoseconds &+= nanoseconds
            sums[stage.rawValue].count += 1
        }
    }
}
