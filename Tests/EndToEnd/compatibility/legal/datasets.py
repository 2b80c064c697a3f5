"""Schemas, dataset groups, datasets and the jobs that fill, write and clean them."""

import json

from compatibility import data
from compatibility.legal.cases import legal, only
from compatibility.world import KMS_KEY


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
