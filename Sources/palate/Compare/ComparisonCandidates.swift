import Recipes
import Recommenders

/// The recipes that a comparison takes, and those that it leaves out, with the reason.
struct ComparisonCandidates {
    struct Candidate {
        let name: String
        let algorithm: Algorithm
        let hyperparameters: [String: String]
    }

    struct Skipped: Encodable {
        let recipe: String
        let reason: String
    }

    private(set) var chosen: [Candidate] = []
    private(set) var skipped: [Skipped] = []

    /// - Parameter names: Those to compare; nil takes every recipe of custom dataset groups that starts from a user or is
    ///   for everybody, each model once.
    /// - Throws: `CommandFailure` for a name that is unknown or cannot be compared.
    init(names: [String]?, catalogue: RecipeCatalogue = .standard) throws {
        // The event types and datasets of a domain are not in the files of the command line.
        let recipes = catalogue.all.filter { $0.useCase == nil }
        guard let names else {
            for recipe in recipes { try take(recipe) }
            return
        }
        for name in names where !chosen.contains(where: { $0.name == name }) {
            guard let recipe = recipes.first(where: { $0.name == name }) else {
                let known = recipes.filter { Self.obstacle($0) == nil }.map(\.name).joined(separator: ", ")
                throw CommandFailure("unknown recipe '\(name)'; known are \(known)")
            }
            if let obstacle = Self.obstacle(recipe) {
                throw CommandFailure("the recipe \(name) cannot be compared: it \(obstacle)")
            }
            chosen.append(try Self.candidate(recipe))
        }
        guard !chosen.isEmpty else { throw CommandFailure("--recipes names no recipe") }
    }

    private mutating func take(_ recipe: Recipe) throws {
        if let obstacle = Self.obstacle(recipe) ?? (recipe.trainer.subject == .item ? "starts from an item" : nil) {
            skipped.append(Skipped(recipe: recipe.name, reason: obstacle))
            return
        }
        let candidate = try Self.candidate(recipe)
        let same = chosen.first {
            $0.algorithm == candidate.algorithm && $0.hyperparameters == candidate.hyperparameters
        }
        if let same {
            skipped.append(Skipped(recipe: recipe.name, reason: "trains the same model as \(same.name)"))
        } else {
            chosen.append(candidate)
        }
    }

    /// With its defaults.
    private static func candidate(_ recipe: Recipe) throws -> Candidate {
        Candidate(
            name: recipe.name, algorithm: recipe.trainer,
            hyperparameters: try recipe.trainerParameters(hyperparameters: [:], featureTransformationParameters: [:]))
    }

    /// Why lists of items of the recipe cannot be measured at all.
    private static func obstacle(_ recipe: Recipe) -> String? {
        switch recipe.recipeType {
        case .personalizedActions: "recommends actions, which have datasets of their own"
        case .userSegmentation: "makes segments of users"
        case .userPersonalization, .personalizedRanking, .popularItems, .relatedItems: nil
        }
    }

    mutating func skip(_ name: String, because reason: String) {
        skipped.append(Skipped(recipe: name, reason: reason))
    }
}
