"""Does `--workers` change who counts and nothing else, and does it keep the contract of the command line?"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest
from tests.conftest import absent

pytestmark = pytest.mark.timeout(240)
AREAS = {"H-1": ("SHA", 18.10, 18.11), "H-2": ("CHA", 18.105, 18.12)}


def layer() -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"hazard_id": name, "classification": kind, "status": "open"},
            "geometry": {"type": "Polygon", "coordinates": [[[a, 44.1], [b, 44.1], [b, 44.11], [a, 44.11], [a, 44.1]]]},
        }
        for name, (kind, a, b) in AREAS.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "whitestone.cli", *words], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> str:
    if find_spec("distributed") is None:
        absent("dask.distributed is not installed")
    folder = tmp_path_factory.mktemp("workers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITESTONE_KEYS", str(folder / "keys"))
        run("-C", str(folder / "p"), "init", "--set", "simulated=true")
        table, draft = folder / "hazards.geojson", folder / "m.toml"
        table.write_text(layer())
        run("-C", str(folder / "p"), "import", str(table), "--suggest", "--out", str(draft))
        brought = run("-C", str(folder / "p"), "import", str(table), "--mapping", str(draft), "--json")
        assert json.loads(brought.stdout)["held"] == 0
    return str(folder / "p")


def test_the_ledger_of_two_workers_is_the_ledger(programme: str) -> None:
    alone = run("-C", programme, "ledger", "--by", "hazard", "--json")
    two = run("-C", programme, "ledger", "--by", "hazard", "--workers", "2", "--json")
    assert (two.returncode, two.stderr) == (0, "")
    assert two.stdout == alone.stdout
    assert json.loads(two.stdout)["total"]["closing_m2"] > 0


@pytest.mark.parametrize(("workers", "code"), [("many", "invalid-value"), ("tcp://127.0.0.1:1", "no-workers")])
def test_workers_that_cannot_be_had_are_said_with_the_next_step(programme: str, workers: str, code: str) -> None:
    ran = run("-C", programme, "ledger", "--workers", workers, "--json")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert json.loads(ran.stderr)["error"]["code"] == code
    assert json.loads(ran.stderr)["error"]["next"]
