"""Recipes that read what items are, not only what users did."""

import pytest

from scenario import (
    Stack, create_bucket, create_dataset, create_group, create_role, create_schema, create_solution, describe,
    error_of, settle, start_import, activate,
)
from test_filters import ITEM_ID, category, nullable, record
from test_related_items import RECIPE, Campaign

ITEMS = record(
    "Items", ITEM_ID, category("KIND"), category("SHELF"), nullable("DESCRIPTION", "string", textual=True),
    nullable("CREATION_TIMESTAMP", "long"))
KINDS = ["Space", "Crime", "Love"]
PLOTS = [
    "A rocket leaves the planet with a crew that looks for a star",
    "A detective looks for the thief of a painting in a dark city",
    "Two hearts meet by the sea and a wedding follows in spring",
]
# Described, without a single event.
NEW = [f"i{item}" for item in range(90, 99)]


def items_csv(items=99):
    lines = ["ITEM_ID,KIND,SHELF,DESCRIPTION,CREATION_TIMESTAMP"]
    for item in range(items):
        lines.append(f"i{item},{KINDS[item % 3]},{'left' if item % 2 else 'right'},"
                     f"{PLOTS[item % 3]} number{item},{1_600_000_000 + item * 86_400}")
    return "\n".join(lines) + "\n"


def import_items(server, personalize, prefix, group, role, csv_text=None, schema=ITEMS):
    dataset = create_dataset(personalize, f"{prefix}-items", group,
                             create_schema(personalize, f"{prefix}-items", schema), "Items")
    bucket = create_bucket(server.client("s3"), f"{prefix}-items", {"items.csv": csv_text or items_csv()})
    activate(personalize, start_import(personalize, f"{prefix}-items", dataset, f"s3://{bucket}/items.csv", role))


class DescribedStack(Stack):
    def __init__(self, server, prefix):
        super().__init__(server, prefix)
        self.runtime = server.client("personalize-runtime")
        import_items(server, self.personalize, prefix, self.group, self.role)
        self.import_data()


@pytest.fixture(scope="module")
def films(palate):
    return DescribedStack(palate, "content")


@pytest.fixture(scope="module")
def content(films):
    return Campaign(films, "palate-content-based")


@pytest.fixture(scope="module")
def semantic(films):
    return Campaign(films, "aws-semantic-similarity")


def kinds(items):
    return {int(item[1:]) % 3 for item in items}


def test_an_item_without_events_is_recommended_and_has_similar_items(content):
    assert kinds(content.items(itemId="i91", numResults=20)) == {1}
    similar = content.items(itemId="i3", numResults=500)
    assert "i3" not in similar and set(NEW) < set(similar) and kinds(similar[:20]) == {0}


def test_a_user_gets_what_is_described_like_the_history(films, content):
    for user in ("u0", "u1", "u2"):
        found = content.get(userId=user, numResults=10)
        assert sum(int(entry["itemId"][1:]) % 3 == int(user[1:]) % 3 for entry in found) >= 8, found
        assert all(0 <= entry["score"] <= 1 for entry in found)
    assert len(content.items(userId="nobody", numResults=10)) == 10


def test_a_list_is_about_the_item_when_both_are_named(content):
    assert content.items(itemId="i4", userId="u0") == content.items(itemId="i4")
    assert content.items(itemId="unheard of") == content.items(userId="nobody")
    code, message = content.error()
    assert code == "InvalidInputException" and "userId" in message


@pytest.mark.parametrize("name, value", [("distance", "manhattan"), ("latent_dimension", "501")])
def test_a_hyperparameter_out_of_range_is_named(films, name, value):
    code, message = error_of(
        create_solution, personalize=films.personalize, name=f"bad-content-{name}", group=films.group,
        recipe=RECIPE + "palate-content-based", solutionConfig={"algorithmHyperParameters": {name: value}})
    assert code == "InvalidInputException" and name in message


def test_columns_can_be_kept_from_training(films):
    """With the shelf alone, films are alike by their shelf; without any column there is nothing to learn from."""
    def columns(*names):
        return {"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": list(names)}}}

    def solution(name, configuration):
        return create_solution(
            films.personalize, f"{films.prefix}-{name}", films.group, RECIPE + "palate-content-based",
            solutionConfig=configuration)

    shelf = solution("shelf", columns("KIND", "DESCRIPTION", "CREATION_TIMESTAMP"))
    included = solution("included", {"trainingDataConfig": {"includedDatasetColumns": {"ITEMS": ["SHELF"]}}})
    for number, arn in enumerate((shelf, included)):
        version = films.personalize.create_solution_version(solutionArn=arn)["solutionVersionArn"]
        activate(films.personalize, version)
        campaign = films.personalize.create_campaign(
            name=f"{films.prefix}-shelf-{number}", solutionVersionArn=version, minProvisionedTPS=1)["campaignArn"]
        activate(films.personalize, campaign)
        listed = films.runtime.get_recommendations(campaignArn=campaign, itemId="i3", numResults=20)["itemList"]
        assert {int(entry["itemId"][1:]) % 2 for entry in listed} == {1}
    nothing = solution("nothing", columns("KIND", "SHELF", "DESCRIPTION", "CREATION_TIMESTAMP"))
    version = films.personalize.create_solution_version(solutionArn=nothing)["solutionVersionArn"]
    failed = settle(films.personalize, version)
    assert failed["status"] == "CREATE FAILED" and "items dataset" in failed["failureReason"]


def test_items_are_similar_by_their_texts(semantic):
    for item in ("i4", "i92"):
        similar = semantic.items(itemId=item, numResults=32)
        assert len(similar) == 32 and item not in similar and kinds(similar) == {int(item[1:]) % 3}
    assert all("score" not in entry for entry in semantic.get(itemId="i4"))
    code, message = semantic.error(userId="u1")
    assert code == "InvalidInputException" and "itemId" in message


def test_item_metadata_comes_without_being_enabled(semantic):
    entry = semantic.get(itemId="i4", numResults=1, metadataColumns={"ITEMS": ["KIND"]})[0]
    assert entry["metadata"] == {"kind": "Crime"} or entry["metadata"] == {"KIND": "Crime"}


def test_popularity_and_freshness_have_influence(films, semantic):
    campaign = films.personalize.create_campaign(
        name="content-fresh", solutionVersionArn=semantic.version, minProvisionedTPS=1,
        campaignConfig={"rankingInfluence": {"FRESHNESS": 1.0}})["campaignArn"]
    activate(films.personalize, campaign)
    def listed(arn):
        found = films.runtime.get_recommendations(campaignArn=arn, itemId="i4", numResults=10)["itemList"]
        return [int(entry["itemId"][1:]) for entry in found]
    assert sum(listed(campaign)) > sum(listed(semantic.arn))
    assert kinds(f"i{item}" for item in listed(campaign)) == {1}


def test_texts_alone_are_enough_and_a_text_is_needed(palate, personalize, iam):
    group = create_group(personalize, "content-alone")
    role = create_role(iam, "content-alone")
    import_items(palate, personalize, "content-alone", group, role)
    solution = create_solution(personalize, "content-alone", group, RECIPE + "aws-semantic-similarity")
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    assert settle(personalize, version)["status"] == "ACTIVE", describe(personalize, version)
    campaign = personalize.create_campaign(
        name="content-alone", solutionVersionArn=version, minProvisionedTPS=1)["campaignArn"]
    activate(personalize, campaign)
    runtime = palate.client("personalize-runtime")
    listed = runtime.get_recommendations(campaignArn=campaign, itemId="i4", numResults=20)["itemList"]
    assert kinds(entry["itemId"] for entry in listed) == {1}

    group = create_group(personalize, "content-mute")
    import_items(palate, personalize, "content-mute", group, role, "ITEM_ID,KIND\ni1,Space\ni2,Love\ni3,Space\ni4,Love\n",
                 record("Items", ITEM_ID, category("KIND")))
    solution = create_solution(personalize, "content-mute", group, RECIPE + "aws-semantic-similarity")
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    failed = settle(personalize, version)
    assert failed["status"] == "CREATE FAILED" and "text" in failed["failureReason"]


@pytest.mark.parametrize("recipe, parameters", [
    ("aws-hrnn", {"algorithmHyperParameters": {"hidden_dimension": "64"}}),
    ("aws-hrnn-metadata", {"featureTransformationParameters": {"max_user_history_length_percentile": "0.99"}}),
    ("aws-hrnn-coldstart", {"featureTransformationParameters": {
        "cold_start_max_interactions": "15", "cold_start_max_duration": "5", "cold_start_relative_from": "latestItem"}}),
])
def test_a_legacy_name_trains_and_serves(films, recipe, parameters):
    listed = films.personalize.list_recipes(maxResults=100)["recipes"]
    assert recipe in {entry["name"] for entry in listed}
    described = films.personalize.describe_recipe(recipeArn=RECIPE + recipe)["recipe"]
    assert described["recipeType"] == "USER_PERSONALIZATION"
    campaign = Campaign(films, recipe, solutionConfig=parameters)
    assert len(campaign.items(userId="u1", numResults=10)) == 10
