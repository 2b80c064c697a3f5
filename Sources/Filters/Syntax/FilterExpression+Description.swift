/// Writes an expression so that reading it gives the same expression again.
extension FilterExpression: CustomStringConvertible {
    public var description: String { clauses.map(\.description).joined(separator: " | ") }
}

extension FilterExpression.Clause: CustomStringConvertible {
    public var description: String {
        let head = "\(action.rawValue) \(subject.rawValue) WHERE \(condition)"
        return userConditions.isEmpty
            ? head : head + " IF " + userConditions.map(\.description).joined(separator: " AND ")
    }
}

extension FilterExpression.Condition: CustomStringConvertible {
    public var description: String {
        switch self {
        case .all(let parts): parts.map(\.grouped).joined(separator: " AND ")
        case .any(let parts): parts.map(\.grouped).joined(separator: " OR ")
        case .not(let part): "NOT \(part.grouped)"
        case .comparison(let comparison): comparison.description
        }
    }

    private var grouped: String {
        switch self {
        case .all, .any: "(\(self))"
        case .not, .comparison: description
        }
    }
}

extension FilterExpression.Comparison: CustomStringConvertible {
    public var description: String {
        switch operand {
        case .currentItem(let other): "\(field) \(comparator.rawValue) \(other)"
        case .values(let values):
            comparator.takesList
                ? "\(field) \(comparator.rawValue) (\(values.map(\.description).joined(separator: ", ")))"
                : "\(field) \(comparator.rawValue) \(values.map(\.description).joined(separator: ", "))"
        }
    }
}

extension FilterExpression.Field: CustomStringConvertible {
    public var description: String { "\(source.rawValue).\(name)" }
}

extension FilterExpression.Value: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .string(let string):
            "\"" + string.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
        case .number(let number): number.description
        case .parameter(let name): "$\(name)"
        }
    }
}
