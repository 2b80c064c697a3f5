public import Datasets

/// Who asks, and for what.
public struct FilterContext: Sendable {
    /// The user's events, oldest first, with item numbers of the catalogue.
    public var history: History
    /// The vocabulary of the history's event types.
    public var eventTypes: Vocabulary
    public var users: MetadataTable?
    public var user: String?
    /// The item that the request names.
    public var currentItem: String?

    public init(
        history: History = History(), eventTypes: Vocabulary = Vocabulary(), users: MetadataTable? = nil,
        user: String? = nil, currentItem: String? = nil
    ) {
        self.history = history
        self.eventTypes = eventTypes
        self.users = users
        self.user = user
        self.currentItem = currentItem
    }
}

/// A filter for one catalogue: whatever depends neither on the user nor on the request is worked out already, and what
/// depends on the values of parameters alone is worked out once for each.
///
/// What a comparison means:
/// - A categorical field has several values; `IN` holds when one of them is in the list, `=` when one of them is equal.
/// - A field without a value equals nothing and is in no order: only `NOT IN` and `!=` hold.
/// - `Interactions.EVENT_TYPE IN` holds for the items on which the user has an event of such a type, in any case of
///   letters; only the newest events of each type count.
/// - A clause whose `IF` does not hold plays no part.
/// - Of a chain, the clauses are worked out each by itself: what any INCLUDE allows (everything when none applies), less
///   what any EXCLUDE matches (developer guide, "Combining multiple expressions").
public struct CompiledFilter: Sendable {
    public let expression: FilterExpression
    let catalogue: FilterCatalogue
    let eventsPerType: Int
    private let clauses: [Clause]
    /// Nil when what passes depends on who asks, or about what.
    private let remembered: RememberedItemSets?

    private struct Clause: Sendable {
        let action: FilterExpression.Action
        let condition: CompiledCondition
        let userConditions: [FilterExpression.Comparison]
    }

    /// - Parameter eventsPerType: How many of a user's newest events of each type count.
    public init(
        _ expression: FilterExpression, catalogue: FilterCatalogue,
        eventsPerType: Int = FilterLimits().eventsPerType
    ) {
        self.expression = expression
        self.catalogue = catalogue
        self.eventsPerType = eventsPerType
        clauses = expression.clauses.map {
            Clause(
                action: $0.action, condition: CompiledCondition($0.condition, catalogue: catalogue),
                userConditions: $0.userConditions)
        }
        let valuesDecide = clauses.allSatisfy { $0.userConditions.isEmpty && $0.condition.isDecidedByValues }
        remembered = valuesDecide ? RememberedItemSets(universe: catalogue.items.count) : nil
        // Without parameters all is known now.
        if valuesDecide, expression.parameters.isEmpty { _ = try? allowedItems(for: FilterContext()) }
    }

    /// The items that the filter lets pass.
    ///
    /// - Parameter values: Of the filter's parameters, as requests give them, see ``FilterValues``.
    /// - Throws: ``FilterValueError`` when a value does not fit its use.
    public func allowedItems(
        for context: FilterContext, values: [String: String] = [:]
    ) throws(FilterValueError) -> ItemSet {
        if let known = remembered?.items(for: values) { return known }
        let request = FilterRequest(
            filter: self, context: context, values: try FilterValues(parsing: values, for: expression))
        var included: ItemSet?
        var excluded = catalogue.none
        for clause in clauses {
            guard try request.holds(clause.userConditions) else { continue }
            guard let matches = try request.matches(clause.condition) else { continue }
            switch clause.action {
            case .include:
                var union = included ?? catalogue.none
                union.formUnion(matches)
                included = union
            case .exclude: excluded.formUnion(matches)
            }
        }
        var allowed = included ?? ItemSet(universe: catalogue.items.count, containsAll: true)
        allowed.subtract(excluded)
        remembered?.keep(allowed, for: values)
        return allowed
    }
}

/// A condition with its constant parts worked out.
indirect enum CompiledCondition: Sendable {
    case constant(ItemSet)
    case all([CompiledCondition])
    case any([CompiledCondition])
    case not(CompiledCondition)
    case comparison(FilterExpression.Comparison)

    init(_ condition: FilterExpression.Condition, catalogue: FilterCatalogue) {
        switch condition {
        case .all(let parts): self = Self.fold(parts, catalogue, CompiledCondition.all) { $0.formIntersection($1) }
        case .any(let parts): self = Self.fold(parts, catalogue, CompiledCondition.any) { $0.formUnion($1) }
        case .not(let part):
            let part = CompiledCondition(part, catalogue: catalogue)
            if case .constant(let set) = part { self = .constant(set.complement) } else { self = .not(part) }
        case .comparison(let comparison):
            if let column = catalogue.metadata?[column: comparison.field.name], comparison.field.source == .items {
                catalogue.index(ofStringsIn: column)
            }
            self = comparison.constantMatches(in: catalogue).map(CompiledCondition.constant) ?? .comparison(comparison)
        }
    }

    /// Whether it is the same for every user and item that requests name.
    var isDecidedByValues: Bool {
        switch self {
        case .constant: return true
        case .all(let parts), .any(let parts): return parts.allSatisfy(\.isDecidedByValues)
        case .not(let part): return part.isDecidedByValues
        case .comparison(let comparison):
            guard case .values = comparison.operand else { return false }
            return !comparison.field.source.dataset.isInteractions
        }
    }

    /// Works out the constant parts first, together.
    private static func fold(
        _ parts: [FilterExpression.Condition], _ catalogue: FilterCatalogue,
        _ join: ([CompiledCondition]) -> CompiledCondition, _ combine: (inout ItemSet, ItemSet) -> Void
    ) -> CompiledCondition {
        var constant: ItemSet?
        var rest: [CompiledCondition] = []
        for part in parts {
            let part = CompiledCondition(part, catalogue: catalogue)
            guard case .constant(let set) = part else {
                rest.append(part)
                continue
            }
            if var known = constant {
                combine(&known, set)
                constant = known
            } else {
                constant = set
            }
        }
        guard let constant else { return join(rest) }
        return rest.isEmpty ? .constant(constant) : join([.constant(constant)] + rest)
    }
}

extension FilterCatalogue {
    fileprivate func index(ofStringsIn column: MetadataColumn) {
        switch column.values {
        case .categorical, .text: index(of: column)
        case .integers, .numbers, .booleans: break
        }
    }
}

extension FilterExpression.Comparison {
    /// The items that match whoever asks; nil when that depends on the request.
    fileprivate func constantMatches(in catalogue: FilterCatalogue) -> ItemSet? {
        guard !field.source.dataset.isInteractions, case .values(let values) = operand else { return nil }
        var constants: [FilterConstant] = []
        for value in values {
            switch value.kind {
            case .string(let string): constants.append(.string(string))
            case .number(let number): constants.append(.number(number))
            case .parameter: return nil
            }
        }
        return catalogue.matches(field.name, comparator, constants)
    }
}
