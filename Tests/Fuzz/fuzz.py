#!/usr/bin/env python3
"""Sends arbitrary and nearly right requests to every route of a server, and says what it could not bear.

    Tests/Fuzz/fuzz.py --inputs 1000000 --processes 2 --seed 1

The server is started for it on a new data directory, with a small trained campaign. The same seed sends the same inputs. A
status of 500 and above is a failure, save 501, which the object store answers for what it does not have; so is no answer, a
server that is gone, and memory that grows. Failing inputs are kept as files: `nc 127.0.0.1 PORT < FILE` sends one again.
"""

import argparse
import collections
import itertools
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "EndToEnd")]

from conftest import Server  # noqa: E402  (found by the path above)
from inputs import Inputs  # noqa: E402
from values import mutated_bytes  # noqa: E402
from wire import exchange, raw  # noqa: E402
from world import Names, names  # noqa: E402

__all__ = ["Inputs", "Names", "run"]
BATCH = 40
SAMPLES = 20
# Growth over the second half of a run that is not taken for a leak: pages of SQLite and of the allocator.
SLACK = 48 << 20


def is_failure(status):
    return status is None or status >= 500 and status != 501


def work(seed, count, names, results, failures):
    """Sends `count` inputs and reports after each batch: the number of each status, and of failures."""
    try:
        send(seed, count, names, results, failures)
    finally:
        results.put(None)


def send(seed, count, names, results, failures):
    stream = iter(Inputs(seed, names))
    generator = random.Random(seed)
    sent = 0
    while sent < count:
        batch = list(itertools.islice(stream, min(BATCH, count - sent)))
        statuses = collections.Counter()
        failed = 0
        for input, status, body in exchange(names.port, batch):
            statuses[input.family, status] += 1
            if is_failure(status):
                failed += 1
                (failures / f"{seed}-{sent}-{failed}.http").write_bytes(input.wire())
                (failures / f"{seed}-{sent}-{failed}.answer").write_bytes(f"{status}\n".encode() + body)
        if generator.random() < 0.25:
            wild = mutated_bytes(generator, generator.choice(batch).wire()[:2000])
            answer = raw(names.port, wild)
            status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0
            statuses["bytes that may be no HTTP", status] += 1
            if status and is_failure(status):
                failed += 1
                (failures / f"{seed}-{sent}-raw.http").write_bytes(wild)
        sent += len(batch)
        results.put((statuses, failed))


def run(server, count, processes, seed, failures, report=print):
    """Returns how many inputs there were, the statuses by family, the number of failures and samples of resident bytes."""
    known = names(server)
    results = multiprocessing.Queue()
    share = -(-count // processes)
    workers = [
        multiprocessing.Process(target=work, args=(seed * 1000 + number, share, known, results, failures), daemon=True)
        for number in range(processes)]
    for worker in workers:
        worker.start()
    statuses, failed, running, samples, total = collections.Counter(), 0, processes, [], 0
    began = time.monotonic()
    while running:
        try:
            result = results.get(timeout=120)
        except Exception as silence:
            raise SystemExit("no input was answered for two minutes") from silence
        if result is None:
            running -= 1
            continue
        statuses += result[0]
        failed += result[1]
        total = sum(statuses.values())
        if total >= len(samples) * count / SAMPLES:
            if server.process.poll() is not None:
                break
            samples.append(server.resident_bytes())
            report(f"{total:>9,} inputs  {total / (time.monotonic() - began):>7,.0f}/s  {failed} failures  "
                   f"{samples[-1] / 2**20:,.0f} MiB resident", flush=True)
    if server.process.poll() is None:
        samples.append(server.resident_bytes())
    for worker in workers:
        worker.join(10)
        if worker.exitcode != 0:
            raise SystemExit("A process that sends ended before its time.")
    return total, statuses, failed, samples


def grows(samples):
    """Whether memory at the end is above that of the middle by more than the slack."""
    middle = samples[len(samples) // 3:2 * len(samples) // 3]
    end = samples[-max(1, len(samples) // 4):]
    return bool(middle) and min(end) > max(middle) * 1.1 + SLACK


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None, help="folder for failing inputs and the server's log")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="palate-fuzz-"))
    failures = folder / "failures"
    failures.mkdir(parents=True, exist_ok=True)
    server = Server(Path(tempfile.mkdtemp(prefix="run-", dir=folder)) / "data").start()
    try:
        total, statuses, failed, samples = run(server, arguments.inputs, arguments.processes, arguments.seed, failures)
        is_there = server.process.poll() is None
    finally:
        server.stop()
    families = sorted({family for family, _ in statuses})
    for family in families:
        found = {status: number for (name, status), number in statuses.items() if name == family}
        shown = ", ".join(f"{status or 'none'}: {number:,}" for status, number in sorted(found.items(), key=str))
        print(f"{family:<26} {sum(found.values()):>9,}  {shown}")
    print(f"{total:,} inputs, seed {arguments.seed}: {failed} failures; the server {'lives' if is_there else 'is gone'}; memory "
          + ("grows" if grows(samples) else "is flat"))
    if failed or not is_there or grows(samples):
        sys.exit(f"Failing inputs and the server's log are in {folder}.")


if __name__ == "__main__":
    main()
