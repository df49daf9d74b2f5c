"""How does a person add to a sheet what the paper cannot say: its scan, a landmark found again, a sketch on the map?

Each is a revision of its own, with who, when and why; the transcription stays as it is written.
"""

from __future__ import annotations

import math
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whitestone.domain.revision import Act, Draft, State
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.geodesy.control_points import fit_sketch
from whitestone.minefields.traverse import to_lonlat, to_plane
from whitestone.programme.opening import Programme
from whitestone.programme.recalling import resolve

__all__ = ["add_scan", "fit_points", "georeference", "pixel_lonlat", "resolve_landmark"]


def add_scan(programme: Programme, record: str, path: Path, *, reason: str) -> dict[str, Any]:
    """Keep a scan of a sheet as a sealed attachment, and name it in the record: the scan is the master.

    Refuses an unknown record with UnknownRecord, one of another kind with InvalidValue.
    """
    state = _sheet(programme, record)
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    sha256 = programme.journal.attachments.add(path, name=path.name, media_type=media, by=programme.who, sealed=True)
    scans = list(dict.fromkeys([*(state.body.get("scans") or []), sha256]))
    return {"sha256": sha256, "revision": _state(programme, state, {"scans": scans}, reason)}


def resolve_landmark(
    programme: Programme,
    record: str,
    point: str,
    lon: float,
    lat: float,
    accuracy_m: float,
    *,
    method: str,
    reason: str,
) -> dict[str, Any]:
    """State where a landmark of a sheet lies, WGS 84 degrees, with its own accuracy in metres and how it was found.

    The reference point's written coordinates stay; from now on the place counts before them, until it is stated
    otherwise. Refuses a position that is none, an accuracy below nought, and a record that is no sheet with
    InvalidValue.
    """
    state = _sheet(programme, record)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidValue(field="position", value=(lon, lat), why="degrees east and north of WGS 84")
    if not accuracy_m >= 0:
        raise InvalidValue(field="accuracy_m", value=accuracy_m, why="metres, nought or more")
    place = {"lon": lon, "lat": lat, "accuracy_m": accuracy_m, "by": programme.who,
             "on": programme.today().isoformat(), "method": method}  # fmt: skip
    before = state.body.get("interpretation") or {}
    resolved = {**(before.get("resolved") or {}), point: place}
    made = _state(programme, state, {"interpretation": {**before, "resolved": resolved}}, reason)
    return {"point": point, "resolved": place, "revision": made}


def georeference(
    programme: Programme,
    record: str,
    scan_sha256: str,
    points: Sequence[Mapping[str, float]],
    *,
    kind: str = "helmert",
    reason: str,
) -> dict[str, Any]:
    """Lay a scanned sketch on the map by control points {x, y, lon, lat} that a person set; shows the residuals.

    x and y are pixels, y downwards. The fit, its residuals in metres and the corners that it gives become a revision.
    Refuses with InvalidValue what `fit_sketch` refuses, and a scan that the record does not name.
    """
    state = _sheet(programme, record)
    if scan_sha256 not in (state.body.get("scans") or []):
        raise InvalidValue(field="scan", value=scan_sha256, why="a scan of this record, by its SHA-256")
    told = {**fit_points(points, kind), "by": programme.who, "on": programme.today().isoformat()}
    before = state.body.get("georeferences") or {}
    made = _state(programme, state, {"georeferences": {**before, scan_sha256: told}}, reason)
    return {**told, "scan": scan_sha256, "revision": made}


def fit_points(points: Sequence[Mapping[str, float]], kind: str = "helmert") -> dict[str, Any]:
    """Fit a sketch to control points {x, y, lon, lat} without keeping it: the matrix, and residuals in metres.

    x and y are pixels, y downwards. Refuses with InvalidValue points that are none, positions that are no degrees, and
    what `fit_sketch` refuses.

    >>> fit_points([{"x": 0, "y": 0, "lon": 46.0, "lat": 40.0}, {"x": 10, "y": 0, "lon": 46.001, "lat": 40.0}])["rms_m"]
    >>> fit_points([])
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: control points: 0 is not understood (helmert needs at least 2).
    """
    try:
        lon, lat, x, y = ([float(each[name]) for each in points] for name in ("lon", "lat", "x", "y"))
    except (KeyError, TypeError, ValueError):
        raise InvalidValue(field="control points", value=list(points), why="each has numbers x, y, lon, lat") from None
    if not all(math.isfinite(each) for each in (*x, *y)):
        raise InvalidValue(field="control points", value=list(points), why="each has numbers x, y, lon, lat")
    if not all(-180 <= each <= 180 for each in lon) or not all(-90 <= each <= 90 for each in lat):
        raise InvalidValue(field="control points", value=list(points), why="lon and lat are degrees of WGS 84")
    centre = (sum(lon) / max(len(lon), 1), sum(lat) / max(len(lat), 1))
    east, north = to_plane(lon, lat, centre)
    fit = fit_sketch(list(zip(x, y, strict=True)), list(zip(east.tolist(), north.tolist(), strict=True)), kind)
    residuals = [round(float((dx**2 + dy**2) ** 0.5), 2) for dx, dy in fit.residuals_m.tolist()]
    return {"transformation": kind, "centre": list(centre), "matrix": fit.matrix.tolist(), "residuals_m": residuals,
            "points": [dict(each) for each in points], "rms_m": fit.rms_m, "metres_a_pixel": fit.scale_m,
            "turn_deg": fit.turn_deg}  # fmt: skip


def pixel_lonlat(georeferenced: Mapping[str, Any], x: float, y: float) -> tuple[float, float]:
    """Say where a pixel of a georeferenced scan lies, WGS 84 degrees.

    >>> pixel_lonlat({"matrix": [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]], "centre": [46.0, 40.0]}, 0, 0)
    (46.0, 40.0)
    """
    (a, b, c), (d, e, f) = georeferenced["matrix"]
    lon, lat = to_lonlat([a * x + b * y + c], [d * x + e * y + f], tuple(georeferenced["centre"]))
    return round(float(lon[0]), 9), round(float(lat[0]), 9)


def _sheet(programme: Programme, record: str) -> State:
    state = programme.journal.state(resolve(programme, record))
    if state is None:
        raise UnknownRecord(record=record)
    if state.kind != "minefield_record":
        raise InvalidValue(field="record", value=record, why=f"a minefield record; this is of kind {state.kind}")
    return state


def _state(programme: Programme, state: State, body: dict[str, Any], reason: str) -> str:
    """Append what a person adds; it is true of the sheet since ever, so it carries the date of the sheet."""
    draft = Draft(
        kind=state.kind,
        record_id=state.record_id,
        body=body,
        parents=tuple(state.revisions),
        information_date=state.body.get("recorded_on") or state.body.get("laid_to"),
    )
    made = programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return str(made.revision_ids[0])
