"""What a campaign makes of its configuration, of fresh items, and of a new version under load."""

import json
import threading
import time

import pytest
from botocore.config import Config
from datasets import create_tracker, field, metadata_dataset, schema
from scenario import (
    POPULARITY, USER_PERSONALIZATION, Stack, activate, create_bucket, create_solution, error_of, start_import, train,
    wait_until_gone,
)

USER_PERSONALIZATION_V2 = "arn:aws:personalize:::recipe/aws-user-personalization-v2"
ITEMS = schema(
    "Items", field("ITEM_ID"), field("GENRES", ["null", "string"], categorical=True), field("PRICE", ["null", "float"]),
    field("CREATION_TIMESTAMP", ["null", "long"]))


class ServedStack(Stack):
    """Interactions and an items dataset that is imported in part."""

    def __init__(self, server, prefix, recipe):
        super().__init__(server, prefix)
        self.runtime = server.client("personalize-runtime")
        self.events = server.client("personalize-events")
        self.import_data()
        self.items = metadata_dataset(self.personalize, f"{prefix}-items", self.group, ITEMS, "Items")
        lines = ["ITEM_ID,GENRES,PRICE,CREATION_TIMESTAMP"]
        lines += [f"i{item},genre-{item % 3}|all,{item}.5,{1_600_000_000 + item}" for item in range(60)]
        bucket = create_bucket(server.client("s3"), f"{prefix}-items", {"items.csv": "\n".join(lines) + "\n"})
        activate(self.personalize, start_import(
            self.personalize, f"{prefix}-items", self.items, f"s3://{bucket}/items.csv", self.role))
        self.train(recipe)

    def campaign_of(self, name, **configuration):
        arn = self.personalize.create_campaign(
            name=name, solutionVersionArn=self.version, campaignConfig=configuration)["campaignArn"]
        activate(self.personalize, arn)
        return arn

    def get(self, campaign, user="u1", **options):
        return self.runtime.get_recommendations(campaignArn=campaign, userId=user, **options)["itemList"]

    def put(self, item, **properties):
        self.events.put_items(datasetArn=self.items, items=[{"itemId": item, "properties": json.dumps(properties)}])

    def delete(self, campaign):
        self.personalize.delete_campaign(campaignArn=campaign)
        wait_until_gone(self.personalize, campaign)


def eventually(condition, timeout=20):
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def update(personalize, campaign, **change):
    personalize.update_campaign(campaignArn=campaign, **change)
    return eventually(lambda: (latest := personalize.describe_campaign(campaignArn=campaign)["campaign"])
                      ["latestCampaignUpdate"]["status"] in ("ACTIVE", "CREATE FAILED") and latest, 60)


@pytest.fixture(scope="module")
def films(palate):
    return ServedStack(palate, "served", USER_PERSONALIZATION)


@pytest.fixture(scope="module")
def second(palate):
    return ServedStack(palate, "served-v2", USER_PERSONALIZATION_V2)


def test_metadata_comes_when_it_is_enabled(films, personalize, unique):
    campaign = films.campaign_of(unique, itemExplorationConfig={"explorationWeight": "0"})
    columns = {"ITEMS": ["GENRES", "PRICE"]}
    code, message = error_of(films.get, campaign=campaign, metadataColumns=columns)
    assert code == "InvalidInputException" and "enableMetadataWithRecommendations" in message
    update(personalize, campaign, campaignConfig={
        "itemExplorationConfig": {"explorationWeight": "0"}, "enableMetadataWithRecommendations": True})
    found = {item["itemId"]: item.get("metadata") for item in films.get(campaign, numResults=50, metadataColumns=columns)}
    known = {item: values for item, values in found.items() if values is not None}
    assert known and all(int(item[1:]) < 60 for item in known)
    for item, values in known.items():
        assert values == {"GENRES": f"genre-{int(item[1:]) % 3}|all", "PRICE": f"{item[1:]}.5"}
    assert all("metadata" not in item for item in films.get(campaign))
    for arguments, word in (
            ({"metadataColumns": {"ITEMS": ["COLOUR"]}}, "COLOUR"), ({"metadataColumns": {"USERS": ["AGE"]}}, "ITEMS"),
            ({"metadataColumns": columns, "numResults": 51}, "50"),
            ({"metadataColumns": {"ITEMS": [f"C{number}" for number in range(11)]}}, "10")):
        code, message = error_of(films.get, campaign=campaign, **arguments)
        assert code == "InvalidInputException" and word in message
    update(personalize, campaign, campaignConfig={"enableMetadataWithRecommendations": False})
    assert error_of(films.get, campaign=campaign, metadataColumns=columns)[0] == "InvalidInputException"
    films.delete(campaign)


def test_an_item_is_explored_seconds_after_it_was_put(films, unique):
    exploring = films.campaign_of(
        unique, itemExplorationConfig={"explorationWeight": "1"}, enableMetadataWithRecommendations=True)
    relevant = films.campaign_of(f"{unique}-0", itemExplorationConfig={"explorationWeight": "0"})
    before = films.get(relevant)
    films.put("brand-new", genres="genre-1|fresh")

    def found():
        for item in films.get(exploring, numResults=50, metadataColumns={"ITEMS": ["GENRES"]}):
            if item["itemId"] == "brand-new":
                return item

    item = eventually(found)
    assert item["reason"] == ["Exploration"] and item["metadata"] == {"GENRES": "genre-1|fresh"}
    films.put("brand-new", genres="genre-2")
    eventually(lambda: (item := found()) and item["metadata"] == {"GENRES": "genre-2"})
    assert films.get(relevant) == before
    films.delete(exploring)
    films.delete(relevant)


def test_filters_and_promotions_see_what_was_put(films, personalize, unique):
    campaign = films.campaign_of(unique, itemExplorationConfig={"explorationWeight": "0.3"})
    # The oldest item of the import is known by another price now, and a new one is promoted.
    films.put("i7", genres="bargain", price=0.01)
    films.put(f"{unique}-promoted", genres="novelty")
    expensive, novel = (
        personalize.create_filter(
            name=f"{unique}-{name}", datasetGroupArn=films.group, filterExpression=expression)["filterArn"]
        for name, expression in (
            ("bargain", 'INCLUDE ItemID WHERE Items.GENRES IN ("bargain")'),
            ("novelty", 'INCLUDE ItemID WHERE Items.GENRES IN ("novelty")')))
    for arn in (expensive, novel):
        activate(personalize, arn)
    eventually(lambda: [item["itemId"] for item in films.get(campaign, filterArn=expensive)] == ["i7"])

    def promoted():
        items = films.get(campaign, numResults=5, promotions=[
            {"name": "new", "percentPromotedItems": 20, "filterArn": novel}])
        return len(items) == 5 and [item["itemId"] for item in items if item.get("promotionName") == "new"]

    assert eventually(promoted) == [f"{unique}-promoted"]
    films.delete(campaign)


def test_a_new_item_that_is_shown_and_never_taken_sinks(films, unique):
    """Events tell of their list by its recommendationId alone."""
    campaign = films.campaign_of(unique, itemExplorationConfig={"explorationWeight": "0.7"})
    _, tracking = create_tracker(films.personalize, unique, films.group)
    ignored, rival = f"{unique}-ignored", f"{unique}-rival"
    for item in (ignored, rival):
        films.put(item)

    def ask(number):
        answer = films.runtime.get_recommendations(campaignArn=campaign, userId=f"visitor{number}", numResults=10)
        return answer["recommendationId"], [item["itemId"] for item in answer["itemList"]]

    def appearances(first, count=60):
        lists = [ask(number)[1] for number in range(first, first + count)]
        return sum(ignored in items for items in lists), sum(rival in items for items in lists)

    eventually(lambda: all(appearances(0)))
    before = appearances(0)
    told = 0
    for number in range(1_000, 3_000):
        recommendation, items = ask(number)
        if ignored in items:
            films.events.put_events(trackingId=tracking, userId=f"teller{number}", sessionId="s", eventList=[
                {"eventType": "click", "sentAt": 1_750_000_000, "itemId": item, "recommendationId": recommendation}
                for item in items if item != ignored])
            told += 1
        if told == 25:
            break
    after = appearances(0)
    assert before[0] >= 5 and after[0] <= 1 and after[1] >= 5, (before, after, told)
    films.delete(campaign)


def test_a_new_item_passes_a_filter_on_its_metadata_seconds_after_it_was_put(films, personalize, unique):
    campaign = films.campaign_of(unique, itemExplorationConfig={"explorationWeight": "0.3"})
    arn = personalize.create_filter(
        name=unique, datasetGroupArn=films.group,
        filterExpression='INCLUDE ItemID WHERE Items.GENRES IN ("unseen") AND Items.PRICE < 10')["filterArn"]
    activate(personalize, arn)

    def found():
        return {item["itemId"] for item in films.get(campaign, filterArn=arn)}

    assert not found()
    films.put(f"{unique}-dear", genres="unseen", price=10.5)
    films.put(f"{unique}-cheap", genres="unseen|all", price=9.5)
    eventually(lambda: found() == {f"{unique}-cheap"})
    films.put(f"{unique}-dear", genres="unseen", price=1)
    eventually(lambda: found() == {f"{unique}-cheap", f"{unique}-dear"})
    films.delete(campaign)


def test_a_list_has_only_so_many_items_of_a_category(films, unique):
    campaign = films.campaign_of(unique, itemExplorationConfig={
        "explorationWeight": "0", "palate.categoryColumn": "GENRES", "palate.maximumPerCategory": "3"})
    items = [int(item["itemId"][1:]) for item in films.get(campaign, numResults=20)]
    # The 60 items of the import share the category `all`, save i7, which another test changes; the others are of none.
    assert sum(number < 60 and number != 7 for number in items) == 3 and len(items) == 20
    films.delete(campaign)


def test_a_boost_lifts_younger_items_as_soon_as_the_campaign_is_updated(films, personalize, unique):
    campaign = films.campaign_of(unique, itemExplorationConfig={"explorationWeight": "0"})
    # The items of the import were created in the order of their numbers, long before every event.
    choice = films.personalize.create_filter(
        name=unique, datasetGroupArn=films.group, filterExpression='INCLUDE ItemID WHERE Items.GENRES IN ("all")'
    )["filterArn"]
    activate(personalize, choice)

    def average():
        numbers = [int(item["itemId"][1:]) for item in films.get(campaign, numResults=10, filterArn=choice)]
        return sum(numbers) / len(numbers)

    before = average()
    update(personalize, campaign, campaignConfig={
        "itemExplorationConfig": {"explorationWeight": "0", "palate.freshnessBoost": "1"}})
    assert average() > before
    films.delete(campaign)


def test_what_was_seen_is_left_out(films, personalize, unique):
    campaign = films.campaign_of(
        unique, itemExplorationConfig={"explorationWeight": "0", "palate.removeSeen": "watch"})
    rows = [line.split(",") for line in films.csv.splitlines()[1:]]
    watched = {item for user, item, _, kind in rows if user == "u1" and kind == "watch"}
    clicked = {item for user, item, _, kind in rows if user == "u1" and kind == "click"}
    found = {item["itemId"] for item in films.get(campaign, numResults=200)}
    assert not watched & found and clicked - watched <= found
    update(personalize, campaign, campaignConfig={
        "itemExplorationConfig": {"explorationWeight": "0", "palate.removeSeen": "*"}})
    found = {item["itemId"] for item in films.get(campaign, numResults=200)}
    assert not (watched | clicked) & found
    films.delete(campaign)


@pytest.mark.parametrize("options, key", [
    ({"palate.maximumPerCategory": "0", "palate.categoryColumn": "GENRES"}, "palate.maximumPerCategory"),
    ({"palate.maximumPerCategory": "2", "palate.categoryColumn": "COLOUR"}, "palate.categoryColumn"),
    ({"palate.maximumPerCategory": "2", "palate.categoryColumn": "PRICE"}, "palate.categoryColumn"),
    ({"palate.freshnessBoost": "2"}, "palate.freshnessBoost"),
    ({"palate.removeSeen": "a,,b"}, "palate.removeSeen"),
    ({"palate.unheard": "1"}, "palate.unheard"),
])
def test_an_option_that_is_wrong_is_refused_with_its_key(films, personalize, unique, options, key):
    campaign = films.campaign_of(unique[:50])
    for operation, arguments in (
            (personalize.create_campaign, {"name": "none", "solutionVersionArn": films.version}),
            (personalize.update_campaign, {"campaignArn": campaign})):
        code, message = error_of(operation, campaignConfig={"itemExplorationConfig": options}, **arguments)
        assert code == "InvalidInputException" and key in message, message
    films.delete(campaign)


def test_what_was_put_is_served_after_a_kill(own_palate):
    stack = ServedStack(own_palate, "kept", USER_PERSONALIZATION)
    campaign = stack.campaign_of("kept", itemExplorationConfig={"explorationWeight": "1"})
    stack.put("kept-item")
    own_palate.kill()
    own_palate.start()
    runtime = own_palate.client("personalize-runtime")
    # Each list holds a part of the new items; there is one.
    eventually(lambda: "kept-item" in [
        item["itemId"] for item in runtime.get_recommendations(campaignArn=campaign, userId="u1", numResults=90)["itemList"]])


def test_the_second_recipe_gives_metadata_reasons_and_takes_influence(second, personalize, unique):
    campaign = second.campaign_of(unique, rankingInfluence={"POPULARITY": 0.5, "FRESHNESS": 1})
    items = second.get(campaign, numResults=50, metadataColumns={"ITEMS": ["GENRES"]})
    assert len(items) == 50 and any(item.get("metadata") for item in items)
    assert personalize.describe_campaign(campaignArn=campaign)["campaign"]["campaignConfig"]["rankingInfluence"] == {
        "POPULARITY": 0.5, "FRESHNESS": 1.0}
    second.delete(campaign)


def test_influence_is_refused_where_it_cannot_be(films, stack, personalize, unique):
    popular = train(personalize, create_solution(personalize, f"{unique}-p", films.group, POPULARITY))
    code, message = error_of(
        personalize.create_campaign, name=unique, solutionVersionArn=popular,
        campaignConfig={"rankingInfluence": {"POPULARITY": 0.5}})
    assert code == "InvalidInputException" and "rankingInfluence" in message
    personalize.delete_solution(solutionArn=popular.rsplit("/", 1)[0])
    wait_until_gone(personalize, popular.rsplit("/", 1)[0])
    solution = create_solution(personalize, unique, stack.group, USER_PERSONALIZATION_V2)
    version = train(personalize, solution)
    code, message = error_of(
        personalize.create_campaign, name=unique, solutionVersionArn=version,
        campaignConfig={"rankingInfluence": {"FRESHNESS": 0.5}})
    assert code == "InvalidInputException" and "CREATION_TIMESTAMP" in message
    personalize.delete_solution(solutionArn=solution)
    wait_until_gone(personalize, solution)


def test_context_is_checked_against_the_schema(films, unique):
    campaign = films.campaign_of(unique)
    assert films.get(campaign, context={"EVENT_TYPE": "watch"})
    code, message = error_of(films.get, campaign=campaign, context={"DEVICE": "phone"})
    assert code == "InvalidInputException" and "DEVICE" in message
    films.delete(campaign)


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_campaign_needs_a_capacity_of_at_least_one(palate, films, capacity):
    personalize = palate.client("personalize", config=Config(parameter_validation=False))
    for operation, arguments in (
            (personalize.create_campaign, {"name": "none", "solutionVersionArn": films.version}),
            (personalize.update_campaign, {"campaignArn": films.version})):
        code, message = error_of(operation, minProvisionedTPS=capacity, **arguments)
        assert code == "InvalidInputException" and "minProvisionedTPS" in message


def test_new_versions_go_live_under_load_without_a_failed_or_wrong_answer(palate, unique):
    """Two models that never agree on the first item take turns; each answer must be wholly of one of them."""
    stack = Stack(palate, unique[:40])
    stack.import_data()
    solution = create_solution(stack.personalize, unique, stack.group, POPULARITY)
    versions = [train(stack.personalize, solution)]
    # The same recipe on other data: what was rare is watched most.
    extra = stack.csv + "".join(f"x{user},i{89 - item},1790000000,watch\n" for user in range(90) for item in range(30))
    palate.client("s3").put_object(
        Bucket=f"{stack.prefix}-bucket", Key="interactions.csv", Body=extra.encode())
    activate(stack.personalize, start_import(
        stack.personalize, f"{stack.prefix}-2", stack.dataset, stack.location, stack.role))
    campaign = stack.personalize.create_campaign(
        name=unique, solutionVersionArn=f"{solution}/$LATEST",
        campaignConfig={"syncWithLatestSolutionVersion": True})["campaignArn"]
    activate(stack.personalize, campaign)

    def ask(runtime):
        return tuple(item["itemId"] for item in runtime.get_recommendations(
            campaignArn=campaign, userId="u1", numResults=30)["itemList"])

    old = ask(palate.client("personalize-runtime"))
    answers, failures, done = [], [], threading.Event()

    def load():
        runtime = palate.client("personalize-runtime")
        seen = []
        while not done.is_set():
            try:
                seen.append(ask(runtime))
            except Exception as error:  # noqa: BLE001: any failure counts
                failures.append(error)
        answers.append(seen)

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        versions.append(train(stack.personalize, solution))
        eventually(lambda: stack.personalize.describe_campaign(campaignArn=campaign)["campaign"]["solutionVersionArn"]
                   == versions[1], 60)
        new = ask(palate.client("personalize-runtime"))
        assert new != old
        # Not following any longer, the campaign goes back and forth.
        for turn in range(6):
            update(stack.personalize, campaign, solutionVersionArn=versions[turn % 2],
                   campaignConfig={"syncWithLatestSolutionVersion": False})
            assert ask(palate.client("personalize-runtime")) == (old, new)[turn % 2]
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert {answer for seen in answers for answer in seen} == {old, new}
    assert all(len(seen) > 10 for seen in answers)
