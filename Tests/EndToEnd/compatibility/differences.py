"""Where the server deliberately differs from the managed service, and why: the words of docs/compatibility.md."""

from dataclasses import dataclass

# What is not there yet: operations, legal inputs, recipes. The tests fail when one of them is there after all.
MISSING = set()
MISSING_CASES = {
    "GetRecommendations-fullest, related items", "GetRecommendations-fullest, with metadata",
    "GetPersonalizedRanking-fullest, with metadata",
}
MISSING_RECIPES = {
    "aws-user-personalization-v2", "aws-trending-now",
    "aws-similar-items", "aws-semantic-similarity", "aws-sims",
    "aws-vod-because-you-watched-x", "aws-vod-more-like-x", "aws-vod-trending-now",
    "aws-ecomm-frequently-bought-together", "aws-ecomm-customers-who-viewed-x-also-viewed",
}

# Members that no legal input can have.
RANGES = "solutionConfig.hpoConfig.algorithmHyperParameterRanges.continuousHyperParameterRanges[]"
REFUSED_MEMBERS = {
    "CreateSolution": {f"{RANGES}.{name}" for name in ("name", "minValue", "maxValue")},
}

EVERYWHERE = [
    "A value outside its limits, of the wrong type, or missing is answered with `InvalidInputException`, whose message names "
    "every such member by its path. The managed service gives some of them `SerializationException`, which names none.",
    "A KMS key is kept and described, but nothing is encrypted with it: there is no KMS here. Keep the data directory on an "
    "encrypted disk.",
    "Provisioned capacity (`minProvisionedTPS`, `minRecommendationRequestsPerSecond`) is kept and described. There is nothing "
    "to provision: every campaign may use the whole machine.",
    "One server is one account in one Region. An ARN of another account or Region is `ResourceNotFoundException`.",
    "States are the documented ones, but most last milliseconds, and a training lasts seconds. Code that polls need not "
    "change; code that waits a fixed time may wait less.",
    "Minimums of data and quotas are as documented; `palate help serve` lists those that can be set otherwise.",
]

# By operation, one line each.
OPERATIONS = {
    "CreateDataset": ["A dataset can be filled as soon as the call returned; the managed service wants it ACTIVE."],
    "CreateDatasetGroup": ["`roleArn` and `kmsKeyArn` are kept and described; see the note on KMS keys."],
    "CreateDatasetImportJob": [
        "Without `roleArn` the job fails and says so: a role that may read the data is always needed."],
    "CreateMetricAttribution": [
        "The sums that would go to CloudWatch are on `GET /metrics`, so the role needs no permission for CloudWatch."],
    "CreateSolution": [
        "`hpoConfig` can tune the hyperparameters that DescribeAlgorithm calls tunable; none of them is continuous.",
        "`eventsConfig` and its weights are taken by every recipe, not only by those of version 2.",
        "`performIncrementalUpdate` is taken by what takes UPDATE, too; its default is false."],
    "CreateSolutionVersion": [
        "An UPDATE has the metrics of the version that it updates: it fits nothing.",
        "`trainingHours` is the time on your machine; nothing is billed by it."],
    "DescribeAlgorithm": ["`algorithmImage` is left out: models are trained in the server, not in a container."],
    "DescribeRecipe": ["Descriptions and hyperparameters beyond the documented ones are Palate's own."],
    "ListDatasetGroups": [
        "`maxResults` outside 1 to 100 is `InvalidInputException`, which the service model does not list for this call."],
    "ListSchemas": [
        "`maxResults` outside 1 to 100 is `InvalidInputException`, which the service model does not list for this call."],
    "PutEvents": ["An unknown `trackingId` is `InvalidInputException`, the one error that the service model has here."],
    "UpdateMetricAttribution": ["It is done when it is answered; a place that the role may not write to is refused."],
    "StopSolutionVersionCreation": ["Nothing is billed for what was trained until then."],
    "UpdateRecommender": ["A new training with the new configuration is up to you: stop and start, or create anew."],
}


@dataclass(frozen=True)
class Recipe:
    name: str
    use: str
    difference: str = ""


RECIPES = [
    Recipe("aws-user-personalization-v2", "items for a user"),
    Recipe("aws-user-personalization", "items for a user",
           "Also answers to `aws-hrnn`'s hyperparameters. The model is Palate's own, measured in docs/evaluation.md."),
    Recipe("aws-popularity-count", "the most popular items"),
    Recipe("aws-trending-now", "items whose popularity grows"),
    Recipe("aws-personalized-ranking-v2", "a list in the user's order"),
    Recipe("aws-personalized-ranking", "a list in the user's order"),
    Recipe("aws-similar-items", "items like an item"),
    Recipe("aws-semantic-similarity", "items like an item, by their text"),
    Recipe("aws-sims", "items that come together with an item"),
    Recipe("aws-item-affinity", "users for an item"),
    Recipe("aws-item-attribute-affinity", "users for an attribute of items"),
    Recipe("aws-next-best-action", "actions for a user"),
]
USE_CASES = [
    Recipe("aws-vod-top-picks", "VIDEO_ON_DEMAND, Top picks for you"),
    Recipe("aws-vod-most-popular", "VIDEO_ON_DEMAND, Most popular"),
    Recipe("aws-vod-because-you-watched-x", "VIDEO_ON_DEMAND, Because you watched X"),
    Recipe("aws-vod-more-like-x", "VIDEO_ON_DEMAND, More like X"),
    Recipe("aws-vod-trending-now", "VIDEO_ON_DEMAND, Trending now"),
    Recipe("aws-ecomm-recommended-for-you", "ECOMMERCE, Recommended for you"),
    Recipe("aws-ecomm-popular-items-by-views", "ECOMMERCE, Most viewed"),
    Recipe("aws-ecomm-popular-items-by-purchases", "ECOMMERCE, Best sellers"),
    Recipe("aws-ecomm-frequently-bought-together", "ECOMMERCE, Frequently bought together"),
    Recipe("aws-ecomm-customers-who-viewed-x-also-viewed", "ECOMMERCE, Customers who viewed X also viewed"),
]
