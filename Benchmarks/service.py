"""A server of its own with one dataset of interactions, for the benchmarks that go through the API."""

import contextlib
import json
import pathlib
import socket
import subprocess
import tempfile
import time

import boto3

SCHEMA = {
    "type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
    "fields": [{"name": name, "type": kind} for name, kind in (
        ("USER_ID", "string"), ("ITEM_ID", "string"), ("TIMESTAMP", "long"), ("EVENT_TYPE", "string"))],
}
HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
TRUST = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"]}


def settle(describe, member, **arguments):
    """Waits until a resource is ACTIVE."""
    while True:
        resource = describe(**arguments)[member]
        if resource["status"] in ("ACTIVE", "CREATE FAILED"):
            assert resource["status"] == "ACTIVE", resource.get("failureReason")
            return resource
        time.sleep(0.2)


@contextlib.contextmanager
def serving(palate):
    """Runs `palate serve`; gives its port and what makes a boto3 client of it."""
    with tempfile.TemporaryDirectory() as place:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [palate, "serve", "--port", str(port), "--data-dir", f"{place}/data"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.1)
            yield port, lambda name: boto3.client(
                name, endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="any",
                aws_secret_access_key="any")
        finally:
            server.terminate()
            server.wait()


def read_events(palate, csv, events):
    """The lines of a file without its header, oldest first; `palate bench ingest` generates them when there is no file."""
    with tempfile.TemporaryDirectory() as place:
        if csv is None:
            subprocess.run(
                [palate, "bench", "ingest", "--rows", str(events), "--directory", place], check=True,
                capture_output=True)
            csv = f"{place}/interactions.csv"
        header, *rows = pathlib.Path(csv).read_text().splitlines()
        assert header == HEADER, header
        return sorted(rows, key=lambda row: int(row.rsplit(",", 2)[1]))


class World:
    """A dataset group with a solution."""

    def __init__(self, client):
        self.personalize, self.s3, iam = client("personalize"), client("s3"), client("iam")
        policy = {"Version": "2012-10-17", "Statement": [{
            **READ, "Principal": {"Service": "personalize.amazonaws.com"},
            "Resource": ["arn:aws:s3:::bench", "arn:aws:s3:::bench/*"]}]}
        self.s3.create_bucket(Bucket="bench")
        self.s3.put_bucket_policy(Bucket="bench", Policy=json.dumps(policy))
        self.role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName="bench", PolicyName="read", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{**READ, "Resource": "*"}]}))
        group = self.personalize.create_dataset_group(name="bench")["datasetGroupArn"]
        settle(self.personalize.describe_dataset_group, "datasetGroup", datasetGroupArn=group)
        schema = self.personalize.create_schema(name="bench", schema=json.dumps(SCHEMA))["schemaArn"]
        self.dataset = self.personalize.create_dataset(
            name="bench", schemaArn=schema, datasetGroupArn=group, datasetType="Interactions")["datasetArn"]
        self.solution = self.personalize.create_solution(
            name="bench", recipeArn="arn:aws:personalize:::recipe/aws-user-personalization", datasetGroupArn=group,
            performAutoTraining=False)["solutionArn"]
        settle(self.personalize.describe_solution, "solution", solutionArn=self.solution)

    def load(self, name, rows):
        self.s3.put_object(Bucket="bench", Key=name, Body="\n".join([HEADER, *rows]) + "\n")
        job = self.personalize.create_dataset_import_job(
            jobName=name, datasetArn=self.dataset, dataSource={"dataLocation": f"s3://bench/{name}"},
            roleArn=self.role)
        settle(self.personalize.describe_dataset_import_job, "datasetImportJob",
               datasetImportJobArn=job["datasetImportJobArn"])

    def train(self, mode="FULL"):
        """A solution version, described."""
        arn = self.personalize.create_solution_version(
            solutionArn=self.solution, trainingMode=mode)["solutionVersionArn"]
        return settle(self.personalize.describe_solution_version, "solutionVersion", solutionVersionArn=arn)
