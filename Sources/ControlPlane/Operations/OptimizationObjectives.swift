import Datasets
import GRDB
import PersonalizeAPI
import Recommenders

/// The rules of `optimizationObjective` (developer guide, "Optimizing a solution for an additional objective").
enum OptimizationObjectives {
    /// What a solution asks for.
    struct Objective: Equatable {
        /// A numeric column of the items dataset.
        let attribute: String
        /// ``ItemObjective/emphasis``.
        let emphasis: Double
    }

    /// The emphasis of each sensitivity: relevance counts more with LOW, both alike with MEDIUM, the objective more with
    /// HIGH.
    private static let emphases = ["LOW": 0.25, "MEDIUM": 0.5, "HIGH": 0.75]

    /// - Returns: Nil when relevance alone counts. Without a sensitivity it is OFF.
    static func asked(_ configuration: SolutionConfig?) -> Objective? {
        guard let objective = configuration?.optimizationObjective,
            let emphasis = objective.objectiveSensitivity.flatMap({ emphases[$0] })
        else { return nil }
        return Objective(attribute: objective.itemAttribute ?? "", emphasis: emphasis)
    }

    /// - Throws: `PersonalizeError` with `InvalidInputException` unless the column is a numeric one that is never null.
    static func check(
        _ configuration: SolutionConfig?, group: String, limits: DatasetLimits, in database: Database
    ) throws {
        guard let objective = asked(configuration) else { return }
        let place = "solutionConfig.optimizationObjective.itemAttribute"
        let attribute = objective.attribute
        guard !attribute.isEmpty else {
            throw PersonalizeError.invalidInput("\(place) is required unless objectiveSensitivity is OFF.")
        }
        guard
            let field = try TrainingColumns.fields(of: "ITEMS", group: group, limits: limits, at: place, in: database)
                .first(where: { $0.name == attribute })
        else { throw PersonalizeError.invalidInput("\(place): the schema of the items has no column \(attribute).") }
        guard field.type.isNumeric else {
            throw PersonalizeError.invalidInput("\(place): the column \(attribute) is not numeric.")
        }
        guard !field.isNullable else {
            throw PersonalizeError.invalidInput("\(place): the column \(attribute) can be null.")
        }
        let excluded = configuration?.trainingDataConfig?.excludedDatasetColumns ?? [:]
        guard !excluded.contains(where: { $0.key.uppercased() == "ITEMS" && $0.value.contains(attribute) }) else {
            throw PersonalizeError.invalidInput("\(place): trainingDataConfig excludes the column \(attribute).")
        }
    }
}

extension OptimizationObjectives.Objective {
    /// What each item of the table brings.
    func itemObjective(in table: MetadataTable?) -> ItemObjective {
        guard let table, let column = table[column: attribute] else {
            return ItemObjective(values: [:], emphasis: emphasis)
        }
        let values: [Double?] =
            switch column.values {
            case .integers(let integers): integers.map { $0 == MetadataColumn.nullInteger ? nil : Double($0) }
            case .numbers(let numbers): numbers.map { $0.isFinite ? $0 : nil }
            case .categorical, .text, .booleans: []
            }
        let known = zip(table.identifiers.identifiers, values).compactMap { item, value in value.map { (item, $0) } }
        return ItemObjective(values: Dictionary(known, uniquingKeysWith: { $1 }), emphasis: emphasis)
    }
}
