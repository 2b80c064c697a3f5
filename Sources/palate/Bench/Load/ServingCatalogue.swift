import Datasets
import Foundation
import PersonalizeAPI

/// A generated catalogue with a trained campaign in a data directory, kept for the next measurement.
struct ServingCatalogue: Codable, Equatable {
    var recipe: String
    var hyperparameters: [String: String]
    var items: Int
    var users: Int
    var interactions: Int
    var seed: UInt64
    var campaignArn = ""

    private static let file = "bench.json"

    /// The same, of an earlier run; nil when there is none.
    func known(in directory: URL) -> ServingCatalogue? {
        guard let data = try? Data(contentsOf: directory.appending(path: Self.file)),
            let known = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        var same = known
        same.campaignArn = campaignArn
        return same == self ? known : nil
    }

    /// Imports, trains and deploys.
    func create(on server: ServerProcess, in directory: URL) async throws -> ServingCatalogue {
        let csv = directory.appending(path: "interactions.csv")
        try world.writeInteractions(to: csv)
        let client = WalkthroughClient(endpoint: server.endpoint, region: "us-east-1")
        let walkthrough = Walkthrough(
            client: client, progress: { _ in nil }, recipe: recipe, hyperparameters: hyperparameters,
            campaignConfig: nil, print: Terminal.note)
        var made = self
        made.campaignArn = try await walkthrough.create(from: csv).campaignArn
        try JSONEncoder().encode(made).write(to: directory.appending(path: Self.file))
        return made
    }

    private var world: GeneratedWorld {
        GeneratedWorld(.init(users: users, items: items, events: interactions, seed: seed))
    }

    /// Bodies of GetRecommendations for users with interactions, in a seeded order.
    func bodies(count: Int, numResults: Int) -> [String] {
        var isKnown = [Bool](repeating: false, count: users)
        world.forEachEvent { isKnown[$0.user] = true }
        let known = isKnown.indices.filter { isKnown[$0] }
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let user = known[random.index(below: known.count)]
            return #"{"campaignArn":"\#(campaignArn)","userId":"u\#(user)","numResults":\#(numResults)}"#
        }
    }
}
