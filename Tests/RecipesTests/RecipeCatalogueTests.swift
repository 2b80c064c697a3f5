import Datasets
import Recipes
import Recommenders
import Testing

@Suite struct RecipeCatalogueTests {
    @Test func everyRecipeIsFoundByItsNames() {
        #expect(
            RecipeCatalogue.standard.all.map(\.name) == [
                "aws-user-personalization", "aws-popularity-count", "aws-vod-top-picks", "aws-vod-most-popular",
                "aws-ecomm-recommended-for-you", "aws-ecomm-popular-items-by-views",
                "aws-ecomm-popular-items-by-purchases",
                "aws-item-affinity", "aws-item-attribute-affinity",
                "aws-personalized-ranking", "aws-personalized-ranking-v2", "aws-user-personalization-v2",
                "aws-next-best-action", "aws-similar-items", "aws-sims", "aws-trending-now",
                "aws-vod-because-you-watched-x", "aws-vod-more-like-x", "aws-vod-trending-now",
                "aws-ecomm-customers-who-viewed-x-also-viewed", "aws-ecomm-frequently-bought-together",
                "aws-semantic-similarity", "aws-hrnn", "aws-hrnn-metadata", "aws-hrnn-coldstart",
                "palate-weighted-rating", "palate-ease", "palate-als", "palate-item-knn",
                "palate-user-knn", "palate-content-based", "palate-neural-classifier",
            ])
        for recipe in RecipeCatalogue.standard.all {
            #expect(recipe.arn == "arn:aws:personalize:::recipe/\(recipe.name)")
            #expect(RecipeCatalogue.standard.recipe(arn: recipe.arn)?.name == recipe.name)
            #expect(RecipeCatalogue.standard.recipe(named: recipe.name)?.arn == recipe.arn)
            #expect(RecipeCatalogue.standard.algorithm(arn: recipe.algorithmArn) == recipe.algorithm)
            let described = RecipeCatalogue.standard.featureTransformation(arn: recipe.featureTransformationArn)
            #expect(described?.name == recipe.featureTransformation.name)
            if !recipe.featureTransformation.parameters.isEmpty { #expect(described == recipe.featureTransformation) }
            #expect(!recipe.description.isEmpty)
        }
        #expect(RecipeCatalogue.standard.recipe(arn: "arn:aws:personalize:::recipe/none") == nil)
    }

    @Test func defaultsAreWithinTheirOwnRanges() throws {
        for recipe in RecipeCatalogue.standard.all {
            try recipe.check(
                hyperparameters: recipe.algorithm.defaults,
                featureTransformationParameters: recipe.featureTransformation.defaults)
        }
    }

    @Test func userPersonalizationHasTheDocumentedTable() {
        let recipe = Recipe.userPersonalization
        let documented = ["hidden_dimension": "149", "bptt": "32", "recency_mask": "true"]
        #expect(
            recipe.algorithm.defaults.merging(documented) { _, documented in documented } == recipe.algorithm.defaults)
        #expect(Set(recipe.algorithm.hyperparameters.filter { $0.isTunable }.map(\.name)) == Set(documented.keys))
        #expect(
            recipe.featureTransformation.defaults == [
                "min_user_history_length_percentile": "0.0", "max_user_history_length_percentile": "1.0",
            ])
        #expect(recipe.featureTransformation.parameters.allSatisfy { !$0.isTunable })
        #expect(recipe.recipeType.rawValue == "USER_PERSONALIZATION")
    }

    @Test func relatedItemsAndTrendsHaveTheDocumentedTables() {
        #expect(
            Recipe.similarItems.algorithm.defaults == [
                "popularity_discount_factor": "0.0", "item_id_hidden_dim": "100", "item_metadata_hidden_dim": "100",
            ])
        #expect(
            Set(Recipe.similarItems.algorithm.hyperparameters.filter { $0.isTunable }.map(\.name))
                == ["item_id_hidden_dim", "item_metadata_hidden_dim"])
        #expect(
            Recipe.sims.algorithm.defaults == ["popularity_discount_factor": "0.5", "min_cointeraction_count": "3"])
        #expect(Recipe.sims.algorithm.hyperparameters.allSatisfy { $0.isTunable })
        #expect(
            Recipe.sims.featureTransformation.defaults == [
                "min_user_history_length_percentile": "0.005", "max_user_history_length_percentile": "0.995",
                "min_item_interaction_count_percentile": "0.01", "max_item_interaction_count_percentile": "1.0",
            ])
        #expect(Recipe.trendingNow.featureTransformation.defaults == ["trend_discovery_frequency": "2 hours"])
        #expect(Recipe.trendingNow.algorithmArn == "arn:aws:personalize:::algorithm/aws-trending-now-custom")
        #expect(Recipe.sims.featureTransformationArn == Recipe.popularityCount.featureTransformationArn)
        #expect(Recipe.sims.recipeType.rawValue == "RELATED_ITEMS")
        #expect(Recipe.trendingNow.recipeType.rawValue == "POPULAR_ITEMS")
    }

    @Test func palatesOwnRecipesRankItemsForUsersAndAreTakenByASearchOnlyWhenNamed() {
        let own = RecipeCatalogue.standard.all.filter { $0.name.hasPrefix("palate-") }
        #expect(!own.isEmpty)
        #expect(own.allSatisfy { $0.isOwn && $0.isChosenByMetric && $0.recipeType == .userPersonalization })
        #expect(!Recipe.userPersonalization.isOwn)
        #expect(own.map(\.givesScores) == own.map { $0.trainer != .weightedRating })
    }

    @Test func legacyNamesHaveTheDocumentedTablesAndTrainAsTheirSuccessor() throws {
        for (recipe, dimension) in [(Recipe.hrnn, "43"), (.hrnnMetadata, "43"), (.hrnnColdStart, "149")] {
            #expect(recipe.algorithm.defaults == ["hidden_dimension": dimension, "bptt": "32", "recency_mask": "true"])
            #expect(recipe.algorithm.hyperparameters.allSatisfy { $0.isTunable })
            #expect(recipe.trainer == .userPersonalization && recipe.isLegacy)
        }
        #expect(
            Recipe.hrnnColdStart.featureTransformation.defaults == [
                "min_user_history_length_percentile": "0.0", "max_user_history_length_percentile": "1.0",
                "cold_start_max_interactions": "15", "cold_start_max_duration": "5.0",
                "cold_start_relative_from": "currentTime",
            ])
        let told = try Recipe.hrnnColdStart.trainerParameters(
            hyperparameters: ["bptt": "8"],
            featureTransformationParameters: ["cold_start_relative_from": "latestItem"])
        #expect(told == ["bptt": "8"])
        try Recipe.hrnnColdStart.trainer.validate(hyperparameters: told)
        #expect(throws: HyperparameterError.self) {
            try Recipe.hrnnColdStart.check(
                hyperparameters: [:], featureTransformationParameters: ["cold_start_max_interactions": "0"])
        }
    }

    @Test func percentilesThatKeepNoItemsAreRefused() {
        for (least, most) in [("0.9", "0.1"), ("0.5", "0.5")] {
            #expect(throws: HyperparameterError.self) {
                try Recipe.sims.check(
                    hyperparameters: [:],
                    featureTransformationParameters: [
                        "min_item_interaction_count_percentile": least,
                        "max_item_interaction_count_percentile": most,
                    ])
            }
        }
    }

    @Test func rankingHasTheDocumentedTables() throws {
        let ranking = Recipe.personalizedRanking
        #expect(ranking.recipeType.rawValue == "PERSONALIZED_RANKING" && !ranking.explores)
        #expect(ranking.algorithmArn == "arn:aws:personalize:::algorithm/aws-personalized-ranking")
        #expect(
            ranking.featureTransformationArn
                == "arn:aws:personalize:::feature-transformation/JSON-percentile-filtering")
        let documented = ["hidden_dimension": "149", "bptt": "32", "recency_mask": "true"]
        #expect(
            ranking.algorithm.defaults.merging(documented) { _, documented in documented } == ranking.algorithm.defaults
        )
        #expect(Set(ranking.algorithm.hyperparameters.filter(\.isTunable).map(\.name)) == Set(documented.keys))

        let newer = Recipe.personalizedRankingV2
        #expect(newer.recipeType.rawValue == "PERSONALIZED_RANKING")
        #expect(newer.algorithm.defaults == Recipe.userPersonalizationV2.algorithm.defaults)
        #expect(newer.algorithm.hyperparameters.allSatisfy { !$0.isTunable })
    }

    @Test func theNewerRankingTakesWhatItsTrainerKnows() throws {
        let told = try Recipe.personalizedRankingV2.trainerParameters(
            hyperparameters: ["apply_recency_bias": "False"], featureTransformationParameters: [:])
        try Recipe.personalizedRankingV2.trainer.validate(hyperparameters: told)
        #expect(throws: HyperparameterError.self) {
            try Recipe.personalizedRankingV2.check(hyperparameters: ["recency_mask": "true"])
        }
    }

    @Test(arguments: [
        ("hidden_dimension", "31", "hidden_dimension is 31; it must be a whole number from 32 to 256."),
        ("hidden_dimension", "64.5", "hidden_dimension is 64.5; it must be a whole number from 32 to 256."),
        ("hidden_dimension", "", "hidden_dimension is ; it must be a whole number from 32 to 256."),
        (
            "hidden_dimension", "99999999999999999999999",
            "hidden_dimension is 99999999999999999999999; it must be a whole number from 32 to 256."
        ),
        ("recency_mask", "yes", "recency_mask is yes; it must be one of true, false."),
        (
            "layers", "3",
            "layers is unknown; the recipe has hidden_dimension, bptt, recency_mask, closed_form_items, coverage_tolerance, validation_users."
        ),
    ])
    func hyperparametersTheRecipeCannotUseAreNamed(name: String, value: String, message: String) {
        let error = #expect(throws: HyperparameterError.self) {
            try Recipe.userPersonalization.check(hyperparameters: [name: value])
        }
        #expect(error?.description == message)
    }

    @Test func theSecondUserPersonalizationHasTheDocumentedTable() throws {
        let recipe = Recipe.userPersonalizationV2
        #expect(recipe.algorithm.defaults["apply_recency_bias"] == "true")
        #expect(
            try TransformerPersonalization.Hyperparameters(recipe.algorithm.defaults)
                == TransformerPersonalization.Hyperparameters([
                    "coverage_tolerance": "0.06", "closed_form_items": "4096",
                ]))
        #expect(recipe.algorithm.hyperparameters.allSatisfy { !$0.isTunable })
        #expect(recipe.featureTransformation.parameters.isEmpty)
        #expect(recipe.alwaysOffersMetadata && recipe.takesRankingInfluence && recipe.explores)
        let parameters = try recipe.trainerParameters(
            hyperparameters: ["apply_recency_bias": "false"], featureTransformationParameters: [:])
        let told = try TransformerPersonalization.Hyperparameters(parameters)
        #expect(!told.appliesRecencyBias && told.closedForm["recency_mask"] == "false")
    }

    @Test func booleansAreReadInEitherCase() throws {
        for text in ["True", "true", "FALSE", "false"] {
            try Recipe.userPersonalization.check(hyperparameters: ["recency_mask": text])
        }
    }

    @Test func aRecipeWithoutHyperparametersRefusesAll() {
        let error = #expect(throws: HyperparameterError.self) {
            try Recipe.popularityCount.check(hyperparameters: ["hidden_dimension": "64"])
        }
        #expect(error?.description == "hidden_dimension is unknown: the recipe has no such parameters.")
    }

    @Test(arguments: [
        ["min_user_history_length_percentile": "0.9", "max_user_history_length_percentile": "0.1"],
        ["max_user_history_length_percentile": "1.5"], ["max_user_history_length_percentile": "nan"],
    ])
    func featurizationThatKeepsNobodyIsRefused(parameters: [String: String]) {
        #expect(throws: HyperparameterError.self) {
            try Recipe.userPersonalization.check(hyperparameters: [:], featureTransformationParameters: parameters)
        }
    }

    @Test func explorationIsReadFromTheStringsOfTheWire() throws {
        let exploration = try ItemExploration(["explorationWeight": "0.5", "explorationItemAgeCutOff": "7"])
        #expect(exploration.weight == 0.5 && exploration.itemAgeCutOffDays == 7)
        let usual = try ItemExploration()
        #expect(usual.weight == 0.3 && usual.itemAgeCutOffDays == 30)
        for bad in [
            ["explorationWeight": "1.1"], ["explorationItemAgeCutOff": "0"], ["explorationItemAgeCutOff": "inf"],
            ["weight": "1"],
        ] {
            #expect(throws: HyperparameterError.self) { try ItemExploration(bad) }
        }
    }
}

@Suite struct DefaultTests {
    /// The catalogue's table is what clients are told, the trainer's what happens.
    @Test func whatTheCatalogueCallsDefaultIsWhatTheTrainerTakes() throws {
        let recipe = Recipe.userPersonalization
        let told = recipe.algorithm.defaults.merging(recipe.featureTransformation.defaults) { first, _ in first }
        #expect(try UserPersonalization.Hyperparameters(told) == UserPersonalization.Hyperparameters())
    }

    @Test func theSameHoldsForPalatesOwn() throws {
        #expect(
            try WeightedRating.Hyperparameters(Recipe.weightedRating.algorithm.defaults)
                == WeightedRating.Hyperparameters())
        #expect(
            try ShallowAutoencoder.Hyperparameters(Recipe.ease.algorithm.defaults)
                == ShallowAutoencoder.Hyperparameters())
        #expect(try ImplicitALS.Hyperparameters(Recipe.als.algorithm.defaults) == ImplicitALS.Hyperparameters())
        #expect(try UserKNN.Hyperparameters(Recipe.userKNN.algorithm.defaults) == UserKNN.Hyperparameters())
        #expect(try ItemKNN.Hyperparameters(Recipe.itemKNN.algorithm.defaults) == ItemKNN.Hyperparameters())
    }

    @Test func theSameHoldsForRelatedItems() throws {
        let sims = Recipe.sims.algorithm.defaults.merging(Recipe.sims.featureTransformation.defaults) { $1 }
        #expect(try RelatedItems.Hyperparameters(sims: sims) == RelatedItems.Hyperparameters(sims: [:]))
        let similar = Recipe.similarItems.algorithm.defaults
        #expect(
            try RelatedItems.Hyperparameters(similarItems: similar) == RelatedItems.Hyperparameters(similarItems: [:]))
    }
}

@Suite struct ListOptionTests {
    @Test func nothingIsChangedUnlessItIsAsked() throws {
        #expect(try ListOptions(["explorationWeight": "0.5"]) == .unchanged)
        #expect(ListOptions.unchanged.categoryMaximum == nil && ListOptions.unchanged.removesSeen == nil)
    }

    @Test func optionsAreReadBesideExploration() throws {
        let texts = [
            "explorationWeight": "0.5", "palate.maximumPerCategory": "2", "palate.categoryColumn": "GENRES",
            "palate.freshnessBoost": "0.25", "palate.removeSeen": "click, purchase",
        ]
        let options = try ListOptions(texts)
        #expect(options.categoryMaximum?.column == "GENRES" && options.categoryMaximum?.maximum == 2)
        #expect(options.freshnessBoost == 0.25)
        #expect(options.removesSeen == .ofTypes(["click", "purchase"]))
        #expect(try ListOptions(["palate.removeSeen": "*"]).removesSeen == .ofAnyType)
        #expect(try ItemExploration(texts).weight == 0.5)
    }

    @Test(arguments: [
        ("palate.maximumPerCategory", ["palate.maximumPerCategory": "0", "palate.categoryColumn": "GENRES"]),
        ("palate.maximumPerCategory", ["palate.maximumPerCategory": "many", "palate.categoryColumn": "GENRES"]),
        ("palate.categoryColumn", ["palate.maximumPerCategory": "2"]),
        ("palate.maximumPerCategory", ["palate.categoryColumn": "GENRES"]),
        ("palate.freshnessBoost", ["palate.freshnessBoost": "1.5"]),
        ("palate.freshnessBoost", ["palate.freshnessBoost": "nan"]),
        ("palate.removeSeen", ["palate.removeSeen": ""]),
        ("palate.removeSeen", ["palate.removeSeen": "click,,view"]),
        ("palate.removeSeen", ["palate.removeSeen": "click,*"]),
        ("palate.unheard", ["palate.unheard": "1"]),
    ])
    func aMistakeNamesItsKey(key: String, texts: [String: String]) {
        let error = #expect(throws: HyperparameterError.self) { try ListOptions(texts) }
        #expect(error?.description.contains(key) == true)
    }
}
