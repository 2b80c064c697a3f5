"""Metric attributions: their rules, the sums of events, and the reports of imports."""

import sqlite3
import threading
import time
import urllib.error
import urllib.request

import pytest
from datasets import create_tracker, field, metadata_dataset, rows_of, schema, writable_bucket, writer_role
from prometheus_client.parser import text_string_to_metric_families
from scenario import (
    POPULARITY, Stack, activate, create_bucket, create_dataset, create_group, create_schema, error_of,
    restart, settle, wait_until_gone,
)

INTERACTIONS = schema(
    "Interactions", field("USER_ID"), field("ITEM_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE"),
    field("EVENT_VALUE", ["null", "float"]), field("EVENT_ATTRIBUTION_SOURCE", ["null", "string"]),
    field("MINUTES", ["null", "int"]), field("DEVICE", ["null", "string"], categorical=True))
ITEMS = schema("Items", field("ITEM_ID"), field("GENRES", categorical=True), field("PRICE", ["null", "float"]))
UNDEFINED = "SOURCE_NAME_UNDEFINED"
NOBODY = "arn:aws:iam::123456789012:role/nobody"


def metric(name, event_type, expression):
    return {"metricName": name, "eventType": event_type, "expression": expression}


CLICKS = metric("clicks", "click", "SAMPLECOUNT()")
REVENUE = metric("revenue", "buy", "SUM(Items.PRICE)")
MINUTES = metric("minutes", "watch", "SUM(Interactions.MINUTES)")


class Group:
    """A dataset group with interactions, items and an event tracker."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.personalize = server.client("personalize")
        self.events = server.client("personalize-events")
        self.arn = create_group(self.personalize, name)
        self.interactions = create_dataset(
            self.personalize, name, self.arn, create_schema(self.personalize, name, INTERACTIONS))
        self.items = metadata_dataset(self.personalize, f"{name}-items", self.arn, ITEMS, "Items")
        self.tracking = create_tracker(self.personalize, name, self.arn)[1]

    def attribute(self, *metrics, role=NOBODY, **output):
        arn = self.personalize.create_metric_attribution(
            name=self.name, datasetGroupArn=self.arn, metrics=list(metrics),
            metricsOutputConfig={"roleArn": role, **output})["metricAttributionArn"]
        activate(self.personalize, arn)
        return arn

    def put(self, *events, user="u1"):
        now = int(time.time())
        self.events.put_events(
            trackingId=self.tracking, sessionId="s", userId=user,
            eventList=[{"itemId": "i1", "sentAt": now, **event} for event in events])

    def put_items(self, **prices):
        self.events.put_items(datasetArn=self.items, items=[
            {"itemId": item, "properties": '{"genres": "a", "price": %s}' % price} for item, price in prices.items()])

    def sums(self, metric):
        return sums(self.server, self.name, metric)


def scrape(server):
    with urllib.request.urlopen(server.endpoint + "/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return answer.read().decode().splitlines()


def samples(server, name):
    """Labels and value of each sample of a name."""
    found = []
    for line in scrape(server):
        if line.startswith(name + "{"):
            labels, value = line[len(name) + 1:].rsplit("} ", 1)
            found.append((dict(part.split("=", 1) for part in labels[:-1].split('",')), float(value)))
    return [({key: text.strip('"') for key, text in labels.items()}, value) for labels, value in found]


def sums(server, group, metric, name="palate_attribution_sum", **wanted):
    return {
        labels["source"]: value for labels, value in samples(server, name)
        if labels["dataset_group"] == group and labels["metric"] == metric
        and all(labels[key] == text for key, text in wanted.items())
    }


@pytest.fixture
def group(palate, unique):
    return Group(palate, unique)


def test_an_attribution_goes_through_its_life(palate, group, personalize):
    bucket = writable_bucket(palate, group.name)
    destination = {"s3DataDestination": {"path": f"s3://{bucket}/reports/"}}
    role = writer_role(palate, group.name)
    arn = group.attribute(CLICKS, REVENUE, role=role, **destination)
    assert arn.endswith(f":metric-attribution/{group.name}")
    described = personalize.describe_metric_attribution(metricAttributionArn=arn)["metricAttribution"]
    assert described["status"] == "ACTIVE" and described["datasetGroupArn"] == group.arn
    assert described["metricsOutputConfig"] == {"roleArn": role, **destination}
    listed = personalize.list_metric_attributions(datasetGroupArn=group.arn)["metricAttributions"]
    assert [summary["metricAttributionArn"] for summary in listed] == [arn]

    def metrics(**options):
        return personalize.list_metric_attribution_metrics(metricAttributionArn=arn, **options)

    page = metrics(maxResults=1)
    assert page["metrics"] == [CLICKS] and metrics(nextToken=page["nextToken"])["metrics"] == [REVENUE]
    code, message = error_of(
        personalize.create_metric_attribution, name=f"{group.name}-2", datasetGroupArn=group.arn, metrics=[CLICKS],
        metricsOutputConfig={"roleArn": role})
    assert code == "LimitExceededException" and arn in message

    personalize.update_metric_attribution(
        metricAttributionArn=arn, addMetrics=[MINUTES], removeMetrics=["clicks"],
        metricsOutputConfig={"roleArn": role})
    assert metrics()["metrics"] == [REVENUE, MINUTES]
    described = personalize.describe_metric_attribution(metricAttributionArn=arn)["metricAttribution"]
    assert described["metricsOutputConfig"] == {"roleArn": role}
    assert error_of(personalize.delete_dataset_group, datasetGroupArn=group.arn)[0] == "ResourceInUseException"
    personalize.delete_metric_attribution(metricAttributionArn=arn)
    wait_until_gone(personalize, arn)
    assert error_of(personalize.delete_metric_attribution, metricAttributionArn=arn)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize("wrong, words", [
    ({"expression": "SUM(Items.COLOUR)"}, "metrics[1].expression, column 11"),
    ({"expression": "SUM(Items.GENRES)"}, "only numbers"),
    ({"expression": "SUM(Users.AGE)"}, "column 5"),
    ({"expression": "AVG(Items.PRICE)"}, "column 1"),
    ({"expression": "SUM(Items.PRICE"}, "column 16"),
    ({"expression": "SAMPLECOUNT() + 1"}, "goes on"),
    ({"metricName": "clicks"}, "more than once"),
    ({"metricName": ""}, "metrics[1].metricName"),
])
def test_a_wrong_metric_is_refused_with_its_place(group, personalize, wrong, words):
    code, message = error_of(
        personalize.create_metric_attribution, name=group.name, datasetGroupArn=group.arn,
        metrics=[CLICKS, {**REVENUE, **wrong}], metricsOutputConfig={"roleArn": NOBODY})
    assert code == "InvalidInputException" and words in message, message


def test_an_update_that_cannot_be_is_refused_and_changes_nothing(palate, group, personalize):
    arn = group.attribute(CLICKS)
    many = [metric(f"m{number}", "click", "SAMPLECOUNT()") for number in range(10)]
    bucket = create_bucket(palate.client("s3"), group.name)
    for wrong, expected in [
        ({"addMetrics": [CLICKS]}, "ResourceAlreadyExistsException"),
        ({"addMetrics": many}, "InvalidInputException"),
        ({"removeMetrics": ["other"]}, "ResourceNotFoundException"),
        ({"addMetrics": [metric("x", "click", "SUM(Items.NONE)")]}, "InvalidInputException"),
        ({"metricsOutputConfig": {
            "roleArn": NOBODY, "s3DataDestination": {"path": f"s3://{bucket}/"}}}, "InvalidInputException"),
    ]:
        assert error_of(personalize.update_metric_attribution, metricAttributionArn=arn, **wrong)[0] == expected, wrong
    assert personalize.list_metric_attribution_metrics(metricAttributionArn=arn)["metrics"] == [CLICKS]


def test_an_attribution_whose_role_may_not_write_fails_with_the_reason(palate, group, personalize):
    bucket = create_bucket(palate.client("s3"), group.name)
    arn = personalize.create_metric_attribution(
        name=group.name, datasetGroupArn=group.arn, metrics=[CLICKS], metricsOutputConfig={
            "roleArn": writer_role(palate, group.name), "s3DataDestination": {"path": f"s3://{bucket}/reports"}},
    )["metricAttributionArn"]
    failed = settle(personalize, arn)
    assert failed["status"] == "CREATE FAILED" and "Insufficient privileges" in failed["failureReason"]


def test_events_are_summed_by_metric_and_source(group):
    group.put({"eventType": "click"})  # before the attribution: not reported
    group.attribute(CLICKS, REVENUE, MINUTES)
    group.put_items(i1=2.5, i2=4)
    ours = {"metricAttribution": {"eventAttributionSource": "other-shop"}}
    now = int(time.time())
    group.put(
        {"eventType": "click"}, {"eventType": "click", **ours},
        {"eventType": "click", **ours, "recommendationId": "RID-of-nobody"},
        {"eventType": "click", "recommendationId": "RID-of-nobody"},
        {"eventType": "click", "sentAt": now - 15 * 86400},
        {"eventType": "buy", "itemId": "i1", **ours}, {"eventType": "buy", "itemId": "i2", **ours},
        {"eventType": "buy", "itemId": "unknown", **ours},
        {"eventType": "watch", "properties": '{"minutes": 40}'}, {"eventType": "watch"})
    assert group.sums("clicks") == {UNDEFINED: 2, "other-shop": 2}
    assert group.sums("revenue") == {"other-shop": 6.5}
    assert group.sums("minutes") == {UNDEFINED: 40}
    group.put_items(i1=10)
    group.put({"eventType": "buy", "itemId": "i1", **ours})
    assert group.sums("revenue") == {"other-shop": 16.5}


def test_the_view_has_the_windows_of_a_quarter_of_an_hour(palate, group):
    group.attribute(CLICKS)
    now = int(time.time())
    start = now - now % 900
    group.put({"eventType": "click", "sentAt": now}, {"eventType": "click", "sentAt": start - 1},
              {"eventType": "click", "sentAt": start - 900}, {"eventType": "click", "sentAt": start - 901})

    def window(which):
        return sums(palate, group.name, "clicks", "palate_attribution_window_sum", window=which).get(UNDEFINED)

    if int(time.time()) < start + 900:  # else a window has ended meanwhile
        assert (window("current"), window("previous")) == (1, 2)
    assert group.sums("clicks") == {UNDEFINED: 4}


def test_an_event_is_credited_to_the_campaign_that_gave_its_recommendation(own_palate):
    stack = Stack(own_palate, "credit")
    stack.import_data()
    stack.train(POPULARITY)
    campaign = stack.deploy()
    tracking = create_tracker(stack.personalize, "credit", stack.group)[1]
    stack.personalize.create_metric_attribution(
        name="credit", datasetGroupArn=stack.group, metrics=[metric("watches", "watch", "SAMPLECOUNT()")],
        metricsOutputConfig={"roleArn": NOBODY})
    activate(stack.personalize, stack.personalize.list_metric_attributions()["metricAttributions"][0]
             ["metricAttributionArn"])

    def recommend():
        answer = own_palate.client("personalize-runtime").get_recommendations(campaignArn=campaign, userId="u1")
        return answer["recommendationId"]

    def watch(*recommendations):
        own_palate.client("personalize-events").put_events(
            trackingId=tracking, sessionId="s", userId="u1", eventList=[
                {"eventType": "watch", "itemId": "i1", "sentAt": int(time.time()), "recommendationId": identifier}
                for identifier in recommendations])

    first, second = recommend(), recommend()
    assert first != second and len(first) <= 40
    watch(first, second)
    restart(own_palate)
    watch(first)
    personalize = own_palate.client("personalize")
    personalize.delete_campaign(campaignArn=campaign)
    wait_until_gone(personalize, campaign)
    restart(own_palate)
    watch(second)
    assert sums(own_palate, "credit-group", "watches") == {campaign: 4}


def test_more_sources_than_a_hundred_are_refused(group):
    group.attribute(CLICKS)

    def click(*numbers):
        group.put(*({"eventType": "click", "metricAttribution": {"eventAttributionSource": f"shop-{number}"}}
                    for number in numbers))

    for start in range(0, 100, 10):
        click(*range(start, start + 10))
    code, message = error_of(lambda: click(100))
    assert code == "InvalidInputException" and "shop-100" in message
    click(1)
    assert group.sums("clicks")["shop-1"] == 2 and len(group.sums("clicks")) == 100


def test_sums_have_each_acknowledged_event_once_after_kills(own_palate):
    group = Group(own_palate, "kills")
    group.attribute(CLICKS)
    acknowledged = 0
    for _ in range(3):
        counts = [0] * 4

        def send(place):
            events = own_palate.client("personalize-events")
            while True:
                try:
                    events.put_events(trackingId=group.tracking, sessionId=f"s{place}", userId="u", eventList=[
                        {"eventType": "click", "itemId": "i1", "sentAt": int(time.time())}] * 3)
                except Exception:
                    return
                counts[place] += 3

        threads = [threading.Thread(target=send, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        while sum(counts) < 300:
            time.sleep(0.01)
        own_palate.kill()
        for thread in threads:
            thread.join()
        own_palate.start()
        acknowledged += sum(counts)
    # What was stored without its answer having been read is counted too, as it is in the dataset.
    counted = group.sums("clicks")[UNDEFINED]
    stored = len(stored_records(own_palate))
    assert counted == stored and acknowledged <= counted <= acknowledged + 3 * 4 * 3


def stored_records(server):
    """By way of the store itself: of equal rows an export has one."""
    with sqlite3.connect(f"file:{server.data_dir}/events.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT position FROM record").fetchall()


def import_csv(palate, group, name, text, **options):
    bucket = writable_bucket(palate, f"{name}-data", {"data.csv": text})
    job = group.personalize.create_dataset_import_job(
        jobName=name, datasetArn=group.interactions, dataSource={"dataLocation": f"s3://{bucket}/data.csv"},
        roleArn=writer_role(palate, f"{name}-role"), **options)["datasetImportJobArn"]
    return settle(group.personalize, job)


def interactions_text(moment, clicks, source="shop"):
    """A thousand events, of which `clicks` are clicks of a source."""
    lines = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,EVENT_ATTRIBUTION_SOURCE,MINUTES,DEVICE"]
    for number in range(1000):
        kind, name = ("click", source) if number < clicks else ("view", "")
        lines.append(f"u{number},i{number % 7},{moment},{kind},,{name},,")
    return "\n".join(lines) + "\n"


def test_an_import_publishes_its_sums_and_an_incremental_one_adds_to_the_view(palate, group):
    s3 = palate.client("s3")
    bucket = writable_bucket(palate, group.name)
    group.attribute(
        CLICKS, metric("views", "view", "SAMPLECOUNT()"), role=writer_role(palate, group.name),
        s3DataDestination={"path": f"s3://{bucket}/reports"})
    now = int(time.time())
    old = 1_600_000_000
    done = import_csv(palate, group, f"{group.name}-1", interactions_text(old, 10), publishAttributionMetricsToS3=True)
    assert done["status"] == "ACTIVE" and done["publishAttributionMetricsToS3"] is True
    assert group.sums("clicks") == {}  # of a full import only the report
    done = import_csv(
        palate, group, f"{group.name}-2", interactions_text(now, 20), importMode="INCREMENTAL",
        publishAttributionMetricsToS3=True)
    assert done["status"] == "ACTIVE", done
    assert group.sums("clicks") == {"shop": 20}
    done = import_csv(palate, group, f"{group.name}-3", interactions_text(old, 30), importMode="INCREMENTAL")
    assert done["status"] == "ACTIVE" and group.sums("clicks") == {"shop": 20}  # older than fourteen days

    keys = sorted(entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"])
    assert len(keys) == 2
    for key, mode, clicks, moment in zip(keys, ["FULL", "INCREMENTAL"], [10, 20], [old, now]):
        assert key.startswith(f"reports/AggregatedAttributionMetrics - {mode} - ") and key.endswith(".csv")
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        window = str(moment - moment % 900)
        assert text.splitlines()[0] == "METRIC_NAME,EVENT_TYPE,VALUE,MATH_FUNCTION,EVENT_ATTRIBUTION_SOURCE,TIMESTAMP"
        assert [tuple(row.values()) for row in rows_of(text)] == [
            ("clicks", "click", f"{clicks}.0", "samplecount", "shop", window),
            ("views", "view", f"{1000 - clicks}.0", "samplecount", UNDEFINED, window),
        ]


def test_publishing_without_a_place_for_it_is_refused(palate, group, personalize):
    group.attribute(CLICKS)
    arguments = {"dataSource": {"dataLocation": "s3://nowhere/a.csv"}, "roleArn": NOBODY,
                 "publishAttributionMetricsToS3": True}
    for dataset, words in [(group.interactions, "s3DataDestination"), (group.items, "INTERACTIONS")]:
        code, message = error_of(
            personalize.create_dataset_import_job, jobName=group.name, datasetArn=dataset, **arguments)
        assert code == "InvalidInputException" and words in message


def test_an_event_type_that_is_one_too_many_is_refused(own_palate):
    group = Group(own_palate, "types")
    # Two optional columns leave room for eight event types.
    for number in range(8):
        group.put({"eventType": f"type-{number}"})
    restart(own_palate)
    group = None
    personalize = own_palate.client("personalize")
    tracking = personalize.describe_event_tracker(
        eventTrackerArn=personalize.list_event_trackers()["eventTrackers"][0]["eventTrackerArn"]
    )["eventTracker"]["trackingId"]
    events = own_palate.client("personalize-events")

    def put(*types):
        events.put_events(trackingId=tracking, sessionId="s", userId="u", eventList=[
            {"eventType": kind, "itemId": "i", "sentAt": 1_700_000_000} for kind in types])

    code, message = error_of(lambda: put("type-1", "type-8"))
    assert code == "InvalidInputException" and "type-8" in message
    put("type-7")
    assert len(stored_records(own_palate)) == 9


def test_properties_are_checked_against_a_schema_that_replaced_another(palate, group, personalize):
    text = {**ITEMS, "fields": [*ITEMS["fields"], field("STOCK", ["null", "int"])]}
    item = {"itemId": "i1", "properties": '{"genres": "a", "stock": 3}'}
    code, message = error_of(group.events.put_items, datasetArn=group.items, items=[item])
    assert code == "InvalidInputException" and "stock" in message
    personalize.update_dataset(
        datasetArn=group.items, schemaArn=create_schema(personalize, f"{group.name}-more", text))
    group.events.put_items(datasetArn=group.items, items=[item])


def test_prometheus_own_parser_reads_the_page(palate, personalize):
    personalize.list_schemas()
    families = {family.name: family for family in text_string_to_metric_families("\n".join(scrape(palate)) + "\n")}
    assert families["palate_requests"].type == "counter" and families["palate_requests"].documentation
    durations = families["palate_request_duration_seconds"]
    assert durations.type == "histogram"
    own = [sample for sample in durations.samples if sample.labels["operation"] == "ListSchemas"]
    buckets = [(float(sample.labels["le"]), sample.value) for sample in own if sample.name.endswith("_bucket")]
    count = next(sample.value for sample in own if sample.name.endswith("_count"))
    assert buckets == sorted(buckets) and [value for _, value in buckets] == sorted(value for _, value in buckets)
    assert buckets[-1] == (float("inf"), count) and count >= 1
    assert next(sample.value for sample in own if sample.name.endswith("_sum")) > 0


def test_requests_are_counted_with_labels_that_callers_cannot_choose(palate, personalize):
    def requests(**wanted):
        return sum(value for labels, value in samples(palate, "palate_requests_total")
                   if all(labels[key] == text for key, text in wanted.items()))

    before = requests(service="personalize", operation="ListSchemas", status="200")
    unknown = requests(operation="unknown")
    personalize.list_schemas()
    assert requests(service="personalize", operation="ListSchemas", status="200") == before + 1
    for number in range(3):
        request = urllib.request.Request(
            palate.endpoint + "/", data=b"{}", headers={"X-Amz-Target": f"AmazonPersonalize.Nothing{number}"})
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request)
    assert requests(operation="unknown") == unknown + 3
    assert not any("Nothing" in line for line in scrape(palate))
    count = [value for labels, value in samples(palate, "palate_request_duration_seconds_count")
             if labels["operation"] == "ListSchemas"]
    assert count[0] >= before + 1
