"""What is a row of this file: which kind of record, or several, and why is that thought?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import shapely

from whitestone.domain.codes import CODE_LISTS, folded
from whitestone.domain.kinds import KINDS
from whitestone.exchange.mapping.check import UNKNOWN_KIND
from whitestone.exchange.mapping.model import FieldSpec, LinkSpec, RecordSpec, When
from whitestone.exchange.mapping.suggest_fields import Guess, fields_for
from whitestone.exchange.mapping.suggest_profile import (
    Profile,
    is_headed,
    is_personal,
    numbers_of,
    understood_share,
    words,
)

__all__ = ["Draft", "draft_records"]

_CANDIDATES = ("hazard", "release", "accident", "casualty", "activity", "item", "place", "organisation",
               "claim")  # fmt: skip
_COMMON = {"local_id", "name", "remarks", "place_name", "report_date", "organisation_name", "donor"}
"""Attributes that many kinds have: they say little about which it is."""
_ENOUGH = 0.75

_IDENTIFIER = re.compile(r"(?=\S*[^\W\d_])(?=\S*\d)\w[\w./-]{1,39}$")
"""Letters and digits without a space, as programmes number their records."""

_PARTIAL = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?$")

_EVENT_KINDS = {
    "accident": "accident", "accident_mine": "accident", "accident_erw": "accident", "incident": "accident",
    "find": "item", "find_erw": "item", "stored": "item", "seizure": "item", "production_site": "item",
    "clearance": "activity", "clearance_military": "activity",
    "suspicion": "hazard", "suspected_minefield": "hazard",
}  # fmt: skip


class Draft(msgspec.Struct):
    """The records that a row makes, why, what is personal, and what no field takes."""

    records: list[RecordSpec]
    why: str
    personal: list[str]
    unused: list[str]


def draft_records(
    path: Path, columns: list[Profile], frame: pl.DataFrame, taken: set[str], geometry: np.ndarray | None,
    tags: dict[str, str] | None, reasons: dict[str, str], asked: str | None = None,
) -> Draft:  # fmt: skip
    """Draft the record blocks of a file; a file that cannot be placed gets the kind `unknown`: all rows held.

    `asked` is the kind that a person says its rows are: it is taken where the file itself does not tell.
    """
    _tagged(columns, tags)
    split = _events(columns)
    if split is not None:
        records, why = _event_records(columns, taken, split, reasons)
        return _draft(records, why, columns, taken)
    scored = [(_score(kind, path, columns, taken, geometry), kind) for kind in _CANDIDATES]
    (best, guesses, why), kind = max(scored, key=lambda each: each[0][0])  # the first of those that fit equally
    if best < _ENOUGH and asked in _CANDIDATES:
        (best, guesses, why), kind = (_ENOUGH, *_score(asked, path, columns, taken, geometry)[1:]), asked
    if best < _ENOUGH or not columns or not columns[0].rows:
        reasons["record.1.kind"] = "nothing tells what a row is: name the kind and its fields, or all rows are held"
        return _draft([RecordSpec(kind=UNKNOWN_KIND)], "neither headings nor content fit one kind", columns, taken)
    record = _record(1, kind, guesses, columns, frame, taken, path, reasons)
    records = [record]
    if kind == "activity" and geometry is None:
        records += _reported_releases(record, {each.name for each in columns if each.filled < each.rows}, reasons)
    return _draft(records, why, columns, taken)


def _draft(records: list[RecordSpec], why: str, columns: list[Profile], taken: set[str]) -> Draft:
    used = set(taken)
    secret = set()
    for record in records:
        for name, spec in record.fields.items():
            used |= set(spec.sources)
            if record.kind in KINDS and KINDS[record.kind].attributes[name].personal:
                secret |= set(spec.sources)
        used |= {record.when.column} if record.when else set()
    personal = [each.name for each in columns if each.name not in used and is_personal(each)]
    unused = [each.name for each in columns if each.name not in used and each.name not in personal]
    return Draft(records, why, personal, unused)


def _tagged(columns: list[Profile], tags: dict[str, str] | None) -> None:
    """Let an HXL tag stand for the heading: the file's author says what the column is."""
    for column in columns:
        meaning = words().hxl.get((tags or {}).get(column.name, ""))
        if meaning == "date":
            column.head = "date"
        elif meaning in words().fields:
            column.head = words().fields[meaning][0]


def _score(
    kind: str, path: Path, columns: list[Profile], taken: set[str], geometry: np.ndarray | None
) -> tuple[float, list[Guess], str]:
    guesses = fields_for(kind, columns, taken)
    telling = [each for each in guesses if each.attribute not in _COMMON]
    score = sum(each.score for each in telling) * 0.6 + 0.05 * (len(guesses) - len(telling))
    hits = [word for word in words().kinds.get(kind, []) if _stands_in(word, folded(path.stem))]
    constants = [each for each in columns if each.distinct == 1 and not each.numeric]
    said = [text for each in constants for text in (folded(each.values[0]), each.head)]
    stated = [word for word in words().kinds.get(kind, []) if any(_stands_in(word, text) for text in said)]
    score += 0.5 * min(len(hits), 2) + 0.8 * min(len(stated), 2)
    if _date_guess(kind, columns, taken) is not None:
        score += 0.1
    if kind == "release" and geometry is not None and not np.isin(shapely.get_type_id(geometry), (3, 6)).any():
        score = 0.0
    if kind == "claim" and not {"asserted_by", "quote", "qualifier"} & {each.attribute for each in telling}:
        score = 0.0  # a claim has an author, words or a qualifier: a value with a unit alone is no claim
    if kind == "casualty":
        # Counts of killed and injured stand in a row that is an accident, not a person.
        score -= any(each.attribute in ("killed", "injured") for each in fields_for("accident", columns, taken))
    why = f"{kind}: fields " + (", ".join(each.attribute for each in telling) or "none")
    if hits or stated:
        why += f"; named so ({', '.join(dict.fromkeys(hits + stated))})"
    return score, guesses, why


def _stands_in(word: str, text: str) -> bool:
    """Look for a word or the beginning of one; short words count only whole: `sha` is not in `shape`."""
    return word in text.split() if len(word) <= 4 else word in text or word in text.replace(" ", "")


def _record(
    number: int, kind: str, guesses: list[Guess], columns: list[Profile], frame: pl.DataFrame, taken: set[str],
    path: Path, reasons: dict[str, str],
) -> RecordSpec:  # fmt: skip
    place = f"record.{number}"
    fields = {guess.attribute: guess.spec for guess in guesses}
    reasons |= {f"{place}.fields.{guess.attribute}": guess.reason for guess in guesses}
    _add_date(kind, columns, taken, fields, place, reasons)
    _add_constants(kind, columns, path, fields, place, reasons)
    if kind == "accident":
        _check_sum(columns, frame, fields, place, reasons)
    _add_place_id(kind, columns, fields, place, reasons)
    _add_period(kind, columns, fields, place, reasons)
    _add_id(kind, columns, taken, fields, place, reasons)
    if "local_id" not in fields:
        reasons[f"{place}.kind"] = "no column is a unique id: rows are matched by their text, identical rows stay apart"
    order = list(KINDS[kind].attributes)
    return RecordSpec(kind=kind, fields=dict(sorted(fields.items(), key=lambda each: order.index(each[0]))))


def _add_id(
    kind: str, columns: list[Profile], taken: set[str], fields: dict[str, FieldSpec], place: str,
    reasons: dict[str, str],
) -> None:  # fmt: skip
    """Take for the id what looks like one, as `HA-0012`, whatever its heading; a bare number may be the row's.

    Not where rows are persons: what is unique there may be the number of a document.
    """
    if kind == "casualty" or "local_id" in fields:
        return
    used = taken | {each for spec in fields.values() for each in spec.sources}
    for column in columns:
        if column.name in used or not column.unique or column.date_format is not None or is_personal(column):
            continue
        if all(_IDENTIFIER.match(value) for value in column.values):
            fields["local_id"] = FieldSpec(column=column.name)
            reasons[f"{place}.fields.local_id"] = f"by content: every row has one of its own, as {column.values[0]!r}"
            return


def _add_place_id(
    kind: str, columns: list[Profile], fields: dict[str, FieldSpec], place: str, reasons: dict[str, str]
) -> None:
    """Take a code that every place has one of its own of for its id too."""
    if kind != "place" or "local_id" in fields:
        return
    unique = {each.name for each in columns if each.unique}
    for name in ("pcode", "country"):
        if name in fields and fields[name].column in unique:
            fields["local_id"] = fields[name]
            reasons[f"{place}.fields.local_id"] = f"the same as {name}: every row has one of its own"
            return


def _add_period(
    kind: str, columns: list[Profile], fields: dict[str, FieldSpec], place: str, reasons: dict[str, str]
) -> None:
    """Take a period apart into its first and last day, and let the day of publication be the day of a claim."""
    if kind != "claim":
        return
    _add_publication(columns, fields, place, reasons)
    used = {each for spec in fields.values() for each in spec.sources}
    column = next((each for each in columns if each.name not in used and is_headed(each.head, words().parts["period"])),
                  None)  # fmt: skip
    if column is None:
        return
    for name, part in (("period_from", "first"), ("period_to", "last")):
        fields[name] = msgspec.convert({"column": column.name, "split": "/", "part": part}, FieldSpec)
        reasons[f"{place}.fields.{name}"] = f"by its heading; the {part} day of a period, as 2015-01/2015-04"
    fields["period_as_written"] = FieldSpec(column=column.name)
    reasons[f"{place}.fields.period_as_written"] = "kept as written beside both ends"


def _add_publication(
    columns: list[Profile], fields: dict[str, FieldSpec], place: str, reasons: dict[str, str]
) -> None:
    """Read days of publication as exactly as each is written: to the day, month or year."""
    heads = words().fields["published_on"]
    column = next((each for each in columns if is_headed(each.head, heads)), None)
    lost = [value for value in column.values if not _PARTIAL.match(value)] if column else []
    if column is None or len(lost) > 0.5 * len(column.values):
        return
    fields["published_on"] = FieldSpec(column=column.name)
    fields.setdefault("as_of", FieldSpec(column=column.name))
    told = f"; NOT understood, add them to a values table: {', '.join(map(repr, lost[:8]))}" if lost else ""
    reasons[f"{place}.fields.published_on"] = f"by its heading; each as exact as it is written{told}"
    reasons[f"{place}.fields.as_of"] = "the day of publication stands for the day on which it was said: check"


def _add_date(
    kind: str, columns: list[Profile], taken: set[str], fields: dict[str, FieldSpec], place: str,
    reasons: dict[str, str],
) -> None:  # fmt: skip
    """Find the date of the event: a column headed so, or year and month in columns of their own."""
    name = KINDS[kind].date_attribute
    found = _date_guess(kind, columns, taken | {each for spec in fields.values() for each in spec.sources})
    if name is None or name in fields or found is None:
        return
    spec, reason = found
    for other in [other for other, given in fields.items() if set(given.sources) & set(spec.sources)]:
        del fields[other]
    fields[name] = spec
    reasons[f"{place}.fields.{name}"] = reason


def _date_guess(kind: str, columns: list[Profile], taken: set[str]) -> tuple[FieldSpec, str] | None:
    name = KINDS[kind].date_attribute
    if name is None or kind == "place":
        return None
    free = [each for each in columns if each.name not in taken and each.filled]
    heads = [*words().fields.get(name, []), *words().fields["occurred_on"]]
    for column in free:
        if is_headed(column.head, heads) and column.date_format is not None:
            spec = FieldSpec(column=column.name, formats=column.date_formats)
            return spec, f"by its heading; {column.date_note}"
    parts = [next((each for each in free if is_headed(each.head, words().parts[part]) and each.whole), None)
             for part in ("year", "month", "day")]  # fmt: skip
    if parts[0] is not None:
        known = [parts[0].name]
        for part in parts[1:]:
            if part is None:
                break
            known.append(part.name)
        if len(known) == 1:
            return FieldSpec(column=known[0], formats=["%Y"]), "the year alone: known to the year, acts on 31 December"
        exact = "day" if len(known) == 3 else "month"
        return FieldSpec(columns=known), f"year, month and day in columns of their own: known to the {exact}"
    dated = [each for each in free if each.date_format not in (None, "%Y", "%Y%m%d") and not each.numeric]
    if len(dated) == 1:
        spec = FieldSpec(column=dated[0].name, formats=dated[0].date_formats)
        return spec, f"the only dates in the file; {dated[0].date_note}"
    return None


def _add_constants(
    kind: str, columns: list[Profile], path: Path, fields: dict[str, FieldSpec], place: str, reasons: dict[str, str]
) -> None:
    """State what the file as a whole says: that all of it is suspected, cleared, administrative."""
    constants = [each for each in columns if each.distinct == 1 and not each.numeric]
    wanted = {"hazard": "classification", "release": "outcome", "activity": "activity_type", "place": "place_type"}
    name = wanted.get(kind)
    if name is not None and name not in fields:
        code_list = KINDS[kind].attributes[name].codes or ""
        for column in constants:
            share, _ = understood_share(column.values, code_list)
            if share == 1.0:
                fields[name] = FieldSpec(column=column.name)
                reasons[f"{place}.fields.{name}"] = f"one value throughout, {column.values[0]!r}, and it is understood"
                return
        default = {"activity": "clearance", "place": "admin", "hazard": "sha"}.get(kind)
        if default is not None:
            fields[name] = FieldSpec(constant=default)
            reasons[f"{place}.fields.{name}"] = f"the file does not say; {default!r} from its name: check"
    if kind == "hazard" and "status" not in fields:
        fields["status"] = FieldSpec(constant="open")
        reasons[f"{place}.fields.status"] = "the file does not say; open, so that nothing is taken for released: check"


def _check_sum(
    columns: list[Profile], frame: pl.DataFrame, fields: dict[str, FieldSpec], place: str, reasons: dict[str, str]
) -> None:
    """Find out whether the column headed injured leaves out those with an amputation."""
    names = ("casualties", "killed", "injured", "injured_with_amputation")
    if any(name not in fields or fields[name].column is None for name in names):
        return
    total, killed, injured, amputated = (numbers_of(frame.get_column(fields[name].column or "")) for name in names)
    if np.array_equal(total, killed + injured + amputated) and not np.array_equal(total, killed + injured):
        sources = [fields["injured"].column or "", fields["injured_with_amputation"].column or ""]
        fields["injured"] = FieldSpec(columns=sources, sum=True)
        reasons[f"{place}.fields.injured"] = (
            f"{fields['casualties'].column} is the sum of all three in every row: {sources[0]} alone leaves out those "
            f"with an amputation, who are injured too"
        )


def _reported_releases(activity: RecordSpec, gaps: set[str], reasons: dict[str, str]) -> list[RecordSpec]:
    """Make a release of each area that an activity reports; a column with gaps only where it says something."""
    made: list[RecordSpec] = []
    for outcome in ("cleared", "reduced", "cancelled"):
        area = activity.fields.get(f"area_{outcome}_m2")
        if area is None or area.column is None:
            continue
        fields = {"outcome": FieldSpec(constant=outcome), "area_reported_m2": area}
        if "ended_on" in activity.fields:
            fields["completed_on"] = activity.fields["ended_on"]
        if "items_found" in activity.fields and outcome == "cleared":
            fields["items_found"] = activity.fields["items_found"]
        place = f"record.{len(made) + 2}"
        reasons |= {
            f"{place}.kind": f"the area that the activity reports as {outcome}: a release without a polygon, reported "
                             f"only",
            f"{place}.geometry": "there is no polygon to release",
            f"{place}.links.1.to": "the activity of the same row",
        }
        when = When(column=area.column) if area.column in gaps else None
        made.append(RecordSpec(kind="release", name=f"{outcome} area", when=when, geometry=False, fields=fields,
                               links=[LinkSpec(attribute="activity_id", to="activity")]))
    return made


def _events(columns: list[Profile]) -> tuple[Profile, dict[str, str]] | None:
    """Find a column that says what kind of event each row is, where the rows are of several kinds."""
    known = words().fields["event_type"]
    for column in columns:
        if not 2 <= column.distinct <= 40:
            continue
        events = CODE_LISTS["event_type"]
        # Numbers are codes of a national register only under a heading that says so.
        scheme = "colombia_event" if is_headed(column.head, known) else ""
        read = {text: events.from_scheme(scheme, text) or events.understand(text) for text in column.values}
        meant = {text: code for text, code in read.items() if code in _EVENT_KINDS}
        if len(meant) == len(column.values) and len({_EVENT_KINDS[code] for code in meant.values() if code}) > 1:
            return column, {text: code for text, code in meant.items() if code}
    return None


def _event_records(
    columns: list[Profile], taken: set[str], split: tuple[Profile, dict[str, str]], reasons: dict[str, str]
) -> tuple[list[RecordSpec], str]:
    column, meant = split
    records: list[RecordSpec] = []
    for number, kind in enumerate(sorted({_EVENT_KINDS[code] for code in meant.values()}), 1):
        place = f"record.{number}"
        values = {text: code for text, code in sorted(meant.items()) if _EVENT_KINDS[code] == kind}
        guesses = fields_for(kind, columns, taken | {column.name})
        fields = {guess.attribute: guess.spec for guess in guesses}
        reasons |= {f"{place}.fields.{guess.attribute}": guess.reason for guess in guesses}
        _add_date(kind, columns, taken | {column.name}, fields, place, reasons)
        if "event_type" in KINDS[kind].attributes:
            fields["event_type"] = FieldSpec(column=column.name, values=dict(values))
            reasons[f"{place}.fields.event_type"] = "the register's own numbers, by its code table"
        if kind == "activity":
            military = set(values.values()) == {"clearance_military"}
            fields["activity_type"] = FieldSpec(constant="clearance_military" if military else "clearance")
        if kind == "hazard":
            fields |= {"classification": FieldSpec(constant="sha"), "status": FieldSpec(constant="open")}
        listed = "; ".join(f"{text} is {code}" for text, code in values.items())
        reasons[f"{place}.when"] = listed
        reasons[f"{place}.kind"] = "no column is a unique id: rows are matched by their text, identical rows stay apart"
        records.append(RecordSpec(kind=kind, when=When(column=column.name, is_in=list(values)), fields=fields))
    return records, f"the column {column.name!r} says what each row is"
