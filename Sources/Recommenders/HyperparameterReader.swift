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

    func finish() throws(TrainingError) {
        for name in values.keys.sorted() where !known.contains(name) {
            throw .unknownHyperparameter(name, known: known)
        }
    }
}
