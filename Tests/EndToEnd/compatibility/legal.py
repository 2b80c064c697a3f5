"""The smallest and the fullest legal input of every operation.

Each function makes an input for a `World`. The smallest has what is required, in its shortest form; the fullest has every
member and the largest sizes. Members that exclude each other are in several inputs.
"""

import datetime
import json
from dataclasses import dataclass
from typing import Callable

from compatibility import data
from compatibility.model import OPERATIONS
from compatibility.world import KMS_KEY, RECIPE

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@dataclass(frozen=True)
class Legal:
    operation: str
    label: str
    make: Callable
    """The states in which what was created may end."""
    ends: tuple

    @property
    def name(self):
        return f"{self.operation}-{self.label}"


ALL = []


def legal(operation, label, ends=("ACTIVE", "COMPLETED")):
    def add(make):
        ALL.append(Legal(operation, label, make, ends))
        return make
    return add


def only(operation, member, arn):
    """An operation that takes one ARN, whose smallest input is the fullest."""
    legal(operation, "only")(lambda world: {member: arn(world)})


# Schemas and dataset groups

def of_size(schema, size):
    """A schema in exactly so many characters."""
    text = json.dumps(schema)
    return text + " " * (size - len(text))


@legal("CreateSchema", "smallest")
def _(world):
    return {"name": world.name(), "schema": json.dumps(data.SCHEMAS["Users"], separators=(",", ":"))}


@legal("CreateSchema", "fullest")
def _(world):
    schema = data.DOMAIN_SCHEMAS["ECOMMERCE"]["Items"]
    return {"name": world.longest_name, "schema": of_size(schema, 20_000), "domain": "ECOMMERCE"}


only("DescribeSchema", "schemaArn", lambda world: world.schemas["Interactions"])
only("DeleteSchema", "schemaArn", lambda world: world.schema("Users"))


@legal("CreateDatasetGroup", "smallest")
def _(world):
    return {"name": world.name()}


@legal("CreateDatasetGroup", "fullest")
def _(world):
    return {"name": world.longest_name, "roleArn": world.role, "kmsKeyArn": KMS_KEY, "domain": "VIDEO_ON_DEMAND",
            "tags": world.tags}


only("DescribeDatasetGroup", "datasetGroupArn", lambda world: world.group)
only("DeleteDatasetGroup", "datasetGroupArn", lambda world: world.new_group())


# Datasets and their jobs

@legal("CreateDataset", "smallest")
def _(world):
    return {"name": world.name(), "schemaArn": world.schemas["Users"], "datasetGroupArn": world.new_group(),
            "datasetType": "Users"}


@legal("CreateDataset", "fullest")
def _(world):
    return {"name": world.longest_name, "schemaArn": world.schemas["Interactions"], "datasetGroupArn": world.new_group(),
            "datasetType": "Interactions", "tags": world.tags}


only("DescribeDataset", "datasetArn", lambda world: world.datasets["Items"])
only("DeleteDataset", "datasetArn", lambda world: world.dataset(world.new_group(), "Users"))


@legal("UpdateDataset", "only")
def _(world):
    more = [{"name": "COLOUR", "type": ["null", "string"], "categorical": True}]
    return {"datasetArn": world.dataset(world.new_group(), "Items"), "schemaArn": world.schema("Items", extra=more)}


@legal("CreateDatasetImportJob", "smallest", ends=("CREATE FAILED",))  # Without a role nothing may be read.
def _(world):
    return {"jobName": world.name(), "datasetArn": world.datasets["Users"],
            "dataSource": {"dataLocation": world.store(data.csv_of("Users"))}}


@legal("CreateDatasetImportJob", "fullest")
def _(world):
    return {"jobName": world.longest_name, "datasetArn": world.datasets["Interactions"], "roleArn": world.role,
            "dataSource": {"dataLocation": world.store(data.csv_of("Interactions"))}, "tags": world.tags,
            "importMode": "INCREMENTAL", "publishAttributionMetricsToS3": False}


only("DescribeDatasetImportJob", "datasetImportJobArn", lambda world: world.import_job)


@legal("CreateDatasetExportJob", "smallest")
def _(world):
    return {"jobName": world.name(), "datasetArn": world.datasets["Users"], "roleArn": world.role,
            "jobOutput": {"s3DataDestination": {"path": world.output()}}}


@legal("CreateDatasetExportJob", "fullest")
def export_job(world):
    return {"jobName": world.longest_name, "datasetArn": world.datasets["Interactions"], "roleArn": world.role,
            "jobOutput": {"s3DataDestination": {"path": world.output(), "kmsKeyArn": KMS_KEY}}, "ingestionMode": "ALL",
            "tags": world.tags}


only("DescribeDatasetExportJob", "datasetExportJobArn",
     lambda world: world.do("CreateDatasetExportJob", **export_job(world))["datasetExportJobArn"])


@legal("CreateDataDeletionJob", "smallest")
def _(world):
    return {"jobName": world.name(), "datasetGroupArn": world.group, "roleArn": world.role,
            "dataSource": {"dataLocation": world.store("USER_ID\nnobody\n")}}


@legal("CreateDataDeletionJob", "fullest")
def deletion_job(world):
    return {"jobName": world.longest_name, "datasetGroupArn": world.group, "roleArn": world.role,
            "dataSource": {"dataLocation": world.store("USER_ID\nnobody\n")}, "tags": world.tags}


only("DescribeDataDeletionJob", "dataDeletionJobArn",
     lambda world: world.do("CreateDataDeletionJob", **deletion_job(world))["dataDeletionJobArn"])


# Recipes

only("DescribeRecipe", "recipeArn", lambda world: RECIPE + world.recipes["items"])
only("DescribeAlgorithm", "algorithmArn", lambda world: world.describe(
    "Recipe", RECIPE + world.recipes["items"])["algorithmArn"])
only("DescribeFeatureTransformation", "featureTransformationArn", lambda world: world.describe(
    "Recipe", RECIPE + world.recipes["items"])["featureTransformationArn"])


# Solutions

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


# Campaigns and recommenders

@legal("CreateCampaign", "smallest")
def _(world):
    return {"name": world.name(), "solutionVersionArn": world.versions["popular"]}


CAMPAIGN_CONFIGURATION = {
    "itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"},
    "enableMetadataWithRecommendations": True, "syncWithLatestSolutionVersion": True,
    "rankingInfluence": {"POPULARITY": 1.0, "FRESHNESS": 0.0},
}


@legal("CreateCampaign", "fullest")
def _(world):
    return {
        "name": world.longest_name, "solutionVersionArn": world.solutions["items"] + "/$LATEST", "minProvisionedTPS": 1,
        "campaignConfig": CAMPAIGN_CONFIGURATION, "tags": world.tags}


only("DescribeCampaign", "campaignArn", lambda world: world.campaigns["items"])
only("DeleteCampaign", "campaignArn", lambda world: world.campaign("popular"))


@legal("UpdateCampaign", "smallest")
def _(world):
    return {"campaignArn": world.campaign("popular")}


@legal("UpdateCampaign", "fullest")
def _(world):
    return {
        "campaignArn": world.campaign("items"), "solutionVersionArn": world.solutions["items"] + "/$LATEST",
        "minProvisionedTPS": 2, "campaignConfig": CAMPAIGN_CONFIGURATION}


def recommender_configuration(columns):
    return {
        "itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"},
        "minRecommendationRequestsPerSecond": 1, "enableMetadataWithRecommendations": True,
        "trainingDataConfig": columns}


@legal("CreateRecommender", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.domains["ECOMMERCE"],
            "recipeArn": RECIPE + "aws-ecomm-popular-items-by-views"}


@legal("CreateRecommender", "fullest")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.domains["VIDEO_ON_DEMAND"],
        "recipeArn": RECIPE + "aws-vod-top-picks", "tags": world.tags,
        "recommenderConfig": recommender_configuration({"excludedDatasetColumns": {"Items": ["DURATION"]}})}


@legal("CreateRecommender", "fullest, with columns")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.domains["VIDEO_ON_DEMAND"],
        "recipeArn": RECIPE + "aws-vod-top-picks",
        "recommenderConfig": recommender_configuration({"includedDatasetColumns": {"Items": ["ITEM_ID", "GENRES"]}})}


def active_recommender(world, domain="VIDEO_ON_DEMAND"):
    arn = world.recommender(domain)
    world.wait("Recommender", arn)
    return arn


def stopped_recommender(world):
    arn = active_recommender(world)
    world.do("StopRecommender", recommenderArn=arn)
    world.wait("Recommender", arn, "INACTIVE")
    return arn


only("DescribeRecommender", "recommenderArn", lambda world: world.recommenders["ECOMMERCE"][0])
only("DeleteRecommender", "recommenderArn", active_recommender)
only("StopRecommender", "recommenderArn", active_recommender)
only("StartRecommender", "recommenderArn", stopped_recommender)


@legal("UpdateRecommender", "smallest")
def _(world):
    return {"recommenderArn": active_recommender(world), "recommenderConfig": {}}


@legal("UpdateRecommender", "fullest")
def _(world):
    return {"recommenderArn": active_recommender(world),
            "recommenderConfig": recommender_configuration({"excludedDatasetColumns": {"Items": ["DURATION"]}})}


@legal("UpdateRecommender", "fullest, with columns")
def _(world):
    return {"recommenderArn": active_recommender(world),
            "recommenderConfig": recommender_configuration({"includedDatasetColumns": {"Items": ["ITEM_ID", "GENRES"]}})}


# Filters, trackers, attributions, tags

@legal("CreateFilter", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.furnished_group(),
            "filterExpression": 'INCLUDE ItemID WHERE Items.GENRES IN ("a")'}


@legal("CreateFilter", "fullest")
def _(world):
    start = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click") IF CurrentUser.AGE > 20 | '
    start += 'INCLUDE ItemID WHERE Items.GENRES IN ("a"'
    expression = start + ' ' * (2499 - len(start)) + ')'
    return {"name": world.longest_name, "datasetGroupArn": world.furnished_group(), "filterExpression": expression,
            "tags": world.tags}


only("DescribeFilter", "filterArn", lambda world: world.filter)
only("DeleteFilter", "filterArn", lambda world: world.new_filter(
    'INCLUDE ItemID WHERE Items.GENRES IN ("a")', world.furnished_group()))


@legal("CreateEventTracker", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.new_group()}


@legal("CreateEventTracker", "fullest")
def _(world):
    return {"name": world.longest_name, "datasetGroupArn": world.new_group(), "tags": world.tags}


def new_tracker(world):
    arn = world.do("CreateEventTracker", name=world.name(), datasetGroupArn=world.new_group())["eventTrackerArn"]
    world.wait("EventTracker", arn)
    return arn


only("DescribeEventTracker", "eventTrackerArn", lambda world: world.tracker)
only("DeleteEventTracker", "eventTrackerArn", new_tracker)


@legal("CreateMetricAttribution", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.furnished_group(),
            "metrics": [{"eventType": "c", "metricName": "m", "expression": "SAMPLECOUNT()"}],
            "metricsOutputConfig": {"roleArn": world.role}}


@legal("CreateMetricAttribution", "fullest")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.furnished_group(),
        "metrics": [{"eventType": f"{number}" + "e" * 99, "metricName": f"{number}" + "m" * 99,
                     "expression": "SUM(Items.PRICE)" if number % 2 else "SAMPLECOUNT()"} for number in range(10)],
        "metricsOutputConfig": {
            "s3DataDestination": {"path": world.output(), "kmsKeyArn": KMS_KEY}, "roleArn": world.role}}


only("DescribeMetricAttribution", "metricAttributionArn", lambda world: world.attribution())
only("DeleteMetricAttribution", "metricAttributionArn", lambda world: world.attribution())


@legal("UpdateMetricAttribution", "smallest")
def _(world):
    return {"metricAttributionArn": world.attribution()}


@legal("UpdateMetricAttribution", "fullest")
def _(world):
    return {
        "metricAttributionArn": world.attribution(), "removeMetrics": ["clicks"],
        "addMetrics": [{"eventType": "buy", "metricName": "sales", "expression": "SUM(Items.PRICE)"}],
        "metricsOutputConfig": {
            "s3DataDestination": {"path": world.output(), "kmsKeyArn": KMS_KEY}, "roleArn": world.role}}


@legal("TagResource", "smallest")
def _(world):
    return {"resourceArn": world.group, "tags": []}


@legal("TagResource", "fullest")
def _(world):
    return {"resourceArn": world.new_group(), "tags": world.tags}


@legal("UntagResource", "smallest")
def _(world):
    return {"resourceArn": world.group, "tagKeys": []}


@legal("UntagResource", "fullest")
def _(world):
    return {"resourceArn": world.group, "tagKeys": [tag["tagKey"] for tag in world.tags]}


only("ListTagsForResource", "resourceArn", lambda world: world.group)


# Batch jobs

def batch(world, name, use, lines):
    return {
        "jobName": name, "solutionVersionArn": world.versions[use], "roleArn": world.role,
        "jobInput": {"s3DataSource": {"path": world.store(lines, "in.json")}},
        "jobOutput": {"s3DataDestination": {"path": world.output()}}}


def with_key(job):
    for place in (job["jobInput"]["s3DataSource"], job["jobOutput"]["s3DataDestination"]):
        place["kmsKeyArn"] = KMS_KEY
    return job


@legal("CreateBatchInferenceJob", "smallest")
def _(world):
    return batch(world, world.name(), "items", '{"userId": "u1"}\n')


@legal("CreateBatchInferenceJob", "fullest")
def inference_job(world):
    values = '"filterValues": {"GENRES": "\\"drama\\""}'
    job = with_key(batch(world, world.longest_name, "items", '{"userId": "u1", ' + values + "}\n"))
    return {
        **job, "filterArn": world.second_filter, "numResults": 500, "batchInferenceJobMode": "BATCH_INFERENCE",
        "batchInferenceJobConfig": {
            "itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"},
            "rankingInfluence": {"POPULARITY": 1.0, "FRESHNESS": 0.0}},
        "tags": world.tags}


only("DescribeBatchInferenceJob", "batchInferenceJobArn",
     lambda world: world.do("CreateBatchInferenceJob", **inference_job(world))["batchInferenceJobArn"])


@legal("CreateBatchSegmentJob", "smallest")
def _(world):
    return batch(world, world.name(), "segments", '{"itemId": "i1"}\n')


@legal("CreateBatchSegmentJob", "fullest")
def segment_job(world):
    job = with_key(batch(world, world.longest_name, "segments", '{"itemId": "i1"}\n'))
    group_filter = world.new_filter('INCLUDE UserID WHERE Users.AGE > 1')
    return {**job, "filterArn": group_filter, "numResults": 30, "tags": world.tags}


only("DescribeBatchSegmentJob", "batchSegmentJobArn",
     lambda world: world.do("CreateBatchSegmentJob", **segment_job(world))["batchSegmentJobArn"])


# Lists

def listed(operation, member=None, arn=None, prepare=lambda world: None):
    legal(operation, "smallest")(lambda world: {})

    @legal(operation, "fullest")
    def _(world):
        prepare(world)
        return world.page(operation, **({member: arn(world)} if member else {}))


def twice(operation, make):
    """Something to list on two pages."""
    def prepare(world):
        for _ in range(2):
            world.do(operation, **make(world))
    return prepare


listed("ListSchemas")
listed("ListDatasetGroups")
listed("ListDatasets", "datasetGroupArn", lambda world: world.group)
listed("ListDatasetImportJobs", "datasetArn", lambda world: world.datasets["Interactions"], lambda world:
       world.import_job_of(world.datasets["Interactions"], "Interactions"))
listed("ListDatasetExportJobs", "datasetArn", lambda world: world.datasets["Interactions"],
       twice("CreateDatasetExportJob", export_job))
listed("ListDataDeletionJobs", "datasetGroupArn", lambda world: world.group, twice("CreateDataDeletionJob", deletion_job))
listed("ListSolutions", "datasetGroupArn", lambda world: world.group)
listed("ListSolutionVersions", "solutionArn", lambda world: world.solutions["popular"])
listed("ListCampaigns", "solutionArn", lambda world: world.solutions["items"])
listed("ListRecommenders", "datasetGroupArn", lambda world: world.domains["ECOMMERCE"])
listed("ListFilters", "datasetGroupArn", lambda world: world.group)
listed("ListBatchInferenceJobs", "solutionVersionArn", lambda world: world.versions["items"],
       twice("CreateBatchInferenceJob", inference_job))
listed("ListBatchSegmentJobs", "solutionVersionArn", lambda world: world.versions["segments"],
       twice("CreateBatchSegmentJob", segment_job))
listed("ListMetricAttributionMetrics", "metricAttributionArn", lambda world: world.attribution())


@legal("ListRecipes", "smallest")
def _(world):
    return {}


@legal("ListRecipes", "fullest")
def _(world):
    return world.page("ListRecipes", recipeProvider="SERVICE", domain="ECOMMERCE")


# A dataset group has one event tracker, and one metric attribution: a page with a token is of the whole list.

@legal("ListEventTrackers", "smallest")
def _(world):
    return {}


@legal("ListEventTrackers", "fullest, of a group")
def _(world):
    return {"datasetGroupArn": world.group, "maxResults": 1}


@legal("ListEventTrackers", "fullest")
def _(world):
    new_tracker(world)
    return world.page("ListEventTrackers")


@legal("ListMetricAttributions", "smallest")
def _(world):
    return {}


@legal("ListMetricAttributions", "fullest, of a group")
def _(world):
    group = world.furnished_group()
    world.attribution(group)
    return {"datasetGroupArn": group, "maxResults": 1}


@legal("ListMetricAttributions", "fullest")
def _(world):
    world.attribution()
    world.attribution()
    return world.page("ListMetricAttributions")


# Recommendations

@legal("GetRecommendations", "smallest")
def _(world):
    return {"campaignArn": world.campaigns["items"], "userId": "u"}


def recommendations(world):
    return {
        "userId": "u1", "numResults": 25, "context": {"DEVICE": "phone"}, "filterArn": world.filter,
        "filterValues": {"TYPES": '"watch"'},
        "promotions": [{"name": "shelf", "percentPromotedItems": 20, "filterArn": world.second_filter,
                        "filterValues": {"GENRES": '"drama"'}}]}


@legal("GetRecommendations", "fullest")
def _(world):
    return {"campaignArn": world.campaigns["items"], **recommendations(world)}


@legal("GetRecommendations", "fullest, with metadata")
def _(world):
    return {"campaignArn": world.campaigns["items"], "userId": "u1", "metadataColumns": {"ITEMS": ["GENRES", "PRICE"]}}


@legal("GetRecommendations", "fullest, related items")
def _(world):
    return {"campaignArn": world.campaigns["related"], "itemId": "i1", "userId": "u1", "numResults": 500}


@legal("GetRecommendations", "fullest, recommender")
def _(world):
    return {"recommenderArn": world.recommenders["VIDEO_ON_DEMAND"][0], "userId": "u" * 256, "numResults": 0}


@legal("GetPersonalizedRanking", "smallest")
def _(world):
    return {"campaignArn": world.campaigns["ranking"], "inputList": ["i1"], "userId": "u"}


@legal("GetPersonalizedRanking", "fullest")
def _(world):
    return {
        "campaignArn": world.campaigns["ranking"], "inputList": [f"i{number}" for number in range(500)],
        "userId": "u" * 256, "context": {"DEVICE": "phone"}, "filterArn": world.second_filter,
        "filterValues": {"GENRES": '"drama"'}, "metadataColumns": {"ITEMS": ["GENRES", "PRICE"]}}


@legal("GetActionRecommendations", "smallest")
def _(world):
    return {"campaignArn": world.campaigns["actions"], "userId": "u"}


@legal("GetActionRecommendations", "fullest")
def _(world):
    return {"campaignArn": world.campaigns["actions"], "userId": "u1", "numResults": 5,
            "filterArn": world.action_filter, "filterValues": {"CHANNEL": '"mail"'}}


# Records

def document(size=None, **properties):
    """Properties as JSON text, filled up with blanks."""
    text = json.dumps(properties)
    return text if size is None else text[:-1] + " " * (size - len(text)) + "}"


@legal("PutEvents", "smallest")
def _(world):
    return {"trackingId": world.tracking, "sessionId": "s",
            "eventList": [{"eventType": "c", "itemId": "i", "sentAt": NOW}]}


@legal("PutEvents", "fullest")
def _(world):
    events = [{
        "eventId": f"{number}" * 256, "eventType": "e" * 256, "eventValue": 4.5, "itemId": "i" * 256,
        "properties": document(1024, device="phone"), "sentAt": NOW, "recommendationId": "r" * 40,
        "impression": ["i" * 256] * 25, "metricAttribution": {"eventAttributionSource": "s" * 1024},
    } for number in range(10)]
    return {"trackingId": world.tracking, "userId": "u" * 256, "sessionId": "s" * 256, "eventList": events}


@legal("PutItems", "smallest")
def _(world):
    # A column that must not be null is required, though the shape does not say so.
    return {"datasetArn": world.datasets["Items"],
            "items": [{"itemId": "i", "properties": document(genres="drama", creationTimestamp=1)}]}


@legal("PutItems", "fullest")
def _(world):
    properties = document(32_000, genres="drama|crime", price=1.5, description="d" * 20_000, creationTimestamp=1)
    return {"datasetArn": world.datasets["Items"],
            "items": [{"itemId": f"{number}" * 256, "properties": properties} for number in range(10)]}


@legal("PutUsers", "smallest")
def _(world):
    return {"datasetArn": world.datasets["Users"], "users": [{"userId": "u"}]}


@legal("PutUsers", "fullest")
def _(world):
    return {"datasetArn": world.datasets["Users"],
            "users": [{"userId": f"{number}" * 256, "properties": document(24_000, age=30, membership="gold")}
                      for number in range(10)]}


@legal("PutActions", "smallest")
def _(world):
    return {"datasetArn": world.datasets["Actions"], "actions": [{"actionId": "a"}]}


@legal("PutActions", "fullest")
def _(world):
    return {"datasetArn": world.datasets["Actions"],
            "actions": [{"actionId": f"{number}" * 256, "properties": document(32_000, value=3, channel="mail")}
                        for number in range(10)]}


@legal("PutActionInteractions", "smallest")
def _(world):
    return {"trackingId": world.action_tracking,
            "actionInteractions": [{"actionId": "a", "userId": "u", "sessionId": "s", "timestamp": NOW, "eventType": "Viewed"}]}


@legal("PutActionInteractions", "fullest")
def _(world):
    interactions = [{
        "actionId": "a" * 256, "userId": "u" * 256, "sessionId": "s" * 256, "timestamp": NOW, "eventType": "Taken",
        "eventId": f"{number}" * 256, "recommendationId": "r" * 40, "impression": ["a" * 256] * 25,
        "properties": document(1024),
    } for number in range(10)]
    return {"trackingId": world.action_tracking, "actionInteractions": interactions}


assert {case.operation for case in ALL} == {operation.name for operation in OPERATIONS}
