"""How do handed-over sheets enter the programme, every one of them, with what is wrong said and nothing overwritten?

A sheet becomes a record of kind `minefield_record`: header beside the whole transcription. The file itself stays as a
sealed attachment. A person's name on a sheet is sealed. The same number of the same batch is the same record again:
what it says otherwise now is a new revision. No hazard is made, and no position is stored: a record is evidence.
"""

from __future__ import annotations

import json
import math
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from scipy.spatial import cKDTree

from whitestone.domain.codes import code_list
from whitestone.domain.revision import Act, Draft, State
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.exchange.sheet_layout import whole
from whitestone.minefields.batch_checks import check_batch, sheets_twice
from whitestone.minefields.sheet_parts import SheetFinding
from whitestone.minefields.sheet_words import plain
from whitestone.minefields.sheets import Find, Searched, Sheet, read_sheets
from whitestone.programme.minefield_files import as_told, read_records_file
from whitestone.programme.opening import Programme

__all__ = ["PERSONAL", "enter_file", "recorded_file", "recorded_sheet", "sheet_to_place"]

PERSONAL = frozenset({
    "preparedby", "preparedbyname", "laidbyname", "layingofficer", "officer", "commander", "signedby", "signature",
    "signatures", "receivedbyname", "handedoverbyname", "declassifiedby", "witness", "witnesses", "interviewee",
})  # fmt: skip
"""Members of a sheet that name a person, reduced to letters: sealed at entry wherever they stand in the sheet, also
inside its events and its transfer; never part of the transcription in the clear."""
_RESTRICTED = "restricted"


def enter_file(programme: Programme, path: Path, *, reason: str | None = None) -> dict[str, Any]:
    """Enter a file's sheets, finds and searched ground; returns the counts, the findings and what became of each sheet.

    Sheets end as new, changed or unchanged, accepted or accepted with findings; what is no object is held, in the
    sealed file and in the answer. Finds become items, searched ground becomes activities. All is one act. Refuses a
    file that cannot be read with UnreadableFile, before anything is written.
    """
    read = read_records_file(path)
    known = _Known(programme)
    told = (*check_batch(read.batch), *_twins(read.batch.records, known))
    found = [as_told(each, read.places) for each in told]
    about: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in found:
        about[each["path"].split(".")[0]].append(each)
    sha256 = programme.journal.attachments.add(
        path.read_bytes(), name=path.name, by=programme.who, sealed=True, media_type="application/octet-stream"
    )
    drafts: list[Draft] = []
    outcome = [_enter_sheet(known, each, sha256, about[f"records[{each.at}]"], drafts) for each in read.batch.records]
    finds = [_enter_other(known, _item(each), each.lon == each.lon, drafts, each) for each in read.batch.finds]
    searches = [_enter_other(known, _activity(each), True, drafts, each) for each in read.batch.searched]
    if drafts:
        act = Act(author=programme.who, reason=reason or f"entered from {path.name}", source=path.name)
        programme.journal.append(act, drafts)
    held = [{"path": place, "value": value} for place, value in read.batch.held]
    counts = {"records": _counted(outcome), "finds": _counted(finds), "searched": _counted(searches)}
    return {"file": path.name, "sha256": sha256, "held": held, **counts, "records_detail": outcome, "findings": found}


def recorded_file(programme: Programme, *, purpose: str) -> dict[str, Any]:
    """Return the programme's own records, finds and searched ground in the published format; the reading is logged.

    Landmarks that persons resolved stand at their reference points. Refuses no purpose with WrongCall.
    """
    journal = programme.journal
    records = [_written(state) for state in journal.states("minefield_record", approved_only=False, geometry=False)]
    journal.seals.note(
        event="minefield records read",
        purpose=purpose,
        by=programme.who,
        detail=f"{len(records)} records, for placing or scoring",
    )
    finds = [_found(state) for state in journal.states("item", approved_only=False) if state.geometry is not None]
    searched = [
        _ground(state)
        for state in journal.states("activity", approved_only=False)
        if state.geometry is not None and "p_detect" in state.extra
    ]
    return {"records": [each for each in records if each], "finds": finds, "searched": searched}


def recorded_sheet(programme: Programme, record_id: uuid.UUID, *, purpose: str) -> dict[str, Any]:
    """Return one record of the programme in the published format, with its resolved landmarks; the reading is logged.

    Refuses an unknown record with UnknownRecord, one of another kind with InvalidValue, no purpose with WrongCall.
    """
    sheet = sheet_to_place(programme, record_id)
    event = "minefield record read"
    programme.journal.seals.note(event=event, purpose=purpose, by=programme.who, detail=str(record_id))
    return sheet


def sheet_to_place(programme: Programme, record_id: uuid.UUID) -> dict[str, Any]:
    """Return one record for the machine to work on, unlogged: whoever shows anything of it asks `recorded_sheet`.

    Refuses an unknown record with UnknownRecord, one of another kind with InvalidValue.
    """
    state = programme.journal.state(record_id)
    if state is None:
        raise UnknownRecord(record=record_id)
    if state.kind != "minefield_record":
        why = f"a minefield record; this is of kind {state.kind}"
        raise InvalidValue(field="record", value=str(record_id), why=why)
    return _written(state) or {"id": state.body.get("local_id") or str(record_id)}


class _Known:
    """The records that the programme holds already, by kind and by what makes one the same again."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.states: dict[tuple[str, str, str], State] = {}
        for kind in ("minefield_record", "item", "activity"):
            for state in programme.journal.states(kind, approved_only=False):
                key = (kind, str(state.body.get("transfer_batch") or ""), str(state.body.get("local_id") or ""))
                self.states.setdefault(key, state)

    def draft(self, kind: str, batch: str, key: str, body: dict[str, Any], **more: Any) -> tuple[str, Draft | None]:
        """Make the revision of a new record or of one that is known; None where nothing is said that was not."""
        state = self.states.get((kind, batch, key))
        if state is None:
            made = Draft(kind=kind, record_id=uuid.uuid4(), body=body, **more)
            return "new", made
        said = {name: value for name, value in body.items() if whole(state.body.get(name)) != whole(value)}
        if not said and more.get("geometry") == state.geometry:
            return "unchanged", None
        return "changed", Draft(kind=kind, record_id=state.record_id, body=said, parents=tuple(state.revisions), **more)


def _twins(sheets: Sequence[Sheet], known: _Known) -> tuple[SheetFinding, ...]:
    """Find sheets that the programme holds under another number; only those measured from near by are laid out."""
    numbers = {(sheet.batch or "", sheet.key) for sheet in sheets}
    starts = [start for sheet in sheets for start in _starts(sheet.as_written)]
    held = [(key, written) for (kind, batch, key), state in known.states.items()
            if kind == "minefield_record" and (batch, key) not in numbers
            and (written := state.body.get("transcription"))]  # fmt: skip
    placed = [(at, start) for at, (_, written) in enumerate(held) for start in _starts(written)]
    if not starts or not placed:
        return ()
    apart, _ = cKDTree(starts).query([start for _, start in placed])
    near = {at for (at, start), metres in zip(placed, apart.tolist(), strict=True) if metres <= _near(start)}
    others = [{**held[at][1], "id": held[at][0]} for at in sorted(near)]
    return sheets_twice(sheets, read_sheets({"records": others}).records) if others else ()


def _starts(written: Mapping[str, Any]) -> list[tuple[float, float]]:
    """List the reference points of a sheet as their numbers stand on it, those that are numbers."""
    points = written.get("reference_points")
    given = [(each.get("x"), each.get("y")) for each in points if isinstance(each, dict)] if points else []
    numbers = [(x, y) for x, y in given if isinstance(x, (int, float)) and isinstance(y, (int, float))]
    return [(float(x), float(y)) for x, y in numbers if math.isfinite(x) and math.isfinite(y)]


def _near(start: tuple[float, float]) -> float:
    """Say how near two starts lie, in the unit of their numbers: degrees where they can be such, else metres."""
    return 0.005 if abs(start[0]) <= 180 and abs(start[1]) <= 90 else 500.0


def _enter_sheet(
    known: _Known, sheet: Sheet, file_sha256: str, findings: list[dict[str, Any]], drafts: list[Draft]
) -> dict[str, Any]:
    names: dict[str, str] = {}
    written = _without_names(sheet.as_written, "", names)
    body = _body(sheet, written)
    extra = {"entered_from": file_sha256, **({"findings_at_entry": findings} if findings else {})}
    became, draft = known.draft(
        "minefield_record",
        sheet.batch or "",
        sheet.key,
        body,
        extra=extra,
        information_date=_day(sheet),
        sealed={"prepared_by_name": "; ".join(names.values())} if names else {},
    )
    if draft is not None:
        drafts.append(draft)
    state = known.states.get(("minefield_record", sheet.batch or "", sheet.key))
    record = draft.record_id if draft is not None else state.record_id if state is not None else None
    return {"id": sheet.id, "record": str(record), "became": became, "findings": len(findings), "sealed": sorted(names)}


def _without_names(value: Any, path: str, names: dict[str, str]) -> Any:
    """Return what was written without the members that name a person; these go into `names`, by their path."""
    if isinstance(value, dict):
        kept = {}
        for name, each in value.items():
            here = f"{path}.{name}" if path else str(name)
            if plain(name) not in PERSONAL:
                kept[name] = _without_names(each, here, names)
            elif each not in (None, "", [], {}):
                names[here] = each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
        return kept
    if isinstance(value, list):
        return [_without_names(each, f"{path}[{at}]", names) for at, each in enumerate(value)]
    return value


def _body(sheet: Sheet, as_written: dict[str, Any]) -> dict[str, Any]:
    """Return the header of a sheet, as far as it is understood, and the transcription without names of persons."""
    transfer = sheet.transfer
    standard = code_list("record_standard").understand(sheet.standard) if sheet.standard else None
    stated: dict[str, Any] = {
        "local_id": sheet.key, "sheet_number": sheet.id, "standard": standard, "unit_as_written": sheet.unit_as_written,
        "laid_from": _text(sheet.laid_from), "laid_to": _text(sheet.laid_to), "recorded_on": _text(sheet.recorded_on),
        "map_sheet": _word(sheet, "map_sheet"), "language": _word(sheet, "language"), "place_name": sheet.district,
        "transfer_batch": sheet.batch, "quantity_reported": _quantity(sheet),
        "transferred_on": _text(transfer.on) if transfer else None,
        "transferred_by": transfer.from_party if transfer else None,
        "transferred_to": transfer.to_party if transfer else None,
    }  # fmt: skip
    written = _storable(as_written)
    kept = {name: value for name, value in stated.items() if value is not None}
    return {**kept, "sensitivity": _RESTRICTED, "transcription": written}


def _quantity(sheet: Sheet) -> int | None:
    """Return the total that the sheet states, else the sum of its quantities where all of them are beyond doubt."""
    if sheet.total.value is not None:
        return int(sheet.total.value) if sheet.total.value >= 0 else None
    values = [each.value for each in sheet.quantities.values()]
    known = [value for value in values if value is not None]
    return int(sum(known)) if values and len(known) == len(values) else None


def _enter_other(
    known: _Known,
    body: dict[str, Any],
    placed: bool,
    drafts: list[Draft],
    each: Find | Searched,
) -> dict[str, Any]:
    kind = "item" if isinstance(each, Find) else "activity"
    shape = shapely.Point(each.lon, each.lat) if isinstance(each, Find) else each.geometry
    ground = shapely.to_wkb(shape) if placed and not shape.is_empty else None
    day = each.found_on if isinstance(each, Find) else each.searched_on
    extra = {"p_detect": each.p_detect} if isinstance(each, Searched) else {}
    became, draft = known.draft(
        kind,
        "",
        each.key,
        body,
        geometry=ground,
        information_date=_text(day),
        extra={**extra, "as_written": _storable(each.as_written)},
    )
    if draft is not None:
        drafts.append(draft)
    return {"id": each.id, "became": became}


def _item(find: Find) -> dict[str, Any]:
    stated = {
        "local_id": find.key,
        "model": find.type,
        "found_on": _text(find.found_on),
        "geo_accuracy_m": find.accuracy_m,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _activity(searched: Searched) -> dict[str, Any]:
    stated = {"local_id": searched.key, "activity_type": "clearance", "ended_on": _text(searched.searched_on)}
    return {name: value for name, value in stated.items() if value is not None}


def _written(state: State) -> dict[str, Any]:
    """Return a record's transcription with the landmarks that persons resolved."""
    written = dict(state.body.get("transcription") or {})
    if not written:
        return {}
    resolved = (state.body.get("interpretation") or {}).get("resolved") or {}
    points = [
        {**point, "resolved": resolved[str(point.get("no"))]}
        if isinstance(point, dict) and str(point.get("no")) in resolved
        else point
        for point in written.get("reference_points") or []
    ]
    named = {str(point.get("no")) for point in points if isinstance(point, dict)}
    points += [{"no": no, "resolved": place} for no, place in resolved.items() if no not in named]
    return {**written, "id": state.body.get("local_id"), **({"reference_points": points} if points else {})}


def _found(state: State) -> dict[str, Any]:
    point = shapely.from_wkb(state.geometry).centroid
    return {
        "id": state.body.get("local_id") or str(state.record_id),
        "lon": point.x,
        "lat": point.y,
        "found_on": state.body.get("found_on"),
        "type": state.body.get("model"),
        "accuracy_m": state.body.get("geo_accuracy_m"),
    }


def _ground(state: State) -> dict[str, Any]:
    return {
        "id": state.body.get("local_id") or str(state.record_id),
        "searched_on": state.body.get("ended_on"),
        "p_detect": state.extra.get("p_detect"),
        "geometry": shapely.geometry.mapping(shapely.from_wkb(state.geometry)),
    }


def _counted(listed: list[dict[str, Any]]) -> dict[str, int]:
    names = ("new", "changed", "unchanged")
    return {
        "input": len(listed),
        **{name: sum(each["became"] == name for each in listed) for name in names},
        "with_findings": sum(bool(each.get("findings")) for each in listed),
    }


def _day(sheet: Sheet) -> str | None:
    return _text(sheet.recorded_on or sheet.laid_to or sheet.laid_from)


def _storable(value: Any) -> Any:
    """Return a value as the journal can store it: what no database holds is written out, never dropped."""
    if isinstance(value, dict):
        return {_storable(str(key)): _storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, str):
        return value.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
    odd = (isinstance(value, int) and abs(value) > 2**53) or (isinstance(value, float) and not math.isfinite(value))
    return str(value) if odd and not isinstance(value, bool) else value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _word(sheet: Sheet, name: str) -> str | None:
    value = sheet.as_written.get(name)
    return str(value) if value is not None and not isinstance(value, (dict, list)) else None
