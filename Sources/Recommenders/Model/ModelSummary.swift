public import Foundation

/// What a model directory says about its model, without the model: `model.json` and `training.json`.
public struct ModelSummary: Sendable {
    public let manifest: ModelManifest
    /// Nil for models of before trainings were written down.
    public let training: TrainingRecord?

    /// - Throws: ``ModelError`` when a file is missing or damaged.
    public init(contentsOf directory: URL) throws(ModelError) {
        manifest = try TrainedModel.manifest(in: directory)
        training = try TrainedModel.trainingRecord(in: directory)
    }
}
