import random
import threading
import time

import pytest
from scenario import (
    HEADER, USER_PERSONALIZATION, activate, create_bucket, create_dataset, create_group, create_role, create_schema,
    create_solution, error_code, error_of, start_import, train, wait_until_gone,
)
from conftest import ACCOUNT, REGION, Server

RECIPE = "arn:aws:personalize:::recipe/"


def events_csv(types, users=60, items=90, events=40, seed=2):
    generator = random.Random(seed)
    lines = [HEADER]
    for user in range(users):
        moment = 1_700_000_000
        for _ in range(events):
            moment += generator.randrange(1, 5000)
            item = int(items * generator.random() ** 2)
            lines.append(f"u{user},i{item},{moment},{generator.choices(list(types), list(types.values()))[0]}")
    return "\n".join(lines) + "\n"


class Domain:
    """A domain dataset group with imported events."""

    def __init__(self, server, prefix, domain, types, csv=None):
        self.server = server
        self.personalize = server.client("personalize")
        self.runtime = server.client("personalize-runtime")
        self.csv = csv or events_csv(types)
        bucket = create_bucket(server.client("s3"), f"{prefix}-bucket", {"interactions.csv": self.csv})
        role = create_role(server.client("iam"), f"{prefix}-role")
        schema = create_schema(self.personalize, f"{prefix}-schema", domain=domain)
        self.group = create_group(self.personalize, f"{prefix}-group", domain=domain)
        dataset = create_dataset(self.personalize, f"{prefix}-dataset", self.group, schema)
        job = start_import(
            self.personalize, f"{prefix}-import", dataset, f"s3://{bucket}/interactions.csv", role)
        activate(self.personalize, job)

    def events(self, event_type):
        rows = (line.split(",") for line in self.csv.splitlines()[1:])
        return [(row[0], row[1]) for row in rows if row[3] == event_type]

    def describe(self, arn):
        return self.personalize.describe_recommender(recommenderArn=arn)["recommender"]

    def reach(self, arn, *states):
        deadline = time.monotonic() + 120
        while True:
            recommender = self.describe(arn)
            if recommender["status"] in states:
                return recommender
            assert time.monotonic() < deadline and recommender["status"] != "CREATE FAILED", recommender
            time.sleep(0.05)

    def create(self, name, recipe, **options):
        arn = self.personalize.create_recommender(
            name=name, datasetGroupArn=self.group, recipeArn=RECIPE + recipe, **options)["recommenderArn"]
        self.reach(arn, "ACTIVE")
        return arn

    def items(self, arn, user, count=10):
        answer = self.runtime.get_recommendations(recommenderArn=arn, userId=user, numResults=count)
        return [item["itemId"] for item in answer["itemList"]]


@pytest.fixture(scope="module")
def videos(palate):
    return Domain(palate, "videos", "VIDEO_ON_DEMAND", {"Watch": 3, "Click": 2})


@pytest.fixture(scope="module")
def shop(palate):
    return Domain(palate, "shop", "ECOMMERCE", {"View": 2, "Purchase": 2})


def ranked(pairs):
    counts = {}
    for _, item in pairs:
        counts[item] = counts.get(item, 0) + 1
    return counts


def test_the_recipes_of_a_domain_are_listed(personalize):
    for domain, prefix in (("VIDEO_ON_DEMAND", "aws-vod-"), ("ECOMMERCE", "aws-ecomm-")):
        recipes = personalize.list_recipes(domain=domain)["recipes"]
        assert recipes and all(recipe["recipeArn"].startswith(RECIPE + prefix) for recipe in recipes)
        assert {recipe["domain"] for recipe in recipes} == {domain}


def test_top_picks_are_personal_and_leave_out_what_was_watched(videos):
    arn = videos.create("top-picks", "aws-vod-top-picks")
    assert arn == f"arn:aws:personalize:{REGION}:{ACCOUNT}:recommender/top-picks"
    watched = videos.events("Watch")
    for user in ("u0", "u1", "u2"):
        seen = {item for name, item in watched if name == user}
        clicked = {item for name, item in videos.events("Click") if name == user} - seen
        everything = videos.items(arn, user, 500)
        assert everything and not seen & set(everything)
        assert clicked <= set(everything), "only watched videos are left out"
    assert videos.items(arn, "u0") != videos.items(arn, "u1")
    assert videos.items(arn, "a stranger")


def test_the_most_popular_videos_are_those_of_the_most_users(videos):
    arn = videos.create("popular", "aws-vod-most-popular")
    users = ranked(set(videos.events("Watch")))
    lists = [videos.items(arn, user) for user in ("u0", "u1", "a stranger")]
    assert lists[0] == lists[1] == lists[2]
    counts = [users[item] for item in lists[0]]
    assert counts == sorted(users.values(), reverse=True)[:10]


@pytest.mark.parametrize("recipe,event_type", [
    ("aws-ecomm-popular-items-by-views", "View"), ("aws-ecomm-popular-items-by-purchases", "Purchase")])
def test_popular_items_go_by_their_event_type(shop, unique, recipe, event_type):
    counts = ranked(shop.events(event_type))
    found = [counts[item] for item in shop.items(shop.create(unique, recipe), "u0")]
    assert found == sorted(counts.values(), reverse=True)[:10]


def test_recommended_for_you_leaves_out_what_was_purchased(shop, unique):
    arn = shop.create(unique, "aws-ecomm-recommended-for-you")
    bought = {item for user, item in shop.events("Purchase") if user == "u3"}
    viewed = {item for user, item in shop.events("View") if user == "u3"} - bought
    found = set(shop.items(arn, "u3", 500))
    assert not bought & found and viewed <= found


def test_a_recommender_is_described_listed_stopped_started_and_deleted(shop, unique):
    configuration = {"minRecommendationRequestsPerSecond": 2}
    arn = shop.create(
        unique, "aws-ecomm-popular-items-by-views", recommenderConfig=configuration,
        tags=[{"tagKey": "stage", "tagValue": "test"}])
    recommender = shop.describe(arn)
    assert recommender["datasetGroupArn"] == shop.group and recommender["recommenderConfig"] == configuration
    assert "mean_reciprocal_rank_at_25" in recommender["modelMetrics"]
    tags = shop.personalize.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == [{"tagKey": "stage", "tagValue": "test"}]
    listed = shop.personalize.list_recommenders(datasetGroupArn=shop.group)["recommenders"]
    assert arn in [summary["recommenderArn"] for summary in listed]

    assert shop.personalize.stop_recommender(recommenderArn=arn)["recommenderArn"] == arn
    shop.reach(arn, "INACTIVE")
    assert error_code(
        shop.runtime.get_recommendations, recommenderArn=arn, userId="u0") == "ResourceNotFoundException"
    shop.personalize.start_recommender(recommenderArn=arn)
    shop.reach(arn, "ACTIVE")
    assert shop.items(arn, "u0")

    shop.personalize.update_recommender(
        recommenderArn=arn, recommenderConfig={"minRecommendationRequestsPerSecond": 5})
    recommender = shop.describe(arn)
    assert recommender["recommenderConfig"] == {"minRecommendationRequestsPerSecond": 5}
    assert recommender["latestRecommenderUpdate"]["status"] == "ACTIVE"

    shop.personalize.delete_recommender(recommenderArn=arn)
    deadline = time.monotonic() + 60
    while error_code(shop.personalize.describe_recommender, recommenderArn=arn) != "ResourceNotFoundException":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_update_under_load_drops_no_request(shop, unique):
    """A recommender that is updated again and again answers every request wholly."""
    arn = shop.create(unique, "aws-ecomm-recommended-for-you")
    counts, failures, done = [], [], threading.Event()

    def load(number):
        runtime = shop.server.client("personalize-runtime")
        while not done.is_set():
            try:
                answer = runtime.get_recommendations(recommenderArn=arn, userId=f"u{number}", numResults=20)
                counts.append(len({item["itemId"] for item in answer["itemList"]}))
            except Exception as error:  # noqa: BLE001: any failure counts
                failures.append(error)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(20):
            shop.personalize.update_recommender(recommenderArn=arn, recommenderConfig={
                "itemExplorationConfig": {"explorationWeight": f"{turn % 2}"},
                "enableMetadataWithRecommendations": turn % 3 == 0})
            asked = len(counts)
            while len(counts) < asked + 8 and not failures:
                time.sleep(0.01)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert set(counts) == {20} and len(counts) >= 160
    assert shop.describe(arn)["recommenderConfig"]["itemExplorationConfig"] == {"explorationWeight": "1"}


def test_a_recommender_that_does_not_explore_takes_palates_own_options(shop, unique):
    arn = shop.create(unique, "aws-ecomm-popular-items-by-views", recommenderConfig={
        "itemExplorationConfig": {"palate.removeSeen": "view"}})
    viewed = {item for user, item in shop.events("View") if user == "u1"}
    found = set(shop.items(arn, "u1", 500))
    assert found and not viewed & found
    for options, word in (
            ({"explorationWeight": "0.5", "palate.removeSeen": "view"}, "does not explore"),
            ({"palate.removeSeen": ""}, "palate.removeSeen"),
            ({"palate.categoryColumn": "GENRES", "palate.maximumPerCategory": "1"}, "palate.categoryColumn")):
        code, message = error_of(
            shop.personalize.update_recommender, recommenderArn=arn, recommenderConfig={
                "itemExplorationConfig": options})
        assert code == "InvalidInputException" and word in message, message


def test_recipes_of_another_domain_and_custom_recipes_are_refused(shop):
    for recipe in ("aws-vod-top-picks", "aws-user-personalization"):
        assert error_code(
            shop.personalize.create_recommender, name="x", datasetGroupArn=shop.group,
            recipeArn=RECIPE + recipe) == "InvalidInputException"
    code, message = error_of(
        shop.personalize.create_solution, name="x", datasetGroupArn=shop.group,
        recipeArn=RECIPE + "aws-ecomm-recommended-for-you")
    assert code == "InvalidInputException" and "CreateRecommender" in message


def test_a_domain_group_takes_custom_solutions(shop, unique):
    solution = create_solution(shop.personalize, unique, shop.group, USER_PERSONALIZATION)
    assert train(shop.personalize, solution)
    shop.personalize.delete_solution(solutionArn=solution)
    wait_until_gone(shop.personalize, solution)


def test_one_arn_does_not_stand_for_the_other(shop, stack, unique, runtime):
    arn = shop.create(unique, "aws-ecomm-popular-items-by-views")
    assert error_code(runtime.get_recommendations, campaignArn=arn, userId="u") == "ResourceNotFoundException"
    assert error_code(
        runtime.get_recommendations, recommenderArn=stack.campaign, userId="u") == "ResourceNotFoundException"
    assert error_code(
        runtime.get_recommendations, recommenderArn=arn, campaignArn=stack.campaign,
        userId="u") == "InvalidInputException"


def test_a_recommender_answers_after_a_restart(own_palate):
    own = Domain(own_palate, "restart", "VIDEO_ON_DEMAND", {"Watch": 1})
    active = own.create("on", "aws-vod-most-popular")
    stopped = own.create("off", "aws-vod-most-popular")
    own.personalize.stop_recommender(recommenderArn=stopped)
    own.reach(stopped, "INACTIVE")
    before = own.items(active, "u0")
    own_palate.kill()
    own_palate.start()
    runtime = own_palate.client("personalize-runtime")
    answer = runtime.get_recommendations(recommenderArn=active, userId="u0", numResults=10)["itemList"]
    assert [item["itemId"] for item in answer] == before
    assert error_code(
        runtime.get_recommendations, recommenderArn=stopped, userId="u0") == "ResourceNotFoundException"
