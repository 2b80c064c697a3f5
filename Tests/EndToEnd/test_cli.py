"""The command-line contract other programs rely on."""

import json
import subprocess

import pytest
from scenario import HEADER, interactions_csv, popularity
from conftest import binary

KEYS = {
    "recipe", "users", "items", "interactions", "readSeconds", "trainingSeconds", "evaluationSeconds",
    "peakMemoryBytes", "metrics",
}


def palate(*arguments, timeout=120):
    return subprocess.run(
        [binary(), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def interactions(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "interactions.csv"
    path.write_text(interactions_csv())
    return path


@pytest.fixture(scope="module")
def model(interactions):
    output = interactions.parent / "model"
    done = palate("train", "--interactions", interactions, "--recipe", "aws-user-personalization", "--output", output)
    assert done.returncode == 0, done.stderr
    return output


def assert_one_clear_line(done, *words):
    """A mistake of the user: non-zero, nothing on standard output, one line that names it."""
    assert done.returncode not in (0, -4, -5, -6, -11), done
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert lines and "Fatal error" not in done.stderr and "Stack dump" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    return lines


@pytest.mark.parametrize("command", [[], ["serve"], ["demo"], ["train"], ["recommend"], ["evaluate"], ["bench"]])
def test_every_command_explains_itself(command):
    done = palate(*command, "--help")
    assert done.returncode == 0 and "USAGE: palate" in done.stdout and done.stderr == ""


def test_an_unknown_command_or_option_is_a_usage_error():
    for arguments in (["frobnicate"], ["--frobnicate"], ["train", "--frobnicate", "1"], ["train"]):
        done = palate(*arguments)
        assert done.returncode == 64 and "Usage:" in done.stderr


def test_training_reports_one_json_object(interactions, tmp_path):
    done = palate(
        "train", "--interactions", interactions, "--recipe", "aws-user-personalization", "--output",
        tmp_path / "model", "--output-report", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert KEYS - {"evaluationSeconds", "metrics"} <= set(report)
    assert report["recipe"] == "aws-user-personalization"
    assert (report["users"], report["items"], report["interactions"]) == (60, 90, 2400)
    assert (tmp_path / "model" / "model.json").exists()
    assert list((tmp_path / "model").glob("*.safetensors"))


@pytest.mark.parametrize("protocol", ["personalize", "leave-one-out", "strong-generalization"])
def test_evaluation_prints_one_json_object(interactions, protocol):
    done = palate(
        "evaluate", "--interactions", interactions, "--recipe", "aws-popularity-count", "--protocol", protocol,
        "--output", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert KEYS | {"protocol"} <= set(report)
    assert report["protocol"] == protocol and report["metrics"]
    assert all(isinstance(value, (int, float)) for value in report["metrics"].values())


def test_the_same_seed_gives_the_same_metrics(interactions):
    runs = [
        json.loads(palate(
            "evaluate", "--interactions", interactions, "--recipe", "aws-user-personalization", "--protocol",
            "personalize", "--seed", "7", "--output", "json").stdout)["metrics"]
        for _ in range(2)]
    assert runs[0] == runs[1]
    assert {"normalized_discounted_cumulative_gain_at_25", "standard_ndcg_at_25", "precision_at_25", "coverage",
            "mean_reciprocal_rank_at_25"} <= set(runs[0])


def test_a_model_recommends_items_of_its_catalogue(model):
    done = palate("recommend", "--model", model, "--user", "u1", "--num-results", 7)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    catalogue = set(popularity(interactions_csv()))
    assert len([line for line in lines if set(line.split()) & catalogue]) == 7


def test_a_user_the_model_does_not_know_gets_items_too(model):
    known, unknown = (palate("recommend", "--model", model, "--user", user) for user in ("u1", "stranger"))
    assert unknown.returncode == 0 and len(unknown.stdout.splitlines()) >= 25
    assert unknown.stdout != known.stdout


@pytest.mark.parametrize("row,words", [
    ("u1,i1,yesterday,watch", ["TIMESTAMP"]), ("u1,i1,17", []), ('u1,"i1,17,watch', []), (",i1,17,watch", ["USER_ID"]),
])
def test_a_bad_cell_is_named_with_file_and_line(tmp_path, row, words):
    lines = interactions_csv().splitlines()
    lines[10] = row
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(lines))
    for command in (["train", "--output", tmp_path / "model"], ["evaluate", "--protocol", "personalize"]):
        done = palate(command[0], "--interactions", path, "--recipe", "aws-popularity-count", *command[1:])
        assert_one_clear_line(done, "broken.csv", "11", *words)
    assert not (tmp_path / "model").exists()


def test_mistakes_are_named(interactions, model, tmp_path):
    train = ["train", "--interactions", interactions, "--output", tmp_path / "model"]
    assert_one_clear_line(palate(*train, "--recipe", "aws-none"), "aws-none")
    assert_one_clear_line(
        palate(*train, "--recipe", "aws-popularity-count", "--hyperparameter", "layers=3"), "layers")
    assert_one_clear_line(
        palate(*train, "--recipe", "aws-popularity-count", "--hyperparameter", "nonsense"), "nonsense")
    assert_one_clear_line(
        palate("train", "--interactions", tmp_path / "none.csv", "--recipe", "aws-popularity-count", "--output",
               tmp_path / "model"), "none.csv")
    assert_one_clear_line(palate("recommend", "--model", tmp_path / "none", "--user", "u"), "none")
    assert_one_clear_line(
        palate("evaluate", "--interactions", interactions, "--recipe", "aws-popularity-count", "--protocol", "guess"),
        "guess")
    assert_one_clear_line(
        palate(*train, "--recipe", "palate-als", "--memory-limit", "100KiB"), "100 KiB", "memory", "aws-popularity-count")
    assert_one_clear_line(palate(*train, "--recipe", "palate-als", "--memory-limit", "much"), "memory-limit", "much")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("body", ["", HEADER, HEADER + "\n", "A,B,C\n1,2,3\n", "\x00\xff", "USER_ID,ITEM_ID\nu,i\n"])
def test_files_that_hold_no_interactions_are_refused(tmp_path, body):
    path = tmp_path / "odd.csv"
    path.write_bytes(body.encode("latin-1"))
    done = palate("evaluate", "--interactions", path, "--recipe", "aws-popularity-count", "--protocol", "personalize")
    assert_one_clear_line(done, "odd.csv")


@pytest.mark.parametrize("damage", ["truncate", "garbage", "missing"])
def test_a_damaged_model_is_refused(model, tmp_path, damage):
    import shutil
    copy = tmp_path / "model"
    shutil.copytree(model, copy)
    for path in copy.iterdir():
        if damage == "truncate":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        elif damage == "garbage":
            path.write_bytes(b"\xff" * path.stat().st_size)
        elif path.name == "model.json":
            path.unlink()
    assert_one_clear_line(palate("recommend", "--model", copy, "--user", "u1"))


@pytest.mark.parametrize("arguments,word", [
    (["--port", "99999"], "port"), (["--port", "x"], "port"), (["--config", "/nonexistent/palate.json"], "palate.json"),
    (["--data-dir", "/proc/palate"], "/proc/palate"), (["--account", "12"], "account"),
])
def test_a_service_that_cannot_start_says_why(tmp_path, arguments, word):
    directory = [] if "--data-dir" in arguments else ["--data-dir", tmp_path / "data"]
    port = [] if "--port" in arguments else ["--port", "0"]
    done = palate("serve", *directory, *port, *arguments, timeout=30)
    assert done.returncode not in (0, -4, -5, -6, -11) and word in done.stderr.lower()
