import ControlPlane
import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Serving

/// A made-up shop whose catalogue changes, to compare ways of making lists by what they cost.
///
/// Every item has a taste and a quality, every user a favourite taste and a second one. A user clicks an item of a list
/// with the chance quality × match × attention, where attention falls with the place as 1 / log2(place + 2); an item is
/// clicked once by a user. Part of the items appear day by day and have no events but those that lists give them. A model
/// is trained each night on all clicks. A click tells at once which list it came from; a list without a click is never
/// told of, as with PutEvents.
///
/// The regret of a list is the number of clicks that the best list for the user would have had in expectation, less the
/// expected clicks of the list shown.
struct ExplorationSimulation {
    enum Policy: Hashable {
        case relevance
        /// At each place, with this chance, an item that is at most as old as the cut-off instead.
        case epsilonGreedy(Double)
        /// ``Exploration`` with this weight.
        case thompson(Double)
        /// The same, told of clicks alone.
        case thompsonWithoutImpressions(Double)

        var name: String {
            switch self {
            case .relevance: "relevance alone"
            case .epsilonGreedy(let chance): "ε-greedy, ε = \(chance)"
            case .thompson(let weight): "Thompson sampling, weight \(weight)"
            case .thompsonWithoutImpressions(let weight): "Thompson sampling without impressions, weight \(weight)"
            }
        }

        /// Of ``Exploration``.
        var weight: Double {
            switch self {
            case .relevance, .epsilonGreedy: 0
            case .thompson(let weight), .thompsonWithoutImpressions(let weight): weight
            }
        }
    }

    struct Outcome {
        var clicks = 0.0
        var regret = 0.0
        /// Regret of each day.
        var daily: [Double] = []
        /// Clicks on items that appeared after the first day.
        var clicksOnNewItems = 0
    }

    var users = 300
    var items = 400
    var newItems = 160
    var days = 30
    var requestsPerDay = 300
    var places = 10
    var cutOffDays = 30.0
    var seed: UInt64 = 1

    private static let tastes = 8
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_700_000_000

    private struct World {
        var taste: [Int] = []
        var quality: [Double] = []
        /// The day on which an item appears; 0 for those that are there from the beginning.
        var birth: [Int] = []
        var favourites: [(Int, Int)] = []

        func affinity(_ user: Int, _ item: Int) -> Double {
            let (first, second) = favourites[user]
            return quality[item] * (taste[item] == first ? 1 : taste[item] == second ? 0.5 : 0.08)
        }
    }

    private func world() -> World {
        var random = SeededGenerator(seed: seed)
        var world = World()
        for item in 0..<items {
            world.taste.append(random.index(below: Self.tastes))
            let luck = random.unit()
            world.quality.append(0.03 + 0.6 * luck * luck)
            world.birth.append(item < items - newItems ? 0 : 1 + random.index(below: max(days - 1, 1)))
        }
        for _ in 0..<users {
            world.favourites.append((random.index(below: Self.tastes), random.index(below: Self.tastes)))
        }
        return world
    }

    func run(_ policy: Policy) throws -> Outcome {
        let world = world()
        var random = SeededGenerator(seed: seed &+ 1)
        var outcome = Outcome()
        var events: [(user: Int, item: Int, time: Int64)] = []
        var clicked = Array(repeating: Set<Int>(), count: users)
        for user in 0..<users {
            for step in 0..<15 {
                let item = random.index(below: items - newItems)
                guard random.unit() < world.affinity(user, item) * 2, clicked[user].insert(item).inserted else {
                    continue
                }
                events.append((user, item, Self.start - 60 * Self.day + Int64(step * 4) * Self.day))
            }
        }
        var impressions = ImpressionCounts()
        for item in 0..<(items - newItems) { events.append((item % users, item, Self.start - 61 * Self.day)) }
        for today in 0..<days {
            let night = try Night(self, world: world, events: events, today: today, policy: policy)
            var regret = 0.0
            for request in 0..<requestsPerDay {
                let user = random.index(below: users)
                let list = night.list(for: user, without: clicked[user], places: places, impressions, using: &random)
                let shown = list.map { "\($0)" }.joined(separator: "|")
                let best = (0..<items).filter { world.birth[$0] <= today && !clicked[user].contains($0) }
                    .map { world.affinity(user, $0) }.sorted(by: >).prefix(places)
                let attention = (0..<places).map { 1 / log2(Double($0) + 2) }
                let possible = zip(best, attention).reduce(0) { $0 + $1.0 * $1.1 }
                var expected = 0.0
                for (item, attention) in zip(list, attention) {
                    let chance = world.affinity(user, item) * attention
                    expected += chance
                    guard random.unit() < chance else { continue }
                    clicked[user].insert(item)
                    events.append(
                        (
                            user, item,
                            Self.start + Int64(today) * Self.day + Int64(request) * 86_400 / Int64(requestsPerDay)
                        )
                    )
                    if let impression = Impression(
                        shown, taken: "\(item)", recommendation: "\(today)/\(request)", user: nil)
                    {
                        impressions.add(impression)
                    }
                    if world.birth[item] > 0 { outcome.clicksOnNewItems += 1 }
                }
                outcome.clicks += expected
                regret += possible - expected
            }
            outcome.regret += regret
            outcome.daily.append(regret)
        }
        return outcome
    }

    /// What is known on one day.
    private struct Night {
        let model: TrainedModel
        /// The item of the world behind each item of the model, then behind each new one.
        let worldItems: [Int]
        let exploration: Exploration
        let policy: Policy

        init(
            _ simulation: ExplorationSimulation, world: World, events: [(user: Int, item: Int, time: Int64)],
            today: Int, policy: Policy
        ) throws {
            var interactions = Interactions()
            for event in events {
                interactions.userIndices.append(UInt32(interactions.users.insert("\(event.user)")))
                interactions.itemIndices.append(UInt32(interactions.items.insert("\(event.item)")))
                interactions.timestamps.append(event.time)
            }
            model = try Algorithm.userPersonalization.train(
                on: interactions, hyperparameters: ["validation_users": "60"],
                options: TrainingOptions(seed: simulation.seed, threads: 1))
            self.policy = policy
            let known = (0..<simulation.items).filter { world.birth[$0] <= today }
            var names = model.items
            for item in known { names.insert("\(item)") }
            let worldItems = names.identifiers.compactMap { Int($0) }
            self.worldItems = worldItems
            let trained = model.items.count
            let ages = ItemAges(model)
            let events = model.popularity.counts
            let young = (0..<trained).filter { number in
                let birth = world.birth[worldItems[number]]
                let created = ExplorationSimulation.start + Int64(birth) * ExplorationSimulation.day
                return ages.days(created: birth == 0 ? nil : created, item: number) <= simulation.cutOffDays
            }
            var cells = Vocabulary()
            let codes = known.map { UInt32(cells.insert("taste \(world.taste[$0])")) }
            let table = MetadataTable(
                type: .items, identifiers: Vocabulary(known.map { "\($0)" }),
                columns: [
                    MetadataColumn(
                        field: SchemaField(name: "GENRES", type: .string, isCategorical: true),
                        values: .categorical(CategoricalColumn(cells: cells, codes: codes)))
                ])
            exploration = Exploration(
                weight: policy.weight, young: young.map { .init(item: $0, events: events[$0]) },
                new: Array(trained..<names.count),
                content: NewItemContent(table, items: names, trainedCount: trained))
        }

        func list(
            for user: Int, without clicked: Set<Int>, places: Int, _ impressions: ImpressionCounts,
            using random: inout SeededGenerator
        ) -> [Int] {
            var relevance = model.recommender.scores(for: model.history(ofUser: "\(user)") ?? History())
            for number in relevance.indices where clicked.contains(worldItems[number]) {
                relevance[number] = -.infinity
            }
            if policy.weight > 0 {
                var isTold = false
                if case .thompson = policy { isTold = true }
                let sample = exploration.sample(
                    relevance, itemCount: worldItems.count, places: places,
                    isAllowed: { !clicked.contains(worldItems[$0]) },
                    impressions: { isTold ? impressions.impressions(of: $0.map { "\(worldItems[$0])" }) : nil },
                    using: &random)
                return topIndices(of: sample.scores, count: places).map { worldItems[$0] }
            }
            var list = topIndices(of: relevance, count: places)
            guard case .epsilonGreedy(let chance) = policy else { return list.map { worldItems[$0] } }
            let young = (exploration.young.map(\.item) + exploration.new).filter { !clicked.contains(worldItems[$0]) }
            for place in list.indices where !young.isEmpty && random.unit() < chance {
                let chosen = young[random.index(below: young.count)]
                if !list.contains(chosen) { list[place] = chosen }
            }
            return list.map { worldItems[$0] }
        }
    }
}
