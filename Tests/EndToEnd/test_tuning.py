import pytest
from scenario import POPULARITY, USER_PERSONALIZATION, activate, create_solution, error_of, train, wait_until_gone


def test_tuning_reports_the_best_parameters(stack, personalize, unique):
    configuration = {"hpoConfig": {
        "hpoObjective": {"type": "Maximize", "metricName": "precision_at_10"},
        "hpoResourceConfig": {"maxNumberOfTrainingJobs": "3", "maxParallelTrainingJobs": "2"},
        "algorithmHyperParameterRanges": {
            "integerHyperParameterRanges": [{"name": "bptt", "minValue": 2, "maxValue": 16}],
            "categoricalHyperParameterRanges": [{"name": "recency_mask", "values": ["true", "false"]}]},
    }}
    solution = create_solution(personalize, unique, stack.group, performHPO=True, solutionConfig=configuration)
    version = personalize.describe_solution_version(
        solutionVersionArn=train(personalize, solution))["solutionVersion"]
    tuned = version["tunedHPOParams"]["algorithmHyperParameters"]
    assert version["performHPO"] is True and set(tuned) == {"bptt", "recency_mask"}
    assert 2 <= int(tuned["bptt"]) <= 32 and tuned["recency_mask"] in ("true", "false")
    personalize.delete_solution(solutionArn=solution)
    wait_until_gone(personalize, solution)


@pytest.mark.parametrize("recipe,configuration,word", [
    (USER_PERSONALIZATION, {"hpoObjective": {"metricName": "accuracy"}}, "metricName"),
    (USER_PERSONALIZATION, {"hpoResourceConfig": {"maxNumberOfTrainingJobs": "100"}}, "maxNumberOfTrainingJobs"),
    (USER_PERSONALIZATION, {"algorithmHyperParameterRanges": {
        "integerHyperParameterRanges": [{"name": "hidden_dimension", "minValue": 1, "maxValue": 9}]}},
     "hidden_dimension"),
    (POPULARITY, {}, "no hyperparameters to tune"),
])
def test_a_tuning_that_cannot_be_is_refused_and_named(stack, personalize, recipe, configuration, word):
    code, message = error_of(
        personalize.create_solution, name="refused", datasetGroupArn=stack.group, recipeArn=recipe, performHPO=True,
        solutionConfig={"hpoConfig": configuration})
    assert code == "InvalidInputException" and word in message


@pytest.mark.parametrize("configuration,word", [
    ({"optimizationObjective": {"itemAttribute": "PRICE", "objectiveSensitivity": "HIGH"}}, "itemAttribute"),
    ({"trainingDataConfig": {"excludedDatasetColumns": {"INTERACTIONS": ["NONE"]}}}, "NONE"),
    ({"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["PRICE"]}}}, "ITEMS"),
    ({"eventsConfig": {"eventParametersList": [{"eventType": "watch"}, {"eventType": "watch"}]}}, "eventType"),
    ({"eventsConfig": {"eventParametersList": [{"eventType": "watch"}]}, "eventValueThreshold": "1"}, "eventsConfig"),
])
def test_what_training_cannot_honour_is_refused_and_named(stack, personalize, configuration, word):
    code, message = error_of(
        personalize.create_solution, name="refused", datasetGroupArn=stack.group, recipeArn=USER_PERSONALIZATION,
        solutionConfig=configuration)
    assert code == "InvalidInputException" and word in message


def test_events_config_chooses_the_event_types(stack, personalize, runtime, unique):
    configuration = {"eventsConfig": {"eventParametersList": [
        {"eventType": "click", "weight": 1.0}, {"eventType": "watch", "weight": 0.0}]}}
    solution = create_solution(personalize, unique, stack.group, POPULARITY, solutionConfig=configuration)
    campaign = personalize.create_campaign(
        name=unique, solutionVersionArn=train(personalize, solution))["campaignArn"]
    activate(personalize, campaign)
    clicks = {}
    for line in stack.csv.splitlines()[1:]:
        _, item, _, kind = line.split(",")
        if kind == "click":
            clicks[item] = clicks.get(item, 0) + 1
    answer = runtime.get_recommendations(campaignArn=campaign, userId="u0", numResults=10)["itemList"]
    assert [clicks[item["itemId"]] for item in answer] == sorted(clicks.values(), reverse=True)[:10]
    personalize.delete_campaign(campaignArn=campaign)
    wait_until_gone(personalize, campaign)
