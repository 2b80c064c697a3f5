"""Batch segment jobs: the users who are likely to interact with an item, or with the items that have some attributes."""

import collections
import json

import pytest

from scenario import (
    POPULARITY, Stack, activate, create_solution, describe, error_code, error_of, settle, train, wait_until_gone,
)
from test_batch_inference import Batch
from test_filters import FilteredStack

ITEM_AFFINITY = "arn:aws:personalize:::recipe/aws-item-affinity"
ATTRIBUTE_AFFINITY = "arn:aws:personalize:::recipe/aws-item-attribute-affinity"


class Segments(Batch):
    def start(self, name, key="input.json", version=None, output="out/", **options):
        options.setdefault("roleArn", self.role)
        return self.personalize.create_batch_segment_job(
            jobName=name, solutionVersionArn=version or self.stack.version,
            jobInput={"s3DataSource": {"path": f"s3://{self.bucket}/{key}"}},
            jobOutput={"s3DataDestination": {"path": f"s3://{self.bucket}/{output}"}}, **options)["batchSegmentJobArn"]


@pytest.fixture(scope="module")
def world(palate):
    """Sixty users who each like one third of the items, with metadata of both."""
    world = FilteredStack(palate, "segments")
    world.affinity = create_solution(world.personalize, "segments-affinity", world.group, ITEM_AFFINITY)
    world.by_item = train(world.personalize, world.affinity)
    world.attributes = create_solution(world.personalize, "segments-attributes", world.group, ATTRIBUTE_AFFINITY)
    world.by_attribute = train(world.personalize, world.attributes)
    return world


@pytest.fixture(scope="module")
def segments(palate, world):
    return Segments(palate, world, "segments")


def counts(world):
    """Events by user and item."""
    counted = collections.Counter()
    for line in world.csv.splitlines()[1:]:
        user, item, *_ = line.split(",")
        counted[user, item] += 1
    return counted


def test_an_items_segment_is_of_users_with_a_taste_for_it(world, segments):
    items = ["i0", "i1", "i2", "i30"]
    records = segments.run(
        "taste", [{"itemId": item} for item in items], version=world.by_item, numResults=10)
    for item, record in zip(items, records):
        assert record["input"] == {"itemId": item} and record["error"] is None
        assert set(record["output"]) == {"usersList"}
        users = record["output"]["usersList"]
        assert len(users) == len(set(users)) == 10
        liking = [user for user in users if int(user[1:]) % 3 == int(item[1:]) % 3]
        # Of the last item little is known; by chance there would be three or four.
        assert len(liking) >= (6 if item == "i30" else 8), (item, users)


def test_an_attributes_segment_is_of_users_who_meet_such_items(world, segments):
    expressions = {
        'ITEMS.genres = "Comedy"': lambda row: "Comedy" in row["GENRES"],
        'ITEMS.genres = "Comedy" AND ITEMS.genres = "Drama"': lambda row: {"Comedy", "Drama"} <= set(row["GENRES"]),
        'Items.YEAR >= 1995 AND ITEMS.year < 1997': lambda row: row["YEAR"] in (1995, 1996),
        'ITEMS.PRICE = 9.99': lambda row: row["PRICE"] == 9.99,
    }
    records = segments.run(
        "attributes", [{"itemAttributes": text} for text in expressions], version=world.by_attribute, numResults=60)
    met = counts(world)
    for (text, condition), record in zip(expressions.items(), records):
        assert record["input"] == {"itemAttributes": text} and record["error"] is None
        users = record["output"]["usersList"]
        assert sorted(users) == sorted(f"u{number}" for number in range(60))
        matching = world.where(condition)
        totals = [sum(met[user, item] for item in matching) for user in users]
        assert sum(totals[:20]) > 1.2 * sum(totals[-20:]), (text, totals)


def test_a_segment_has_25_users_unless_told_otherwise(world, segments, unique):
    line = [{"itemId": "i3"}]
    usual = segments.run(f"{unique}-usual", line, version=world.by_item)[0]["output"]["usersList"]
    assert len(usual) == 25
    most = segments.run(f"{unique}-most", line, version=world.by_item, numResults=5_000_000)[0]["output"]["usersList"]
    assert len(most) == 60 and most[:25] == usual
    for count in (0, 5_000_001):
        code, message = error_of(segments.start, name="count", version=world.by_item, numResults=count)
        assert code == "InvalidInputException" and "numResults" in message


def test_a_bad_line_gets_an_error_beside_the_good_ones(world, segments):
    lines = [{"itemId": "i1"}, {"itemId": "no such item"}, "nonsense", {"itemId": 5}, {"itemAttributes": "x"}, {"itemId": "i2"}]
    records = segments.run("bad-items", lines, version=world.by_item)
    assert [bool(record.get("output")) for record in records] == [True, False, False, False, False, True]
    assert "no such item" in records[1]["error"] and "itemId is missing" in records[4]["error"]
    texts = [
        'ITEMS.genres = "Comedy"', 'ITEMS.genres = "Nothing"', 'ITEMS.genres', 'ITEMS.color = "red"',
        'ITEMS.genres IN ("Comedy")', 'ITEMS.genres = "Drama" OR ITEMS.genres = "Crime"', 'NOT ITEMS.genres = "Drama"',
        'ITEMS.genres > "A"', 'USERS.age = 5',
    ]
    records = segments.run("bad-attributes", [{"itemAttributes": text} for text in texts], version=world.by_attribute)
    assert "output" in records[0] and all(record["error"] and "output" not in record for record in records[1:])
    for record, word in zip(records[1:], ["no item", "line 1, column", "color", "IN", "AND only", "NOT", "", "USERS"]):
        assert word.lower() in record["error"].lower(), record


def test_filters_choose_users_by_fields_and_events(world, segments):
    membership = world.filter("segment-membership", "INCLUDE UserID WHERE Users.MEMBERSHIP IN ($MEMBERSHIP)")
    lines = [{"itemId": "i1", "filterValues": {"MEMBERSHIP": f"\"{name}\""}} for name in ("Premium", "Free")]
    records = segments.run("membership", lines, version=world.by_item, filterArn=membership, numResults=60)
    for parity, record in zip((1, 0), records):
        users = {int(user[1:]) for user in record["output"]["usersList"]}
        assert users == {number for number in range(60) if number % 2 == parity}
    young = world.filter("segment-young", "EXCLUDE UserID WHERE Users.AGE > 30")
    users = segments.run("young", [{"itemId": "i1"}], version=world.by_item, filterArn=young, numResults=60)
    assert {int(user[1:]) for user in users[0]["output"]["usersList"]} == set(range(21))
    watched = world.filter("segment-watched", 'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("watch")')
    users = segments.run("watched", [{"itemId": "i1"}], version=world.by_item, filterArn=watched, numResults=60)
    assert {user for user in users[0]["output"]["usersList"]} == {
        f"u{number}" for number in range(60) if not world.events[f"u{number}"]["watch"]}
    items = world.filter("segment-items", 'EXCLUDE ItemID WHERE Items.GENRES IN ("Drama")')
    code, message = error_of(segments.start, name="subject", version=world.by_item, filterArn=items)
    assert code == "InvalidInputException" and "ItemID" in message
    code, message = error_of(Batch.start, self=segments, name="inference", version=world.by_item)
    assert code == "InvalidInputException" and "CreateBatchSegmentJob" in message


def test_the_documented_numbers_of_lines_are_the_most(world, segments):
    def reason(name, lines, version):
        segments.put(f"{name}.json", lines)
        return settle(segments.personalize, segments.start(name, f"{name}.json", version=version)).get("failureReason")

    assert reason("items-500", [{"itemId": "i1"}] * 500, world.by_item) is None
    assert "500 items" in reason("items-501", [{"itemId": "i1"}] * 501, world.by_item)
    attribute = [{"itemAttributes": 'ITEMS.genres = "Drama"'}]
    assert reason("queries-10", attribute * 10, world.by_attribute) is None
    assert "10 queries" in reason("queries-11", attribute * 11, world.by_attribute)


def test_the_metrics_are_those_of_segments(world, segments):
    for version in (world.by_item, world.by_attribute):
        metrics = segments.personalize.get_solution_metrics(solutionVersionArn=version)["metrics"]
        assert set(metrics) == {"coverage", "hits_at_1_percent", "recall_at_1_percent"}
        assert 0 < metrics["coverage"] <= 1 and 0 < metrics["recall_at_1_percent"] <= 1
        assert 0 < metrics["hits_at_1_percent"] <= 1


def test_segments_have_no_campaigns_and_nothing_to_tune(world, segments):
    code, message = error_of(
        segments.personalize.create_campaign, name="segments-campaign", solutionVersionArn=world.by_item)
    assert code == "InvalidInputException" and "USER_SEGMENTATION" in message
    code, message = error_of(
        segments.personalize.create_solution, name="segments-tuned", datasetGroupArn=world.group,
        recipeArn=ITEM_AFFINITY, performHPO=True)
    assert code == "InvalidInputException" and "tune" in message
    recipe = segments.personalize.describe_recipe(recipeArn=ITEM_AFFINITY)["recipe"]
    assert recipe["recipeType"] == "USER_SEGMENTATION"
    algorithm = segments.personalize.describe_algorithm(algorithmArn=recipe["algorithmArn"])["algorithm"]
    assert algorithm["defaultHyperParameters"] == {"hidden_dimension": "149"}
    assert error_code(
        segments.personalize.create_solution, name="segments-wrong", datasetGroupArn=world.group,
        recipeArn=ITEM_AFFINITY, solutionConfig={"algorithmHyperParameters": {"hidden_dimension": "31"}},
    ) == "InvalidInputException"


def test_attribute_affinity_needs_items(stack):
    solution = create_solution(stack.personalize, "attributes-without-items", stack.group, ATTRIBUTE_AFFINITY)
    version = stack.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    assert "items dataset" in settle(stack.personalize, version)["failureReason"]
    stack.personalize.delete_solution(solutionArn=solution)
    wait_until_gone(stack.personalize, solution)


def test_a_job_is_described_listed_and_deleted_with_its_solution(own_palate):
    stack = Stack(own_palate, "films")
    stack.import_data()
    stack.train(ITEM_AFFINITY)
    segments = Segments(own_palate, stack, "films")
    segments.put("input.json", [{"itemId": "i1"}])
    arn = segments.start("first", numResults=3, tags=[{"tagKey": "team", "tagValue": "films"}])
    activate(segments.personalize, arn)
    job = describe(segments.personalize, arn)
    assert arn == "arn:aws:personalize:us-east-1:123456789012:batch-segment-job/first"
    assert job["jobName"] == "first" and job["numResults"] == 3 and job["solutionVersionArn"] == stack.version
    assert job["jobInput"]["s3DataSource"]["path"] == f"s3://{segments.bucket}/input.json"
    listed = segments.personalize.list_batch_segment_jobs(solutionVersionArn=stack.version)["batchSegmentJobs"]
    assert [job["batchSegmentJobArn"] for job in listed] == [arn] and listed[0]["status"] == "ACTIVE"
    own_palate.kill()
    own_palate.start()
    personalize = own_palate.client("personalize")
    assert json.loads(segments_of(own_palate, segments, "out/input.json.out"))["output"]["usersList"]
    personalize.delete_solution(solutionArn=stack.solution)
    wait_until_gone(personalize, stack.solution)
    assert error_code(personalize.describe_batch_segment_job, batchSegmentJobArn=arn) == "ResourceNotFoundException"


def segments_of(server, segments, key):
    return server.client("s3").get_object(Bucket=segments.bucket, Key=key)["Body"].read()


def test_other_recipes_make_no_segments(own_palate):
    stack = Stack(own_palate, "films")
    stack.import_data()
    stack.train(POPULARITY)
    segments = Segments(own_palate, stack, "films")
    code, message = error_of(segments.start, name="first")
    assert code == "InvalidInputException" and "aws-item-affinity" in message
