/// The values of a filter's parameters for one request.
///
/// Source: API reference, "GetRecommendations", `filterValues`.
public struct FilterValues: Sendable {
    let constants: [String: [Value]]

    struct Value: Sendable {
        let text: String
        /// Whether it was written in quotes.
        let isQuoted: Bool
    }

    /// Reads the values that a request gives: `"a","b"` or `20`. Text is in double quotes, in which a backslash escapes a
    /// quote or a backslash; numbers may be in quotes.
    ///
    /// Values of an EXCLUDE expression may be left out: the conditions that need them then play no part.
    ///
    /// - Throws: ``FilterValueError`` for a name that is not a parameter, a parameter of an INCLUDE expression without
    ///   values, and text that is not a list of values or does not fit its use.
    public init(parsing texts: [String: String], for expression: FilterExpression) throws(FilterValueError) {
        let parameters = expression.parameters
        var constants: [String: [Value]] = [:]
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard parameters.contains(name) else {
                throw FilterValueError("The filter has no parameter \(name.abbreviated).")
            }
            constants[name] = try Self.list(text, of: name)
        }
        for clause in expression.clauses where clause.action == .include {
            for name in clause.comparisons.flatMap(\.parameters) where constants[name] == nil {
                throw FilterValueError(
                    "The parameter \(name) needs a value, because an INCLUDE expression uses it.")
            }
        }
        self.constants = constants
    }

    private static func list(_ text: String, of name: String) throws(FilterValueError) -> [Value] {
        do {
            let tokens = try Lexer.tokens(of: text)
            var values: [Value] = []
            for (position, token) in tokens.enumerated() {
                let isValuesTurn = position.isMultiple(of: 2)
                switch token.kind {
                case .string(let string) where isValuesTurn: values.append(Value(text: string, isQuoted: true))
                case .number(let number) where isValuesTurn:
                    values.append(Value(text: number.description, isQuoted: false))
                case .symbol(.comma) where !isValuesTurn: break
                case .end where !isValuesTurn: return values
                default:
                    let wanted = isValuesTurn ? "a number or a text in double quotes" : "a comma"
                    throw FilterMistake("Expected \(wanted), but found \(token.text).", at: token.offset, in: text)
                }
            }
            return values
        } catch {
            throw FilterValueError("The value of the parameter \(name) is not a list of values: \(error).")
        }
    }
}

/// What is wrong with the values of a request.
public struct FilterValueError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
