"""How does the dating table read: by district and month, each result with what it turns on in the same cell?

Plain values out, with their assumptions, the plan of looks, the power and the alternatives: whoever prints the table
prints them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.evidence.chances import late_marks_p, released_finds_p, tolerated_rate
from whitestone.evidence.dating import NO_DISTRICT, Assumptions, Counted, Looks, month_of
from whitestone.evidence.ladder import ALTERNATIVES, NO_RUNG, RUNGS, day_of, explained, rung_of
from whitestone.evidence.looks import Evidence, follow, found_evidence, listed, marks_evidence, plan_of_looks
from whitestone.evidence.marks import LATER, NOT_COUNTED, NOT_LATER, VERDICTS, agreement, verdict
from whitestone.evidence.power import power_table

__all__ = ["FACTORS", "Followed", "assumed_words", "dating_table", "follow_looks", "marks_cell", "released_cell"]

Array = np.ndarray[Any, Any]

FACTORS = (0.5, 2.0, 5.0)
"""By how much an assumed rate is moved to show what a result turns on."""


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """The looks with their evidence as assumed, and with each assumed rate moved by FACTORS."""

    looks: Looks
    assumed: Assumptions
    evidence: Evidence
    listed: Array
    marks_at: list[Array]
    found_at: list[Array]


def follow_looks(looks: Looks, assumed: Assumptions) -> Followed:
    """Follow the evidence of counted looks under the plan; refuses what evidence.looks refuses with InvalidValue.

    >>> import datetime as dt
    >>> from whitestone.evidence.dating import count_finds
    >>> assumed = Assumptions(after=dt.date(2020, 11, 10))
    >>> follow_looks(count_finds([], assumed, {}, dt.date(2021, 1, 31)).looks, assumed).listed.tolist()
    []
    """
    def marks(factor: float) -> Array:
        return marks_evidence(looks.read, looks.later, min(0.999, assumed.misreading_rate * factor))

    def found(factor: float) -> Array:
        return found_evidence(looks.released, looks.expected * factor, looks.years)

    evidence = follow(marks(1.0), found(1.0), assumed.alpha)
    return Followed(looks=looks, assumed=assumed, evidence=evidence, listed=listed(evidence, assumed.alpha),
                    marks_at=[marks(each) for each in FACTORS], found_at=[found(each) for each in FACTORS])


def dating_table(followed: Followed, counted: Counted | None = None, *, is_whole: bool = False) -> dict[str, Any]:
    """Lay the table out: rows by district and month, the districts' state at the last look, finds with their rungs.

    Rows are the months in which something came in; `is_whole` gives every month. Without `counted` (counts came in, not
    finds) there are no rungs. Every answer carries its assumptions, plan, power and alternatives.

    >>> import datetime as dt
    >>> from whitestone.evidence.dating import count_finds
    >>> assumed = Assumptions(after=dt.date(2020, 11, 10))
    >>> counted = count_finds([], assumed, {}, dt.date(2021, 1, 31))
    >>> table = dating_table(follow_looks(counted.looks, assumed), counted)
    >>> table["rows"], table["districts"], sorted(table["alternatives"])[0]
    ([], [], 'misplaced')
    """
    looks, assumed = followed.looks, followed.assumed
    rungs = {} if counted is None else _rungs(followed, counted)
    shown = looks.items + looks.accidents + looks.read + looks.released > 0
    if is_whole:
        shown = np.ones_like(shown)
    rows = [_row(followed, rungs, int(at), int(month)) for at, month in zip(*np.nonzero(shown), strict=True)]
    return {
        "after": assumed.after.isoformat(),
        "looks": {"every": "month", "first": looks.months[0] if looks.months else None,
                  "last": looks.months[-1] if looks.months else None, "count": len(looks.months)},
        "assumptions": assumed_words(assumed),
        "plan": plan_of_looks(assumed.alpha),
        "rungs": dict(RUNGS), "alternatives": dict(ALTERNATIVES),
        "districts": [_district(followed, rungs, at) for at in range(len(looks.districts))],
        "rows": rows,
        "finds": [] if counted is None else _finds(followed, counted),
        "marks": {} if counted is None else _marks(counted),
        "left_out": {} if counted is None else counted.left_out,
        "power": power_table(assumed.misreading_rate, assumed.alpha),
    }


def assumed_words(assumed: Assumptions) -> list[str]:
    """Say in sentences what the table stands on.

    >>> import datetime as dt
    >>> len(assumed_words(Assumptions(after=dt.date(2020, 11, 10))))
    6
    """
    return [
        f"D is {assumed.after.isoformat()}. A dated mark dates manufacture: the item was laid then or later. It "
        "never says who laid it.",
        f"Of marks that two readers read alike, {assumed.misreading_rate:.2%} are read as later than D and "
        "are not.",
        f"On land released since D, {assumed.missed_per_km2_year:g} missed items a km2 and year come to light.",
        f"Finds within {assumed.cluster_m:g} m of an earlier find are one event, and count once.",
        "Districts may depend on one another: readers and clearance operators work in several.",
        "What was laid between D and a release, and missed, cannot be told from what was laid before D unless its "
        "mark is later than D.",
    ]


def marks_cell(later: int, read: int, e_value: float, moved: Sequence[float], assumed: Assumptions) -> dict[str, Any]:
    """Make the cell of the marks: the result, and in the same cell what it is at other misreading rates.

    >>> import datetime as dt
    >>> cell = marks_cell(3, 3, 2.5e5, [1e6, 6e4, 4e3], Assumptions(after=dt.date(2020, 11, 10)))
    >>> cell["text"].split("; p <=")[0]
    '3 of 3 later; p 1e-06, e 2.5e+05 at 1 % misread (e 1e+06 at 0.5 %, 60000 at 2 %, 4000 at 5 %)'
    """
    rates = [min(0.999, assumed.misreading_rate * factor) for factor in FACTORS]
    p = late_marks_p(later, read, assumed.misreading_rate)
    upto = tolerated_rate(later, read, assumed.alpha)
    words = f"{later} of {read} later; p {p:.2g}, e {_short(e_value)} at {_percent(assumed.misreading_rate)} misread"
    words += f" ({', '.join(_moved(moved, map(_percent, rates)))})"
    words += f"; p <= {assumed.alpha:g} up to {_percent(upto)} misread" if p <= assumed.alpha else ""
    return {"read": read, "later": later, "misreading_rate": assumed.misreading_rate, "p_one_look": p, "e": e_value,
            "sensitivity": [{"misreading_rate": rate, "p_one_look": late_marks_p(later, read, rate), "e": each}
                            for rate, each in zip(rates, moved, strict=True)],
            "misreading_tolerated": upto, "text": words if read else "no mark that counts"}  # fmt: skip


def released_cell(found: int, expected: float, e_value: float, moved: Sequence[float],
                  years: float = 0.0) -> dict[str, Any]:
    """Make the cell of the finds in released land: the result, and in the same cell what it is at other missed rates.

    >>> released_cell(3, 0.4, 10.1, [60.0, 2.2, 0.4], 1.0)["text"]
    '3 found, 0.4 missed expected; p 0.0079, Bayes factor 10 (60 at 0.2, 2.2 at 0.8, 0.4 at 2)'
    >>> released_cell(0, 0.0, 1.0, [1.0, 1.0, 1.0])["text"]
    'no land released since D'
    """
    if not expected > 0:
        return {"found": found, "expected": 0.0, "years": years, "p_one_look": None, "bayes_factor": None,
                "sensitivity": [], "text": "no land released since D"}  # fmt: skip
    means = [expected * factor for factor in FACTORS]
    p = released_finds_p(found, expected)
    words = f"{found} found, {expected:.2g} missed expected; p {p:.2g}, Bayes factor {_short(e_value)}"
    words += f" ({', '.join(f'{_short(each)} at {mean:.2g}' for each, mean in zip(moved, means, strict=True))})"
    return {"found": found, "expected": expected, "years": years, "p_one_look": p, "bayes_factor": e_value,
            "sensitivity": [{"expected": mean, "p_one_look": released_finds_p(found, mean), "bayes_factor": each}
                            for mean, each in zip(means, moved, strict=True)], "text": words}  # fmt: skip


def _short(value: float) -> str:
    """Write a figure with two or three digits that count; whole from 100 to 100,000, a power of ten beyond."""
    if 100 <= value < 1e5:
        return f"{value:.0f}"
    return f"{value:.2g}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.2g} %"


def _moved(values: Sequence[float], where: Any) -> list[str]:
    said = [f"{_short(value)} at {rate}" for value, rate in zip(values, where, strict=True)]
    return [f"e {said[0]}", *said[1:]] if said else []


def _state(followed: Followed, at: int, month: int) -> dict[str, Any]:
    """Give what a district's evidence is at one look: both cells, and whether its alarm has gone off by then."""
    looks, evidence = followed.looks, followed.evidence
    upto = slice(0, month + 1)
    read, later, found = (int(each[at, upto].sum()) for each in (looks.read, looks.later, looks.released))
    expected, years = float(looks.expected[at, upto].sum()), float(looks.years[at, upto].sum())
    moved_marks = [float(np.exp(each[at, month])) for each in followed.marks_at]
    moved_found = [float(np.exp(each[at, month])) for each in followed.found_at]
    alarm, since = int(evidence.alarm[at]), int(followed.listed[at])
    return {
        "marks": marks_cell(later, read, float(np.exp(evidence.marks[at, month])), moved_marks, followed.assumed),
        "released": released_cell(found, expected, float(np.exp(evidence.found[at, month])), moved_found, years),
        "e": float(np.exp(evidence.both[at, month])), "p_any_look": float(evidence.p[at, month]),
        "alarm": 0 <= alarm <= month, "listed": 0 <= since <= month,
    }  # fmt: skip


def _row(followed: Followed, rungs: dict[tuple[str, str], dict[str, int]], at: int, month: int) -> dict[str, Any]:
    looks = followed.looks
    name, when = looks.districts[at], looks.months[month]
    return {
        "district": name, "month": when, "events": int(looks.events[at, month]), "items": int(looks.items[at, month]),
        "accidents": int(looks.accidents[at, month]), "rungs": rungs.get((name, when), {}),
        "in_month": {"read": int(looks.read[at, month]), "later": int(looks.later[at, month]),
                     "found_in_released_land": int(looks.released[at, month]),
                     "expected": float(looks.expected[at, month])},
        "by_then": _state(followed, at, month),
    }  # fmt: skip


def _district(followed: Followed, rungs: dict[tuple[str, str], dict[str, int]], at: int) -> dict[str, Any]:
    looks = followed.looks
    own: dict[str, int] = {}
    for month in looks.months:
        for rung, count in rungs.get((looks.districts[at], month), {}).items():
            own[rung] = own.get(rung, 0) + count
    alarm, since = int(followed.evidence.alarm[at]), int(followed.listed[at])
    return {
        "district": looks.districts[at], "events": int(looks.events[at].sum()), "items": int(looks.items[at].sum()),
        "accidents": int(looks.accidents[at].sum()), "rungs": own,
        "alarm_in": looks.months[alarm] if alarm >= 0 else None,
        "listed_in": looks.months[since] if since >= 0 else None,
        "at_last_look": _state(followed, at, len(looks.months) - 1) if looks.months else None,
    }  # fmt: skip


def _bayes(followed: Followed) -> dict[str, float]:
    last = followed.evidence.found
    return {name: float(np.exp(last[at, -1])) if last.shape[1] else 1.0 for at, name in
            enumerate(followed.looks.districts)}  # fmt: skip


def _judged(followed: Followed, counted: Counted) -> list[str]:
    bayes, after = _bayes(followed), followed.assumed.after
    return [rung_of(find, after, bayes.get(find.district or NO_DISTRICT, 1.0)) for find in counted.finds]


def _rungs(followed: Followed, counted: Counted) -> dict[tuple[str, str], dict[str, int]]:
    """Count events by district, month of their first find and highest rung."""
    order = [*RUNGS, NO_RUNG]
    best: dict[str, str] = {}
    place: dict[str, tuple[str, str]] = {}
    for find, event, rung in zip(counted.finds, counted.event, _judged(followed, counted), strict=True):
        if event not in best or order.index(rung) < order.index(best[event]):
            best[event] = rung
        day = day_of(find.found_on)
        if event not in place and day is not None:
            place[event] = (find.district or NO_DISTRICT, month_of(day.last_day))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for event, rung in best.items():
        counts = found.setdefault(place[event], {})
        counts[rung] = counts.get(rung, 0) + 1
    return found


def _finds(followed: Followed, counted: Counted) -> list[dict[str, Any]]:
    rows = []
    for find, event, rung in zip(counted.finds, counted.event, _judged(followed, counted), strict=True):
        day = day_of(find.found_on)
        mark = find.mark
        said = None if mark is None else verdict(mark, followed.assumed.after, day.last_day if day else None)
        rows.append({
            "id": find.id, "name": find.name, "kind": find.kind, "district": find.district, "found_on": find.found_on,
            "event": event, "rung": rung, "open": explained(rung),
            "mark": None if mark is None else {
                "reading_1": mark.first.text, "reading_2": mark.second.text, "readers": agreement(mark),
                "made_from": mark.made_from, "made_to": mark.made_to,
                "verdict": said, "words": VERDICTS.get(said or "")},
            "released": find.released, "released_on": find.released_on, "in_known_hazard": find.in_hazard,
        })  # fmt: skip
    return rows


def _marks(counted: Counted) -> dict[str, Any]:
    """Say how many marks count, why others do not, and how often two readers differ: a check on the rate assumed."""
    reasons = {code: counted.marks.get(code, 0) for code in NOT_COUNTED}
    read = counted.marks.get(LATER, 0) + counted.marks.get(NOT_LATER, 0)
    both = read + sum(reasons[code] for code in ("illegible", "not_interpreted", "later_than_find", "readers_differ"))
    return {"later": counted.marks.get(LATER, 0), "not_later": counted.marks.get(NOT_LATER, 0),
            "not_counted": {code: {"marks": count, "why": NOT_COUNTED[code]} for code, count in reasons.items()},
            "read_twice": both, "readers_differ": reasons["readers_differ"]}  # fmt: skip


