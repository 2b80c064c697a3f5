"""A server under mixed load for a while: memory, failures and times of answers, part by part.

    python Benchmarks/soak.py --palate .build/release/palate --directory DIR --rate 16000 --minutes 30

GetRecommendations and PutEvents by timetables, on the catalogue of `palate bench serve` in DIR.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

from serve_fastapi import free_port, start, stop


def resident_mebibytes(pid: int) -> float:
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--directory", type=pathlib.Path, required=True)
    parser.add_argument("--rate", type=float, required=True, help="GetRecommendations a second")
    parser.add_argument("--event-calls", type=float, default=100, help="PutEvents a second, of ten events each")
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--parts", type=int, default=6)
    arguments = parser.parse_args()
    palate, directory = os.path.abspath(arguments.palate), arguments.directory.resolve()
    subprocess.run([palate, "bench", "serve", "--prepare-only", "--data-dir", str(directory)], check=True)
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    server = start([palate, "serve", "--data-dir", str(directory / "state"), "--port", str(port)], port, {})
    seconds = arguments.minutes * 60 // arguments.parts
    try:
        with urllib.request.urlopen(endpoint + "/health"):
            print(f"at rest {resident_mebibytes(server.pid):.0f} MiB", flush=True)
        events = subprocess.Popen(
            [palate, "bench", "events", "--endpoint", endpoint, "--connections", "4", "--events-per-call", "10",
             "--rate", str(arguments.event_calls), "--seconds", str(seconds * arguments.parts), "--output", "json"], stdout=subprocess.PIPE, text=True)
        for part in range(arguments.parts):
            load = subprocess.run(
                [palate, "bench", "load", "--url", endpoint + "/recommendations", "--bodies", str(directory / "bodies.txt"),
                 "--rate", str(arguments.rate), "--seconds", str(seconds), "--output", "json"],
                check=True, stdout=subprocess.PIPE, text=True)
            answer = json.loads(load.stdout)
            print(f"{(part + 1) * seconds / 60:5.1f} min  {answer['answersPerSecond']:7.0f} requests/s  p50"
                  f" {answer['medianMilliseconds']:.2f} ms  p99 {answer['percentile99Milliseconds']:.2f} ms"
                  f"  {answer['failures']} failures  {resident_mebibytes(server.pid):.0f} MiB", flush=True)
        written = json.loads(events.communicate()[0])
        print(f"beside it {written['eventsPerSecond']:.0f} events/s, each on the disk before its answer")
    finally:
        stop(server)


if __name__ == "__main__":
    sys.exit(main())
