/// How much a campaign explores: `campaignConfig.itemExplorationConfig` (developer guide, "User-Personalization
/// recipe", item exploration configuration).
package struct ItemExploration: Sendable, Hashable {
    static let weightParameter = ContinuousHyperparameter("explorationWeight", in: 0...1, default: 0.3)
    static let ageParameter = ContinuousHyperparameter(
        "explorationItemAgeCutOff", in: Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude, default: 30)

    /// 0 recommends by relevance alone, 1 explores most.
    package let weight: Double
    /// Items that appeared longer ago are not explored; days before the newest interaction.
    package let itemAgeCutOffDays: Double

    /// - Parameter texts: Of an `itemExplorationConfig`; what belongs to ``ListOptions`` is not looked at.
    package init(_ texts: [String: String] = [:]) throws(HyperparameterError) {
        let table: [Hyperparameter] = [.continuous(Self.weightParameter), .continuous(Self.ageParameter)]
        let values: HyperparameterValues
        do {
            values = try HyperparameterValues(texts.filter { !ListOptions.isName($0.key) }, for: table)
        } catch .outOfRange(Self.ageParameter.name, let value, _) {
            throw .outOfRange(name: Self.ageParameter.name, value: value, expected: "a positive number of days")
        }
        weight = values[Self.weightParameter]
        itemAgeCutOffDays = values[Self.ageParameter]
    }
}
