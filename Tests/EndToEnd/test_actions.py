"""GetActionRecommendations and the recipe behind it."""

import random
import time
import uuid

import pytest

from datasets import field, metadata_dataset, schema
from scenario import (
    POPULARITY, Stack, activate, create_bucket, create_solution, error_of, settle,
    start_import, train,
)

ACTIONS_RECIPE = "arn:aws:personalize:::recipe/aws-next-best-action"
DAY = 86_400
NOW = int(time.time())
ACTIONS = schema(
    "Actions", field("ACTION_ID"), field("VALUE", ["null", "long"]), field("CATEGORY", ["null", "string"], categorical=True),
    field("EXPIRATION_TIMESTAMP", ["null", "long"]), field("REPEAT_FREQUENCY", ["null", "long"]))
ACTION_INTERACTIONS = schema(
    "ActionInteractions", field("USER_ID"), field("ACTION_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE"))
USERS = schema("Users", field("USER_ID"), field("AGE", ["null", "int"]))
# Even users take a0 and a2, odd users a1 and a3; nobody was ever offered the cold ones.
ROWS = [
    ("a0", 5, "shop", "", ""), ("a1", 5, "shop", "", ""), ("a2", 1, "club", "", 7), ("a3", 9, "club", "", ""),
    ("gone", 10, "club", NOW - DAY, ""), ("later", 2, "shop", NOW + 30 * DAY, ""), ("cold", 3, "club", "", ""),
]


def actions_csv():
    return "ACTION_ID,VALUE,CATEGORY,EXPIRATION_TIMESTAMP,REPEAT_FREQUENCY\n" + "".join(
        ",".join(str(cell) for cell in row) + "\n" for row in ROWS)


def action_interactions_csv(users=60, seed=4):
    generator = random.Random(seed)
    lines = ["USER_ID,ACTION_ID,TIMESTAMP,EVENT_TYPE"]
    for user in range(users):
        for day in range(38, 9, -1):
            action = generator.randrange(5)
            name = "gone" if action == 4 else f"a{action}"
            moment = NOW - day * DAY + generator.randrange(DAY)
            likes = action == 4 or action % 2 == user % 2
            lines.append(f"u{user},{name},{moment},Viewed")
            if generator.random() < (0.6 if likes else 0.1):
                lines.append(f"u{user},{name},{moment + 5},Taken")
            elif generator.random() < 0.5:
                lines.append(f"u{user},{name},{moment + 5},Not taken")
    return "\n".join(lines) + "\n"


class Offers(Stack):
    """Item interactions, actions and action interactions behind a campaign."""

    def __init__(self, server, prefix, interactions=action_interactions_csv()):
        super().__init__(server, prefix)
        self.server = server
        self.runtime = server.client("personalize-runtime")
        self.events = server.client("personalize-events")
        self.import_data()
        self.actions = self.dataset_of("Actions", ACTIONS, actions_csv())
        self.interactions = self.dataset_of("Action_Interactions", ACTION_INTERACTIONS, interactions)
        self.tracking = self.personalize.describe_dataset(
            datasetArn=self.interactions)["dataset"]["trackingId"]
        self.dataset_of("Users", USERS, "USER_ID,AGE\n" + "".join(f"u{user},{20 + user}\n" for user in range(60)))
        self.train(ACTIONS_RECIPE)
        self.deploy()

    def dataset_of(self, kind, fields, csv_text):
        name = f"{self.prefix}-{kind}".replace("_", "-").lower()
        dataset = metadata_dataset(self.personalize, name, self.group, fields, kind)
        if csv_text:
            bucket = create_bucket(self.server.client("s3"), name, {"data.csv": csv_text})
            activate(self.personalize, start_import(
                self.personalize, name, dataset, f"s3://{bucket}/data.csv", self.role))
        return dataset

    def get(self, user, **options):
        answer = self.runtime.get_action_recommendations(
            campaignArn=options.pop("campaign", self.campaign), userId=user, **options)
        assert answer["recommendationId"].startswith("RID-")
        return answer["actionList"]

    def filter(self, name, expression):
        arn = self.personalize.create_filter(
            name=f"{self.prefix}-{name}", datasetGroupArn=self.group, filterExpression=expression)["filterArn"]
        activate(self.personalize, arn)
        return arn

    def put(self, user, action, kind, moment=None):
        self.events.put_action_interactions(trackingId=self.tracking, actionInteractions=[{
            "actionId": action, "userId": user, "sessionId": "s", "eventType": kind,
            "timestamp": NOW if moment is None else moment, "eventId": uuid.uuid4().hex}])


def names(actions):
    return [action["actionId"] for action in actions]


def scored(actions):
    return [action["actionId"] for action in actions if action["score"] > 0]


@pytest.fixture(scope="module")
def offers(palate):
    return Offers(palate, "offers")


def test_actions_are_in_the_order_of_the_probability_that_the_user_takes_them(offers):
    # What a user happened to take may mislead, but not often.
    liked = [{f"a{user % 2}", f"a{user % 2 + 2}"} for user in range(60)]
    agreeing = [set(scored(offers.get(f"u{user}"))[:2]) == liked[user] for user in range(60)]
    assert sum(agreeing) >= 48
    for user in ("u1", "u2", "nobody"):
        scores = [action["score"] for action in offers.get(user, numResults=100)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_probabilities_are_on_the_level_of_what_was_taken(offers):
    liked, others = [], []
    for user in range(60):
        for action in offers.get(f"u{user}", numResults=100):
            if action["score"] > 0:
                (liked if int(action["actionId"][1]) % 2 == user % 2 else others).append(action["score"])
    # Three views in the fourteen days to come, each taken with probability 0.6 or 0.1.
    assert 0.6 < sum(liked) / len(liked) < 0.95
    assert 0.1 < sum(others) / len(others) < 0.5


def test_five_actions_are_the_default_and_the_last_is_one_to_explore(offers):
    actions = offers.get("u1")
    assert len(actions) == 5
    assert scored(actions) == names(actions)[:4]
    assert actions[4]["actionId"] in ("later", "cold") and actions[4]["score"] == 0
    assert {offers.get("u1")[4]["actionId"] for _ in range(60)} == {"later", "cold"}
    assert len(offers.get("u1", numResults=2)) == 2 and offers.get("u1", numResults=0) == []


def test_expired_actions_are_not_recommended(offers):
    assert sorted(names(offers.get("u1", numResults=100))) == ["a0", "a1", "a2", "a3", "cold", "later"]


def test_a_user_without_action_interactions_gets_scores(offers):
    actions = offers.get("nobody", numResults=100)
    assert sorted(scored(actions)) == ["a0", "a1", "a2", "a3"]


def test_an_action_that_the_user_met_waits_for_its_repeat_frequency(offers):
    assert "a2" in names(offers.get("u40")) and "a0" in names(offers.get("u40"))
    offers.put("u40", "a2", "Taken", NOW - 6 * DAY)
    offers.put("u40", "a0", "Taken")
    after = names(offers.get("u40", numResults=100))
    assert "a2" not in after and "a0" in after
    assert "a2" in names(offers.get("u42", numResults=100))
    offers.put("u44", "a2", "Taken", NOW - 8 * DAY)
    assert "a2" in names(offers.get("u44", numResults=100))


def test_an_anonymous_session_that_met_an_action_waits_like_a_user(offers):
    assert "a2" in names(offers.get("a visit", numResults=100))
    offers.events.put_action_interactions(trackingId=offers.tracking, actionInteractions=[{
        "actionId": "a2", "sessionId": "a visit", "eventType": "Viewed", "timestamp": int(time.time()),
        "eventId": uuid.uuid4().hex}])
    assert "a2" not in names(offers.get("a visit", numResults=100))


def test_actions_that_were_put_are_recommended_at_once(offers):
    offers.events.put_actions(datasetArn=offers.actions, actions=[
        {"actionId": "fresh", "properties": '{"value": 4, "category": "new"}'}])
    actions = {action["actionId"]: action["score"] for action in offers.get("u1", numResults=100)}
    assert actions["fresh"] == 0
    offers.events.put_actions(datasetArn=offers.actions, actions=[
        {"actionId": "fresh", "properties": f'{{"expirationTimestamp": {NOW - DAY}}}'}])
    assert "fresh" not in names(offers.get("u1", numResults=100))


@pytest.mark.parametrize("name, expression, values, kept", [
    ("category", 'EXCLUDE ActionID WHERE Actions.CATEGORY IN ($CATEGORY)', {"CATEGORY": '"club"'},
     {"a0", "a1", "later"}),
    ("value", 'INCLUDE ActionID WHERE Actions.VALUE > 4', {}, {"a0", "a1", "a3"}),
    ("user", 'INCLUDE ActionID WHERE Actions.CATEGORY IN ("shop") IF CurrentUser.AGE > 30', {},
     {"a0", "a1", "a2", "a3", "cold", "later"}),
    ("identifier", 'INCLUDE ActionID WHERE Actions.ACTION_ID IN ("a1", "cold")', {}, {"a1", "cold"}),
    ("never", 'INCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("nothing")', {}, set()),
])
def test_filters_choose_by_what_is_known_of_actions_and_user(offers, name, expression, values, kept):
    arn = offers.filter(name, expression)
    assert set(names(offers.get("u1", numResults=100, filterArn=arn, filterValues=values))) == kept


def test_filters_see_action_interactions_as_soon_as_they_are_put(offers):
    arn = offers.filter("taken", 'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")')
    assert "cold" in names(offers.get("u50", numResults=100, filterArn=arn))
    offers.put("u50", "cold", "Taken")
    assert "cold" not in names(offers.get("u50", numResults=100, filterArn=arn))


@pytest.mark.parametrize("options, message", [
    ({"numResults": 101}, "numResults is 101; it must be at most 100"),
    ({"userId": ""}, "userId"), ({"userId": None}, "userId"), ({"campaignArn": None}, "campaignArn"),
    ({"filterValues": {"A": '"x"'}}, "filterValues is given without filterArn"),
])
def test_a_request_that_breaks_a_rule_is_refused(offers, options, message):
    request = {"campaignArn": offers.campaign, "userId": "u1"} | options
    request = {name: value for name, value in request.items() if value is not None}
    code, text = error_of(offers.runtime.get_action_recommendations, **request)
    assert (code, message in text) == ("InvalidInputException", True), text


def test_filters_of_items_are_refused(offers):
    arn = offers.filter("items", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    code, text = error_of(
        offers.runtime.get_action_recommendations, campaignArn=offers.campaign, userId="u1", filterArn=arn)
    assert code == "InvalidInputException" and "actions" in text


def test_each_operation_refuses_the_campaigns_of_the_others(offers):
    for operation, options in (
        (offers.runtime.get_recommendations, {}), (offers.runtime.get_personalized_ranking, {"inputList": ["i1"]}),
    ):
        code, text = error_of(operation, campaignArn=offers.campaign, userId="u1", **options)
        assert code == "InvalidInputException" and "PERSONALIZED_ACTIONS" in text
    solution = create_solution(offers.personalize, "offers-items", offers.group, POPULARITY)
    campaign = offers.personalize.create_campaign(
        name="offers-items", solutionVersionArn=train(offers.personalize, solution))["campaignArn"]
    activate(offers.personalize, campaign)
    code, text = error_of(offers.runtime.get_action_recommendations, campaignArn=campaign, userId="u1")
    assert code == "InvalidInputException" and "PERSONALIZED_ACTIONS" in text


def test_an_action_campaign_takes_no_exploration(offers):
    code, text = error_of(
        offers.personalize.create_campaign, name="offers-explores", solutionVersionArn=offers.version,
        campaignConfig={"itemExplorationConfig": {"explorationWeight": "0.3"}})
    assert code == "InvalidInputException" and "itemExplorationConfig" in text


def test_metrics_are_those_of_actions(offers):
    metrics = offers.personalize.get_solution_metrics(solutionVersionArn=offers.version)["metrics"]
    assert set(metrics) == {
        "coverage", "precision", "recall", "area_under_the_curve", "normalized_discounted_cumulative_gain_at_5",
        "normalized_discounted_cumulative_gain_at_10", "normalized_discounted_cumulative_gain_at_25"}
    assert all(0 <= value <= 1 for value in metrics.values())
    assert metrics["area_under_the_curve"] > 0.6


def test_the_recipe_has_the_documented_parameter_and_no_tuning(offers):
    personalize = offers.personalize
    recipe = personalize.describe_recipe(recipeArn=ACTIONS_RECIPE)["recipe"]
    assert recipe["recipeType"] == "PERSONALIZED_ACTIONS"
    assert recipe["algorithmArn"] == "arn:aws:personalize:::algorithm/aws-next-best-action"
    transformation = personalize.describe_feature_transformation(
        featureTransformationArn=recipe["featureTransformationArn"])["featureTransformation"]
    assert transformation["defaultParameters"] == {"action_optimization_period": "14"}
    assert personalize.describe_algorithm(algorithmArn=recipe["algorithmArn"])["algorithm"][
        "defaultHyperParameters"] == {}
    for options, message in (
        ({"performHPO": True}, "no hyperparameters to tune"),
        ({"solutionConfig": {"featureTransformationParameters": {"action_optimization_period": "29"}}}, "29"),
    ):
        code, text = error_of(
            personalize.create_solution, name="offers-refused", datasetGroupArn=offers.group,
            recipeArn=ACTIONS_RECIPE, **options)
        assert code == "InvalidInputException" and message in text


def test_what_was_put_counts_at_the_next_training(offers):
    for user in range(55):
        offers.put(f"u{user}", "later", "Viewed", NOW - 9 * DAY)
        offers.put(f"u{user}", "later", "Taken", NOW - 9 * DAY + 9)
    assert "later" not in scored(offers.get("u1", numResults=100))
    solution = create_solution(
        offers.personalize, "offers-again", offers.group, ACTIONS_RECIPE,
        solutionConfig={"featureTransformationParameters": {"action_optimization_period": "7"}})
    campaign = offers.personalize.create_campaign(
        name="offers-again", solutionVersionArn=train(offers.personalize, solution))["campaignArn"]
    activate(offers.personalize, campaign)
    assert "later" in scored(offers.get("u1", numResults=100, campaign=campaign))


def test_without_action_interactions_actions_have_the_score_zero(palate):
    offers = Offers(palate, "offers-none", interactions=None)
    actions = offers.get("u1", numResults=100)
    assert sorted(names(actions)) == ["a0", "a1", "a2", "a3", "cold", "later"]
    assert {action["score"] for action in actions} == {0}
    metrics = offers.personalize.get_solution_metrics(solutionVersionArn=offers.version)["metrics"]
    assert metrics == {"coverage": 0}


def test_training_needs_actions(palate):
    stack = Stack(palate, "offers-missing")
    stack.import_data()
    solution = create_solution(stack.personalize, "offers-missing", stack.group, ACTIONS_RECIPE)
    arn = stack.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    version = settle(stack.personalize, arn)
    assert version["status"] == "CREATE FAILED" and "actions dataset" in version["failureReason"]
