import json
import sqlite3
import time

import pytest
from datasets import create_tracker
from scenario import (
    METRICS, POPULARITY, USER_PERSONALIZATION, Stack, activate, create_solution, describe, error_of, settle,
    start_import, train, wait_until_gone)


def version_of(personalize, solution, mode):
    arn = personalize.create_solution_version(solutionArn=solution, trainingMode=mode)["solutionVersionArn"]
    version = settle(personalize, arn)
    assert version["status"] == "ACTIVE", version.get("failureReason")
    return version


def test_an_update_brings_new_items_into_recommendations(palate, s3, personalize, runtime, unique):
    stack = Stack(palate, unique)
    stack.import_data()
    solution = create_solution(personalize, unique, stack.group)
    code, message = error_of(personalize.create_solution_version, solutionArn=solution, trainingMode="UPDATE")
    assert code == "InvalidInputException" and "UPDATE" in message and "FULL" in message
    full = version_of(personalize, solution, "FULL")
    campaign = personalize.create_campaign(
        name=unique, solutionVersionArn=f"{solution}/$LATEST",
        campaignConfig={"syncWithLatestSolutionVersion": True})["campaignArn"]
    activate(personalize, campaign)

    newest = max(int(line.split(",")[2]) for line in stack.csv.splitlines()[1:])
    newcomers = [f"n{user},{item},{newest + 10 * user + step},click"
                 for user in range(60) for step, item in enumerate(["i0", "brand-new", "i1"])]
    s3.put_object(
        Bucket=f"{unique}-bucket", Key="more.csv", Body=(stack.csv + "\n".join(newcomers) + "\n").encode())
    activate(personalize, start_import(
        personalize, f"{unique}-more", stack.dataset, f"s3://{unique}-bucket/more.csv", stack.role))
    update = version_of(personalize, solution, "UPDATE")
    assert update["trainingMode"] == "UPDATE" and update["trainingType"] == "MANUAL"
    versions = personalize.list_solution_versions(solutionArn=solution)["solutionVersions"]
    assert [version["trainingMode"] for version in versions] == ["FULL", "UPDATE"]
    metrics = [personalize.get_solution_metrics(solutionVersionArn=version["solutionVersionArn"])["metrics"]
               for version in (full, update)]
    assert metrics[0] == metrics[1] and set(metrics[0]) == METRICS

    deadline = time.monotonic() + 60
    while describe(personalize, campaign)["solutionVersionArn"] != update["solutionVersionArn"]:
        assert time.monotonic() < deadline, "the campaign does not follow"
        time.sleep(0.05)
    answer = runtime.get_recommendations(campaignArn=campaign, userId="stranger", numResults=100)["itemList"]
    assert "brand-new" in [item["itemId"] for item in answer[:20]]
    known = runtime.get_recommendations(campaignArn=campaign, userId="n5", numResults=10)["itemList"]
    assert known and known != answer[:10]
    personalize.delete_campaign(campaignArn=campaign)
    wait_until_gone(personalize, campaign)


def test_a_solution_that_keeps_itself_up_to_date_learns_what_was_streamed(own_palate):
    """The clock cannot be moved from outside, so the version is made half an hour older while the server is down."""
    stack = Stack(own_palate, "incremental")
    stack.import_data()
    solution = create_solution(stack.personalize, "incremental", stack.group, performIncrementalUpdate=True)
    full = train(stack.personalize, solution)
    campaign = stack.personalize.create_campaign(
        name="incremental", solutionVersionArn=f"{solution}/$LATEST",
        campaignConfig={"syncWithLatestSolutionVersion": True})["campaignArn"]
    activate(stack.personalize, campaign)
    _, tracking = create_tracker(stack.personalize, "incremental", stack.group)
    events = own_palate.client("personalize-events")
    for user in range(60):
        events.put_events(trackingId=tracking, userId=f"n{user}", sessionId="s", eventList=[
            {"eventType": "click", "sentAt": 1_750_000_000 + step, "itemId": item}
            for step, item in enumerate(["i0", "brand-new", "i1"])])
    own_palate.kill()
    with sqlite3.connect(own_palate.data_dir / "palate.sqlite") as database:
        [(document,)] = database.execute("SELECT document FROM resource WHERE arn = ?", (full,)).fetchall()
        version = json.loads(document)
        version["header"]["lastUpdated"] -= 1801
        database.execute("UPDATE resource SET document = ? WHERE arn = ?", (json.dumps(version).encode(), full))
    database.close()
    own_palate.start()
    personalize = own_palate.client("personalize")
    deadline = time.monotonic() + 120
    while describe(personalize, campaign)["solutionVersionArn"] == full:
        assert time.monotonic() < deadline, "the campaign does not follow"
        time.sleep(0.05)
    versions = personalize.list_solution_versions(solutionArn=solution)["solutionVersions"]
    assert [version["trainingMode"] for version in versions] == ["FULL", "UPDATE"]
    assert versions[1]["trainingType"] == "AUTOMATIC"
    answer = own_palate.client("personalize-runtime").get_recommendations(
        campaignArn=campaign, userId="stranger", numResults=20)["itemList"]
    assert "brand-new" in [item["itemId"] for item in answer]


def test_a_light_event_type_weighs_less(stack, personalize, runtime, unique):
    def best(weights):
        name = f"{unique}-{'-'.join(weights)}"
        configuration = {"eventsConfig": {"eventParametersList": [
            {"eventType": kind, "weight": weight} for kind, weight in weights.items()]}}
        solution = create_solution(personalize, name, stack.group, POPULARITY, solutionConfig=configuration)
        version = train(personalize, solution)
        metrics = personalize.get_solution_metrics(solutionVersionArn=version)["metrics"]
        weighted = {f"normalized_discounted_cumulative_gain_with_event_weights_at_{k}" for k in (5, 10, 25)}
        assert set(metrics) == METRICS | weighted
        campaign = personalize.create_campaign(name=name, solutionVersionArn=version)["campaignArn"]
        activate(personalize, campaign)
        answer = runtime.get_recommendations(campaignArn=campaign, userId="stranger", numResults=90)["itemList"]
        personalize.delete_campaign(campaignArn=campaign)
        wait_until_gone(personalize, campaign)
        return [item["itemId"] for item in answer]

    weights = {"click": 0.9, "watch": 0.1}
    expected = {}
    for line in stack.csv.splitlines()[1:]:
        _, item, _, kind = line.split(",")
        expected[item] = expected.get(item, 0) + weights[kind]
    answer = best(weights)
    rewards = [round(expected[item], 6) for item in answer]
    assert rewards == sorted(rewards, reverse=True)


def test_the_best_recipe_is_found_and_reported(stack, personalize, unique):
    solution = personalize.create_solution(
        name=unique, datasetGroupArn=stack.group, performAutoML=True, performAutoTraining=False,
        solutionConfig={"autoMLConfig": {
            "metricName": "coverage", "recipeList": [POPULARITY, USER_PERSONALIZATION]}})["solutionArn"]
    settle(personalize, solution)
    version = describe(personalize, train(personalize, solution))
    described = describe(personalize, solution)
    assert described["performAutoML"] and described["performHPO"] and "recipeArn" not in described
    assert described["autoMLResult"]["bestRecipeArn"] == version["recipeArn"] == USER_PERSONALIZATION
    personalize.delete_solution(solutionArn=solution)
    wait_until_gone(personalize, solution)


@pytest.mark.parametrize("arguments,word", [
    ({"performAutoML": True, "recipeArn": POPULARITY}, "recipeArn"),
    ({"performAutoML": True, "performHPO": False}, "performHPO"),
    ({"performAutoML": True, "solutionConfig": {"autoMLConfig": {"metricName": "accuracy"}}}, "metricName"),
    ({"recipeArn": POPULARITY, "performIncrementalUpdate": True}, "performIncrementalUpdate"),
    ({"recipeArn": POPULARITY, "solutionConfig": {"optimizationObjective": {
        "itemAttribute": "PRICE", "objectiveSensitivity": "LOW"}}}, "optimizationObjective"),
])
def test_what_contradicts_itself_is_refused_and_named(stack, personalize, arguments, word):
    code, message = error_of(
        personalize.create_solution, name="refused", datasetGroupArn=stack.group, **arguments)
    assert code == "InvalidInputException" and word in message
