"""A short run of the fuzzer; `make fuzz` makes a long one."""

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "Fuzz"))

import fuzz  # noqa: E402  (found by the path above)

INPUTS = 20_000


def test_no_input_is_the_servers_fault(tmp_path):
    total, statuses, failed, _, is_there = fuzz.run(
        tmp_path, INPUTS, processes=2, seed=7, report=lambda *_, **__: None)
    failures = sorted((tmp_path / "failures").iterdir())
    assert failed == 0, [(path, path.read_bytes()[:500]) for path in failures][:5]
    assert is_there and total >= INPUTS
    # The inputs are near enough to right ones that many are taken.
    assert statuses["legal JSON", 200] > 200 and statuses["signatures", 200] > 0, statuses


def test_the_same_seed_makes_the_same_inputs():
    names = fuzz.Names(arns={"campaign": ["arn:aws:personalize:us-east-1:123456789012:campaign/c"]}, tracking=["t"])

    def first(seed):
        inputs = [input for input, _ in zip(fuzz.Inputs(seed, names), range(300))]
        return [input.wire() for input in inputs if input.family != "signatures"]  # Those have the time in them.

    assert first(3) == first(3) != first(4)
