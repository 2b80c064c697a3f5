"""Batch inference and batch segment jobs."""

from compatibility.legal.cases import legal, only
from compatibility.world import KMS_KEY


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
