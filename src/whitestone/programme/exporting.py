"""How do records leave the programme: which, as of which two clocks, in which format, and what is never let out?"""

from __future__ import annotations

import datetime as dt
import errno
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.codes import lists_version
from whitestone.domain.kinds import KINDS
from whitestone.domain.kinds import kind as kind_named
from whitestone.domain.revision import State
from whitestone.errors import InvalidValue, Refused, StoreFull, WrongCall
from whitestone.exchange.writers import (
    FORMATS,
    REFUSED_KINDS,
    RESTRICTED_KINDS,
    About,
    ExportRecord,
    Written,
    file_sha256,
    write,
    write_about,
)
from whitestone.programme.homecoming_rows import stated_date
from whitestone.programme.opening import Clocks, Programme

__all__ = ["CAVEAT", "EXPORTABLE", "FREE_TEXT", "RESTRICTED", "export"]

CAVEAT = "Internal: not for publication. Blank is not clear."
FREE_TEXT = "Free text (remarks and the like) leaves as written: it was not screened for what may identify a person."
RESTRICTED = "RESTRICTED: holds positions of handed-over minefield records, for clearance only; its reading was logged."
EXPORTABLE: tuple[str, ...] = tuple(name for name, each in KINDS.items() if not each.programme
                                    and name not in REFUSED_KINDS)
"""Kinds that leave with 'all'; casualties leave as counts only."""


def export(programme: Programme, kinds: Sequence[str], path: Path, clocks: Clocks, *, form: str | None = None,
           hxl: bool = False, approved_only: bool = True, caveat: str = CAVEAT,
           purpose: str | None = None, remaining: bool = False) -> dict[str, Any]:  # fmt: skip
    """Export records of some kinds as they stood, to one file (several kinds: a GeoPackage with a layer each).

    `remaining` writes hazards with the ground that is left of them, as the ledger counts it, in the place of their
    outline, and its m2 among `extra`; such rows never come home as records (their kind is "remaining").

    `form` is one of the formats (default: by the file's name). The file appears whole or not at all, and beside it one
    with its hash. `purpose` lets restricted kinds out, which the access log then tells (house law 10). Refuses with
    Refused what house law 9 protects and restricted kinds without a purpose, with InvalidValue unknown kinds and
    formats, and with WrongCall several kinds in a format that holds one, or a place that cannot be written.
    """
    form = form or path.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise InvalidValue(field="format", value=form, why=f"one of {', '.join(FORMATS)}")
    if remaining and (list(kinds) != ["hazard"] or not approved_only):
        raise WrongCall(why="What is left is ground of hazards, counted from approved statements: --kind hazard alone.")
    asked = Asked(_names(kinds, purpose), list(kinds) == ["all"], form, hxl, approved_only, _said(caveat), purpose,
                  remaining)
    if len(asked.names) > 1 and form != "gpkg":
        raise WrongCall(why=f"A {form} file holds one kind.", fix="Give one --kind, or --format gpkg.")
    if not path.parent.is_dir():
        raise WrongCall(why=f"There is no folder {path.parent} to write into.",
                        fix="Make the folder, or name another place.")
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        about, written = _write(programme, asked, part, clocks)
        _log(programme, about, written, purpose)
        part.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(where=path.parent) from None
        raise WrongCall(why=f"{path} cannot be written: {error.strerror or error}.",
                        fix="Check the name, and that you may write there; then call again.") from None
    finally:
        part.unlink(missing_ok=True)
    left_out = _left_out(programme, asked, clocks)
    return _told(path, about, written, clocks, form, left_out)


class Asked(msgspec.Struct, frozen=True):
    """What is to be exported, and how."""

    names: list[str]
    everything: bool
    form: str
    hxl: bool
    approved_only: bool
    caveat: str
    purpose: str | None
    remaining: bool = False


def _names(kinds: Sequence[str], purpose: str | None) -> list[str]:
    if list(kinds) == ["all"]:
        return [name for name in EXPORTABLE if purpose or name not in RESTRICTED_KINDS]
    names = [kind_named(name).name for name in kinds]
    for name in names:
        if KINDS[name].programme:
            raise InvalidValue(field="kind", value=name, why="a record by which the programme runs is not exported")
        if name in RESTRICTED_KINDS and not purpose:
            raise Refused(what=f"Exporting {KINDS[name].plural}",
                          rule="they are restricted, and every reading of them is logged (house law 10)",
                          remedy='Say for what: --restricted --purpose "WHY".')
    return names


def _said(caveat: str) -> str:
    return f"{caveat} {FREE_TEXT}"


def _log(programme: Programme, about: About, written: dict[str, Written], purpose: str | None) -> None:
    """Tell the access log what restricted rows are about to leave, and for what."""
    for name in sorted(RESTRICTED_KINDS & written.keys()):
        detail = f"export {about.export_id}: {written[name].count} {KINDS[name].plural}; {about.filter}"
        programme.journal.seals.note(purpose=purpose or "", by=programme.who, event="restricted exported",
                                     detail=detail)


def _left_out(programme: Programme, asked: Asked, clocks: Clocks) -> dict[str, int]:
    """Count the records of kinds that 'all' leaves out because they are protected."""
    if not asked.everything:
        return {}
    kinds = sorted((REFUSED_KINDS | RESTRICTED_KINDS) - set(asked.names))
    counts = {kind: sum(programme.journal.count(kind, on=clocks.on, known=clocks.known,
                                                approved_only=asked.approved_only).values()) for kind in kinds}
    return {kind: count for kind, count in counts.items() if count}


def _write(programme: Programme, asked: Asked, part: Path, clocks: Clocks) -> tuple[About, dict[str, Written]]:
    written: dict[str, Written] = {}
    about = _about(programme, asked, clocks)
    for name in asked.names:
        states = programme.journal.states(name, on=clocks.on, known=clocks.known, approved_only=asked.approved_only)
        records: Iterable[ExportRecord] = (_record(programme, state) for state in states)
        if asked.remaining:
            records = _left_of(programme, clocks, records)
        if asked.everything:
            first = next(iter_records := iter(records), None)
            if first is None:
                continue  # 'all' means every kind of which there is a record
            records = _again(first, iter_records)
        said = msgspec.structs.replace(about, kind=name)
        if name in RESTRICTED_KINDS:
            said = msgspec.structs.replace(said, caveat=f"{RESTRICTED} {about.caveat}")
        written[name] = write(records, part, asked.form, kind=name, about=said, hxl=asked.hxl, beside=False,
                              restricted=bool(asked.purpose))
    if not written:
        raise WrongCall(why="There is no record to export as of these clocks.",
                        fix="Import something first, or name another day, kind or dataset.")
    if RESTRICTED_KINDS & written.keys():
        about = msgspec.structs.replace(about, caveat=f"{RESTRICTED} {about.caveat}")
    return about, written


def _left_of(programme: Programme, clocks: Clocks, records: Iterable[ExportRecord]) -> Iterator[ExportRecord]:
    """Give the hazards that have ground left, with that ground."""
    from whitestone.programme.remaining_kept import ground_left

    left = {each.record_id: each for each in ground_left(programme, clocks)}
    for record in records:
        if (found := left.get(record.record_id)) is not None:
            yield msgspec.structs.replace(record, kind="remaining", geometry=found.geometry,
                                          extra={**record.extra, "remaining_m2": found.m2})


def _again(first: ExportRecord, rest: Iterator[ExportRecord]) -> Iterator[ExportRecord]:
    yield first
    yield from rest


def _about(programme: Programme, asked: Asked, clocks: Clocks) -> About:
    known = clocks.known_on.isoformat() if clocks.known_on else "now"
    names = "ground left of hazards, each square metre once" if asked.remaining else ", ".join(asked.names)
    question = f"{names}; situation on {clocks.on.isoformat()}, as known on {known}; " + (
        "approved statements only" if asked.approved_only else "statements of every workflow step")
    from whitestone import __version__

    return About(export_id=str(uuid.uuid4()), programme=programme.settings.name, kind=asked.names[0], filter=question,
                 exported_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), caveat=asked.caveat,
                 code_lists=f"whitestone {__version__}, code lists {lists_version(programme.lists)}",
                 simulated=programme.settings.simulated)


def _record(programme: Programme, state: State) -> ExportRecord:
    attributes = KINDS[state.kind].attributes
    body = {name: value for name, value in state.body.items()
            if not (name in attributes and attributes[name].personal)}
    return ExportRecord(record_id=state.record_id, kind=state.kind, body=body, extra=state.extra,
                        geometry=state.geometry, workflow=state.workflow.name.lower(), revisions=state.revisions,
                        information_date=stated_date(programme.journal, state))


def _told(path: Path, about: About, written: dict[str, Written], clocks: Clocks, form: str,
          left_out: dict[str, int]) -> dict[str, Any]:  # fmt: skip
    digest = file_sha256(path)
    told = {name: {"count": each.count, "left_out": each.left_out, "records_sha256": each.records_sha256}
            for name, each in written.items()}
    answer = {**clocks.as_dict(), "file": path.name, "format": form, "sha256": digest, "kinds": told,
              "protected_left_out": left_out}
    write_about(path, {**msgspec.to_builtins(about), **answer})
    return {"export_id": about.export_id, "filter": about.filter, "caveat": about.caveat, **answer, "file": str(path)}
