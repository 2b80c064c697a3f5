import Datasets
import Foundation
import Testing

@Suite struct GeneratedWorldTests {
    private let small = GeneratedWorld.Configuration(users: 400, items: 600, events: 30_000, seed: 4)

    @Test func oneSeedGivesOneWorldAndAnotherSeedAnother() throws {
        try withTemporaryDirectory { place in
            var texts: [Data] = []
            for seed in [4, 4, 5] as [UInt64] {
                var configuration = small
                configuration.seed = seed
                let world = GeneratedWorld(configuration)
                var text = Data()
                for (index, write) in [world.writeItems, world.writeUsers].enumerated() {
                    let file = place.appendingPathComponent("\(texts.count)-\(index)")
                    try write(file)
                    text += try Data(contentsOf: file)
                }
                let file = place.appendingPathComponent("\(texts.count)")
                try world.writeInteractions(to: file)
                texts.append(text + (try Data(contentsOf: file)))
            }
            #expect(texts[0] == texts[1])
            #expect(texts[0] != texts[2])
        }
    }

    @Test func theFirstNumbersOfTheGeneratorAreFixed() {
        var random = SeededGenerator(seed: 0)
        #expect([random.next(), random.next()] == [11_091_344_671_253_066_420, 13_793_997_310_169_335_082])
    }

    @Test func drawsHaveTheRightMoments() {
        var random = SeededGenerator(seed: 2)
        let count = 200_000
        let normals = (0..<count).map { _ in random.normal() }
        let mean = normals.reduce(0, +) / Double(count)
        let variance = normals.reduce(0) { $0 + $1 * $1 } / Double(count)
        #expect(abs(mean) < 0.01)
        #expect(abs(variance - 1) < 0.02)
        let exponential = (0..<count).reduce(0.0) { sum, _ in sum + random.exponential(mean: 5) } / Double(count)
        #expect(abs(exponential - 5) < 0.06)
        var counts = Array(repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.index(below: 7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    }

    @Test func eventsAreInTheOrderOfTimeAndAsManyAsAsked() {
        let interactions = GeneratedWorld(small).interactions()
        #expect(interactions.count == 30_000)
        #expect(interactions.timestamps.adjacentPairs().allSatisfy { $0 <= $1 })
        #expect(interactions.users.count <= 400 && interactions.users.count > 350)
        #expect(interactions.items.count <= 600 && interactions.items.count > 500)
        #expect(interactions.trainingRequirements().isEmpty)
    }

    @Test func popularityFallsLikeZipfsLaw() {
        let interactions = GeneratedWorld(small).interactions()
        var counts = Array(repeating: 0, count: interactions.items.count)
        for item in interactions.itemIndices { counts[Int(item)] += 1 }
        counts.sort(by: >)
        let top = counts.prefix(counts.count / 10).reduce(0, +)
        #expect(Double(top) / 30_000 > 0.25)
        #expect(counts[0] > 5 * counts[counts.count / 2])
    }

    /// Trains on the first nine tenths of each user's events and counts how often one of the next distinct items is in
    /// the best ten, for popularity and for co-occurrence with the user's items.
    @Test func coOccurrencePredictsFarBetterThanPopularity() {
        let interactions = GeneratedWorld(small).interactions()
        var histories = Array(repeating: [Int](), count: interactions.users.count)
        for (user, item) in zip(interactions.userIndices, interactions.itemIndices) {
            histories[Int(user)].append(Int(item))
        }
        let itemCount = interactions.items.count
        var popularity = Array(repeating: 0.0, count: itemCount)
        var together = Array(repeating: 0.0, count: itemCount * itemCount)
        for history in histories {
            let known = Array(Set(history.prefix(history.count * 9 / 10)))
            for item in known { popularity[item] += 1 }
            for (index, a) in known.enumerated() {
                for b in known[..<index] {
                    together[a * itemCount + b] += 1
                    together[b * itemCount + a] += 1
                }
            }
        }
        var popularityHits = 0
        var coOccurrenceHits = 0
        var tested = 0
        for history in histories where history.count >= 20 {
            let cut = history.count * 9 / 10
            let known = Set(history[..<cut])
            let targets = Set(history[cut...]).subtracting(known)
            guard !targets.isEmpty else { continue }
            tested += 1
            func hits(_ score: (Int) -> Double) -> Bool {
                let scored = (0..<itemCount).filter { !known.contains($0) }.map { ($0, score($0)) }
                return scored.sorted { $0.1 > $1.1 }.prefix(10).contains { targets.contains($0.0) }
            }
            if hits({ popularity[$0] }) { popularityHits += 1 }
            if hits({ item in
                known.reduce(0) { sum, other in
                    sum + together[item * itemCount + other] / (popularity[item] * popularity[other] + 1).squareRoot()
                }
            }) {
                coOccurrenceHits += 1
            }
        }
        #expect(tested > 200)
        #expect(
            Double(coOccurrenceHits) > 1.5 * Double(popularityHits),
            "\(coOccurrenceHits) \(popularityHits) of \(tested)")
    }

    @Test func itsFilesFitItsSchemas() throws {
        try withTemporaryDirectory { place in
            let world = GeneratedWorld(small)
            for (name, schema, write) in [
                ("items", GeneratedWorld.itemsSchema, world.writeItems),
                ("users", GeneratedWorld.usersSchema, world.writeUsers),
            ] {
                let csv = place.appendingPathComponent("\(name).csv")
                try write(csv)
                let directory = place.appendingPathComponent(name)
                let job = try DatasetImport(schema: DatasetSchema(json: schema), into: directory)
                try job.importFile(csv)
                #expect(try job.finish().extraColumns.isEmpty)
                #expect(try MetadataTable(contentsOf: directory).count == (name == "items" ? 600 : 400))
            }
            #expect(world.titles.count == 600)
        }
    }

    @Test func smallestWorldsExist() {
        let world = GeneratedWorld(.init(users: 1, items: 1, events: 3, seed: 0))
        #expect(world.interactions().itemIndices == [0, 0, 0])
        #expect(GeneratedWorld(.init(users: 0, items: -5, events: 0)).interactions().count == 1)
    }
}

extension Array {
    fileprivate func adjacentPairs() -> Zip2Sequence<Self, ArraySlice<Element>> { zip(self, dropFirst()) }
}
