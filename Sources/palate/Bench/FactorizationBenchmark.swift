import Datasets
import Foundation
import LinearAlgebra
import Recommenders

/// Alternating least squares on a generated catalogue: seconds a sweep, and how well held-out pairs are found.
struct FactorizationBenchmark {
    let pairs: InteractionPairs
    let itemCount: Int
    /// Of some users one item that is not among `pairs`.
    let heldOut: [(user: Int, item: UInt32)]

    /// Whoever met fewer items is not held out from.
    private static let fewestItems = 5

    /// - Parameter sample: Of how many users an item is held out.
    init(world: GeneratedWorld, sample: Int) {
        let interactions = world.interactions()
        itemCount = interactions.items.count
        let met = InteractionPairs(UserHistories(interactions), itemCount: itemCount).byUser
        var random = SeededGenerator(seed: world.configuration.seed ^ 0x0A15)
        let users = (0..<met.count).filter { met.offsets[$0 + 1] - met.offsets[$0] >= Self.fewestItems }
        let chosen = Set(random.permutation(of: users.count).prefix(sample).map { users[$0] })
        var offsets = [0]
        var columns: [UInt32] = []
        columns.reserveCapacity(met.columns.count)
        var heldOut: [(Int, UInt32)] = []
        for user in 0..<met.count {
            var items = met[user]
            if chosen.contains(user) { heldOut.append((user, items.remove(at: random.index(below: items.count)))) }
            columns.append(contentsOf: items)
            offsets.append(columns.count)
        }
        pairs = InteractionPairs(byUser: CompressedRows(offsets: offsets, columns: columns), itemCount: itemCount)
        self.heldOut = heldOut
    }

    struct Report: Encodable {
        var users, items, pairs, factors, sweeps: Int
        /// The median of those after the first, which takes more steps.
        var secondsPerSweep: Double
        /// With the first sweep and the last pass over the users.
        var seconds: Double
        var standardNDCGAt10: Double

        enum CodingKeys: String, CodingKey {
            case users, items, pairs, factors, sweeps, secondsPerSweep, seconds
            case standardNDCGAt10 = "standard_ndcg_at_10"
        }
    }

    func run(factors: Int, sweeps: Int, objective: ImplicitFactorization.Objective, seed: UInt64) throws -> Report {
        let clock = ContinuousClock()
        let times = Times()
        let start = clock.now
        let options = TrainingOptions(seed: seed) { _ in times.add(start.duration(to: clock.now) / .seconds(1)) }
        let model = try ImplicitFactorization(
            of: pairs, dimension: factors, objective: objective, sweeps: sweeps, options: options)
        let seconds = (clock.now - start) / .seconds(1)
        let steps = times.all.dropFirst()
        let perSweep = zip(steps, steps.dropFirst()).map { $1 - $0 }.sorted()
        return Report(
            users: pairs.byUser.count, items: itemCount, pairs: pairs.byUser.columns.count, factors: factors,
            sweeps: sweeps, secondsPerSweep: perSweep.isEmpty ? seconds : perSweep[perSweep.count / 2],
            seconds: seconds, standardNDCGAt10: gain(of: model))
    }

    /// Of the held-out item among all that the user did not meet.
    private func gain(of model: ImplicitFactorization) -> Double {
        var total = 0.0
        for chunk in Parallel.ranges(of: heldOut.count, size: 512) {
            var users = Matrix(rows: chunk.count, columns: model.users.columns)
            for (row, index) in chunk.enumerated() {
                for (column, value) in model.users.row(heldOut[index].user).enumerated() { users[row, column] = value }
            }
            let scores = users.multiplied(by: model.items, transposed: true)
            total += Parallel.map(chunk.count) { row in
                let (user, item) = heldOut[chunk.lowerBound + row]
                let ratings = scores.row(row)
                let rating = ratings[Int(item)]
                let above = ratings.count { $0 > rating } - pairs.byUser[user].count { ratings[Int($0)] > rating }
                return above < 10 ? 1 / log2(Double(above) + 2) : 0
            }.reduce(0, +)
        }
        return total / Double(max(heldOut.count, 1))
    }

    /// For a peer to read: `offsets.i64` and `columns.u32`, the items of each user; `held_out.u32`, user and item in turn.
    func write(to directory: URL) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func write<Number>(_ numbers: [Number], to name: String) throws {
            try numbers.withUnsafeBytes { try Data($0).write(to: directory.appendingPathComponent(name)) }
        }
        try write(pairs.byUser.offsets.map(Int64.init), to: "offsets.i64")
        try write(pairs.byUser.columns, to: "columns.u32")
        try write(
            heldOut.flatMap { [UInt32(truncatingIfNeeded: $0.user), $0.item] }, to: "held_out.u32")
    }
}

/// When progress was reported, in seconds since the start.
private final class Times: @unchecked Sendable {
    private let lock = NSLock()
    private var seconds: [Double] = []

    func add(_ value: Double) { lock.withLock { seconds.append(value) } }
    var all: [Double] { lock.withLock { seconds } }
}
