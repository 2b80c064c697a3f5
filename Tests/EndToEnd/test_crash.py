"""A short run of the crash test; `make crash` makes a long one."""

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "Crash"))

import crash  # noqa: E402  (found by the path above)

ROUNDS = 5


def test_every_acknowledged_record_is_there_once_after_each_kill(tmp_path):
    counts, found = crash.run(tmp_path, ROUNDS, seed=7, report=lambda *_, **__: None)
    assert found == []
    assert all(held >= acknowledged > 0 for acknowledged, held in counts.values()), counts


def test_a_lost_a_doubled_and_a_torn_record_are_told():
    ledger = crash.Ledger()
    ledger.sent["items"] = {1: ["a", "b"], 2: ["c", "d"], 3: ["e", "f"]}
    ledger.acknowledged["items"] = {1}
    held = crash.collections.Counter({"a": 1, "c": 1, "e": 2, "f": 1, "g": 1})
    told = crash.mistakes("items", held, ledger)
    assert len(told) == 4
    assert all(word in " ".join(told) for word in ("['b']", "['c']", "e is there 2", "g was never"))
