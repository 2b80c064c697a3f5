"""Batch inference jobs: JSON Lines in, JSON Lines out, answered as a campaign answers."""

import json
import os
import random
import time

import pytest

from conftest import Server
from scenario import (
    POPULARITY, Stack, activate, create_bucket, create_role, describe, error_of, restart, settle, wait_until_gone,
)
from test_filters import FilteredStack


def both_ways(bucket):
    """What the guide asks for batch jobs: the service may read and write."""
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"},
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }],
    })


def writer_role(iam, name):
    role = create_role(iam, name)
    iam.put_role_policy(
        RoleName=name, PolicyName="write",
        PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
                           "Resource": "*"}],
        }))
    return role


class Batch:
    """A bucket and a role for batch jobs of a stack."""

    def __init__(self, server, stack, prefix):
        self.personalize = server.client("personalize")
        self.s3 = server.client("s3")
        self.stack = stack
        self.bucket = create_bucket(self.s3, f"{prefix}-batch")
        self.s3.put_bucket_policy(Bucket=self.bucket, Policy=both_ways(self.bucket))
        self.role = writer_role(server.client("iam"), f"{prefix}-batch")

    def put(self, key, lines):
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=text.encode())

    def start(self, name, key="input.json", version=None, output="out/", **options):
        options.setdefault("roleArn", self.role)
        return self.personalize.create_batch_inference_job(
            jobName=name, solutionVersionArn=version or self.stack.version,
            jobInput={"s3DataSource": {"path": f"s3://{self.bucket}/{key}"}},
            jobOutput={"s3DataDestination": {"path": f"s3://{self.bucket}/{output}"}}, **options)["batchInferenceJobArn"]

    def raw(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def records(self, key):
        return [json.loads(line) for line in self.raw(key).decode().splitlines()]

    def run(self, name, lines, key=None, **options):
        key = key or f"{name}.json"
        self.put(key, lines)
        activate(self.personalize, self.start(name, key, output=f"out-{name}/", **options))
        return self.records(f"out-{name}/{key}.out")

    def keys(self, prefix=""):
        return {item["Key"] for item in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])}


@pytest.fixture(scope="module")
def batch(palate, stack):
    return Batch(palate, stack, "shared")


@pytest.fixture(scope="module")
def filtered(palate):
    return FilteredStack(palate, "batch-filtered")


@pytest.fixture(scope="module")
def filtered_batch(palate, filtered):
    return Batch(palate, filtered, "filtered")


def test_each_user_gets_what_a_campaign_would_answer(batch, runtime):
    users = ["u0", "u17", "nobody knows me", "u17"]
    records = batch.run("as-campaign", [{"userId": user} for user in users])
    assert len(records) == 4
    for user, record in zip(users, records):
        answer = runtime.get_recommendations(campaignArn=batch.stack.campaign, userId=user)["itemList"]
        assert record["input"] == {"userId": user} and record["error"] is None
        assert set(record) == {"input", "output", "error"} and set(record["output"]) == {"recommendedItems", "scores"}
        assert record["output"]["recommendedItems"] == [item["itemId"] for item in answer]
        assert record["output"]["scores"] == pytest.approx([item["score"] for item in answer])
        assert len(answer) == 25


def test_the_number_of_results_is_what_was_asked_for(batch, unique):
    for count in (1, 60, 500):
        records = batch.run(f"{unique}-{count}", [{"userId": "u3"}], numResults=count)
        assert len(records[0]["output"]["recommendedItems"]) == min(count, 90)
    for count in (0, -1, 501):
        code, message = error_of(batch.start, name="count", numResults=count)
        assert code == "InvalidInputException" and "numResults" in message


def test_palates_own_options_apply_to_batches(batch, unique):
    def options(**texts):
        return {"batchInferenceJobConfig": {"itemExplorationConfig": {
            "explorationWeight": "0", **{f"palate.{key}": text for key, text in texts.items()}}}}

    [record] = batch.run(unique, [{"userId": "u3"}], numResults=90, **options(removeSeen="*"))
    rows = [line.split(",") for line in batch.stack.csv.splitlines()[1:]]
    seen = {row[1] for row in rows if row[0] == "u3"}
    assert set(record["output"]["recommendedItems"]) == {row[1] for row in rows} - seen
    for key, texts in (("palate.removeSeen", {"removeSeen": ","}),
                       ("palate.categoryColumn", {"categoryColumn": "GENRES", "maximumPerCategory": "1"})):
        code, message = error_of(batch.start, name="options", **options(**texts))
        assert code == "InvalidInputException" and key in message


def test_a_bad_line_gets_an_error_beside_the_good_ones(batch):
    lines = [
        {"userId": "u1"}, "{not json", {"userId": 7}, {"user": "u1"}, "[]", "", "   ", "\u00e4\u00f6", {"userId": ""},
        {"userId": "u1", "filterValues": {"GENRE": "\"Drama\""}}, {"userId": "u1", "context": ["DEVICE"]},
        '{"userId": "' + "x" * (1 << 20) + '"}', {"userId": None}, {"userId": "u2"},
    ]
    records = batch.run("bad-lines", lines)
    assert len(records) == len(lines) - 2
    assert [bool(record.get("output")) for record in records] == [True] + [False] * 10 + [True]
    for record in records[1:-1]:
        assert record["error"] and "output" not in record
    messages = [record["error"] for record in records[1:-1]]
    assert "not valid JSON" in messages[0] and messages[1] == "userId must be a string."
    assert messages[2] == "userId is missing." and messages[3] == "The line must be a JSON object."
    assert "no filter" in messages[6] and messages[7] == "context must be an object of strings."
    assert "longer than" in messages[8]
    assert records[2]["input"] == {"userId": 7} and records[1]["input"] == "{not json"


def test_arbitrary_bytes_give_one_record_a_line(batch):
    generator = random.Random(5)
    pieces = [b"{", b"}", b"[", b"]", b'"userId"', b":", b'"u1"', b",", b"\xff", b"\\u00", b"\x00", b"1e999", b" ", b"null"]
    lines = [b"".join(generator.choices(pieces, k=generator.randrange(1, 12))) for _ in range(400)]
    lines = [line if line.strip() else b"x" for line in lines] + [b"[" * 5000, b'{"userId": "u1"}']
    batch.s3.put_object(Bucket=batch.bucket, Key="fuzz.json", Body=b"\r\n".join(lines))
    activate(batch.personalize, batch.start("fuzz", "fuzz.json", output="out-fuzz"))
    records = batch.records("out-fuzz/fuzz.json.out")
    assert len(records) == len(lines) and records[-1]["error"] is None


def test_a_prefix_takes_every_file_that_begins_with_it(batch):
    batch.put("many/a.json", [{"userId": "u1"}])
    batch.put("many/deep/b.json", [{"userId": "u2"}, {"userId": "u3"}])
    batch.put("many_more/c.json", [{"userId": "u4"}])
    batch.put("many/empty.json", [])
    activate(batch.personalize, batch.start("folder", "many/", output="out-folder"))
    assert batch.keys("out-folder/") == {"out-folder/a.json.out", "out-folder/deep/b.json.out"}
    assert len(batch.records("out-folder/deep/b.json.out")) == 2
    activate(batch.personalize, batch.start("prefix", "many", output="out-prefix/"))
    assert batch.keys("out-prefix/") == {
        "out-prefix/many/a.json.out", "out-prefix/many/deep/b.json.out", "out-prefix/many_more/c.json.out"}


def test_a_filter_applies_to_every_line_with_its_own_values(filtered, filtered_batch):
    arn = filtered.filter("batch-genre", "INCLUDE ItemID WHERE Items.GENRES IN ($GENRES)")
    lines = [
        {"userId": "u1", "filterValues": {"GENRES": "\"Drama\""}},
        {"userId": "u1", "filterValues": {"GENRES": "\"Crime\",\"Comedy\""}},
        {"userId": "u1"}, {"userId": "u1", "filterValues": {"GENRES": "Drama"}},
    ]
    records = filtered_batch.run("filtered", lines, filterArn=arn, numResults=500)
    got = [set(record["output"]["recommendedItems"]) for record in records[:2]]
    assert got[0] == filtered.where(lambda row: "Drama" in row["GENRES"])
    assert got[1] == filtered.where(lambda row: {"Crime", "Comedy"} & set(row["GENRES"]))
    assert "GENRES needs a value" in records[2]["error"] and "GENRES" in records[3]["error"]
    assert records[0]["input"] == lines[0]


def test_filters_look_at_the_users_events_and_fields(filtered, filtered_batch):
    seen = filtered.filter("batch-seen", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")')
    premium = filtered.filter(
        "batch-premium", 'EXCLUDE ItemID WHERE Items.GENRES IN ("Drama") IF CurrentUser.MEMBERSHIP = "Premium"')
    lines = [{"userId": "u1"}, {"userId": "u2"}]
    for user, record in zip(["u1", "u2"], filtered_batch.run("seen", lines, filterArn=seen, numResults=500)):
        assert set(record["output"]["recommendedItems"]) == filtered.catalogue - filtered.events[user]["watch"]
    records = filtered_batch.run("premium", lines, filterArn=premium, numResults=500)
    drama = filtered.where(lambda row: "Drama" in row["GENRES"])
    assert not drama & set(records[0]["output"]["recommendedItems"])
    assert drama <= set(records[1]["output"]["recommendedItems"])


def test_a_filter_must_list_items_of_the_same_group(filtered, filtered_batch, batch):
    users = filtered.filter("batch-users", 'EXCLUDE UserID WHERE Users.MEMBERSHIP IN ("Free")')
    code, message = error_of(filtered_batch.start, name="subject", filterArn=users)
    assert code == "InvalidInputException" and "UserID" in message
    code, message = error_of(batch.start, name="group", filterArn=users)
    assert code == "InvalidInputException" and "another dataset group" in message
    code, _ = error_of(batch.start, name="none", filterArn=users + "-none")
    assert code == "ResourceNotFoundException"


def test_a_job_says_why_it_failed(palate, batch, unique):
    def reason(name, key="reasons.json", **options):
        job = settle(batch.personalize, batch.start(f"{unique}-{name}", key, **options))
        assert job["status"] == "CREATE FAILED"
        return job["failureReason"]

    batch.put("reasons.json", [{"userId": "u1"}])
    batch.put("nothing.json", [])
    batch.put("blank.json", ["", " ", "\t"])
    assert "does not exist" in reason("key", "missing.json")
    assert "is empty" in reason("empty", "nothing.json")
    assert "no lines" in reason("blank", "blank.json")
    assert "role" in reason("role", roleArn="arn:aws:iam::123456789012:role/nobody")
    reader = create_role(palate.client("iam"), f"{unique}-reader")
    assert "s3:PutObject" in reason("write", roleArn=reader)
    closed = create_bucket(palate.client("s3"), f"{unique}-closed", {"reasons.json": '{"userId": "u1"}'}, readable=False)
    arn = batch.personalize.create_batch_inference_job(
        jobName=f"{unique}-closed", solutionVersionArn=batch.stack.version, roleArn=batch.role,
        jobInput={"s3DataSource": {"path": f"s3://{closed}/reasons.json"}},
        jobOutput={"s3DataDestination": {"path": f"s3://{batch.bucket}/out/"}})["batchInferenceJobArn"]
    assert "bucket policy" in settle(batch.personalize, arn)["failureReason"]
    arn = batch.personalize.create_batch_inference_job(
        jobName=f"{unique}-gone", solutionVersionArn=batch.stack.version, roleArn=batch.role,
        jobInput={"s3DataSource": {"path": f"s3://{batch.bucket}/reasons.json"}},
        jobOutput={"s3DataDestination": {"path": f"s3://{unique}-none/out/"}})["batchInferenceJobArn"]
    assert "does not exist" in settle(batch.personalize, arn)["failureReason"]


def test_a_job_is_described_and_listed(batch, unique):
    batch.put("input.json", [{"userId": "u1"}])
    arn = batch.start(
        unique, numResults=7, tags=[{"tagKey": "team", "tagValue": "films"}],
        batchInferenceJobConfig={"itemExplorationConfig": {"explorationWeight": "0.2"}})
    activate(batch.personalize, arn)
    job = describe(batch.personalize, arn)
    assert arn == f"arn:aws:personalize:us-east-1:123456789012:batch-inference-job/{unique}"
    assert job["jobName"] == unique and job["numResults"] == 7 and job["roleArn"] == batch.role
    assert job["solutionVersionArn"] == batch.stack.version and job["batchInferenceJobMode"] == "BATCH_INFERENCE"
    assert job["jobInput"]["s3DataSource"]["path"] == f"s3://{batch.bucket}/input.json"
    assert job["jobOutput"]["s3DataDestination"]["path"] == f"s3://{batch.bucket}/out/"
    assert job["batchInferenceJobConfig"] == {"itemExplorationConfig": {"explorationWeight": "0.2"}}
    assert batch.personalize.list_tags_for_resource(resourceArn=arn)["tags"] == [{"tagKey": "team", "tagValue": "films"}]
    paginator = batch.personalize.get_paginator("list_batch_inference_jobs")
    pages = paginator.paginate(solutionVersionArn=batch.stack.version, PaginationConfig={"PageSize": 2})
    jobs = {job["batchInferenceJobArn"]: job for page in pages for job in page["batchInferenceJobs"]}
    assert jobs[arn]["status"] == "ACTIVE" and jobs[arn]["solutionVersionArn"] == batch.stack.version
    assert error_of(batch.start, name=unique)[0] == "ResourceAlreadyExistsException"
    assert error_of(
        batch.personalize.describe_batch_inference_job, batchInferenceJobArn=arn + "x")[0] == "ResourceNotFoundException"


def test_requests_that_cannot_work_are_refused(batch):
    def refused(**options):
        return error_of(batch.start, name="refused", **options)

    code, message = refused(batchInferenceJobConfig={"itemExplorationConfig": {"explorationWeight": "2"}})
    assert code == "InvalidInputException" and "explorationWeight" in message
    code, message = refused(batchInferenceJobMode="THEME_GENERATION")
    assert code == "InvalidInputException" and "themeGenerationConfig" in message
    themes = {"fieldsForThemeGeneration": {"itemName": "TITLE"}}
    code, message = refused(batchInferenceJobMode="THEME_GENERATION", themeGenerationConfig=themes)
    assert code == "InvalidInputException" and "aws-similar-items" in message
    assert refused(themeGenerationConfig=themes)[0] == "InvalidInputException"
    assert refused(version=batch.stack.version + "x")[0] == "ResourceNotFoundException"
    code, message = error_of(
        batch.personalize.create_batch_inference_job, jobName="refused", solutionVersionArn=batch.stack.version,
        roleArn=batch.role, jobInput={"s3DataSource": {"path": "http://somewhere"}},
        jobOutput={"s3DataDestination": {"path": "s3://somewhere/"}})
    assert code == "InvalidInputException" and "jobInput.s3DataSource.path" in message


@pytest.mark.parametrize("kind", ["killed", "stopped"])
def test_an_interrupted_job_runs_again_and_writes_the_same(tmp_path, kind):
    server = Server(tmp_path / "data").start()
    try:
        stack = Stack(server, "films")
        stack.import_data()
        stack.train()
        batch = Batch(server, stack, "films")
        lines = [{"userId": f"u{number % 60}"} for number in range(60_000)]
        batch.put("input.json", lines)
        activate(server.client("personalize"), batch.start("whole", output="whole/"), timeout=240)
        arn = batch.start("cut", output="cut/")
        deadline = time.monotonic() + 60
        while describe(batch.personalize, arn)["status"] == "CREATE PENDING":
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert not batch.keys("cut/")
        if kind == "killed":
            restart(server)
        else:
            server.stop()
            server.start()
        batch.personalize, batch.s3 = server.client("personalize"), server.client("s3")
        activate(batch.personalize, arn, timeout=240)
        assert batch.raw("cut/input.json.out") == batch.raw("whole/input.json.out")
    finally:
        server.stop()


def test_memory_does_not_grow_with_the_input(tmp_path):
    server = Server(tmp_path / "data").start()
    try:
        stack = Stack(server, "films")
        stack.import_data()
        stack.train(POPULARITY)
        batch = Batch(server, stack, "films")

        def peak(name, count):
            batch.s3.put_object(
                Bucket=batch.bucket, Key=name,
                Body=b"".join(b'{"userId": "u%d", "context": {"PADDING": "%s"}}\n' % (n % 60, b"x" * 300) for n in range(count)))
            arn = batch.start(name, name, output="out/", numResults=5)
            most = 0
            while describe(batch.personalize, arn)["status"] in ("CREATE PENDING", "CREATE IN_PROGRESS"):
                most = max(most, server.resident_bytes())
                time.sleep(0.02)
            assert describe(batch.personalize, arn)["status"] == "ACTIVE"
            return max(most, server.resident_bytes())

        peak("warm", 20_000)
        small = peak("small", 20_000)
        large = peak("large", 400_000)
        assert large < small + (48 << 20), (small, large)
    finally:
        server.stop()


def test_a_solution_in_use_by_a_job_cannot_be_deleted_and_takes_its_jobs_along(own_palate):
    stack = Stack(own_palate, "films")
    stack.import_data()
    stack.train(POPULARITY)
    batch = Batch(own_palate, stack, "films")
    batch.put("input.json", [{"userId": f"u{number}"} for number in range(30_000)])
    arn = batch.start("first")
    code, message = error_of(batch.personalize.delete_solution, solutionArn=stack.solution)
    assert code == "ResourceInUseException" and arn in message
    activate(batch.personalize, arn)
    batch.personalize.delete_solution(solutionArn=stack.solution)
    wait_until_gone(batch.personalize, stack.solution)
    assert error_of(
        batch.personalize.describe_batch_inference_job, batchInferenceJobArn=arn)[0] == "ResourceNotFoundException"


def test_pending_jobs_have_a_quota(own_palate):
    stack = Stack(own_palate, "films")
    stack.import_data()
    stack.train(POPULARITY)
    batch = Batch(own_palate, stack, "films")
    batch.put("input.json", [{"userId": f"u{number}"} for number in range(200_000)])
    for number in range(5):
        batch.start(f"job-{number}", output=f"out-{number}/")
    assert error_of(batch.start, name="job-5")[0] == "LimitExceededException"
