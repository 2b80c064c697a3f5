"""The AWS CLI, with nothing set but the endpoint, a region and any access key."""

import json
import os
import subprocess

import pytest
from scenario import SCHEMA, environment


@pytest.fixture
def aws(palate):
    def run(*arguments):
        return subprocess.run(
            ["aws", *arguments], capture_output=True, text=True, timeout=60, check=False,
            env=os.environ | environment(palate) | {"AWS_PAGER": ""})
    return run


def test_the_cli_creates_describes_and_deletes(aws, unique):
    created = aws("personalize", "create-schema", "--name", unique, "--schema", json.dumps(SCHEMA))
    assert created.returncode == 0, created.stderr
    arn = json.loads(created.stdout)["schemaArn"]
    described = aws("personalize", "describe-schema", "--schema-arn", arn)
    assert json.loads(described.stdout)["schema"]["name"] == unique
    assert aws("personalize", "delete-schema", "--schema-arn", arn).returncode == 0
    gone = aws("personalize", "describe-schema", "--schema-arn", arn)
    assert gone.returncode in (254, 255) and "(ResourceNotFoundException)" in gone.stderr and arn in gone.stderr


def test_the_cli_lists_recipes(aws):
    listed = aws("personalize", "list-recipes", "--query", "recipes[].name", "--output", "json")
    assert "aws-user-personalization" in json.loads(listed.stdout)


def test_the_cli_gets_recommendations(aws, stack):
    answer = aws("personalize-runtime", "get-recommendations", "--campaign-arn", stack.campaign, "--user-id", "u1")
    assert answer.returncode == 0, answer.stderr
    assert len(json.loads(answer.stdout)["itemList"]) == 25


def test_the_cli_copies_files_to_a_bucket(aws, tmp_path, unique):
    path = tmp_path / "a.csv"
    path.write_text("hello\n")
    assert aws("s3", "mb", f"s3://{unique}").returncode == 0
    copied = aws("s3", "cp", str(path), f"s3://{unique}/folder/a.csv")
    assert copied.returncode == 0, copied.stderr
    assert "folder/a.csv" in aws("s3", "ls", f"s3://{unique}", "--recursive").stdout
    assert aws("s3", "rb", f"s3://{unique}", "--force").returncode == 0


def test_the_cli_knows_who_it_is(aws):
    identity = json.loads(aws("sts", "get-caller-identity").stdout)
    assert identity["Account"] == "123456789012"
