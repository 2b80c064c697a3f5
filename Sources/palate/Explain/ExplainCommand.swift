import ArgumentParser
import Datasets
import Foundation
import Recipes
import Recommenders
import Serving

/// `palate explain`: why a model recommends an item to a user.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say why a model puts an item where it does in a user's list.",
        discussion: """
            Shows the item's rank and score, what each item of the user's history adds, features where the model knows them, \
            and what filters and the exploration of a campaign would do to the item.
            """)

    @Option(help: "A model directory written by `palate train`.")
    var model: String

    @Option(help: "The USER_ID.")
    var user: String

    @Option(help: "The ITEM_ID to explain.")
    var item: String

    @Option(help: "A filter expression as a campaign takes it; may be given many times.")
    var filter: [String] = []

    @Option(help: "The value of a parameter of the filters, as NAME=VALUE; may be given many times.")
    var filterValue: [String] = []

    @Option(help: "A CSV file of item metadata, for titles, filters and exploration.")
    var items: String?

    @Option(help: "A CSV file of user metadata, for filters.")
    var users: String?

    @Option(help: "The explorationWeight of the campaign, 0 to 1.")
    var explorationWeight = 0.3

    @Option(help: "The explorationItemAgeCutOff of the campaign, in days.")
    var explorationItemAgeCutOff = 30.0

    @Option(help: "How many items of the history and features to show, 1 to 500.")
    var num = 10

    @Option(help: "The length of the list in which exploration is tried, 1 to 500.")
    var numResults = 25

    @Option(help: "How to print the explanation.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value) in [("--num", num), ("--num-results", numResults)] where !(1...500).contains(value) {
            throw ValidationError("\(name) is \(value); expected 1 to 500.")
        }
    }

    func run() throws {
        let exploration = try explorationSettings()
        let values = try filterValues()
        let model = try TrainedModel.forCommand(model)
        guard model.algorithm.subject != .item else {
            throw CommandFailure(
                "the model's recipe \(model.manifest.recipe) starts from an item; lists for users can be explained")
        }
        guard model.algorithm != .nextBestAction else {
            throw CommandFailure("the model's recipe \(model.manifest.recipe) recommends actions, not items")
        }
        let metadata = TrainingMetadata(
            items: try items.map { try MetadataFile.read(csv: URL(fileURLWithPath: $0), type: .items) },
            users: try users.map { try MetadataFile.read(csv: URL(fileURLWithPath: $0), type: .users) })
        guard let number = model.items.index(of: item) else {
            let isDescribed = metadata.items?.row(of: item) != nil
            throw CommandFailure(
                isDescribed
                    ? "item '\(item)' is not in the model: it has a row in the items file but was not trained on, so only "
                        + "exploration can show it"
                    : "item '\(item)' is not in the model")
        }
        let known = model.history(ofUser: user)
        let history = known ?? History()
        let explanation = model.explanation(of: number, for: history)
        let report = ExplanationReport(
            model: model, user: user, isKnownUser: known != nil, explanation: explanation,
            titles: ItemTitles(metadata.items), shown: num,
            filters: try filter.map {
                try FilterEffect(
                    of: $0, values: values, on: number, of: model, history: history, user: user, metadata: metadata)
            },
            exploration: recipeExplores(model)
                ? ExplorationEffect(
                    on: item, of: model, table: metadata.items, scores: model.recommender.scores(for: history),
                    places: numResults, settings: exploration) : nil,
            settings: exploration, places: numResults)
        switch output {
        case .text: print(report.text)
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
    }

    private func recipeExplores(_ model: TrainedModel) -> Bool {
        RecipeCatalogue.standard.recipe(named: model.manifest.recipe)?.explores ?? false
    }

    private func explorationSettings() throws -> ItemExploration {
        do {
            return try ItemExploration([
                "explorationWeight": "\(explorationWeight)", "explorationItemAgeCutOff": "\(explorationItemAgeCutOff)",
            ])
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private func filterValues() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in filterValue {
            guard let separator = text.firstIndex(of: "="), separator > text.startIndex else {
                throw CommandFailure("filter value '\(text)' is not of the form NAME=VALUE")
            }
            values[String(text[..<separator])] = String(text[text.index(after: separator)...])
        }
        return values
    }
}
