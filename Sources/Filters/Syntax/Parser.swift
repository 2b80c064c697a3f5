public import Datasets

extension FilterExpression {
    /// Reads an expression. Keywords and the names of datasets are read in any case, in the singular or the plural.
    ///
    /// ```
    /// filter     = clause { "|" clause }
    /// clause     = ( INCLUDE | EXCLUDE ) ( ItemID | UserID | ActionID ) WHERE or [ IF comparison { AND comparison } ]
    /// or         = and { OR and }
    /// and        = unary { AND unary }
    /// unary      = NOT unary | "(" or ")" | comparison
    /// comparison = field ( IN | NOT IN ) ( list | field ) | field operator ( value | "(" value ")" | field )
    /// list       = "(" value { "," value } ")"
    /// value      = text | number | parameter | "*"
    /// field      = dataset "." name
    /// ```
    public init(parsing text: String) throws(FilterMistake) {
        guard text.utf8.count <= FilterLimits.expressionLength * 4, text.count <= FilterLimits.expressionLength else {
            throw FilterMistake(
                "A filter expression has at most \(FilterLimits.expressionLength) characters.", at: 0, in: text)
        }
        var parser = Parser(text: text, tokens: try Lexer.tokens(of: text))
        self.init(clauses: try parser.clauses(), text: text)
    }

    /// Reads what a batch segment job's line says of items, such as `ITEMS.genres = "Comedy" AND ITEMS.genres = "Action"`,
    /// as the expression that includes these items.
    ///
    /// Attributes are joined with `AND`. Unlike in filters, `=` is the only comparison of strings, and the name of a
    /// field may be written in any case (developer guide, "Specifying item attributes for the Item-Attribute-Affinity
    /// recipe").
    public init(itemAttributes text: String, of schema: DatasetSchema) throws(FilterMistake) {
        guard text.utf8.count <= FilterLimits.expressionLength * 4, text.count <= FilterLimits.expressionLength else {
            throw FilterMistake(
                "Item attributes have at most \(FilterLimits.expressionLength) characters.", at: 0, in: text)
        }
        var parser = Parser(text: text, tokens: try Lexer.tokens(of: text))
        self.init(clauses: [try parser.attributes(of: schema)], text: text)
        try check(against: [.items: schema])
    }
}

/// Recursive descent with one token of look-ahead.
private struct Parser {
    let text: String
    let tokens: [Token]
    private var at = 0
    private var depth = 0

    init(text: String, tokens: [Token]) {
        self.text = text
        self.tokens = tokens
    }

    private var current: Token {
        at < tokens.count ? tokens[at] : Token(kind: .end, offset: text.utf8.count)
    }

    private func mistake(_ message: String, at offset: Int? = nil) -> FilterMistake {
        FilterMistake(message, at: offset ?? current.offset, in: text)
    }

    private func expected(_ what: String) -> FilterMistake { mistake("Expected \(what), but found \(current.text).") }

    private mutating func take(keyword: String) -> Bool {
        guard current.isKeyword(keyword) else { return false }
        at += 1
        return true
    }

    private mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        at += 1
        return true
    }

    mutating func clauses() throws(FilterMistake) -> [FilterExpression.Clause] {
        var clauses: [FilterExpression.Clause] = []
        repeat { clauses.append(try clause()) } while take(.pipe)
        guard current.kind == .end else {
            throw expected(
                clauses.last?.userConditions.isEmpty == false ? "AND, | or the end" : "AND, OR, IF, | or the end")
        }
        return clauses
    }

    private mutating func clause() throws(FilterMistake) -> FilterExpression.Clause {
        let offset = current.offset
        let action: FilterExpression.Action
        if take(keyword: "INCLUDE") {
            action = .include
        } else if take(keyword: "EXCLUDE") {
            action = .exclude
        } else {
            throw expected("INCLUDE or EXCLUDE")
        }
        let subject: FilterExpression.Subject
        if take(keyword: "ITEMID") {
            subject = .item
        } else if take(keyword: "USERID") {
            subject = .user
        } else if take(keyword: "ACTIONID") {
            subject = .action
        } else {
            throw expected("ItemID, UserID or ActionID")
        }
        guard take(keyword: "WHERE") else { throw expected("WHERE") }
        let condition = try alternatives()
        var userConditions: [FilterExpression.Comparison] = []
        if take(keyword: "IF") {
            repeat { userConditions.append(try userCondition()) } while take(keyword: "AND")
            if current.isKeyword("OR") { throw mistake("Conditions after IF can be joined with AND only.") }
            if current.isKeyword("IF") { throw mistake("IF can be used once, at the end of an expression.") }
        }
        return FilterExpression.Clause(
            action: action, subject: subject, condition: condition, userConditions: userConditions, offset: offset)
    }

    /// A whole expression of attributes of items.
    mutating func attributes(of schema: DatasetSchema) throws(FilterMistake) -> FilterExpression.Clause {
        let condition = try alternatives()
        guard current.kind == .end else { throw expected("AND or the end") }
        return FilterExpression.Clause(
            action: .include, subject: .item, condition: try attributes(in: condition, of: schema), userConditions: [],
            offset: 0)
    }

    private func attributes(
        in condition: FilterExpression.Condition, of schema: DatasetSchema
    ) throws(FilterMistake) -> FilterExpression.Condition {
        switch condition {
        case .any: throw mistake("Attributes can be joined with AND only.", at: 0)
        case .not: throw mistake("Attributes cannot be negated with NOT.", at: 0)
        case .all(let parts):
            var attributes: [FilterExpression.Condition] = []
            for part in parts { attributes.append(try self.attributes(in: part, of: schema)) }
            return .all(attributes)
        case .comparison(let comparison):
            let field = comparison.field
            guard field.source == .items else {
                throw mistake("Attributes are fields of Items, not of \(field.source.rawValue).", at: field.offset)
            }
            guard !comparison.comparator.takesList, !comparison.comparator.isNegative else {
                throw mistake(
                    "Attributes are compared with =, and numbers also with <, <=, > and >=.", at: field.offset)
            }
            guard case .values(let values) = comparison.operand, comparison.parameters.isEmpty else {
                throw mistake("Attributes are compared with texts and numbers only.", at: field.offset)
            }
            let spelled = schema.fields.filter { $0.name.uppercased() == field.name.uppercased() }
            let name = schema[field: field.name] == nil && spelled.count == 1 ? spelled[0].name : field.name
            return .comparison(
                .init(
                    field: FilterExpression.Field(source: .items, name: name, offset: field.offset),
                    comparator: comparison.comparator, operand: .values(values)))
        }
    }

    private mutating func userCondition() throws(FilterMistake) -> FilterExpression.Comparison {
        let offset = current.offset
        let comparison = try comparison()
        guard comparison.field.source == .currentUser else {
            throw mistake("After IF only fields of CurrentUser can be compared.", at: offset)
        }
        return comparison
    }

    private mutating func alternatives() throws(FilterMistake) -> FilterExpression.Condition {
        var parts = [try conjunction()]
        while take(keyword: "OR") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(FilterMistake) -> FilterExpression.Condition {
        var parts = [try unary()]
        while take(keyword: "AND") { parts.append(try unary()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func unary() throws(FilterMistake) -> FilterExpression.Condition {
        guard depth < FilterLimits.depth else {
            throw mistake("Parentheses and NOT are nested more than \(FilterLimits.depth) deep.")
        }
        depth += 1
        defer { depth -= 1 }
        if take(keyword: "NOT") { return .not(try unary()) }
        if take(.leftParenthesis) {
            let inner = try alternatives()
            guard take(.rightParenthesis) else { throw expected("AND, OR or \")\"") }
            return inner
        }
        let offset = current.offset
        let comparison = try comparison()
        switch comparison.field.source {
        case .currentUser: throw mistake("CurrentUser can be used after IF only.", at: offset)
        case .currentItem:
            throw mistake("CurrentItem can be used as the value that a field of Items is compared with.", at: offset)
        default: return .comparison(comparison)
        }
    }

    private mutating func comparison() throws(FilterMistake) -> FilterExpression.Comparison {
        let field = try field("a condition such as Items.GENRE IN (\"Drama\")")
        let comparator = try comparator()
        if case .word = current.kind {
            return .init(field: field, comparator: comparator, operand: .currentItem(try currentItemField()))
        }
        if comparator.takesList {
            guard take(.leftParenthesis) else { throw expected("\"(\" and a list of values") }
            if case .word = current.kind {
                let other = try currentItemField()
                guard take(.rightParenthesis) else { throw expected("\")\"") }
                return .init(field: field, comparator: comparator, operand: .currentItem(other))
            }
            var values: [FilterExpression.Value] = []
            repeat { values.append(try value()) } while take(.comma)
            guard take(.rightParenthesis) else { throw expected("\",\" or \")\"") }
            return .init(field: field, comparator: comparator, operand: .values(values))
        }
        let isEnclosed = take(.leftParenthesis)
        let value = try value()
        guard !isEnclosed || take(.rightParenthesis) else { throw expected("\")\"") }
        return .init(field: field, comparator: comparator, operand: .values([value]))
    }

    private mutating func comparator() throws(FilterMistake) -> FilterExpression.Comparator {
        if take(keyword: "IN") { return .isIn }
        if take(keyword: "NOT_IN") { return .isNotIn }
        if take(keyword: "NOT") {
            guard take(keyword: "IN") else { throw expected("IN after NOT") }
            return .isNotIn
        }
        if case .symbol(let symbol) = current.kind,
            let comparator = FilterExpression.Comparator(rawValue: symbol.rawValue)
        {
            at += 1
            return comparator
        }
        throw expected("IN, NOT IN, =, !=, <, <=, > or >=")
    }

    private mutating func currentItemField() throws(FilterMistake) -> FilterExpression.Field {
        let offset = current.offset
        if case .word = current.kind, at + 1 < tokens.count, tokens[at + 1].kind != .symbol(.dot) {
            throw mistake("Expected a value, but found \(current.text). Text is written in double quotes.")
        }
        let field = try field("a value")
        guard field.source == .currentItem else {
            throw mistake("A field can be compared with values and with fields of CurrentItem only.", at: offset)
        }
        return field
    }

    private mutating func field(_ what: String) throws(FilterMistake) -> FilterExpression.Field {
        let offset = current.offset
        guard case .word(let dataset) = current.kind else { throw expected(what) }
        guard let source = FilterExpression.Source(spelled: dataset) else {
            let names = FilterExpression.Source.allCases.map(\.rawValue).joined(separator: ", ")
            throw mistake("There is no dataset \"\(dataset.abbreviated)\"; it must be one of \(names).")
        }
        at += 1
        guard take(.dot) else { throw expected("\".\" and the name of a field") }
        guard case .word(let name) = current.kind else { throw expected("the name of a field") }
        at += 1
        return FilterExpression.Field(source: source, name: name, offset: offset)
    }

    private mutating func value() throws(FilterMistake) -> FilterExpression.Value {
        let kind: FilterExpression.Value.Kind
        switch current.kind {
        case .string(let string): kind = .string(string)
        case .number(let number): kind = .number(number)
        case .parameter(let name): kind = .parameter(name)
        case .symbol(.asterisk): kind = .string("*")
        case .word: throw mistake("Expected a value, but found \(current.text). Text is written in double quotes.")
        default: throw expected("a value")
        }
        defer { at += 1 }
        return FilterExpression.Value(kind: kind, offset: current.offset)
    }
}

extension FilterExpression.Source {
    fileprivate init?(spelled name: String) {
        switch name.uppercased() {
        case "ITEM", "ITEMS": self = .items
        case "USER", "USERS": self = .users
        case "ACTION", "ACTIONS": self = .actions
        case "INTERACTION", "INTERACTIONS": self = .interactions
        case "ACTION_INTERACTION", "ACTION_INTERACTIONS", "ACTIONINTERACTION", "ACTIONINTERACTIONS":
            self = .actionInteractions
        case "CURRENTUSER": self = .currentUser
        case "CURRENTITEM": self = .currentItem
        default: return nil
        }
    }
}
