import Foundation

/// How Palate changes lists beyond what the managed service offers: the keys of `itemExplorationConfig` that begin with
/// `palate.`, since it is the one part of a configuration whose keys clients do not know by name.
package struct ListOptions: Sendable, Hashable {
    /// At most so many items of one category in a list.
    package struct CategoryMaximum: Sendable, Hashable {
        /// A categorical column of the Items dataset.
        package let column: String
        package let maximum: Int
    }

    /// Events that make an item one that was seen.
    package enum SeenEvents: Sendable, Hashable {
        case ofAnyType
        /// Compared without regard to case.
        case ofTypes([String])
    }

    /// Lists as they are.
    package static let unchanged = ListOptions()

    private static let prefix = "palate."
    private static let maximumName = prefix + "maximumPerCategory"
    package static let columnName = prefix + "categoryColumn"
    private static let boostName = prefix + "freshnessBoost"
    private static let seenName = prefix + "removeSeen"
    private static let names = [columnName, boostName, maximumName, seenName]
    private static let maximumParameter = IntegerHyperparameter(maximumName, in: 1...500, default: 500)
    private static let boostParameter = ContinuousHyperparameter(boostName, in: 0...1, default: 0)

    package let categoryMaximum: CategoryMaximum?
    /// 0 leaves lists as they are; 1 lifts the newest item from the hundredth place to the first.
    package let freshnessBoost: Double
    /// Items on which the user has such an event are left out; nil leaves out none.
    package let removesSeen: SeenEvents?

    private init() {
        categoryMaximum = nil
        freshnessBoost = 0
        removesSeen = nil
    }

    /// Whether a key belongs here.
    package static func isName(_ key: String) -> Bool { key.hasPrefix(prefix) }

    /// - Parameter texts: Of an `itemExplorationConfig`; what belongs to exploration is not looked at.
    package init(_ texts: [String: String]) throws(HyperparameterError) {
        let own = texts.filter { Self.isName($0.key) }
        if let unknown = own.keys.filter({ !Self.names.contains($0) }).min() {
            throw .unknown(name: unknown, known: Self.names)
        }
        let values = try HyperparameterValues(
            own.filter { [Self.maximumName, Self.boostName].contains($0.key) },
            for: [.integer(Self.maximumParameter), .continuous(Self.boostParameter)])
        freshnessBoost = values[Self.boostParameter]
        switch (own[Self.columnName], values.isGiven(Self.maximumName)) {
        case (let column?, true):
            categoryMaximum = CategoryMaximum(column: column, maximum: values[Self.maximumParameter])
        case (nil, false): categoryMaximum = nil
        case (.some, false): throw .contradiction("\(Self.columnName) is given without \(Self.maximumName).")
        case (nil, true): throw .contradiction("\(Self.maximumName) is given without \(Self.columnName).")
        }
        removesSeen = try own[Self.seenName].map { text throws(HyperparameterError) in try Self.seenEvents(text) }
    }

    private static func seenEvents(_ text: String) throws(HyperparameterError) -> SeenEvents {
        let types = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        if types == ["*"] { return .ofAnyType }
        guard !types.contains(where: { $0.isEmpty || $0 == "*" }) else {
            throw .outOfRange(
                name: seenName, value: text, expected: "event types with commas between them, or * for all")
        }
        return .ofTypes(types)
    }
}
