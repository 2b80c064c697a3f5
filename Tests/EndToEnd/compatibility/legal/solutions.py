"""Recipes, solutions and their versions."""

from compatibility.legal.cases import legal, only
from compatibility.world import RECIPE

only("DescribeRecipe", "recipeArn", lambda world: RECIPE + world.recipes["items"])
only("DescribeAlgorithm", "algorithmArn", lambda world: world.describe(
    "Recipe", RECIPE + world.recipes["items"])["algorithmArn"])
only("DescribeFeatureTransformation", "featureTransformationArn", lambda world: world.describe(
    "Recipe", RECIPE + world.recipes["items"])["featureTransformationArn"])


@legal("CreateSolution", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.group, "recipeArn": RECIPE + world.recipes["popular"]}


@legal("CreateSolution", "fullest")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.group, "recipeArn": RECIPE + world.recipes["items"],
        "performHPO": False, "performAutoML": False, "performAutoTraining": True, "performIncrementalUpdate": True,
        "eventType": "click", "tags": world.tags,
        "solutionConfig": {
            "eventValueThreshold": "1",
            "algorithmHyperParameters": {"hidden_dimension": "32", "bptt": "4"},
            "featureTransformationParameters": {
                "min_user_history_length_percentile": "0.0", "max_user_history_length_percentile": "1.0"},
            "optimizationObjective": {"itemAttribute": "PRICE", "objectiveSensitivity": "OFF"},
            "trainingDataConfig": {
                "excludedDatasetColumns": {"Interactions": ["DEVICE"], "Items": ["PRICE"], "Users": ["AGE"]}},
            "autoTrainingConfig": {"schedulingExpression": "rate(30 days)"},
        },
    }


@legal("CreateSolution", "fullest, by event")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.group, "recipeArn": RECIPE + world.recipes["items"],
        "performAutoTraining": False,
        "solutionConfig": {
            "eventsConfig": {"eventParametersList": [
                {"eventType": "click", "eventValueThreshold": 1.0, "weight": 1.0},
                {"eventType": "watch", "eventValueThreshold": 2.0, "weight": 0.0},
            ]},
            "trainingDataConfig": {"includedDatasetColumns": {
                "Interactions": ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"]}},
        },
    }


@legal("CreateSolution", "fullest, tuned")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.group, "recipeArn": RECIPE + world.recipes["items"],
        "performAutoTraining": False, "performHPO": True,
        "solutionConfig": {
            "hpoConfig": {
                "hpoObjective": {"type": "Maximize", "metricName": "precision_at_25", "metricRegex": ".*"},
                "hpoResourceConfig": {"maxNumberOfTrainingJobs": "2", "maxParallelTrainingJobs": "1"},
                "algorithmHyperParameterRanges": {
                    "integerHyperParameterRanges": [{"name": "hidden_dimension", "minValue": 32, "maxValue": 40}],
                    "continuousHyperParameterRanges": [],
                    "categoricalHyperParameterRanges": [{"name": "recency_mask", "values": ["true", "false"]}],
                },
            },
        },
    }


@legal("CreateSolution", "fullest, AutoML")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.group, "performAutoML": True, "performAutoTraining": False,
        "solutionConfig": {"autoMLConfig": {
            "metricName": "mean_reciprocal_rank_at_25",
            "recipeList": [RECIPE + world.recipes["items"], RECIPE + world.recipes["popular"]]}},
    }


only("DescribeSolution", "solutionArn", lambda world: world.solutions["items"])
only("DeleteSolution", "solutionArn", lambda world: world.solution(world.recipes["popular"]))


@legal("UpdateSolution", "smallest")
def _(world):
    return {"solutionArn": world.solution(world.recipes["popular"])}


@legal("UpdateSolution", "fullest")
def _(world):
    return {
        "solutionArn": world.solution(world.recipes["items"]), "performAutoTraining": True,
        "performIncrementalUpdate": False,
        "solutionUpdateConfig": {
            "autoTrainingConfig": {"schedulingExpression": "rate(30 days)"},
            "eventsConfig": {"eventParametersList": [{"eventType": "click", "eventValueThreshold": 1.0, "weight": 1.0}]},
        },
    }


@legal("CreateSolutionVersion", "smallest")
def _(world):
    return {"solutionArn": world.solutions["popular"]}


@legal("CreateSolutionVersion", "fullest")
def _(world):
    return {"name": world.longest_name, "solutionArn": world.solutions["items"], "trainingMode": "FULL",
            "tags": world.tags}


@legal("CreateSolutionVersion", "updating")
def _(world):
    return {"solutionArn": world.solutions["items"], "trainingMode": "UPDATE"}


only("DescribeSolutionVersion", "solutionVersionArn", lambda world: world.versions["items"])
only("GetSolutionMetrics", "solutionVersionArn", lambda world: world.versions["items"])


@legal("StopSolutionVersionCreation", "only")
def _(world):
    versions = [world.version(world.solutions["items"]) for _ in range(3)]
    return {"solutionVersionArn": versions[-1]}
