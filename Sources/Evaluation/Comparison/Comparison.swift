public import Datasets
import Foundation
public import Recommenders

/// Measures recipes one after the other on the same division of some data.
public struct Comparison: Sendable {
    public var method: EvaluationProtocol
    /// From 1 to 10; see ``Evaluation/folds``.
    public var folds: Int
    public var excludeSeen: Bool
    public var seed: UInt64
    /// Distinct items of the interactions and items datasets; nil counts those of the interactions.
    public var catalogueItemCount: Int?

    /// Histories whose scoring is timed, at most.
    public static let timedHistories = 500

    public init(
        method: EvaluationProtocol = .personalize, folds: Int = 1, excludeSeen: Bool = false, seed: UInt64 = 0,
        catalogueItemCount: Int? = nil
    ) {
        self.method = method
        self.folds = folds
        self.excludeSeen = excludeSeen
        self.seed = seed
        self.catalogueItemCount = catalogueItemCount
    }

    /// Trains and measures a recipe as ``Evaluation`` does, and looks at the model of the first fold as it is served: its size
    /// on disk, and how long it takes to score the histories of users drawn at random.
    ///
    /// - Parameters:
    ///   - name: What the recipe is called in the result.
    ///   - histories: Everybody's, from the same interactions.
    /// - Throws: ``EvaluationError``, what training throws, and what writing a model to a temporary directory does.
    public func measure(
        _ algorithm: Algorithm, hyperparameters: [String: String] = [:], name: String,
        on interactions: Interactions, histories: UserHistories, options: TrainingOptions = TrainingOptions()
    ) throws -> ComparedRecipe {
        let evaluation = Evaluation(
            of: algorithm, hyperparameters: hyperparameters, method: method, folds: folds, excludeSeen: excludeSeen,
            seed: seed, catalogueItemCount: catalogueItemCount)
        var first: Measured?
        let result = try evaluation.run(on: interactions, options: options) { model in
            guard first == nil else { return }
            first = try Measured(model, histories: histories, seed: seed)
        }
        let trainings = method == .leaveOneOut ? 1 : folds
        return ComparedRecipe(
            name: name, metrics: result.metrics, testUsers: result.testUsers,
            trainingSeconds: result.trainingSeconds / Double(trainings), modelBytes: first?.bytes ?? 0,
            latency: first?.latency, announcedMemoryBytes: first?.training.announcedMemoryBytes,
            training: first?.training ?? TrainingRecord(), learned: first?.learned ?? [:])
    }

    /// What is to be known of a model apart from its lists.
    private struct Measured {
        let bytes: Int
        let latency: ScoringLatency?
        let training: TrainingRecord
        let learned: [String: Double]

        init(_ model: TrainedModel, histories: UserHistories, seed: UInt64) throws {
            let files = FileManager.default
            let directory = files.temporaryDirectory.appending(path: "palate-\(UUID().uuidString)")
            defer { try? files.removeItem(at: directory) }
            try model.write(to: directory)
            bytes = try Self.size(of: directory)
            var generator = SeededGenerator(seed: seed)
            let active = (0..<histories.count).filter { histories.offsets[$0] < histories.offsets[$0 + 1] }
            let chosen = generator.permutation(of: active.count).prefix(Comparison.timedHistories)
            let served = try TrainedModel(contentsOf: directory)
            latency = ScoringLatency(of: served.recommender, histories: chosen.map { histories[active[$0]] })
            training = model.training ?? TrainingRecord()
            learned = model.manifest.learned
        }

        private static func size(of directory: URL) throws -> Int {
            let files = FileManager.default
            let names = try files.contentsOfDirectory(atPath: directory.path)
            return try names.reduce(0) { sum, name in
                let attributes = try files.attributesOfItem(atPath: directory.appending(path: name).path)
                return sum + ((attributes[.size] as? NSNumber)?.intValue ?? 0)
            }
        }
    }
}
