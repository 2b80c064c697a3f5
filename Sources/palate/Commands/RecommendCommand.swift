import ArgumentParser
import Datasets
import Foundation
import Recommenders

/// `palate recommend`: the best items for one user from a model directory.
struct RecommendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend", abstract: "List the best items for a user, or those like an item.",
        discussion: """
            A user or an item that was not in the training data gets what is popular. Models of aws-similar-items, \
            aws-sims and aws-semantic-similarity need --item, those of palate-content-based --item or --user, others --user, \
            except those that list the same for everybody.
            """)

    @Option(help: "A model directory written by `palate train`.")
    var model: String

    @Option(help: "The USER_ID, for recipes that start from a user.")
    var user: String?

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
        let user: String?
        let isKnownUser: Bool?
        let item: String?
        let isKnownItem: Bool?
        let items: [Item]
    }

    /// What the model is asked, and whether it knows the user or item.
    private func history(for model: TrainedModel) throws -> (History, isKnown: Bool) {
        let recipe = model.manifest.recipe
        switch model.algorithm.subject {
        case .item,
            .userOrItem where item != nil:
            guard let item else {
                throw CommandFailure("the model's recipe \(recipe) starts from an item: give --item")
            }
            guard let index = model.items.index(of: item) else { return (History(), false) }
            var history = History()
            history.append(item: UInt32(index), timestamp: 0)
            return (history, true)
        case .user, .everybody, .userOrItem:
            guard item == nil else {
                throw CommandFailure("the model's recipe \(recipe) starts from a user, it takes no --item")
            }
            guard let user else {
                if model.algorithm.subject == .userOrItem {
                    throw CommandFailure("the model's recipe \(recipe) starts from a user or an item: give one")
                }
                if model.algorithm.subject == .everybody { return (History(), true) }
                throw CommandFailure("the model's recipe \(recipe) starts from a user: give --user")
            }
            let history = model.history(ofUser: user)
            return (history ?? History(), history != nil)
        }
    }

    func run() throws {
        guard (1...500).contains(numResults) else {
            throw CommandFailure("--num-results is \(numResults); expected 1 to 500")
        }
        let model = try TrainedModel.forCommand(model)
        let (history, isKnown) = try history(for: model)
        let isAboutItem = item != nil
        let best =
            isAboutItem
            ? model.recommendations(about: history, count: numResults)
            : model.recommender.recommendations(for: history, count: numResults)
        let list = Recommendations(
            recipe: model.manifest.recipe, user: user, isKnownUser: user.map { model.users.index(of: $0) != nil },
            item: item, isKnownItem: isAboutItem ? isKnown : nil,
            items: best.map { .init(itemId: model.items[$0.item], score: $0.score) })
        switch output {
        case .text:
            if !isKnown {
                let subject = isAboutItem ? "item '\(item ?? "")'" : "user '\(user ?? "")'"
                FileHandle.standardError.write(
                    Data("\(subject) is not in the model: listing what is popular\n".utf8))
            }
            for entry in list.items { print("\(entry.itemId)\t\(entry.score)") }
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(list), as: UTF8.self))
        }
    }
}

extension TrainedModel {
    /// The model in a directory that a command was given.
    ///
    /// - Throws: `CommandFailure` that names it.
    static func forCommand(_ path: String) throws -> TrainedModel {
        do {
            return try TrainedModel(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
    }
}
