import Datasets
import Foundation

/// When items are met, as far as a ranker wants to know: at which time of the data, and how far into a history.
///
/// Moments are shares of all events, from 0 to 1: the unit of time and the length of the data do not matter, and busy times
/// are as long as quiet ones.
struct ItemMoments: Sendable, Equatable {
    /// Parts of the data with equally many events, in which popularity is counted.
    static let binCount = 32
    /// Edges between which a moment is found.
    private static let edgeCount = 256
    /// Timestamps that are sorted at most to find the edges.
    private static let sampleLimit = 1 << 20
    /// Most met items that are remembered for each bin.
    static let timelyCount = 64

    /// What is known of an item from when it was met.
    struct Item: Sendable, Equatable {
        /// The moment of its first event.
        var birth: Float
        var moment: Float
        var momentVariance: Float
        /// Mean logarithm of its place in the histories, from 1.
        var stage: Float
        var stageVariance: Float

        /// Without events.
        static let unknown = Item(birth: .nan, moment: .nan, momentVariance: 1, stage: .nan, stageVariance: 1)
    }

    /// Ascending times; nearly the same number of events lies between neighbours.
    let edges: [Int64]
    /// Of each item of the catalogue.
    let items: [Item]
    /// Events of each selected item in each bin, item by item, after smoothing over a bin's neighbours.
    let rates: [Float]
    /// The same over all selected items.
    private let totals: [Float]
    /// The items that are met most in each bin, in catalogue numbers.
    private let timely: [[UInt32]]

    /// First meetings only, as in ``ItemSequences``.
    init(
        _ histories: UserHistories, users: [Int], selection: ItemSelection, itemCount: Int,
        without removed: Set<UInt32> = []
    ) {
        let edges = Self.edges(histories, users: users)
        var count = [Float](repeating: 0, count: itemCount)
        var births = [Float](repeating: .infinity, count: itemCount)
        var moments = [(sum: Float, squares: Float)](repeating: (0, 0), count: itemCount)
        var stages = moments
        var bins = [Float](repeating: 0, count: selection.items.count * Self.binCount)
        var lastSeenBy = [Int](repeating: -1, count: itemCount)
        for user in users {
            var place: Float = 0
            for event in histories.offsets[user]..<histories.offsets[user + 1] {
                let item = Int(histories.items[event])
                guard item < itemCount, lastSeenBy[item] != user, !removed.contains(UInt32(item)) else { continue }
                lastSeenBy[item] = user
                let moment = Self.moment(of: histories.timestamps[event], edges: edges)
                let stage = log1pf(place)
                place += 1
                count[item] += 1
                births[item] = min(births[item], moment)
                moments[item] = (moments[item].sum + moment, moments[item].squares + moment * moment)
                stages[item] = (stages[item].sum + stage, stages[item].squares + stage * stage)
                if let position = selection.position(of: UInt32(item)) {
                    bins[Int(position) * Self.binCount + Self.bin(of: moment)] += 1
                }
            }
        }
        let moment = Shrunk(moments, count)
        let stage = Shrunk(stages, count)
        let known = (0..<itemCount).map { item -> Item in
            guard count[item] > 0 else { return .unknown }
            let (meanMoment, momentVariance) = moment(item)
            let (meanStage, stageVariance) = stage(item)
            return Item(
                birth: births[item], moment: meanMoment, momentVariance: max(momentVariance, 1e-3),
                stage: meanStage, stageVariance: max(stageVariance, 0.05))
        }
        self.init(edges: edges, items: known, rates: Self.smoothed(bins), selection: selection)
    }

    /// From what is stored; the sizes must fit.
    init(edges: [Int64], items: [Item], rates: [Float], selection: ItemSelection) {
        self.edges = edges
        self.items = items
        self.rates = rates
        var totals = [Float](repeating: 0, count: Self.binCount)
        for (index, rate) in rates.enumerated() { totals[index % Self.binCount] += rate }
        self.totals = totals
        timely = (0..<Self.binCount).map { bin in
            let column = selection.items.indices.map { rates[$0 * Self.binCount + bin] }
            return Self.greatest(column, count: Self.timelyCount).map { selection.items[$0] }
        }
    }

    /// From 0 to 1.
    func moment(of timestamp: Int64) -> Float { Self.moment(of: timestamp, edges: edges) }

    /// What is met most around a moment.
    func timelyItems(at moment: Float) -> [UInt32] { timely[Self.bin(of: moment)] }

    /// The logarithm of how much more an item is met around a moment than at other times; 0 for an item without events.
    ///
    /// - Parameter position: In the selection.
    func lift(position: Int, at moment: Float) -> Float {
        let bin = Self.bin(of: moment)
        let row = position * Self.binCount
        var sum: Float = 0
        var total: Float = 0
        for index in 0..<Self.binCount {
            sum += rates[row + index]
            total += totals[index]
        }
        let share = totals[bin] / max(total, 1e-6)
        guard share > 0 else { return 0 }
        return min(max(logf((rates[row + bin] + share) / (share * (sum + 1))), -3), 3)
    }

    private static func bin(of moment: Float) -> Int { min(max(Int(moment * Float(binCount)), 0), binCount - 1) }

    private static func moment(of timestamp: Int64, edges: [Int64]) -> Float {
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] < timestamp { low = middle + 1 } else { high = middle }
        }
        return Float(low) / Float(max(edges.count, 1))
    }

    private static func edges(_ histories: UserHistories, users: [Int]) -> [Int64] {
        let total = users.reduce(0) { $0 + histories.offsets[$1 + 1] - histories.offsets[$1] }
        let step = max(total / sampleLimit, 1)
        var sample: [Int64] = []
        var next = 0
        var seen = 0
        for user in users {
            for event in histories.offsets[user]..<histories.offsets[user + 1] {
                if seen == next {
                    sample.append(histories.timestamps[event])
                    next += step
                }
                seen += 1
            }
        }
        sample.sort()
        guard !sample.isEmpty else { return [] }
        return (1...edgeCount).map { sample[min($0 * sample.count / (edgeCount + 1), sample.count - 1)] }
    }

    /// Half of what a bin and its neighbours hold, by distance.
    private static func smoothed(_ bins: [Float]) -> [Float] {
        let kernel: [Float] = [1, 0.5, 0.2]
        var smooth = [Float](repeating: 0, count: bins.count)
        for row in stride(from: 0, to: bins.count, by: binCount) {
            for bin in 0..<binCount where bins[row + bin] > 0 {
                for other in max(bin - 2, 0)...min(bin + 2, binCount - 1) {
                    smooth[row + other] += kernel[abs(other - bin)] * bins[row + bin]
                }
            }
        }
        return smooth
    }

    private static func greatest(_ values: [Float], count: Int) -> [Int] {
        values.indices.filter { values[$0] > 0 }.sorted {
            values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1]
        }.prefix(count).map(\.self)
    }
}

/// Means and variances of items, drawn towards those of all as far as there are few events.
private struct Shrunk {
    private static let strength: Float = 4

    private let sums: [(sum: Float, squares: Float)]
    private let counts: [Float]
    private let mean: Float
    private let square: Float

    init(_ sums: [(sum: Float, squares: Float)], _ counts: [Float]) {
        self.sums = sums
        self.counts = counts
        let total = max(counts.reduce(0) { $0 + Double($1) }, 1)
        mean = Float(sums.reduce(0) { $0 + Double($1.sum) } / total)
        square = Float(sums.reduce(0) { $0 + Double($1.squares) } / total)
    }

    func callAsFunction(_ item: Int) -> (mean: Float, variance: Float) {
        let weight = counts[item] + Self.strength
        let mean = (sums[item].sum + Self.strength * self.mean) / weight
        return (mean, (sums[item].squares + Self.strength * square) / weight - mean * mean)
    }
}
