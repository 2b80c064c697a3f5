"""`palate explain`: why an item stands where it does in a user's list."""

import json

import pytest

from scenario import interactions_csv
from test_cli import assert_one_clear_line, palate

ITEMS = "ITEM_ID,GENRES,TITLE\n" + "\n".join(
    f"i{number},{'drama' if number % 3 else 'comedy|drama'},Film {number}" for number in range(90))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    (folder / "interactions.csv").write_text(interactions_csv())
    (folder / "items.csv").write_text(ITEMS + "\ncold,drama,Nobody has seen it\n")
    return folder


@pytest.fixture(scope="module")
def models(files):
    made = {}

    def train(recipe):
        if recipe not in made:
            made[recipe] = files / recipe
            done = palate("train", "--interactions", files / "interactions.csv", "--items", files / "items.csv",
                          "--recipe", recipe, "--skip-metrics", "--output", made[recipe])
            assert done.returncode == 0, done.stderr
        return made[recipe]

    return train


def explain(model, item, *arguments, user="u1"):
    done = palate("explain", "--model", model, "--user", user, "--item", item, "--output", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def recommended(model, *arguments):
    done = palate("recommend", "--model", model, "--user", "u1", "--output", "json", *arguments)
    return json.loads(done.stdout)["items"]


@pytest.mark.parametrize("recipe", [
    "aws-user-personalization", "palate-ease", "palate-als", "palate-item-knn", "palate-user-knn",
    "palate-content-based", "aws-popularity-count"])
def test_ranks_and_scores_are_those_of_the_list(models, recipe):
    listed = recommended(models(recipe))
    for rank in (1, 4):
        entry = listed[rank - 1]
        found = explain(models(recipe), entry["itemId"])
        assert (found["rank"], found["score"]) == (rank, pytest.approx(entry["score"], rel=1e-5))
        parts = found["baseline"] + sum(part["contribution"] for part in found["history"]) + found["remainder"]
        assert parts == pytest.approx(found["explained"], abs=1e-6)
        if found["method"] == "exact":
            assert found["explained"] == pytest.approx(found["score"], rel=1e-5)


def test_the_explanation_is_for_people_by_default(models, files):
    model = models("aws-user-personalization")
    item = recommended(model)[0]["itemId"]
    done = palate("explain", "--model", model, "--user", "u1", "--item", item, "--items", files / "items.csv",
                  "--num", 3)
    assert done.returncode == 0 and done.stderr == ""
    # The ninety that were met, and the one that is only described.
    assert f"Film {item[1:]}" in done.stdout and "Rank 1 of 91" in done.stdout and "Exploration" in done.stdout


def test_features_and_like_minded_users_are_named(models):
    content = explain(models("palate-content-based"), recommended(models("palate-content-based"))[0]["itemId"])
    assert {"GENRES=drama", "GENRES: drama", "drama"} & {entry["feature"] for entry in content["features"]} \
        or any("drama" in entry["feature"] for entry in content["features"])
    alike = explain(models("palate-user-knn"), recommended(models("palate-user-knn"))[0]["itemId"])
    assert alike["likeMindedUsers"] > 0


def test_filters_say_whether_they_keep_the_item(models, files):
    model = models("palate-ease")
    keeps = 'INCLUDE ItemID WHERE Items.GENRES IN ("comedy")'
    for item, isKept in (("i3", True), ("i4", False)):
        found = explain(model, item, "--items", files / "items.csv", "--filter", keeps, "--filter",
                        "EXCLUDE ItemID WHERE Items.GENRES IN ($GENRE)", "--filter-value", 'GENRE="comedy"')
        assert [entry["keepsItem"] for entry in found["filters"]] == [isKept, not isKept]
        assert found["isFiltered"] is True
    seen = explain(model, explain(model, "i3")["history"][0]["itemId"], "--filter",
                   'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    assert seen["isInHistory"] and seen["isFiltered"]


def test_exploration_is_told_for_recipes_that_explore(models):
    model = models("aws-user-personalization")
    item = recommended(model, "--num-results", 90)[60]["itemId"]
    still = explain(model, item, "--exploration-weight", 0)["exploration"]
    assert still["isExplored"] is False and still["chance"] == 0
    drawn = explain(model, item, "--exploration-weight", 0.9, "--exploration-item-age-cut-off", 100000)["exploration"]
    assert drawn["isExplored"] is True and drawn["chance"] > 0
    assert "exploration" not in explain(models("palate-ease"), "i3")


def test_a_stranger_gets_what_is_popular(models):
    found = explain(models("palate-ease"), "i3", user="stranger")
    assert found["isKnownUser"] is False and found["history"] == []


def test_mistakes_are_named(models, files):
    ease = models("palate-ease")
    base = ["explain", "--model", ease, "--user", "u1"]
    assert_one_clear_line(palate(*base, "--item", "nothing"), "nothing")
    assert_one_clear_line(palate(*base, "--item", "cold", "--items", files / "items.csv"), "cold", "exploration")
    assert_one_clear_line(palate(*base, "--item", "i3", "--filter", "INCLUDE ItemID WHERE"), "INCLUDE")
    assert_one_clear_line(
        palate(*base, "--item", "i3", "--filter", 'INCLUDE ItemID WHERE Items.GENRES IN ("a")'), "--items")
    assert_one_clear_line(
        palate(*base, "--item", "i3", "--items", files / "items.csv", "--filter",
               'INCLUDE ItemID WHERE Items.GENRE IN ("a")'), "GENRE")
    assert_one_clear_line(palate(*base, "--item", "i3", "--exploration-weight", 2), "explorationWeight")
    assert_one_clear_line(palate("explain", "--model", files / "none", "--user", "u1", "--item", "i3"), "none")
    similar = models("aws-similar-items")
    assert_one_clear_line(palate("explain", "--model", similar, "--user", "u1", "--item", "i3"), "aws-similar-items")
