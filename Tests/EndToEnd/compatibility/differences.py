"""Where the server deliberately differs from the managed service, and why: the words of docs/compatibility.md."""

from dataclasses import dataclass

# What is not there yet: operations, legal inputs, recipes. The tests fail when one of them is there after all.
MISSING = set()
MISSING_CASES = set()
MISSING_RECIPES = set()

# Members that no legal input can have.
REFUSED_MEMBERS = {}

EVERYWHERE = [
    "A value outside its limits, of the wrong type, or missing is answered with `InvalidInputException`, whose message says where "
    "it stands. The managed service gives some of them `SerializationException`, which does not.",
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
    "CreateBatchInferenceJob": [
        "`THEME_GENERATION` needs a text generator of yours: any endpoint with OpenAI's chat completions "
        "(`PALATE_THEMES_BASE_URL`); without one the call says so."],
    "CreateBatchSegmentJob": [
        "The users of a segment are in `usersList`, where published code looks for them; the guide's examples differ."],
    "CreateCampaign": [
        "`rankingInfluence` is taken by `aws-user-personalization` and its version 2, too; the guide has it for "
        "`aws-semantic-similarity`."],
    "CreateDataset": ["A dataset can be filled as soon as the call returned; the managed service wants it ACTIVE."],
    "CreateDatasetGroup": ["`roleArn` and `kmsKeyArn` are kept and described; see the note on KMS keys."],
    "CreateDatasetImportJob": [
        "Without `roleArn` the job fails and says so: a role that may read the data is always needed."],
    "CreateMetricAttribution": [
        "The sums that would go to CloudWatch are on `GET /metrics`, so the role needs no permission for CloudWatch."],
    "CreateSolution": [
        "`performAutoML`, which the managed service no longer advises, measures the listed recipes on the same users and "
        "keeps the best; docs/training.md says how.",
        "`hpoConfig` can tune the hyperparameters that DescribeAlgorithm calls tunable.",
        "`eventsConfig` and its weights are taken by every recipe, not only by those of version 2; "
        "related items and trends count all weights above 0 alike.",
        "`performIncrementalUpdate` is taken by what takes UPDATE, too; its default is false."],
    "CreateSolutionVersion": [
        "An UPDATE takes a moment and has the metrics of the version that it updates: it fits nothing.",
        "`trainingHours` is the time on your machine; nothing is billed by it."],
    "DescribeAlgorithm": ["`algorithmImage` is left out: models are trained in the server, not in a container."],
    "DescribeRecipe": ["Descriptions and hyperparameters beyond the documented ones are Palate's own."],
    "GetPersonalizedRanking": ["`context` is checked, and read by `aws-user-personalization`, its legacy names, `aws-personalized-ranking` and `palate-neural-classifier`: other models learn from what users did, not from contexts."],
    "GetRecommendations": ["`context` is checked, and read by `aws-user-personalization`, its legacy names, `aws-personalized-ranking` and `palate-neural-classifier`: other models learn from what users did, not from contexts."],
    "ListDatasetGroups": [
        "`maxResults` outside 1 to 100 is `InvalidInputException`, which the service model does not list for this call."],
    "ListMetricAttributionMetrics": ["`metricAttributionArn` is required: a list of all attributions' metrics would not say whose."],
    "ListSchemas": [
        "`maxResults` outside 1 to 100 is `InvalidInputException`, which the service model does not list for this call."],
    "PutEvents": [
        "An unknown `trackingId` is `InvalidInputException`, the one error that the service model has here.",
        "An event is in the user's next answer, not within seconds; the newest 500 of a user are looked at beside those "
        "of the training. Filters see events of types that the solution leaves out, too, as they came.",
        "A session that never named a user stays one, whose identifier can be given as `userId`, after a training, too."],
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
    Recipe("aws-user-personalization-v2", "items for a user",
           "A transformer, and the closed form of `aws-user-personalization` as far as it helps."),
    Recipe("aws-user-personalization", "items for a user",
           "The model is Palate's own; docs/evaluation.md measures it beside figures published for the managed service."),
    Recipe("aws-popularity-count", "the most popular items"),
    Recipe("aws-trending-now", "items whose popularity grows",
           "Intervals end with the newest event of the data. Trends are those of the solution version's training; automatic "
           "training renews them, at most daily. Recommenders look for them every two hours."),
    Recipe("aws-personalized-ranking-v2", "a list in the user's order", "Trained like `aws-user-personalization-v2`."),
    Recipe("aws-personalized-ranking", "a list in the user's order"),
    Recipe("aws-similar-items", "items like an item",
           "Features of items are made by counting, not learned; `item_metadata_hidden_dim` is the dimension of the "
           "projection of texts."),
    Recipe("aws-semantic-similarity", "items like an item, by their text",
           "Texts are compared by their words and latent topics (TF-IDF and a singular value decomposition), not by a language "
           "model: they must be in one language. Items need no `itemName`. Interactions are not needed."),
    Recipe("aws-sims", "items that come together with an item",
           "`max_item_interaction_count_percentile` is 1 by default, not 0.9: well-known items have neighbours, too."),
    Recipe("aws-hrnn", "items for a user",
           "A legacy name, gone from the managed service; trained like `aws-user-personalization`."),
    Recipe("aws-hrnn-metadata", "items for a user",
           "A legacy name, gone from the managed service; trained like `aws-user-personalization`."),
    Recipe("aws-hrnn-coldstart", "items for a user",
           "A legacy name, gone from the managed service; trained like `aws-user-personalization`. `cold_start_max_interactions`, "
           "`cold_start_max_duration` and `cold_start_relative_from` are checked and described without effect: all items are "
           "recommended, and `itemExplorationConfig` says which are new."),
    Recipe("aws-item-affinity", "users for an item"),
    Recipe("aws-item-attribute-affinity", "users for an attribute of items"),
    Recipe("aws-next-best-action", "actions for a user"),
]
USE_CASES = [
    Recipe("aws-vod-top-picks", "VIDEO_ON_DEMAND, Top picks for you"),
    Recipe("aws-vod-most-popular", "VIDEO_ON_DEMAND, Most popular"),
    Recipe("aws-vod-because-you-watched-x", "VIDEO_ON_DEMAND, Because you watched X"),
    Recipe("aws-vod-more-like-x", "VIDEO_ON_DEMAND, More like X",
           "Needs an items dataset, as documented, but learns from interactions only."),
    Recipe("aws-vod-trending-now", "VIDEO_ON_DEMAND, Trending now"),
    Recipe("aws-ecomm-recommended-for-you", "ECOMMERCE, Recommended for you"),
    Recipe("aws-ecomm-popular-items-by-views", "ECOMMERCE, Most viewed"),
    Recipe("aws-ecomm-popular-items-by-purchases", "ECOMMERCE, Best sellers"),
    Recipe("aws-ecomm-frequently-bought-together", "ECOMMERCE, Frequently bought together",
           "Purchases of a user are together when each follows the one before within a day."),
    Recipe("aws-ecomm-customers-who-viewed-x-also-viewed", "ECOMMERCE, Customers who viewed X also viewed"),
]
