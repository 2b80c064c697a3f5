import Datasets
import PersonalizeAPI
import Recipes
import Recommenders

/// Chooses a recipe and its hyperparameters by a metric: `performAutoML` (API reference, "CreateSolution" and
/// "AutoMLConfig").
///
/// Every candidate is measured on the same held-out users: with its defaults, and with a few combinations of what it lets
/// tune.
struct RecipeSearch {
    /// Combinations of hyperparameters that are measured of each recipe.
    static let trialsPerRecipe = 5

    let candidates: [Recipes.Recipe]
    let metric: String

    struct Choice {
        let recipe: Recipes.Recipe
        let hyperparameters: [String: String]
        /// What was tuned, with its values.
        let tuned: [String: String]
    }

    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    init(_ configuration: AutoMLConfig?, catalogue: RecipeCatalogue) throws {
        let place = "solutionConfig.autoMLConfig"
        metric = try TuningPlan.metric(configuration?.metricName, at: "\(place).metricName")
        guard let arns = configuration?.recipeList, !arns.isEmpty else {
            // Palate's own, legacy names and the transformer only when they are named, so that a search takes no longer
            // than it has to.
            candidates = catalogue.all.filter {
                $0.isChosenByMetric && !$0.isOwn && !$0.isLegacy && $0.trainer != .userPersonalizationV2
            }
            return
        }
        var candidates: [Recipes.Recipe] = []
        for (index, arn) in arns.enumerated() where !candidates.contains(where: { $0.arn == arn }) {
            guard let recipe = catalogue.recipe(arn: arn) else {
                throw PersonalizeError.invalidInput("\(place).recipeList[\(index)]: there is no recipe \(arn).")
            }
            guard recipe.isChosenByMetric else {
                throw PersonalizeError.invalidInput(
                    "\(place).recipeList[\(index)]: \(arn) is not a custom recipe of the type USER_PERSONALIZATION.")
            }
            candidates.append(recipe)
        }
        self.candidates = candidates
    }

    /// The parts of a solution's configuration that count when a recipe is searched for.
    static func configuration(_ given: SolutionConfig?) -> SolutionConfig? {
        given.map { SolutionConfig(autoMLConfig: $0.autoMLConfig, autoTrainingConfig: $0.autoTrainingConfig) }
    }

    /// The first candidate when there are too few users to measure anything. A candidate that cannot be trained on the
    /// data is passed over, unless none can.
    ///
    /// - Throws: `TrainingError`, `CancellationError`.
    func run(on interactions: Interactions, itemCount: Int, options: TrainingOptions) throws -> Choice? {
        var best: (choice: Choice, value: Double)?
        var failure: TrainingError?
        for (index, recipe) in candidates.enumerated() {
            let part = Double(index) / Double(candidates.count)...Double(index + 1) / Double(candidates.count)
            let tuning = Tuning(
                plan: TuningPlan(of: recipe, trials: Self.trialsPerRecipe, metric: metric), recipe: recipe,
                featureTransformationParameters: [:])
            do {
                let (hyperparameters, value) = try tuning.run(
                    beginningWith: [:], on: interactions, itemCount: itemCount,
                    options: options.within(part, prefix: "\(recipe.name), "))
                let choice = Choice(
                    recipe: recipe, hyperparameters: hyperparameters, tuned: tuning.reported(hyperparameters))
                guard let value else { return choice }
                if best.map({ value > $0.value }) ?? true { best = (choice, value) }
            } catch let error as TrainingError {
                failure = failure ?? error
            }
        }
        if best == nil, let failure { throw failure }
        return best?.choice
    }
}
