import Filters

/// A second evaluator: one item at a time, on plain dictionaries, straight from the expression.
struct NaiveFilter {
    enum Cell: Equatable {
        case texts([String])
        case number(Double)
        case none
    }

    var items: [String: [String: Cell]]
    var user: [String: Cell]
    /// Oldest first.
    var events: [(item: String, type: String?)]
    var currentItem: String
    var values: [String: Cell]
    var eventsPerType: Int

    func allows(_ item: String, _ expression: FilterExpression) -> Bool {
        let active = expression.clauses.filter { clause in
            clause.userConditions.allSatisfy {
                isComplete($0) && compare(user[$0.field.name] ?? .none, $0.comparator, operand($0))
            }
        }
        let includes = active.filter { $0.action == .include }
        let isIncluded = includes.isEmpty || includes.contains { matches(item, $0.condition) == true }
        return isIncluded && !active.contains { $0.action == .exclude && matches(item, $0.condition) == true }
    }

    /// nil where a value that was left out leaves nothing to say.
    private func matches(_ item: String, _ condition: FilterExpression.Condition) -> Bool? {
        switch condition {
        case .not(let part): return matches(item, part).map { !$0 }
        case .all(let parts):
            let known = parts.compactMap { matches(item, $0) }
            return known.isEmpty ? nil : known.allSatisfy { $0 }
        case .any(let parts):
            let known = parts.compactMap { matches(item, $0) }
            return known.isEmpty ? nil : known.contains(true)
        case .comparison(let comparison):
            guard isComplete(comparison) else { return nil }
            let operand = operand(comparison)
            guard comparison.field.source == .interactions else {
                return compare(items[item]?[comparison.field.name] ?? .none, comparison.comparator, operand)
            }
            guard case .texts(let types) = operand else { return false }
            let hasEvent = events.indices.contains { place in
                let event = events[place]
                guard event.item == item else { return false }
                let newer = events[(place + 1)...].count { $0.type == event.type }
                return newer < eventsPerType
                    && types.contains { $0 == "*" || $0.lowercased() == event.type?.lowercased() }
            }
            return hasEvent == (comparison.comparator == .isIn)
        }
    }

    private func isComplete(_ comparison: FilterExpression.Comparison) -> Bool {
        guard case .values(let written) = comparison.operand else { return true }
        return written.allSatisfy { if case .parameter(let name) = $0.kind { values[name] != nil } else { true } }
    }

    private func operand(_ comparison: FilterExpression.Comparison) -> Cell {
        switch comparison.operand {
        case .currentItem(let field): return items[currentItem]?[field.name] ?? .none
        case .values(let written):
            var texts: [String] = []
            for value in written {
                switch value.kind {
                case .number(.integer(let number)): return .number(Double(number))
                case .number(.real(let number)): return .number(number)
                case .string(let text): texts.append(text)
                case .parameter(let name):
                    if case .texts(let given) = values[name] { texts += given }
                    if case .number = values[name] { return values[name] ?? .none }
                }
            }
            return .texts(texts)
        }
    }

    private func compare(_ cell: Cell, _ comparator: FilterExpression.Comparator, _ operand: Cell) -> Bool {
        switch (cell, operand) {
        case (.texts(let left), .texts(let right)):
            let meet = left.contains { right.contains($0) }
            return comparator == .isNotIn || comparator == .notEqual ? !meet : meet
        case (.number(let left), .number(let right)):
            switch comparator {
            case .isIn, .equal: return left == right
            case .isNotIn, .notEqual: return left != right
            case .less: return left < right
            case .lessOrEqual: return left <= right
            case .greater: return left > right
            case .greaterOrEqual: return left >= right
            }
        default: return comparator == .isNotIn || comparator == .notEqual
        }
    }
}
