"""How trainings go: the page of trainings, the metrics, Ctrl-C on the command line."""

import json
import re
import signal
import subprocess
import time
import urllib.request

import pytest

from conftest import binary
from scenario import Stack, create_solution, describe, interactions_csv
from test_cli import palate as run

ALS = "arn:aws:personalize:::recipe/palate-als"
LONG = {"algorithmHyperParameters": {"hidden_dimension": "256", "iterations": "100", "regularization": "0.01"}}


def get(server, path):
    with urllib.request.urlopen(server.endpoint + path, timeout=10) as answer:
        return answer.headers.get("Content-Type"), answer.read().decode()


def trainings(server):
    kind, body = get(server, "/palate/trainings")
    assert kind == "application/json"
    return {entry["arn"]: entry for entry in json.loads(body)["trainings"]}


def wait_for(condition, timeout=60):
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def big_csv():
    return interactions_csv(users=3000, items=1500, events=40)


def test_an_ended_training_says_what_it_chose_and_how_it_went(own_palate):
    stack = Stack(own_palate, "ended")
    stack.import_data()
    stack.train()
    entry = trainings(own_palate)[stack.version]
    assert entry["status"] == "ACTIVE" and "running" not in entry and entry["learned"]
    assert entry["metrics"] == stack.personalize.get_solution_metrics(solutionVersionArn=stack.version)["metrics"]
    points = entry["points"]
    assert points[-1]["fraction"] == 1 and len(points) <= 400
    assert [point["seconds"] for point in points] == sorted(point["seconds"] for point in points)


def test_a_running_training_is_seen_and_stopped(own_palate, big_csv):
    stack = Stack(own_palate, "long", big_csv)
    stack.import_data()
    solution = create_solution(stack.personalize, "long", stack.group, ALS, solutionConfig=LONG)
    version = stack.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]

    def factorising():
        entry = trainings(own_palate)[version]
        return entry if "factorising" in entry.get("running", {}).get("stage", "") else None

    entry = wait_for(factorising)
    assert entry["status"] == "CREATE IN_PROGRESS" and "learned" not in entry
    assert 0 < entry["running"]["fraction"] < 1 and entry["running"]["measurements"]["memory_bytes"] > 0
    assert entry["points"] and entry["running"]["seconds"] > 0
    page = get(own_palate, "/metrics")[1]
    shown = re.search(r'palate_training_progress\{resource="([^"]+)"\} (\S+)', page)
    assert shown[1] == version and 0 < float(shown[2]) < 1
    assert f'palate_training_measurement{{resource="{version}",name="memory_bytes"}}' in page
    stack.personalize.stop_solution_version_creation(solutionVersionArn=version)
    wait_for(lambda: describe(stack.personalize, version)["status"] == "CREATE STOPPED")
    wait_for(lambda: "running" not in trainings(own_palate)[version])
    assert "palate_training_progress{" not in get(own_palate, "/metrics")[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["train", "evaluate", "compare"])
def test_a_signal_stops_the_command_line_and_leaves_nothing(tmp_path, big_csv, command, number):
    path = tmp_path / "interactions.csv"
    path.write_text(big_csv)
    further = {
        "train": ["--recipe", "palate-als", "--output", tmp_path / "made"],
        "evaluate": ["--recipe", "palate-als", "--protocol", "personalize"],
        "compare": ["--recipes", "palate-als", "--html", tmp_path / "made"],
    }[command]
    if command != "compare":
        further += ["--hyperparameter", "iterations=100", "--hyperparameter", "hidden_dimension=256"]
    process = subprocess.Popen(
        [binary(), command, "--interactions", path, *further], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True)
    try:
        # The first line of progress: training has begun.
        assert "%" in process.stderr.readline()
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130 and output == "" and "Stopped: no" in errors.splitlines()[-1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["interactions.csv"]


def test_the_command_line_tells_validation_and_memory(tmp_path):
    path = tmp_path / "interactions.csv"
    path.write_text(interactions_csv(users=200))
    done = run("train", "--interactions", path, "--recipe", "palate-ease", "--skip-metrics", "--output",
               tmp_path / "model")
    assert done.returncode == 0
    assert re.search(r"takes at most \d+ MiB", done.stderr)
    assert re.search(r"\[validation ndcg@25 0\.\d{4}\]", done.stderr)
    written = json.loads((tmp_path / "model" / "training.json").read_text())
    assert written["newest"]["memory_bytes"] > 0
    assert len([point for point in written["points"] if "validation_ndcg_at_25" in point["measurements"]]) > 1
