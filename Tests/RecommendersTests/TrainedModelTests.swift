import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct TrainedModelTests {
    @Test(arguments: Algorithm.allCases)
    func aModelReadBackScoresTheSame(_ algorithm: Algorithm) throws {
        var options = TrainingOptions(seed: 9)
        options.metadata = try sampleMetadata()
        let model = try algorithm.train(on: sampleInteractions(), options: options)
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let read = try TrainedModel(contentsOf: target)
            #expect(read.manifest == model.manifest)
            #expect(read.items == model.items)
            #expect(read.users == model.users)
            #expect(read.eventTypes == model.eventTypes)
            #expect(read.popularity == model.popularity)
            for user in model.users.identifiers.prefix(30) + ["nobody"] {
                let history = model.history(ofUser: user)
                #expect(read.history(ofUser: user)?.items == history?.items)
                let scores = model.recommender.scores(for: history ?? History())
                let scoresRead = read.recommender.scores(for: history ?? History())
                // A factor of a column is multiplied with a sum before, and with what is added up after.
                let tolerance: Float = algorithm == .ease ? 1e-5 : 0
                #expect(scores.count == scoresRead.count)
                #expect(zip(scores, scoresRead).allSatisfy { $0 == $1 || abs($0 - $1) <= tolerance })
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model"])
        }
    }

    @Test func anExistingDirectoryIsNotOverwritten() throws {
        let model = try Algorithm.popularity.train(on: sampleInteractions())
        try withTemporaryDirectory { directory in
            #expect(throws: ModelError.alreadyExists(path: directory.path)) { try model.write(to: directory) }
        }
    }

    @Test func missingFilesAndOtherFormatsAreNamed() throws {
        let model = try Algorithm.popularity.train(on: sampleInteractions())
        try withTemporaryDirectory { directory in
            #expect(throws: ModelError.missing(file: "model.json")) { try TrainedModel(contentsOf: directory) }
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let manifest = target.appendingPathComponent("model.json")
            let text = try String(contentsOf: manifest, encoding: .utf8)
            try text.replacing("\"format\" : 1", with: "\"format\" : 7").write(
                to: manifest, atomically: true, encoding: .utf8)
            #expect(throws: ModelError.unsupportedFormat(version: 7)) { try TrainedModel(contentsOf: target) }
            try text.replacing("aws-popularity-count", with: "aws-x").write(
                to: manifest, atomically: true, encoding: .utf8)
            #expect(throws: ModelError.unknownRecipe("aws-x")) { try TrainedModel(contentsOf: target) }
            try text.write(to: manifest, atomically: true, encoding: .utf8)
            try FileManager.default.removeItem(at: target.appendingPathComponent("weights.safetensors"))
            #expect(throws: ModelError.missing(file: "weights.safetensors")) { try TrainedModel(contentsOf: target) }
        }
    }

    @Test func aModelThatKnewOneMemoryIsToBeTrainedAgain() throws {
        let model = try Algorithm.userPersonalization.train(on: sampleInteractions(users: 30, items: 12, events: 300))
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let manifest = target.appendingPathComponent("model.json")
            try String(contentsOf: manifest, encoding: .utf8).replacing("\"format\" : 2", with: "\"format\" : 1").write(
                to: manifest, atomically: true, encoding: .utf8)
            let error = #expect(throws: ModelError.unsupportedFormat(version: 1)) {
                try TrainedModel(contentsOf: target)
            }
            #expect(error?.description.contains("train it again") == true)
        }
    }

    @Test(arguments: [
        Algorithm.userPersonalization, .userPersonalizationV2, .similarItems, .trendingNow, .weightedRating, .ease,
        .als,
        .itemKNN, .userKNN, .contentBased, .semanticSimilarity, .neuralClassifier,
    ])
    func aDamagedDirectoryNeverTraps(_ algorithm: Algorithm) throws {
        var options = TrainingOptions()
        options.metadata = try sampleMetadata(items: 12)
        let model = try algorithm.train(on: sampleInteractions(users: 30, items: 12, events: 300), options: options)
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            var random = SeededGenerator(seed: 12)
            for name in try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() {
                let url = target.appendingPathComponent(name)
                let original = [UInt8](try Data(contentsOf: url))
                for _ in 0..<150 {
                    var damaged = original
                    for _ in 0...random.index(below: 6) {
                        damaged[random.index(below: damaged.count)] = UInt8(truncatingIfNeeded: random.next())
                    }
                    if random.index(below: 4) == 0 { damaged.removeLast(random.index(below: damaged.count)) }
                    try Data(damaged).write(to: url)
                    do {
                        let read = try TrainedModel(contentsOf: target)
                        for user in read.users.identifiers {
                            let history = read.history(ofUser: user) ?? History()
                            _ = read.recommender.recommendations(for: history, count: 5)
                        }
                    } catch is ModelError {}
                }
                try Data(original).write(to: url)
            }
        }
    }

    @Test func theManifestTellsTrainingDataApart() throws {
        let one = try Algorithm.popularity.train(on: sampleInteractions(seed: 1)).manifest.trainingData
        let again = try Algorithm.popularity.train(on: sampleInteractions(seed: 1)).manifest.trainingData
        let other = try Algorithm.popularity.train(on: sampleInteractions(seed: 2)).manifest.trainingData
        #expect(one == again)
        #expect(one.checksum != other.checksum)
    }
}
