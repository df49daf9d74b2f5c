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

from whitestone.domain.kinds import KINDS
from whitestone.domain.kinds import kind as kind_named
from whitestone.domain.revision import State
from whitestone.errors import InvalidValue, StoreFull, WrongCall
from whitestone.exchange.writers import (
    FORMATS,
    REFUSED_KINDS,
    About,
    ExportRecord,
    Written,
    file_sha256,
    write,
    write_about,
)
from whitestone.programme.opening import Clocks, Programme

__all__ = ["CAVEAT", "EXPORTABLE", "export"]

CAVEAT = "Internal: not for publication. Blank is not clear."
EXPORTABLE: tuple[str, ...] = tuple(name for name, each in KINDS.items() if not each.programme
                                    and name not in REFUSED_KINDS)
"""Kinds that leave with 'all'; casualties leave as counts only."""


def export(programme: Programme, kinds: Sequence[str], path: Path, clocks: Clocks, *, form: str | None = None,
           hxl: bool = False, approved_only: bool = True, caveat: str = CAVEAT) -> dict[str, Any]:
    """Export records of some kinds as they stood, to one file (several kinds: a GeoPackage with a layer each).

    `form` is one of the formats (default: by the file's name). The file appears whole or not at all, and beside it one
    with its hash. Refuses with Refused what house law 9 protects, with InvalidValue unknown kinds and formats, and with
    WrongCall several kinds in a format that holds one, or a place that cannot be written.
    """
    form = form or path.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise InvalidValue(field="format", value=form, why=f"one of {', '.join(FORMATS)}")
    names = list(EXPORTABLE) if list(kinds) == ["all"] else [kind_named(name).name for name in kinds]
    if len(names) > 1 and form != "gpkg":
        raise WrongCall(why=f"A {form} file holds one kind; give one --kind, or --format gpkg.")
    for name in names:
        if KINDS[name].programme:
            raise InvalidValue(field="kind", value=name, why="a record by which the programme runs is not exported")
    if not path.parent.is_dir():
        raise WrongCall(why=f"There is no folder {path.parent} to write into.")
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        about, written = _write(programme, names, part, clocks, form, hxl, approved_only, caveat, kinds)
        part.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(where=path.parent) from None
        raise WrongCall(why=f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)
    return _told(path, about, written, clocks, form)


def _write(programme: Programme, names: list[str], part: Path, clocks: Clocks, form: str, hxl: bool,
           approved_only: bool, caveat: str, asked: Sequence[str]) -> tuple[About, dict[str, Written]]:
    written: dict[str, Written] = {}
    about = _about(programme, names, clocks, approved_only, caveat)
    for name in names:
        states = programme.journal.states(name, on=clocks.on, known=clocks.known, approved_only=approved_only)
        records: Iterable[ExportRecord] = map(_record, states)
        if list(asked) == ["all"]:
            first = next(iter_records := iter(records), None)
            if first is None:
                continue  # 'all' means every kind of which there is a record
            records = _again(first, iter_records)
        said = msgspec.structs.replace(about, kind=name)
        written[name] = write(records, part, form, kind=name, about=said, hxl=hxl, beside=False)
    if not written:
        raise WrongCall(why="There is no record to export as of these clocks.")
    return about, written


def _again(first: ExportRecord, rest: Iterator[ExportRecord]) -> Iterator[ExportRecord]:
    yield first
    yield from rest


def _about(programme: Programme, names: list[str], clocks: Clocks, approved_only: bool, caveat: str) -> About:
    known = clocks.known_on.isoformat() if clocks.known_on else "now"
    question = f"{', '.join(names)}; situation on {clocks.on.isoformat()}, as known on {known}; " + (
        "approved statements only" if approved_only else "statements of every workflow step")
    from whitestone import __version__

    return About(export_id=str(uuid.uuid4()), programme=programme.settings.name, kind=names[0], filter=question,
                 exported_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), caveat=caveat,
                 code_lists=f"whitestone {__version__}", simulated=programme.settings.simulated)


def _record(state: State) -> ExportRecord:
    attributes = KINDS[state.kind].attributes
    body = {name: value for name, value in state.body.items()
            if not (name in attributes and attributes[name].personal)}
    return ExportRecord(record_id=state.record_id, kind=state.kind, body=body, extra=state.extra,
                        geometry=state.geometry, workflow=state.workflow.name.lower(), revisions=state.revisions,
                        information_date=state.true_from.isoformat() if state.true_from else None)


def _told(path: Path, about: About, written: dict[str, Written], clocks: Clocks, form: str) -> dict[str, Any]:
    digest = file_sha256(path)
    told = {name: {"count": each.count, "left_out": each.left_out, "records_sha256": each.records_sha256}
            for name, each in written.items()}
    answer = {**clocks.as_dict(), "file": path.name, "format": form, "sha256": digest, "kinds": told}
    write_about(path, {**msgspec.to_builtins(about), **answer})
    return {"export_id": about.export_id, "filter": about.filter, "caveat": about.caveat, **answer, "file": str(path)}
