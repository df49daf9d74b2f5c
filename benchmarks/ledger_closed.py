"""How long does the ledger of a closed year take, from the command to the printed figures?

A programme of squares: each hazard is cleared in part, in four districts, by ten operators. Stored figures are read by
the whole command, process start and imports included. Peer: the same command, which asks the kept book of today for the
same year by class. CPU seconds of the children are told beside wall seconds, because others may use the machine.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from common import Claim, arguments, report
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.programme.opening import init_programme
from whitestone.programme.periods import close_period
from whitestone.programme.restatements import restatements

CENTRE = (18.0, 44.0)
FULL, QUICK = 60_000, 200
SIDE_M, STEP_M = 80, 100
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__ or "")
    count = int(os.environ.get("WHITESTONE_BENCH_HAZARDS", QUICK if asked.quick else FULL))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("WHITESTONE_KEYS", str(Path(folder) / "keys"))
        report(claims(Path(folder) / "programme", count), as_json=asked.json)


def claims(target: Path, count: int) -> list[Claim]:
    """Close a year, read it as it is frozen, compute it anew, and list what was learned since."""
    settings = {"equal_area_lon": CENTRE[0], "equal_area_lat": CENTRE[1]}
    with init_programme(str(target), name="Squares", who="bench", settings=settings) as programme:
        act = Act(author="bench")
        programme.journal.append(act, drafts(count))
        started, cpu = time.perf_counter(), time.process_time()
        close_period(programme, "2024")
        closing = (time.perf_counter() - started, time.process_time() - cpu)
        size = sum(each.size for each in programme.journal.attachments.list())
        programme.journal.append(act, late(count))
        started, cpu = time.perf_counter(), time.process_time()
        found = restatements(programme, "2024")
        listing = (time.perf_counter() - started, time.process_time() - cpu)
    rows = f"{count:,} hazards, {2 * count:,} releases"
    closed = {by: command(target, "--closed", "2024", "--by", by) for by in ("class", "hazard")}
    opened = command(target, "--from", "2024-01-01", "--to", "2024-12-31", runs=1 if count == FULL else 2)
    told = [
        Claim(name=f"ledger of a closed year by {by}", value=wall, unit="s", goal="< 1 s",
              peer="the year from the kept book", peer_value=opened[0], ratio=opened[0] / wall,
              holds=wall < 1 if count == FULL else None, cpu_s=used, note=rows)
        for by, (wall, used) in closed.items()
    ]  # fmt: skip
    return [
        *told,
        Claim(name="closing a year", value=closing[0], unit="s", goal="stated", cpu_s=closing[1],
              note=f"{rows}; {size / 1e6:.1f} MB frozen, compressed"),
        Claim(name="restatement list after 100 late reports", value=listing[0], unit="s", goal="stated",
              cpu_s=listing[1], note=f"{found['counts']['figures']:,} figures, {found['counts']['lines']:,} lines"),
    ]  # fmt: skip


def drafts(count: int) -> list[Draft]:
    """State hazards on a grid with two releases each, one before the year and one in it."""
    plane, side = Plane(*CENTRE), int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    x, y = (at % side) * float(STEP_M), (at // side) * float(STEP_M)
    whole = _wkb(plane, x, y, x + SIDE_M, y + SIDE_M)
    parts = [_wkb(plane, x, y + low, x + SIDE_M, y + low + 20) for low in (0, 20)]
    made = []
    for number in range(count):
        district = f"District {number % side * 2 // side}{number // side * 2 // side}"
        hazard = new_id()
        body = {"local_id": f"H-{number}", "classification": ("sha", "cha")[number % 2], "place_name": district}
        made.append(Draft(kind="hazard", record_id=hazard, body=body, geometry=whole[number],
                          information_date="2015-01-01"))  # fmt: skip
        for part, day in zip(parts, ("2020-05-01", "2024-05-01"), strict=True):
            work = {"outcome": "cleared", "completed_on": day, "hazard_ids": [str(hazard)],
                    "organisation_name": f"Operator {number % 10}"}  # fmt: skip
            made.append(Draft(kind="release", record_id=new_id(), body=work, geometry=part[number],
                              information_date=day))  # fmt: skip
    return made


def late(count: int) -> list[Draft]:
    """State a hundred releases of the closed year that come after the closing."""
    plane, side = Plane(*CENTRE), int(np.ceil(np.sqrt(count)))
    at = np.arange(0, count, max(1, count // 100))[:100]
    x, y = (at % side) * float(STEP_M), (at // side) * float(STEP_M)
    shapes = _wkb(plane, x, y + 40, x + SIDE_M, y + 60)
    body = {"outcome": "reduced", "completed_on": "2024-09-01"}
    return [Draft(kind="release", record_id=new_id(), body=body, geometry=shape, information_date="2024-09-01")
            for shape in shapes]  # fmt: skip


def _wkb(plane: Plane, *sides: Any) -> list[bytes]:
    return list(map(bytes, shapely.to_wkb(plane.unproject(shapely.box(*sides)))))


def command(target: Path, *words: str, runs: int = 5) -> tuple[float, float]:
    """Run the ledger command some times; return the median wall and CPU seconds of the children."""
    taken = []
    for _ in range(runs):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-m", "whitestone.cli", "-C", str(target), "ledger", *words, "--json"],
                       check=True, capture_output=True, cwd=ROOT)  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        taken.append((time.perf_counter() - started, used))
    walls, used_s = zip(*taken, strict=True)
    return statistics.median(walls), statistics.median(used_s)


if __name__ == "__main__":
    main()
