"""Event trackers and records that come one by one: checked, durable before the answer, seen by training."""

import json
import threading
import time

import pytest
from botocore.exceptions import ClientError
from datasets import ITEMS, USERS, create_tracker, export, interactions_dataset, metadata_dataset
from scenario import (
    POPULARITY, activate, create_group, create_solution, describe, error_code, error_of, interactions_csv, restart,
    train, wait_until_gone,
)


@pytest.fixture(scope="module")
def events(palate):
    return palate.client("personalize-events")


@pytest.fixture
def target(palate, unique):
    """A group with an interactions dataset and a tracker."""
    personalize = palate.client("personalize")
    group = create_group(personalize, unique)
    dataset = interactions_dataset(personalize, unique, group)
    arn, tracking = create_tracker(personalize, unique, group)
    return {"group": group, "dataset": dataset, "tracker": arn, "tracking": tracking, "name": unique}


def event(**members):
    return {"eventType": "click", "sentAt": 1_700_000_000, "itemId": "i1", **members}


def put(events, target, *list_of_events, user="u1", session="s1", **options):
    if user is not None:
        options["userId"] = user
    return events.put_events(trackingId=target["tracking"], sessionId=session, eventList=list(list_of_events), **options)


def test_a_tracker_goes_through_its_states_and_is_listed(palate, personalize, unique):
    group = create_group(personalize, unique)
    created = personalize.create_event_tracker(name=unique, datasetGroupArn=group)
    assert created["eventTrackerArn"].endswith(f":event-tracker/{unique}")
    tracker = activate(personalize, created["eventTrackerArn"])
    assert tracker["trackingId"] == created["trackingId"] and tracker["datasetGroupArn"] == group
    assert tracker["accountId"] == "123456789012"
    listed = personalize.list_event_trackers(datasetGroupArn=group)["eventTrackers"]
    assert [summary["eventTrackerArn"] for summary in listed] == [created["eventTrackerArn"]]
    again = {"name": f"{unique}-2", "datasetGroupArn": group}
    assert error_code(personalize.create_event_tracker, **again) == "ResourceAlreadyExistsException"
    assert error_code(personalize.delete_dataset_group, datasetGroupArn=group) == "ResourceInUseException"
    personalize.delete_event_tracker(eventTrackerArn=created["eventTrackerArn"])
    wait_until_gone(personalize, created["eventTrackerArn"])
    personalize.delete_dataset_group(datasetGroupArn=group)
    wait_until_gone(personalize, group)


@pytest.mark.parametrize("wrong, words", [
    ({"properties": json.dumps({"noSuchField": 1})}, "noSuchField"),
    ({"properties": json.dumps({"userId": "u2"})}, "userId"),
    ({"properties": json.dumps({"USERID": "u2"})}, "USERID"),
    ({"properties": json.dumps({"device": 7})}, "DEVICE"),
    ({"properties": json.dumps({"device": "phone", "DEVICE": "desk"})}, "more than once"),
    ({"properties": json.dumps({"numberOfRatings": "many"})}, "NUMBER_OF_RATINGS"),
    ({"properties": json.dumps({"numberOfRatings": 1.5})}, "NUMBER_OF_RATINGS"),
    ({"properties": json.dumps({"numberOfRatings": [1]})}, "NUMBER_OF_RATINGS"),
    ({"properties": "{"}, "JSON"),
    ({"properties": "[]"}, "JSON object"),
    ({"properties": json.dumps({"itemId": "i2"})}, "more than once"),
    ({"sentAt": -5}, "1970"),
    ({"eventValue": float("nan")}, "eventValue"),
    ({"impression": []}, "impression"),
    ({"impression": ["i"] * 26}, "impression"),
    ({"itemId": ""}, "itemId"),
    ({"eventType": "e" * 257}, "eventType"),
    ({"eventType": "\0"}, "NUL"),
])
def test_an_event_that_is_wrong_is_refused_with_its_reason(palate, target, wrong, words):
    events = palate.client("personalize-events", config=unchecked())
    code, message = attempt(events, target, wrong)
    assert code == "InvalidInputException" and words in message, message


def unchecked():
    from botocore.config import Config

    return Config(parameter_validation=False)


def attempt(events, target, wrong):
    try:
        put(events, target, event(), event(**wrong))
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None, None


def test_an_event_without_an_item_is_refused_unless_its_properties_name_it(palate, events, target):
    lacking = {"eventType": "click", "sentAt": 1_700_000_000}
    code, message = attempt(events, target, {})
    assert code is None
    with pytest.raises(ClientError, match="ITEM_ID"):
        put(events, target, lacking)
    put(events, target, {**lacking, "properties": json.dumps({"itemId": "i9", "eventValue": 2.5})})
    rows = export(palate, target["dataset"], target["name"], "PUT")
    assert [row["ITEM_ID"] for row in rows] == ["i1", "i9"]
    assert rows[1]["EVENT_VALUE"] == "2.5"


def test_an_unknown_tracking_id_and_a_group_without_dataset_are_refused(events, personalize, unique):
    unknown = {"trackingId": "nobody", "sessionId": "s", "eventList": [event()]}
    assert error_code(events.put_events, **unknown) == "InvalidInputException"
    assert error_code(events.put_action_interactions, trackingId="nobody", actionInteractions=[
        {"actionId": "a", "sessionId": "s", "timestamp": 1, "eventType": "taken"}]) == "ResourceNotFoundException"
    group = create_group(personalize, unique)
    _, tracking = create_tracker(personalize, unique, group)
    code, message = error_of(events.put_events, **{**unknown, "trackingId": tracking})
    assert code == "InvalidInputException" and "interactions" in message


def test_more_than_ten_events_are_refused(events, target):
    with pytest.raises(ClientError, match="InvalidInputException"):
        put(events, target, *[event()] * 11)


def test_all_members_of_an_event_are_stored(palate, events, target):
    put(events, target, event(
        eventValue=3.5, impression=["i1", "i2"], recommendationId="RID-1",
        properties=json.dumps({"device": 'a "b",c', "numberOfRatings": "12"})))
    assert export(palate, target["dataset"], target["name"], "PUT") == [{
        "USER_ID": "u1", "ITEM_ID": "i1", "TIMESTAMP": "1700000000", "EVENT_TYPE": "click", "EVENT_VALUE": "3.5",
        "IMPRESSION": "i1|i2", "DEVICE": 'a "b",c', "NUMBER_OF_RATINGS": "12"}]


def test_an_event_that_names_a_list_has_it_as_its_impression_unless_it_says_what_was_shown(
        palate, events, target, personalize, runtime):
    rows = [line.split(",") for line in interactions_csv(users=30, items=20, events=40).splitlines()[1:]]
    for first in range(0, len(rows), 10):
        put(events, target, *[event(itemId=item, sentAt=int(moment)) for _, item, moment, _ in rows[first:first + 10]],
            user=rows[first][0])
    version = train(personalize, create_solution(personalize, target["name"], target["group"], POPULARITY))
    campaign = personalize.create_campaign(name=target["name"], solutionVersionArn=version)["campaignArn"]
    activate(personalize, campaign)
    answer = runtime.get_recommendations(campaignArn=campaign, userId="u1", numResults=7)
    named = {"sentAt": 1_760_000_000, "recommendationId": answer["recommendationId"]}
    put(events, target, event(itemId="implicit", **named), event(itemId="explicit", impression=["a", "b"], **named))
    put(events, target, event(itemId="unknown", recommendationId="RID-0"), event(itemId="neither"))
    shown = {row["ITEM_ID"]: row["IMPRESSION"] for row in export(palate, target["dataset"], target["name"], "PUT")}
    assert shown["implicit"] == "|".join(item["itemId"] for item in answer["itemList"])
    assert (shown["explicit"], shown["unknown"], shown["neither"]) == ("a|b", "", "")
    # A list of one dataset group says nothing in another.
    other = create_group(personalize, f"{target['name']}-2")
    dataset = interactions_dataset(personalize, f"{target['name']}-2", other)
    _, tracking = create_tracker(personalize, f"{target['name']}-2", other)
    put(events, {"tracking": tracking}, event(**named))
    assert [row["IMPRESSION"] for row in export(palate, dataset, f"{target['name']}-2", "PUT")] == [""]
    personalize.delete_campaign(campaignArn=campaign)
    wait_until_gone(personalize, campaign)


def test_a_repeated_event_counts_once(palate, events, target):
    put(events, target, event(), event(), event(eventId="e1", itemId="i2"), event(eventId="e1", itemId="i3"))
    rows = export(palate, target["dataset"], target["name"], "PUT")
    assert [row["ITEM_ID"] for row in rows] == ["i1", "i2"]


def test_events_before_the_login_get_the_user_of_their_session(palate, events, target):
    put(events, target, event(itemId="before"), user=None, session="visit")
    put(events, target, event(itemId="elsewhere"), user=None, session="other")
    put(events, target, event(itemId="after"), user="u7", session="visit")
    users = {row["ITEM_ID"]: row["USER_ID"] for row in export(palate, target["dataset"], target["name"], "PUT")}
    assert users == {"before": "u7", "after": "u7", "elsewhere": "other"}


def test_items_and_users_are_checked_against_their_dataset(palate, events, target, personalize):
    items = metadata_dataset(personalize, f"{target['name']}-items", target["group"], ITEMS, "Items")
    users = metadata_dataset(personalize, f"{target['name']}-users", target["group"], USERS, "Users")
    put_item = lambda **properties: events.put_items(
        datasetArn=items, items=[{"itemId": "i1", "properties": json.dumps(properties)}])
    with pytest.raises(ClientError, match="GENRES"):
        put_item(price=1.0)
    with pytest.raises(ClientError, match="PRICE"):
        put_item(genres="a", price="dear")
    wrong = {"datasetArn": users, "items": [{"itemId": "i1", "properties": "{}"}]}
    assert error_code(events.put_items, **wrong) == "InvalidInputException"
    missing = {"datasetArn": items + "X", "items": [{"itemId": "i1", "properties": "{}"}]}
    assert error_code(events.put_items, **missing) == "ResourceNotFoundException"
    put_item(genres="Drama|Crime", price=9.5)
    put_item(genres="Comedy")
    events.put_users(datasetArn=users, users=[{"userId": "u1", "properties": json.dumps({"age": 30})}])
    assert [row["GENRES"] for row in export(palate, items, f"{target['name']}-put", "PUT")] == ["Drama|Crime", "Comedy"]
    assert export(palate, items, f"{target['name']}-all", "ALL") == [{"ITEM_ID": "i1", "GENRES": "Comedy", "PRICE": ""}]
    assert export(palate, users, f"{target['name']}-users", "PUT") == [{"USER_ID": "u1", "AGE": "30"}]


def test_events_of_many_threads_are_all_found(palate, target):
    threads, requests, size = 12, 20, 5

    def work(number):
        events = palate.client("personalize-events")
        for request in range(requests):
            put(events, target, *[
                event(itemId=f"i{number}-{request}-{place}") for place in range(size)], user=f"u{number}")

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rows = export(palate, target["dataset"], target["name"], "ALL")
    assert {row["ITEM_ID"] for row in rows} == {
        f"i{number}-{request}-{place}"
        for number in range(threads) for request in range(requests) for place in range(size)}
    assert len(rows) == threads * requests * size


def test_every_acknowledged_event_is_found_after_a_kill(own_palate):
    personalize = own_palate.client("personalize")
    group = create_group(personalize, "films")
    dataset = interactions_dataset(personalize, "films", group)
    _, tracking = create_tracker(personalize, "films", group)
    acknowledged = []

    def work(number):
        events = own_palate.client("personalize-events")
        for request in range(10_000):
            name = f"i{number}-{request}"
            try:
                put(events, {"tracking": tracking}, event(itemId=name))
            except Exception:
                return
            acknowledged.append(name)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    while len(acknowledged) < 200:
        time.sleep(0.01)
    restart(own_palate)
    for worker in workers:
        worker.join()
    found = {row["ITEM_ID"] for row in export(own_palate, dataset, "films", "PUT")}
    assert len(acknowledged) >= 200 and set(acknowledged) <= found


def test_streamed_events_are_trained_on_without_any_import(palate, events, target, personalize):
    lines = interactions_csv(users=30, items=20, events=40).splitlines()[1:]
    for user in range(30):
        own = [line.split(",") for line in lines if line.startswith(f"u{user},")]
        for start in range(0, len(own), 10):
            put(events, target, *[
                event(itemId=item, sentAt=int(moment), eventType=kind) for _, item, moment, kind in own[start:start + 10]],
                user=f"u{user}")
    solution = create_solution(personalize, target["name"], target["group"], POPULARITY)
    version = train(personalize, solution)
    assert describe(personalize, version)["status"] == "ACTIVE"


def test_a_dataset_made_anew_does_not_have_the_old_events(palate, events, target, personalize):
    put(events, target, event())
    personalize.delete_dataset(datasetArn=target["dataset"])
    wait_until_gone(personalize, target["dataset"])
    dataset = interactions_dataset(personalize, f"{target['name']}-2", target["group"])
    assert dataset == target["dataset"]
    assert export(palate, dataset, target["name"], "ALL") == []
