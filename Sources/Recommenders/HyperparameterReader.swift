import Foundation

/// Reads hyperparameters given as text, and at the end refuses those that nobody asked for.
struct HyperparameterReader {
    private let values: [String: String]
    private var known: [String] = []

    init(_ values: [String: String]) {
        self.values = values
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws(TrainingError)
        -> Int
    {
        known.append(name)
        guard let text = values[name] else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            throw .invalidHyperparameter(
                name, value: text, expected: "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    mutating func number(
        _ name: String, in range: ClosedRange<Double>, default fallback: Double
    ) throws(TrainingError) -> Double {
        known.append(name)
        guard let text = values[name] else { return fallback }
        guard let value = Double(text), range.contains(value) else {
            throw .invalidHyperparameter(
                name, value: text, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    mutating func flag(_ name: String, default fallback: Bool) throws(TrainingError) -> Bool {
        known.append(name)
        guard let text = values[name] else { return fallback }
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: throw .invalidHyperparameter(name, value: text, expected: "true or false")
        }
    }

    mutating func text(_ name: String) -> String? {
        known.append(name)
        return values[name]
    }

    /// Two percentiles from 0 to 1, the lower one first.
    mutating func percentiles(
        _ lower: String, _ upper: String, default fallback: ClosedRange<Double>
    ) throws(TrainingError) -> ClosedRange<Double> {
        let low = try number(lower, in: 0...1, default: fallback.lowerBound)
        let high = try number(upper, in: 0...1, default: fallback.upperBound)
        guard low < high else {
            // Alone, the end of its range is a value like any other.
            if values[lower] == nil { return high...high }
            if values[upper] == nil { return low...low }
            throw .invalidHyperparameter(lower, value: "\(low)", expected: "a number below \(upper), \(high)")
        }
        return low...high
    }

    func finish() throws(TrainingError) {
        for name in values.keys.sorted() where !known.contains(name) {
            throw .unknownHyperparameter(name, known: known)
        }
    }
}
