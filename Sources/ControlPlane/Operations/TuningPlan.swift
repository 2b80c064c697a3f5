import Evaluation
import PersonalizeAPI
import Recipes

/// How hyperparameters are tuned: `solutionConfig.hpoConfig`, checked (developer guide, "Hyperparameters and
/// hyperparameter optimization").
///
/// Trials run one after the other, each on all cores: never more than any `maxParallelTrainingJobs`.
struct TuningPlan {
    static let defaultMetric = "mean_reciprocal_rank_at_25"
    static let jobs = 1...40
    static let parallelJobs = 1...10

    let search: HyperparameterSearch
    let trials: Int
    let metric: String
    let maximizes: Bool

    /// A search over all that a recipe lets tune; over nothing when it has nothing.
    init(of recipe: Recipes.Recipe, trials: Int, metric: String) {
        search = HyperparameterSearch(of: recipe)
        self.trials = trials
        self.metric = metric
        maximizes = true
    }

    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    init(_ configuration: HPOConfig?, recipe: Recipes.Recipe) throws {
        let resources = configuration?.hpoResourceConfig
        trials = try Self.number(resources?.maxNumberOfTrainingJobs, "maxNumberOfTrainingJobs", in: Self.jobs)
        _ = try Self.number(resources?.maxParallelTrainingJobs, "maxParallelTrainingJobs", in: Self.parallelJobs)
        metric = try Self.metric(configuration?.hpoObjective?.metricName, at: "hpoConfig.hpoObjective.metricName")
        switch configuration?.hpoObjective?.type?.lowercased() {
        case nil, "maximize": maximizes = true
        case "minimize": maximizes = false
        case let type?:
            throw PersonalizeError.invalidInput(
                "hpoConfig.hpoObjective.type is \(type); it must be Maximize or Minimize.")
        }
        do {
            search = try HyperparameterSearch(
                of: recipe, narrowedTo: try Self.ranges(configuration?.algorithmHyperParameterRanges))
        } catch let error as HyperparameterError {
            throw PersonalizeError.invalidInput("hpoConfig.algorithmHyperParameterRanges: \(error)")
        }
        guard !search.ranges.isEmpty else {
            throw PersonalizeError.invalidInput(
                "performHPO is true, but the recipe \(recipe.arn) has no hyperparameters to tune.")
        }
    }

    /// - Throws: `PersonalizeError` with `InvalidInputException` for a name that no metric has.
    static func metric(_ name: String?, at place: String) throws -> String {
        let name = name ?? defaultMetric
        guard RankingMetrics.managedServiceNames.contains(name) else {
            throw PersonalizeError.invalidInput(
                "\(place) is \(name); it must be one of "
                    + RankingMetrics.managedServiceNames.joined(separator: ", ") + ".")
        }
        return name
    }

    private static func number(_ text: String?, _ name: String, in range: ClosedRange<Int>) throws -> Int {
        guard let text else { return range.upperBound }
        guard let number = Int(text), range.contains(number) else {
            throw PersonalizeError.invalidInput(
                "hpoConfig.hpoResourceConfig.\(name) is \(text); it must be a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func ranges(_ asked: HyperParameterRanges?) throws -> [String: HyperparameterSearch.Range] {
        var ranges: [String: HyperparameterSearch.Range] = [:]
        func add(_ name: String?, _ range: HyperparameterSearch.Range?) throws {
            guard let name, let range else {
                throw PersonalizeError.invalidInput(
                    "hpoConfig.algorithmHyperParameterRanges: a range needs a name and a minimum that is not above the "
                        + "maximum\(name.map { ": \($0)" } ?? "").")
            }
            guard ranges.updateValue(range, forKey: name) == nil else {
                throw PersonalizeError.invalidInput(
                    "hpoConfig.algorithmHyperParameterRanges: \(name) is given more than once.")
            }
        }
        for range in asked?.integerHyperParameterRanges ?? [] {
            try add(range.name, bounds(range.minValue, range.maxValue).map { .integer($0) })
        }
        for range in asked?.continuousHyperParameterRanges ?? [] {
            try add(range.name, bounds(range.minValue, range.maxValue).map { .continuous($0) })
        }
        for range in asked?.categoricalHyperParameterRanges ?? [] {
            try add(range.name, .categorical(range.values ?? []))
        }
        return ranges
    }

    private static func bounds<Number: Comparable>(_ low: Number?, _ high: Number?) -> ClosedRange<Number>? {
        guard let low, let high, low <= high else { return nil }
        return low...high
    }
}
