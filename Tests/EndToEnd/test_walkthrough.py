"""The tutorial flow, written the way a user of the managed service writes it: ratings in, recommendations out, and
everything removed again."""

import csv
import io
import json
import os
import time
from pathlib import Path

import boto3
import pytest
from scenario import METRICS, SCHEMA, TRUST, environment, interactions_csv, popularity
from conftest import ACCOUNT, REGION

ARN = f"arn:aws:personalize:{REGION}:{ACCOUNT}"


def movielens_interactions():
    """Every rating is a watch, and one above 1 a click at the same time."""
    folder = Path(os.environ["PALATE_MOVIELENS"])
    folder = folder if (folder / "ratings.csv").exists() else folder / "ml-latest-small"
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"])
    with open(folder / "ratings.csv", newline="", encoding="utf-8") as ratings:
        for row in csv.DictReader(ratings):
            event = [row["userId"], row["movieId"], row["timestamp"]]
            writer.writerow([*event, "watch"])
            if float(row["rating"]) > 1:
                writer.writerow([*event, "click"])
    return output.getvalue()


@pytest.fixture
def account(own_palate, monkeypatch):
    """Only the environment of an SDK user: no endpoint in any call."""
    for name, value in environment(own_palate).items():
        monkeypatch.setenv(name, value)
    return boto3.Session()


def wait_for(read, wanted="ACTIVE", seconds=300):
    seen = []
    for _ in range(seconds * 10):
        status = read()
        if status not in seen:
            seen.append(status)
        if status in (wanted, "CREATE FAILED"):
            assert status == wanted
            return seen
        time.sleep(0.1)
    raise AssertionError(seen)


def wait_for_deletion(read, not_found, seconds=60):
    for _ in range(seconds * 10):
        try:
            assert read() in ("DELETE PENDING", "DELETE IN_PROGRESS")
        except not_found:
            return
        time.sleep(0.1)
    raise AssertionError("not deleted")


def test_from_ratings_to_recommendations_and_back(account, own_palate):
    personalize = account.client("personalize")
    runtime = account.client("personalize-runtime")
    s3 = account.client("s3")
    iam = account.client("iam")
    assert account.client("sts").get_caller_identity()["Account"] == ACCOUNT
    interactions = movielens_interactions() if "PALATE_MOVIELENS" in os.environ else interactions_csv()

    # Schema, dataset group, dataset.
    schema_arn = personalize.create_schema(name="movies-schema", schema=json.dumps(SCHEMA))["schemaArn"]
    assert schema_arn == f"{ARN}:schema/movies-schema"
    group_arn = personalize.create_dataset_group(name="movies")["datasetGroupArn"]
    assert group_arn == f"{ARN}:dataset-group/movies"
    wait_for(lambda: personalize.describe_dataset_group(datasetGroupArn=group_arn)["datasetGroup"]["status"])
    dataset_arn = personalize.create_dataset(
        name="movies-interactions", schemaArn=schema_arn, datasetGroupArn=group_arn, datasetType="Interactions",
    )["datasetArn"]
    assert dataset_arn == f"{ARN}:dataset/movies/INTERACTIONS"
    wait_for(lambda: personalize.describe_dataset(datasetArn=dataset_arn)["dataset"]["status"])

    # Bucket, upload, bucket policy, role.
    bucket = "movies-personalize"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="interactions.csv", Body=interactions.encode())
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({
        "Version": "2012-10-17",
        "Id": "PersonalizeS3BucketAccessPolicy",
        "Statement": [{
            "Sid": "PersonalizeS3BucketAccessPolicy", "Effect": "Allow",
            "Principal": {"Service": "personalize.amazonaws.com"}, "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }],
    }))
    role_arn = iam.create_role(
        RoleName="PersonalizeRole", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    assert role_arn == f"arn:aws:iam::{ACCOUNT}:role/PersonalizeRole"
    policies = [
        "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess",
        "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    ]
    for policy in policies:
        iam.attach_role_policy(RoleName="PersonalizeRole", PolicyArn=policy)

    # Import.
    job_arn = personalize.create_dataset_import_job(
        jobName="movies-import", datasetArn=dataset_arn,
        dataSource={"dataLocation": f"s3://{bucket}/interactions.csv"}, roleArn=role_arn)["datasetImportJobArn"]
    assert job_arn == f"{ARN}:dataset-import-job/movies-import"
    states = wait_for(
        lambda: personalize.describe_dataset_import_job(datasetImportJobArn=job_arn)["datasetImportJob"]["status"])
    assert set(states) <= {"CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"}

    # Solution, training, metrics.
    solution_arn = personalize.create_solution(
        name="movies-solution", datasetGroupArn=group_arn,
        recipeArn="arn:aws:personalize:::recipe/aws-user-personalization")["solutionArn"]
    assert solution_arn == f"{ARN}:solution/movies-solution"
    version_arn = personalize.create_solution_version(solutionArn=solution_arn)["solutionVersionArn"]
    prefix, identifier = version_arn.rsplit("/", 1)
    assert prefix == solution_arn
    assert len(identifier) == 8 and int(identifier, 16) >= 0
    wait_for(lambda: personalize.describe_solution_version(
        solutionVersionArn=version_arn)["solutionVersion"]["status"])
    metrics = personalize.get_solution_metrics(solutionVersionArn=version_arn)
    assert metrics["solutionVersionArn"] == version_arn
    assert set(metrics["metrics"]) == METRICS
    assert all(0 <= value <= 1 for value in metrics["metrics"].values())
    assert metrics["metrics"]["mean_reciprocal_rank_at_25"] > 0

    # Campaign, recommendations.
    campaign_arn = personalize.create_campaign(
        name="movies-campaign", solutionVersionArn=version_arn, minProvisionedTPS=1,
        campaignConfig={"itemExplorationConfig": {"explorationWeight": "0", "explorationItemAgeCutOff": "30"}},
    )["campaignArn"]
    assert campaign_arn == f"{ARN}:campaign/movies-campaign"
    wait_for(lambda: personalize.describe_campaign(campaignArn=campaign_arn)["campaign"]["status"])
    user = interactions.splitlines()[1].split(",")[0]
    answer = runtime.get_recommendations(campaignArn=campaign_arn, userId=user)
    catalogue = popularity(interactions)
    items = [item["itemId"] for item in answer["itemList"]]
    assert len(items) == len(set(items)) == 25
    assert set(items) <= set(catalogue)
    scores = [item["score"] for item in answer["itemList"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["recommendationId"]
    assert items == [
        item["itemId"] for item in runtime.get_recommendations(campaignArn=campaign_arn, userId=user)["itemList"]]

    # A user nobody knows gets what is popular.
    strangers = [
        [item["itemId"] for item in runtime.get_recommendations(campaignArn=campaign_arn, userId=name)["itemList"]]
        for name in ("nobody-1", "nobody-2")
    ]
    assert strangers[0] == strangers[1] != items
    threshold = sorted(catalogue.values(), reverse=True)[24]
    assert all(catalogue[item] >= threshold for item in strangers[0])

    # Clean up in reverse.
    missing = personalize.exceptions.ResourceNotFoundException
    personalize.delete_campaign(campaignArn=campaign_arn)
    wait_for_deletion(lambda: personalize.describe_campaign(campaignArn=campaign_arn)["campaign"]["status"], missing)
    with pytest.raises(runtime.exceptions.ResourceNotFoundException):
        runtime.get_recommendations(campaignArn=campaign_arn, userId=user)
    personalize.delete_solution(solutionArn=solution_arn)
    wait_for_deletion(lambda: personalize.describe_solution(solutionArn=solution_arn)["solution"]["status"], missing)
    personalize.delete_dataset(datasetArn=dataset_arn)
    wait_for_deletion(lambda: personalize.describe_dataset(datasetArn=dataset_arn)["dataset"]["status"], missing)
    personalize.delete_schema(schemaArn=schema_arn)
    personalize.delete_dataset_group(datasetGroupArn=group_arn)
    wait_for_deletion(
        lambda: personalize.describe_dataset_group(datasetGroupArn=group_arn)["datasetGroup"]["status"], missing)
    for policy in policies:
        iam.detach_role_policy(RoleName="PersonalizeRole", PolicyArn=policy)
    iam.delete_role(RoleName="PersonalizeRole")
    s3.delete_object(Bucket=bucket, Key="interactions.csv")
    s3.delete_bucket(Bucket=bucket)

    # Nothing is left.
    assert personalize.list_campaigns()["campaigns"] == []
    assert personalize.list_solution_versions()["solutionVersions"] == []
    assert personalize.list_solutions()["solutions"] == []
    assert personalize.list_dataset_import_jobs()["datasetImportJobs"] == []
    assert personalize.list_datasets()["datasets"] == []
    assert personalize.list_schemas()["schemas"] == []
    assert personalize.list_dataset_groups()["datasetGroups"] == []
    assert s3.list_buckets()["Buckets"] == []
    assert iam.list_roles()["Roles"] == []
    with pytest.raises(missing):
        personalize.describe_solution_version(solutionVersionArn=version_arn)
    # The server's own files stay: its databases, and the key that seals secrets.
    left = [
        path for path in own_palate.data_dir.rglob("*")
        if path.is_file() and "sqlite" not in path.name and path.name != "master.key"
    ]
    assert [path for path in left if path.stat().st_size > 0] == []
