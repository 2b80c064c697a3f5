"""A server under mixed load for a while: memory, failures and times of answers, part by part.

Beside them, what tells a server that slows down from a machine that does: the server's processor time for each request, and
the part of the machine's processor time that went to other guests of its host.

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


def processor_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine_time() -> tuple[int, int]:
    """All of it since the start, and the part that was stolen."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return sum(fields), fields[7]


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
            used, (time_before, stolen_before) = processor_seconds(server.pid), machine_time()
            load = subprocess.run(
                [palate, "bench", "load", "--url", endpoint + "/recommendations", "--bodies", str(directory / "bodies.txt"),
                 "--rate", str(arguments.rate), "--seconds", str(seconds), "--output", "json"],
                check=True, stdout=subprocess.PIPE, text=True)
            answer = json.loads(load.stdout)
            each = (processor_seconds(server.pid) - used) / max(answer["answers"], 1)
            time_after, stolen_after = machine_time()
            stolen = (stolen_after - stolen_before) / max(time_after - time_before, 1)
            print(f"{(part + 1) * seconds / 60:5.1f} min  {answer['answersPerSecond']:7.0f} requests/s  p50"
                  f" {answer['medianMilliseconds']:.2f} ms  p99 {answer['percentile99Milliseconds']:.2f} ms"
                  f"  {answer['failures']} failures  {resident_mebibytes(server.pid):.0f} MiB"
                  f"  {each * 1e6:.1f} µs of processor each  {stolen:.1%} stolen", flush=True)
        written = json.loads(events.communicate()[0])
        print(f"beside it {written['eventsPerSecond']:.0f} events/s, each on the disk before its answer")
    finally:
        stop(server)


if __name__ == "__main__":
    sys.exit(main())
