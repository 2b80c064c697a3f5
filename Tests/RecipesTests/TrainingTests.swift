import Datasets
import Recipes
import Recommenders
import Testing

@Suite struct TrainingTests {
    /// User n has n + 1 events.
    private func interactions(users: Int) -> Interactions {
        var interactions = Interactions()
        for user in 0..<users {
            for event in 0...user {
                interactions.userIndices.append(UInt32(interactions.users.insert("u\(user)")))
                interactions.itemIndices.append(UInt32(interactions.items.insert("i\(event)")))
                interactions.timestamps.append(Int64(event))
            }
        }
        return interactions
    }

    @Test func aRecipeTrainsByItsName() throws {
        let model = try Recipe.popularityCount.train(on: interactions(users: 10))
        let best = model.recommender.recommendations(for: History(), count: 3)
        #expect(best.map { model.items[$0.item] } == ["i0", "i1", "i2"])
    }

    @Test func trainingRefusesHyperparametersBeforeItBegins() {
        #expect(throws: HyperparameterError.self) {
            try Recipe.popularityCount.train(on: interactions(users: 10), hyperparameters: ["layers": "3"])
        }
    }

    /// The two tables say the same, so that what a solution accepts its training accepts too.
    @Test func everyValueARecipeAcceptsItsAlgorithmAccepts() throws {
        for recipe in RecipeCatalogue.standard.all {
            let algorithm = recipe.trainer
            for parameter in recipe.algorithm.hyperparameters + recipe.featureTransformation.parameters
            where !recipe.parametersOfOthers.contains(parameter.name) {
                let (inside, outside) = ends(of: parameter)
                let name = recipe.trainerName(of: parameter.name)
                for text in inside + [parameter.defaultText] {
                    try algorithm.validate(hyperparameters: [name: text])
                }
                for text in outside {
                    #expect(throws: TrainingError.self) {
                        try algorithm.validate(hyperparameters: [name: text])
                    }
                }
            }
        }
    }

    private func ends(of parameter: Hyperparameter) -> (inside: [String], outside: [String]) {
        switch parameter {
        case .integer(let integer):
            (
                ["\(integer.range.lowerBound)", "\(integer.range.upperBound)"],
                ["\(integer.range.lowerBound - 1)", "\(integer.range.upperBound + 1)"]
            )
        case .continuous(let continuous):
            (
                ["\(continuous.range.lowerBound)", "\(continuous.range.upperBound)"],
                ["\(continuous.range.lowerBound.nextDown)", "\(continuous.range.upperBound.nextUp)"]
            )
        case .categorical(let categorical): (categorical.values, ["none of them"])
        }
    }

    @Test func parametersOfTheCommandLineFindTheirTable() {
        let separated = Recipe.userPersonalization.separated([
            "bptt": "8", "max_user_history_length_percentile": "0.5", "layers": "3",
        ])
        #expect(separated.hyperparameters == ["bptt": "8", "layers": "3"])
        #expect(separated.featureTransformationParameters == ["max_user_history_length_percentile": "0.5"])
    }
}
