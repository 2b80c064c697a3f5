#!/usr/bin/env python3
"""Kills a server in the middle of its work, again and again, and looks for every record that it had acknowledged.

    Tests/Crash/crash.py --rounds 100 --seed 1

In each round some threads send PutEvents, PutItems and PutUsers without pause, the server gets SIGKILL at a random moment
and is started again on the same data directory, and export jobs tell what the datasets hold. Every record of every
acknowledged request of this round and all before it must be there, once; of a request that was not acknowledged either all
records or none; and nothing else.
"""

import argparse
import collections
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from botocore.exceptions import ClientError, HTTPClientError  # noqa: E402
from botocore.exceptions import ConnectionError as NoConnection  # noqa: E402
from conftest import Server  # noqa: E402  (found by the path above)
from datasets import (  # noqa: E402
    ITEMS, USERS, create_tracker, export, interactions_dataset, metadata_dataset,
)
from scenario import create_group  # noqa: E402

KINDS = ("events", "items", "users")
# Threads of each kind.
WRITERS = {"events": 3, "items": 1, "users": 1}
SIZE = 10
# Seconds after the first answer of a round at which the server may be killed, at the latest.
LONGEST = 1.0


class Ledger:
    """What was sent and what was acknowledged, a request at a time."""

    def __init__(self):
        self.sent = {kind: {} for kind in KINDS}
        self.acknowledged = {kind: set() for kind in KINDS}
        self.first_answer = threading.Event()

    def count(self, kind):
        return sum(len(self.sent[kind][request]) for request in self.acknowledged[kind])


class World:
    """The datasets that are written to."""

    def __init__(self, server):
        personalize = server.client("personalize")
        self.group = create_group(personalize, "crash")
        self.datasets = {
            "events": interactions_dataset(personalize, "crash", self.group),
            "items": metadata_dataset(personalize, "crash-items", self.group, ITEMS, "Items"),
            "users": metadata_dataset(personalize, "crash-users", self.group, USERS, "Users"),
        }
        _, self.tracking = create_tracker(personalize, "crash", self.group)

    def send(self, client, kind, names):
        if kind == "events":
            client.put_events(trackingId=self.tracking, userId=f"u{len(names)}", sessionId="s", eventList=[
                {"eventType": "click", "sentAt": 1_700_000_000, "itemId": name} for name in names])
        elif kind == "items":
            client.put_items(datasetArn=self.datasets[kind], items=[
                {"itemId": name, "properties": json.dumps({"genres": "a"})} for name in names])
        else:
            client.put_users(datasetArn=self.datasets[kind], users=[{"userId": name} for name in names])

    def held(self, server, kind, round_number):
        """How often each record is there."""
        column = "USER_ID" if kind == "users" else "ITEM_ID"
        rows = export(server, self.datasets[kind], f"crash-{kind}-{round_number}", "PUT")
        return collections.Counter(row[column] for row in rows)


def write(server, world, ledger, kind, thread):
    """Sends records until there is no answer."""
    client = server.client("personalize-events")
    for request in range(1_000_000):
        names = [f"{thread}-{request}-{place}" for place in range(SIZE)]
        key = (thread, request)
        ledger.sent[kind][key] = names
        try:
            world.send(client, kind, names)
        except (ClientError, HTTPClientError, NoConnection) as error:
            if isinstance(error, ClientError):
                raise
            return
        ledger.acknowledged[kind].add(key)
        ledger.first_answer.set()


def mistakes(kind, held, ledger):
    """What is not as it was acknowledged, in words."""
    found = []
    known = set()
    for request, names in ledger.sent[kind].items():
        known.update(names)
        present = [name for name in names if held[name]]
        if request in ledger.acknowledged[kind]:
            if len(present) < len(names):
                found.append(f"{kind}: {sorted(set(names) - set(present))} were acknowledged and are lost")
        elif present and len(present) < len(names):
            found.append(f"{kind}: only {present} of a request are there")
    found += [f"{kind}: {name} is there {number} times" for name, number in held.items() if number > 1]
    found += [f"{kind}: {name} was never sent" for name in held if name not in known]
    return found


def run(directory, rounds, seed, report=print):
    """
    Returns: For each kind of record, how many were acknowledged, and how many of all sent are held; and the mistakes.
    """
    generator = random.Random(seed)
    server = Server(Path(directory) / "data").start()
    found = []
    try:
        world = World(server)
        ledger = Ledger()
        held = {}
        for round_number in range(rounds):
            ledger.first_answer.clear()
            threads = [
                threading.Thread(
                    target=write, args=(server, world, ledger, kind, f"{kind}{round_number}-{number}"))
                for kind, count in WRITERS.items() for number in range(count)]
            for thread in threads:
                thread.start()
            ledger.first_answer.wait(60)
            time.sleep(generator.random() * LONGEST)
            restart_after(server, threads)
            held = {kind: world.held(server, kind, round_number) for kind in KINDS}
            found += [f"round {round_number + 1}: {mistake}"
                      for kind in KINDS for mistake in mistakes(kind, held[kind], ledger)]
            report(f"round {round_number + 1}: " + ", ".join(
                f"{ledger.count(kind)} {kind} acknowledged, {sum(held[kind].values())} held" for kind in KINDS)
                + f", {len(found)} mistakes", flush=True)
        return {kind: (ledger.count(kind), sum(held[kind].values())) for kind in KINDS}, found
    finally:
        server.stop()


def restart_after(server, threads):
    """kill -9; the server starts again when no thread can reach it any more."""
    server.kill()
    for thread in threads:
        thread.join()
    server.start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        counts, found = run(directory, arguments.rounds, arguments.seed)
    for mistake in found:
        print(mistake)
    print(f"{arguments.rounds} kills: " + ", ".join(
        f"{acknowledged} {kind} acknowledged and {'not all ' if found else ''}found, {held - acknowledged} more held"
        for kind, (acknowledged, held) in counts.items()))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
