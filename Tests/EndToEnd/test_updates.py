import time

import pytest
from scenario import (
    POPULARITY, USER_PERSONALIZATION, Stack, activate, create_solution, error_code, error_of, interactions_csv, train,
    wait_until_gone,
)


@pytest.fixture(scope="module")
def own(palate):
    """A stack that these tests may change: two versions and a campaign of the first."""
    own = Stack(palate, "updates")
    own.import_data()
    own.train(POPULARITY)
    own.second = train(own.personalize, own.solution)
    own.deploy()
    return own


def update_and_wait(personalize, arn, **change):
    personalize.update_campaign(campaignArn=arn, **change)
    deadline = time.monotonic() + 60
    while True:
        campaign = personalize.describe_campaign(campaignArn=arn)["campaign"]
        if campaign["latestCampaignUpdate"]["status"] in ("ACTIVE", "CREATE FAILED"):
            return campaign
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_campaign_moves_to_another_version_without_a_failed_request(own, personalize, runtime):
    personalize.update_campaign(campaignArn=own.campaign, solutionVersionArn=own.second)
    while True:
        assert runtime.get_recommendations(campaignArn=own.campaign, userId="u0", numResults=3)["itemList"]
        campaign = personalize.describe_campaign(campaignArn=own.campaign)["campaign"]
        assert campaign["status"] == "ACTIVE"
        if campaign["latestCampaignUpdate"]["status"] == "ACTIVE":
            break
    assert campaign["solutionVersionArn"] == own.second
    assert campaign["latestCampaignUpdate"]["solutionVersionArn"] == own.second


def test_an_update_changes_configuration_and_throughput(own, personalize):
    configuration = {"itemExplorationConfig": {"explorationWeight": "0.2"}}
    campaign = update_and_wait(personalize, own.campaign, minProvisionedTPS=4, campaignConfig=configuration)
    assert campaign["minProvisionedTPS"] == 4
    assert campaign["campaignConfig"]["itemExplorationConfig"] == {"explorationWeight": "0.2"}


def test_a_campaign_follows_the_latest_version(own, personalize, unique):
    arn = personalize.create_campaign(
        name=unique, solutionVersionArn=f"{own.solution}/$LATEST",
        campaignConfig={"syncWithLatestSolutionVersion": True})["campaignArn"]
    activate(personalize, arn)
    newest = train(personalize, own.solution)
    deadline = time.monotonic() + 60
    while personalize.describe_campaign(campaignArn=arn)["campaign"]["solutionVersionArn"] != newest:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    personalize.delete_campaign(campaignArn=arn)
    wait_until_gone(personalize, arn)


def test_the_new_version_is_served_after_a_restart(own_palate):
    stack = Stack(own_palate, "again")
    stack.import_data()
    stack.train(POPULARITY)
    stack.deploy()
    second = train(stack.personalize, stack.solution)
    update_and_wait(stack.personalize, stack.campaign, solutionVersionArn=second)
    own_palate.kill()
    own_palate.start()
    campaign = own_palate.client("personalize").describe_campaign(campaignArn=stack.campaign)["campaign"]
    assert campaign["solutionVersionArn"] == second and campaign["status"] == "ACTIVE"
    assert own_palate.client("personalize-runtime").get_recommendations(
        campaignArn=stack.campaign, userId="u0")["itemList"]


def test_an_update_of_what_is_not_there_is_refused(own, personalize):
    missing = own.campaign + "-none"
    assert error_code(personalize.update_campaign, campaignArn=missing) == "ResourceNotFoundException"
    assert error_code(
        personalize.update_campaign, campaignArn=own.campaign,
        solutionVersionArn=f"{own.solution}/00000000") == "ResourceNotFoundException"


def test_a_training_can_be_stopped(palate):
    stack = Stack(palate, "stopping", interactions_csv(users=3000, items=1500, events=40))
    stack.import_data()
    solution = create_solution(stack.personalize, "stopping", stack.group, USER_PERSONALIZATION)
    arn = stack.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    stack.personalize.stop_solution_version_creation(solutionVersionArn=arn)
    deadline = time.monotonic() + 60
    while True:
        version = stack.personalize.describe_solution_version(solutionVersionArn=arn)["solutionVersion"]
        if version["status"] == "CREATE STOPPED":
            break
        assert version["status"] == "CREATE STOPPING" and time.monotonic() < deadline
        time.sleep(0.05)
    assert error_code(
        stack.personalize.stop_solution_version_creation, solutionVersionArn=arn) == "InvalidInputException"
    stack.personalize.delete_solution(solutionArn=solution)
    wait_until_gone(stack.personalize, solution)


def test_a_solution_changes_its_automatic_training(own, personalize, unique):
    arn = create_solution(personalize, unique, own.group, POPULARITY)
    assert "latestSolutionUpdate" not in personalize.describe_solution(solutionArn=arn)["solution"]
    personalize.update_solution(
        solutionArn=arn, performAutoTraining=True,
        solutionUpdateConfig={"autoTrainingConfig": {"schedulingExpression": "rate(3 days)"}})
    solution = personalize.describe_solution(solutionArn=arn)["solution"]
    assert solution["performAutoTraining"] is True
    assert solution["solutionConfig"]["autoTrainingConfig"]["schedulingExpression"] == "rate(3 days)"
    update = solution["latestSolutionUpdate"]
    assert update["status"] == "ACTIVE" and update["performAutoTraining"] is True
    code, message = error_of(
        personalize.update_solution, solutionArn=arn,
        solutionUpdateConfig={"autoTrainingConfig": {"schedulingExpression": "rate(40 days)"}})
    assert code == "InvalidInputException" and "1 to 30" in message
    personalize.delete_solution(solutionArn=arn)
    wait_until_gone(personalize, arn)


def test_a_version_asked_for_is_of_the_manual_type(own, personalize):
    version = personalize.describe_solution_version(solutionVersionArn=own.second)["solutionVersion"]
    assert version["trainingType"] == "MANUAL"
