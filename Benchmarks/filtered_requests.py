"""GetRecommendations per second with filters and without, in turn, on the catalogue of `palate bench serve`.

    pip install boto3
    .build/release/palate bench serve --data-dir DIR --prepare-only
    python Benchmarks/filtered_requests.py --palate .build/release/palate --directory DIR

Gives every item a shelf, of which there are 200, with PutItems, and makes a filter for one shelf by its name, one whose shelf
is a value of the request, and one without what the user met.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time

import boto3
from serve_fastapi import free_port, start, stop
from service import settle

FIELDS = [{"name": "ITEM_ID", "type": "string"}, {"name": "SHELF", "type": "string", "categorical": True}]
SCHEMA = {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
          "fields": FIELDS}
SHELVES = 200
FILTERS = {
    "one shelf": 'INCLUDE ItemID WHERE Items.SHELF IN ("s7")',
    "the shelf of the request": "INCLUDE ItemID WHERE Items.SHELF IN ($SHELF)",
    "nothing that was met": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
}


def prepare(client, campaign: str, items: int) -> dict[str, str]:
    """The ARNs of the filters, by what they are called."""
    personalize = client("personalize")
    version = personalize.describe_campaign(campaignArn=campaign)["campaign"]["solutionVersionArn"]
    group = personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"]["datasetGroupArn"]
    known = {one["name"]: one["filterArn"] for one in personalize.list_filters(datasetGroupArn=group)["Filters"]}
    if not known:
        schema = personalize.create_schema(name="shelves", schema=json.dumps(SCHEMA))["schemaArn"]
        dataset = personalize.create_dataset(
            name="shelves", schemaArn=schema, datasetGroupArn=group, datasetType="Items")["datasetArn"]
        settle(personalize.describe_dataset, "dataset", datasetArn=dataset)
        events = client("personalize-events")
        for first in range(0, items, 10):
            events.put_items(datasetArn=dataset, items=[
                {"itemId": f"i{item}", "properties": json.dumps({"shelf": f"s{item % SHELVES}"})}
                for item in range(first, min(first + 10, items))])
    for number, expression in enumerate(FILTERS.values()):
        if f"filter-{number}" not in known:
            known[f"filter-{number}"] = personalize.create_filter(
                name=f"filter-{number}", datasetGroupArn=group, filterExpression=expression)["filterArn"]
    for arn in known.values():
        settle(personalize.describe_filter, "filter", filterArn=arn)
    return {name: known[f"filter-{number}"] for number, name in enumerate(FILTERS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--directory", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    palate, directory = os.path.abspath(arguments.palate), arguments.directory.resolve()
    plain = [json.loads(line) for line in (directory / "bodies.txt").read_text().splitlines()]
    catalogue = json.loads((directory / "bench.json").read_text())
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    server = start([palate, "serve", "--data-dir", str(directory / "state"), "--port", str(port)], port, {})
    try:
        filters = prepare(
            lambda name: boto3.client(
                name, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="any",
                aws_secret_access_key="any"), catalogue["campaignArn"], catalogue["items"])
        # The catalogue follows within seconds.
        time.sleep(3)
        bodies = {"no filter": plain}
        for name, arn in filters.items():
            bodies[name] = [{**body, "filterArn": arn} for body in plain]
        for number, body in enumerate(bodies["the shelf of the request"]):
            body["filterValues"] = {"SHELF": f'"s{number % SHELVES}"'}
        runs: dict[str, list[dict]] = {name: [] for name in bodies}
        for _ in range(arguments.repetitions):
            for name, requests in bodies.items():
                file = directory / "filtered.txt"
                file.write_text("".join(json.dumps(body) + "\n" for body in requests))
                load = subprocess.run(
                    [palate, "bench", "load", "--url", endpoint + "/recommendations", "--bodies", str(file), "--seconds",
                     str(arguments.seconds), "--output", "json"], check=True, stdout=subprocess.PIPE, text=True)
                runs[name].append(json.loads(load.stdout))
        base = statistics.median(run["answersPerSecond"] for run in runs["no filter"])
        for name, loads in runs.items():
            rate = statistics.median(run["answersPerSecond"] for run in loads)
            slow = statistics.median(run["percentile99Milliseconds"] for run in loads)
            failures = sum(run["failures"] for run in loads)
            print(f"{name:26} {rate:8.0f} requests/s ({rate / base:4.2f})   p99 {slow:6.2f} ms   {failures} failures")
    finally:
        stop(server)


if __name__ == "__main__":
    main()
