import ControlPlane
import Datasets
import PersonalizeAPI
import Recipes
import Recommenders
import Serving
import Testing

@Suite struct CampaignTests {
    private func expectInvalid(
        _ part: String, _ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let error = await #expect(throws: PersonalizeError.self, sourceLocation: sourceLocation) { try await body() }
        #expect(error?.code == .invalidInputException, sourceLocation: sourceLocation)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    }

    // MARK: Exploration

    @Test func atWeightZeroTheListIsThatOfTheModel() async throws {
        let world = try ServedWorld()
        for number in 0..<20 { world.catalogue.put("new\(number)") }
        try await world.deploy(.userPersonalization, .exploring("0"))
        for user in ["u0", "u1", "stranger"] {
            let expected = world.model.recommender.recommendations(
                for: world.model.history(ofUser: user) ?? History(), count: 25)
            let list = try await world.list(user, 25)
            #expect(list.map(\.itemId) == expected.map { world.model.items[$0.item] })
            #expect(list.allSatisfy { $0.reason == nil })
        }
    }

    @Test func byDefaultEstablishedItemsStayOnTopAndNewOnesComeBelow() async throws {
        let world = try ServedWorld()
        for number in 0..<20 { world.catalogue.put("new\(number)") }
        try await world.deploy()
        let history = try #require(world.model.history(ofUser: "u1"))
        let best = world.model.recommender.recommendations(for: history, count: 1).map { world.model.items[$0.item] }
        var placesOfNew: [Int] = []
        var unchangedFirsts = 0
        for _ in 0..<200 {
            let list = try await world.list("u1", 25)
            unchangedFirsts += list.first?.itemId == best.first ? 1 : 0
            #expect(zip(list, list.dropFirst()).allSatisfy { ($0.score ?? 0) >= ($1.score ?? 0) })
            for (place, item) in list.enumerated() where item.itemId?.hasPrefix("new") == true {
                placesOfNew.append(place)
                #expect(item.reason == ["Exploration"])
            }
        }
        #expect(unchangedFirsts >= 190)
        #expect(!placesOfNew.isEmpty && placesOfNew.reduce(0, +) / placesOfNew.count >= 8)
    }

    @Test func moreWeightExploresMore() async throws {
        var explored: [Int] = []
        for weight in ["0", "0.3", "0.7", "1"] {
            let world = try ServedWorld()
            for number in 0..<20 { world.catalogue.put("new\(number)") }
            try await world.deploy(.userPersonalization, .exploring(weight))
            var count = 0
            for _ in 0..<50 { count += try await world.list("u1", 25).count { $0.reason == ["Exploration"] } }
            explored.append(count)
        }
        #expect(explored[0] == 0 && explored == explored.sorted() && Set(explored).count == 4, "\(explored)")
    }

    @Test func onlyItemsYoungerThanTheCutOffAreExplored() async throws {
        let world = try ServedWorld()
        let day = SmallWorld.day
        world.catalogue.put("fresh", created: SmallWorld.end - 4 * day)
        world.catalogue.put("stale", created: SmallWorld.end - 6 * day)
        try await world.deploy(.userPersonalization, .exploring("1", cutOff: "5"))
        var explored: Set<String> = []
        for _ in 0..<100 {
            for item in try await world.list("u1", 30) where item.reason == ["Exploration"] {
                explored.insert(item.itemId ?? "")
            }
        }
        // Items 55 to 59 appeared in the last five days; the others are as old as the data or older than the cut-off.
        #expect(explored.contains("fresh") && !explored.contains("stale"))
        #expect(explored.isSubset(of: ["fresh", "i55", "i56", "i57", "i58", "i59"]))
    }

    @Test func anItemOfAFavouriteGenreIsExploredMore() async throws {
        let world = try ServedWorld()
        for item in 0..<60 { world.catalogue.put("i\(item)", genres: item % 2 == 0 ? "even" : "odd") }
        for number in 0..<10 {
            world.catalogue.put("new-\(number % 2)-\(number)", genres: number % 2 == 0 ? "even" : "odd")
        }
        try await world.deploy(.userPersonalization, .exploring("0.4"))
        var counts = ["new-0": 0, "new-1": 0]
        for _ in 0..<300 {
            for item in try await world.list("u1", 20) { counts[String(item.itemId?.prefix(5) ?? ""), default: 0] += 1 }
        }
        #expect(counts["new-1", default: 0] > counts["new-0", default: 0])
    }

    @Test func aRecipeThatDoesNotExploreNeverExplores() async throws {
        let world = try ServedWorld()
        for number in 0..<20 { world.catalogue.put("new\(number)") }
        try await world.deploy(.popularityCount, .exploring("1"))
        let first = try await world.list("u1", 60)
        #expect(first.count == 60 && first.allSatisfy { $0.reason == nil })
        #expect(try await world.list("u1", 60) == first)
    }

    // MARK: Fresh metadata

    @Test func itemsPutAfterTheDeploymentAreExploredAndKeepTheirMetadata() async throws {
        let world = try ServedWorld()
        try await world.deploy(.userPersonalizationV2, .exploring("1"))
        #expect(try await world.list("u1", 50).allSatisfy { $0.itemId?.hasPrefix("i") == true })
        for number in 0..<10 { world.catalogue.put("new\(number)", genres: "fresh|air") }
        try await world.registry.update(world.catalogue.group)
        let list = try await world.list("u1", 50, columns: ["GENRES"])
        #expect(list.contains { $0.itemId?.hasPrefix("new") == true && $0.metadata == ["GENRES": "fresh|air"] })
    }

    @Test func metadataLeavesMemoryWithTheLastCampaignOfItsGroup() async throws {
        let world = try ServedWorld()
        let other = ServedWorld.campaign + "-2"
        try await world.deploy()
        try await world.deploy(as: other)
        await world.registry.retire(campaignArn: ServedWorld.campaign)
        #expect(world.registry.keepsMetadata(of: world.catalogue.group))
        await world.registry.retire(campaignArn: other)
        #expect(!world.registry.keepsMetadata(of: world.catalogue.group))
        try await world.registry.update(world.catalogue.group)
        #expect(!world.registry.keepsMetadata(of: world.catalogue.group))
    }

    // MARK: Metadata columns

    @Test func metadataColumnsComeAsTextWithoutNulls() async throws {
        let world = try ServedWorld()
        world.catalogue.put("i1", genres: "odd|one", price: "1.5")
        world.catalogue.put("i3", genres: "odd")
        try await world.deploy(
            .userPersonalization,
            CampaignConfig(
                itemExplorationConfig: ["explorationWeight": "0"], enableMetadataWithRecommendations: true))
        let list = try await world.list("u1", 50, columns: ["GENRES", "PRICE", "ITEM_ID"])
        let metadata = Dictionary(uniqueKeysWithValues: list.map { ($0.itemId ?? "", $0.metadata) })
        #expect(metadata["i1"] == ["ITEM_ID": "i1", "GENRES": "odd|one", "PRICE": "1.5"])
        #expect(metadata["i3"] == ["ITEM_ID": "i3", "GENRES": "odd"])
        #expect(metadata["i5"] == .some(nil))
        #expect(try await world.list("u1", 60).allSatisfy { $0.metadata == nil })
    }

    @Test func metadataThatCannotBeGivenIsRefused() async throws {
        let world = try ServedWorld()
        try await world.deploy()
        await expectInvalid("enableMetadataWithRecommendations") { _ = try await world.list(columns: ["GENRES"]) }
        try await world.deploy(.userPersonalization, CampaignConfig(enableMetadataWithRecommendations: true))
        await expectInvalid("COLOUR") { _ = try await world.list(columns: ["COLOUR"]) }
        await expectInvalid("10 at most") { _ = try await world.list(columns: (0..<11).map { "C\($0)" }) }
        await expectInvalid("numResults is 51") { _ = try await world.list("u1", 51, columns: ["GENRES"]) }
        await expectInvalid("must be ITEMS") {
            _ = try await world.service.getRecommendations(
                .init(campaignArn: ServedWorld.campaign, userId: "u1", metadataColumns: ["USERS": ["AGE"]]))
        }
        #expect(try await world.list("u1", 50, columns: ["GENRES"]).count == 50)
    }

    // MARK: Context

    @Test func contextIsCheckedAgainstTheFieldsOfEvents() async throws {
        let world = try ServedWorld()
        try await world.deploy()
        #expect(try await world.list(context: ["DEVICE": "phone", "AGE": "7"]).count == 10)
        await expectInvalid("COLOUR") { _ = try await world.list(context: ["COLOUR": "red"]) }
        await expectInvalid("ITEM_ID") { _ = try await world.list(context: ["ITEM_ID": "i1"]) }
        await expectInvalid("AGE") { _ = try await world.list(context: ["AGE": "young"]) }
    }

    /// A model for which the device decides between even and odd items where one is given, and the group of users with
    /// fewer events where there is none.
    private func readerOfContext() -> Result<TrainedModel, any Error> {
        Result {
            var generator = SeededGenerator(seed: 3)
            var interactions = Interactions()
            var (cells, codes) = (Vocabulary(), [UInt32]())
            for user in 0..<60 {
                for event in 0..<12 {
                    let device = event % 3 == 0 ? "" : generator.index(below: 2) == 0 ? "tv" : "phone"
                    let side = device.isEmpty ? user % 2 : device == "tv" ? 0 : 1
                    interactions.userIndices.append(UInt32(interactions.users.insert("u\(user)")))
                    interactions.itemIndices.append(
                        UInt32(interactions.items.insert("i\(2 * generator.index(below: 20) + side)")))
                    interactions.timestamps.append(SmallWorld.start + Int64(event) * SmallWorld.day)
                    codes.append(device.isEmpty ? CategoricalColumn.nullCode : UInt32(cells.insert(device)))
                }
            }
            interactions.contextColumns = [
                MetadataColumn(
                    field: SchemaField(name: "DEVICE", type: .string, isNullable: true, isCategorical: true),
                    values: .categorical(CategoricalColumn(cells: cells, codes: codes)))
            ]
            var options = TrainingOptions()
            options.metadata.users = try MetadataTable(
                records: (0..<60).map { ["USER_ID": "u\($0)", "GROUP": $0 % 2 == 0 ? "even" : "odd"] },
                schema: try Datasets.DatasetSchema(json: SmallWorld.userSchema))
            return try Algorithm.neuralClassifier.train(
                on: interactions, hyperparameters: ["hidden_dimension": "16"], options: options)
        }
    }

    private func evenShare(_ items: [PredictedItem]) -> Double {
        Double(items.count { (Int(($0.itemId ?? "i1").dropFirst()) ?? 1) % 2 == 0 }) / Double(max(items.count, 1))
    }

    @Test func contextAndAttributesReachTheRecommender() async throws {
        let world = try ServedWorld(model: readerOfContext())
        world.catalogue.putUser("calm", group: "even")
        world.catalogue.putUser("wild", group: "odd")
        try await world.deploy(.neuralClassifier)
        #expect(evenShare(try await world.list("u1", context: ["DEVICE": "tv"])) >= 0.9)
        #expect(evenShare(try await world.list("u1", context: ["DEVICE": "phone"])) <= 0.1)
        // Users without events, of whom the users dataset says something.
        #expect(evenShare(try await world.list("calm")) > evenShare(try await world.list("wild")) + 0.5)

        let arn = "arn:aws:personalize:us-east-1:123456789012:campaign/ranking"
        try await world.deploy(.personalizedRanking, as: arn)
        for (device, side) in [("tv", 0), ("phone", 1)] {
            let ranked = try await world.service.getPersonalizedRanking(
                .init(
                    campaignArn: arn, inputList: (0..<20).map { "i\($0)" }, userId: "u1",
                    context: ["DEVICE": device]))
            let best = (ranked.personalizedRanking ?? []).prefix(5).compactMap { Int(($0.itemId ?? "").dropFirst()) }
            #expect(best.count == 5 && best.allSatisfy { $0 % 2 == side })
        }
    }

    // MARK: Ranking influence and configuration

    @Test func rankingInfluenceReordersAListOfTheSecondRecipe() async throws {
        let world = try ServedWorld()
        for item in 0..<60 { world.catalogue.put("i\(item)", created: SmallWorld.start + Int64(item) * SmallWorld.day) }
        func averageNumber(_ influence: [String: Double]?) async throws -> Double {
            try await world.deploy(
                .userPersonalizationV2,
                CampaignConfig(itemExplorationConfig: ["explorationWeight": "0"], rankingInfluence: influence))
            let numbers = try await world.list("u1", 10).compactMap { Double($0.itemId?.dropFirst() ?? "") }
            return numbers.reduce(0, +) / Double(numbers.count)
        }
        let plain = try await averageNumber(nil)
        let mild = try await averageNumber(["FRESHNESS": 0.3])
        let strong = try await averageNumber(["FRESHNESS": 1])
        #expect(plain < mild && mild < strong)

        let events = world.model.popularity.counts
        func averageEvents(_ weight: Double) async throws -> Float {
            try await world.deploy(
                .userPersonalizationV2,
                CampaignConfig(
                    itemExplorationConfig: ["explorationWeight": "0"], rankingInfluence: ["POPULARITY": weight]))
            let counts = try await world.list("u1", 10).compactMap { world.model.items.index(of: $0.itemId ?? "") }
                .map { events[$0] }
            return counts.reduce(0, +) / Float(counts.count)
        }
        let without = try await averageEvents(0)
        let with = try await averageEvents(1)
        #expect(without < with)
    }

    @Test func aRecommenderGoesOnWithItsNewConfiguration() async throws {
        let world = try ServedWorld()
        let arn = "arn:aws:personalize:us-east-1:123456789012:recommender/top"
        try await world.deploy(.topPicks, as: arn, .exploring("0"))
        func ask() async throws -> [PredictedItem] {
            try await world.service.getRecommendations(
                .init(userId: "u1", recommenderArn: arn, metadataColumns: ["ITEMS": ["GENRES"]])
            ).itemList ?? []
        }
        await expectInvalid("enableMetadataWithRecommendations") { _ = try await ask() }
        await world.registry.reconfigure(
            recommenderArn: arn, as: CampaignConfig(enableMetadataWithRecommendations: true))
        #expect(try await ask().count == 25)
    }
}
