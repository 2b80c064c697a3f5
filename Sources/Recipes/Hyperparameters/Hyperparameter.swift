/// A whole number that training can be told.
package struct IntegerHyperparameter: Sendable, Hashable {
    package let name: String
    package let range: ClosedRange<Int>
    package let defaultValue: Int
    /// Whether tuning may vary it.
    package let isTunable: Bool

    package init(_ name: String, in range: ClosedRange<Int>, default defaultValue: Int, isTunable: Bool = false) {
        self.name = name
        self.range = range
        self.defaultValue = defaultValue
        self.isTunable = isTunable
    }
}

/// A real number that training can be told.
package struct ContinuousHyperparameter: Sendable, Hashable {
    package let name: String
    package let range: ClosedRange<Double>
    package let defaultValue: Double
    package let isTunable: Bool

    package init(_ name: String, in range: ClosedRange<Double>, default defaultValue: Double, isTunable: Bool = false) {
        self.name = name
        self.range = range
        self.defaultValue = defaultValue
        self.isTunable = isTunable
    }
}

/// A choice between names. Upper and lower case are the same, so `True` is `true`.
package struct CategoricalHyperparameter: Sendable, Hashable {
    package let name: String
    package let values: [String]
    package let defaultValue: String
    package let isTunable: Bool

    package init(_ name: String, of values: [String], default defaultValue: String, isTunable: Bool = false) {
        self.name = name
        self.values = values
        self.defaultValue = defaultValue
        self.isTunable = isTunable
    }

    /// A choice between `true` and `false`.
    package init(_ name: String, default defaultValue: Bool, isTunable: Bool = false) {
        self.init(name, of: ["true", "false"], default: "\(defaultValue)", isTunable: isTunable)
    }
}

/// One entry of a recipe's table of hyperparameters.
package enum Hyperparameter: Sendable, Hashable {
    case integer(IntegerHyperparameter)
    case continuous(ContinuousHyperparameter)
    case categorical(CategoricalHyperparameter)

    package var name: String {
        switch self {
        case .integer(let parameter): parameter.name
        case .continuous(let parameter): parameter.name
        case .categorical(let parameter): parameter.name
        }
    }

    /// As it is written on the wire.
    package var defaultText: String {
        switch self {
        case .integer(let parameter): "\(parameter.defaultValue)"
        case .continuous(let parameter): "\(parameter.defaultValue)"
        case .categorical(let parameter): parameter.defaultValue
        }
    }

    package var isTunable: Bool {
        switch self {
        case .integer(let parameter): parameter.isTunable
        case .continuous(let parameter): parameter.isTunable
        case .categorical(let parameter): parameter.isTunable
        }
    }

    /// - Throws: When `text` is not a value of this parameter.
    func value(of text: String) throws(HyperparameterError) -> HyperparameterValues.Value {
        switch self {
        case .integer(let parameter):
            guard let number = Int(text), parameter.range.contains(number) else {
                throw .outOfRange(
                    name: name, value: text,
                    expected: "a whole number from \(parameter.range.lowerBound) to \(parameter.range.upperBound)")
            }
            return .integer(number)
        case .continuous(let parameter):
            guard let number = Double(text), parameter.range.contains(number) else {
                throw .outOfRange(
                    name: name, value: text,
                    expected: "a number from \(parameter.range.lowerBound) to \(parameter.range.upperBound)")
            }
            return .continuous(number)
        case .categorical(let parameter):
            guard let choice = parameter.values.first(where: { $0.lowercased() == text.lowercased() }) else {
                throw .outOfRange(
                    name: name, value: text, expected: "one of \(parameter.values.joined(separator: ", "))")
            }
            return .categorical(choice)
        }
    }
}

/// Why a recipe refuses hyperparameters.
package enum HyperparameterError: Error, Sendable, Hashable, CustomStringConvertible {
    case unknown(name: String, known: [String])
    case outOfRange(name: String, value: String, expected: String)
    /// Two values that are each fine contradict each other.
    case contradiction(String)

    package var description: String {
        switch self {
        case .unknown(let name, let known):
            known.isEmpty
                ? "\(name.prefix(60)) is unknown: the recipe has no such parameters."
                : "\(name.prefix(60)) is unknown; the recipe has \(known.joined(separator: ", "))."
        case .outOfRange(let name, let value, let expected):
            "\(name) is \(value.prefix(60)); it must be \(expected)."
        case .contradiction(let reason): reason
        }
    }
}
