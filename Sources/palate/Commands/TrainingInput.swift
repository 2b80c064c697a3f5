import ArgumentParser
import Datasets
import Foundation
import Recipes
import Recommenders

/// The options that `train` and `evaluate` share, and the data they name.
struct TrainingInput: ParsableArguments {
    @Option(
        help:
            "A CSV file with USER_ID, ITEM_ID and TIMESTAMP, and optionally EVENT_TYPE and EVENT_VALUE; other columns are the context of events, and IMPRESSION the items that were shown."
    )
    var interactions: String

    @Option(help: "The recipe's name, the part of its ARN after recipe/.")
    var recipe: String

    @Option(
        help:
            "A CSV file of item metadata; its items are part of the catalogue, and recipes that learn from metadata use it."
    )
    var items: String?

    @Option(help: "A CSV file of user metadata; recipes that learn from metadata use it.")
    var users: String?

    @Option(name: .customLong("hyperparameter"), help: "A hyperparameter as NAME=VALUE; may be given many times.")
    var hyperparameter: [String] = []

    @Option(help: "Seed of everything random.")
    var seed: UInt64 = 0

    @Option(
        help:
            "What training may take of memory beside the data, such as 2GiB; half of the machine's if not given. A training that would take more does not begin."
    )
    var memoryLimit: ByteCount?

    /// The algorithm behind the recipe and what it is told, after the parameters were checked as a solution's would be.
    func training() throws -> (algorithm: Algorithm, hyperparameters: [String: String]) {
        // A use case needs the event types of its domain, and actions their own datasets, which the files of the command
        // line do not have.
        let recipes = RecipeCatalogue.standard.all.filter {
            $0.useCase == nil && $0.recipeType != .personalizedActions
        }
        guard let found = recipes.first(where: { $0.name == recipe }) else {
            let known = recipes.map(\.name).joined(separator: ", ")
            throw CommandFailure("unknown recipe '\(recipe)'; known are \(known)")
        }
        let parameters = found.separated(try hyperparameters())
        let told = try found.trainerParameters(
            hyperparameters: parameters.hyperparameters,
            featureTransformationParameters: parameters.featureTransformationParameters)
        return (found.trainer, told)
    }

    private func hyperparameters() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in hyperparameter {
            guard let separator = text.firstIndex(of: "="), separator > text.startIndex else {
                throw CommandFailure("hyperparameter '\(text)' is not of the form NAME=VALUE")
            }
            values[String(text[..<separator])] = String(text[text.index(after: separator)...])
        }
        return values
    }

    /// What was read, and how long it took.
    struct Loaded {
        let interactions: Interactions
        let metadata: TrainingMetadata
        /// Distinct items of all files.
        let catalogueItemCount: Int
        let seconds: Double
    }

    func load() throws -> Loaded { try Self.load(interactions: interactions, items: items, users: users) }

    /// Reads the files that the options of a command name.
    static func load(interactions path: String, items: String?, users: String?) throws -> Loaded {
        let clock = ContinuousClock()
        let start = clock.now
        let interactions = try InteractionsFile.read(csv: URL(fileURLWithPath: path), contexts: true)
        guard interactions.count > 0 else { throw CommandFailure("\(path): there are no interactions") }
        var catalogue = Set(interactions.items.identifiers)
        let metadata = TrainingMetadata(
            items: try items.map { try MetadataFile.read(csv: URL(fileURLWithPath: $0), type: .items) },
            users: try users.map { try MetadataFile.read(csv: URL(fileURLWithPath: $0), type: .users) })
        if let items = metadata.items { catalogue.formUnion(items.identifiers.identifiers) }
        return Loaded(
            interactions: interactions, metadata: metadata, catalogueItemCount: catalogue.count,
            seconds: (clock.now - start) / .seconds(1))
    }
}
