import PersonalizeAPI

/// The rules of tags that the shapes do not express (developer guide, "Tagging Amazon Personalize resources").
enum TagRules {
    static let maximumCount = 50

    /// - Throws: `PersonalizeError` with `TooManyTagsException` or `InvalidInputException`.
    static func checked(_ tags: [Tag]?) throws -> [(key: String, value: String)] {
        guard let tags else { return [] }
        try checkCount(tags.count)
        var keys: Set<String> = []
        for tag in tags {
            guard keys.insert(tag.tagKey).inserted else {
                throw PersonalizeError.invalidInput("The tag key \(tag.tagKey) is given more than once.")
            }
            try checkIsNotReserved(tag.tagKey)
        }
        return tags.map { ($0.tagKey, $0.tagValue) }
    }

    /// - Throws: `PersonalizeError` with `TooManyTagKeysException` or `InvalidInputException`.
    static func checked(keys: [String]) throws -> [String] {
        guard keys.count <= maximumCount else {
            throw PersonalizeError(
                .tooManyTagKeysException,
                "A resource can have at most \(maximumCount) tags; \(keys.count) keys are given.")
        }
        for key in keys { try checkIsNotReserved(key) }
        return keys
    }

    /// - Throws: `PersonalizeError` with `TooManyTagsException`.
    static func checkCount(_ count: Int) throws {
        guard count <= maximumCount else {
            throw PersonalizeError(.tooManyTagsException, "A resource can have at most \(maximumCount) tags.")
        }
    }

    private static func checkIsNotReserved(_ key: String) throws {
        guard !key.lowercased().hasPrefix("aws:") else {
            throw PersonalizeError.invalidInput("The tag key \(key) begins with aws:, which is reserved.")
        }
    }
}
