"""Lists and their pages."""

from compatibility.legal.batches import inference_job, segment_job
from compatibility.legal.cases import legal
from compatibility.legal.datasets import deletion_job, export_job
from compatibility.legal.settings import new_tracker


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


# Of event trackers and metric attributions a dataset group has one: a page with a token is of the whole list.
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
