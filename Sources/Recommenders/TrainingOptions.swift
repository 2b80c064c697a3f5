import Foundation
public import LinearAlgebra

/// How to train, apart from what is learned.
public struct TrainingOptions: Sendable {
    public var seed: UInt64
    public var threads: Int
    /// Bytes that training may allocate beyond the data; nil takes half of the machine's memory.
    public var memoryLimit: Int?
    /// How much events of each type count.
    public var eventWeights = EventWeights.equal
    /// What is known of items and users beside their events.
    public var metadata = TrainingMetadata()
    /// What recommendations are for beside relevance; nil ranks by relevance alone.
    public var objective: ItemObjective?
    /// Called from the training thread, in order, with growing fractions.
    public var progress: @Sendable (TrainingProgress) -> Void

    public init(
        seed: UInt64 = 0, threads: Int = Parallel.availableThreads, memoryLimit: Int? = nil,
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) {
        self.seed = seed
        self.threads = max(threads, 1)
        self.memoryLimit = memoryLimit
        self.progress = progress
    }

    /// Bytes that are taken already, beside ``memoryLimit``.
    var heldMemory = 0

    /// Half of the machine's memory.
    package static var defaultMemoryLimit: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory / 2) }

    /// Bytes that an algorithm may take.
    var effectiveMemoryLimit: Int { memoryLimit ?? Self.defaultMemoryLimit }

    /// Reports a step, after a look at whether the task was cancelled.
    func advance(to fraction: Double, _ stage: String, measurements: [String: Double] = [:]) throws {
        try Task.checkCancellation()
        progress(TrainingProgress(fraction: fraction, stage: stage, measurements: measurements))
    }

    /// The same options with progress squeezed into a part of the whole.
    package func within(_ part: ClosedRange<Double>, prefix: String = "") -> TrainingOptions {
        var options = self
        let report = progress
        options.progress = { progress in
            var scaled = progress
            scaled.fraction = part.lowerBound + progress.fraction * (part.upperBound - part.lowerBound)
            scaled.stage = prefix + progress.stage
            report(scaled)
        }
        return options
    }
}

/// A step of a training run.
public struct TrainingProgress: Sendable, Equatable {
    /// From 0 to 1.
    public var fraction: Double
    /// What is being done, in a few words for people.
    public var stage: String
    /// Figures that became known at this step, such as `validation_ndcg_at_10` or `memory_bytes`.
    public var measurements: [String: Double]

    public init(fraction: Double, stage: String, measurements: [String: Double] = [:]) {
        self.fraction = fraction
        self.stage = stage
        self.measurements = measurements
    }
}

/// Why nothing was trained.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    case noInteractions
    case unknownHyperparameter(String, known: [String])
    case invalidHyperparameter(String, value: String, expected: String)
    case numerical(String)
    /// Training would take more bytes than it may; nothing was taken. A recipe for the same subject that would fit.
    case insufficientMemory(needed: Int, limit: Int, alternative: Algorithm?)
    /// What the recipe needs to know of items and does not.
    case missingMetadata(String)
    /// The algorithm cannot take new data into a model without training it again.
    case cannotUpdate(String)

    public var description: String {
        switch self {
        case .noInteractions: "there are no interactions to train on"
        case .unknownHyperparameter(let name, let known):
            known.isEmpty
                ? "unknown hyperparameter '\(name)'; this recipe has none"
                : "unknown hyperparameter '\(name)'; known are \(known.joined(separator: ", "))"
        case .invalidHyperparameter(let name, let value, let expected):
            "hyperparameter '\(name)' is '\(value)'; expected \(expected)"
        case .missingMetadata(let needed): "the recipe needs \(needed)"
        case .cannotUpdate(let name): "a model of \(name) cannot be updated, only trained again"
        case .numerical(let reason): "training failed: \(reason)"
        case .insufficientMemory(let needed, let limit, let alternative):
            "training needs \(memoryText(needed)) of memory beside the data and may take \(memoryText(limit)); "
                + (alternative.map { "the recipe \($0.rawValue) would fit" } ?? "allow more, or train on less data")
        }
    }
}
