import Datasets

/// A value that a field is compared with.
enum FilterConstant: Sendable, Hashable {
    case string(String)
    case number(FilterNumber)
}

/// One evaluation of a filter: a filter, who asks, and the values of the parameters.
struct FilterRequest {
    let filter: CompiledFilter
    let context: FilterContext
    let values: FilterValues

    private var catalogue: FilterCatalogue { filter.catalogue }

    /// Whether the conditions after `IF` hold for the user; not, when a value that they need was left out.
    func holds(_ conditions: [FilterExpression.Comparison]) throws(FilterValueError) -> Bool {
        let row = context.user.flatMap { context.users?.row(of: $0) }
        for condition in conditions {
            let column = context.users?[column: condition.field.name]
            guard let constants = try constants(of: condition, isNumeric: column?.field.type.isNumeric) else {
                return false
            }
            let known: [FilterConstant]
            if condition.field.name == "USER_ID" {
                known = context.user.map { [.string($0)] } ?? []
            } else {
                known = row.flatMap { column?.constants(ofRow: $0) } ?? []
            }
            guard condition.comparator.holds(between: known, and: constants) else { return false }
        }
        return true
    }

    /// The items that match; nil when the condition plays no part because values were left out.
    func matches(_ condition: CompiledCondition) throws(FilterValueError) -> ItemSet? {
        switch condition {
        case .constant(let set): return set
        case .not(let part): return try matches(part)?.complement
        case .all(let parts):
            var result: ItemSet?
            for part in parts {
                guard let set = try matches(part) else { continue }
                if result?.formIntersection(set) == nil { result = set }
            }
            return result
        case .any(let parts):
            var result: ItemSet?
            for part in parts {
                guard let set = try matches(part) else { continue }
                if result?.formUnion(set) == nil { result = set }
            }
            return result
        case .comparison(let comparison): return try matches(comparison)
        }
    }

    private func matches(_ comparison: FilterExpression.Comparison) throws(FilterValueError) -> ItemSet? {
        let isOfEvents = comparison.field.source.dataset.isInteractions
        let column = catalogue.metadata?[column: comparison.field.name]
        let isNumeric = isOfEvents ? false : column?.field.type.isNumeric
        guard let constants = try constants(of: comparison, isNumeric: isNumeric) else { return nil }
        guard isOfEvents else {
            return catalogue.matches(comparison.field.name, comparison.comparator, constants)
        }
        let set = items(withEventsOf: constants)
        return comparison.comparator.isNegative ? set.complement : set
    }

    /// The items on which the user has one of the newest events of a type in `types`.
    private func items(withEventsOf types: [FilterConstant]) -> ItemSet {
        let names = types.compactMap { if case .string(let name) = $0 { name.lowercased() } else { nil } }
        let takesAll = names.contains("*")
        // How many events of each type are still to be taken; those without a type come last.
        let known = context.eventTypes.identifiers
        var left = known.map { takesAll || names.contains($0.lowercased()) ? filter.eventsPerType : 0 }
        left.append(takesAll ? filter.eventsPerType : 0)
        var set = catalogue.none
        let history = context.history
        for index in (0..<min(history.items.count, history.eventTypes.count)).reversed() {
            let type = min(Int(history.eventTypes[index]), known.count)
            guard left[type] > 0 else { continue }
            left[type] -= 1
            set.insert(Int(history.items[index]))
        }
        return set
    }

    /// What a field is compared with; nil when a parameter has no value.
    private func constants(
        of comparison: FilterExpression.Comparison, isNumeric: Bool?
    ) throws(FilterValueError) -> [FilterConstant]? {
        switch comparison.operand {
        case .currentItem(let field): return catalogue.constants(of: context.currentItem, in: field.name)
        case .values(let written):
            var constants: [FilterConstant] = []
            for value in written {
                switch value.kind {
                case .string(let string): constants.append(.string(string))
                case .number(let number): constants.append(.number(number))
                case .parameter(let name):
                    guard let given = values.constants[name] else { return nil }
                    guard comparison.comparator.takesList || given.count == 1 else {
                        throw FilterValueError(
                            "The parameter \(name) is used with \(comparison.comparator.rawValue) and takes one value.")
                    }
                    for value in given { constants.append(try constant(value, of: name, in: comparison, isNumeric)) }
                }
            }
            return constants
        }
    }

    private func constant(
        _ value: FilterValues.Value, of name: String, in comparison: FilterExpression.Comparison, _ isNumeric: Bool?
    ) throws(FilterValueError) -> FilterConstant {
        if isNumeric ?? (comparison.comparator.isOrdering || !value.isQuoted) {
            guard let number = FilterNumber(value.text) else {
                throw FilterValueError("The parameter \(name) is compared with \(comparison.field) and takes numbers.")
            }
            return .number(number)
        }
        guard value.isQuoted else {
            throw FilterValueError(
                "The parameter \(name) is compared with \(comparison.field) and takes text in double quotes.")
        }
        return .string(value.text)
    }
}

extension FilterCatalogue {
    func matches(
        _ field: String, _ comparator: FilterExpression.Comparator, _ constants: [FilterConstant]
    ) -> ItemSet {
        if comparator.isNegative {
            return matches(field, comparator == .isNotIn ? .isIn : .equal, constants).complement
        }
        let texts = constants.compactMap { if case .string(let text) = $0 { text } else { nil } }
        if field == (metadata?.type ?? .items).subjectField {
            var set = none
            for text in texts { if let item = items.index(of: text) { set.insert(item) } }
            return set
        }
        guard let column = metadata?[column: field] else { return none }
        switch column.values {
        case .categorical, .text: return items(withAnyOf: texts, in: column)
        case .integers, .numbers:
            let numbers = constants.compactMap { if case .number(let number) = $0 { number } else { nil } }
            return items(in: column) { value in numbers.contains { comparator.holds(between: value, and: $0) } }
        case .booleans: return none
        }
    }

    /// What is known of an item; empty for an unknown one.
    func constants(of item: String?, in field: String) -> [FilterConstant] {
        guard let item, let metadata else { return [] }
        if field == metadata.type.subjectField { return [.string(item)] }
        guard let row = metadata.row(of: item) else { return [] }
        return metadata[column: field]?.constants(ofRow: row) ?? []
    }
}

extension MetadataColumn {
    /// The values of a row; empty for a null.
    func constants(ofRow row: Int) -> [FilterConstant] {
        switch values {
        case .categorical(let column): column[row].map { .string(column.categories[Int($0)]) }
        case .text(let texts): texts[row].isEmpty ? [] : [.string(texts[row])]
        case .integers(let integers): integers[row] == Self.nullInteger ? [] : [.number(.integer(integers[row]))]
        case .numbers(let numbers): numbers[row].isNaN ? [] : [.number(.real(numbers[row]))]
        case .booleans: []
        }
    }
}

extension FilterExpression.Comparator {
    /// Whether one of the known values of a field stands so to one of the constants, or for `NOT IN` and `!=` none equals.
    func holds(between known: [FilterConstant], and constants: [FilterConstant]) -> Bool {
        if isNegative { return !known.contains { value in constants.contains { $0.equals(value) } } }
        return known.contains { value in
            constants.contains { constant in
                switch (value, constant) {
                case (.number(let left), .number(let right)): holds(between: left, and: right)
                default: !isOrdering && value.equals(constant)
                }
            }
        }
    }

    func holds(between left: FilterNumber, and right: FilterNumber) -> Bool {
        if case (.integer(let left), .integer(let right)) = (left, right) { return holds(left, right) }
        return holds(left.double, right.double)
    }

    private func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
        switch self {
        case .isIn, .equal: left == right
        case .isNotIn, .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

extension FilterConstant {
    /// Texts are equal when their bytes are.
    fileprivate func equals(_ other: FilterConstant) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.number(let left), .number(let right)):
            FilterExpression.Comparator.equal.holds(between: left, and: right)
        case (.string, .number), (.number, .string): false
        }
    }
}
