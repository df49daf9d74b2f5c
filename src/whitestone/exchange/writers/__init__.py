"""In which formats do records leave, and what does every file say of itself?

One module per format behind `write`; `read_back` is the way home: what it gives equals what was written.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.domain.codes import CODE_LISTS, lists_version
from whitestone.domain.kinds import kind as kind_named
from whitestone.errors import InvalidValue, Refused
from whitestone.exchange.writers.model import About, ExportRecord, Writer, Written, file_sha256, table_of

__all__ = ["FORMATS", "REFUSED_KINDS", "RESTRICTED_KINDS", "About", "ExportRecord", "Written", "about_path",
           "file_sha256", "write", "write_about"]

FORMATS: Mapping[str, str] = MappingProxyType({
    "gpkg": "gpkg_file.write_gpkg", "geojson": "geojson_file.write_geojson", "kml": "kml_file.write_kml",
    "csv": "csv_file.write_csv", "xlsx": "xlsx_file.write_xlsx", "gpx": "gpx_file.write_gpx",
})
REFUSED_KINDS = frozenset(("casualty", "consent", "protected_source"))
"""Kinds whose rows are persons."""
RESTRICTED_KINDS = frozenset(("minefield_record",))
"""Kinds that leave only when somebody says for what, which is logged (house law 10)."""


def write(records: Iterable[ExportRecord], path: Path, format: str, *, kind: str, about: About | None = None,  # noqa: A002
          hxl: bool = False, caveat: str = "Internal: not for publication.", beside: bool = True,
          restricted: bool = False) -> Written:  # fmt: skip
    """Write records of one kind to a file that says what it is, with a file beside it that holds its hash.

    `beside` false leaves that second file to the caller, who may be writing several layers.
    The file appears whole or not at all (a GeoPackage that is there gets one more layer). Refuses an unknown format
    or kind with InvalidValue, and with Refused casualties row by row (house law 9) and, unless `restricted` says that
    their leaving is allowed and logged, minefield records (house law 10).
    """
    if format not in FORMATS:
        raise InvalidValue(field="format", value=format, why=f"one of {', '.join(FORMATS)}")
    kind_named(kind)
    if kind in REFUSED_KINDS:
        raise Refused(what="Exporting casualties row by row",
                      rule="people are protected: rows about persons leave only with disclosure control",
                      remedy="Figures: 'whitestone casualties public'. Of who agreed: 'whitestone casualties "
                             "identified-export'.")
    if kind in RESTRICTED_KINDS and not restricted:
        raise Refused(what=f"Exporting {kind_named(kind).plural}",
                      rule="they are restricted, and every reading of them is logged",
                      remedy='Say for what: whitestone export --restricted --purpose "WHY".')
    module, function = FORMATS[format].split(".")
    writer: Writer = getattr(importlib.import_module(f"whitestone.exchange.writers.{module}"), function)
    table = table_of(kind, records, about or _plain_about(kind, caveat))
    part = path if format == "gpkg" else path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        left_out = writer(table, part, hxl=hxl)
        if part != path:
            part.replace(path)
    finally:
        if part != path:
            part.unlink(missing_ok=True)
    written = Written(table.count - left_out, file_sha256(path), left_out, table.digest.hexdigest())
    if beside:
        said = {**msgspec.to_builtins(table.about), "format": format, "file": path.name}
        write_about(path, {**said, **msgspec.to_builtins(written)})
    return written


def _plain_about(kind: str, caveat: str) -> About:
    return About(export_id=str(uuid.uuid4()), programme="", kind=kind, filter="everything",
                 exported_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                 code_lists=lists_version(CODE_LISTS), caveat=caveat)


def about_path(path: Path) -> Path:
    """Name the file beside an export that says what it is and holds its hash.

    >>> about_path(Path("hazards.csv")).name
    'hazards.csv.about.json'
    """
    return path.with_name(path.name + ".about.json")


def write_about(path: Path, said: dict[str, Any]) -> None:
    """Write what an export says of itself into the file beside it."""
    about_path(path).write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
