"""What do the lists of a programme say of each casualty, laid out for comparing, with names as tokens or not at all?

Names are read only while the compartment is open, for a stated purpose, and logged; what leaves this module are HMAC
tokens in memory. Nothing of a name is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.domain.codes import code_list
from whitestone.domain.dates import parse_partial
from whitestone.errors import InvalidValue, KeyMissing
from whitestone.programme.opening import Programme

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["BY_HAND", "Gathered", "gather", "lists_of"]

BY_HAND = "entered by hand"
"""What casualties without a dataset are listed under."""

CELL_DEG = 0.2
"""Sides of the squares in which places are looked up: 22 km north to south."""

_STATED = ("occurred_on", "sex", "age_years", "age_group", "age_band", "outcome", "device_category", "place_name",
           "place_id", "accident_id", "persons", "geometry")  # fmt: skip
_OF_ACCIDENT = ("occurred_on", "device_category", "place_name", "place_id", "geometry")
_UNSAID = frozenset({"unknown", "unknown_eo", "undetermined", "not_known", "other"})


class Gathered(msgspec.Struct):
    """Casualties as rows: their ids in the order of the table, the table, the tokens, and what was left out."""

    ids: list[uuid.UUID]
    frame: Any
    tokens: dict[str, tuple[np.ndarray, np.ndarray]] | None
    lists: list[tuple[str, int]]
    left_out_groups: int
    """Rows that stand for several persons: they are no one person."""


def lists_of(programme: Programme) -> dict[uuid.UUID, str]:
    """Name the list that each casualty came in by: the dataset of its first statement.

    Casualties that nobody imported are listed as BY_HAND.
    """
    journal = programme.journal
    names = {state.record_id: str(state.body.get("local_id") or state.body.get("name") or state.record_id)
             for state in journal.states("dataset", geometry=False)}  # fmt: skip
    found: dict[uuid.UUID, str] = {}
    for revision in journal.revisions(kind="casualty"):
        if revision.record_id not in found:
            dataset = revision.dataset
            found[revision.record_id] = names.get(dataset, str(dataset)) if dataset else BY_HAND
    return found


def gather(
    programme: Programme, lists: Sequence[str] = (), *, names: bool = True, key: Path | None = None, purpose: str = ""
) -> Gathered:
    """Read the casualties of some lists (default: of all) as rows for `casualties.linking.link`.

    What a casualty does not say of day, place and device is taken from its accident. With `names` the compartment is
    opened for `purpose`, which is logged, and locked again; where the key is not here the names are left away. Refuses
    a list that is not there with InvalidValue.
    """
    import pandas as pd

    columns = programme.journal.columns("casualty", _STATED)
    of_list = lists_of(programme)
    accidents = _accidents(programme)
    known = sorted(set(of_list.values()))
    for name in lists:
        if name not in known:
            raise InvalidValue(field="list", value=name, why=f"one of {', '.join(known) or 'none yet'}")
    wanted = set(lists) or set(known)
    rows, ids, groups = [], [], 0
    for at, record_id in enumerate(columns["record_id"]):
        name = of_list.get(record_id, BY_HAND)
        if name not in wanted:
            continue
        if (columns["persons"][at] or 1) != 1:
            groups += 1
            continue
        said = {each: columns[each][at] for each in _STATED}
        rows.append({"list": known.index(name), **_row(said, accidents.get(str(said["accident_id"])) or {})})
        ids.append(record_id)
    counted = [(name, sum(row["list"] == known.index(name) for row in rows)) for name in known if name in wanted]
    tokens = _tokens(programme, ids, key, purpose) if names else None
    from whitestone.casualties.linking import COLUMNS

    frame: pd.DataFrame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(object)
    return Gathered(ids, frame.where(frame.notna(), None), tokens, counted, groups)


def _accidents(programme: Programme) -> dict[str, dict[str, Any]]:
    columns = programme.journal.columns("accident", _OF_ACCIDENT)
    return {str(record_id): {name: columns[name][at] for name in _OF_ACCIDENT}
            for at, record_id in enumerate(columns["record_id"])}  # fmt: skip


def _row(said: dict[str, Any], accident: dict[str, Any]) -> dict[str, Any]:
    given = {name: said.get(name) if said.get(name) is not None else accident.get(name) for name in _OF_ACCIDENT}
    row: dict[str, Any] = {
        **_when(given["occurred_on"]), **_where(given), "sex": _code(said["sex"]),
        "age": said["age_years"], "band": _code(said["age_group"]) or said["age_band"],
        "outcome": _code(said["outcome"]), "device": _device(given["device_category"]),
    }  # fmt: skip
    return row


def _code(value: Any) -> str | None:
    return None if value is None or value in _UNSAID else str(value)


def _device(value: Any) -> str | None:
    """Give the device as its widest known category: lists name it more or less exactly."""
    if value is None or str(value).startswith("unknown") or value in _UNSAID:
        return None
    parent = code_list("eo_category").codes.get(str(value))
    return (parent.parent if parent and parent.parent else str(value)) or None


def _when(text: Any) -> dict[str, int | None]:
    try:
        date = parse_partial(str(text)) if text else None
    except InvalidValue:
        date = None
    if date is None:
        return {"day": None, "month": None, "year": None}
    return {"day": date.first_day.toordinal() if date.day else None,
            "month": date.year * 100 + date.month if date.month else None, "year": date.year}  # fmt: skip


def _where(given: dict[str, Any]) -> dict[str, Any]:
    from whitestone.casualties.names import tokens_of

    # Names of places meet across scripts as names of people do, in the consonants of their words.
    named = tokens_of(given["place_name"])
    place = str(given["place_id"]) if given["place_id"] else named.key or named.full or None
    lat = lon = None
    if given["geometry"] is not None:
        import shapely

        point = shapely.from_wkb(given["geometry"])
        if not point.is_empty:
            lon, lat = float(point.centroid.x), float(point.centroid.y)
    cell = f"{round(lat / CELL_DEG)}/{round(lon / CELL_DEG)}" if lat is not None and lon is not None else place
    return {"lat": lat, "lon": lon, "place": place, "cell": cell}


def _tokens(
    programme: Programme, ids: Sequence[uuid.UUID], key: Path | None, purpose: str
) -> dict[str, tuple[np.ndarray, np.ndarray]] | None:
    """Make HMAC tokens of the sealed names; None where the key is not here."""
    from whitestone.casualties.names import sealed_tokens

    seals = programme.journal.seals
    try:
        seals.unlock(key)
    except KeyMissing:
        if key is not None:
            raise
        return None
    try:
        opened = seals.open_many(ids, ("person_name",), purpose, programme.who)
        names = (str(opened[record]["person_name"]) if record in opened else None for record in ids)
        return sealed_tokens(names, seals.token)
    finally:
        seals.lock()
