"""A small generated data set with every kind of dataset in it, for a custom group and for both domains."""

import random

from datasets import field, schema

NULLABLE_TEXT = ["null", "string"]
START = 1_700_000_000

SCHEMAS = {
    "Interactions": schema(
        "Interactions", field("USER_ID"), field("ITEM_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE"),
        field("EVENT_VALUE", ["null", "float"]), field("IMPRESSION", NULLABLE_TEXT),
        field("RECOMMENDATION_ID", NULLABLE_TEXT), field("EVENT_ATTRIBUTION_SOURCE", NULLABLE_TEXT),
        field("DEVICE", NULLABLE_TEXT, categorical=True)),
    "Items": schema(
        "Items", field("ITEM_ID"), field("GENRES", categorical=True), field("PRICE", ["null", "float"]),
        field("DESCRIPTION", NULLABLE_TEXT, textual=True), field("CREATION_TIMESTAMP", "long")),
    "Users": schema("Users", field("USER_ID"), field("AGE", ["null", "int"]),
                    field("MEMBERSHIP", NULLABLE_TEXT, categorical=True)),
    "Actions": schema("Actions", field("ACTION_ID"), field("VALUE", ["null", "long"]),
                      field("CHANNEL", NULLABLE_TEXT, categorical=True)),
    "Action_Interactions": schema(
        "ActionInteractions", field("USER_ID"), field("ACTION_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE")),
}
DOMAIN_SCHEMAS = {
    "VIDEO_ON_DEMAND": {
        "Interactions": schema(
            "Interactions", field("USER_ID"), field("ITEM_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE")),
        "Items": schema(
            "Items", field("ITEM_ID"), field("CREATION_TIMESTAMP", "long"), field("GENRES", categorical=True),
            field("DURATION", ["null", "float"])),
        "Users": schema("Users", field("USER_ID"), field("SUBSCRIPTION_MODEL", categorical=True)),
    },
    "ECOMMERCE": {
        "Interactions": schema(
            "Interactions", field("USER_ID"), field("ITEM_ID"), field("TIMESTAMP", "long"), field("EVENT_TYPE")),
        "Items": schema(
            "Items", field("ITEM_ID"), field("PRICE", "float"), field("CATEGORY_L1", categorical=True)),
        "Users": schema("Users", field("USER_ID"), field("MEMBERSHIP", categorical=True)),
    },
}
EVENT_TYPES = {None: ["click", "watch"], "VIDEO_ON_DEMAND": ["Click", "Watch"], "ECOMMERCE": ["View", "Purchase"]}
USERS, ITEMS, ACTIONS, EVENTS = 60, 90, 12, 40
GENRES = ["drama", "comedy", "crime", "space"]


def columns(schema):
    return [field["name"] for field in schema["fields"]]


def values(name, generator, number):
    """The text of a column in the row of a user, an item or an action."""
    return {
        "USER_ID": f"u{number}", "ITEM_ID": f"i{number}", "ACTION_ID": f"a{number}",
        "GENRES": "|".join(generator.sample(GENRES, 2)), "CATEGORY_L1": generator.choice(GENRES),
        "PRICE": f"{generator.uniform(1, 90):.2f}", "DESCRIPTION": f"All about number {number}",
        "CREATION_TIMESTAMP": str(START + number), "DURATION": str(generator.randrange(20, 180)),
        "AGE": str(generator.randrange(18, 80)), "MEMBERSHIP": generator.choice(["free", "gold"]),
        "SUBSCRIPTION_MODEL": generator.choice(["free", "gold"]), "VALUE": str(generator.randrange(1, 10)),
        "CHANNEL": generator.choice(["mail", "call"]), "DEVICE": generator.choice(["phone", "desk"]),
        "EVENT_VALUE": str(generator.randrange(1, 6)),
    }.get(name, "")


def table(schema, count, seed=3):
    """Rows 0 to `count` of a dataset of items, users or actions."""
    generator = random.Random(seed)
    names = columns(schema)
    lines = [",".join(names)]
    lines += [",".join(values(name, generator, number) for name in names) for number in range(count)]
    return "\n".join(lines) + "\n"


def events(schema, event_types, objects, seed=4):
    """Users with a taste for one of three groups of objects, in the columns of an interactions schema."""
    generator = random.Random(seed)
    names = columns(schema)
    weights = [1 / (1 + rank) ** 0.5 for rank in range(objects)]
    lines = [",".join(names)]
    for user in range(USERS):
        liked = [weight * (6 if rank % 3 == user % 3 else 1) for rank, weight in enumerate(weights)]
        moment = START + generator.randrange(10_000_000)
        for chosen in generator.choices(range(objects), liked, k=EVENTS):
            moment += generator.randrange(1, 5000)
            row = {"USER_ID": f"u{user}", "ITEM_ID": f"i{chosen}", "ACTION_ID": f"a{chosen}",
                   "TIMESTAMP": str(moment), "EVENT_TYPE": generator.choice(event_types)}
            lines.append(",".join(row.get(name) or values(name, generator, chosen) for name in names))
    return "\n".join(lines) + "\n"


def csv_of(kind, domain=None):
    schema = (DOMAIN_SCHEMAS[domain] if domain else SCHEMAS)[kind]
    if kind == "Interactions":
        return events(schema, EVENT_TYPES[domain], ITEMS)
    if kind == "Action_Interactions":
        return events(schema, ["Viewed", "Taken", "Not taken"], ACTIONS)
    return table(schema, {"Items": ITEMS, "Users": USERS, "Actions": ACTIONS}[kind])
