"""A short run of the fuzzer; `make fuzz` makes a long one."""

import sys

import pytest
from conftest import ROOT, Server

sys.path.insert(0, str(ROOT / "Tests" / "Fuzz"))

import fuzz  # noqa: E402  (found by the path above)

INPUTS = 20_000


@pytest.fixture
def fuzzed(tmp_path):
    failures = tmp_path / "failures"
    failures.mkdir()
    server = Server(tmp_path / "data").start()
    try:
        yield fuzz.run(server, INPUTS, processes=2, seed=7, failures=failures, report=lambda *_, **__: None), server, failures
    finally:
        server.stop()


def test_no_input_is_the_servers_fault(fuzzed):
    (total, statuses, failed, _), server, failures = fuzzed
    assert failed == 0, [(path, path.read_bytes()[:500]) for path in sorted(failures.iterdir())][:5]
    assert server.process.poll() is None
    assert total >= INPUTS
    # The inputs are near enough to right ones that many are taken.
    assert sum(number for (family, status), number in statuses.items() if family == "legal JSON" and status == 200) > 200
    assert server.client("personalize").list_recipes()["recipes"]


def test_the_same_seed_makes_the_same_inputs():
    names = fuzz.Names(arns={"campaign": ["arn:aws:personalize:us-east-1:123456789012:campaign/c"]}, tracking=["t"])

    def first(seed):
        return [input.wire() for input, _ in zip(fuzz.Inputs(seed, names), range(300))]

    assert first(3) == first(3) != first(4)
