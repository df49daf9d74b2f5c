"""What does a page say of a sheet: what was written, where each doubt stands, what the traverse comes to?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from whitestone.errors import Refused
from whitestone.geodesy.crs import Operation
from whitestone.minefields.adjustment import adjust
from whitestone.minefields.sheet_format import OBJECTS
from whitestone.minefields.sheet_parts import SheetFinding
from whitestone.minefields.traverse import SheetGeometry
from whitestone.web import words

__all__ = ["Transcription", "facts_of", "finding_place", "transcription_of"]


def finding_place(finding: SheetFinding) -> str:
    """Name the place of a finding in the sheet for people: `records[0].legs[2].bearing` is "leg 3, bearing".

    >>> finding_place(SheetFinding(code="", path="records[0].legs[2].bearing", sentence=""))
    'leg 3, bearing'
    >>> finding_place(SheetFinding(code="", path="records[0].quantities.PMN-2", sentence=""))
    'quantities, PMN-2'
    >>> finding_place(SheetFinding(code="", path="records[0]", sentence=""))
    ''
    """
    parts = []
    for part in finding.path.replace("$", "").split("."):
        name, _sign, rest = part.partition("[")
        if name in ("", "records"):
            continue
        at = rest.rstrip("]")
        # Members are written small; a type of item, such as PMN-2, stands as the sheet writes it.
        shown = words.attribute_label(name).lower() if name.islower() else name
        parts.append(f"{shown.removesuffix('s')} {int(at) + 1}" if at.isdecimal() else shown)
    return ", ".join(parts)


def facts_of(laid: SheetGeometry) -> dict[str, str]:
    """Say what a traverse comes to: points, declination, convergence, transformation by its code, misclosure.

    >>> from whitestone.minefields.sheet_parts import Sheet
    >>> from whitestone.minefields.traverse import lay_out
    >>> facts_of(lay_out(Sheet(id="A", key="A")))
    {}
    """
    facts: dict[str, str] = {}
    if laid.stations:
        reached = int(sum(math.isfinite(each) for each in laid.east_m))
        facts[_("Points reached")] = f"{reached} / {len(laid.stations)}"
    if laid.declination_deg is not None:
        facts[_("Declination")] = f"{laid.declination_deg:.2f}° ({laid.measured_on or _('date assumed')})"
    if laid.convergence_deg is not None:
        facts[_("Convergence of the grid")] = f"{laid.convergence_deg:.2f}°"
    if laid.operation is not None:
        facts[_("Transformation")] = _operation(laid.operation)
    if laid.misclosure_m is not None:
        one_in = laid.misclosure_one_in
        facts[_("Misclosure")] = f"{words.figure(laid.misclosure_m, 1)} m" + (f", 1:{one_in:.0f}" if one_in else "")
        facts |= _adjusted(laid)
    return facts


def _operation(operation: Operation) -> str:
    accuracy = "" if operation.accuracy_m is None else f", {_('accurate to')} {operation.accuracy_m:g} m"
    code = "" if operation.code is None else f"EPSG:{operation.code}, "
    return f"{code}{operation.name}{accuracy}"


def _adjusted(laid: SheetGeometry) -> dict[str, str]:
    try:
        made = adjust(laid)
    except Refused:
        return {}
    most = max((float(each) for each in made.moved_m if math.isfinite(each)), default=0.0)
    return {_("Another version"): f"{made.label}; {_('a station moves by up to')} {words.figure(most, 1)} m"}


class Transcription(msgspec.Struct, frozen=True):
    """A sheet as it is read off the page: what stands once, and its tables (title, heads, rows of cells)."""

    once: list[tuple[str, str]]
    tables: list[tuple[str, list[str], list[list[str]]]]


def transcription_of(sheet: Mapping[str, Any]) -> Transcription:
    """Lay out a sheet of the published format as a person reads it; members that the format does not know as well.

    >>> transcription_of({"id": "A-17", "legs": [{"from": "R1", "bearing": "4?7"}]})
    Transcription(once=[('ID', 'A-17')], tables=[('Legs', ['From', 'Bearing'], [['R1', '4?7']])])
    >>> transcription_of({})
    Transcription(once=[], tables=[])
    """
    once: list[tuple[str, str]] = []
    tables: list[tuple[str, list[str], list[list[str]]]] = []
    order = {name: at for at, name in enumerate((*(each.name for each in OBJECTS["record"]), "crs", *OBJECTS))}
    for name, value in sorted(sheet.items(), key=lambda each: order.get(each[0], len(order))):
        title = _head(name)
        if value in (None, "", [], {}):
            continue
        if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
            known = [each.name for each in OBJECTS.get(name, ())]
            held = [part for part in dict.fromkeys([*known, *(key for each in value for key in each)])
                    if any(each.get(part) not in (None, "", [], {}) for each in value)]  # fmt: skip
            rows = [[_cell(each.get(part)) for part in held] for each in value]
            tables.append((title, [_head(part) for part in held], rows))
        else:
            once.append((title, _cell(value)))
    return Transcription(once, tables)


def _head(name: str) -> str:
    return " ".join(part for part in (words.attribute_label(name), words.unit_of(name)) if part)


def _cell(value: Any) -> str:
    """Write one value as it stands on the sheet; what is nested in a line, part by part."""
    if isinstance(value, Mapping):
        stated = [(str(name), part) for name, part in value.items() if part not in (None, "", [], {})]
        return ", ".join(f"{name.replace('_', ' ')}: {_cell(part)}" for name, part in stated)
    if isinstance(value, list):
        return " ".join(_cell(each) for each in value)
    return "" if value is None else str(value)
