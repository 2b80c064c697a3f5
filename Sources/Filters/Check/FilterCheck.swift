public import Datasets

extension FilterExpression {
    /// Checks an expression against the schemas of a dataset group and the documented rules.
    ///
    /// - Throws: The first mistake in the order of the text.
    public func check(
        against schemas: [DatasetType: DatasetSchema], limits: FilterLimits = FilterLimits()
    ) throws(FilterMistake) {
        try FilterCheck(expression: self, schemas: schemas, limits: limits).run()
    }

    /// The distinct fields of datasets, those of `CurrentUser` and `CurrentItem` under their datasets.
    public var datasetFields: Set<String> {
        var fields: Set<String> = []
        for comparison in comparisons {
            fields.insert(comparison.field.datasetField)
            if case .currentItem(let other) = comparison.operand { fields.insert(other.datasetField) }
        }
        return fields
    }
}

extension FilterExpression.Source {
    var dataset: DatasetType {
        switch self {
        case .items, .currentItem: .items
        case .users, .currentUser: .users
        case .actions: .actions
        case .interactions: .interactions
        case .actionInteractions: .actionInteractions
        }
    }
}

extension FilterExpression.Field {
    static let eventType = "EVENT_TYPE"

    var datasetField: String {
        source.dataset.isInteractions
            ? "\(source.dataset.rawValue).\(name.uppercased())" : "\(source.dataset.rawValue).\(name)"
    }
}

extension FilterExpression.Subject {
    /// Where a field can come from.
    fileprivate var sources: [FilterExpression.Source] {
        switch self {
        case .item: [.items, .interactions]
        case .user: [.users, .interactions]
        case .action: [.actions, .actionInteractions]
        }
    }
}

private struct FilterCheck {
    let expression: FilterExpression
    let schemas: [DatasetType: DatasetSchema]
    let limits: FilterLimits

    func mistake(_ message: String, at offset: Int) -> FilterMistake {
        FilterMistake(message, at: offset, in: expression.text)
    }

    func run() throws(FilterMistake) {
        for clause in expression.clauses { try check(clause) }
        let fields = expression.datasetFields
        guard fields.count <= limits.fieldsPerFilter else {
            throw mistake(
                "The filter uses \(fields.count) distinct fields; it can use at most \(limits.fieldsPerFilter).", at: 0)
        }
        guard expression.parameters.count <= FilterLimits.parameters else {
            throw mistake("The filter has more than \(FilterLimits.parameters) parameters.", at: 0)
        }
    }

    private func check(_ clause: FilterExpression.Clause) throws(FilterMistake) {
        guard clause.subject == expression.subject else {
            throw mistake(
                "The expressions of a chain must all filter the same: the first filters "
                    + "\(expression.subject.rawValue), this one \(clause.subject.rawValue).", at: clause.offset)
        }
        let comparisons = clause.condition.comparisons
        for comparison in comparisons {
            let source = comparison.field.source
            guard clause.subject.sources.contains(source) else {
                let names = clause.subject.sources.map(\.rawValue).joined(separator: " and ")
                throw mistake(
                    "\(clause.subject.rawValue) can be filtered by fields of \(names), not of \(source.rawValue).",
                    at: comparison.field.offset)
            }
            if let first = comparisons.first?.field.source, first != source {
                throw mistake(
                    "Conditions joined with AND or OR must use one dataset, here \(first.rawValue); "
                        + "chain expressions with | to use several.", at: comparison.field.offset)
            }
            try check(comparison)
        }
        for comparison in clause.userConditions {
            guard clause.subject != .user else {
                throw mistake("An expression that filters UserID has no CurrentUser.", at: comparison.field.offset)
            }
            try check(comparison)
        }
    }

    private func check(_ comparison: FilterExpression.Comparison) throws(FilterMistake) {
        let field = try schemaField(comparison.field)
        if comparison.comparator == .isNotIn, case .values(let values) = comparison.operand {
            for value in values {
                if case .parameter(let name) = value.kind {
                    throw mistake(
                        "NOT IN cannot take the parameter $\(name); use IN with the opposite of INCLUDE or EXCLUDE.",
                        at: value.offset)
                }
            }
        }
        if comparison.field.source.dataset.isInteractions { return try checkEventTypes(comparison) }
        guard field.type != .boolean else {
            throw mistake(
                "\(comparison.field) is a boolean, which filters cannot use; use a string or a number instead.",
                at: comparison.field.offset)
        }
        guard !field.isTextual else {
            throw mistake(
                "\(comparison.field) is text in natural language, which filters cannot use.",
                at: comparison.field.offset)
        }
        guard field.type.isNumeric || !comparison.comparator.isOrdering else {
            throw mistake(
                "\(comparison.field) is a string, so \(comparison.comparator.rawValue) cannot be used; use IN or =.",
                at: comparison.field.offset)
        }
        switch comparison.operand {
        case .values(let values): for value in values { try check(value, of: comparison.field, as: field) }
        case .currentItem(let other):
            guard comparison.field.source == .items else {
                throw mistake("CurrentItem can be compared with fields of Items only.", at: other.offset)
            }
            let otherField = try schemaField(other)
            guard otherField.type.isNumeric == field.type.isNumeric, otherField.type != .boolean,
                !otherField.isTextual
            else {
                throw mistake(
                    "\(other) cannot be compared with \(comparison.field): their types differ.", at: other.offset)
            }
        }
    }

    private func check(
        _ value: FilterExpression.Value, of field: FilterExpression.Field, as schemaField: SchemaField
    ) throws(FilterMistake) {
        switch value.kind {
        case .parameter: break
        case .number where !schemaField.type.isNumeric:
            throw mistake("\(field) is a string; write its values in double quotes.", at: value.offset)
        case .string("*"):
            throw mistake("* stands for every event type and cannot be used with \(field).", at: value.offset)
        case .string where schemaField.type.isNumeric:
            throw mistake("\(field) is a number; write its values without quotes.", at: value.offset)
        case .number, .string: break
        }
    }

    private func checkEventTypes(_ comparison: FilterExpression.Comparison) throws(FilterMistake) {
        guard comparison.comparator.takesList else {
            throw mistake("\(comparison.field) is compared with IN or NOT IN.", at: comparison.field.offset)
        }
        switch comparison.operand {
        case .currentItem(let other):
            throw mistake("CurrentItem can be compared with fields of Items only.", at: other.offset)
        case .values(let values):
            for value in values {
                if case .number = value.kind {
                    throw mistake("Event types are text; write them in double quotes.", at: value.offset)
                }
            }
        }
    }

    private func schemaField(_ field: FilterExpression.Field) throws(FilterMistake) -> SchemaField {
        let dataset = field.source.dataset
        guard let schema = schemas[dataset] else {
            throw mistake("The dataset group has no \(dataset.recordName) dataset.", at: field.offset)
        }
        if dataset.isInteractions {
            guard field.name.uppercased() == FilterExpression.Field.eventType else {
                throw mistake("Of \(field.source.rawValue) only the field EVENT_TYPE can be used.", at: field.offset)
            }
            guard let eventType = schema[field: FilterExpression.Field.eventType] else {
                throw mistake("The schema of \(dataset.recordName) has no field EVENT_TYPE.", at: field.offset)
            }
            return eventType
        }
        if let found = schema[field: field.name] { return found }
        let near = schema.fields.first { $0.name.uppercased() == field.name.uppercased() }
        let hint = near.map { " Did you mean \($0.name)? Names are case sensitive." } ?? ""
        throw mistake(
            "The schema of \(dataset.recordName) has no field \(field.name.abbreviated).\(hint)", at: field.offset)
    }
}
