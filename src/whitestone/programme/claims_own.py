"""What is the programme's own figure for a question, by which rule, out of what, and how far may it be off?

Computed beside the claims and never from them. Its interval holds what the register itself cannot say: persons whose
outcome, status or day is not known. What is missing from the register altogether is another question, which this figure
does not answer. Where the register holds nothing that answers, the figure is None with the reason, never nought.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from whitestone.domain.claim_words import metric
from whitestone.domain.codes import folded
from whitestone.evidence.claim_model import Own, Question
from whitestone.programme.assessments import assessments, read_assessment
from whitestone.programme.claims_persons import PERSONS_RULE, count_persons, events_of, in_days
from whitestone.programme.claims_places import Places
from whitestone.programme.opening import Clocks, Programme

__all__ = ["own_figure"]


def own_figure(programme: Programme, question: Question, clocks: Clocks, places: Places, purpose: str | None = None
               ) -> Own:
    """Compute the programme's own figure for a question under both clocks; refuses an unknown measure (InvalidValue).

    Casualties are counted from persons and accidents, contamination from the ledger (m2 that remain at the end of the
    period), clearance from the ledger (m2 cleared in the period) with the items found beside it, accuracy from the
    newest kept assessment of minefield records (needs `purpose`, and is logged), records from those held, accidents
    from those recorded. Of mines laid no register knows, and of stockpiles and displacement this programme keeps no
    records: None.
    """
    metric(question.metric)
    make: dict[str, Callable[..., Own]] = {
        "casualties": _persons, "killed": _persons, "injured": _persons, "accidents": _accidents,
        "contamination": _ground, "records": _records, "mines": _mines, "clearance": _clearance,
        "stockpiles": _kept_none, "displacement": _kept_none,
    }  # fmt: skip
    if question.metric == "accuracy":
        return _accuracy(programme, clocks, purpose)
    return make[question.metric](programme, question, clocks, places)


def _persons(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    unit = metric(question.metric).same[0]
    inside, note = _scope(programme, question, places)
    if inside is None and question.place:
        return _none(programme, clocks, unit, PERSONS_RULE, note)
    counted = count_persons(programme, question, clocks, inside)
    if not counted.recorded:
        return _none(programme, clocks, unit, PERSONS_RULE, "The register holds no casualty and no accident.")
    told = f"{counted.recorded:,} persons recorded, {counted.unsure:,} of them not known well enough to be sure"
    return Own(value=counted.value, low=counted.low, high=counted.high, rule=PERSONS_RULE, unit=unit,
               as_known_on=_known(programme, clocks), denominator=told, notes=tuple(each for each in (note,) if each),
               records=counted.recorded)  # fmt: skip


def _scope(programme: Programme, question: Question, places: Places
           ) -> tuple[Callable[[Mapping[str, Any]], bool | None] | None, str | None]:
    """Return what says whether a row lies in the question's place; None where nothing can say it, with a note."""
    if not question.place:
        return None, None
    wanted = places.known(question.place)
    if wanted:
        held = places.inside(wanted)

        def lies(row: Mapping[str, Any]) -> bool | None:
            """Say whether a row's place lies in the place asked for."""
            if row.get("place_id"):
                return str(row["place_id"]) in held
            known = places.known(str(row.get("place_name") or ""))
            return None if not known else bool(known & held)

        return lies, None
    asked = folded(question.place)
    covered = [state for state in programme.journal.states("dataset", geometry=False)
               if _stands_in(asked, folded(str(state.body.get("coverage") or "")))]  # fmt: skip
    named = _stands_in(asked, folded(programme.settings.name))
    if covered or named or folded(programme.settings.country or "") == asked:
        why = f"The gazetteer names no {question.place!r}; the register as a whole is taken for it"
        return lambda row: True, f"{why}, by its name or what its datasets say they cover."
    return None, f"The gazetteer names no {question.place!r}: the register cannot say what lies in it."


def _accidents(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    rule = "Accident records, each once, with or without casualties. Highest: with those whose day or place is unknown."
    inside, note = _scope(programme, question, places)
    if inside is None and question.place:
        return _none(programme, clocks, "accidents", rule, note)
    events = list(events_of(programme, clocks).values())
    answers = [(in_days(question, each["occurred_on"]), True if inside is None else inside(each)) for each in events]
    value = sum(each == (True, True) for each in answers)
    more = sum(None in each and False not in each for each in answers)
    return Own(value=value, low=value, high=value + more, rule=rule, unit="accidents",
               as_known_on=_known(programme, clocks), denominator=f"{len(events):,} accidents recorded",
               notes=tuple(each for each in (note,) if each))  # fmt: skip


def _ground(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    rule = ("Ground of recorded hazards that no approved release covers at the end of the period, from the ledger: "
            "each square metre once, in the equal-area plane.")  # fmt: skip
    rows, note, told = _ledger_rows(programme, question, clocks, places, start=None)
    if rows is None:
        return _none(programme, clocks, "m2", rule, note)
    value = sum(float(row["closing_m2"]) for row in rows)
    without = (told.get("proof") or {}).get("hazards_without_geometry")
    return Own(value=value, low=value, high=None, rule=rule, unit="m2", as_known_on=_known(programme, clocks),
               denominator="hazards with an outline" + (f"; {without} have none" if isinstance(without, int) else ""),
               notes=tuple(each for each in (note, "Ground without a record is not counted: no record is not safe.")
                           if each))  # fmt: skip


def _ledger_rows(programme: Programme, question: Question, clocks: Clocks, places: Places, *, start: dt.date | None
                 ) -> tuple[list[dict[str, Any]] | None, str | None, dict[str, Any]]:
    """Read the rows of the ledger that lie in a question's place; None where the register cannot say, with a note."""
    from whitestone.programme.accounts import ledger

    if programme.plane() is None:
        return None, "No geometry has arrived: the ledger has no ground to count.", {}
    end = min(question.end or clocks.on, clocks.on)
    if start is not None and start > end:
        return None, f"The period begins after {end}: nothing of it is known yet.", {}
    told = ledger(programme, clocks, by="place" if question.place else "class", start=start, end=end)
    if not question.place:
        return told["rows"], None, told
    wanted = places.inside(places.known(question.place))
    if wanted:
        return [row for row in told["rows"] if row["key"] in wanted], None, told
    note = _scope(programme, question, places)[1]
    return (told["rows"] if note and "as a whole" in note else None), note, told


def _clearance(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    rule = ("Ground that approved releases cleared in the period, from the ledger: each square metre once, by the day "
            "of the release. Cancelled and reduced ground is not cleared.")  # fmt: skip
    beside = (_finds(programme, question, clocks, places),)
    rows, note, _ = _ledger_rows(programme, question, clocks, places, start=question.start)
    if rows is None:
        return msgspec.structs.replace(_none(programme, clocks, "m2", rule, note), beside=beside)
    value = sum(float(row["cleared_m2"]) for row in rows)
    return Own(value=value, low=value, high=value, rule=rule, unit="m2", as_known_on=_known(programme, clocks),
               denominator="releases with an outline", notes=(note,) if note else (), beside=beside)  # fmt: skip


def _finds(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    rule = ("Items of explosive ordnance recorded as found in the period, each record with its quantity (one where "
            "none is written). Highest: with those whose day or place is unknown.")  # fmt: skip
    inside, note = _scope(programme, question, places)
    names = ("found_on", "quantity", "place_id", "place_name")
    read = programme.journal.columns("item", names, clocks.on, clocks.known)
    held = [dict(zip(names, row, strict=True)) for row in zip(*(read[name] for name in names), strict=True)]
    if not held or (inside is None and question.place):
        why = note if held else "The register holds no find."
        return _none(programme, clocks, "items", rule, why)
    answers = [(in_days(question, row["found_on"]), True if inside is None else inside(row),
                1 if row["quantity"] is None else int(row["quantity"])) for row in held]  # fmt: skip
    value = sum(many for when, where, many in answers if when is True and where is True)
    more = sum(many for when, where, many in answers if None in (when, where) and False not in (when, where))
    return Own(value=value, low=value, high=value + more, rule=rule, unit="items",
               as_known_on=_known(programme, clocks), denominator=f"{len(held):,} records of finds",
               notes=(note,) if note else ())  # fmt: skip


def _kept_none(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    unit = metric(question.metric).same[0]
    return _none(programme, clocks, unit, "No own figure: this programme keeps none.",
                 f"The register has no records of {question.metric}: the claims stand by themselves.")  # fmt: skip


def _accuracy(programme: Programme, clocks: Clocks, purpose: str | None) -> Own:
    rule = "Share of sheets that describe a field which exists or existed, with its 90 % interval, in per cent."
    kept = [each for each in assessments(programme) if clocks.known is None or each.made_at <= clocks.known]
    if not kept:
        return _none(programme, clocks, "per_cent_accurate", rule, "No assessment of minefield records is kept.")
    if not purpose:
        why = "An assessment is restricted: say with --purpose what it is read for."
        return _none(programme, clocks, "per_cent_accurate", rule, why)
    told = read_assessment(programme, kept[0].sha256, purpose=purpose)
    score = told.get("accuracy") or {}
    value, low, high = (None if score.get(name) is None else round(100 * float(score[name]), 1)
                        for name in ("value", "low", "high"))  # fmt: skip
    return Own(value=value, low=low, high=high, rule=rule, unit="per_cent_accurate",
               as_known_on=_known(programme, clocks), denominator=f"{told.get('records', 0)} sheets of {kept[0].batch}",
               notes=("Other definitions give other numbers; a claim seldom says which it means.",))  # fmt: skip


def _records(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    rule = "Minefield records held, each once; by the day of transfer where a period is asked for."
    read = programme.journal.columns("minefield_record", ("transferred_on",), clocks.on, clocks.known)
    answers = [in_days(question, when) for when in read["transferred_on"]]
    value, more = sum(each is True for each in answers), sum(each is None for each in answers)
    return Own(value=value, low=value, high=value + more, rule=rule, unit="records",
               as_known_on=_known(programme, clocks), denominator=f"{len(answers):,} records held")  # fmt: skip


def _mines(programme: Programme, question: Question, clocks: Clocks, places: Places) -> Own:
    why = "Registers know what was recorded as laid and what was found, not how many lie in the ground."
    return _none(programme, clocks, "mines", "No own figure.", why)


def _none(programme: Programme, clocks: Clocks, unit: str, rule: str, why: str | None) -> Own:
    return Own(value=None, rule=rule, unit=unit, as_known_on=_known(programme, clocks), notes=(why,) if why else ())


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _known(programme: Programme, clocks: Clocks) -> str:
    return (clocks.known_on or programme.today()).isoformat()
