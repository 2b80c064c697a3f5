"""Seconds an iteration of `palate bench als` and of implicit's AlternatingLeastSquares, on one matrix in one run.

    pip install implicit
    OPENBLAS_NUM_THREADS=1 python Benchmarks/als_implicit.py --palate .build/release/palate

Palate generates the matrix and writes it for implicit to read. Both use conjugate gradients with three steps, the same
number of factors, iterations and threads, and the same weight of a pair that met beside one that did not: 11 to 1. Both are
run in turn, several times. Regularisation is not on one scale, so implicit is run with several and the best counts.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def train_implicit(directory: str, factors: int, iterations: int, regularization: float) -> None:
    import implicit
    import numpy
    import scipy.sparse

    place = pathlib.Path(directory)
    offsets = numpy.fromfile(place / "offsets.i64", dtype=numpy.int64)
    columns = numpy.fromfile(place / "columns.u32", dtype=numpy.uint32).astype(numpy.int32)
    held_out = numpy.fromfile(place / "held_out.u32", dtype=numpy.uint32).reshape(-1, 2)
    met = scipy.sparse.csr_matrix((numpy.ones(len(columns), dtype=numpy.float32), columns, offsets))
    model = implicit.als.AlternatingLeastSquares(
        factors=factors, regularization=regularization, alpha=11, iterations=iterations, use_gpu=False, use_native=True,
        use_cg=True, num_threads=os.cpu_count(), random_state=1)
    seconds = []
    begin = time.perf_counter()
    model.fit(met, show_progress=False, callback=lambda iteration, elapsed, loss: seconds.append(elapsed))
    total = time.perf_counter() - begin
    gain = 0.0
    for start in range(0, len(held_out), 512):
        users, items = held_out[start:start + 512].T
        scores = model.user_factors[users] @ model.item_factors.T
        for row, (user, item) in enumerate(zip(users, items)):
            rating = scores[row, item]
            scores[row, columns[offsets[user]:offsets[user + 1]]] = -numpy.inf
            above = int((scores[row] > rating).sum())
            gain += 1 / numpy.log2(above + 2) if above < 10 else 0
    print(json.dumps({
        "secondsPerSweep": statistics.median(seconds[1:] or seconds), "seconds": total,
        "standard_ndcg_at_10": gain / max(len(held_out), 1), "version": implicit.__version__,
        "regularization": regularization}))


def run(command: list[str]) -> dict:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--interactions", type=int, default=25_500_000)
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--iterations", type=int, default=8)
    parser.add_argument("--regularization", type=float, action="append", help="of implicit; may be given many times")
    parser.add_argument("--repetitions", type=int, default=2)
    parser.add_argument("--only-implicit", metavar="DIRECTORY", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    grid = arguments.regularization or [0.01, 1.0, 100.0]
    if arguments.only_implicit:
        train_implicit(arguments.only_implicit, arguments.factors, arguments.iterations, grid[0])
        return

    common = ["--factors", str(arguments.factors), "--iterations", str(arguments.iterations)]
    with tempfile.TemporaryDirectory() as directory:
        bench = [arguments.palate, "bench", "als", "--interactions", str(arguments.interactions), "--output", "json"]
        ours, theirs = [], []
        for repetition in range(arguments.repetitions):
            ours.append(run(bench + common + (["--write", directory] if repetition == 0 else [])))
            for regularization in grid if repetition == 0 else [theirs[0]["regularization"]]:
                theirs.append(run([sys.executable, __file__, "--only-implicit", directory, "--regularization",
                                   str(regularization)] + common))
            theirs.sort(key=lambda one: -one["standard_ndcg_at_10"])

    def median(runs: list[dict], name: str) -> float:
        return statistics.median(run[name] for run in runs)

    print(f"{ours[0]['pairs']:,} pairs, {ours[0]['users']:,} users, {ours[0]['items']:,} items, {arguments.factors} factors, "
          f"{arguments.iterations} iterations, {os.cpu_count()} threads")
    for name, runs in ("palate", ours), (f"implicit {theirs[0]['version']}", theirs):
        print(f"{name:15} {median(runs, 'secondsPerSweep'):7.2f} s an iteration {median(runs, 'seconds'):8.2f} s in all   "
              f"standard NDCG@10 {runs[0]['standard_ndcg_at_10']:.4f}")
    for run_ in theirs:
        print(f"  implicit with regularization {run_['regularization']:g}: {run_['standard_ndcg_at_10']:.4f}")
    print(f"{'ratio':15} {median(theirs, 'secondsPerSweep') / median(ours, 'secondsPerSweep'):7.2f}")


if __name__ == "__main__":
    main()
