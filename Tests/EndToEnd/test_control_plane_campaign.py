import pytest
from botocore.config import Config
from scenario import activate, error_code, error_of, popularity, wait_until_gone
from conftest import ACCOUNT, REGION


def items(runtime, campaign, user, **options):
    return [
        item["itemId"]
        for item in runtime.get_recommendations(campaignArn=campaign, userId=user, **options)["itemList"]]


def test_a_campaign_describes_what_it_was_given(stack, personalize, unique):
    configuration = {"itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"}}
    arn = personalize.create_campaign(
        name=unique, solutionVersionArn=stack.version, minProvisionedTPS=2, campaignConfig=configuration)["campaignArn"]
    assert arn == f"arn:aws:personalize:{REGION}:{ACCOUNT}:campaign/{unique}"
    campaign = activate(personalize, arn)
    assert campaign["solutionVersionArn"] == stack.version and campaign["minProvisionedTPS"] == 2
    assert campaign["campaignConfig"]["itemExplorationConfig"] == configuration["itemExplorationConfig"]
    personalize.delete_campaign(campaignArn=arn)
    wait_until_gone(personalize, arn)


def test_the_latest_version_can_be_asked_for(stack, personalize, unique):
    arn = personalize.create_campaign(
        name=unique, solutionVersionArn=f"{stack.solution}/$LATEST")["campaignArn"]
    assert activate(personalize, arn)["solutionVersionArn"] in (stack.version, f"{stack.solution}/$LATEST")
    personalize.delete_campaign(campaignArn=arn)
    wait_until_gone(personalize, arn)


@pytest.mark.parametrize("change,word", [
    ({"minProvisionedTPS": -1}, "minProvisionedTPS"),
    ({"campaignConfig": {"itemExplorationConfig": {"explorationWeight": "2"}}}, "explorationWeight"),
    ({"campaignConfig": {"itemExplorationConfig": {"explorationItemAgeCutOff": "-1"}}}, "explorationItemAgeCutOff"),
    ({"campaignConfig": {"itemExplorationConfig": {"explorationTaste": "1"}}}, "explorationTaste"),
    ({"campaignConfig": {"rankingInfluence": {"POPULARITY": 1.5}}}, "campaignConfig.rankingInfluence"),
    ({"name": "a b"}, "name"), ({"solutionVersionArn": "nonsense"}, "solutionVersionArn"),
])
def test_input_that_breaks_a_constraint_is_refused_and_named(palate, stack, change, word):
    personalize = palate.client("personalize", config=Config(parameter_validation=False))
    arguments = {"name": "refused", "solutionVersionArn": stack.version, "minProvisionedTPS": 1} | change
    code, message = error_of(personalize.create_campaign, **arguments)
    assert code == "InvalidInputException" and word in message


def test_a_campaign_needs_a_version_that_exists(stack, personalize):
    assert error_code(
        personalize.create_campaign, name="x", solutionVersionArn=f"{stack.solution}/00000000",
    ) == "ResourceNotFoundException"


def test_a_second_campaign_of_one_name_is_refused(stack, personalize):
    assert error_code(
        personalize.create_campaign, name=stack.campaign.rsplit("/", 1)[1],
        solutionVersionArn=stack.version) == "ResourceAlreadyExistsException"


def test_users_get_items_of_the_catalogue_best_first(stack, runtime):
    catalogue = popularity(stack.csv)
    for user in ("u0", "u1", "u2"):
        answer = runtime.get_recommendations(campaignArn=stack.campaign, userId=user)
        names = [item["itemId"] for item in answer["itemList"]]
        scores = [item["score"] for item in answer["itemList"]]
        assert len(set(names)) == 25 and set(names) <= set(catalogue)
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
    assert items(runtime, stack.campaign, "u0") != items(runtime, stack.campaign, "u1")


def test_an_unknown_user_gets_what_is_popular(stack, runtime):
    counts = popularity(stack.csv)
    threshold = sorted(counts.values(), reverse=True)[24]
    assert all(counts[item] >= threshold for item in items(runtime, stack.campaign, "a stranger"))


@pytest.mark.parametrize("count", [1, 5, 50, 500])
def test_as_many_items_are_given_as_asked_for(stack, runtime, count):
    assert len(items(runtime, stack.campaign, "u0", numResults=count)) == min(count, len(popularity(stack.csv)))


def test_longer_lists_begin_with_the_shorter(stack, runtime):
    assert items(runtime, stack.campaign, "u0", numResults=50)[:10] == items(
        runtime, stack.campaign, "u0", numResults=10)


@pytest.mark.parametrize("arguments,code", [
    ({"userId": "u0"}, "InvalidInputException"),
    ({"campaignArn": f"arn:aws:personalize:{REGION}:{ACCOUNT}:campaign/none", "userId": "u0"},
     "ResourceNotFoundException"),
    ({"campaignArn": "nonsense", "userId": "u0"}, "InvalidInputException"),
    ({"campaignArn": None}, "InvalidInputException"),
    ({"campaignArn": None, "userId": "u" * 257}, "InvalidInputException"),
    ({"campaignArn": None, "userId": "u0", "numResults": 501}, "InvalidInputException"),
    ({"campaignArn": None, "userId": "u0", "numResults": -1}, "InvalidInputException"),
    ({"campaignArn": None, "userId": "u0", "context": {"a b": "c"}}, "InvalidInputException"),
    ({"campaignArn": None, "userId": "u0",
      "filterArn": f"arn:aws:personalize:{REGION}:{ACCOUNT}:filter/none"}, "ResourceNotFoundException"),
])
def test_requests_that_cannot_be_answered_are_refused(palate, stack, arguments, code):
    runtime = palate.client("personalize-runtime", config=Config(parameter_validation=False))
    if "campaignArn" in arguments and arguments["campaignArn"] is None:
        arguments = arguments | {"campaignArn": stack.campaign}
    found, message = error_of(runtime.get_recommendations, **arguments)
    assert found == code and message


def test_errors_become_the_modelled_exceptions_of_both_clients(stack, personalize, runtime):
    missing = f"arn:aws:personalize:{REGION}:{ACCOUNT}:campaign/none"
    with pytest.raises(personalize.exceptions.ResourceNotFoundException):
        personalize.describe_campaign(campaignArn=missing)
    with pytest.raises(runtime.exceptions.ResourceNotFoundException):
        runtime.get_recommendations(campaignArn=missing, userId="u")
    with pytest.raises(runtime.exceptions.InvalidInputException) as error:
        runtime.get_recommendations(campaignArn="nonsense", userId="u")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error.value.response["ResponseMetadata"]["RequestId"]
