"""What does a team hold in its hands: which ground is searched, by whom, until when, and where the field may lie?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.reports.maps import MapLayer, draw_map
from whitestone.reports.model import LAW_5, Cell, Report, Section, Table

__all__ = ["CORNERS", "FieldSheet", "SheetArea", "field_sheet_report"]

CORNERS = 60
"""Corners of the outline printed as numbers; a longer outline is thinned, and the table says by how much."""

_LIMITS = (
    "The outlines say where the field of a sheet most likely lies, if there is one: one mine of a hundred is expected "
    "outside the 99 % outline even where the sheet is true, and mines that no sheet tells of may lie anywhere. The "
    "hazard stays a hazard, whole, until its ground is released. Positions are in WGS 84, degrees."
)


class SheetArea(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet on the ground: outlines in the programme's plane (metres) by level, own figures, outer corners."""

    id: str
    outlines: dict[str, Any]
    outer_degrees: Any
    p_field: float | None = None
    finds_explained: float | None = None
    searched_share: dict[str, float | None] = {}


class FieldSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a field sheet says; `hazards` are names with shapes in the plane (metres)."""

    team: str
    begins: dt.date
    until: dt.date
    level: str
    sheets: tuple[SheetArea, ...]
    hazards: tuple[tuple[str, Any], ...]
    searched: tuple[Any, ...] = ()
    outside_m2: float = 0.0
    """Of the ordered ground: lies outside the hazards that are named."""


def field_sheet_report(
    sheet: FieldSheet, *, programme: str, made_at: dt.datetime, head: str, caveat: str, simulated: bool
) -> Report:
    """Assemble the field sheet as a report: what to search, the map, the corners, the limits."""
    return Report(
        title=f"Field sheet: {', '.join(each.id for each in sheet.sheets)}",
        programme=programme,
        situation_on=made_at.date(),
        as_known_on=None,
        made_at=made_at,
        head=head,
        simulated=simulated,
        marking=caveat,
        sections=(
            _order(sheet),
            _map(sheet),
            *[_corners(each, sheet.level) for each in sheet.sheets],
            Section(title="What this does not say", words=f"{_LIMITS} {LAW_5}"),
        ),
    )


def _order(sheet: FieldSheet) -> Section:
    names = ", ".join(name for name, _ in sheet.hazards)
    words = (
        f"Searched by: {sheet.team}. From {sheet.begins} until {sheet.until}. "
        f"Ground: the {sheet.level} % outline of each sheet below, with hazard {names}."
    )
    if sheet.outside_m2 > 0.5:
        words += (
            f" {sheet.outside_m2:,.0f} m² of it lie outside the recorded hazard: tell the operations office "
            "before work begins, since the hazard may have to grow."
        )
    rows: list[tuple[Cell, ...]] = []
    for each in sheet.sheets:
        for level, shape in each.outlines.items():
            share = each.searched_share.get(level)
            rows.append(
                (
                    each.id,
                    f"{level} %",
                    float(shape.area),
                    None if share is None else 100 * share,
                    "search" if level == sheet.level else "within" if int(level) < int(sheet.level) else "beyond",
                    None if each.p_field is None else round(each.p_field, 2),
                    _plain(each.finds_explained),
                )
            )
    columns = ("Sheet", "Outline", "Area (m²)", "Searched already (%)", "This order", "P(field)", "Finds explained")
    numeric = (False, False, True, True, False, True, True)
    return Section(
        title="What is searched, by whom, until when",
        words=words,
        table=Table(columns=columns, rows=tuple(rows), numeric=numeric),
    )


def _plain(value: float | None) -> Cell:
    return None if value is None else round(float(value), 1)


def _map(sheet: FieldSheet) -> Section:
    layers = [_layer("hazard", [shape for _, shape in sheet.hazards]), _layer("searched", sheet.searched)]
    layers += [
        _layer(f"outline_{level}", [each.outlines[level] for each in sheet.sheets if level in each.outlines])
        for level in ("99", "90", "50")
    ]
    says = "Hazard, ground searched already, and the outlines that hold 99, 90 and 50 % of the chance"
    return Section(title="Map", svg=draw_map([each for each in layers if len(each.geometry)]), svg_says=says)


def _layer(style: str, shapes: Sequence[Any]) -> MapLayer:
    return MapLayer(style=style, geometry=np.array(list(shapes), dtype=object))


def _corners(each: SheetArea, level: str) -> Section:
    """Print the corners of the ordered outline; thin a long one and say so."""
    shape, thinned_m = each.outer_degrees, 0.0
    while shapely.get_num_coordinates(shape) > CORNERS and thinned_m < 200:
        thinned_m = thinned_m * 2 or 2.0
        shape = each.outer_degrees.simplify(thinned_m / 111_000)
    rows = []
    for number, part in enumerate(shapely.get_parts(shape), start=1):
        if part.geom_type == "Polygon":
            for corner, (lon, lat) in enumerate(shapely.get_coordinates(part.exterior)[:-1], start=1):
                rows.append((f"{number}.{corner}", f"{lat:.6f}", f"{lon:.6f}"))
    limit = f"Thinned by up to {thinned_m:.0f} m for print; the GPX file holds every corner." if thinned_m else None
    return Section(
        title=f"Sheet {each.id}: corners of the {level} % outline",
        table=Table(
            columns=("Part.corner", "Latitude", "Longitude"), rows=tuple(rows), numeric=(False, True, True), limit=limit
        ),
    )
