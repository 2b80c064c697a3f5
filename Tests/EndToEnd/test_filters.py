"""Filters: created, described, listed and deleted, and what they do to recommendations."""

import collections
import random

import pytest

from scenario import (
    POPULARITY, Stack, activate, create_bucket, create_dataset, create_group, create_schema, error_of, restart,
    start_import, wait_until_gone,
)

NAMESPACE = "com.amazonaws.personalize.schema"
GENRES = ["Drama", "Crime", "Comedy", "Science Fiction"]


def record(name, *fields):
    return {"type": "record", "name": name, "namespace": NAMESPACE, "fields": list(fields), "version": "1.0"}


def nullable(name, kind, **options):
    return {"name": name, "type": ["null", kind], **options}


def category(name):
    return nullable(name, "string", categorical=True)


ITEM_ID, USER_ID, ACTION_ID = ({"name": name, "type": "string"} for name in ("ITEM_ID", "USER_ID", "ACTION_ID"))
ITEMS = record("Items", ITEM_ID, category("GENRES"), nullable("YEAR", "int"), nullable("PRICE", "double"),
               nullable("CREATION_TIMESTAMP", "long"))
USERS = record("Users", USER_ID, nullable("AGE", "int"), category("MEMBERSHIP"))


def item_rows(count=90, seed=3):
    """Rows by item; some fields are empty and some items are missing."""
    generator = random.Random(seed)
    rows = {}
    for item in range(count):
        if item % 11 == 10:
            continue
        rows[f"i{item}"] = {
            "GENRES": generator.sample(GENRES, generator.randrange(3)),
            "YEAR": generator.choice([None, *range(1990, 2000)]),
            "PRICE": generator.choice([None, 0.5, 1.5, 9.99]),
            "CREATION_TIMESTAMP": 1_600_000_000 + item * 1000,
        }
    return rows


def items_csv(rows):
    def cell(value):
        return "" if value is None else "|".join(value) if isinstance(value, list) else str(value)

    lines = ["ITEM_ID,GENRES,YEAR,PRICE,CREATION_TIMESTAMP"]
    for item, row in rows.items():
        lines.append(",".join([item, *(cell(row[name]) for name in lines[0].split(",")[1:])]))
    return "\n".join(lines) + "\n"


def users_csv(count=60):
    lines = ["USER_ID,AGE,MEMBERSHIP"]
    lines += [f"u{user},{10 + user},{'Premium' if user % 2 else 'Free'}" for user in range(count)]
    return "\n".join(lines) + "\n"


class FilteredStack(Stack):
    """Interactions, items and users behind a campaign."""

    def __init__(self, server, prefix):
        super().__init__(server, prefix)
        self.server = server
        self.runtime = server.client("personalize-runtime")
        self.rows = item_rows()
        self.items = self.metadata("Items", ITEMS, items_csv(self.rows))
        self.users = self.metadata("Users", USERS, users_csv())
        self.import_data()
        self.train(POPULARITY)
        self.deploy()
        self.events = collections.defaultdict(lambda: collections.defaultdict(set))
        for line in self.csv.splitlines()[1:]:
            user, item, _, kind = line.split(",")
            self.events[user][kind].add(item)
        self.catalogue = {line.split(",")[1] for line in self.csv.splitlines()[1:]}

    def metadata(self, kind, schema, csv_text):
        arn = create_schema(self.personalize, f"{self.prefix}-{kind}", schema)
        dataset = create_dataset(self.personalize, f"{self.prefix}-{kind}", self.group, arn, kind)
        self.import_metadata(kind, dataset, csv_text, "first")
        return dataset

    def import_metadata(self, kind, dataset, csv_text, name):
        bucket = create_bucket(self.server.client("s3"), f"{self.prefix}-{kind}-{name}".lower(), {"data.csv": csv_text})
        activate(self.personalize, start_import(
            self.personalize, f"{self.prefix}-{kind}-{name}", dataset, f"s3://{bucket}/data.csv", self.role))

    def filter(self, name, expression):
        arn = self.personalize.create_filter(
            name=f"{self.prefix}-{name}", datasetGroupArn=self.group, filterExpression=expression)["filterArn"]
        activate(self.personalize, arn)
        return arn

    def get(self, user="u1", **options):
        return self.runtime.get_recommendations(
            campaignArn=self.campaign, userId=user, numResults=options.pop("numResults", 500), **options)["itemList"]

    def filtered(self, expression, user="u1", **values):
        """The items that an ad-hoc filter leaves."""
        arn = self.filter("ad-hoc", expression)
        try:
            return {item["itemId"] for item in self.get(user, filterArn=arn, filterValues=values)}
        finally:
            self.personalize.delete_filter(filterArn=arn)
            wait_until_gone(self.personalize, arn)

    def where(self, condition):
        """The items of the model whose row fulfils `condition`; an unknown item has a row of nothing."""
        nothing = {"GENRES": [], "YEAR": None, "PRICE": None, "CREATION_TIMESTAMP": None}
        return {item for item in self.catalogue if condition(self.rows.get(item, nothing))}


@pytest.fixture(scope="module")
def films(palate):
    return FilteredStack(palate, "filters")


def test_life_cycle(films, personalize, unique):
    expression = 'INCLUDE ItemID WHERE Items.GENRES IN ($GENRES)'
    arn = personalize.create_filter(
        name=unique, datasetGroupArn=films.group, filterExpression=expression,
        tags=[{"tagKey": "a", "tagValue": "b"}])["filterArn"]
    assert arn == f"arn:aws:personalize:us-east-1:123456789012:filter/{unique}"
    described = activate(personalize, arn)
    assert described["name"] == unique
    assert described["filterExpression"] == expression
    assert described["datasetGroupArn"] == films.group
    assert described["creationDateTime"] <= described["lastUpdatedDateTime"]
    listed = personalize.list_filters(datasetGroupArn=films.group)["Filters"]
    assert [item["status"] for item in listed if item["filterArn"] == arn] == ["ACTIVE"]
    assert personalize.list_tags_for_resource(resourceArn=arn)["tags"] == [{"tagKey": "a", "tagValue": "b"}]
    create = {"name": unique, "datasetGroupArn": films.group, "filterExpression": expression}
    assert error_of(personalize.create_filter, **create)[0] == "ResourceAlreadyExistsException"
    personalize.delete_filter(filterArn=arn)
    wait_until_gone(personalize, arn)
    for operation in (personalize.describe_filter, personalize.delete_filter):
        assert error_of(operation, filterArn=arn)[0] == "ResourceNotFoundException"
    code, _ = error_of(films.runtime.get_recommendations, campaignArn=films.campaign, userId="u1", filterArn=arn)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize("expression, place, reason", [
    ("INCLUDE ItemID", "column 15", "Expected WHERE"),
    ('INCLUDE ItemID WHERE Items.GENRE IN ("a")', "column 22", "no field GENRE"),
    ("INCLUDE ItemID WHERE Items.GENRES < 3", "column 22", "is a string"),
    ("INCLUDE ItemID WHERE\n  Items.GENRES NOT IN ($A)", "line 2, column 24", "NOT IN cannot take"),
])
def test_mistakes_have_a_place(films, personalize, unique, expression, place, reason):
    code, message = error_of(
        personalize.create_filter, name=unique, datasetGroupArn=films.group, filterExpression=expression)
    assert code == "InvalidInputException"
    assert place in message and reason in message


DOCUMENTED = {
    "items": [
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($EVENT_TYPE)',
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")',
        'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
        'EXCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)',
        'INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE',
        'EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("shoe") AND Items.CATEGORY_L2 NOT IN ("boot")',
        'INCLUDE ItemID WHERE Items.NUMBER_OF_DOWNLOADS < 20',
        'INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP < $DATE',
        'EXCLUDE ItemID WHERE Items.NUMBER_OF_DOWNLOADS < 20 IF CurrentUser.AGE > 18 AND CurrentUser.AGE < 30',
        'INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY) | INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("favorite")',
        'INCLUDE ItemID WHERE Items.GENRE IN ("drama") | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")',
        'INCLUDE ItemID WHERE Items.CATEGORY IN ("clothing") AND Items.AVAILABLE IN ("True")',
    ],
    "users": [
        'INCLUDE UserID WHERE Users.MEMBERSHIP_STATUS IN ($MEMBERSHIP)',
        'EXCLUDE UserID WHERE Users.AGE < $AGE',
        'INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("click", "rating")',
    ],
    "actions": [
        'INCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ($EVENT_TYPE)',
        'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("NOT_TAKEN")',
        'EXCLUDE ActionID WHERE Actions.CATEGORY IN ($CATEGORY)',
        'INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)',
        'INCLUDE ActionID WHERE Action.MEMBERSHIP_LEVEL IN ("Premium") IF CurrentUser.MEMBERSHIP = $PREMIUM',
        'EXCLUDE ActionID WHERE Actions.VALUE < ($VALUE) IF CurrentUser.MEMBERSHIP = $PREMIUM',
    ],
}


def test_every_documented_example_can_be_created(personalize):
    group = create_group(personalize, "filter-examples")
    moment, event_type = {"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"}
    schemas = {
        "Interactions": [USER_ID, ITEM_ID, moment, event_type],
        "Items": [ITEM_ID, *map(category, ["CATEGORY", "CATEGORY_L1", "CATEGORY_L2", "GENRE", "AVAILABLE"]),
                  nullable("PRICE", "float"), nullable("NUMBER_OF_DOWNLOADS", "long"),
                  nullable("CREATION_TIMESTAMP", "long")],
        "Users": [USER_ID, nullable("AGE", "int"), category("MEMBERSHIP"), category("MEMBERSHIP_STATUS")],
        "Actions": [ACTION_ID, category("CATEGORY"), category("MEMBERSHIP_LEVEL"), nullable("VALUE", "long")],
        "Action_Interactions": [USER_ID, ACTION_ID, moment, event_type],
    }
    for kind, fields in schemas.items():
        name = f"filter-examples-{kind}"
        arn = create_schema(personalize, name, record(kind.replace("_", ""), *fields))
        create_dataset(personalize, name, group, arn, kind)
    for subject, expressions in DOCUMENTED.items():
        arns = []
        for number, expression in enumerate(expressions):
            if len(arns) == 10:
                name = {"name": "too-many", "datasetGroupArn": group, "filterExpression": expression}
                assert error_of(personalize.create_filter, **name)[0] == "LimitExceededException"
                break
            arns.append(personalize.create_filter(
                name=f"{subject}-{number}", datasetGroupArn=group, filterExpression=expression)["filterArn"])
            activate(personalize, arns[-1])
        for arn in arns:
            personalize.delete_filter(filterArn=arn)
        for arn in arns:
            wait_until_gone(personalize, arn)


def test_no_filter_changes_nothing(films):
    assert {item["itemId"] for item in films.get()} == films.catalogue


@pytest.mark.parametrize("expression, condition", [
    ('INCLUDE ItemID WHERE Items.GENRES IN ("Drama", "Crime")', lambda row: {"Drama", "Crime"} & {*row["GENRES"]}),
    ('EXCLUDE ItemID WHERE Items.GENRES IN ("Science Fiction")', lambda row: "Science Fiction" not in row["GENRES"]),
    ('INCLUDE ItemID WHERE Items.GENRES NOT IN ("Drama")', lambda row: "Drama" not in row["GENRES"]),
    ("INCLUDE ItemID WHERE Items.YEAR >= 1995", lambda row: row["YEAR"] and row["YEAR"] >= 1995),
    ("EXCLUDE ItemID WHERE Items.YEAR != 1995", lambda row: row["YEAR"] == 1995),
    ("INCLUDE ItemID WHERE Items.PRICE = 9.99 OR Items.YEAR = 1991 AND Items.PRICE < 1",
     lambda row: row["PRICE"] == 9.99 or row["YEAR"] == 1991 and row["PRICE"] is not None and row["PRICE"] < 1),
    ("INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > 1600040000",
     lambda row: (row["CREATION_TIMESTAMP"] or 0) > 1_600_040_000),
    ('INCLUDE ItemID WHERE NOT (Items.GENRES IN ("Drama") OR Items.YEAR < 1995)',
     lambda row: "Drama" not in row["GENRES"] and not (row["YEAR"] and row["YEAR"] < 1995)),
])
def test_items_are_filtered_by_what_is_known_of_them(films, expression, condition):
    expected = films.where(condition)
    assert 0 < len(expected) < len(films.catalogue)
    assert films.filtered(expression) == expected


def test_items_are_filtered_by_the_events_of_the_user(films):
    clicked, watched = films.events["u1"]["click"], films.events["u1"]["watch"]
    event = "ItemID WHERE Interactions.EVENT_TYPE"
    assert films.filtered(f'INCLUDE {event} IN ("CLICK")') == clicked
    assert films.filtered(f'EXCLUDE {event} IN ("click")') == films.catalogue - clicked
    assert films.filtered(f'EXCLUDE {event} IN ("*")') == films.catalogue - clicked - watched
    assert films.filtered(f'EXCLUDE {event} NOT IN ("watch")') == watched
    assert films.filtered(f'EXCLUDE {event} IN ($TYPES)', TYPES='"click","watch"') == films.catalogue - clicked - watched
    assert films.filtered(f'EXCLUDE {event} IN ("*")', user="nobody") == films.catalogue
    assert films.filtered(f'INCLUDE {event} IN ("*")', user="nobody") == set()


def test_conditions_on_the_user(films):
    include = 'INCLUDE ItemID WHERE Items.GENRES IN ("Drama") IF CurrentUser.AGE > 18 AND CurrentUser.MEMBERSHIP = "Premium"'
    dramas = films.where(lambda row: "Drama" in row["GENRES"])
    assert films.filtered(include, user="u21") == dramas
    assert films.filtered(include, user="u20") == films.catalogue
    assert films.filtered(include, user="u1") == films.catalogue
    assert films.filtered(include, user="nobody") == films.catalogue
    exclude = "EXCLUDE ItemID WHERE Items.YEAR < 1995 IF CurrentUser.MEMBERSHIP = $LEVEL"
    old = films.where(lambda row: row["YEAR"] and row["YEAR"] < 1995)
    assert films.filtered(exclude, user="u2", LEVEL='"Free"') == films.catalogue - old
    assert films.filtered(exclude, user="u2", LEVEL='"Premium"') == films.catalogue


def test_chains(films):
    dramas = films.where(lambda row: "Drama" in row["GENRES"])
    crimes = films.where(lambda row: "Crime" in row["GENRES"])
    clicked = films.events["u1"]["click"]
    drama, crime = ('INCLUDE ItemID WHERE Items.GENRES IN ("%s")' % genre for genre in ("Drama", "Crime"))
    not_clicked = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")'
    assert films.filtered(f"{drama} | {crime}") == dramas | crimes
    assert films.filtered(f"{drama} | {not_clicked}") == dramas - clicked
    assert films.filtered(f"{not_clicked} | {crime} | {drama}") == (dramas | crimes) - clicked
    exclude = 'EXCLUDE ItemID WHERE Items.GENRES IN ("Crime")'
    assert films.filtered(f"{exclude} | {not_clicked}") == films.catalogue - crimes - clicked


def test_values_of_parameters(films):
    expression = "INCLUDE ItemID WHERE Items.GENRES IN ($GENRES) AND Items.YEAR > $YEAR"

    def expected(genres, year):
        return films.where(lambda row: genres & {*row["GENRES"]} and row["YEAR"] and row["YEAR"] > year)

    assert films.filtered(expression, GENRES='"Drama","Science Fiction"', YEAR="1993") == expected(
        {"Drama", "Science Fiction"}, 1993)
    assert films.filtered(expression, GENRES='"Crime"', YEAR='"1995"') == expected({"Crime"}, 1995)
    assert films.filtered(expression, GENRES='"None \\"at\\" all"', YEAR="0") == set()
    arn = films.filter("values", expression)
    for values, reason in [
        ({}, "needs a value"), ({"GENRES": '"Drama"'}, "YEAR needs a value"),
        ({"GENRES": '"Drama"', "YEAR": "1", "MORE": "1"}, "no parameter MORE"),
        ({"GENRES": "Drama", "YEAR": "1"}, "text in double quotes"),
        ({"GENRES": '"Drama', "YEAR": "1"}, "no closing quote"),
        ({"GENRES": '"Drama"', "YEAR": '"soon"'}, "takes numbers"),
        ({"GENRES": '"Drama"', "YEAR": "1,2"}, "takes one value"),
    ]:
        code, message = error_of(
            films.runtime.get_recommendations, campaignArn=films.campaign, userId="u1", filterArn=arn, filterValues=values)
        assert code == "InvalidInputException", values
        assert reason in message
    films.personalize.delete_filter(filterArn=arn)
    code, _ = error_of(
        films.runtime.get_recommendations, campaignArn=films.campaign, userId="u1", filterValues={"YEAR": "1"})
    assert code == "InvalidInputException"


def test_values_of_exclude_may_be_left_out(films):
    expression = "EXCLUDE ItemID WHERE Items.GENRES IN ($GENRES) AND Items.YEAR > $YEAR"
    assert films.filtered(expression) == films.catalogue
    assert films.filtered(expression, GENRES='"Drama"') == films.where(lambda row: "Drama" not in row["GENRES"])


def test_filters_that_do_not_fit_the_request(films, personalize):
    users = films.filter("of-users", "INCLUDE UserID WHERE Users.AGE > 3")
    related = films.filter("related", "INCLUDE ItemID WHERE Items.YEAR < CurrentItem.YEAR")
    other = Stack(films.server, "filters-other")
    foreign = personalize.create_filter(
        name="filters-foreign", datasetGroupArn=other.group,
        filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')["filterArn"]
    activate(personalize, foreign)
    for arn, reason in [(users, "UserID"), (related, "CurrentItem"), (foreign, "another dataset group")]:
        code, message = error_of(
            films.runtime.get_recommendations, campaignArn=films.campaign, userId="u1", filterArn=arn)
        assert code == "InvalidInputException"
        assert reason in message
    for arn in (users, related):
        personalize.delete_filter(filterArn=arn)


def test_promotions(films, personalize):
    promoted = films.filter("promoted", 'INCLUDE ItemID WHERE Items.GENRES IN ($GENRES)')
    dramas = films.filter("dramas", 'INCLUDE ItemID WHERE Items.GENRES IN ("Drama")')
    crimes = films.where(lambda row: "Crime" in row["GENRES"])
    order = [item["itemId"] for item in films.get()]
    promotion = {
        "name": "crimes", "percentPromotedItems": 30, "filterArn": promoted, "filterValues": {"GENRES": '"Crime"'}}
    items = films.get(numResults=10, filterArn=dramas, promotions=[promotion])
    chosen = [item["itemId"] for item in items if item.get("promotionName") == "crimes"]
    others = [item["itemId"] for item in items if "promotionName" not in item]
    assert chosen == [item for item in order if item in crimes][:3]
    allowed = films.where(lambda row: "Drama" in row["GENRES"])
    assert others == [item for item in order if item in allowed and item not in chosen][:7]
    places = {
        tuple("promotionName" in item for item in films.get(numResults=10, promotions=[promotion])) for _ in range(20)}
    assert len(places) > 1
    # More places than items that may be promoted: the rest is filled.
    none = dict(promotion, filterValues={"GENRES": '"Nothing"'})
    assert [item["itemId"] for item in films.get(numResults=10, promotions=[none])] == order[:10]
    for broken in ({"percentPromotedItems": 30}, {"filterArn": promoted, "filterValues": {"GENRES": '"Crime"'}}):
        code, _ = error_of(
            films.runtime.get_recommendations, campaignArn=films.campaign, userId="u1", promotions=[broken])
        assert code == "InvalidInputException"
    for arn in (promoted, dramas):
        personalize.delete_filter(filterArn=arn)


def test_filters_see_a_new_import_and_live_through_a_restart(own_palate):
    stack = FilteredStack(own_palate, "again")
    arn = stack.filter("new", 'INCLUDE ItemID WHERE Items.GENRES IN ("New")')
    assert stack.get(filterArn=arn) == []
    stack.rows["i4"]["GENRES"] = ["New"]
    stack.import_metadata("Items", stack.items, items_csv(stack.rows), "second")
    assert [item["itemId"] for item in stack.get(filterArn=arn)] == ["i4"]
    restart(own_palate)
    stack.runtime = own_palate.client("personalize-runtime")
    assert [item["itemId"] for item in stack.get(filterArn=arn)] == ["i4"]
