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

    private final class Sum: Sendable {
        let nanoseconds = Atomic<Int64>(0)
        let count = Atomic<Int>(0)
    }

    private let sums = Stage.allCases.map { _ in Sum() }
    private let clock = ContinuousClock()

    package init() {}

    package var totals: [Total] {
        zip(Stage.allCases, sums).map { stage, sum in
            Total(
                stage: stage, seconds: Double(sum.nanoseconds.load(ordering: .relaxed)) / 1e9,
                count: sum.count.load(ordering: .relaxed))
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
        sums[stage.rawValue].nanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
        sums[stage.rawValue].count.wrappingAdd(1, ordering: .relaxed)
    }
}
