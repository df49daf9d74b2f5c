"""Where do the stations of each sheet lie, taken as written, by which operation, and how well does its way close?

The walk as written and the walk adjusted are two versions: the second bears its label and is made only where a way
closes. Nothing of either is kept: both can be made again from the sheet.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from whitestone.errors import InvalidValue, Refused
from whitestone.geodesy.crs import Operation
from whitestone.minefields.adjustment import adjust
from whitestone.minefields.anchors import Anchor
from whitestone.minefields.sheet_parts import Sheet
from whitestone.minefields.traverse import Closure, SheetGeometry, lay_out
from whitestone.programme.minefield_files import read_records_file

__all__ = ["AS_WRITTEN", "lay_out_file", "walked"]

AS_WRITTEN = "as written"


def lay_out_file(path: Path, *, record: str | None = None, out: Path | None = None) -> dict[str, Any]:
    """Lay out the sheets of a file; `record` names one of them, `out` is where the stations are written as GeoJSON.

    Refuses a file as `read_records_file` does, and a sheet that is not in it with InvalidValue.
    """
    sheets = read_records_file(path).batch.records
    chosen = [each for each in sheets if record in (None, each.id, each.key)]
    if record is not None and not chosen:
        raise InvalidValue(field="record", value=record, why=f"one of the {len(sheets)} sheets of {path.name}")
    held = [walked(each) for each in chosen]
    if out is not None:
        whole = {"type": "FeatureCollection", "features": list(_features(held))}
        out.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    return {"file": path.name, "records": held, **({"written": str(out)} if out else {})}


def walked(sheet: Sheet) -> dict[str, Any]:
    """Return one sheet laid out: reference points, declination, closures, stations as written and adjusted.

    Metres are east and north of the first reference point, degrees those of WGS 84; null where a station is not
    reached or has no place. `versions` holds the stations as written and, where a way closes, the adjusted ones.

    >>> walked(Sheet(id="A", key="A"))["versions"]
    [{'label': 'as written', 'stations': []}]
    """
    laid = lay_out(sheet)
    versions = [{"label": AS_WRITTEN, "stations": _stations(laid, laid.east_m, laid.north_m, laid.lon, laid.lat)}]
    try:
        made = adjust(laid)
    except Refused:
        pass
    else:
        stations = _stations(laid, made.east_m, made.north_m, made.lon, made.lat)
        moved = [{**each, "moved_m": _number(off, 2)} for each, off in zip(stations, made.moved_m, strict=True)]
        versions.append({"label": made.label, "stations": moved})
    return {
        "id": sheet.id,
        "reference_points": [_anchor(each) for each in laid.anchors],
        "declination_deg": _number(laid.declination_deg, 3),
        "declination_on": None if laid.measured_on is None else laid.measured_on.isoformat(),
        "convergence_deg": _number(laid.convergence_deg, 3),
        "closures": [_closure(laid, sheet, each) for each in laid.closures],
        "misclosure_m": _number(laid.misclosure_m, 2),
        "misclosure_one_in": _number(laid.misclosure_one_in, 0),
        "said": list(laid.said),
        "versions": versions,
    }


def _anchor(anchor: Anchor) -> dict[str, Any]:
    return {
        "no": anchor.no,
        "epsg": anchor.epsg,
        "operation": _operation(anchor.operation),
        "resolved": anchor.resolved,
        "lon": _number(anchor.lon, 8),
        "lat": _number(anchor.lat, 8),
        "accuracy_m": _number(anchor.accuracy_m, 2),
        "said": list(anchor.said),
        "fault": anchor.fault[1] if anchor.fault else None,
    }


def _operation(operation: Operation | None) -> dict[str, Any] | None:
    if operation is None:
        return None
    return {"code": operation.code, "name": operation.name, "accuracy_m": operation.accuracy_m}


def _closure(laid: SheetGeometry, sheet: Sheet, closure: Closure) -> dict[str, Any]:
    by = "reference point" if closure.leg < 0 else f"{sheet.legs[closure.leg].start} to {sheet.legs[closure.leg].end}"
    return {
        "station": laid.stations[closure.station],
        "by": by,
        "misclosure_m": _number(closure.misclosure_m, 2),
        "one_in": _number(closure.one_in, 0),
        "walked_m": _number(closure.length_m, 1),
    }


def _stations(laid: SheetGeometry, *columns: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    names = (("east_m", 2), ("north_m", 2), ("lon", 8), ("lat", 8))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        {"station": station, **{name: _number(value, digits) for (name, digits), value in zip(names, row, strict=True)}}
        for station, row in zip(laid.stations, rows, strict=True)
    ]


def _number(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0


def _features(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Draw each station that has a place as a point that says of which sheet and which version it is."""
    for record in records:
        for version in record["versions"]:
            for each in version["stations"]:
                if each["lon"] is not None and each["lat"] is not None:
                    told = {"record": record["id"], "version": version["label"], "station": each["station"]}
                    point = {"type": "Point", "coordinates": [each["lon"], each["lat"]]}
                    yield {"type": "Feature", "properties": told, "geometry": point}
