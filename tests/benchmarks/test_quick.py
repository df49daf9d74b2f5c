"""Does every benchmark run, small, and print what is promised? How fast it is no test asserts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = sorted(path for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.endswith("common"))
NUMBERS = ("peer_value", "ratio", "peak_mib")
CLAIM = {"name", "value", "unit", "goal", "peer", *NUMBERS, "holds"}


def test_every_room_that_claims_speed_has_a_benchmark() -> None:
    """The rooms with a claim of the first issue: import, journal, ledger, pages and map."""
    assert {path.stem.split("_")[0] for path in BENCHMARKS} >= {"import", "journal", "ledger", "web"}


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_quick_run_prints_one_json_object_of_claims(path: Path, keys_dir: Path) -> None:
    """One object on standard output, nothing else; each claim with its value, goal, peer, ratio and peak memory."""
    surroundings = {**os.environ, "WHITESTONE_KEYS": str(keys_dir)}
    ran = subprocess.run(
        [sys.executable, str(path), "--quick", "--json"],
        capture_output=True, text=True, timeout=240, check=False, cwd=ROOT, env=surroundings,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    answer = json.loads(ran.stdout)
    assert set(answer) >= {"machine", "claims"}
    assert answer["claims"], "a benchmark without a claim"
    for claim in answer["claims"]:
        assert set(claim) >= CLAIM, claim
        assert all(isinstance(claim[name], str) for name in ("name", "goal", "unit"))
        assert isinstance(claim["value"], (int, float))
        assert claim["holds"] in (True, False, None)
        assert all(claim[name] is None or isinstance(claim[name], (int, float)) for name in NUMBERS)
        assert claim["peer"] is not None or claim["ratio"] is None, "a ratio names its peer"
