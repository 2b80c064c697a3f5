"""GetPersonalizedRanking and its recipes."""

import json
import math
import subprocess

import pytest

from conftest import binary
from scenario import (
    USER_PERSONALIZATION, Stack, activate, create_bucket, create_dataset, create_schema, create_solution, error_of,
    popularity, start_import, train,
)

RANKING = "arn:aws:personalize:::recipe/aws-personalized-ranking"
RANKING_V2 = f"{RANKING}-v2"
ITEMS = {
    "type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
    "fields": [{"name": "ITEM_ID", "type": "string"},
               {"name": "GENRE", "type": ["null", "string"], "categorical": True}],
}


class Ranked(Stack):
    """Interactions and items behind a campaign of each recipe that is compared."""

    def __init__(self, server, prefix):
        super().__init__(server, prefix)
        self.server = server
        self.runtime = server.client("personalize-runtime")
        self.import_data()
        # i990 and i991 have metadata, but nobody met them.
        self.genres = {f"i{item}": "odd" if item % 2 else "even" for item in [*range(90), 990, 991]}
        rows = "\n".join(["ITEM_ID,GENRE", *(f"{item},{genre}" for item, genre in self.genres.items())]) + "\n"
        bucket = create_bucket(server.client("s3"), f"{prefix}-items", {"items.csv": rows})
        dataset = create_dataset(
            self.personalize, f"{prefix}-items", self.group,
            create_schema(self.personalize, f"{prefix}-items", ITEMS), "Items")
        activate(self.personalize, start_import(
            self.personalize, f"{prefix}-items", dataset, f"s3://{bucket}/items.csv", self.role))
        self.train(RANKING)
        self.deploy()
        self.recommending = self.campaign_of(USER_PERSONALIZATION, "recommending")
        self.catalogue = sorted(popularity(self.csv))

    def campaign_of(self, recipe, name, **options):
        solution = create_solution(self.personalize, f"{self.prefix}-{name}", self.group, recipe, **options)
        arn = self.personalize.create_campaign(
            name=f"{self.prefix}-{name}", solutionVersionArn=train(self.personalize, solution))["campaignArn"]
        activate(self.personalize, arn)
        return arn

    def filter(self, name, expression):
        arn = self.personalize.create_filter(
            name=f"{self.prefix}-{name}", datasetGroupArn=self.group, filterExpression=expression)["filterArn"]
        activate(self.personalize, arn)
        return arn

    def rank(self, items, user="u1", **options):
        answer = self.runtime.get_personalized_ranking(
            campaignArn=options.pop("campaign", self.campaign), inputList=items, userId=user, **options)
        assert answer["recommendationId"].startswith("RID-")
        return answer["personalizedRanking"]


def names(ranking):
    return [item["itemId"] for item in ranking]


@pytest.fixture(scope="module")
def ranked(palate):
    return Ranked(palate, "ranking")


def test_the_order_and_the_scores_are_those_of_recommendations_among_the_input_items_alone(ranked):
    listed = ranked.catalogue[::3]
    for user in ("u1", "u2", "u30"):
        recommended = [item for item in ranked.runtime.get_recommendations(
            campaignArn=ranked.recommending, userId=user, numResults=500)["itemList"] if item["itemId"] in listed]
        share = sum(item["score"] for item in recommended)
        ranking = ranked.rank(listed, user)
        assert names(ranking) == names(recommended)
        assert sum(item["score"] for item in ranking) == pytest.approx(1)
        for item, other in zip(ranking, recommended):
            assert item["score"] == pytest.approx(other["score"] / share, rel=1e-4)
    assert names(ranked.rank(listed, "u1")) != names(ranked.rank(listed, "u2"))


def test_the_order_of_the_request_does_not_matter(ranked):
    listed = ranked.catalogue[:40]
    assert ranked.rank(listed) == ranked.rank(listed[::-1])


def test_items_that_training_did_not_see_stand_at_the_end_without_a_score(ranked):
    ranking = ranked.rank(["new-2", "i5", "i990", "i7", "new-1"])
    assert set(names(ranking)[:2]) == {"i5", "i7"}
    assert names(ranking)[2:] == ["new-2", "i990", "new-1"]
    assert [item["score"] for item in ranking[2:]] == [0, 0, 0]
    assert sum(item["score"] for item in ranking) == pytest.approx(1)
    assert [item["score"] for item in ranked.rank(["new-1", "new-2"])] == [0, 0]
    assert ranked.rank([]) == []


def test_an_item_that_is_listed_twice_is_ranked_once(ranked):
    assert ranked.rank(["i5", "i7", "i5", "new", "new"]) == ranked.rank(["i5", "i7", "new"])


def test_a_user_without_events_gets_the_popular_items_first(ranked):
    counts = popularity(ranked.csv)
    ranking = names(ranked.rank(ranked.catalogue, "nobody"))
    assert [counts[item] for item in ranking] == sorted(counts.values(), reverse=True)


def test_items_that_a_filter_leaves_out_are_not_in_the_answer(ranked):
    listed = [*ranked.catalogue[:30], "i990", "i991", "new"]
    everything = names(ranked.rank(listed))
    included = ranked.filter("include", 'INCLUDE ItemID WHERE Items.GENRE IN ($GENRE)')
    ranking = ranked.rank(listed, filterArn=included, filterValues={"GENRE": '"odd"'})
    assert names(ranking) == [item for item in everything if ranked.genres.get(item) == "odd"]
    assert "i991" in names(ranking) and "i990" not in names(ranking)
    assert sum(item["score"] for item in ranking) == pytest.approx(1)

    excluded = ranked.filter("exclude", 'EXCLUDE ItemID WHERE Items.GENRE IN ("odd")')
    assert names(ranked.rank(listed, filterArn=excluded)) == [
        item for item in everything if ranked.genres.get(item) != "odd"]

    seen = {row.split(",")[1] for row in ranked.csv.splitlines()[1:] if row.startswith("u1,")}
    unseen = ranked.filter("unseen", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    assert names(ranked.rank(listed, filterArn=unseen)) == [item for item in everything if item not in seen]


@pytest.mark.parametrize("options, message", [
    ({"inputList": [f"i{item}" for item in range(501)]}, "inputList has 501 items; it can have at most 500"),
    ({"userId": ""}, "userId"),
    ({"filterValues": {"GENRE": '"odd"'}}, "filterValues is given without filterArn"),
    ({"context": {"no spaces": "x"}}, "context"),
    ({"context": {"DEVICE": "x" * 1001}}, "context"),
])
def test_a_request_that_breaks_a_rule_is_refused(ranked, options, message):
    request = {"campaignArn": ranked.campaign, "inputList": ["i1", "i2"], "userId": "u1"} | options
    code, text = error_of(ranked.runtime.get_personalized_ranking, **request)
    assert (code, message in text) == ("InvalidInputException", True), text


def test_a_wrong_filter_value_is_refused_for_unknown_items_too(ranked):
    arn = ranked.filter("wrong", 'INCLUDE ItemID WHERE Items.GENRE IN ($GENRE)')
    for items in (["i1"], ["new"]):
        code, text = error_of(
            ranked.runtime.get_personalized_ranking, campaignArn=ranked.campaign, inputList=items, userId="u1",
            filterArn=arn)
        assert code == "InvalidInputException" and "GENRE" in text


def test_five_hundred_items_and_a_context_are_taken(ranked):
    listed = [f"i{item}" for item in range(500)]
    assert sorted(names(ranked.rank(listed, context={"EVENT_TYPE": "watch"}))) == sorted(listed)


def test_each_operation_refuses_the_campaigns_of_the_other(ranked):
    code, text = error_of(
        ranked.runtime.get_recommendations, campaignArn=ranked.campaign, userId="u1")
    assert code == "InvalidInputException" and "PERSONALIZED_RANKING" in text
    code, text = error_of(
        ranked.runtime.get_personalized_ranking, campaignArn=ranked.recommending, userId="u1", inputList=["i1"])
    assert code == "InvalidInputException" and "USER_PERSONALIZATION" in text
    code, _ = error_of(
        ranked.runtime.get_personalized_ranking, campaignArn=f"{ranked.campaign}-none", userId="u1", inputList=["i1"])
    assert code == "ResourceNotFoundException"


def test_a_ranking_campaign_takes_no_exploration(ranked):
    configuration = {"itemExplorationConfig": {"explorationWeight": "0.3"}}
    code, text = error_of(
        ranked.personalize.create_campaign, name="ranking-explores", solutionVersionArn=ranked.version,
        campaignConfig=configuration)
    assert code == "InvalidInputException" and "itemExplorationConfig" in text
    code, text = error_of(
        ranked.personalize.update_campaign, campaignArn=ranked.campaign, campaignConfig=configuration)
    assert code == "InvalidInputException" and "itemExplorationConfig" in text


def test_the_newer_recipe_takes_its_own_hyperparameter(ranked):
    settings = {"solutionConfig": {"algorithmHyperParameters": {"apply_recency_bias": "false"}}}
    campaign = ranked.campaign_of(RANKING_V2, "newer", **settings)
    ranking = ranked.rank(ranked.catalogue[:20], campaign=campaign)
    assert sorted(names(ranking)) == sorted(ranked.catalogue[:20])
    code, text = error_of(
        ranked.personalize.create_solution, name="ranking-refused", datasetGroupArn=ranked.group,
        recipeArn=RANKING_V2, solutionConfig={"algorithmHyperParameters": {"recency_mask": "false"}})
    assert code == "InvalidInputException" and "recency_mask" in text
    algorithm = ranked.personalize.describe_algorithm(
        algorithmArn="arn:aws:personalize:::algorithm/aws-personalized-ranking-v2")["algorithm"]
    assert algorithm["defaultHyperParameters"]["apply_recency_bias"] == "true"


def test_metrics_are_those_of_recommendations(ranked):
    metrics = ranked.personalize.get_solution_metrics(solutionVersionArn=ranked.version)["metrics"]
    assert "mean_reciprocal_rank_at_25" in metrics and all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize("arguments", [
    ["--recipe", "aws-personalized-ranking", "--hyperparameter", "recency_mask=false"],
    ["--recipe", "aws-personalized-ranking-v2", "--hyperparameter", "apply_recency_bias=false"],
])
def test_the_command_line_measures_the_recipes(ranked, tmp_path, arguments):
    path = tmp_path / "interactions.csv"
    path.write_text(ranked.csv)
    done = subprocess.run(
        [str(binary()), "evaluate", "--interactions", str(path), "--protocol", "personalize", "--output", "json",
         *arguments], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report["recipe"] == arguments[1]
    assert report["metrics"]["precision_at_5"] > 0
