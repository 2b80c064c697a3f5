"""`palate compare`: which recipe to take, as a table, as JSON and as a page."""

import json
import re
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

import pytest

from scenario import interactions_csv
from test_cli import assert_one_clear_line, palate

NAMED = "aws-popularity-count,palate-ease,palate-als,palate-content-based"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    # A name that must be escaped on the page.
    path = folder / "a&b <i>.csv"
    # Enough users for the recipes to hold some out and choose their settings.
    path.write_text(interactions_csv(users=200))
    done = palate("compare", "--interactions", path, "--recipes", NAMED, "--html", folder / "page.html", "--output",
                  "json")
    assert done.returncode == 0, done.stderr
    return path, json.loads(done.stdout), (folder / "page.html").read_text(), done.stderr


def test_every_recipe_is_measured_or_left_out_with_a_reason(compared):
    _, report, _, _ = compared
    assert {entry["recipe"] for entry in report["recipes"]} == set(NAMED.split(",")) - {"palate-content-based"}
    assert [entry["recipe"] for entry in report["skipped"]] == ["palate-content-based"]
    assert "items" in report["skipped"][0]["reason"]
    for entry in report["recipes"]:
        assert 0 < entry["metrics"]["standard_ndcg_at_10"] <= 1 and entry["trainingSeconds"] > 0
        assert entry["modelBytes"] > 1000 and entry["scoring"]["histories"] == 200
        assert 0 < entry["scoring"]["medianSeconds"] <= entry["scoring"]["percentile99Seconds"]
        assert entry["points"][-1]["fraction"] == 1


def test_metrics_are_those_of_evaluate(compared):
    path, report, _, _ = compared
    done = palate("evaluate", "--interactions", path, "--recipe", "palate-ease", "--protocol", "personalize",
                  "--output", "json")
    found = next(entry for entry in report["recipes"] if entry["recipe"] == "palate-ease")
    assert found["metrics"] == json.loads(done.stdout)["metrics"]


def test_the_best_choice_follows_the_rule(compared):
    _, report, _, _ = compared
    values = {entry["recipe"]: entry["metrics"][report["metric"]] for entry in report["recipes"]}
    near = [entry for entry in report["recipes"]
            if values[entry["recipe"]] >= max(values.values()) * (1 - report["tolerance"])]
    assert report["best"]["recipe"] == min(near, key=lambda entry: entry["trainingSeconds"])["recipe"]
    assert report["best"]["recipe"] in report["best"]["reason"]


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href")]

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_needs_nothing_else_and_shows_the_same(compared):
    path, report, html, _ = compared
    page = Page()
    page.feed(html)
    text = " ".join(page.text)
    assert page.links == [] and "script" not in page.tags and "@import" not in html and "url(" not in html
    assert path.name in text and report["best"]["reason"] in text
    for entry in report["recipes"]:
        assert entry["recipe"] in text and f"{entry['metrics']['standard_ndcg_at_10']:.4f}" in text
    assert "prefers-color-scheme: dark" in html
    drawings = re.findall(r"<svg.*?</svg>", html, re.S)
    # Five metrics, three costs, one of both, and the curve of a search over settings.
    assert len(drawings) == 10
    for drawing in drawings:
        root = tree.fromstring(drawing)
        assert root.attrib["role"] == "img" and root.find("title").text and root.find("desc").text
        assert "nan" not in drawing and "inf" not in drawing


def test_the_table_marks_the_best(compared, tmp_path):
    path, _, _, _ = compared
    done = palate("compare", "--interactions", path, "--recipes", "palate-ease, aws-popularity-count", "--protocol",
                  "leave-one-out", "--exclude-seen", "--html", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    marked = [line for line in done.stdout.splitlines() if line.startswith("* palate") or line.startswith("* aws")]
    assert len(marked) == 1 and "* Best choice: " in done.stdout
    assert "NDCG@10" in done.stdout and "coverage" in done.stdout


def test_by_default_each_model_is_trained_once(tmp_path):
    path = tmp_path / "interactions.csv"
    path.write_text(interactions_csv())
    done = palate("compare", "--interactions", path, "--html", tmp_path / "page.html", "--output", "json", timeout=600)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    taken = {entry["recipe"] for entry in report["recipes"]}
    assert {"aws-user-personalization", "aws-popularity-count", "palate-ease", "palate-user-knn"} <= taken
    reasons = {entry["recipe"]: entry["reason"] for entry in report["skipped"]}
    assert "aws-user-personalization" in reasons["aws-hrnn"] and "item" in reasons["aws-similar-items"]
    assert "actions" in reasons["aws-next-best-action"] and "users" in reasons["aws-item-affinity"]


def test_mistakes_are_named(compared, tmp_path):
    path, _, _, _ = compared
    base = ["compare", "--interactions", path, "--html", tmp_path / "page.html"]
    assert_one_clear_line(palate(*base, "--recipes", "aws-none"), "aws-none")
    assert_one_clear_line(palate(*base, "--recipes", "aws-item-affinity"), "aws-item-affinity", "segments")
    assert_one_clear_line(palate(*base, "--recipes", ","), "--recipes")
    assert_one_clear_line(palate(*base, "--metric", "accuracy"), "accuracy")
    assert_one_clear_line(palate(*base, "--recipes", "palate-content-based"), "palate-content-based", "items")
    assert_one_clear_line(
        palate("compare", "--interactions", path, "--html", tmp_path / "none" / "page.html"), "page.html")
    assert not (tmp_path / "page.html").exists()
