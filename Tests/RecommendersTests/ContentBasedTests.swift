import Datasets
import Foundation
import Recommenders
import Testing

/// Films of two kinds: even ones are space films, odd ones love films. Films 0..<20 have events, 20..<24 have none.
enum FilmWorld {
    static let schema = """
        {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": ["null", "string"], "categorical": true},
        {"name": "YEAR", "type": ["null", "int"]}, {"name": "LIVE", "type": ["null", "boolean"]},
        {"name": "PLOT", "type": ["null", "string"], "textual": true}], "version": "1.0"}
        """

    static func row(_ film: Int) -> [String: String] {
        let isSpace = film % 2 == 0
        return [
            "ITEM_ID": "f\(film)", "GENRES": (isSpace ? "Space" : "Love") + (film % 5 == 0 ? "|Comedy" : ""),
            "YEAR": "\(1990 + film % 7)", "LIVE": film % 3 == 0 ? "true" : "false",
            "PLOT": isSpace
                ? "A rocket leaves the planet number\(film) and finds a star"
                : "Two hearts meet in town\(film) and a wedding follows",
        ]
    }

    static func table(_ films: Range<Int> = 0..<24) throws -> MetadataTable {
        try MetadataTable(records: films.map(row), schema: try DatasetSchema(json: schema))
    }

    /// Users of one kind each, with the first film that they met on the opposite side of the catalogue.
    static let events: Interactions = {
        var generator = SeededGenerator(seed: 5)
        return interactions(
            (0..<60).flatMap { user in
                (0..<8).map { step in
                    ("u\(user)", "f\(2 * generator.index(below: 10) + user % 2)", Int64(step), nil as String?)
                }
            })
    }()

    static func options(seed: UInt64 = 0, threads: Int = 2) throws -> TrainingOptions {
        var options = TrainingOptions(seed: seed, threads: threads)
        options.metadata.items = try table()
        return options
    }

    static func train(_ hyperparameters: [String: String] = [:]) throws -> TrainedModel {
        try Algorithm.contentBased.train(on: events, hyperparameters: hyperparameters, options: try options())
    }
}

@Suite struct ContentBasedTests {
    private func about(_ film: String, _ model: TrainedModel) -> History {
        var history = History()
        if let item = model.items.index(of: film) { history.append(item: UInt32(item), timestamp: 0) }
        return history
    }

    private func films(_ scored: [ScoredItem], _ model: TrainedModel) -> [Int] {
        scored.compactMap { Int(model.items[$0.item].dropFirst()) }
    }

    @Test func itemsWithoutEventsFollowThoseOfTheInteractionsInTheCatalogue() throws {
        let model = try FilmWorld.train()
        #expect(model.items.identifiers.prefix(20).elementsEqual(FilmWorld.events.items.identifiers))
        #expect(Set(model.items.identifiers) == Set((0..<24).map { "f\($0)" }))
        #expect(model.popularity.counts.count == 24)
        let similar = films(model.recommendations(about: about("f22", model), count: 11), model)
        #expect(similar.allSatisfy { $0 % 2 == 0 } && !similar.contains(22) && similar.contains(20))
    }

    @Test(arguments: ["cosine", "euclidean"])
    func aUserGetsWhatIsDescribedLikeTheFirstItem(distance: String) throws {
        let model = try FilmWorld.train(["distance": distance, "popularity_weight": "0.01"])
        for film in [1, 4] {
            let listed = films(model.recommender.recommendations(for: about("f\(film)", model), count: 10), model)
            #expect(listed.allSatisfy { $0 % 2 == film % 2 })
        }
        let popular = model.popularity.recommendations(for: History(), count: 5)
        #expect(model.recommender.recommendations(for: History(), count: 5) == popular)
    }

    /// The cosine of two films, written down from the documentation of the features with one column.
    @Test func similaritiesOfCategoriesAreThoseOfTheFormula() throws {
        var options = TrainingOptions()
        let table = try FilmWorld.table()
        options.metadata.items = MetadataTable(
            type: .items, identifiers: table.identifiers, columns: table.columns.filter { $0.name == "GENRES" })
        let model = try Algorithm.contentBased.train(on: FilmWorld.events, options: options)
        let content = try #require(model.contentBased)
        let genres = (0..<24).map { Set((FilmWorld.row($0)["GENRES"] ?? "").split(separator: "|")) }
        func weight(_ genre: Substring) -> Double {
            log(25.0 / Double(1 + genres.count { $0.contains(genre) })) + 1
        }
        func length(_ film: Int) -> Double { genres[film].reduce(0) { $0 + pow(weight($1), 2) }.squareRoot() }
        for film in [0, 3, 10] {
            let item = try #require(model.items.index(of: "f\(film)"))
            let scores = content.scores(similarTo: item)
            for other in 0..<24 where other != film {
                let both = genres[film].intersection(genres[other]).reduce(0) { $0 + pow(weight($1), 2) }
                let score = scores[try #require(model.items.index(of: "f\(other)"))]
                // Popularity parts equals by a thousandth at most.
                #expect(abs(Double(score) - both / (length(film) * length(other))) < 1.1e-3)
            }
            #expect(scores[item] == -.infinity)
        }
    }

    @Test func numbersAreAlikeByTheShareOfItemsBetweenThem() throws {
        var options = TrainingOptions()
        let items = (0..<9).map { "f\($0)" }
        options.metadata.items = MetadataTable(
            type: .items, identifiers: Vocabulary(items),
            columns: [
                MetadataColumn(
                    field: SchemaField(name: "PRICE", type: .double, isNullable: true),
                    values: .numbers([1, 2, 3, 4, 1_000_000, 6, 7, 8, .nan]))
            ])
        let model = try Algorithm.contentBased.train(on: FilmWorld.events, options: options)
        let content = try #require(model.contentBased)
        // In the order of their prices: f0 f1 f2 f3 f5 f6 f7 f4.
        let order = [0, 1, 2, 3, 5, 6, 7, 4]
        let scores = content.scores(similarTo: try #require(model.items.index(of: "f0")))
        for (rank, film) in order.enumerated() where film != 0 {
            let score = Double(scores[try #require(model.items.index(of: "f\(film)"))])
            #expect(abs(score - cos(.pi / 2 * Double(rank) / 7)) < 1.1e-3)
        }
        #expect(scores[try #require(model.items.index(of: "f8"))] < -1)
    }

    @Test(arguments: ["0", "8"])
    func contributionsSumToTheScoreAndNameTheFeatures(latent: String) throws {
        let model = try FilmWorld.train(["latent_dimension": latent])
        let content = try #require(model.contentBased)
        let history = try #require(model.history(ofUser: "u0"))
        let scores = content.scores(for: history)
        for item in model.items.identifiers.indices {
            let contributions = content.featureContributions(to: item, from: history)
            let sum = contributions.reduce(Float(0)) { $0 + $1.contribution }
            #expect(abs(sum - scores[item]) < 1e-4)
            #expect(contributions.map(\.contribution) == contributions.map(\.contribution).sorted(by: >))
            #expect(Set(contributions.map(\.feature)).count == contributions.count)
        }
        let space = try #require(model.items.index(of: "f20"))
        let names = content.featureContributions(to: space, from: history).map(\.feature)
        #expect(names.contains("GENRES: Space") && names.contains("PLOT: rocket") && names.contains("popularity"))
        #expect(content.featureContributions(to: 1_000, from: history).isEmpty)
    }

    @Test func likedItemsCountMoreThanDislikedOnes() throws {
        let model = try FilmWorld.train(["popularity_weight": "0.001"])
        let space = try #require(model.items.index(of: "f2"))
        let love = try #require(model.items.index(of: "f3"))
        for (spaceValue, remainder) in [(Float(5), 0), (Float(1), 1)] {
            let history = History(
                items: [UInt32(space), UInt32(love)], timestamps: [0, 0], eventTypes: [.max, .max],
                eventValues: [spaceValue, 6 - spaceValue])
            let listed = films(model.recommender.recommendations(for: history, count: 8), model)
            #expect(listed.allSatisfy { $0 % 2 == remainder })
        }
    }

    @Test func theSameModelComesFromAnyNumberOfThreadsAndFromItsDirectory() throws {
        let hyperparameters = ["latent_dimension": "6"]
        let one = try Algorithm.contentBased.train(
            on: FilmWorld.events, hyperparameters: hyperparameters, options: try FilmWorld.options(threads: 1))
        let three = try Algorithm.contentBased.train(
            on: FilmWorld.events, hyperparameters: hyperparameters, options: try FilmWorld.options(threads: 3))
        #expect(one.manifest.learned == three.manifest.learned)
        let stored = try withTemporaryDirectory { directory in
            try one.write(to: directory.appendingPathComponent("model"))
            return try TrainedModel(contentsOf: directory.appendingPathComponent("model"))
        }
        #expect(stored.items == one.items)
        for user in one.users.identifiers {
            let history = try #require(one.history(ofUser: user))
            let scores = one.recommender.scores(for: history)
            #expect(scores == three.recommender.scores(for: history))
            #expect(scores == stored.recommender.scores(for: history))
        }
    }

    @Test func aDamagedModelIsRefused() throws {
        let model = try FilmWorld.train()
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("model")
            try model.write(to: path)
            let weights = path.appendingPathComponent("weights.safetensors")
            let bytes = try Data(contentsOf: weights)
            var generator = SeededGenerator(seed: 3)
            for _ in 0..<300 {
                var damaged = bytes
                for _ in 0..<4 { damaged[generator.index(below: damaged.count)] = UInt8(generator.index(below: 256)) }
                try damaged.write(to: weights)
                guard let read = try? TrainedModel(contentsOf: path) else { continue }
                _ = read.recommender.scores(for: try #require(model.history(ofUser: "u1")))
            }
        }
    }

    @Test func withoutMetadataTheReasonIsGiven() {
        #expect(throws: TrainingError.missingMetadata("an items dataset with a column beside ITEM_ID")) {
            try Algorithm.contentBased.train(on: FilmWorld.events)
        }
        #expect(throws: TrainingError.self) { try Algorithm.semanticSimilarity.train(on: FilmWorld.events) }
        #expect(throws: TrainingError.self) {
            try Algorithm.contentBased.validate(hyperparameters: ["distance": "manhattan"])
        }
    }

    @Test func nothingButPopularityIsLeftForItemsThatNothingIsKnownOf() throws {
        var options = TrainingOptions()
        options.metadata.items = try FilmWorld.table(10..<24)
        let model = try Algorithm.contentBased.train(on: FilmWorld.events, options: options)
        let unknown = about("f3", model)
        #expect(
            model.recommender.recommendations(for: unknown, count: 20).map(\.item)
                == model.popularity.recommendations(for: unknown, count: 20).map(\.item))
        #expect(model.recommender.recommendations(for: about("f12", model), count: 24).count == 24)
    }

    @Test func textsAreAlikeByTheirWordsAndNeedNoInteractions() throws {
        let model = try Algorithm.semanticSimilarity.train(on: Interactions(), options: try FilmWorld.options())
        #expect(model.items.count == 24 && !Algorithm.semanticSimilarity.needsInteractions)
        for film in [2, 3, 23] {
            let listed = films(model.recommender.recommendations(for: about("f\(film)", model), count: 11), model)
            #expect(listed.count == 11 && listed.allSatisfy { $0 % 2 == film % 2 && $0 != film })
        }
        let stored = try withTemporaryDirectory { directory in
            try model.write(to: directory.appendingPathComponent("model"))
            return try TrainedModel(contentsOf: directory.appendingPathComponent("model"))
        }
        #expect(
            stored.recommender.scores(for: about("f2", model)) == model.recommender.scores(for: about("f2", model)))
    }

    /// Two ways to say the same share no word, but the company of their words.
    @Test func aLatentProjectionFindsTextsWithOtherWords() throws {
        var texts = ["car engine", "automobile engine", "flower garden", "blossom garden"]
        for index in 0..<6 {
            texts.append("\(index % 2 == 0 ? "car" : "automobile") motor road engine wheel")
            texts.append("\(index % 2 == 0 ? "flower" : "blossom") soil garden bee leaf")
        }
        texts += ["car", "automobile", "blossom"]
        var options = TrainingOptions()
        options.metadata.items = MetadataTable(
            type: .items, identifiers: Vocabulary(texts.indices.map { "t\($0)" }),
            columns: [
                MetadataColumn(field: SchemaField(name: "TEXT", type: .string, isTextual: true), values: .text(texts))
            ])
        func likeness(_ latent: String) throws -> (same: Float, other: Float) {
            let model = try Algorithm.contentBased.train(
                on: FilmWorld.events, hyperparameters: ["latent_dimension": latent], options: options)
            let content = try #require(model.contentBased)
            let scores = content.scores(similarTo: try #require(model.items.index(of: "t\(texts.count - 3)")))
            return (
                scores[try #require(model.items.index(of: "t\(texts.count - 2)"))],
                scores[try #require(model.items.index(of: "t\(texts.count - 1)"))]
            )
        }
        #expect(try likeness("0").same < 0.01)
        let latent = try likeness("2")
        #expect(latent.same > 0.4 && latent.other < 0.1)
    }
}

@Suite struct TextTokenTests {
    @Test(arguments: [
        ("Toy Story (1995)", ["toy", "story", "1995"]), ("L'ÉTÉ — naïve, Straße", ["l", "été", "naïve", "straße"]),
        ("", []), ("  ...  ", []), ("東京物語", ["東京", "京物", "物語"]), ("七 samurai", ["七", "samurai"]),
        ("Привет мир", ["привет", "мир"]), ("हिन्दी", ["हिन्दी"]), ("a東b", ["a", "東", "b"]),
    ])
    func wordsAreRunsOfLetters(text: String, words: [String]) {
        #expect(Array(TextTokens(text)) == words)
    }

    @Test func anyBytesGiveWords() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let bytes = (0..<generator.index(below: 40)).map { _ in UInt8(generator.index(below: 256)) }
            let text = String(decoding: bytes, as: UTF8.self)
            for word in TextTokens(text) { #expect(!word.isEmpty && word.unicodeScalars.count <= 64) }
        }
        #expect(TextTokens(String(repeating: "x", count: 1_000)).map(\.count) == [64])
    }
}
