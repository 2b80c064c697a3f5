/// What a dataset type asks of its schema, by domain.
///
/// Source: "Custom datasets and schemas", "ECOMMERCE datasets and schemas", "VIDEO_ON_DEMAND datasets and schemas" and
/// the dataset requirement pages below them in the Amazon Personalize developer guide.
struct SchemaRequirements {
    enum Form: Sendable { case plain, categorical, textual }

    struct Rule: Sendable {
        let name: String
        let types: [FieldType]
        let form: Form
        let allowsNull: Bool
        /// Whether the field counts towards the metadata that a dataset must have.
        var countsAsMetadata = false
    }

    let required: [Rule]
    let reserved: [Rule]
    let needsMetadata: Bool

    init(_ type: DatasetType, domain: DatasetDomain?) {
        switch (type, domain) {
        case (.interactions, nil):
            required = [.identifier("USER_ID"), .identifier("ITEM_ID"), .timestamp]
            reserved = [.string("EVENT_TYPE")] + Self.eventKeywords
            needsMetadata = false
        case (.interactions, _):
            required = [.identifier("USER_ID"), .identifier("ITEM_ID"), .timestamp, .string("EVENT_TYPE")]
            reserved = Self.eventKeywords
            needsMetadata = false
        case (.actionInteractions, _):
            required = [
                .identifier("USER_ID"), .identifier("ACTION_ID"), .timestamp, .string("EVENT_TYPE", allowsNull: false),
            ]
            reserved = [.string("IMPRESSION"), .string("RECOMMENDATION_ID")]
            needsMetadata = false
        case (.users, let domain):
            required = [.identifier("USER_ID")]
            reserved = domain == .videoOnDemand ? [.category("SUBSCRIPTION_MODEL", countsAsMetadata: true)] : []
            needsMetadata = true
        case (.items, nil):
            required = [.identifier("ITEM_ID")]
            reserved = [.number("CREATION_TIMESTAMP", [.long])]
            needsMetadata = true
        case (.items, .ecommerce):
            required = [.identifier("ITEM_ID"), .number("PRICE", [.float, .double]), .category("CATEGORY_L1")]
            reserved = [
                .category("CATEGORY_L2"), .category("CATEGORY_L3"), .text("PRODUCT_DESCRIPTION"),
                .number("CREATION_TIMESTAMP", [.long]), .category("AGE_GROUP"), .category("ADULT"), .category("GENDER"),
            ]
            needsMetadata = false
        case (.items, .videoOnDemand):
            required = [.identifier("ITEM_ID"), .number("CREATION_TIMESTAMP", [.long]), .category("GENRES")]
            reserved = [
                .number("PRICE", [.float, .double]), .number("DURATION", [.float, .double]), .category("GENRE_L2"),
                .category("GENRE_L3"), .number("AVERAGE_RATING", [.float, .double]), .text("PRODUCT_DESCRIPTION"),
                .category("CONTENT_OWNER"), .category("CONTENT_CLASSIFICATION"),
            ]
            needsMetadata = false
        case (.actions, _):
            required = [.identifier("ACTION_ID")]
            reserved = [
                .number("CREATION_TIMESTAMP", [.long]), .number("VALUE", [.long]), .string("TYPE"),
                .number("EXPIRATION_TIMESTAMP", [.long]), .number("ACTION_EXPIRATION_TIMESTAMP", [.long]),
                .number("REPEAT_FREQUENCY", [.long]),
            ]
            needsMetadata = true
        }
    }

    private static var eventKeywords: [Rule] {
        [
            .number("EVENT_VALUE", [.float, .double]), .string("IMPRESSION"), .string("RECOMMENDATION_ID"),
            .string("EVENT_ATTRIBUTION_SOURCE"),
        ]
    }

    func isMetadata(_ field: SchemaField) -> Bool {
        !required.contains { $0.name == field.name } && !reserved.contains { $0.name == field.name }
    }
}

extension SchemaRequirements.Rule {
    fileprivate static func identifier(_ name: String) -> Self {
        Self(name: name, types: [.string], form: .plain, allowsNull: false)
    }

    fileprivate static var timestamp: Self {
        Self(name: "TIMESTAMP", types: [.long], form: .plain, allowsNull: false)
    }

    fileprivate static func string(_ name: String, allowsNull: Bool = true) -> Self {
        Self(name: name, types: [.string], form: .plain, allowsNull: allowsNull)
    }

    fileprivate static func category(_ name: String, countsAsMetadata: Bool = false) -> Self {
        Self(name: name, types: [.string], form: .categorical, allowsNull: true, countsAsMetadata: countsAsMetadata)
    }

    fileprivate static func text(_ name: String) -> Self {
        Self(name: name, types: [.string], form: .textual, allowsNull: true)
    }

    fileprivate static func number(_ name: String, _ types: [FieldType]) -> Self {
        Self(name: name, types: types, form: .plain, allowsNull: true)
    }
}
