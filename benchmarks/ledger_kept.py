"""How soon is the ledger of the largest programme right again when one polygon changes, and on any other day?

A simulated country without truth (whitestone.programme.national), recorded in a journal on SQLite: 60,000 hazards and
200,000 releases, 9.4 million vertices; a tenth of the releases is recorded twenty days after the rest. Counted once,
the book is kept; then, twenty days later, one release is moved, recorded and the ledger asked again, in the same
process and in a new one that reads what is kept; and the ledger is asked for another day, and as known on an earlier
one: before those moves, and before the tenth was recorded.

Peer: counting everything again, in the same run. Each claim tells wall clock, with processor time in its note.

    python benchmarks/ledger_kept.py --json [--quick]
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from common import Claim, arguments, peak_mib, report

RUNS = 5
BATCH = 5_000


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Run something once; return wall and processor seconds, and what it gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def tell_time(programme: Any, days: int) -> Callable[[int], str]:
    """Let what follows be recorded so many days from now; return how a day before it is named."""
    then = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    programme.journal.clock = lambda: int(then.timestamp() * 1e6)
    return lambda before: (then - dt.timedelta(days=before)).date().isoformat()


def record(programme: Any, made: Any, plane: Any) -> list[Any]:
    """Tell the journal of every hazard and release of the simulated country, of a tenth of the releases later."""
    from whitestone.domain.revision import Act, Draft

    act = Act(author="benchmark", reason="simulated")
    hazards, releases = made.slices(), made.pieces()
    for kind, things in (("hazard", hazards), ("release", releases)):
        for at in range(0, len(things), BATCH):
            if kind == "release" and at <= 9 * len(things) // 10 < at + BATCH:
                tell_time(programme, 20)
            some = things[at : at + BATCH]
            shapes = np.empty(len(some), dtype=object)
            shapes[:] = [each.geometry for each in some]
            wkb = shapely.to_wkb(plane.unproject(shapes))
            drafts = [Draft(kind=kind, record_id=each.record_id, body=body_of(kind, each), geometry=bytes(one),
                            information_date=day_of(kind, each)) for each, one in zip(some, wkb, strict=True)]
            programme.journal.append(act, drafts)
    return releases


def body_of(kind: str, each: Any) -> dict[str, Any]:
    """State of a record what the ledger reads."""
    if kind == "hazard":
        return {"classification": each.classification, "status": each.status or "open"}
    day = None if each.on is None else each.on.isoformat()
    return {"outcome": each.outcome, "completed_on": day, "hazard_ids": [str(one) for one in each.hazard_ids],
            "organisation_name": each.keys.get("organisation")}


def day_of(kind: str, each: Any) -> str | None:
    day = each.true_from if kind == "hazard" else each.on
    return None if day is None else day.isoformat()


def forget() -> None:
    """Forget what this process holds in memory, as a new process would."""
    from whitestone.programme import accounts, accounts_kept

    accounts_kept._kept.clear()
    accounts._books.clear()


def measure(folder: Path, hazards: int, releases: int) -> dict[str, Any]:
    """Record the country, and ask."""
    from whitestone.domain.revision import Act, Draft
    from whitestone.geodesy.areas import Plane
    from whitestone.land.compiled import compile_ahead
    from whitestone.programme.accounts import accounts, ledger
    from whitestone.programme.national import arrays
    from whitestone.programme.opening import init_programme, open_programme

    os.environ["WHITESTONE_KEYS"] = str(folder / "keys")
    plane, target = Plane(-41.0, 75.0), str(folder / "programme")
    found: dict[str, Any] = {}
    with init_programme(target, name="Benchmark",
                        settings={"equal_area_lon": -41.0, "equal_area_lat": 75.0}) as programme:
        compile_ahead()
        works = record(programme, arrays(1, hazards, releases), plane)
        found["full"] = timed(lambda: ledger(programme, programme.clocks("2024-12-31")))[:2]
        # What follows is recorded later, so that there is a day on which less was known.
        day = tell_time(programme, 40)
        changes, tables, answers = [], [], []
        for run in range(RUNS):
            piece = works[(run * 7919) % len(works)]
            moved = shapely.affinity.translate(piece.geometry, 5.0 + run, 0.0)
            parent = programme.journal.history(piece.record_id)[-1].revision_id
            draft = Draft(kind="release", record_id=piece.record_id, body=body_of("release", piece), parents=(parent,),
                          geometry=bytes(shapely.to_wkb(plane.unproject(np.array([moved], dtype=object))[0])),
                          information_date=day_of("release", piece))
            changes.append(timed(lambda draft=draft: programme.journal.append(
                Act(author="benchmark", reason="moved"), [draft]))[:2])
            tables.append(timed(lambda: accounts(programme, programme.clocks("2024-12-31")).table(by="class"))[:2])
            answers.append(timed(lambda: ledger(programme, programme.clocks("2024-12-31")))[:2])
        found["change"], found["table"], found["answer"] = changes, tables, answers
        for name, before in (("known_few", 10), ("known_many", 30)):
            found[name] = [timed(lambda before=before, on=on: ledger(programme, programme.clocks(on, day(before))))[:2]
                           for on in ("2020-12-31", "2018-12-31")]
    forget()
    cold = []
    for day in ("2012-06-30", "2016-12-31", "2021-03-01"):
        forget()
        with open_programme(target) as programme:
            cold.append(timed(lambda programme=programme, day=day: ledger(programme, programme.clocks(day)))[:2])
    with open_programme(target) as programme:
        ledger(programme, programme.clocks("2020-12-31"))
        found["warm"] = [timed(lambda day=day: ledger(programme, programme.clocks(day), by="year"))[:2]
                         for day in ("2011-06-30", "2013-12-31", "2018-03-01", "2019-09-09", "2023-02-02")]
    found["cold"] = cold
    return found


def middle(runs: list[tuple[float, float]], which: int = 0) -> float:
    return statistics.median(run[which] for run in runs)


def claims(hazards: int, releases: int, full_size: bool) -> list[Claim]:
    """Measure and judge."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("WHITESTONE_BENCH")) as place:
        found = measure(Path(place), hazards, releases)
    size = f"{hazards:,} hazards, {releases:,} releases"
    full = found["full"]
    # The first of each prepares what the others use.
    change, table, answer = (found[name][1:] for name in ("change", "table", "answer"))
    right = middle(change) + middle(table)
    right_cpu = middle(change, 1) + middle(table, 1)

    def judged(name: str, value: float, goal_s: float, note: str) -> Claim:
        return Claim(name=name, value=value * 1000, unit="ms", goal=f"< {goal_s * 1000:g} ms", peer="counting again",
                     peer_value=full[0] * 1000, ratio=full[0] / value, peak_mib=peak_mib(),
                     holds=value < goal_s if full_size else None, note=f"{size}; {note}")

    return [
        judged("one polygon changed and recorded, what is kept renewed in the transaction", middle(change), 0.05,
               f"{middle(change, 1) * 1000:.1f} ms of CPU; the transaction is durable"),
        judged("the same, and the ledger by class with every proof line", right, 0.05,
               f"{right_cpu * 1000:.1f} ms of CPU; the whole answer of the command, with what stands beside: "
               f"{middle(answer) * 1000:.0f} ms more"),
        Claim(name="counting everything again against that", value=full[1] / right_cpu, unit="times", goal="> 1000",
              peer="one polygon changed", holds=full[1] / right_cpu > 1000 if full_size else None,
              note=f"{size}; processor time of both, threads added up"),
        judged("ledger for any day, from what is kept, book in memory", middle(found["warm"]), 1.0,
               f"by year; {middle(found['warm'], 1) * 1000:.0f} ms of CPU"),
        judged("ledger for any day, from what is kept, read from the disk", middle(found["cold"]), 1.0,
               f"nothing in memory but the program; {middle(found['cold'], 1) * 1000:.0f} ms of CPU"),
        judged("as known on a day since which five releases moved, once", found["known_few"][0][0], 20.0,
               f"{found['known_few'][0][1]:.1f} s of CPU; made of the book of now"),
        judged("as known on that day, asked again for another day", found["known_few"][1][0], 1.0, "from memory"),
        judged("as known on a day since which a tenth of the releases was recorded, once",
               found["known_many"][0][0], 20.0, f"{found['known_many'][0][1]:.1f} s of CPU; made of the book of now"),
        judged("as known on that day, asked again for another day, too", found["known_many"][1][0], 1.0, "from memory"),
        Claim(name="reading the journal and counting everything", value=full[0], unit="s", goal="shown",
              cpu_s=full[1], peak_mib=peak_mib(), note=size),
    ]  # fmt: skip


def main() -> None:
    """Measure at the size of a large country, or of a small one; WHITESTONE_BENCH_SHARE takes a share of the large."""
    asked = arguments(__doc__ or "")
    share = float(os.environ.get("WHITESTONE_BENCH_SHARE", "1"))
    hazards, releases = (200, 600) if asked.quick else (int(60_000 * share), int(200_000 * share))
    report(claims(hazards, releases, not asked.quick), as_json=asked.json)


if __name__ == "__main__":
    main()
