"""How does each of the three operators of the simulated district hand in its work?

Amber writes GeoJSON and plain CSV; Birch works in UTM, writes workbooks and dates with the day first; Cedar writes
Latin-1 tables with semicolons, decimal commas, degrees and minutes, and its own words. Each file comes with the
mapping under which it is brought in: what a user would write, in the same format.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import shapely

from whitestone.exchange.mapping.model import (
    DatasetSpec,
    FieldSpec,
    FileSpec,
    LinkSpec,
    Mapping,
    PlaceSpec,
    PositionSpec,
    RecordSpec,
)
from whitestone.exchange.mapping.text import to_toml
from whitestone.programme.demo.world import OPERATORS, Row, World, onto_globe

__all__ = ["CEDAR", "UTM", "Delivery", "to_utm", "write_deliveries", "write_features"]

UTM = "EPSG:32624"
CEDAR = {
    "classification": {"sha": "sospechosa", "cha": "confirmada"},
    "status": {"open": "abierta", "worked_on": "en trabajo", "closed": "cerrada"},
    "outcome": {"cancelled": "descartado", "reduced": "reducido", "cleared": "despejado"},
}
"""Cedar's own words, by column."""
_WORDS = ("category", "model", "activity_type", "task_status")
_ORDER = ("hazard", "task", "activity", "release", "item")


class Delivery(msgspec.Struct, frozen=True):
    """One file of one operator, with the mapping under which it comes in."""

    path: Path
    mapping: Path


def write_deliveries(world: World, folder: Path) -> list[Delivery]:
    """Write every operator's files and mappings into a folder; return them in the order in which they come in."""
    deliveries = []
    for operator in OPERATORS:
        home = folder / operator
        home.mkdir(parents=True, exist_ok=True)
        for kind in _ORDER:
            mapping = home / f"{kind}.toml"
            mapping.write_text(to_toml(_mapping(operator, kind)), encoding="utf-8")
            for name, rows in _editions(world, operator, kind):
                path = home / f"{name}{_SUFFIX[operator, kind in ('hazard', 'release')]}"
                _WRITERS[operator, kind in ("hazard", "release")](path, rows)
                deliveries.append(Delivery(path, mapping))
    return deliveries


def _editions(world: World, operator: str, kind: str) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Give the files of a kind: hazards as first reported, then as they changed, each change in a later file."""
    rows = world.of(kind, operator)
    yield kind, [_cells(operator, kind, row) for row in rows]
    for step in range(max((len(row.get("changes", ())) for row in rows), default=0)):
        changed = [(row, row["changes"][step]) for row in rows if len(row["changes"]) > step]
        yield f"{kind}_change_{step + 1}", [_cells(operator, kind, {**row, **change}) for row, change in changed]


def _cells(operator: str, kind: str, row: Row) -> dict[str, Any]:
    """Write a row's cells in the operator's own words; `_shape` is the geometry in degrees."""
    cells: dict[str, Any] = {"id": row["local_id"], "commune": row["commune"]}
    for name in _ATTRIBUTES[kind]:
        cells[name] = row.get(name)
    if kind == "hazard":
        cells["as_of"] = row.get("on", row["discovered_on"])
        cells["contamination"] = "|".join(row["contamination"])
    if kind == "activity":
        for outcome in ("cancelled", "reduced", "cleared"):
            cells[f"area_{outcome}"] = row["area_m2"] if row["outcome"] == outcome else None
    cells = {name: _habit(operator, name, value) for name, value in cells.items()}
    cells["_shape"] = _slipped(onto_globe(row["shape"]), row.get("slip"))
    return cells


_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "hazard": ("classification", "status", "discovered_on", "closed_on", "closure_reason", "area_reported_m2",
               "area_basis"),
    "task": ("hazard", "issued_on", "task_status"),
    "activity": ("hazard", "task", "activity_type", "started_on", "ended_on", "team_size", "working_days",
                 "depth_required_cm", "depth_achieved_cm", "items_found"),
    "release": ("hazard", "activity", "outcome", "completed_on", "approved_on", "area_reported_m2"),
    "item": ("activity", "category", "model", "quantity", "quantity_destroyed", "found_on", "destroyed_on", "depth_cm"),
}  # fmt: skip


def _habit(operator: str, name: str, value: Any) -> Any:
    if operator == "BI" and name.endswith(("_on", "as_of")) and value:
        return dt.date.fromisoformat(value).strftime("%d/%m/%Y")
    if operator == "CE" and isinstance(value, str):
        return CEDAR.get(name, {}).get(value, value)
    if operator == "CE" and isinstance(value, float):
        return str(value).replace(".", ",")
    return value


def _slipped(shape: Any, slip: str | None) -> Any:
    """Make the slips of the pen that only written degrees can have."""
    if slip is None or shape is None:
        return shape
    x, y = shape.x, shape.y
    coarse = (round(x, 2), round(y, 2))
    moved = {"away": (x + 11, y), "swapped": (y, x), "sign": (-x, y), "zero": (0.0, 0.0), "coarse": coarse}
    return shapely.Point(*moved[slip])


def write_features(path: Path, rows: list[dict[str, Any]], crs: str | None = None, digits: int = 2) -> None:
    """Write rows with their `_shape` (degrees) as GeoJSON, in UTM with so many decimals where `crs` names it."""
    features = []
    for row in rows:
        shape = row["_shape"]
        if crs and shape is not None:
            shape = to_utm(shape, digits)
        properties = {key: value for key, value in row.items() if key != "_shape"}
        geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    name = f"urn:ogc:def:crs:{crs.replace(':', '::')}" if crs else ""
    member = {"crs": {"type": "name", "properties": {"name": name}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **member, "features": features}), encoding="utf-8")


def _birch_shapes(path: Path, rows: list[dict[str, Any]]) -> None:
    write_features(path, rows, UTM)


def to_utm(shape: Any, digits: int = 2) -> Any:
    """Turn a shape in degrees into UTM metres with so many decimals."""
    import numpy as np
    from pyproj import Transformer

    there = Transformer.from_crs("EPSG:4326", UTM, always_xy=True)
    return shapely.transform(shape, lambda xy: np.round(np.column_stack(there.transform(xy[:, 0], xy[:, 1])), digits))


def _point_cells(
    rows: list[dict[str, Any]], x: str, y: str, write: Callable[[Any], tuple[Any, Any]]
) -> list[dict[str, Any]]:
    made = []
    for row in rows:
        point = None if row["_shape"] is None else row["_shape"].centroid
        across, up = ("", "") if point is None else write(point)
        made.append({**{key: value for key, value in row.items() if key != "_shape"}, x: across, y: up})
    return made


def _amber_table(path: Path, rows: list[dict[str, Any]]) -> None:
    cells = _point_cells(rows, "longitude", "latitude", lambda at: (f"{at.x:.6f}", f"{at.y:.6f}"))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, cells[0].keys())
        writer.writeheader()
        writer.writerows(cells)


def _birch_table(path: Path, rows: list[dict[str, Any]]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Report")
    cells = _point_cells(rows, "easting", "northing", lambda at: (to_utm(at).x, to_utm(at).y))
    sheet.append(list(cells[0]))
    for row in cells:
        sheet.append(list(row.values()))
    book.save(path)


def _cedar_table(path: Path, rows: list[dict[str, Any]]) -> None:
    cells = _point_cells(rows, "longitud", "latitud", lambda at: (_dms(at.x, "EW"), _dms(at.y, "NS")))
    for row in cells:
        row["observaciones"] = "según parte de la comisión"
    with path.open("w", newline="", encoding="latin-1") as file:
        writer = csv.DictWriter(file, cells[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(cells)


def _dms(degrees: float, letters: str) -> str:
    seconds = round(abs(degrees) * 3600, 2)
    whole, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{whole:.0f}°{minutes:02.0f}'{seconds:05.2f}\"{letters[degrees < 0]}"


_SUFFIX = {("AM", True): ".geojson", ("BI", True): ".geojson", ("CE", True): ".geojson",
           ("AM", False): ".csv", ("BI", False): ".xlsx", ("CE", False): ".csv"}  # fmt: skip
_WRITERS: dict[tuple[str, bool], Callable[[Path, list[dict[str, Any]]], None]] = {
    ("AM", True): write_features, ("BI", True): _birch_shapes, ("CE", True): write_features,
    ("AM", False): _amber_table, ("BI", False): _birch_table, ("CE", False): _cedar_table,
}  # fmt: skip


def _mapping(operator: str, kind: str) -> Mapping:
    """Write the mapping of an operator's files of one kind."""
    dataset = DatasetSpec(
        name=f"simulated-{operator}-{kind}", title=f"{OPERATORS[operator]}: {kind} reports", source=OPERATORS[operator],
        licence="CC0-1.0 (invented)", simulated=True, edition="increment", organisation=OPERATORS[operator],
    )  # fmt: skip
    table = kind not in ("hazard", "release")
    file = FileSpec(encoding="latin-1", delimiter=";") if operator == "CE" and table else FileSpec()
    record = RecordSpec(
        kind=kind, fields=_fields(operator, kind), links=_links(operator, kind), geometry=kind != "activity",
        date="status_changed_on" if kind == "hazard" else None,
    )  # fmt: skip
    return Mapping(dataset=dataset, file=file, position=_position(operator) if table else None, records=[record])


def _position(operator: str) -> PositionSpec:
    if operator == "AM":
        return PositionSpec(x="longitude", y="latitude", crs="EPSG:4326")
    if operator == "BI":
        return PositionSpec(x="easting", y="northing", crs=UTM, notation="projected")
    return PositionSpec(x="longitud", y="latitud", crs="EPSG:4326", notation="dms")


def _fields(operator: str, kind: str) -> dict[str, FieldSpec]:
    formats = ["%d/%m/%Y"] if operator == "BI" else []
    fields = {"local_id": FieldSpec(column="id"), "place_name": FieldSpec(column="commune"),
              "organisation_name": FieldSpec(constant=OPERATORS[operator])}  # fmt: skip
    for name in _ATTRIBUTES[kind]:
        if name in ("hazard", "task", "activity"):
            continue
        spoken = {word: code for code, word in CEDAR.get(name, {}).items()} if operator == "CE" else {}
        comma = operator == "CE" and kind not in ("hazard", "release") and name not in _WORDS
        dated = formats if name.endswith("_on") else []
        fields[name] = FieldSpec(column=name, values=spoken, formats=dated, decimal="," if comma else ".")
    if kind == "hazard":
        fields["status_changed_on"] = FieldSpec(column="as_of", formats=formats)
        fields["contamination"] = FieldSpec(column="contamination", split="|")
    if kind == "activity":
        fields["activity_status"] = FieldSpec(constant="completed")
        for outcome in ("cancelled", "reduced", "cleared"):
            fields[f"area_{outcome}_m2"] = FieldSpec(column=f"area_{outcome}")
    return fields


def _links(operator: str, kind: str) -> list[LinkSpec]:
    links = [LinkSpec(attribute="place_id", place=PlaceSpec(name="commune"))]
    for name, attribute in (("hazard", "hazard_ids"), ("task", "task_id"), ("activity", "activity_id")):
        if name in _ATTRIBUTES[kind]:
            links.append(LinkSpec(attribute=attribute, kind=name, dataset=f"simulated-{operator}-{name}", column=name))
    return links
