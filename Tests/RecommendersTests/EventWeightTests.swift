import Datasets
import LinearAlgebra
import Recommenders
import Testing

@Suite struct EventWeightTests {
    /// A world in which items with an even number are only viewed and the others only bought.
    private let world: Interactions = {
        var world = sampleInteractions(users: 300, items: 80, events: 9_000)
        world.eventTypes = Vocabulary(["View", "Purchase"])
        world.eventTypeIndices = world.itemIndices.map { UInt16($0 % 2) }
        return world
    }()

    private func model(_ algorithm: Algorithm, _ weights: [String: Double]) throws -> TrainedModel {
        var options = TrainingOptions(seed: 2)
        options.eventWeights = EventWeights(weights)
        return try algorithm.train(on: world, options: options)
    }

    /// The share of bought items in everybody's ten best new ones.
    private func boughtShare(_ model: TrainedModel) -> Double {
        var (bought, all) = (0, 0)
        for user in model.users.identifiers {
            let history = model.history(ofUser: user) ?? History()
            let seen = Set(history.items)
            for best in model.recommender.recommendations(
                for: history, count: 10, excluding: { seen.contains(UInt32($0)) })
            {
                bought += best.item % 2
                all += 1
            }
        }
        return Double(bought) / Double(max(all, 1))
    }

    @Test func weightsOfOneMeanAreRewards() {
        #expect(EventWeights(["Purchase": 0.25, "Click": 0.75]).rewards == ["Purchase": 0.5, "Click": 1.5])
        #expect(EventWeights(["Purchase": 0.3, "Click": 0.3]) == .equal)
        #expect(EventWeights(["Purchase": 1, "Click": 0, "View": .nan]) == .equal)
        #expect(EventWeights(["a": 0.5, "b": 0.25]) == EventWeights(["a": 1, "b": 0.5]))
    }

    @Test(arguments: [Algorithm.userPersonalization, .popularity])
    func equalWeightsGiveTheModelThatNoneGive(_ algorithm: Algorithm) throws {
        let plain = try algorithm.train(on: world, options: TrainingOptions(seed: 2))
        let weighted = try model(algorithm, ["View": 0.4, "Purchase": 0.4])
        #expect(weighted.manifest == plain.manifest)
        for user in world.users.identifiers.prefix(50) {
            let history = plain.history(ofUser: user) ?? History()
            #expect(weighted.recommender.scores(for: history) == plain.recommender.scores(for: history))
        }
    }

    @Test func aLightTypeMovesRecommendationsToTheOther() throws {
        let equal = boughtShare(try model(.userPersonalization, [:]))
        let heavy = boughtShare(try model(.userPersonalization, ["View": 0.2, "Purchase": 1]))
        let light = boughtShare(try model(.userPersonalization, ["View": 1, "Purchase": 0.2]))
        #expect(light + 0.1 < equal && equal + 0.1 < heavy, "\(light), \(equal), \(heavy)")
    }

    @Test func popularityAddsRewardsUp() throws {
        let model = try model(.popularity, ["View": 0.25, "Purchase": 0.75])
        var expected = [Float](repeating: 0, count: world.items.count)
        for item in world.itemIndices { expected[Int(item)] += item % 2 == 0 ? 0.5 : 1.5 }
        #expect(model.recommender.scores(for: History()) == expected)
    }

    // MARK: Closed forms

    private func sequences(_ reward: (_ user: Int, _ item: Int) -> Float) -> ItemSequences {
        var random = SeededGenerator(seed: 5)
        let histories = (0..<40).map { user in
            (0..<(1 + random.index(below: 20))).map { _ in
                let item = random.index(below: 25)
                return (item: UInt32(item), reward: reward(user, item))
            }
        }
        return ItemSequences(rewarded: histories, itemCount: 25)
    }

    /// Where the constraint on the diagonal is not active, the gradient (XᵀX + Λ)B - XᵀX' of the ridge loss is zero.
    @Test func rewardedEASESatisfiesItsOptimalityCondition() throws {
        let sequences = sequences { user, item in Float(1 + (user + item) % 3) }
        let counts = sequences.userCounts()
        let weights = try EASE.fit(
            ItemOccurrences(sequences), userCounts: counts, regularization: 3, threads: 2
        ).dense(threads: 2)
        var gram = Matrix(rows: 25, columns: 25)
        var targets = gram
        for user in 0..<sequences.count {
            let places = sequences.offsets[user]..<sequences.offsets[user + 1]
            for a in places {
                for b in places {
                    gram[Int(sequences.items[a]), Int(sequences.items[b])] += 1
                    targets[Int(sequences.items[a]), Int(sequences.items[b])] += sequences.rewards[b]
                }
            }
        }
        let ridge = Regularization(strength: 3, userCounts: counts)
        for item in 0..<25 { gram[item, item] += ridge[item] }
        let product = gram.multiplied(by: weights)
        for row in 0..<25 {
            #expect(weights[row, row] == 0)
            for column in 0..<25 where row != column {
                #expect(abs(product[row, column] - targets[row, column]) < 2e-3)
            }
        }
    }

    /// The regression is linear in its targets: an item whose events all have one reward has its column times that reward.
    @Test func rewardsMultiplyTheColumnsOfTheSequentialRidge() throws {
        let parameters = SequentialRidge.Parameters(
            decays: [1.5, 6], regularization: 0.7, window: 6, futureWeight: 0.2)
        func fit(_ reward: @escaping (Int, Int) -> Float) throws -> Matrix {
            let sequences = sequences(reward)
            return try SequentialRidge.fit(
                ItemOccurrences(sequences), userCounts: sequences.userCounts(), parameters: parameters, threads: 2)
        }
        let plain = try fit { _, _ in 1 }
        let rewarded = try fit { _, item in Float(1 + item % 4) }
        for row in 0..<50 {
            for column in 0..<25 {
                #expect(abs(rewarded[row, column] - plain[row, column] * Float(1 + column % 4)) < 1e-3)
            }
        }
    }

    @Test func theGreatestRewardOfAnItemCounts() {
        let sequences = ItemSequences(
            rewarded: [[(2, 0.5), (1, 1), (2, 1.5)], [], [(2, 0.5)]], itemCount: 3)
        #expect(sequences.items == [2, 1, 2] && sequences.rewards == [1.5, 1, 0.5])
        #expect(sequences.offsets == [0, 2, 2, 3])
    }

    @Test func aWeightedExampleCountsAsOftenAsItsWeight() throws {
        var repeated = LogisticRegression.Examples(featureCount: 2)
        var weighted = repeated
        for step in 0..<40 {
            let (row, outcome) = ([1, Double(step % 7)], step % 3 == 0)
            weighted.append(row, outcome: outcome, weight: outcome ? 3 : 1)
            for _ in 0..<(outcome ? 3 : 1) { repeated.append(row, outcome: outcome) }
        }
        let one = try LogisticRegression(fitting: weighted, penalty: 0.5, threads: 1)
        let other = try LogisticRegression(fitting: repeated, penalty: 0.5, threads: 1)
        for (a, b) in zip(one.weights, other.weights) { #expect(abs(a - b) < 1e-5) }
    }
}
