"""Seconds of a FULL and of an UPDATE training over one file, through the API of a server of its own.

    pip install boto3
    python Benchmarks/training_modes.py --palate .build/release/palate --csv interactions.csv
    python Benchmarks/training_modes.py --palate .build/release/palate --events 1000000

The oldest 95% of the events are imported and trained on with FULL; then everything is imported, and an UPDATE and another
FULL are made of it. Seconds are `trainingHours` of the versions: reading the data, training, measuring, writing. Without
--csv `palate bench ingest` generates the events.
"""

import argparse
import pathlib

from service import World, read_events, serving


def measure(world, rows):
    def hours(mode):
        hours = world.train(mode)["trainingHours"]
        print(f"{mode:7} {hours * 3600:8.2f} s", flush=True)
        return hours

    world.load("old", rows[:len(rows) * 95 // 100])
    hours("FULL")
    world.load("everything", rows)
    update = hours("UPDATE")
    print(f"FULL / UPDATE {hours('FULL') / update:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--csv", help="columns USER_ID, ITEM_ID, TIMESTAMP, EVENT_TYPE")
    parser.add_argument("--events", type=int, default=1_000_000)
    arguments = parser.parse_args()
    palate = str(pathlib.Path(arguments.palate).resolve())
    rows = read_events(palate, arguments.csv, arguments.events)
    with serving(palate) as (_, client):
        measure(World(client), rows)


if __name__ == "__main__":
    main()
