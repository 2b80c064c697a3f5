"""What `palate bench` prints of trainings, checked against a second way of computing it."""

import json
import math
import xml.etree.ElementTree as ElementTree

import pytest
from test_cli import assert_one_clear_line, palate

SIZE = ["--users", 300, "--items", 100, "--interactions", 4000]


def test_trainings_take_no_more_than_they_announce():
    done = palate("bench", "memory", "--recipe", "aws-trending-now", "--recipe", "palate-item-knn", *SIZE,
                  "--output", "json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [result["recipe"] for result in results] == ["aws-trending-now"] * 2 + ["palate-item-knn"] * 2
    assert [result["size"]["items"] for result in results] == [100, 400, 100, 400]
    for result in results:
        assert 0 < result["peakBytes"] <= result["announcedBytes"] + 2**20


def test_growth_is_the_slope_between_the_logarithms(tmp_path):
    done = palate("bench", "growth", "--recipe", "palate-weighted-rating", *SIZE, "--plots", tmp_path, "--output",
                  "json")
    assert done.returncode == 0, done.stderr
    [result] = json.loads(done.stdout)
    assert [growth["axis"] for growth in result["growth"]] == ["users", "items", "interactions"]
    for growth in result["growth"]:
        sizes = [run["size"][growth["axis"]] for run in growth["runs"]]
        assert [size / sizes[1] for size in sizes] == [0.5, 1, 2, 4]
        for name in ("processorSeconds", "peakBytes"):
            x = [math.log(size) for size in sizes]
            y = [math.log(run[name]) for run in growth["runs"]]
            mean_x, mean_y = sum(x) / 4, sum(y) / 4
            slope = (sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
                     / sum((a - mean_x) ** 2 for a in x))
            assert growth[name]["exponent"] == pytest.approx(slope, abs=1e-9)
            assert math.log(growth[name]["factor"]) == pytest.approx(mean_y - slope * mean_x, abs=1e-9)
    picture = ElementTree.parse(tmp_path / "palate-weighted-rating.svg").getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    circles = [(float(one.get("cx")), float(one.get("cy")))
               for one in picture.iter("{http://www.w3.org/2000/svg}circle")]
    assert len(circles) == 24
    width, height = (float(part) for part in picture.get("viewBox").split()[2:])
    assert all(0 < x < width and 0 < y < height for x, y in circles)


def test_the_plot_of_exploration_shows_the_regret_up_to_each_day(tmp_path):
    done = palate("bench", "explore", "--days", 2, "--worlds", 1, "--plot", tmp_path / "regret.svg", "--output", "json",
                  timeout=600)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    for row in rows:
        assert len(row["regretByDay"]) == 2 and row["regretByDay"][1] == pytest.approx(row["regret"])
    picture = ElementTree.parse(tmp_path / "regret.svg").getroot()
    lines = list(picture.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(lines) == 8 and all(len(line.get("points").split()) == 2 for line in lines)
    names = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    regret = {row["policy"]: row["regret"] for row in rows}
    plotted = [name for name in names if name in regret]
    assert len(plotted) == 8
    # The less was missed, the higher a line ends.
    ends = {name: float(line.get("points").split()[-1].split(",")[1]) for name, line in zip(plotted, lines)}
    assert sorted(plotted, key=ends.get) == sorted(plotted, key=regret.get)


def test_an_unknown_recipe_is_named():
    assert_one_clear_line(palate("bench", "growth", "--recipe", "palate-none"), "palate-none")


def test_recommendations_are_counted_and_the_catalogue_is_kept(tmp_path):
    arguments = ["bench", "serve", "--data-dir", tmp_path, "--items", 150, "--users", 200, "--interactions", 5000,
                 "--connections", 4, "--seconds", 1, "--warmup", 0, "--profile", "--output", "json"]
    first = palate(*arguments)
    assert first.returncode == 0, first.stderr
    assert "CreateCampaign" in first.stderr
    report = json.loads(first.stdout)
    for part in ("recommendations", "fixedBytes"):
        load = report[part]["load"]
        assert load["answers"] > 0 and load["failures"] == 0
        assert load["answersPerSecond"] == pytest.approx(load["answers"])
        assert 0 < load["medianMilliseconds"] <= load["percentile99Milliseconds"] <= load["slowestMilliseconds"]
    assert set(report["stages"]) == {"signature", "parse", "history", "filter", "score", "encode"}
    assert 0 < report["stages"]["score"] < 1e6
    again = palate(*arguments[:-3], "--rate", 40, "--output", "json")
    assert "CreateCampaign" not in again.stderr
    paced = json.loads(again.stdout)
    assert 0 < paced["recommendations"]["load"]["answers"] <= 41 and "stages" not in paced


def test_a_load_names_an_address_that_is_none():
    done = palate("bench", "load", "--url", "nowhere")
    assert_one_clear_line(done, "--url must look like http://host:port/path")
