"""What the context of a request and the metadata of a user do to the answers of user-personalization."""

import json
import random
import time

import pytest
from datasets import field, metadata_dataset, schema
from scenario import USER_PERSONALIZATION, Stack, activate, create_bucket, start_import

EVENTS = schema(
    "Interactions", field("USER_ID"), field("ITEM_ID"), field("TIMESTAMP", "long"),
    field("DEVICE", ["null", "string"], categorical=True))
USERS = schema("Users", field("USER_ID"), field("GROUP", ["null", "string"], categorical=True))
ITEMS = 160


def group(user):
    return "kids" if user % 2 else "adults"


def events():
    """On a television even items are met, on a telephone odd ones; kids meet the first half of them, adults the second."""
    generator = random.Random(5)
    lines = ["USER_ID,ITEM_ID,TIMESTAMP,DEVICE"]
    for user in range(200):
        half = 0 if group(user) == "kids" else ITEMS // 2
        start = 1_700_000_000 + generator.randrange(1_000_000)
        for place, item in enumerate(generator.sample(range(half, half + ITEMS // 2), 12)):
            lines.append(f"u{user},i{item},{start + 60 * place},{'phone' if item % 2 else 'tv'}")
    return "\n".join(lines) + "\n"


class Devices(Stack):
    def __init__(self, server, prefix):
        super().__init__(server, prefix, events(), EVENTS)
        self.runtime = server.client("personalize-runtime")
        self.events = server.client("personalize-events")
        self.import_data()
        self.users = metadata_dataset(self.personalize, f"{prefix}-users", self.group, USERS, "Users")
        rows = "\n".join(["USER_ID,GROUP", *(f"u{user},{group(user)}" for user in range(200))]) + "\n"
        bucket = create_bucket(server.client("s3"), f"{prefix}-users", {"users.csv": rows})
        activate(self.personalize, start_import(
            self.personalize, f"{prefix}-users", self.users, f"s3://{bucket}/users.csv", self.role))
        self.train(USER_PERSONALIZATION)
        self.campaign = self.personalize.create_campaign(
            name=f"{prefix}-campaign", solutionVersionArn=self.version,
            campaignConfig={"itemExplorationConfig": {"explorationWeight": "0"}})["campaignArn"]
        activate(self.personalize, self.campaign)

    def new_items(self, user, **options):
        """Numbers of the first ten that the user has not met."""
        met = {line.split(",")[1] for line in self.csv.splitlines() if line.startswith(f"{user},")}
        answer = self.runtime.get_recommendations(campaignArn=self.campaign, userId=user, numResults=40, **options)
        return [int(item["itemId"][1:]) for item in answer["itemList"] if item["itemId"] not in met][:10]


@pytest.fixture(scope="module")
def devices(palate):
    return Devices(palate, "context")


@pytest.mark.parametrize("user", ["u3", "u4", "nobody"])
def test_the_device_of_a_request_changes_the_order(devices, user):
    at_home = devices.new_items(user, context={"DEVICE": "tv"})
    on_the_way = devices.new_items(user, context={"DEVICE": "phone"})
    assert sum(item % 2 == 0 for item in at_home) >= 8, at_home
    assert sum(item % 2 == 1 for item in on_the_way) >= 8, on_the_way


def test_a_user_who_was_put_after_training_gets_what_such_users_meet(devices):
    devices.events.put_users(
        datasetArn=devices.users,
        users=[{"userId": name, "properties": json.dumps({"group": name.split("-")[1]})}
               for name in ("new-kids", "new-adults")])
    deadline = time.monotonic() + 20
    while True:
        kids, adults = devices.new_items("new-kids"), devices.new_items("new-adults")
        if sum(item < ITEMS // 2 for item in kids) >= 9 and sum(item >= ITEMS // 2 for item in adults) >= 9:
            return
        assert time.monotonic() < deadline, (kids, adults)
        time.sleep(0.1)
