"""Seconds and peak memory of `palate bench ease` and of the same weights with NumPy and SciPy, on one matrix in one run.

    pip install numpy scipy
    python Benchmarks/ease_lapack.py --palate .build/release/palate [--csv ratings.csv]

From who met what in memory to the weights of all items, everything in single precision. Two ways in Python: the best route
that LAPACK offers (sparse Gram matrix, cho_factor in place, potri in place, scaled in place) and numpy.linalg.inv. Every way
runs in a process of its own, all in turn, several times. Peak memory is that of the whole process.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time


def train_with_python(way: str, pairs: str, regularization: float) -> None:
    import numpy
    import scipy.linalg
    import scipy.sparse

    users, items = numpy.fromfile(pairs, dtype=numpy.uint32).reshape(-1, 2).T
    met = scipy.sparse.csr_matrix((numpy.ones(len(users), dtype=numpy.float32), (users, items)))
    start = time.perf_counter()
    gram = (met.T @ met).toarray(order="F")
    counts = gram.diagonal().copy()
    ridge = regularization * numpy.sqrt(numpy.maximum(counts / counts.mean(), 0.01))
    gram[numpy.diag_indices_from(gram)] += ridge
    if way == "lapack":
        factor, lower = scipy.linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        weights, info = scipy.linalg.lapack.spotri(factor, lower=True, overwrite_c=True)
        assert info == 0
        # The other triangle, block by block.
        for begin in range(0, len(weights), 512):
            end = min(begin + 512, len(weights))
            weights[begin:end, end:] = weights[end:, begin:end].T
            block = weights[begin:end, begin:end]
            block[:] = numpy.tril(block) + numpy.tril(block, -1).T
    else:
        weights = numpy.linalg.inv(gram)
    diagonal = weights.diagonal().copy()
    weights /= -diagonal
    numpy.fill_diagonal(weights, 0)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"items": len(weights), "seconds": seconds, "peakMemoryBytes": peak}))


def run(command: list[str]) -> dict:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--csv")
    parser.add_argument("--regularization", type=float, default=300)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--only", nargs=2, metavar=("WAY", "PAIRS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        train_with_python(*arguments.only, arguments.regularization)
        return

    runs: dict[str, list[dict]] = {"palate": [], "lapack": [], "inv": []}
    with tempfile.NamedTemporaryFile() as pairs:
        bench = [arguments.palate, "bench", "ease", "--output", "json", "--regularization", str(arguments.regularization)]
        bench += ["--csv", arguments.csv] if arguments.csv else []
        for repetition in range(arguments.repetitions):
            runs["palate"].append(run(bench + (["--write", pairs.name] if repetition == 0 else [])))
            for way in ["lapack", "inv"]:
                runs[way].append(run([sys.executable, __file__, "--only", way, pairs.name,
                                      "--regularization", str(arguments.regularization)]))

    print(f"{runs['palate'][0]['items']} items")
    ours = runs["palate"]
    seconds = statistics.median(one["seconds"] for one in ours)
    peak = max(one["peakMemoryBytes"] for one in ours)
    for name, title in [("palate", "palate"), ("lapack", "cho_factor, potri"), ("inv", "numpy.linalg.inv")]:
        their_seconds = statistics.median(one["seconds"] for one in runs[name])
        their_peak = max(one["peakMemoryBytes"] for one in runs[name])
        print(f"{title:18} {their_seconds:7.2f} s ({their_seconds / seconds:5.2f})   "
              f"peak {their_peak / 2**20:6.0f} MiB ({their_peak / peak:4.2f})")


if __name__ == "__main__":
    main()
