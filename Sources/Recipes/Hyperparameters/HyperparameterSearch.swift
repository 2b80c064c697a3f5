import Datasets

/// Which combinations of hyperparameters tuning tries.
///
/// The combination that training would use without tuning comes first, so that tuning never ends with worse. The others
/// are points of a Halton sequence, shifted at random (Halton 1960; Cranley and Patterson 1976), which covers the ranges
/// more evenly than independent random points.
package struct HyperparameterSearch: Sendable {
    /// What one hyperparameter may be.
    package enum Range: Sendable, Hashable {
        case integer(ClosedRange<Int>)
        case continuous(ClosedRange<Double>)
        case categorical([String])

        /// - Parameter position: From 0 to 1, without 1.
        func value(at position: Double) -> String {
            switch self {
            case .integer(let range):
                let count = Double(range.upperBound - range.lowerBound) + 1
                return "\(min(range.lowerBound + Int(position * count), range.upperBound))"
            case .continuous(let range):
                return "\(range.lowerBound + position * (range.upperBound - range.lowerBound))"
            case .categorical(let values):
                guard !values.isEmpty else { return "" }
                return values[min(Int(position * Double(values.count)), values.count - 1)]
            }
        }
    }

    /// By name.
    package let ranges: [String: Range]

    /// The ranges of every tunable parameter of a recipe.
    package init(of recipe: Recipe) {
        var ranges: [String: Range] = [:]
        for parameter in recipe.algorithm.hyperparameters where parameter.isTunable {
            switch parameter {
            case .integer(let integer): ranges[integer.name] = .integer(integer.range)
            case .continuous(let continuous): ranges[continuous.name] = .continuous(continuous.range)
            case .categorical(let categorical): ranges[categorical.name] = .categorical(categorical.values)
            }
        }
        self.ranges = ranges
    }

    /// The ranges that were asked for.
    ///
    /// - Throws: For a name that is not a tunable parameter of the recipe, and for a range that is empty or goes beyond
    ///   what the recipe allows.
    package init(of recipe: Recipe, narrowedTo asked: [String: Range]) throws(HyperparameterError) {
        let allowed = HyperparameterSearch(of: recipe).ranges
        for (name, range) in asked.sorted(by: { $0.key < $1.key }) {
            guard let limit = allowed[name] else { throw .unknown(name: name, known: allowed.keys.sorted()) }
            try Self.check(range, of: name, within: limit)
        }
        ranges = asked.isEmpty ? allowed : asked
    }

    private static func check(
        _ range: Range, of name: String, within limit: Range
    ) throws(HyperparameterError) {
        switch (range, limit) {
        case (.integer(let range), .integer(let limit)):
            guard limit.contains(range.lowerBound), limit.contains(range.upperBound) else {
                throw .outOfRange(
                    name: name, value: "\(range.lowerBound) to \(range.upperBound)",
                    expected: "within \(limit.lowerBound) to \(limit.upperBound)")
            }
        case (.continuous(let range), .continuous(let limit)):
            guard limit.contains(range.lowerBound), limit.contains(range.upperBound) else {
                throw .outOfRange(
                    name: name, value: "\(range.lowerBound) to \(range.upperBound)",
                    expected: "within \(limit.lowerBound) to \(limit.upperBound)")
            }
        case (.categorical(let values), .categorical(let limit)):
            let known = Set(limit.map { $0.lowercased() })
            for value in values where !known.contains(value.lowercased()) {
                throw .outOfRange(name: name, value: value, expected: "one of \(limit.joined(separator: ", "))")
            }
            guard !values.isEmpty else {
                throw .outOfRange(name: name, value: "nothing", expected: "one of \(limit.joined(separator: ", "))")
            }
        default:
            throw .contradiction("\(name) is given a range of another type than its own.")
        }
    }

    /// At most `count` different combinations, the given one first.
    ///
    /// The same seed gives the same combinations.
    package func candidates(_ count: Int, beginningWith given: [String: String], seed: UInt64) -> [[String: String]] {
        var generator = SeededGenerator(seed: seed)
        let names = ranges.keys.sorted()
        let shifts = names.map { _ in Double.random(in: 0..<1, using: &generator) }
        var candidates = [given]
        var known: Set<[String: String]> = [given]
        // Small ranges run out of new combinations.
        for index in 1..<(count * 4 + 1) where candidates.count < count {
            var candidate = given
            for (dimension, name) in names.enumerated() {
                let position = Self.halton(index, base: Self.base(dimension)) + shifts[dimension]
                candidate[name] = ranges[name]?.value(at: position - position.rounded(.down))
            }
            if known.insert(candidate).inserted { candidates.append(candidate) }
        }
        return candidates
    }

    /// Prime for the dimensions that matter; recipes have few.
    private static func base(_ dimension: Int) -> Int {
        let primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
        return primes[dimension % primes.count]
    }

    /// The digits of `index` in `base`, mirrored at the point.
    private static func halton(_ index: Int, base: Int) -> Double {
        var (rest, weight, sum) = (index, 1.0, 0.0)
        while rest > 0 {
            weight /= Double(base)
            sum += weight * Double(rest % base)
            rest /= base
        }
        return sum
    }
}
