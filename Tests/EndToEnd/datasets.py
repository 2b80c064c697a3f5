"""Datasets of all kinds, and what they hold as an export tells it."""

import csv
import io
import json

from scenario import activate, create_bucket, create_dataset, create_schema

NAMESPACE = "com.amazonaws.personalize.schema"


def schema(name, *fields):
    return {"type": "record", "name": name, "namespace": NAMESPACE, "version": "1.0", "fields": list(fields)}


def field(name, kind="string", **attributes):
    return {"name": name, "type": kind, **attributes}


INTERACTIONS = schema(
    "Interactions", field("USER_ID"), field("ITEM_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE"),
    field("EVENT_VALUE", ["null", "float"]), field("IMPRESSION", ["null", "string"]),
    field("DEVICE", ["null", "string"], categorical=True), field("NUMBER_OF_RATINGS", ["null", "int"]))
ITEMS = schema(
    "Items", field("ITEM_ID"), field("GENRES", categorical=True), field("PRICE", ["null", "float"]))
USERS = schema("Users", field("USER_ID"), field("AGE", ["null", "int"]))
READ_AND_WRITE = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]


def interactions_dataset(personalize, name, group):
    return create_dataset(personalize, name, group, create_schema(personalize, name, INTERACTIONS))


def metadata_dataset(personalize, name, group, fields, kind):
    return create_dataset(personalize, name, group, create_schema(personalize, name, fields), kind)


def create_tracker(personalize, name, group):
    created = personalize.create_event_tracker(name=name, datasetGroupArn=group)
    activate(personalize, created["eventTrackerArn"])
    return created["eventTrackerArn"], created["trackingId"]


def writable_bucket(server, name, objects=None):
    s3 = server.client("s3")
    create_bucket(s3, name, objects, readable=False)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": READ_AND_WRITE,
            "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        }],
    }))
    return name


def writer_role(server, name):
    from scenario import TRUST

    iam = server.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": READ_AND_WRITE, "Resource": "*"}],
    }))
    return role["Arn"]


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def export(server, dataset, name, mode):
    """The rows of a dataset, by way of an export job of a bucket and a role of its own."""
    personalize = server.client("personalize")
    bucket = writable_bucket(server, f"{name}-{mode.lower()}")
    job = personalize.create_dataset_export_job(
        jobName=f"{name}-{mode.lower()}", datasetArn=dataset, ingestionMode=mode,
        roleArn=writer_role(server, f"{name}-{mode.lower()}"),
        jobOutput={"s3DataDestination": {"path": f"s3://{bucket}/out/"}})["datasetExportJobArn"]
    activate(personalize, job)
    body = server.client("s3").get_object(Bucket=bucket, Key=f"out/{name}-{mode.lower()}.csv")["Body"].read()
    return rows_of(body.decode())
