"""How fast is any table of a million casualties, and how does that compare with pandas on a loaded frame?

A million persons are drawn from Colombia's open register (without the data: from its shape), one in two hundred linked
to an accident, and recorded in a programme on SQLite. Then tables are asked for as the command line and the dashboard
ask for them: warm (the columns are in memory, nothing was recorded since), in the place of many dimensions, periods and
days. The peer is pandas: groupby over categorical columns of the same table, loaded beforehand, with the persons added
up; what pandas needs to apply the rules and to load is not counted against it.

    python benchmarks/casualties_tables.py --json [--quick]
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from common import Claim, arguments, measure, peak_mib, report

FULL = 1_000_000
TABLES = (("outcome",), ("outcome", "status"), ("sex_age", "status"), ("month",), ("place",),
          ("outcome", "sex_age", "status", "device", "activity"), ("place", "month"),
          ("outcome", "sex_age", "status", "device", "place", "month"))  # fmt: skip
"""What is asked for; the last is the cross table that everyone expects (domain facts 5.3)."""


def persons(count: int, places: list[str], accidents: list[str]) -> list[bytes]:
    """Draw bodies of casualties."""
    rng = random.Random(1990)
    bodies = []
    for number in range(count):
        body: dict[str, Any] = {
            "outcome": rng.choices(("injured", "killed", "unknown"), (80, 19, 1))[0],
            "occurred_on": f"{rng.randint(1990, 2021)}-{rng.randint(1, 12):02d}",
            "sex": rng.choices(("male", "female", "unknown"), (94, 5, 1))[0],
            "age_group": rng.choices(("adult", "child", "unknown"), (89, 10, 1))[0],
            "person_status": rng.choices(("public_force", "civilian", "deminer"), (60, 39, 1))[0],
            "activity_at_time": rng.choice(("passing", "farming", "military", "usual_route", "demining", "unknown")),
            "device_category": rng.choices(("ap_mine", "other_uxo", "submunition", "unknown_mine"), (80, 16, 2, 2))[0],
            "place_id": rng.choice(places),
        }
        if number % 200 == 0:
            body["accident_id"] = rng.choice(accidents)
        bodies.append(msgspec.json.encode(body))
    return bodies


def programme_of(folder: Path, count: int) -> Any:
    """Record places, accidents and casualties in a new programme."""
    from whitestone.domain.ids import new_ids
    from whitestone.domain.revision import Act
    from whitestone.journal.drafts import EncodedBatch
    from whitestone.programme.opening import init_programme

    programme = init_programme(str(folder), name="Benchmark", who="benchmark")
    place_ids, accident_ids = new_ids(1_100), new_ids(max(count // 100, 1))
    place = [msgspec.json.encode({"name": f"Place {number}", "admin_level": 1 + (number >= 32)})
             for number in range(1_100)]
    accident = [msgspec.json.encode({"killed": 1, "injured": 2})] * len(accident_ids)
    words = [_word(each) for each in place_ids]
    bodies = persons(count, words, [_word(each) for each in accident_ids])
    for kind, ids, body in (("place", place_ids, place), ("accident", accident_ids, accident),
                            ("casualty", new_ids(count), bodies)):
        for at in range(0, len(ids), 50_000):
            batch = EncodedBatch(kind=kind, record_ids=ids[at : at + 50_000], body=body[at : at + 50_000])
            with programme.journal.writing(Act(author="benchmark")) as writing:
                writing.append_encoded(batch)
    return programme


def _word(raw: bytes) -> str:
    import uuid

    return str(uuid.UUID(bytes=raw))


def loaded_frame(table: Any, gazetteer: Any) -> Any:
    """Give pandas the table as it likes it best: categories, and the persons as a number."""
    import pandas as pd

    from whitestone.casualties.counting import DIMENSIONS, column_of

    made = {}
    for name in DIMENSIONS:
        column = column_of(table, name, gazetteer)
        made[name] = pd.Categorical.from_codes(column.codes, list(column.words))
    return pd.DataFrame(made | {"persons": table.persons})


def claims(count: int, runs: int) -> list[Claim]:
    """Measure each table both ways, and what keeping and following cost."""
    from whitestone.casualties.counting import count as count_table
    from whitestone.programme import casualties_counting, casualties_kept

    with tempfile.TemporaryDirectory(dir=os.environ.get("WHITESTONE_BENCH")) as place:
        os.environ["WHITESTONE_KEYS"] = str(Path(place) / "keys")
        with programme_of(Path(place) / "p", count) as programme:
            clocks = programme.clocks()
            first = _cpu(lambda: casualties_counting.casualty_table(programme, clocks))
            casualties_kept._kept.clear()
            casualties_counting._tables.clear()
            again = _cpu(lambda: casualties_counting.casualty_table(programme, clocks))
            table, places = casualties_counting.casualty_table(programme, clocks), None
            places = casualties_counting.gazetteer(programme, clocks)
            frame = loaded_frame(table, places)
            found = []
            for by in TABLES:
                ours = measure(lambda by=by: _asked(programme, by, clocks),
                               runs=runs)
                names = list(dict.fromkeys((*by, "outcome")))
                peer = measure(lambda names=names: frame.groupby(names, observed=True, sort=True)["persons"].sum(),
                               runs=runs)
                assert int(peer.result.sum()) == ours.result.total.casualties == int(table.persons.sum())
                found.append((by, ours, peer))
            looked = _looked(programme, clocks, runs)
            from whitestone.domain.revision import Act, Draft

            one = programme.journal.states("casualty").__next__().record_id
            programme.journal.append(Act(author="b"), [Draft(kind="casualty", record_id=one, body={"sex": "female"})])
            followed = _cpu(lambda: casualties_counting.casualty_table(programme, clocks))
            assert count_table(casualties_counting.casualty_table(programme, clocks), ["sex"]).total.casualties
    return [*_tables(found, count), looked, *_keeping(first, again, followed, count)]


def _asked(programme: Any, by: tuple[str, ...], clocks: Any) -> Any:
    """Ask for a table with its total, percentages and unknowns."""
    from whitestone.programme.casualties_counting import count_casualties

    made = count_casualties(programme, by, clocks=clocks)
    assert made.total.casualties == sum(each["known"] + each["unknown"] for each in made.shares.values()) / len(by)
    return made


def _looked(programme: Any, clocks: Any, runs: int) -> Claim:
    """Measure what the page asks: ten panels and the map, all of them and narrowed by a click."""
    from whitestone.programme.casualties_looking import look

    look(programme, clocks, {})
    whole = measure(lambda: look(programme, clocks, {}), runs=runs)
    some = measure(lambda: look(programme, clocks, {"status": "civilian", "sex_age": "boy"}), runs=runs)
    assert whole.result.total.casualties > some.result.total.casualties
    persons = whole.result.total.casualties
    return Claim(name="an answer of the page: ten panels and the map", value=whole.cpu_s * 1000, unit="ms",
                 goal="< 500 ms", cpu_s=whole.cpu_s, holds=whole.cpu_s < 0.5 if persons >= FULL else None,
                 note=f"{persons:,} casualties; narrowed by two clicks {some.cpu_s * 1000:.0f} ms")


def _cpu(work: Any) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _tables(found: list[Any], count: int) -> list[Claim]:
    full = count == FULL
    made = []
    for by, ours, peer in found:
        ratio = peer.cpu_s / ours.cpu_s
        made.append(Claim(
            name=f"table by {', '.join(by)}", value=ours.cpu_s * 1000, unit="ms", goal="< 500 ms, not slower than peer",
            peer="pandas groupby", peer_value=peer.cpu_s * 1000, ratio=ratio, peak_mib=peak_mib(), cpu_s=ours.cpu_s,
            holds=(ours.cpu_s < 0.5 and ratio >= 1) if full else None,
            note=f"{count:,} casualties, {len(ours.result.sums):,} rows; percentages and unknowns included",
        ))
    worst = max(ours.cpu_s for _, ours, _ in found)
    middle = median(peer.cpu_s / ours.cpu_s for _, ours, peer in found)
    made.append(Claim(name="any of the tables, the slowest", value=worst * 1000, unit="ms", goal="< 500 ms",
                      peer="pandas groupby", ratio=middle, holds=worst < 0.5 if full else None,
                      note="ratio: the median of all tables"))
    return made


def _keeping(first: float, again: float, followed: float, count: int) -> list[Claim]:
    said = (("columns made of the journal", first, "once, or after most of it changed"),
            ("columns read where they are kept", again, "a new process, nothing recorded since"),
            ("columns after one more revision", followed, "the record is read again and exchanged"))
    return [Claim(name=name, value=seconds, unit="s", goal="stated", cpu_s=seconds,
                  note=f"{count:,} casualties; {note}") for name, seconds, note in said]


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__ or "")
    count, runs = (5_000, 1) if asked.quick else (FULL, 5)
    report(claims(count, runs), as_json=asked.json)


if __name__ == "__main__":
    main()
