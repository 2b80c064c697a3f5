"""GetRecommendations of Palate beside a service built by hand: FastAPI, uvicorn and implicit, same factors, same answers.

    pip install fastapi uvicorn uvloop httptools orjson implicit numpy safetensors
    python Benchmarks/serve_fastapi.py --palate .build/release/palate

The service has two forms. `idiomatic` reads and writes pydantic models and calls implicit's `model.recommend`; `tuned` reads
the raw body, multiplies with NumPy and takes the top with argpartition. Both run on uvicorn with two workers, uvloop and
httptools. Server and load share the machine; the load is `palate bench load` for all, in turn, several times. Before that
the first hundred answers are compared.
"""

import argparse
import csv
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request


def factors(directory: pathlib.Path):
    """Item identifiers, item vectors, user identifiers and user vectors of the model that the campaign serves."""
    import numpy

    from safetensors.numpy import load_file

    [model] = [file.parent for file in directory.glob("state/**/weights.safetensors")]
    weights, catalogue = load_file(model / "weights.safetensors"), load_file(model / "catalogue.safetensors")
    items, gram, objective = weights["als.items"], weights["als.gram"], weights["als.objective"]
    text, ends = catalogue["items.utf8"].tobytes(), catalogue["items.offsets"]
    identifiers = [text[begin:end].decode() for begin, end in zip(ends, ends[1:])]
    number = {item: index for index, item in enumerate(identifiers)}
    met: dict[str, set[int]] = {}
    with open(directory / "interactions.csv") as file:
        for row in csv.DictReader(file):
            met.setdefault(row["USER_ID"], set()).add(number[row["ITEM_ID"]])
    unobserved, regularization, exponent = (float(value) for value in objective)
    users = sorted(met)
    vectors = numpy.empty((len(users), items.shape[1]), dtype=numpy.float32)
    for row, user in enumerate(users):
        known = items[sorted(met[user])].astype(numpy.float64)
        ridge = regularization * max(len(known) + unobserved * len(items), 1) ** exponent
        system = gram + known.T @ known + ridge * numpy.eye(items.shape[1])
        vectors[row] = numpy.linalg.solve(system, known.sum(axis=0))
    return identifiers, items, users, vectors


def application(form: str, directory: pathlib.Path):
    import implicit
    import numpy
    import orjson
    import scipy.sparse
    from fastapi import FastAPI, Request, Response
    from pydantic import BaseModel

    stored = numpy.load(directory / "peer.npz", allow_pickle=False)
    identifiers, users = stored["identifiers"].tolist(), stored["users"].tolist()
    items, vectors = stored["items"], stored["vectors"]
    number = {user: index for index, user in enumerate(users)}
    app = FastAPI()

    if form == "idiomatic":
        model = implicit.cpu.als.AlternatingLeastSquares(factors=items.shape[1], num_threads=1)
        model.item_factors, model.user_factors = items, vectors
        nothing = scipy.sparse.csr_matrix((1, len(items)), dtype=numpy.float32)

        class Asked(BaseModel):
            campaignArn: str
            userId: str
            numResults: int = 25

        class Item(BaseModel):
            itemId: str
            score: float

        class Answer(BaseModel):
            itemList: list[Item]

        @app.post("/recommendations")
        def recommend(asked: Asked) -> Answer:
            found, scores = model.recommend(
                number[asked.userId], nothing, N=asked.numResults, filter_already_liked_items=False
            )
            return Answer(
                itemList=[Item(itemId=identifiers[item], score=score) for item, score in zip(found, scores)]
            )

    else:
        transposed = numpy.ascontiguousarray(items.T)

        @app.post("/recommendations")
        async def recommend_raw(request: Request) -> Response:
            asked = orjson.loads(await request.body())
            scores = vectors[number[asked["userId"]]] @ transposed
            count = asked["numResults"]
            top = numpy.argpartition(scores, -count)[-count:]
            top = top[numpy.argsort(-scores[top])]
            body = {"itemList": [{"itemId": identifiers[item], "score": float(scores[item])} for item in top]}
            return Response(orjson.dumps(body), media_type="application/json")

    return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url: str, body: str) -> dict:
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def wait_until_open(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("A server did not start.")


def start(command: list[str], port: int, environment: dict[str, str]) -> subprocess.Popen:
    server = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    wait_until_open(port)
    return server


def stop(server: subprocess.Popen) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palate", default=".build/release/palate")
    parser.add_argument("--directory", type=pathlib.Path, help="where the catalogue is kept from run to run")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    palate = os.path.abspath(arguments.palate)
    temporary = tempfile.TemporaryDirectory()
    directory = (arguments.directory or pathlib.Path(temporary.name)).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [palate, "bench", "serve", "--prepare-only", "--data-dir", str(directory), "--items", str(arguments.items)], check=True
    )
    import numpy

    identifiers, items, users, vectors = factors(directory)
    numpy.savez(
        directory / "peer.npz", identifiers=numpy.array(identifiers), items=items, users=numpy.array(users), vectors=vectors
    )
    bodies = (directory / "bodies.txt").read_text().split("\n")[:-1]

    here = pathlib.Path(__file__).resolve()
    uvicorn = [sys.executable, "-m", "uvicorn", "--factory", "--app-dir", str(here.parent), "--workers", "2", "--loop", "uvloop",
               "--http", "httptools", "--no-access-log", "--log-level", "error"]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PEER_DIRECTORY": str(directory)}

    def run(name: str) -> list[subprocess.Popen | str]:
        port = free_port()
        if name in ("palate", "fixed bytes"):
            command = [palate, "serve", "--data-dir", str(directory / "state"), "--port", str(port)]
            return [start(command, port, {}), f"http://127.0.0.1:{port}"]
        return [start(uvicorn + ["--port", str(port), f"serve_fastapi:{name}"], port, one_thread), f"http://127.0.0.1:{port}"]

    def load(url: str, bodies: bool) -> dict:
        command = [palate, "bench", "load", "--url", url, "--connections", str(arguments.connections),
                   "--seconds", str(arguments.seconds), "--warmup", "2", "--output", "json"]
        command += ["--bodies", str(directory / "bodies.txt")] if bodies else []
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    forms = ["palate", "idiomatic", "tuned", "fixed bytes"]
    answers: dict[str, list] = {}
    results: dict[str, list[dict]] = {form: [] for form in forms}
    for repetition in range(arguments.repetitions):
        for form in forms:
            server, endpoint = run(form)
            try:
                time.sleep(1)
                if form == "fixed bytes":
                    results[form].append(load(endpoint + "/health", bodies=False))
                    continue
                url = endpoint + "/recommendations"
                if repetition == 0:
                    answers[form] = [[item["itemId"] for item in ask(url, body)["itemList"]] for body in bodies[:100]]
                results[form].append(load(url, bodies=True))
            finally:
                stop(server)

    for form in ["idiomatic", "tuned"]:
        same = sum(ours == theirs for ours, theirs in zip(answers["palate"], answers[form]))
        print(f"{same} of {len(answers[form])} lists of {form} are those of palate, place by place")
    ours = statistics.median(one["answersPerSecond"] for one in results["palate"])
    for form in forms:
        rate = statistics.median(one["answersPerSecond"] for one in results[form])
        slow = statistics.median(one["percentile99Milliseconds"] for one in results[form])
        failures = sum(one["failures"] for one in results[form])
        print(f"{form:12} {rate:8.0f} requests/s   palate answers {ours / rate:5.2f} times as many   p99 {slow:7.2f} ms"
              f"   {failures} failures")


def idiomatic():
    return application("idiomatic", pathlib.Path(os.environ["PEER_DIRECTORY"]))


def tuned():
    return application("tuned", pathlib.Path(os.environ["PEER_DIRECTORY"]))


if __name__ == "__main__":
    main()
