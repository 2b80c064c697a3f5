"""How long GetRecommendations takes while its campaign is moved from version to version, beside how long it takes at rest.

    pip install boto3
    python Benchmarks/campaign_swap.py --palate .build/release/palate --csv interactions.csv

Two versions of one solution are trained; one client asks without pause over one connection, for some seconds at rest and
then while UpdateCampaign goes back and forth. Every answer must have 25 items. Prints percentiles and their ratio.
"""

import argparse
import http.client
import json
import pathlib
import threading
import time

from service import World, read_events, serving


class Load(threading.Thread):
    """One connection that asks without pause."""

    def __init__(self, port, campaign, users):
        super().__init__()
        self.port, self.campaign, self.users = port, campaign, users
        self.seconds, self.failures, self.done = [], 0, threading.Event()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        turn = 0
        while not self.done.is_set():
            body = json.dumps({"campaignArn": self.campaign, "userId": self.users[turn % len(self.users)]})
            began = time.perf_counter()
            connection.request("POST", "/recommendations", body, {
                "content-type": "application/json",
                "authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/personalize/aws4_request, "
                                 "SignedHeaders=host, Signature=0"})
            answer = connection.getresponse()
            items = json.loads(answer.read()).get("itemList", [])
            self.seconds.append(time.perf_counter() - began)
            self.failures += answer.status != 200 or len(items) != 25
            turn += 1


def percentile(seconds, share):
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)] * 1000


def measure(port, world, rows, seconds, swaps):
    world.load("interactions", rows)
    versions = [world.train()["solutionVersionArn"] for _ in range(2)]
    personalize = world.personalize
    campaign = personalize.create_campaign(
        name="bench", solutionVersionArn=versions[0], minProvisionedTPS=1)["campaignArn"]

    def served():
        return personalize.describe_campaign(campaignArn=campaign)["campaign"]

    while served()["status"] != "ACTIVE":
        time.sleep(0.1)

    def under_load(work):
        load = Load(port, campaign, sorted({row.split(",", 1)[0] for row in rows})[:200])
        load.start()
        work()
        load.done.set()
        load.join()
        assert load.failures == 0, f"{load.failures} of {len(load.seconds)} answers are wrong"
        return load.seconds

    def swap():
        for turn in range(swaps):
            version = versions[(turn + 1) % 2]
            personalize.update_campaign(campaignArn=campaign, solutionVersionArn=version)
            while served()["solutionVersionArn"] != version:
                time.sleep(0.1)

    under_load(lambda: time.sleep(1))
    results = {"at rest": under_load(lambda: time.sleep(seconds)), f"{swaps} updates": under_load(swap)}
    rest, moving = results.values()
    print(f"{'':12} {'answers':>8} {'p50 ms':>8} {'p99 ms':>8} {'p99.9 ms':>9} {'max ms':>8}")
    for name, taken in results.items():
        print(f"{name:12} {len(taken):8} {percentile(taken, .5):8.2f} {percentile(taken, .99):8.2f} "
              f"{percentile(taken, .999):9.2f} {max(taken) * 1000:8.2f}")
    print(f"{'ratio':12} {'':8} " + " ".join(
        f"{percentile(moving, share) / percentile(rest, share):8.2f}" for share in (.5, .99, .999, 1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--csv", help="columns USER_ID, ITEM_ID, TIMESTAMP, EVENT_TYPE")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--swaps", type=int, default=20)
    arguments = parser.parse_args()
    palate = str(pathlib.Path(arguments.palate).resolve())
    rows = read_events(palate, arguments.csv, arguments.events)
    with serving(palate) as (port, client):
        measure(port, World(client), rows, arguments.seconds, arguments.swaps)


if __name__ == "__main__":
    main()
