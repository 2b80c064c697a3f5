/// A filter expression: what it says, before it is known whether the datasets have what it names.
///
/// Source: developer guide, "Filter expression structure and elements" and "Combining multiple expressions". Where a part
/// was written plays no role in equality.
public struct FilterExpression: Sendable, Hashable {
    /// The expressions between the pipes; at least one.
    public let clauses: [Clause]
    let text: String

    init(clauses: [Clause], text: String) {
        self.clauses = clauses
        self.text = text
    }

    public static func == (lhs: FilterExpression, rhs: FilterExpression) -> Bool { lhs.clauses == rhs.clauses }
    public func hash(into hasher: inout Hasher) { hasher.combine(clauses) }

    public enum Action: String, Sendable { case include = "INCLUDE", exclude = "EXCLUDE" }

    /// What is filtered.
    public enum Subject: String, Sendable { case item = "ItemID", user = "UserID", action = "ActionID" }

    /// `INCLUDE ItemID WHERE … IF …`
    public struct Clause: Sendable, Hashable {
        public let action: Action
        public let subject: Subject
        public let condition: Condition
        /// All must hold for the current user, or the clause plays no part; empty without `IF`.
        public let userConditions: [Comparison]
        let offset: Int

        public static func == (lhs: Clause, rhs: Clause) -> Bool {
            lhs.action == rhs.action && lhs.subject == rhs.subject && lhs.condition == rhs.condition
                && lhs.userConditions == rhs.userConditions
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(action)
            hasher.combine(condition)
        }

        /// Every comparison, those of `IF` last.
        var comparisons: [Comparison] { condition.comparisons + userConditions }
    }

    /// `NOT` binds tighter than `AND`, and `AND` tighter than `OR`.
    public indirect enum Condition: Sendable, Hashable {
        /// Two or more.
        case all([Condition])
        /// Two or more.
        case any([Condition])
        case not(Condition)
        case comparison(Comparison)

        var comparisons: [Comparison] {
            switch self {
            case .all(let parts), .any(let parts): parts.flatMap(\.comparisons)
            case .not(let part): part.comparisons
            case .comparison(let comparison): [comparison]
            }
        }
    }

    public struct Comparison: Sendable, Hashable {
        public let field: Field
        public let comparator: Comparator
        public let operand: Operand
    }

    public enum Comparator: String, Sendable, CaseIterable {
        case isIn = "IN"
        case isNotIn = "NOT IN"
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="

        var takesList: Bool { self == .isIn || self == .isNotIn }
        var isOrdering: Bool { !takesList && self != .equal && self != .notEqual }
        /// Whether it holds exactly where its counterpart does not.
        var isNegative: Bool { self == .isNotIn || self == .notEqual }
    }

    public enum Operand: Sendable, Hashable {
        /// One value, or more after `IN` and `NOT IN`.
        case values([Value])
        /// A field of the item that the request names.
        case currentItem(Field)
    }

    public enum Source: String, Sendable, CaseIterable {
        case items = "Items"
        case users = "Users"
        case actions = "Actions"
        case interactions = "Interactions"
        case actionInteractions = "Action_Interactions"
        case currentUser = "CurrentUser"
        case currentItem = "CurrentItem"
    }

    public struct Field: Sendable, Hashable {
        public let source: Source
        public let name: String
        let offset: Int

        public static func == (lhs: Field, rhs: Field) -> Bool { lhs.source == rhs.source && lhs.name == rhs.name }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(source)
            hasher.combine(name)
        }
    }

    public struct Value: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case string(String)
            case number(FilterNumber)
            case parameter(String)
        }

        public let kind: Kind
        let offset: Int

        public static func == (lhs: Value, rhs: Value) -> Bool { lhs.kind == rhs.kind }
        public func hash(into hasher: inout Hasher) { hasher.combine(kind) }
    }
}

extension FilterExpression {
    /// The subject of every clause.
    public var subject: Subject { clauses.first?.subject ?? .item }

    public var usesCurrentItem: Bool {
        comparisons.contains { if case .currentItem = $0.operand { true } else { false } }
    }

    /// Whether it looks at who asks: at `CurrentUser`, or at the events of the user.
    public var usesUser: Bool {
        let sources: Set<Source> = [.currentUser, .interactions, .actionInteractions]
        return comparisons.contains { sources.contains($0.field.source) }
    }

    /// The names of the placeholder parameters, without `$`.
    public var parameters: Set<String> { Set(comparisons.flatMap(\.parameters)) }

    var comparisons: [Comparison] { clauses.flatMap(\.comparisons) }
}

extension FilterExpression.Comparison {
    var parameters: [String] {
        guard case .values(let values) = operand else { return [] }
        return values.compactMap { if case .parameter(let name) = $0.kind { name } else { nil } }
    }
}
