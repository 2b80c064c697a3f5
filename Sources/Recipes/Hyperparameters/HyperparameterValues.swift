/// The values a training runs with: those given, and the defaults of the others.
package struct HyperparameterValues: Sendable, Hashable {
    enum Value: Sendable, Hashable {
        case integer(Int)
        case continuous(Double)
        case categorical(String)
    }

    private var values: [String: Value] = [:]

    /// Reads `texts`, the strings of the wire, by the table of a recipe.
    ///
    /// - Throws: For a name that is not in `table` and for a value outside the range of its parameter; of several
    ///   mistakes, the first by name.
    package init(_ texts: [String: String], for table: [Hyperparameter]) throws(HyperparameterError) {
        let known = Dictionary(table.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for name in texts.keys.sorted() {
            guard let parameter = known[name], let text = texts[name] else {
                throw .unknown(name: name, known: table.map(\.name))
            }
            values[name] = try parameter.value(of: text)
        }
    }

    package subscript(_ parameter: IntegerHyperparameter) -> Int {
        if case .integer(let value) = values[parameter.name] { value } else { parameter.defaultValue }
    }

    package subscript(_ parameter: ContinuousHyperparameter) -> Double {
        if case .continuous(let value) = values[parameter.name] { value } else { parameter.defaultValue }
    }

    package subscript(_ parameter: CategoricalHyperparameter) -> String {
        if case .categorical(let value) = values[parameter.name] { value } else { parameter.defaultValue }
    }

    /// Whether the value was given, rather than left to its default.
    package func isGiven(_ name: String) -> Bool { values[name] != nil }
}
