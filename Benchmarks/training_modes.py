"""Seconds of a FULL and of an UPDATE training over one file, through the API of a server of its own.

    pip install boto3
    python Benchmarks/training_modes.py --palate .build/release/palate --csv interactions.csv
    python Benchmarks/training_modes.py --palate .build/release/palate --events 1000000

The oldest 95% of the events are imported and trained on with FULL; then everything is imported, and an UPDATE and another
FULL are made of it. Seconds are `trainingHours` of the versions: reading the data, training, measuring, writing. Without
--csv `palate bench ingest` generates the events.
"""

import argparse
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
TRUST = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}]}


def settle(describe, member, **arguments):
    while True:
        resource = describe(**arguments)[member]
        if resource["status"] in ("ACTIVE", "CREATE FAILED"):
            assert resource["status"] == "ACTIVE", resource.get("failureReason")
            return resource
        time.sleep(0.2)


def measure(client, old, everything):
    personalize, s3, iam = client("personalize"), client("s3"), client("iam")
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"},
        "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::bench", "arn:aws:s3:::bench/*"]}]}
    s3.create_bucket(Bucket="bench")
    s3.put_bucket_policy(Bucket="bench", Policy=json.dumps(policy))
    role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="bench", PolicyName="read", PolicyDocument=json.dumps(READ))
    group = personalize.create_dataset_group(name="bench")["datasetGroupArn"]
    settle(personalize.describe_dataset_group, "datasetGroup", datasetGroupArn=group)
    schema = personalize.create_schema(name="bench", schema=json.dumps(SCHEMA))["schemaArn"]
    dataset = personalize.create_dataset(
        name="bench", schemaArn=schema, datasetGroupArn=group, datasetType="Interactions")["datasetArn"]

    def load(name, body):
        s3.put_object(Bucket="bench", Key=name, Body=body)
        job = personalize.create_dataset_import_job(
            jobName=name, datasetArn=dataset, dataSource={"dataLocation": f"s3://bench/{name}"}, roleArn=role)
        settle(personalize.describe_dataset_import_job, "datasetImportJob",
               datasetImportJobArn=job["datasetImportJobArn"])

    def train(mode):
        arn = personalize.create_solution_version(solutionArn=solution, trainingMode=mode)["solutionVersionArn"]
        version = settle(personalize.describe_solution_version, "solutionVersion", solutionVersionArn=arn)
        print(f"{mode:7} {version['trainingHours'] * 3600:8.2f} s", flush=True)
        return version["trainingHours"]

    load("old", old)
    solution = personalize.create_solution(
        name="bench", recipeArn="arn:aws:personalize:::recipe/aws-user-personalization", datasetGroupArn=group,
        performAutoTraining=False)["solutionArn"]
    settle(personalize.describe_solution, "solution", solutionArn=solution)
    train("FULL")
    load("everything", everything)
    update = train("UPDATE")
    print(f"FULL / UPDATE {train('FULL') / update:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--csv", help="columns USER_ID, ITEM_ID, TIMESTAMP, EVENT_TYPE")
    parser.add_argument("--events", type=int, default=1_000_000)
    arguments = parser.parse_args()
    palate = str(pathlib.Path(arguments.palate).resolve())
    with tempfile.TemporaryDirectory() as place:
        path = arguments.csv
        if path is None:
            subprocess.run(
                [palate, "bench", "ingest", "--rows", str(arguments.events), "--directory", place], check=True,
                capture_output=True)
            path = f"{place}/interactions.csv"
        header, *rows = pathlib.Path(path).read_text().splitlines()
        assert header == "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", header
        rows.sort(key=lambda row: int(row.rsplit(",", 2)[1]))
        old = "\n".join([header, *rows[:len(rows) * 95 // 100]]) + "\n"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [palate, "serve", "--port", str(port), "--data-dir", f"{place}/data"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.1)
            measure(lambda name: boto3.client(
                name, endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="any",
                aws_secret_access_key="any"), old, "\n".join([header, *rows]) + "\n")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
