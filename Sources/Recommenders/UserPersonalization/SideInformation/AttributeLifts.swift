import Foundation

/// How much more often an item is met where an attribute has a value.
///
/// With n events on an item of which the attribute is known, nᵥ of them where it has the value v, and a share pᵥ of all
/// events there, the lift of v is log((nᵥ + b) / (n·pᵥ + b)): log P(v | item) - log P(v), drawn towards 0 where few events
/// are expected. That is the mean of a rate relative to its expectation with a gamma prior of strength b (W. DuMouchel,
/// "Bayesian Data Mining in Large Frequency Tables", The American Statistician 1999, in its simplest form).
struct AttributeLifts: Sendable, Equatable {
    let values: AttributeValues
    let itemCount: Int
    /// Events on each item where the column is known, column by column.
    let totals: [Float]
    /// Events by value.
    let valueTotals: [Float]
    /// Value v's items are at `offsets[v]..<offsets[v + 1]`, ascending.
    let offsets: [Int]
    let items: [UInt32]
    /// Events on those items with the value.
    let counts: [Float]
    private let columnTotals: [Float]

    /// b, in events.
    static let strength: Float = 3

    static func lift(_ count: Float, expected: Float) -> Float { logf((count + strength) / (expected + strength)) }

    /// Events by value and item.
    struct Counts {
        fileprivate let values: AttributeValues
        fileprivate let itemCount: Int
        fileprivate var totals: [Float]
        fileprivate var valueTotals: [Float]
        fileprivate var pairs: [[UInt32: Float]]

        init(_ values: AttributeValues, itemCount: Int) {
            self.values = values
            self.itemCount = itemCount
            totals = [Float](repeating: 0, count: values.columns.count * itemCount)
            valueTotals = [Float](repeating: 0, count: values.count)
            pairs = Array(repeating: [:], count: values.count)
        }

        /// One event; several values of one column share it.
        mutating func add(_ present: ArraySlice<UInt32>, of item: UInt32) {
            AttributeLifts.forEachColumn(of: present, in: values) { column, group in
                totals[column * itemCount + Int(item)] += 1
                let share = 1 / Float(group.count)
                for value in group {
                    valueTotals[Int(value)] += share
                    pairs[Int(value)][item, default: 0] += share
                }
            }
        }
    }

    init(_ counts: Counts) {
        let rows = counts.pairs.map { row in row.sorted { $0.key < $1.key } }
        self.init(
            counts.values, itemCount: counts.itemCount, totals: counts.totals, valueTotals: counts.valueTotals,
            offsets: rows.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) },
            items: rows.flatMap { $0.map(\.key) }, counts: rows.flatMap { $0.map(\.value) })
    }

    /// From columns that fit together.
    init(
        _ values: AttributeValues, itemCount: Int, totals: [Float], valueTotals: [Float], offsets: [Int],
        items: [UInt32], counts: [Float]
    ) {
        self.values = values
        self.itemCount = itemCount
        self.totals = totals
        self.valueTotals = valueTotals
        self.offsets = offsets
        self.items = items
        self.counts = counts
        columnTotals = values.columns.indices.map { column in
            totals[(column * itemCount)..<((column + 1) * itemCount)].reduce(0, +)
        }
    }

    /// The lifts of some items, column by column; NaN in a column whose value is not known.
    func lifts(of wanted: [UInt32], where present: [UInt32]) -> [[Float]] {
        var lifts = values.columns.map { _ in [Float](repeating: .nan, count: wanted.count) }
        Self.forEachColumn(of: present[...], in: values) { column, group in
            lifts[column] = wanted.map { item in
                group.reduce(0) { $0 + lift(of: item, value: Int($1), column: column) } / Float(group.count)
            }
        }
        return lifts
    }

    private func lift(of item: UInt32, value: Int, column: Int) -> Float {
        var (low, high) = (offsets[value], offsets[value + 1])
        while low < high {
            let middle = (low + high) / 2
            if items[middle] < item { low = middle + 1 } else { high = middle }
        }
        let count = low < offsets[value + 1] && items[low] == item ? counts[low] : 0
        return Self.lift(count, expected: totals[column * itemCount + Int(item)] * share(of: value, column))
    }

    /// Adds the lifts of all columns, for every item of the catalogue.
    func add(where present: [UInt32], to scores: inout [Float], scale: Float = 1) {
        Self.forEachColumn(of: present[...], in: values) { column, group in
            for value in group {
                let share = share(of: Int(value), column)
                let part = scale / Float(group.count)
                for item in scores.indices {
                    scores[item] += part * Self.lift(0, expected: totals[column * itemCount + item] * share)
                }
                for place in offsets[Int(value)]..<offsets[Int(value) + 1] {
                    scores[Int(items[place])] += part * logf(counts[place] / Self.strength + 1)
                }
            }
        }
    }

    private func share(of value: Int, _ column: Int) -> Float { valueTotals[value] / max(columnTotals[column], 1e-6) }

    /// What knowing each column says about which item is met, in nats for each event.
    func information() -> [Double] {
        values.columns.indices.map { column in
            var sum = 0.0
            for value in values.starts[column]..<values.starts[column + 1] {
                for place in offsets[value]..<offsets[value + 1] {
                    let expected = totals[column * itemCount + Int(items[place])] * share(of: value, column)
                    sum += Double(counts[place] * Self.lift(counts[place], expected: expected))
                }
            }
            return sum / Double(max(columnTotals[column], 1))
        }
    }

    /// The same for a catalogue that has grown; new items have no events.
    func padded(to count: Int) -> AttributeLifts {
        guard count > itemCount else { return self }
        var grown: [Float] = []
        for column in values.columns.indices {
            grown += totals[(column * itemCount)..<((column + 1) * itemCount)]
            grown += [Float](repeating: 0, count: count - itemCount)
        }
        return AttributeLifts(
            values, itemCount: count, totals: grown, valueTotals: valueTotals, offsets: offsets, items: items,
            counts: counts)
    }

    /// - Parameter present: Ascending.
    private static func forEachColumn(
        of present: ArraySlice<UInt32>, in values: AttributeValues,
        _ body: (_ column: Int, _ values: ArraySlice<UInt32>) -> Void
    ) {
        var start = present.startIndex
        for column in values.columns.indices {
            let end = present[start...].firstIndex { $0 >= values.starts[column + 1] } ?? present.endIndex
            if start < end { body(column, present[start..<end]) }
            start = end
        }
    }
}
