"""Export jobs, incremental imports, data deletion jobs and replaced schemas."""

import json

import pytest
from datasets import (
    ITEMS, create_tracker, export, field, interactions_dataset, metadata_dataset, schema, writable_bucket, writer_role,
)
from scenario import (
    activate, create_bucket, create_group, create_role, create_schema, describe, error_code, error_of, settle,
)

HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,DEVICE"


@pytest.fixture
def group(personalize, unique):
    return create_group(personalize, unique)


def bring(server, name, dataset, text, mode="FULL"):
    """Imports a CSV text and describes the job when it has ended."""
    personalize = server.client("personalize")
    bucket = writable_bucket(server, f"{name}-in", {"in.csv": text})
    job = personalize.create_dataset_import_job(
        jobName=name, datasetArn=dataset, dataSource={"dataLocation": f"s3://{bucket}/in.csv"}, importMode=mode,
        roleArn=writer_role(server, f"{name}-in"))["datasetImportJobArn"]
    return settle(personalize, job)


def interactions(first, count, device="phone"):
    lines = [HEADER] + [f"u{n % 50},i{n},{1_600_000_000 + n},click,{device}" for n in range(first, first + count)]
    return "\n".join(lines) + "\n"


def test_a_bulk_export_has_what_was_imported(palate, personalize, unique, group):
    dataset = interactions_dataset(personalize, unique, group)
    assert bring(palate, unique, dataset, interactions(0, 1200, '"a ""quoted"", thing"'))["status"] == "ACTIVE"
    rows = export(palate, dataset, unique, "BULK")
    assert len(rows) == 1200
    assert rows[7] == {
        "USER_ID": "u7", "ITEM_ID": "i7", "TIMESTAMP": "1600000007", "EVENT_TYPE": "click", "EVENT_VALUE": "",
        "IMPRESSION": "", "DEVICE": 'a "quoted", thing', "NUMBER_OF_RATINGS": ""}
    assert export(palate, dataset, unique, "PUT") == []


def test_an_export_without_permission_fails_with_a_reason(palate, personalize, unique, group):
    dataset = interactions_dataset(personalize, unique, group)
    bucket = create_bucket(palate.client("s3"), f"{unique}-out")
    job = personalize.create_dataset_export_job(
        jobName=unique, datasetArn=dataset, roleArn=create_role(palate.client("iam"), unique),
        jobOutput={"s3DataDestination": {"path": f"s3://{bucket}/"}})["datasetExportJobArn"]
    ended = settle(personalize, job)
    assert ended["status"] == "CREATE FAILED" and "s3:PutObject" in ended["failureReason"]
    assert ended["ingestionMode"] == "PUT"
    listed = personalize.list_dataset_export_jobs(datasetArn=dataset)["datasetExportJobs"]
    assert [summary["datasetExportJobArn"] for summary in listed] == [job]


def test_an_incremental_import_adds_interactions(palate, personalize, unique, group):
    dataset = interactions_dataset(personalize, unique, group)
    early = {"name": f"{unique}-0", "dataset": dataset, "text": interactions(0, 1000), "mode": "INCREMENTAL"}
    assert error_code(bring, server=palate, **early) == "InvalidInputException"
    assert bring(palate, f"{unique}-1", dataset, interactions(0, 1000))["status"] == "ACTIVE"
    few = bring(palate, f"{unique}-2", dataset, interactions(5000, 10), "INCREMENTAL")
    assert few["status"] == "CREATE FAILED" and "10 new interactions" in few["failureReason"]
    assert bring(palate, f"{unique}-3", dataset, interactions(500, 1000), "INCREMENTAL")["status"] == "ACTIVE"
    rows = export(palate, dataset, unique, "BULK")
    assert sorted(int(row["ITEM_ID"][1:]) for row in rows) == list(range(1500)), "equal rows are exported once"
    assert bring(palate, f"{unique}-4", dataset, interactions(9000, 1000))["status"] == "ACTIVE"
    assert len(export(palate, dataset, f"{unique}-full", "BULK")) == 1000


def test_a_full_import_keeps_streamed_events(palate, personalize, unique, group):
    dataset = interactions_dataset(personalize, unique, group)
    _, tracking = create_tracker(personalize, unique, group)
    palate.client("personalize-events").put_events(
        trackingId=tracking, userId="u1", sessionId="s", eventList=[
            {"eventType": "click", "sentAt": 1_700_000_000, "itemId": "streamed"}])
    assert bring(palate, unique, dataset, interactions(0, 1000))["status"] == "ACTIVE"
    rows = export(palate, dataset, unique, "ALL")
    assert len(rows) == 1001 and rows[-1]["ITEM_ID"] == "streamed"


def test_of_items_the_newest_row_counts_whichever_way_it_came(palate, personalize, unique, group):
    events = palate.client("personalize-events")
    dataset = metadata_dataset(personalize, unique, group, ITEMS, "Items")

    def put(item, genres):
        events.put_items(datasetArn=dataset, items=[{"itemId": item, "properties": json.dumps({"genres": genres})}])

    def held(step):
        return {row["ITEM_ID"]: row["GENRES"] for row in export(palate, dataset, f"{unique}-{step}", "ALL")}

    assert bring(palate, f"{unique}-a", dataset, "ITEM_ID,GENRES\na,bulk\nb,bulk\nc,bulk\n")["status"] == "ACTIVE"
    put("b", "put")
    put("d", "put")
    assert held(1) == {"a": "bulk", "b": "put", "c": "bulk", "d": "put"}
    more = bring(palate, f"{unique}-b", dataset, "ITEM_ID,GENRES\nc,added\ne,added\n", "INCREMENTAL")
    assert more["status"] == "ACTIVE"
    assert held(2) == {"a": "bulk", "b": "put", "c": "added", "d": "put", "e": "added"}
    assert bring(palate, f"{unique}-c", dataset, "ITEM_ID,GENRES\nb,full\n")["status"] == "ACTIVE"
    assert held(3) == {"b": "full", "d": "put"}


def test_deleted_users_leave_all_datasets(palate, personalize, unique, group):
    dataset = interactions_dataset(personalize, unique, group)
    _, tracking = create_tracker(personalize, unique, group)
    events = palate.client("personalize-events")
    for user in ["u1", "u2"]:
        events.put_events(trackingId=tracking, userId=user, sessionId=user, eventList=[
            {"eventType": "click", "sentAt": 1_700_000_000, "itemId": "streamed"}])
    assert bring(palate, unique, dataset, interactions(0, 1000))["status"] == "ACTIVE"
    bucket = writable_bucket(palate, f"{unique}-del", {"users.csv": "USER_ID\nu1\nu3\nnobody\n", "bad.csv": "NAME\nu1\n"})
    role = writer_role(palate, f"{unique}-del")

    def delete(name, key):
        job = personalize.create_data_deletion_job(
            jobName=f"{unique}-{name}", datasetGroupArn=group, roleArn=role,
            dataSource={"dataLocation": f"s3://{bucket}/{key}"})["dataDeletionJobArn"]
        return settle(personalize, job)

    bad = delete("bad", "bad.csv")
    assert bad["status"] == "FAILED" and "USER_ID" in bad["failureReason"]
    done = delete("good", "users.csv")
    assert done["status"] == "COMPLETED" and done["numDeleted"] == 41
    rows = export(palate, dataset, unique, "ALL")
    assert len(rows) == 961 and not {"u1", "u3"} & {row["USER_ID"] for row in rows}
    listed = personalize.list_data_deletion_jobs(datasetGroupArn=group)["dataDeletionJobs"]
    assert [summary["status"] for summary in listed] == ["FAILED", "COMPLETED"]


def test_a_schema_is_replaced_by_one_with_more_columns(palate, personalize, unique, group):
    dataset = metadata_dataset(personalize, unique, group, ITEMS, "Items")
    assert bring(palate, f"{unique}-1", dataset, "ITEM_ID,GENRES,PRICE\na,x,1.5\n")["status"] == "ACTIVE"
    base = ITEMS["fields"]

    def update(name, *fields):
        arn = create_schema(personalize, f"{unique}-{name}", schema("Items", *fields))
        return error_of(personalize.update_dataset, datasetArn=dataset, schemaArn=arn)

    assert update("fewer", *base[:2])[0] == "InvalidInputException"
    code, message = update("strict", *base, field("COLOUR", categorical=True))
    assert code == "InvalidInputException" and "COLOUR" in message
    code, message = update("other", base[0], base[1], field("PRICE", ["null", "double"]))
    assert code == "InvalidInputException" and "PRICE" in message
    assert update("more", *base, field("COLOUR", ["null", "string"], categorical=True)) == (None, None)
    resource = describe(personalize, dataset)
    assert resource["schemaArn"].endswith(f"{unique}-more") and resource["latestDatasetUpdate"]["status"] == "ACTIVE"
    palate.client("personalize-events").put_items(datasetArn=dataset, items=[
        {"itemId": "b", "properties": json.dumps({"genres": "y", "colour": "red"})}])
    assert bring(palate, f"{unique}-2", dataset, "ITEM_ID,GENRES,PRICE,COLOUR\nc,z,2.5,blue\n", "INCREMENTAL")[
        "status"] == "ACTIVE"
    rows = {row["ITEM_ID"]: (row["PRICE"], row["COLOUR"]) for row in export(palate, dataset, unique, "ALL")}
    assert rows == {"a": ("1.5", ""), "b": ("", "red"), "c": ("2.5", "blue")}
    interactions_arn = interactions_dataset(personalize, f"{unique}-i", group)
    again = {"datasetArn": interactions_arn, "schemaArn": describe(personalize, interactions_arn)["schemaArn"]}
    assert error_code(personalize.update_dataset, **again) == "InvalidInputException"


def test_actions_and_their_interactions_are_taken(palate, personalize, unique, group):
    events = palate.client("personalize-events")
    actions = metadata_dataset(
        personalize, unique, group, schema("Actions", field("ACTION_ID"), field("COST", ["null", "long"])), "Actions")
    taken = metadata_dataset(
        personalize, f"{unique}-taken", group,
        schema("ActionInteractions", field("USER_ID"), field("ACTION_ID"), field("TIMESTAMP", "long"),
               field("EVENT_TYPE")), "Action_Interactions")
    tracking = describe(personalize, taken)["trackingId"]
    assert "trackingId" not in describe(personalize, actions)
    events.put_actions(datasetArn=actions, actions=[{"actionId": "a1", "properties": json.dumps({"cost": 3})}])
    events.put_action_interactions(trackingId=tracking, actionInteractions=[
        {"actionId": "a1", "userId": "u1", "sessionId": "s", "timestamp": 1_700_000_000, "eventType": "TAKEN"}])
    bad = {"datasetArn": actions, "actions": [{"actionId": "a1", "properties": json.dumps({"cost": "high"})}]}
    assert error_code(events.put_actions, **bad) == "InvalidInputException"
    bucket = {"s3DataDestination": {"path": "s3://anywhere-at-all/"}}
    refused = {"jobName": unique, "datasetArn": actions, "roleArn": "arn:aws:iam::123456789012:role/x"}
    assert error_code(
        personalize.create_dataset_export_job, jobOutput=bucket, **refused) == "InvalidInputException"
