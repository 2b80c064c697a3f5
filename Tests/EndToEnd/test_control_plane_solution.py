import pytest
from scenario import (
    METRICS, POPULARITY, USER_PERSONALIZATION, Stack, activate, create_group, create_solution, describe, error_code,
    error_of, interactions_csv, popularity, settle, start_import, train, wait_until_gone,
)
from conftest import ACCOUNT, REGION


def test_recipes_are_listed_and_described(personalize):
    recipes = {recipe["recipeArn"]: recipe for recipe in personalize.list_recipes(recipeProvider="SERVICE")["recipes"]}
    assert {USER_PERSONALIZATION, POPULARITY} <= set(recipes)
    for arn, summary in recipes.items():
        recipe = personalize.describe_recipe(recipeArn=arn)["recipe"]
        assert summary["status"] == recipe["status"] == "ACTIVE"
        assert recipe["recipeArn"] == arn == f"arn:aws:personalize:::recipe/{recipe['name']}"
        assert recipe["algorithmArn"].startswith("arn:aws:personalize:::algorithm/")
        assert recipe["featureTransformationArn"].startswith("arn:aws:personalize:::feature-transformation/")
        assert recipe["description"] and recipe["recipeType"]


def test_a_solution_describes_what_it_was_given(stack, personalize, unique):
    configuration = {"algorithmHyperParameters": {"hidden_dimension": "64"}, "eventValueThreshold": "0.5"}
    arn = create_solution(
        personalize, unique, stack.group, eventType="watch", solutionConfig=configuration)
    assert arn == f"arn:aws:personalize:{REGION}:{ACCOUNT}:solution/{unique}"
    solution = personalize.describe_solution(solutionArn=arn)["solution"]
    assert solution["datasetGroupArn"] == stack.group and solution["recipeArn"] == USER_PERSONALIZATION
    assert solution["eventType"] == "watch" and solution["solutionConfig"] == configuration
    assert solution["performAutoML"] is False and solution["performHPO"] is False
    personalize.delete_solution(solutionArn=arn)
    wait_until_gone(personalize, arn)


def test_a_solution_shows_its_latest_version(stack, personalize):
    solution = personalize.describe_solution(solutionArn=stack.solution)["solution"]
    assert solution["latestSolutionVersion"]["solutionVersionArn"] == stack.version
    assert solution["latestSolutionVersion"]["status"] == "ACTIVE"


def test_a_version_says_how_it_was_trained(stack, personalize):
    version = personalize.describe_solution_version(solutionVersionArn=stack.version)["solutionVersion"]
    assert version["solutionArn"] == stack.solution and version["datasetGroupArn"] == stack.group
    assert version["recipeArn"] == USER_PERSONALIZATION and version["trainingMode"] == "FULL"
    assert version["trainingHours"] >= 0 and "failureReason" not in version


def test_metrics_have_the_names_of_the_managed_service(stack, personalize):
    metrics = personalize.get_solution_metrics(solutionVersionArn=stack.version)["metrics"]
    assert set(metrics) == METRICS
    assert metrics["precision_at_25"] > 0.05


def test_popularity_recommends_by_the_number_of_events(palate, stack, runtime, unique):
    personalize = stack.personalize
    solution = create_solution(personalize, unique, stack.group, POPULARITY)
    version = train(personalize, solution)
    campaign = personalize.create_campaign(name=unique, solutionVersionArn=version)["campaignArn"]
    activate(personalize, campaign)
    lists = [
        [item["itemId"] for item in runtime.get_recommendations(campaignArn=campaign, userId=user)["itemList"]]
        for user in ("u1", "u2", "somebody")]
    assert lists[0] == lists[1] == lists[2] and len(lists[0]) == 25
    personalize.delete_campaign(campaignArn=campaign)
    wait_until_gone(personalize, campaign)
    personalize.delete_solution(solutionArn=solution)
    wait_until_gone(personalize, solution)
    assert error_code(
        personalize.describe_solution_version, solutionVersionArn=version) == "ResourceNotFoundException"


def test_training_without_data_fails_with_a_reason(personalize, unique):
    group = create_group(personalize, unique)
    answers = []
    try:
        solution = create_solution(personalize, unique, group, POPULARITY)
        version = settle(
            personalize, personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"])
        answers.append((version["status"], version["failureReason"]))
        assert error_code(
            personalize.create_campaign, name=unique,
            solutionVersionArn=version["solutionVersionArn"]) == "InvalidInputException"
        assert error_code(
            personalize.get_solution_metrics,
            solutionVersionArn=version["solutionVersionArn"]) in ("InvalidInputException", "ResourceInUseException")
    except personalize.exceptions.ResourceInUseException as error:
        answers.append(("CREATE FAILED", str(error)))
    except personalize.exceptions.InvalidInputException as error:
        answers.append(("CREATE FAILED", str(error)))
    assert answers[0][0] == "CREATE FAILED" and answers[0][1]


@pytest.mark.parametrize("configuration,word", [
    ({"algorithmHyperParameters": {"hidden_dimension": "1000000"}}, "hidden_dimension"),
    ({"algorithmHyperParameters": {"hidden_dimension": "many"}}, "hidden_dimension"),
    ({"algorithmHyperParameters": {"hidden_dimensions": "64"}}, "hidden_dimensions"),
    ({"algorithmHyperParameters": {"recency_mask": "maybe"}}, "recency_mask"),
    ({"featureTransformationParameters": {"max_user_history_length_percentile": "1.5"}},
     "max_user_history_length_percentile"),
    ({"eventValueThreshold": "much"}, "eventValueThreshold"),
    ({"eventsConfig": {"eventParametersList": [{"eventType": "watch", "weight": 0.5},
                                               {"eventType": "click", "weight": 1.5}]}},
     "'solutionConfig.eventsConfig.eventParametersList.2.member.weight'"),
    ({"optimizationObjective": {"itemAttribute": "PRICE", "objectiveSensitivity": "EXTREME"}},
     "'solutionConfig.optimizationObjective.objectiveSensitivity'"),
    ({"autoTrainingConfig": {"schedulingExpression": "rate(a days)"}},
     "'solutionConfig.autoTrainingConfig.schedulingExpression'"),
])
def test_a_solution_configuration_that_cannot_be_is_refused_and_named(stack, personalize, unique, configuration, word):
    code, message = error_of(
        personalize.create_solution, name="refused", datasetGroupArn=stack.group, recipeArn=USER_PERSONALIZATION,
        solutionConfig=configuration)
    assert code == "InvalidInputException" and word in message


def test_a_solution_needs_a_recipe_and_a_group_that_exist(stack, personalize):
    create = personalize.create_solution
    assert error_code(create, name="x", datasetGroupArn=stack.group,
                      recipeArn="arn:aws:personalize:::recipe/none") in (
        "ResourceNotFoundException", "InvalidInputException")
    assert error_code(create, name="x", recipeArn=POPULARITY,
                      datasetGroupArn=f"arn:aws:personalize:{REGION}:{ACCOUNT}:dataset-group/none",
                      ) == "ResourceNotFoundException"
    assert error_code(create, name="x", datasetGroupArn=stack.group) == "InvalidInputException"


def test_a_second_solution_of_one_name_is_refused(stack, personalize):
    name = stack.solution.rsplit("/", 1)[1]
    assert error_code(
        personalize.create_solution, name=name, datasetGroupArn=stack.group,
        recipeArn=POPULARITY) == "ResourceAlreadyExistsException"


def test_a_solution_with_a_campaign_is_not_deleted(stack, personalize):
    assert error_code(personalize.delete_solution, solutionArn=stack.solution) == "ResourceInUseException"
    assert personalize.describe_solution(solutionArn=stack.solution)["solution"]["status"] == "ACTIVE"


def test_the_same_data_and_recipe_give_the_same_metrics(palate, unique):
    stack = Stack(palate, unique[:30])
    stack.import_data()
    first = stack.train()
    second = train(stack.personalize, stack.solution)
    metrics = [stack.personalize.get_solution_metrics(solutionVersionArn=arn)["metrics"] for arn in (first, second)]
    assert metrics[0] == metrics[1]


def test_what_is_being_made_cannot_be_used_or_deleted(palate, unique):
    personalize = palate.client("personalize")
    stack = Stack(palate, unique[:30], interactions_csv(users=600))
    job = start_import(personalize, unique, stack.dataset, stack.location, stack.role)
    assert error_code(personalize.delete_dataset, datasetArn=stack.dataset) == "ResourceInUseException"
    activate(personalize, job)
    solution = create_solution(personalize, unique, stack.group)
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    assert error_code(personalize.delete_solution, solutionArn=solution) == "ResourceInUseException"
    assert error_code(personalize.delete_dataset, datasetArn=stack.dataset) == "ResourceInUseException"
    assert error_code(
        personalize.create_campaign, name=unique, solutionVersionArn=version) == "ResourceInUseException"
    assert error_code(personalize.get_solution_metrics, solutionVersionArn=version) == "ResourceInUseException"
    activate(personalize, version)
    personalize.delete_solution(solutionArn=solution)
    wait_until_gone(personalize, solution)
    personalize.delete_dataset(datasetArn=stack.dataset)
    wait_until_gone(personalize, stack.dataset)


def test_states_only_go_forward(palate, unique):
    order = ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]
    stack = Stack(palate, unique[:30])
    stack.import_data()
    solution = create_solution(stack.personalize, unique, stack.group)
    version = stack.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    seen = []
    while not seen or seen[-1][0] != "ACTIVE":
        resource = describe(stack.personalize, version)
        seen.append((resource["status"], resource["lastUpdatedDateTime"]))
        assert resource["creationDateTime"] <= resource["lastUpdatedDateTime"]
    places = [order.index(status) for status, _ in seen]
    assert places == sorted(places) and "CREATE IN_PROGRESS" in [status for status, _ in seen]
    assert [moment for _, moment in seen] == sorted(moment for _, moment in seen)


def test_only_the_chosen_events_are_trained_on(palate, unique):
    stack = Stack(palate, unique[:30])
    stack.import_data()
    clicks = "\n".join(line for line in stack.csv.splitlines() if not line.endswith(",watch"))
    best = max(popularity(clicks).values())
    solution = create_solution(stack.personalize, unique, stack.group, POPULARITY, eventType="click")
    version = train(stack.personalize, solution)
    campaign = stack.personalize.create_campaign(name=unique, solutionVersionArn=version)["campaignArn"]
    activate(stack.personalize, campaign)
    answer = palate.client("personalize-runtime").get_recommendations(
        campaignArn=campaign, userId="stranger", numResults=1)
    assert popularity(clicks)[answer["itemList"][0]["itemId"]] == best


def test_an_event_type_that_no_event_has_fails_the_training(stack, personalize, unique):
    solution = create_solution(personalize, unique, stack.group, POPULARITY, eventType="purchase")
    version = settle(personalize, personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"])
    assert version["status"] == "CREATE FAILED" and version["failureReason"]
    personalize.delete_solution(solutionArn=solution)
    wait_until_gone(personalize, solution)
