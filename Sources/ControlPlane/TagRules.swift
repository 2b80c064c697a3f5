import PersonalizeAPI

/// The rules of tags that the shapes do not express (developer guide, "Tagging Amazon Personalize resources").
enum TagRules {
    static let maximumCount = 50

    /// - Throws: `PersonalizeError` with `TooManyTagsException` or `InvalidInputException`.
    static func checked(_ tags: [Tag]?) throws -> [(key: String, value: String)] {
        guard let tags else { return [] }
        guard tags.count <= maximumCount else {
            throw PersonalizeError(.tooManyTagsException, "A resource can have at most \(maximumCount) tags.")
        }
        var keys: Set<String> = []
        for tag in tags {
            guard keys.insert(tag.tagKey).inserted else {
                throw PersonalizeError.invalidInput("The tag key \(tag.tagKey) is given more than once.")
            }
            guard !tag.tagKey.lowercased().hasPrefix("aws:") else {
                throw PersonalizeError.invalidInput("The tag key \(tag.tagKey) begins with aws:, which is reserved.")
            }
        }
        return tags.map { ($0.tagKey, $0.tagValue) }
    }
}
