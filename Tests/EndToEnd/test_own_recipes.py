"""Palate's own recipes, from CreateSolution to GetRecommendations."""

import pytest

from scenario import create_solution, error_of
from test_filters import FilteredStack
from test_related_items import RECIPE, Campaign

OWN = ["palate-weighted-rating", "palate-ease", "palate-als", "palate-item-knn", "palate-user-knn",
       "palate-content-based", "palate-neural-classifier"]


@pytest.fixture(scope="module")
def films(palate):
    return FilteredStack(palate, "own")


def test_they_are_listed_beside_the_managed_names(films):
    listed = films.personalize.list_recipes(maxResults=100)["recipes"]
    assert {entry["name"] for entry in listed if entry["name"].startswith("palate-")} == set(OWN)


@pytest.mark.parametrize("recipe", OWN)
def test_a_recipe_is_trained_measured_and_served(films, recipe):
    described = films.personalize.describe_recipe(recipeArn=RECIPE + recipe)["recipe"]
    assert described["recipeType"] == "USER_PERSONALIZATION"
    campaign = Campaign(films, recipe)
    metrics = films.personalize.get_solution_metrics(solutionVersionArn=campaign.version)["metrics"]
    assert 0 < metrics["coverage"] <= 1 and 0 <= metrics["precision_at_25"] <= 1
    served = campaign.get(userId="u1", numResults=10)
    assert len({entry["itemId"] for entry in served}) == 10
    assert {entry["itemId"] for entry in served} <= films.catalogue | set(films.rows)
    assert all(("score" in entry) == (recipe != "palate-weighted-rating") for entry in served)
    assert len(campaign.get(userId="nobody", numResults=10)) == 10


@pytest.mark.parametrize("recipe, name, value", [
    ("palate-weighted-rating", "vote_count_percentile", "1.5"), ("palate-ease", "regularization", "-1"),
    ("palate-als", "hidden_dimension", "4"), ("palate-item-knn", "similarity", "pearson"),
    ("palate-user-knn", "neighbours", "0"), ("palate-neural-classifier", "dropout", "1"),
])
def test_a_hyperparameter_out_of_range_is_named(films, recipe, name, value):
    code, message = error_of(
        create_solution, personalize=films.personalize, name=f"bad-{recipe}", group=films.group, recipe=RECIPE + recipe,
        solutionConfig={"algorithmHyperParameters": {name: value}})
    assert code == "InvalidInputException" and name in message
