"""The steps of the walk-through, as short functions for tests that are about something else."""

import json
import math
import random
import time

from botocore.exceptions import ClientError

SCHEMA = {
    "type": "record",
    "name": "Interactions",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
        {"name": "EVENT_TYPE", "type": "string"},
    ],
    "version": "1.0",
}
HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
USER_PERSONALIZATION = "arn:aws:personalize:::recipe/aws-user-personalization"
POPULARITY = "arn:aws:personalize:::recipe/aws-popularity-count"
METRICS = {
    "coverage", "mean_reciprocal_rank_at_25", "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10", "normalized_discounted_cumulative_gain_at_25", "precision_at_5",
    "precision_at_10", "precision_at_25",
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def interactions_csv(users=60, items=90, events=40, seed=1):
    """Users with a taste for one of three groups of items, items with unequal popularity."""
    generator = random.Random(seed)
    weights = [1 / math.sqrt(1 + rank) for rank in range(items)]
    lines = [HEADER]
    for user in range(users):
        taste = user % 3
        liked = [weight * (6 if item % 3 == taste else 1) for item, weight in enumerate(weights)]
        moment = 1_700_000_000 + generator.randrange(10_000_000)
        for item in generator.choices(range(items), liked, k=events):
            moment += generator.randrange(1, 5000)
            lines.append(f"u{user},i{item},{moment},{generator.choice(['watch', 'click'])}")
    return "\n".join(lines) + "\n"


def popularity(csv_text):
    """Events per item."""
    counts = {}
    for line in csv_text.splitlines()[1:]:
        item = line.split(",")[1]
        counts[item] = counts.get(item, 0) + 1
    return counts


def bucket_policy(bucket):
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"},
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }],
    })


def create_bucket(s3, name, objects=None, readable=True):
    s3.create_bucket(Bucket=name)
    if readable:
        s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name))
    for key, body in (objects or {}).items():
        s3.put_object(Bucket=name, Key=key, Body=body.encode() if isinstance(body, str) else body)
    return name


def create_role(iam, name, trust=None):
    """A role that Personalize may assume and that may read every bucket."""
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust or TRUST))["Role"]
    iam.put_role_policy(
        RoleName=name, PolicyName="read",
        PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}],
        }))
    return role["Arn"]


def error_code(function, **arguments):
    """The name of the error that the call ends with; None if it succeeds."""
    try:
        function(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def error_of(function, **arguments):
    """The code and the message of the error that the call ends with."""
    try:
        function(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None, None


DESCRIBE = {
    "dataset-group": ("describe_dataset_group", "datasetGroupArn", "datasetGroup"),
    "dataset": ("describe_dataset", "datasetArn", "dataset"),
    "dataset-import-job": ("describe_dataset_import_job", "datasetImportJobArn", "datasetImportJob"),
    "solution": ("describe_solution", "solutionArn", "solution"),
    "solution-version": ("describe_solution_version", "solutionVersionArn", "solutionVersion"),
    "filter": ("describe_filter", "filterArn", "filter"),
    "campaign": ("describe_campaign", "campaignArn", "campaign"),
    "event-tracker": ("describe_event_tracker", "eventTrackerArn", "eventTracker"),
    "dataset-export-job": ("describe_dataset_export_job", "datasetExportJobArn", "datasetExportJob"),
    "batch-inference-job": ("describe_batch_inference_job", "batchInferenceJobArn", "batchInferenceJob"),
    "batch-segment-job": ("describe_batch_segment_job", "batchSegmentJobArn", "batchSegmentJob"),
    "metric-attribution": ("describe_metric_attribution", "metricAttributionArn", "metricAttribution"),
    "data-deletion-job": ("describe_data_deletion_job", "dataDeletionJobArn", "dataDeletionJob"),
}


def describe(personalize, arn):
    kind, *path = arn.split(":", 5)[5].split("/")
    if kind == "solution" and len(path) == 2:
        kind = "solution-version"
    function, parameter, member = DESCRIBE[kind]
    return getattr(personalize, function)(**{parameter: arn})[member]


def settle(personalize, arn, timeout=120):
    """Waits until the resource is ACTIVE or CREATE FAILED and describes it."""
    deadline = time.monotonic() + timeout
    while True:
        resource = describe(personalize, arn)
        if resource["status"] in ("ACTIVE", "CREATE FAILED", "COMPLETED", "FAILED"):
            return resource
        if time.monotonic() > deadline:
            raise AssertionError(f"{arn} is still {resource['status']}")
        time.sleep(0.05)


def activate(personalize, arn, timeout=120):
    resource = settle(personalize, arn, timeout)
    assert resource["status"] == "ACTIVE", (arn, resource.get("failureReason"))
    return resource


def wait_until_gone(personalize, arn, timeout=60):
    deadline = time.monotonic() + timeout
    while True:
        try:
            status = describe(personalize, arn)["status"]
        except personalize.exceptions.ResourceNotFoundException:
            return
        assert status in ("DELETE PENDING", "DELETE IN_PROGRESS"), status
        assert time.monotonic() < deadline, f"{arn} is still {status}"
        time.sleep(0.05)


def create_schema(personalize, name, schema=None, **options):
    text = schema if isinstance(schema, str) else json.dumps(schema or SCHEMA)
    return personalize.create_schema(name=name, schema=text, **options)["schemaArn"]


def create_group(personalize, name, **options):
    arn = personalize.create_dataset_group(name=name, **options)["datasetGroupArn"]
    activate(personalize, arn)
    return arn


def create_dataset(personalize, name, group, schema, kind="Interactions"):
    arn = personalize.create_dataset(
        name=name, datasetGroupArn=group, schemaArn=schema, datasetType=kind)["datasetArn"]
    activate(personalize, arn)
    return arn


def start_import(personalize, name, dataset, location, role):
    return personalize.create_dataset_import_job(
        jobName=name, datasetArn=dataset, dataSource={"dataLocation": location}, roleArn=role)["datasetImportJobArn"]


def create_solution(personalize, name, group, recipe=USER_PERSONALIZATION, **options):
    arn = personalize.create_solution(
        name=name, datasetGroupArn=group, recipeArn=recipe, performAutoTraining=False, **options)["solutionArn"]
    activate(personalize, arn)
    return arn


def train(personalize, solution):
    arn = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    activate(personalize, arn)
    return arn


class Stack:
    """Everything up to imported interactions, under one prefix."""

    def __init__(self, server, prefix, csv_text=None, schema=None):
        self.personalize = server.client("personalize")
        self.csv = csv_text or interactions_csv()
        self.prefix = prefix
        bucket = create_bucket(server.client("s3"), f"{prefix}-bucket", {"interactions.csv": self.csv})
        self.location = f"s3://{bucket}/interactions.csv"
        self.role = create_role(server.client("iam"), f"{prefix}-role")
        self.schema = create_schema(self.personalize, f"{prefix}-schema", schema)
        self.group = create_group(self.personalize, f"{prefix}-group")
        self.dataset = create_dataset(self.personalize, f"{prefix}-dataset", self.group, self.schema)

    def import_data(self):
        job = start_import(self.personalize, f"{self.prefix}-import", self.dataset, self.location, self.role)
        activate(self.personalize, job)
        return job

    def train(self, recipe=USER_PERSONALIZATION):
        self.solution = create_solution(self.personalize, f"{self.prefix}-solution", self.group, recipe)
        self.version = train(self.personalize, self.solution)
        return self.version

    def deploy(self):
        self.campaign = self.personalize.create_campaign(
            name=f"{self.prefix}-campaign", solutionVersionArn=self.version, minProvisionedTPS=1)["campaignArn"]
        activate(self.personalize, self.campaign)
        return self.campaign


def is_running(server):
    return server.process is not None and server.process.poll() is None


def restart(server):
    """kill -9, then a new process on the same data."""
    server.kill()
    server.start()


def environment(server):
    """What a user exports to point an SDK or the AWS CLI at the service."""
    return {
        "AWS_ENDPOINT_URL": server.endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "palate",
        "AWS_SECRET_ACCESS_KEY": "palate", "AWS_EC2_METADATA_DISABLED": "true",
    }
