"""Related items, trends, and the use cases that begin with an item."""

import json
import time

import pytest

from scenario import (
    HEADER, Stack, activate, create_dataset, create_schema, create_solution, error_of, interactions_csv, train,
)
from test_cli import assert_one_clear_line, palate as command_line
from test_filters import FilteredStack
from test_recommenders import Domain

RECIPE = "arn:aws:personalize:::recipe/"


class Campaign:
    """A campaign of one recipe on the data of a stack."""

    def __init__(self, stack, recipe, **solution):
        name = f"{stack.prefix}-{recipe}"
        self.stack = stack
        self.solution = create_solution(stack.personalize, name, stack.group, RECIPE + recipe, **solution)
        self.version = train(stack.personalize, self.solution)
        self.arn = stack.personalize.create_campaign(
            name=name, solutionVersionArn=self.version, minProvisionedTPS=1)["campaignArn"]
        activate(stack.personalize, self.arn)

    def get(self, **options):
        return self.stack.runtime.get_recommendations(campaignArn=self.arn, **options)["itemList"]

    def items(self, **options):
        return [entry["itemId"] for entry in self.get(**options)]

    def error(self, **options):
        return error_of(self.stack.runtime.get_recommendations, campaignArn=self.arn, **options)


@pytest.fixture(scope="module")
def films(palate):
    """Items of one taste have numbers with one remainder of 3."""
    stack = FilteredStack(palate, "related")
    stack.popular = [item["itemId"] for item in stack.get()]
    return stack


@pytest.fixture(scope="module")
def similar(films):
    return Campaign(films, "aws-similar-items")


def same_taste(item, others):
    return sum(int(other[1:]) % 3 == int(item[1:]) % 3 for other in others)


def test_similar_items_are_those_of_the_same_taste(similar):
    for item in ("i16", "i30", "i44"):
        found = similar.items(itemId=item, numResults=10)
        assert len(found) == 10 and item not in found
        assert same_taste(item, found) >= 8, found


def test_the_item_itself_is_never_recommended(films, similar):
    everything = similar.items(itemId="i7", numResults=500)
    assert set(everything) == films.catalogue - {"i7"}
    assert len(similar.items(itemId="i7")) == 25


def test_related_items_have_no_scores_and_do_not_depend_on_the_user(similar):
    assert all("score" not in entry for entry in similar.get(itemId="i3"))
    assert similar.items(itemId="i3") == similar.items(itemId="i3", userId="u1")


def test_an_item_is_required(similar):
    for request in ({}, {"userId": "u1"}):
        code, message = similar.error(**request)
        assert code == "InvalidInputException" and "itemId" in message


def test_an_unknown_item_gets_popular_items(films, similar):
    assert similar.items(itemId="nothing like it", numResults=20) == films.popular[:20]


def test_the_item_is_ignored_where_the_recipe_uses_none(films):
    assert [item["itemId"] for item in films.get(itemId="i3")] == films.popular


def test_filters_compare_with_the_current_item(films, similar):
    arn = films.filter("genre", "INCLUDE ItemID WHERE Items.GENRES IN CurrentItem.GENRES")
    older = films.filter("older", "EXCLUDE ItemID WHERE Items.YEAR >= CurrentItem.YEAR")
    for item in ("i1", "i2", "i5"):
        row = films.rows[item]
        expected = films.where(lambda other: set(other["GENRES"]) & set(row["GENRES"])) - {item}
        assert set(similar.items(itemId=item, numResults=500, filterArn=arn)) == expected
        if row["YEAR"] is not None:
            assert not films.where(lambda other: (other["YEAR"] or 0) >= row["YEAR"]) & set(
                similar.items(itemId=item, numResults=500, filterArn=older))
    code, message = error_of(
        films.runtime.get_recommendations, campaignArn=films.campaign, userId="u1", filterArn=arn)
    assert code == "InvalidInputException" and "CurrentItem" in message


def test_a_filter_that_looks_at_the_user_needs_one(films, similar):
    seen = films.filter("seen", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")')
    young = films.filter("young", "EXCLUDE ItemID WHERE Items.YEAR < 1995 IF CurrentUser.AGE < 40")
    for arn in (seen, young):
        code, message = similar.error(itemId="i3", filterArn=arn)
        assert code == "InvalidInputException" and "userId" in message
    found = similar.items(itemId="i3", userId="u4", numResults=500, filterArn=seen)
    assert set(found) == films.catalogue - films.events["u4"]["watch"] - {"i3"}


def test_promotions_keep_to_the_current_item(films, similar):
    arn = films.filter("promoted", "INCLUDE ItemID WHERE Items.GENRES IN CurrentItem.GENRES")
    promotion = {"name": "genre", "percentPromotedItems": 50, "filterArn": arn}
    listed = similar.get(itemId="i1", numResults=10, promotions=[promotion])
    genres = set(films.rows["i1"]["GENRES"])
    promoted = [entry["itemId"] for entry in listed if entry.get("promotionName") == "genre"]
    assert len(promoted) == (5 if genres else 0)
    assert all(genres & set(films.rows[item]["GENRES"]) for item in promoted)
    assert "i1" not in [entry["itemId"] for entry in listed]


def test_sims_takes_its_documented_parameters(films, personalize):
    configuration = {
        "algorithmHyperParameters": {"popularity_discount_factor": "0.9", "min_cointeraction_count": "2"},
        "featureTransformationParameters": {
            "max_item_interaction_count_percentile": "0.9", "min_user_history_length_percentile": "0.01"},
    }
    sims = Campaign(films, "aws-sims", solutionConfig=configuration)
    found = sims.items(itemId="i30", numResults=10)
    assert len(found) == 10 and "i30" not in found
    metrics = personalize.get_solution_metrics(solutionVersionArn=sims.version)["metrics"]
    assert metrics["coverage"] > 0
    # The most popular tenth was left out of training.
    assert sims.items(itemId=films.popular[0], numResults=10) == films.popular[1:11]
    for name, value in (("popularity_discount_factor", "1.5"), ("min_cointeraction_count", "11")):
        code, message = error_of(
            personalize.create_solution, name="refused", datasetGroupArn=films.group, recipeArn=RECIPE + "aws-sims",
            solutionConfig={"algorithmHyperParameters": {name: value}})
        assert code == "InvalidInputException" and name in message


def test_sims_can_be_tuned(films, personalize):
    solution = create_solution(
        personalize, "related-tuned", films.group, RECIPE + "aws-sims", performHPO=True,
        solutionConfig={"hpoConfig": {
            "hpoResourceConfig": {"maxNumberOfTrainingJobs": "3", "maxParallelTrainingJobs": "1"},
            "algorithmHyperParameterRanges": {"continuousHyperParameterRanges": [
                {"name": "popularity_discount_factor", "minValue": 0.4, "maxValue": 0.6}]}}})
    version = train(personalize, solution)
    tuned = personalize.describe_solution_version(
        solutionVersionArn=version)["solutionVersion"]["tunedHPOParams"]["algorithmHyperParameters"]
    assert 0.4 <= float(tuned["popularity_discount_factor"]) <= 0.6


def test_every_recipe_describes_itself(personalize):
    listed = [summary["recipeArn"] for summary in personalize.list_recipes(maxResults=100)["recipes"]]
    for name, kind, algorithm in (
            ("aws-similar-items", "RELATED_ITEMS", "aws-similar-items"), ("aws-sims", "RELATED_ITEMS", "aws-sims"),
            ("aws-trending-now", "POPULAR_ITEMS", "aws-trending-now-custom"),
            ("aws-vod-because-you-watched-x", "RELATED_ITEMS", None), ("aws-vod-more-like-x", "RELATED_ITEMS", None),
            ("aws-vod-trending-now", "POPULAR_ITEMS", None),
            ("aws-ecomm-customers-who-viewed-x-also-viewed", "RELATED_ITEMS", None),
            ("aws-ecomm-frequently-bought-together", "RELATED_ITEMS", None)):
        assert RECIPE + name in listed
        recipe = personalize.describe_recipe(recipeArn=RECIPE + name)["recipe"]
        assert recipe["recipeType"] == kind and recipe["description"]
        described = personalize.describe_algorithm(algorithmArn=recipe["algorithmArn"])["algorithm"]
        assert algorithm is None or described["name"] == algorithm
        arn = recipe["featureTransformationArn"]
        assert personalize.describe_feature_transformation(
            featureTransformationArn=arn)["featureTransformation"]["featureTransformationArn"] == arn


def test_a_shared_feature_transformation_is_described_by_its_parameters(personalize):
    described = personalize.describe_feature_transformation(
        featureTransformationArn="arn:aws:personalize:::feature-transformation/sims")["featureTransformation"]
    assert described["defaultParameters"]["max_user_history_length_percentile"] == "0.995"


def trending_csv():
    """i0 is popular, i5 grew in the last hour, i6 in the hour before."""
    lines = [HEADER]
    for user in range(60):
        lines += [f"u{user},i{item},{1_700_000_000 + item},watch" for item in range(5)]
        lines += [f"u{user},i0,{1_700_000_100 + step},watch" for step in range(12)]
    newest = 1_700_100_000
    lines += [f"u{user},i6,{newest - 5000},watch" for user in range(40)]
    lines += [f"u{user},i5,{newest - user},watch" for user in range(30)]
    lines += [f"u{user},i6,{newest - user},watch" for user in range(5)]
    return "\n".join(lines) + "\n"


def test_trends_are_the_same_for_everybody_and_need_no_user(palate):
    stack = Stack(palate, "trends", trending_csv())
    stack.runtime = palate.client("personalize-runtime")
    stack.import_data()
    trends = Campaign(
        stack, "aws-trending-now",
        solutionConfig={"featureTransformationParameters": {"trend_discovery_frequency": "1 hour"}})
    found = trends.items()
    assert found[:2] == ["i5", "i0"], found
    assert found == trends.items(userId="u1") == trends.items(userId="a stranger", itemId="i3")
    assert all("score" not in entry for entry in trends.get())
    code, message = error_of(
        stack.personalize.create_solution, name="refused", datasetGroupArn=stack.group,
        recipeArn=RECIPE + "aws-trending-now",
        solutionConfig={"featureTransformationParameters": {"trend_discovery_frequency": "5 hours"}})
    assert code == "InvalidInputException" and "30 minutes" in message
    arn = stack.personalize.create_filter(
        name="trends-seen", datasetGroupArn=stack.group,
        filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')["filterArn"]
    activate(stack.personalize, arn)
    assert "userId" in trends.error(filterArn=arn)[1]
    assert trends.items(filterArn=arn, userId="u59") == ["i5", "i6"]


@pytest.fixture(scope="module")
def videos(palate):
    return Domain(palate, "xvideos", "VIDEO_ON_DEMAND", {"Watch": 3, "Click": 2})


def like(domain, arn, item, count=500, **options):
    answer = domain.runtime.get_recommendations(recommenderArn=arn, itemId=item, numResults=count, **options)
    return [entry["itemId"] for entry in answer["itemList"]]


def errors_without(domain, arn, **request):
    for name in request:
        rest = {key: value for key, value in request.items() if key != name}
        code, message = error_of(domain.runtime.get_recommendations, recommenderArn=arn, **rest)
        assert code == "InvalidInputException" and name in message


def test_because_you_watched_leaves_out_what_was_watched(videos):
    arn = videos.create("because", "aws-vod-because-you-watched-x")
    everything = {item for _, item in videos.events("Watch") + videos.events("Click")}
    watched = {item for user, item in videos.events("Watch") if user == "u3"}
    assert set(like(videos, arn, "i2", userId="u3")) == everything - watched - {"i2"}
    assert set(like(videos, arn, "i2", userId="a stranger")) == everything - {"i2"}
    assert like(videos, arn, "i2", userId="a stranger") != like(videos, arn, "i3", userId="a stranger")
    errors_without(videos, arn, userId="u3", itemId="i2")


def test_more_like_needs_an_items_dataset(videos):
    arn = videos.personalize.create_recommender(
        name="more-early", datasetGroupArn=videos.group, recipeArn=RECIPE + "aws-vod-more-like-x")["recommenderArn"]
    deadline = time.monotonic() + 60
    while videos.describe(arn)["status"] not in ("ACTIVE", "CREATE FAILED"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert videos.describe(arn)["status"] == "CREATE FAILED"

    schema = {
        "type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
        "fields": [{"name": "ITEM_ID", "type": "string"},
                   {"name": "GENRES", "type": ["null", "string"], "categorical": True},
                   {"name": "CREATION_TIMESTAMP", "type": "long"}]}
    create_dataset(
        videos.personalize, "xvideos-items", videos.group,
        create_schema(videos.personalize, "xvideos-items", schema, domain="VIDEO_ON_DEMAND"), "Items")
    arn = videos.create("more", "aws-vod-more-like-x")
    watched = {item for user, item in videos.events("Watch") if user == "u3"}
    found = like(videos, arn, "i2", userId="u3")
    assert found and not (watched | {"i2"}) & set(found)
    errors_without(videos, arn, userId="u3", itemId="i2")


def test_trending_videos_need_no_user(videos):
    arn = videos.create("trending", "aws-vod-trending-now")
    answer = videos.runtime.get_recommendations(recommenderArn=arn, numResults=10)["itemList"]
    assert len(answer) == 10
    assert [entry["itemId"] for entry in answer] == videos.items(arn, "u1") == videos.items(arn, "a stranger")


def shop_csv():
    """Bread and butter are bought together, bread and a lamp by the same customers at other times."""
    lines = [HEADER]
    for user in range(60):
        start = 1_700_000_000 + user * 100
        for week in range(5):
            moment = start + week * 7 * 86_400
            other = f"spread{(user + week) % 4}"
            lines += [f"u{user},{item},{moment + 30 * step},Purchase"
                      for step, item in enumerate(["bread", "butter", other])]
            lines.append(f"u{user},lamp{user % 3},{moment + 3 * 86_400},Purchase")
            lines += [f"u{user},lamp{step},{moment + 4 * 86_400 + step},View" for step in range(4)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def shop(palate):
    return Domain(palate, "xshop", "ECOMMERCE", {}, csv=shop_csv())


def test_items_bought_together_are_those_of_one_basket(shop):
    arn = shop.create("together", "aws-ecomm-frequently-bought-together")
    assert like(shop, arn, "bread", 1) == ["butter"]
    assert {item for item in like(shop, arn, "bread", 5)} == {"butter", "spread0", "spread1", "spread2", "spread3"}
    assert like(shop, arn, "bread", userId="u1") == like(shop, arn, "bread"), "the user is not used"
    errors_without(shop, arn, itemId="bread")


def test_also_viewed_goes_by_views_and_leaves_out_purchases(shop):
    arn = shop.create("viewed", "aws-ecomm-customers-who-viewed-x-also-viewed")
    assert like(shop, arn, "lamp0", 3, userId="a stranger") == ["lamp1", "lamp2", "lamp3"]
    found = like(shop, arn, "lamp0", userId="u1")
    assert found[:2] == ["lamp2", "lamp3"] and "lamp1" not in found and "bread" not in found
    errors_without(shop, arn, userId="u1", itemId="lamp0")


@pytest.fixture(scope="module")
def csv_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("related") / "interactions.csv"
    path.write_text(interactions_csv())
    return path


@pytest.mark.parametrize("recipe", ["aws-similar-items", "aws-sims"])
def test_the_command_line_lists_items_like_an_item(csv_file, tmp_path, recipe):
    model = tmp_path / "model"
    done = command_line("train", "--interactions", csv_file, "--recipe", recipe, "--output", model)
    assert done.returncode == 0, done.stderr
    listed = json.loads(command_line(
        "recommend", "--model", model, "--item", "i30", "--num-results", 10, "--output", "json").stdout)
    items = [entry["itemId"] for entry in listed["items"]]
    assert listed["item"] == "i30" and listed["isKnownItem"] and len(items) == 10
    assert same_taste("i30", items) >= 8 and "i30" not in items
    unknown = command_line("recommend", "--model", model, "--item", "none")
    assert unknown.returncode == 0 and len(unknown.stdout.splitlines()) == 25 and "none" in unknown.stderr
    assert_one_clear_line(command_line("recommend", "--model", model, "--user", "u1"), "--item")


def test_the_command_line_measures_and_lists_trends(csv_file, tmp_path):
    done = command_line(
        "evaluate", "--interactions", csv_file, "--recipe", "aws-trending-now", "--protocol", "personalize",
        "--hyperparameter", "trend_discovery_frequency=1 day", "--output", "json")
    assert done.returncode == 0 and json.loads(done.stdout)["recipe"] == "aws-trending-now"
    model = tmp_path / "model"
    command_line("train", "--interactions", csv_file, "--recipe", "aws-trending-now", "--output", model)
    lists = [command_line("recommend", "--model", model, *user).stdout for user in ([], ["--user", "u1"])]
    assert lists[0] == lists[1] and len(lists[0].splitlines()) == 25
    assert_one_clear_line(command_line("recommend", "--model", model, "--item", "i1"), "--item")


def test_recommend_says_that_a_user_is_missing(csv_file, tmp_path):
    model = tmp_path / "model"
    command_line(
        "train", "--interactions", csv_file, "--recipe", "aws-user-personalization", "--skip-metrics", "--output", model)
    assert_one_clear_line(command_line("recommend", "--model", model), "--user")
