"""What is wrong with one sheet, and where in it?

A finding is a question to a person; the record is kept whatever it says.
Limits are wide: a sheet made with compass and paces misses its own start by some per cent, and that is no fault.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

import numpy as np

from whitestone.geodesy.bearings import UNITS
from whitestone.minefields.directions import bearing_over_turn
from whitestone.minefields.production import earliest
from whitestone.minefields.readings import Reading
from whitestone.minefields.sheet_parts import Leg, Sheet, SheetFinding
from whitestone.minefields.traverse import Closure, SheetGeometry

__all__ = ["check_sheet"]

OPEN_SHARE = 0.10
"""A loop that misses by more than a tenth of its length closes nowhere: four times what compass and paces explain."""
OPEN_LEAST_M = 15.0
"""Loops that miss by less are never called open: reading to 10 thousandths and whole paces makes that much."""
FAR_APART_M = 100_000.0
"""Two reference points of one sheet farther apart than this cannot both be meant."""


def check_sheet(sheet: Sheet, geometry: SheetGeometry) -> list[SheetFinding]:
    """Check one sheet and how it lies on the ground, as written; a sheet without fault gives an empty list.

    >>> from whitestone.minefields.traverse import lay_out
    >>> empty = Sheet(id="A", key="A")
    >>> [each.code for each in check_sheet(empty, lay_out(empty))]
    ['reference-point-missing', 'perimeter-missing']
    """
    found = [
        *_references(sheet, geometry),
        *_bearings(sheet),
        *_closing(sheet, geometry),
        *_stations(sheet, geometry),
        *_counts(sheet),
        *_dates(sheet),
    ]
    return [
        SheetFinding(
            code=code,
            path=f"records[{sheet.at}]{_LISTED.sub(lambda found: _on_the_sheet(found, sheet), path)}",
            sentence=sentence,
            sheet=sheet.key,
            severity=severity,
            written=written,
        )
        for code, path, sentence, severity, written in found
    ]


Found = tuple[str, str, str, str, str | None]
_LISTED = re.compile(r"^\.(\w+)\[(\d+)\]")


def _on_the_sheet(found: re.Match[str], sheet: Sheet) -> str:
    """Name a member of a list by where it stands on the sheet: what is no leg has a place among the legs as well."""
    name, at = found[1], int(found[2])
    return f".{name}[{sheet.places[name][at] if name in sheet.places else at}]"


_NOWHERE = "no reference point has a position: the sheet has a shape, but no place, until a person resolves a landmark"


def _references(sheet: Sheet, geometry: SheetGeometry) -> Iterator[Found]:
    if not sheet.reference_points:
        yield ("reference-point-missing", ".reference_points", _NOWHERE, "error", None)
    for at, anchor in enumerate(geometry.anchors):
        point = sheet.reference_points[at]
        where = f".reference_points[{at}]"
        if anchor.fault:
            code, sentence = anchor.fault
            yield code, where, sentence, "error", point.coordinate or f"{point.x.written}, {point.y.written}"
        stated = (point.crs or sheet.crs).operation
        if stated is not None and anchor.placed and not anchor.resolved and (
            anchor.operation is None or anchor.operation.code != stated
        ):
            used = "none is needed" if anchor.operation is None else f"EPSG:{anchor.operation.code} is taken (assumed)"
            sentence = f"operation EPSG:{stated} does not lead from EPSG:{anchor.epsg} to WGS 84; {used}"
            yield "operation-unfit", where, sentence, "warning", str(stated)
        for words in anchor.said:
            if "zone" in words and ("put back" in words or "read as" in words):
                yield "zone-contradicts", where, words, "warning", point.x.written
    if sheet.reference_points and geometry.anchor_lonlat is None:
        yield ("reference-point-missing", ".reference_points", _NOWHERE, "error", None)
    yield from _contradictions(sheet, geometry)


def _contradictions(sheet: Sheet, geometry: SheetGeometry) -> Iterator[Found]:
    """Tell reference points that cannot all be right: by the legs between them, by distance, or by one name for two."""
    index = {point.no: at for at, point in reversed(list(enumerate(sheet.reference_points)))}
    for closure in geometry.closures:
        if closure.leg < 0 and _is_open(closure):
            name = geometry.stations[closure.station]
            yield (
                "reference-points-contradict",
                f".reference_points[{index[name]}]",
                f"by the legs, reference point {name} lies {closure.misclosure_m:.0f} m from where its "
                f"coordinates put it ({closure.length_m:.0f} m walked): one of the two, or a leg between, is wrong",
                "error",
                None,
            )
    east, north = geometry.anchor_east_m, geometry.anchor_north_m
    for at in range(1, len(east)):
        apart = float(np.hypot(east[at] - east[0], north[at] - north[0]))
        if apart > FAR_APART_M:
            name = geometry.stations[int(geometry.anchor_stations[at])]
            yield (
                "reference-points-contradict",
                f".reference_points[{index[name]}]",
                f"reference point {name} lies {apart / 1000:.0f} km from the first one",
                "error",
                None,
            )
    seen: dict[str, int] = {}
    for at, point in enumerate(sheet.reference_points):
        first = seen.setdefault(point.no, at)
        if first != at and (point.x.readings, point.y.readings) != (
            sheet.reference_points[first].x.readings,
            sheet.reference_points[first].y.readings,
        ):
            yield (
                "reference-points-contradict",
                f".reference_points[{at}].no",
                f"two reference points are called {point.no} and lie in two places; the first one counts",
                "error",
                point.no,
            )


def _bearings(sheet: Sheet) -> Iterator[Found]:
    for at, leg in enumerate(sheet.legs):
        if leg.unit != "unknown" and leg.bearing.readings and bearing_over_turn(leg, leg.unit):
            yield ("bearing-over-turn", f".legs[{at}].bearing", _over(leg), "error", leg.bearing.written)
        if leg.bearing.unknown and leg.bearing.written is None:
            yield "bearing-missing", f".legs[{at}].bearing", f"leg {_named(leg)} states no bearing", "warning", None
        if leg.distance.unknown and leg.distance.written is None:
            yield "distance-missing", f".legs[{at}].distance", f"leg {_named(leg)} states no distance", "warning", None
        if leg.distance.value == 0.0:
            yield "distance-nought", f".legs[{at}].distance", f"leg {_named(leg)} has no length", "warning", "0"


def _over(leg: Leg) -> str:
    number = max(leg.bearing.readings)
    if not leg.unit.startswith("mil"):
        turn = f"{UNITS[leg.unit]:g} {leg.unit}"
        return f"bearing {leg.bearing.written} of leg {_named(leg)} is more than a full turn of {turn}"
    hundreds = UNITS[leg.unit] / 100
    other = "; as mil6400 it would be possible" if leg.unit == "mil6000" and number <= UNITS["mil6400"] else ""
    place = _ordinal(int(number // 100) + 1)
    return (
        f"bearing {leg.bearing.written} of leg {_named(leg)} lies in the {place} hundred of thousandths, a"
        f" turn of {leg.unit} has {hundreds:.0f}{other}"
    )


def _closing(sheet: Sheet, geometry: SheetGeometry) -> Iterator[Found]:
    for closure in geometry.closures:
        if closure.leg >= 0 and _is_open(closure):
            leg = sheet.legs[closure.leg]
            yield (
                "traverse-open",
                f".legs[{closure.leg}]",
                f"leg {_named(leg)} misses {leg.end} by "
                f"{closure.misclosure_m:.1f} m after {closure.length_m:.0f} m (1:{closure.one_in or 0:.0f}): "
                "the traverse closes nowhere",
                "error",
                None,
            )


def _stations(sheet: Sheet, geometry: SheetGeometry) -> Iterator[Found]:
    reached = {geometry.stations[at] for at in geometry.order}
    for at, name in enumerate(sheet.perimeter):
        if name not in reached:
            yield ("station-unreached", f".perimeter[{at}]", f"no leg leads to {name} of the perimeter", "error", name)
    for at, row in enumerate(sheet.rows):
        for end in (row.start, row.end):
            if end is not None and end not in reached:
                yield "station-unreached", f".rows[{at}]", f"no leg leads to {end} of row {row.no}", "warning", end
    for at, leg in enumerate(sheet.legs):
        if not ({leg.start, leg.end} & reached):
            yield (
                "leg-unconnected",
                f".legs[{at}]",
                f"leg {_named(leg)} hangs together with nothing that has a place",
                "warning",
                None,
            )
    if not len(geometry.perimeter):
        yield (
            "perimeter-missing",
            ".perimeter",
            "the sheet states no perimeter and its legs close none",
            "warning",
            None,
        )
    elif len(geometry.perimeter) < 3:
        yield "perimeter-short", ".perimeter", "a perimeter of fewer than three stations holds no ground", "error", None


def _counts(sheet: Sheet) -> Iterator[Found]:
    """Compare sums with totals, type by type; a number in doubt contradicts nothing that one of its readings allows."""
    for kind in sorted({kind for row in sheet.rows for kind in row.count}):
        stated = sheet.quantities.get(kind)
        rows = _sum(row.count[kind] for row in sheet.rows if kind in row.count)
        whole = all(kind in row.count for row in sheet.rows)
        if stated is not None and rows is not None and not _agree(rows, stated, at_most=not whole):
            yield (
                "counts-differ",
                f".quantities.{kind}",
                f"the rows hold {_range(rows)} {kind}, the sheet states {stated.written}",
                "warning",
                stated.written,
            )
    total = _sum(sheet.quantities.values())
    if sheet.quantities and total is not None and not sheet.total.unknown and not _agree(total, sheet.total):
        yield (
            "counts-differ",
            ".total",
            f"the quantities sum to {_range(total)}, the sheet's total is {sheet.total.written}",
            "warning",
            sheet.total.written,
        )


def _sum(readings: Iterable[Reading]) -> tuple[float, float] | None:
    """Sum smallest and largest readings; None where one is unknown, so that nothing is compared with it."""
    held = [each.readings for each in readings]
    if not held or not all(held):
        return None
    return sum(min(each) for each in held), sum(max(each) for each in held)


def _agree(summed: tuple[float, float], stated: Reading, *, at_most: bool = False) -> bool:
    if stated.unknown:
        return True
    low, high = min(stated.readings), max(stated.readings)
    return summed[0] <= high and (at_most or summed[1] >= low)


def _dates(sheet: Sheet) -> Iterator[Found]:
    dated = [
        (name, value)
        for name, value in (
            ("laid_from", sheet.laid_from),
            ("laid_to", sheet.laid_to),
            ("recorded_on", sheet.recorded_on),
        )
        if value is not None
    ]
    for (first, early), (second, late) in itertools.pairwise(dated):
        if early.first_day > late.last_day:
            yield ("dates-reversed", f".{second}", f"{second} {late} lies before {first} {early}", "warning", str(late))
    laid = sheet.laid_to or sheet.recorded_on or sheet.laid_from
    kinds = dict.fromkeys(
        [
            *sheet.quantities,
            *(kind for row in sheet.rows for kind in row.count),
            *(item.type for item in sheet.items if item.type),
        ]
    )
    for kind in kinds if laid is not None else ():
        made = earliest(kind)
        if laid is not None and made is not None and laid.last_day.year < made.not_before:
            severity = "warning" if made.basis == "source" else "notice"
            name = "laid_to" if sheet.laid_to else "recorded_on" if sheet.recorded_on else "laid_from"
            yield (
                "before-the-type",
                f".{name}",
                f"laid by {laid}, but {kind} is known from {made.not_before} on "
                f"({made.source}): the date, the type or the reading of one of them is wrong",
                severity,
                str(laid),
            )


def _is_open(closure: Closure) -> bool:
    return closure.misclosure_m > max(OPEN_LEAST_M, OPEN_SHARE * closure.length_m)


def _named(leg: Leg) -> str:
    return f"{leg.start} to {leg.end}"


def _range(values: tuple[float, float]) -> str:
    return f"{values[0]:g}" if values[0] == values[1] else f"{values[0]:g} to {values[1]:g}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
