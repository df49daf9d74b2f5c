"""What do we know today of a closed year that we did not know when it was closed?

The restatement list: figure, as it was frozen, as it would be now, and lines that add up to the difference, each with
the records that moved it, the revisions that were recorded since, by whom, when and why. The frozen figures stay.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import msgspec

from whitestone.land.restating import COUNTED, TOTAL, Restated, restate
from whitestone.programme.accounts_closed import LAST_CLOSING
from whitestone.programme.opening import Clocks, Programme, setting_id
from whitestone.programme.periods_freezing import Counted, count_year
from whitestone.programme.periods_stored import (
    Closing,
    Frozen,
    describe,
    find_period,
    load_figures,
    load_snapshot,
)
from whitestone.programme.restatement_causes import Causes
from whitestone.programme.restatements_beside import READ_BESIDE, restated_beside

__all__ = ["restatements"]

FIGURE_SETTINGS = ("approval_rule", "reporting_year_start", "time_zone", "national_codes", "equal_area_lon",
                   "equal_area_lat")  # fmt: skip
"""The settings on which figures depend."""

_Key = tuple[str, str, str]


def restatements(programme: Programme, year: str, *, known: dt.date | None = None) -> dict[str, Any]:
    """List every figure of a closed year that is another one today (or as known on `known`), with what moved it.

    The year is counted twice where settings changed since: by the settings of the closing, which gives what records
    moved, and by those of today, which gives what the settings moved. `beside` lists the counts beside the areas that
    differ, each with the records that moved it. `proof` lists the proof lines that differ; they are no sums of bookings
    and have no lines. Refuses a year that is not closed with UnknownPeriod, and frozen figures
    that were changed with ClosingBroken.
    """
    programme.refresh()
    moment = programme.end_of_day(known) if known else None
    period = find_period(programme, year, moment)
    closing = period.closing
    frozen, snapshot = load_figures(programme, closing), load_snapshot(programme, closing)
    clocks = Clocks(closing.ends_on, known, moment)
    then, changed = _as_it_was(programme, frozen)
    counted = count_year(then, clocks, closing.starts_on, closing.year)
    causes = Causes(programme, closing, known=moment)
    labels = _labels(frozen, counted)
    figures = {_key(each): _told(each, causes, labels) for each in restate(snapshot, counted.snapshot)}
    if changed:
        today = count_year(programme, clocks, closing.starts_on, closing.year)
        labels = {**_labels(frozen, today), **labels}
        for each in restate(counted.snapshot, today.snapshot):
            _add(figures, each, labels, causes, changed)
        counted = today
    beside_causes = Causes(programme, closing, known=moment, read=READ_BESIDE)
    beside = restated_beside(programme, frozen.beside, counted.beside, beside_causes, clocks,
                             dt.datetime.fromisoformat(frozen.known_at), closing.starts_on)
    kept = [figure for figure in figures.values() if figure["old"] != figure["new"]]
    return {
        **describe(closing),
        "record": str(period.record_id),
        "situation_on": closing.ends_on.isoformat(),
        "as_known_on": known.isoformat() if known else None,
        "from": closing.starts_on.isoformat(),
        "to": closing.ends_on.isoformat(),
        "counts": _counts(kept),
        "figures": kept,
        "beside": beside,
        "proof": _proof(frozen, counted),
        "settings": _settings(programme, frozen, closing, changed),
        "revisions": {**causes.revisions(), **beside_causes.revisions()},
        "labels": {record: causes.label(record) for record in _records([*kept, *beside])},
    }


def _as_it_was(programme: Programme, frozen: Frozen) -> tuple[Programme, list[str]]:
    """Give the programme as if it ran by the settings of the closing, and name the settings that changed since."""
    stated = msgspec.convert({key: frozen.settings[key] for key in FIGURE_SETTINGS if key in frozen.settings},
                             type(programme.settings))  # fmt: skip
    values = {key: getattr(stated, key) for key in FIGURE_SETTINGS}
    values |= {"equal_area_lon": frozen.plane["lon"], "equal_area_lat": frozen.plane["lat"]}
    changed = [key for key in FIGURE_SETTINGS if getattr(programme.settings, key) != values[key]]
    then = copy.copy(programme)
    then.settings = msgspec.structs.replace(programme.settings, **values)
    return then, changed


def _key(each: Restated) -> _Key:
    return each.by, each.key, each.column


def _told(each: Restated, causes: Causes, labels: dict[tuple[str, str], str]) -> dict[str, Any]:
    column = each.column if each.column in COUNTED else f"{each.column}_m2"
    unit = 1 if each.column in COUNTED else 100
    return {
        "by": each.by,
        "row": each.key,
        "label": labels.get((each.by, each.key), each.key),
        "column": column,
        "old": each.old / unit if unit > 1 else each.old,
        "new": each.new / unit if unit > 1 else each.new,
        "difference": (each.new - each.old) / unit if unit > 1 else each.new - each.old,
        "lines": [causes.told(line, column, (each.by, each.key)) for line in each.lines],
    }


def _add(figures: dict[_Key, dict[str, Any]], each: Restated, labels: dict[tuple[str, str], str], causes: Causes,
         changed: list[str]) -> None:  # fmt: skip
    """Add what the settings moved to a figure, as lines of their own."""
    told = _told(each, causes, labels)
    for line in told["lines"]:
        line["moved_by"] = []
        line["cause"] = f"settings changed since: {', '.join(changed)}"
    mine = figures.setdefault(_key(each), {**told, "new": told["old"], "lines": []})
    mine["new"] = told["new"]
    mine["difference"] = round(mine["new"] - mine["old"], 2)
    mine["lines"] = [*mine["lines"], *told["lines"]]


def _labels(frozen: Frozen, counted: Counted) -> dict[tuple[str, str], str]:
    tables = [*counted.tables.items(), *((by, frozen.table(by)) for by in frozen.tables)]
    return {(by, key): label for by, table in tables for key, label, _ in table.rows} | {(TOTAL, TOTAL): TOTAL}


def _counts(figures: list[dict[str, Any]]) -> dict[str, int]:
    moved = {revision for figure in figures for line in figure["lines"] for revision in line["moved_by"]}
    return {
        "figures": len(figures),
        "totals": sum(figure["by"] == TOTAL for figure in figures),
        "lines": sum(len(figure["lines"]) for figure in figures),
        "records": len(_records(figures)),
        "revisions": len(moved),
    }


def _records(figures: list[dict[str, Any]]) -> list[str]:
    kinds = ("hazard", "release", "activity", "item")
    found = (line[kind] for figure in figures for line in figure["lines"] for kind in kinds if kind in line)
    return list(dict.fromkeys(found))


def _proof(frozen: Frozen, counted: Counted) -> list[dict[str, Any]]:
    now = counted.said["proof"]
    return [
        {"line": name, "old": old, "new": now[name], "difference": round(now[name] - old, 2)}
        for name, old in frozen.proof.items()
        if name != LAST_CLOSING and name in now and now[name] != old
    ]


def _settings(programme: Programme, frozen: Frozen, closing: Closing, changed: list[str]) -> list[dict[str, Any]]:
    """Say of each setting that changed what it was and is, and who changed it since the closing."""
    found = []
    for key in changed:
        record = setting_id(programme.journal.programme_id, key)
        told = [each for each in programme.journal.revisions(closing.head_seq, kind="setting")
                if each.record_id == record]  # fmt: skip
        found.append({
            "setting": key, "old": frozen.settings.get(key), "new": getattr(programme.settings, key),
            "changed": [{"seq": each.seq, "author": each.author, "recorded_at": each.recorded_at.isoformat(),
                         "reason": each.reason} for each in told],
        })  # fmt: skip
    return msgspec.to_builtins(found)  # type: ignore[no-any-return]
