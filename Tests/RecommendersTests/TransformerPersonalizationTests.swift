import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct TransformerPersonalizationTests {
    private static let algorithm = Algorithm.userPersonalizationV2

    /// Every third of nine items follows from the two before it together (one or the other, but not both); each of them
    /// alone, and all others, say nothing of it.
    private static func pairs(users: Int = 600) -> [(String, String, Int64, String?)] {
        var random = SeededGenerator(seed: 5)
        return (0..<users).flatMap { user in
            var values: [Int] = []
            return (0..<9).map { step -> (String, String, Int64, String?) in
                values.append(step % 3 == 2 ? values[step - 1] ^ values[step - 2] : random.index(below: 2))
                // Items of a step are its own, so that nothing comes again.
                return ("u\(user)", "i\(step)-\(values[step])", Int64(step), nil)
            }
        }
    }

    private static let quick = [
        "epochs": "12", "hidden_dimension": "32", "layers": "1", "sequence_length": "20", "learning_rate": "0.01",
        "dropout": "0",
    ]

    private static let model = Result {
        try algorithm.train(
            on: interactions(pairs()), hyperparameters: quick, options: TrainingOptions(seed: 3, threads: 2))
    }

    @Test func anOrderThatTheClosedFormCannotSeeIsLearned() throws {
        let learned = try Self.model.get().manifest.learned
        let alone = try #require(learned["closed_form_validation_ndcg_at_10"])
        let together = try #require(learned["blend_validation_ndcg_at_10"])
        let share = try #require(learned["transformer_share"])
        #expect(share > 0 && together > alone + 0.05, "\(learned)")
    }

    @Test func theModelDoesNotDependOnTheNumberOfThreads() throws {
        let first = try Self.model.get()
        for threads in [1, 3] {
            let other = try Self.algorithm.train(
                on: interactions(Self.pairs()), hyperparameters: Self.quick,
                options: TrainingOptions(seed: 3, threads: threads))
            #expect(other.manifest == first.manifest)
            for user in 0..<20 {
                let history = first.histories[user]
                #expect(other.recommender.scores(for: history) == first.recommender.scores(for: history))
            }
        }
    }

    @Test func aModelThatWasWrittenScoresTheSame() throws {
        let model = try Self.model.get()
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let read = try TrainedModel(contentsOf: target)
            for user in 0..<20 {
                let history = model.histories[user]
                #expect(read.recommender.scores(for: history) == model.recommender.scores(for: history))
            }
        }
    }

    @Test func damagedParametersNeverTrap() throws {
        let model = try Self.model.get()
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let url = target.appendingPathComponent("weights.safetensors")
            let original = [UInt8](try Data(contentsOf: url))
            var random = SeededGenerator(seed: 12)
            for round in 0..<150 {
                var damaged = original
                // The header and the small tensors at the end are what a change is most likely to break.
                let range = round % 3 == 0 ? 0..<damaged.count : max(damaged.count - 3_000, 0)..<damaged.count
                for _ in 0...random.index(below: 6) {
                    damaged[range.lowerBound + random.index(below: range.count)] = UInt8(
                        truncatingIfNeeded: random.next())
                }
                if round % 5 == 0 { damaged[random.index(below: 2_000)] = UInt8(truncatingIfNeeded: random.next()) }
                try Data(damaged).write(to: url)
                do {
                    let read = try TrainedModel(contentsOf: target)
                    for user in 0..<5 {
                        _ = read.recommender.recommendations(for: model.histories[user], count: 5)
                    }
                } catch is ModelError {}
            }
        }
    }

    @Test func fewUsersAreLeftToTheClosedForm() throws {
        let data = interactions(Self.pairs(users: 30))
        let options = TrainingOptions(seed: 1, threads: 2)
        let model = try Self.algorithm.train(on: data, options: options)
        let closedForm = try Algorithm.userPersonalization.train(on: data, options: options)
        #expect(model.manifest.learned["transformer_share"] == 0)
        for user in 0..<30 {
            let history = model.histories[user]
            #expect(model.recommender.scores(for: history) == closedForm.recommender.scores(for: history))
        }
        for few in 1...3 {
            let data = interactions((0..<few).flatMap { [("u\($0)", "a", 1, nil), ("u\($0)", "b\($0)", 2, nil)] })
            let model = try Self.algorithm.train(on: data, options: options)
            #expect(model.recommender.scores(for: History(items: [0])).allSatisfy { !$0.isNaN })
        }
    }

    @Test func anEmptyHistoryIsAnsweredByPopularity() throws {
        let model = try Self.model.get()
        let best = model.recommender.recommendations(for: History(), count: 5).map { model.popularity.counts[$0.item] }
        #expect(best == model.popularity.counts.sorted(by: >).prefix(5).map { $0 })
        #expect(
            model.recommender.scores(for: History(items: [60_000])) == model.recommender.scores(for: History()))
        let known = model.histories[0]
        var strange = known
        strange.items.insert(60_000, at: 3)
        strange.timestamps.insert(0, at: 3)
        strange.eventTypes.insert(.max, at: 3)
        strange.eventValues.insert(.nan, at: 3)
        #expect(model.recommender.scores(for: strange) == model.recommender.scores(for: known))
    }

    @Test func everyEpochIsReportedAndMemoryBeforeIt() throws {
        let seen = Seen()
        var options = TrainingOptions(seed: 3, threads: 2) { seen.append($0) }
        options.memoryLimit = 1 << 30
        _ = try Self.algorithm.train(
            on: interactions(Self.pairs()),
            hyperparameters: ["epochs": "3", "hidden_dimension": "32", "sequence_length": "20"], options: options)
        let steps = seen.steps
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.fraction <= $1.fraction + 1e-9 })
        let epochs = steps.filter { $0.measurements["epoch"] != nil && $0.measurements["training_loss"] != nil }
        #expect(epochs.count >= 3 && epochs[0].measurements["validation_ndcg_at_10"] != nil)
        #expect(epochs[0].measurements["training_loss"] ?? 0 > epochs[2].measurements["training_loss"] ?? 9)
        let memory = try #require(
            steps.firstIndex { $0.measurements[TrainingOptions.memoryMeasurement] != nil })
        let epoch = try #require(steps.firstIndex { $0.measurements["training_loss"] != nil })
        #expect(memory < epoch)
        #expect((steps[memory].measurements[TrainingOptions.memoryMeasurement] ?? 0) > 1_000_000)
    }

    @Test func whatDoesNotFitIsRefusedBeforeTraining() {
        let options = TrainingOptions(memoryLimit: 1_000_000)
        let error = #expect(throws: TrainingError.self) {
            try Self.algorithm.train(on: interactions(Self.pairs()), options: options)
        }
        guard case .insufficientMemory(let needed, 1_000_000, let alternative)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(needed > 1_000_000 && alternative != nil)
    }

    @Test func aCancelledTrainingStops() async {
        let task = Task.detached {
            withUnsafeCurrentTask { $0?.cancel() }
            return try Self.algorithm.train(on: interactions(Self.pairs()))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func anUpdateKnowsNewItemsAndKeepsTheTransformer() throws {
        let model = try Self.model.get()
        let grown =
            Self.pairs()
            + (0..<40).flatMap { user in
                [("n\(user)", "i0-0", 1, String?.none), ("n\(user)", "new", 2, nil)]
            }
        let updated = try model.updated(with: interactions(grown))
        #expect(updated.manifest.learned["transformer_share"] == model.manifest.learned["transformer_share"])
        let new = try #require(updated.items.index(of: "new"))
        let scores = updated.recommender.scores(for: model.histories[0])
        #expect(scores.count == updated.items.count && scores[new].isFinite)
        let parameters = try [model, updated].map { model -> Matrix in
            try withTemporaryDirectory { directory -> Matrix in
                try model.write(to: directory.appendingPathComponent("model"))
                let file = try SafetensorsFile(
                    contentsOf: directory.appendingPathComponent("model/weights.safetensors"))
                return try file.matrix("transformer.parameters")
            }
        }
        #expect(parameters[0].columns > 0 && parameters[0] == parameters[1])
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        for values in [
            ["hidden_dimension": "16"], ["layers": "0"], ["epochs": "-1"], ["dropout": "1"], ["heads": "2"],
            ["apply_recency_bias": "often"], ["closed_form_items": "0"], ["learning_rate": "0"],
        ] {
            #expect(throws: TrainingError.self) { try Self.algorithm.validate(hyperparameters: values) }
        }
    }
}

/// Steps of a training.
private final class Seen: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [TrainingProgress] = []
    func append(_ step: TrainingProgress) { lock.withLock { all.append(step) } }
    var steps: [TrainingProgress] { lock.withLock { all } }
}
