import ArgumentParser
import Datasets
import Foundation
import Recommenders

/// `palate recommend`: the best items for one user from a model directory.
struct RecommendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend", abstract: "List the best items for a user.",
        discussion: "A user who was not in the training data gets what is popular.")

    @Option(help: "A model directory written by `palate train`.")
    var model: String

    @Option(help: "The USER_ID.")
    var user: String

    @Option(help: "An ITEM_ID, for recipes that start from an item.")
    var item: String?

    @Option(help: "How many items to list, 1 to 500.")
    var numResults = 25

    @Option(help: "How to print the list.")
    var output = ReportFormat.text

    private struct Recommendations: Encodable {
        struct Item: Encodable {
            let itemId: String
            let score: Float
        }
        let recipe: String
        let user: String
        let isKnownUser: Bool
        let items: [Item]
    }

    private func loadedModel() throws -> TrainedModel {
        do {
            return try TrainedModel(contentsOf: URL(fileURLWithPath: model))
        } catch {
            throw CommandFailure("\(model): \(error)")
        }
    }

    func run() throws {
        guard (1...500).contains(numResults) else {
            throw CommandFailure("--num-results is \(numResults); expected 1 to 500")
        }
        let model = try loadedModel()
        if item != nil {
            throw CommandFailure("the model's recipe \(model.manifest.recipe) starts from a user, it takes no --item")
        }
        let history = model.history(ofUser: user)
        let best = model.recommender.recommendations(for: history ?? History(), count: numResults)
        let list = Recommendations(
            recipe: model.manifest.recipe, user: user, isKnownUser: history != nil,
            items: best.map { .init(itemId: model.items[$0.item], score: $0.score) })
        switch output {
        case .text:
            if history == nil {
                FileHandle.standardError.write(
                    Data("user '\(user)' is not in the model: listing what is popular\n".utf8))
            }
            for entry in list.items { print("\(entry.itemId)\t\(entry.score)") }
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(list), as: UTF8.self))
        }
    }
}
