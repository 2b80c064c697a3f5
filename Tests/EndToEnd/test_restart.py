"""kill -9 at any moment loses nothing that was acknowledged."""

import json
import subprocess
import time

import pytest
from conftest import binary
from scenario import (
    SCHEMA, Stack, activate, create_bucket, create_role, create_schema, describe, error_code, interactions_csv,
    restart, settle, start_import, wait_until_gone,
)

LARGE = {"users": 2500, "items": 1500, "events": 80}


@pytest.fixture(scope="module")
def large_csv():
    """Long enough to read and to learn that a signal arrives in the middle."""
    return interactions_csv(**LARGE, seed=2)


def wait_for_progress(personalize, arn, seconds=60):
    """Waits until the work on the resource has begun; false when it has ended as well."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = describe(personalize, arn)["status"]
        if status != "CREATE PENDING":
            return status == "CREATE IN_PROGRESS"
        time.sleep(0.005)
    raise AssertionError(f"{arn} was never begun")


def test_every_acknowledged_create_survives_a_kill(own_palate):
    def after_kill():
        restart(own_palate)
        return own_palate.client("personalize")

    personalize = own_palate.client("personalize")
    schema = create_schema(personalize, "films")
    personalize = after_kill()
    assert json.loads(personalize.describe_schema(schemaArn=schema)["schema"]["schema"]) == SCHEMA

    group = personalize.create_dataset_group(
        name="films", tags=[{"tagKey": "team", "tagValue": "films"}])["datasetGroupArn"]
    personalize = after_kill()
    activate(personalize, group)

    dataset = personalize.create_dataset(
        name="films", datasetGroupArn=group, schemaArn=schema, datasetType="Interactions")["datasetArn"]
    personalize = after_kill()
    activate(personalize, dataset)

    s3 = own_palate.client("s3")
    create_bucket(s3, "films")
    s3.put_object(Bucket="films", Key="a.csv", Body=interactions_csv().encode())
    role = create_role(own_palate.client("iam"), "films")
    personalize = after_kill()
    body = own_palate.client("s3").get_object(Bucket="films", Key="a.csv")["Body"].read()
    assert body == interactions_csv().encode()
    assert own_palate.client("iam").get_role(RoleName="films")["Role"]["Arn"] == role

    job = start_import(personalize, "films", dataset, "s3://films/a.csv", role)
    personalize = after_kill()
    activate(personalize, job)

    solution = personalize.create_solution(
        name="films", datasetGroupArn=group, performAutoTraining=False,
        recipeArn="arn:aws:personalize:::recipe/aws-user-personalization")["solutionArn"]
    personalize = after_kill()
    activate(personalize, solution)

    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    personalize = after_kill()
    activate(personalize, version)

    campaign = personalize.create_campaign(name="films", solutionVersionArn=version)["campaignArn"]
    personalize = after_kill()
    activate(personalize, campaign)
    runtime = own_palate.client("personalize-runtime")
    assert len(runtime.get_recommendations(campaignArn=campaign, userId="u1")["itemList"]) == 25

    personalize.delete_campaign(campaignArn=campaign)
    personalize = after_kill()
    wait_until_gone(personalize, campaign)
    personalize.delete_solution(solutionArn=solution)
    personalize = after_kill()
    wait_until_gone(personalize, solution)
    assert error_code(
        personalize.create_schema, name="films", schema=json.dumps(SCHEMA)) == "ResourceAlreadyExistsException"


def test_an_import_in_progress_is_finished_after_a_kill(own_palate, large_csv):
    stack = Stack(own_palate, "films", large_csv)
    job = start_import(stack.personalize, "films", stack.dataset, stack.location, stack.role)
    assert wait_for_progress(stack.personalize, job)
    restart(own_palate)
    personalize = own_palate.client("personalize")
    resource = settle(personalize, job)
    assert resource["status"] == "ACTIVE" or resource["failureReason"]
    if resource["status"] == "ACTIVE":
        again = start_import(personalize, "again", stack.dataset, stack.location, stack.role)
        activate(personalize, again)


def test_a_training_in_progress_is_finished_after_a_kill(own_palate, large_csv):
    stack = Stack(own_palate, "films", large_csv)
    stack.import_data()
    solution = stack.personalize.create_solution(
        name="films", datasetGroupArn=stack.group,
        recipeArn="arn:aws:personalize:::recipe/aws-user-personalization")["solutionArn"]
    activate(stack.personalize, solution)
    version = stack.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    assert wait_for_progress(stack.personalize, version)
    restart(own_palate)
    resource = settle(own_palate.client("personalize"), version, timeout=180)
    assert resource["status"] == "ACTIVE" or resource["failureReason"]


def test_a_campaign_answers_the_same_after_a_kill(own_palate):
    stack = Stack(own_palate, "films")
    stack.import_data()
    stack.train()
    campaign = stack.deploy()
    users = ["u0", "u1", "a stranger"]

    def answers():
        runtime = own_palate.client("personalize-runtime")
        return [runtime.get_recommendations(campaignArn=campaign, userId=user)["itemList"] for user in users]

    metrics = stack.personalize.get_solution_metrics(solutionVersionArn=stack.version)["metrics"]
    before = answers()
    restart(own_palate)
    assert answers() == before
    personalize = own_palate.client("personalize")
    assert personalize.get_solution_metrics(solutionVersionArn=stack.version)["metrics"] == metrics
    assert describe(personalize, campaign)["status"] == "ACTIVE"


def test_a_graceful_stop_ends_with_success_and_loses_nothing(own_palate):
    arn = create_schema(own_palate.client("personalize"), "films")
    process = own_palate.process
    own_palate.stop()
    assert process.returncode == 0
    own_palate.start()
    assert own_palate.client("personalize").describe_schema(schemaArn=arn)["schema"]["name"] == "films"


def test_a_second_service_on_the_same_data_is_refused(own_palate):
    second = subprocess.run(
        [binary(), "serve", "--port", "0", "--data-dir", str(own_palate.data_dir)], capture_output=True, text=True,
        timeout=30, check=False)
    assert second.returncode != 0 and str(own_palate.data_dir) in second.stderr
    assert own_palate.client("personalize").list_schemas()["schemas"] == []
