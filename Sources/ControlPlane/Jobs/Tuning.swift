import Datasets
import Evaluation
import Recipes
import Recommenders

/// Measures combinations of hyperparameters on held-out users and keeps the best.
struct Tuning {
    let plan: TuningPlan
    let recipe: Recipes.Recipe
    let featureTransformationParameters: [String: String]

    /// - Parameter given: What the solution says; what is tuned replaces it.
    /// - Returns: All hyperparameters to train with, and the metric with them; `given` without a metric when there are too
    ///   few users to measure anything.
    /// - Throws: `TrainingError`, `CancellationError`.
    func run(
        beginningWith given: [String: String], on interactions: Interactions, itemCount: Int, options: TrainingOptions
    ) throws -> (hyperparameters: [String: String], value: Double?) {
        let candidates = plan.search.candidates(plan.trials, beginningWith: given, seed: options.seed)
        var best: (hyperparameters: [String: String], value: Double)?
        for (index, candidate) in candidates.enumerated() {
            let part = Double(index) / Double(candidates.count)...Double(index + 1) / Double(candidates.count)
            let parameters = try recipe.trainerParameters(
                hyperparameters: candidate, featureTransformationParameters: featureTransformationParameters)
            do {
                let metrics = try TrainingRun.evaluatePersonalize(
                    recipe.trainer, on: interactions, hyperparameters: parameters, catalogueItemCount: itemCount,
                    options: options.within(part, prefix: "trial \(index + 1) of \(candidates.count): "))
                let value = (metrics[plan.metric] ?? 0) * (plan.maximizes ? 1 : -1)
                if best.map({ value > $0.value }) ?? true { best = (candidate, value) }
            } catch EvaluationError.tooFewUsers {
                return (given, nil)
            }
        }
        return best.map { ($0.hyperparameters, $0.value) } ?? (given, nil)
    }

    /// What was tuned, of all hyperparameters, with defaults filled in.
    func reported(_ hyperparameters: [String: String]) -> [String: String] {
        recipe.algorithm.defaults.merging(hyperparameters) { _, chosen in chosen }
            .filter { plan.search.ranges[$0.key] != nil }
    }
}
