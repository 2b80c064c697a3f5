"""What PutEvents acknowledged is in the next answer, without any training."""

import threading

import pytest
from datasets import create_tracker
from scenario import (
    Stack, activate, create_bucket, create_solution, restart, settle, train,
)
from test_recommenders import Domain

RANKING = "arn:aws:personalize:::recipe/aws-personalized-ranking"
# After everything in the data.
NOW = 1_750_000_000


class Live(Stack):
    """A campaign and a tracker."""

    def __init__(self, server, prefix):
        super().__init__(server, prefix)
        self.import_data()
        self.train()
        self.campaign = self.create_campaign("campaign", self.version)
        _, self.tracking = create_tracker(self.personalize, prefix, self.group)
        self.connect(server)

    def connect(self, server):
        self.server = server
        self.runtime = server.client("personalize-runtime")
        self.events = server.client("personalize-events")

    def create_campaign(self, name, version, exploring=True):
        """One that explores has the weight 0 for it, so that its lists are the same each time."""
        exploring = {
            "campaignConfig": {"itemExplorationConfig": {"explorationWeight": "0", "explorationItemAgeCutOff": "30"}}
        } if exploring else {}
        arn = self.personalize.create_campaign(
            name=f"{self.prefix}-{name}", solutionVersionArn=version, **exploring)["campaignArn"]
        activate(self.personalize, arn)
        return arn

    def put(self, item, user=None, session="s", kind="click", at=NOW):
        named = {"userId": user} if user else {}
        self.events.put_events(
            trackingId=self.tracking, sessionId=session, **named,
            eventList=[{"eventType": kind, "sentAt": at, "itemId": item}])

    def items(self, user, count=25, **options):
        answer = self.runtime.get_recommendations(
            campaignArn=options.pop("campaign", self.campaign), userId=user, numResults=count, **options)
        return [item["itemId"] for item in answer["itemList"]]

    def filter(self, name, expression):
        arn = self.personalize.create_filter(
            name=f"{self.prefix}-{name}", datasetGroupArn=self.group, filterExpression=expression)["filterArn"]
        activate(self.personalize, arn)
        return arn


@pytest.fixture(scope="module")
def live(palate):
    return Live(palate, "realtime")


@pytest.fixture(scope="module")
def shop(palate):
    return Domain(palate, "realtime-shop", "ECOMMERCE", {"View": 2, "Purchase": 2})


def group_of(items, taste):
    return sum(int(item[1:]) % 3 == taste for item in items)


def test_a_click_changes_the_list_of_a_user_whom_training_knew(live):
    before = live.items("u0")
    for place, item in enumerate(["i1", "i4", "i7", "i10"]):
        live.put(item, "u0", at=NOW + place)
        after = live.items("u0")
        assert after != before
        before = after
    assert live.items("u3") == live.items("u3"), "nobody else is affected"


def test_a_click_makes_a_list_personal_for_a_new_user(live):
    popular = live.items("a stranger")
    live.put("i31", "newcomer")
    first = live.items("newcomer")
    assert first != popular and live.items("a stranger") == popular
    for item in ("i34", "i37", "i40"):
        live.put(item, "newcomer", at=NOW + 1)
    assert group_of(live.items("newcomer", 10), 1) > group_of(popular[:10], 1)


def test_an_anonymous_session_is_followed_and_its_events_become_the_users(live):
    popular = live.items("a stranger")
    live.put("i32", session="visit")
    anonymous = live.items("visit")
    assert anonymous != popular and live.items("visitor") == popular
    live.put("i35", "visitor", session="visit", at=NOW + 1)
    # The same two events of one who was never anonymous.
    live.put("i32", "twin", session="other", at=NOW)
    live.put("i35", "twin", session="other", at=NOW + 1)
    assert live.items("visitor") == live.items("twin")
    assert live.items("visit") == popular


def test_a_ranking_follows_a_click(live):
    solution = create_solution(live.personalize, "realtime-ranking", live.group, RANKING)
    campaign = live.create_campaign("ranking", train(live.personalize, solution), exploring=False)
    asked = [f"i{item}" for item in range(60)]

    def ranking():
        answer = live.runtime.get_personalized_ranking(campaignArn=campaign, userId="ranked", inputList=asked)
        return [item["itemId"] for item in answer["personalizedRanking"]]

    before = ranking()
    live.put("i31", "ranked")
    assert ranking() != before


def test_a_filter_sees_a_purchase_at_once(live):
    expression = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")'
    bought = live.filter("bought", expression)
    for user in ("u6", "a buyer"):
        best = live.items(user, filterArn=bought)[:3]
        # An event type that training never saw.
        live.put(best[0], user, kind="purchase")
        after = live.items(user, 500, filterArn=bought)
        assert best[0] not in after and best[1] in after
        assert best[0] in live.items(user, 500)
    only = live.filter("only", 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")')
    live.put("i17", "a buyer", kind="Purchase")
    assert "i17" in live.items("a buyer", 500, filterArn=only) and len(live.items("a buyer", 500, filterArn=only)) == 2


def test_a_filter_of_a_ranking_sees_a_purchase_of_an_item_that_training_did_not_know(live):
    solution = create_solution(live.personalize, "realtime-unknown", live.group, RANKING)
    arn = live.create_campaign("novelties", train(live.personalize, solution), exploring=False)
    fresh = live.filter("fresh", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")')

    def ranking():
        answer = live.runtime.get_personalized_ranking(
            campaignArn=arn, userId="pioneer", inputList=["i1", "novelty", "i2"], filterArn=fresh)
        return {item["itemId"] for item in answer["personalizedRanking"]}

    assert ranking() == {"i1", "novelty", "i2"}
    live.put("novelty", "pioneer", kind="purchase")
    assert ranking() == {"i1", "i2"}


def test_what_was_bought_is_not_recommended_again(shop):
    arn = shop.create("recommended", "aws-ecomm-recommended-for-you")
    _, tracking = create_tracker(shop.personalize, "realtime-shop", shop.group)
    events = shop.server.client("personalize-events")
    for user, kind in (("u1", "Purchase"), ("someone new", "purchase")):
        best = shop.items(arn, user)[0]
        events.put_events(trackingId=tracking, userId=user, sessionId="s", eventList=[
            {"eventType": kind, "sentAt": NOW, "itemId": best}])
        assert best not in shop.items(arn, user, 500)


def test_events_that_the_solution_leaves_out_do_not_count(live):
    solution = live.personalize.create_solution(
        name="realtime-watch", datasetGroupArn=live.group, performAutoTraining=False, eventType="watch",
        recipeArn="arn:aws:personalize:::recipe/aws-user-personalization")["solutionArn"]
    activate(live.personalize, solution)
    campaign = live.create_campaign("watch", train(live.personalize, solution))
    before = live.items("watcher", campaign=campaign)
    live.put("i31", "watcher", kind="click")
    assert live.items("watcher", campaign=campaign) == before
    live.put("i31", "watcher", kind="watch", at=NOW + 1)
    assert live.items("watcher", campaign=campaign) != before


def test_a_data_deletion_job_takes_the_events_out_of_the_answers(live):
    popular = live.items("a stranger")
    live.put("i31", "leaving")
    assert live.items("leaving") != popular
    bucket = create_bucket(live.server.client("s3"), "realtime-leaving", {"users.csv": "USER_ID\nleaving\n"})
    job = live.personalize.create_data_deletion_job(
        jobName="realtime-leaving", datasetGroupArn=live.group, roleArn=live.role,
        dataSource={"dataLocation": f"s3://{bucket}/users.csv"})["dataDeletionJobArn"]
    assert settle(live.personalize, job)["status"] == "COMPLETED"
    assert live.items("leaving") == popular


def test_the_next_answer_after_a_kill_still_has_the_event(own_palate):
    live = Live(own_palate, "killed")
    live.put("i31", "survivor")
    live.put("i32", session="visit")
    lists = live.items("survivor"), live.items("visit")
    restart(own_palate)
    live.connect(own_palate)
    assert (live.items("survivor"), live.items("visit")) == lists
    live.put("i34", "survivor", at=NOW + 1)
    restart(own_palate)
    live.connect(own_palate)
    assert live.items("survivor") != lists[0]


def test_many_clients_at_once_each_see_their_own_last_click(live):
    bought = live.filter("concurrent", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("bought")')
    failures = []

    def work(number):
        try:
            own = Live.__new__(Live)
            own.__dict__.update(live.__dict__)
            own.connect(live.server)
            user = f"client{number % 4}"
            for step in range(25):
                item = f"i{(number * 25 + step) % 90}"
                own.put(item, user, kind="bought", at=NOW + step)
                if item in own.items(user, 500, filterArn=bought):
                    failures.append((user, item))
        except Exception as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
