/// The checks of a schema's fields against what a dataset type and domain ask for.
struct SchemaCheck {
    let fields: [SchemaField]
    let type: DatasetType
    let domain: DatasetDomain?
    let limits: DatasetLimits

    func run() throws(SchemaError) {
        if let domain, type == .actions || type == .actionInteractions {
            throw SchemaError(
                .domainMismatch,
                "\(type.rawValue) datasets exist only in custom dataset groups, not in the \(domain.rawValue) domain.")
        }
        try checkNames()
        let requirements = SchemaRequirements(type, domain: domain)
        for rule in requirements.required {
            guard let field = fields.first(where: { $0.name == rule.name }) else {
                throw SchemaError(
                    .missingRequiredField, field: rule.name,
                    "The schema has no \(rule.name), which \(place) datasets require.")
            }
            try check(field, against: rule)
        }
        for field in fields {
            if let rule = requirements.reserved.first(where: { $0.name == field.name }) {
                try check(field, against: rule)
            }
            if field.isTextual, type != .items {
                throw SchemaError(
                    .invalidAttribute, field: field.name,
                    "The field \(field.name) is textual, but only items can have textual fields.")
            }
        }
        try checkCounts(requirements)
    }

    private var place: String { (domain.map { "\($0.rawValue) " } ?? "") + type.rawValue }

    /// Names must differ by more than case and underscores, because events spell them in camel case.
    private func checkNames() throws(SchemaError) {
        var seen: [String: String] = [:]
        for field in fields {
            guard AvroRecord.isFieldName(field.name) else {
                throw SchemaError(
                    .invalidFieldName, field: field.name, "\"\(field.name.abbreviated)\" is not a field name.")
            }
            let key = field.name.filter { $0 != "_" }.lowercased()
            if let other = seen.updateValue(field.name, forKey: key) {
                let what = other == field.name ? "appears twice" : "is too like \(other)"
                throw SchemaError(.duplicateField, field: field.name, "The field \(field.name) \(what).")
            }
        }
    }

    private func check(_ field: SchemaField, against rule: SchemaRequirements.Rule) throws(SchemaError) {
        guard rule.types.contains(field.type) else {
            throw SchemaError(
                .wrongFieldType, field: field.name,
                "The field \(field.name) must be \(rule.types.map(\.rawValue).joined(separator: " or ")), but it is "
                    + "\(field.type.rawValue).")
        }
        if field.isNullable, !rule.allowsNull {
            throw SchemaError(.nullNotAllowed, field: field.name, "The field \(field.name) cannot be null.")
        }
        let form: SchemaRequirements.Form = field.isCategorical ? .categorical : field.isTextual ? .textual : .plain
        guard form != rule.form else { return }
        let reason =
            switch rule.form {
            case .plain: "cannot be \(field.isCategorical ? "categorical" : "textual")"
            case .categorical: "must have \"categorical\": true"
            case .textual: "must have \"textual\": true"
            }
        throw SchemaError(.invalidAttribute, field: field.name, "The field \(field.name) is reserved and \(reason).")
    }

    private func checkCounts(_ requirements: SchemaRequirements) throws(SchemaError) {
        let metadata = fields.filter(requirements.isMetadata)
        let counting = Set(requirements.reserved.filter(\.countsAsMetadata).map(\.name))
        if requirements.needsMetadata,
            !metadata.contains(where: { $0.type != .string || $0.isCategorical || $0.isTextual }),
            !fields.contains(where: { counting.contains($0.name) })
        {
            throw SchemaError(
                .missingMetadataField,
                "\(place) datasets need at least one metadata field: a categorical \(type == .items ? "or textual " : "")"
                    + "string or a number.")
        }
        let (count, maximum, what) =
            switch type {
            case .interactions: (metadata.count, limits.maximumInteractionMetadataFields, "metadata fields")
            case .actionInteractions: (metadata.count, limits.maximumInteractionMetadataFields, "metadata fields")
            case .users: (metadata.count, limits.maximumUserMetadataFields, "metadata fields")
            case .items: (metadata.count, limits.maximumItemMetadataFields, "metadata fields")
            case .actions: (fields.count, limits.maximumActionFields, "fields")
            }
        guard count <= maximum else {
            throw SchemaError(
                .tooManyMetadataFields, field: metadata.last?.name,
                "\(place) datasets have at most \(maximum) \(what), but the schema has \(count).")
        }
        let textual = fields.filter(\.isTextual)
        guard textual.count <= limits.maximumItemTextualFields else {
            throw SchemaError(
                .tooManyTextualFields, field: textual.last?.name,
                "\(place) datasets have at most \(limits.maximumItemTextualFields) textual field, but the schema has "
                    + "\(textual.count).")
        }
    }
}
