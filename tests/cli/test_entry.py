"""Is the command line quick to ask, and does it keep its contract at the edges?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "numpy",
    "pandas",
    "polars",
    "shapely",
    "pyproj",
    "geopandas",
    "django",
    "sqlalchemy",
    "numba",
    "altair",
    "openpyxl",
    "distributed",
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "whitestone.cli", *words], capture_output=True, text=True, check=False)


def test_asking_for_help_loads_no_heavy_library() -> None:
    """Half a second is for the answer, not for libraries that are not used."""
    code = (
        f"import sys; from whitestone.cli import collect; collect(); print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_init_makes_a_programme_once_and_names_its_key(tmp_path: Path) -> None:
    made = run("-C", str(tmp_path / "p"), "init", "--name", "Simulated", "--set", "simulated=true", "--json")
    answer = json.loads(made.stdout)
    assert made.returncode == 0
    assert Path(answer["key"]).is_file()
    assert str(tmp_path / "p") not in answer["key"], "the key lies outside the programme"
    again = run("-C", str(tmp_path / "p"), "init", "--json")
    assert again.returncode == 2
    assert json.loads(again.stderr)["error"]["code"] == "programme-exists"


def test_settings_are_shown_changed_and_refused(tmp_path: Path) -> None:
    target = str(tmp_path / "p")
    run("-C", target, "init")
    changed = run("-C", target, "settings", "--set", "long_leg_m=3000", "--json")
    assert json.loads(changed.stdout)["settings"]["long_leg_m"] == 3000
    for wrong in ("no_such=1", "long_leg_m=far", "nothing"):
        refused = run("-C", target, "settings", "--set", wrong, "--json")
        assert refused.returncode == 2, wrong
        assert json.loads(refused.stderr)["error"]["next"]


def test_what_nobody_foresaw_has_a_code_and_prints_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "programme.db").write_bytes(b"this is no database" * 100)
    ran = run("-C", str(tmp_path), "check", "--json")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert json.loads(ran.stderr)["error"]["code"]


def test_records_are_listed_found_and_shown(tmp_path: Path) -> None:
    target = str(tmp_path / "p")
    run("-C", target, "init")
    table = tmp_path / "hazards.csv"
    table.write_text(
        "hazard_id,classification,status,longitude,latitude\nH-1,SHA,open,18.1,44.1\nh-1,CHA,open,18.2,44.2\n"
    )
    run("-C", target, "import", str(table), "--suggest", "--out", str(tmp_path / "m.toml"))
    brought = json.loads(
        run("-C", target, "import", str(table), "--mapping", str(tmp_path / "m.toml"), "--json").stdout
    )
    assert brought["accepted"] + brought["accepted_with_findings"] + brought["held"] == brought["input"] == 2
    listed = json.loads(run("-C", target, "records", "list", "--json").stdout)
    assert (listed["total"], listed["shown"]) == (2, 2)
    shown = json.loads(run("-C", target, "records", "show", "H-1", "--json").stdout)
    assert shown["attributes"]["classification"] == "sha"
    missing = run("-C", target, "records", "show", "H-9", "--json")
    assert json.loads(missing.stderr)["error"]["code"] == "unknown-record"
