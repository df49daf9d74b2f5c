"""How far is an assessment of a simulated batch from the truth?

Takes the three things that lie in files (batch, truth, and what `records assess --json` printed) and knows nothing of
how the assessment was made. An assessment by any other program of the same form is scored in the same way.

Definitions. A sheet is *true* when the field that it describes exists or existed (a lifted field makes a true sheet);
duplicates count as sheets. Completeness: share of found mines that lie in a field which a true sheet describes.
Accuracy: share of true sheets. Coverage: share of the mines of the fields of true sheets whose field was not lifted
that lie in the outline of their sheet. Errors of place are from centroid to centroid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from whitestone.errors import InvalidValue
from whitestone.minefields.simulator.plane import Plane

__all__ = ["HALF_SEARCHED", "LEVELS", "area_under_roc", "brier", "calibration", "sampling_error", "score"]

Floats = npt.NDArray[np.float64]
Json = dict[str, Any]

LEVELS = ("50", "90", "99")
HALF_SEARCHED = 0.5
"""A sheet counts as searched from this share of its 90 % outline on."""


def score(batch: Json, truth: Json, assessed: Json, before: Json | None = None) -> Json:
    """Score one assessment; `before`: the same without finds and searches, for the error that finds took away.

    Returns counts and lists that can be pooled over seeds (`mines_in`, `errors_m`, …), shares of one and metres.
    Refuses with InvalidValue an assessment that leaves out a sheet or a find, or answers for one that is not there.
    """
    _same_names("records_detail", [sheet["id"] for sheet in batch["records"]], assessed["records_detail"])
    _same_names("finds_detail", [find["id"] for find in batch["finds"]], assessed["finds_detail"])
    plane = Plane(*truth["centre"])
    details = {detail["id"]: detail for detail in assessed["records_detail"]}
    earlier = {detail["id"]: detail for detail in before["records_detail"]} if before else {}
    outlines = {name: _outlines(detail, plane) for name, detail in details.items()}
    ground = shapely.union_all([_metres(found["geometry"], plane) for found in batch["searched"]])
    shares = {name: _searched_share(found.get("90"), ground) for name, found in outlines.items()}
    return {
        "seed": truth["seed"], "regime": truth["regime"]["name"], "error_scale": truth["regime"]["error_scale"],
        "records": len(batch["records"]), "finds": len(batch["finds"]),
        "coverage": _coverage(truth, outlines, plane),
        "errors": _errors(truth, details, earlier, plane),
        "completeness": _against(assessed["completeness"], _true_completeness(truth)),
        "accuracy": _against(assessed["accuracy"], _true_accuracy(truth)) | {
            "sampling_error": sampling_error(_true_accuracy(truth), _count_searched(shares), len(shares)),
            "searched_sheets": _count_searched(shares), "known_off": _known_off(truth, shares),
        },
        "as_written": _as_written(batch, truth, assessed, plane),
        "sheets": _sheets(truth, details, shares),
        "finds_recorded": _finds(truth, assessed),
    }  # fmt: skip


def area_under_roc(scores: Sequence[float], is_true: Sequence[bool]) -> float | None:
    """Return the chance that a true case has the higher score, ties as a half; None where one kind is missing.

    >>> area_under_roc([0.9, 0.4, 0.4], [True, True, False]), area_under_roc([], [])
    (0.75, None)
    """
    values, truths = np.asarray(scores, dtype=float), np.asarray(is_true, dtype=bool)
    above, below = values[truths], np.sort(values[~truths])
    if not len(above) or not len(below):
        return None
    won = np.searchsorted(below, above, side="left") + np.searchsorted(below, above, side="right")
    return float(won.mean() / (2 * len(below)))


def brier(chances: Sequence[float], is_true: Sequence[bool]) -> float | None:
    """Return the mean squared distance between stated chance and what was so; None without cases.

    >>> brier([1.0, 0.5], [True, False]), brier([], [])
    (0.125, None)
    """
    if not len(chances):
        return None
    return float(np.mean((np.asarray(chances, dtype=float) - np.asarray(is_true, dtype=float)) ** 2))


def calibration(chances: Sequence[float], is_true: Sequence[bool], bins: int = 10) -> list[Json]:
    """Return per bin of stated chance how many cases there were, what was stated on average, and what was so.

    >>> calibration([0.95, 0.91, 0.05], [True, True, False])
    [{'stated': 0.05, 'so': 0.0, 'cases': 1}, {'stated': 0.93, 'so': 1.0, 'cases': 2}]
    >>> calibration([], [])
    []
    """
    stated, so = np.asarray(chances, dtype=float), np.asarray(is_true, dtype=float)
    which = np.minimum((stated * bins).astype(int), bins - 1)
    return [
        {"stated": round(float(stated[which == at].mean()), 6), "so": round(float(so[which == at].mean()), 6),
         "cases": int((which == at).sum())}
        for at in range(bins) if (which == at).any()
    ]  # fmt: skip


def sampling_error(share: float | None, searched: int, sheets: int) -> float | None:
    """Return the standard error of a share when the truth of `searched` of `sheets` is known and the rest is not.

    The binomial error with the correction for a finite population; None where nothing is known.

    >>> round(sampling_error(0.9, 100, 200), 4), sampling_error(0.9, 200, 200), sampling_error(0.9, 0, 200)
    (0.0213, 0.0, None)
    """
    if share is None or not searched:
        return None
    left = (sheets - searched) / max(sheets - 1, 1)
    return math.sqrt(max(share * (1 - share) / searched * left, 0.0))


def _same_names(what: str, expected: Sequence[str], details: Sequence[Mapping[str, Any]]) -> None:
    given = sorted(str(detail["id"]) for detail in details)
    if given != sorted(expected):
        odd = sorted(set(given) ^ set(expected))[:5]
        raise InvalidValue(field=what, value=odd, why="each sheet and find of the batch is answered for once")


def _metres(geometry: Json | None, plane: Plane) -> shapely.Geometry:
    """Turn a GeoJSON geometry into metres of the plane; nothing is the empty polygon."""
    if not geometry or not geometry.get("coordinates"):
        return shapely.Polygon()
    shape = shapely.geometry.shape(geometry)
    return shapely.make_valid(shapely.transform(shape, plane.xy))


def _outlines(detail: Json, plane: Plane) -> dict[str, shapely.Geometry]:
    given = detail.get("outlines") or {}
    return {level: _metres(given[level], plane) for level in LEVELS if given.get(level)}


def _searched_share(outline: shapely.Geometry | None, ground: shapely.Geometry) -> float:
    if outline is None or not outline.area:
        return 0.0
    return float(outline.intersection(ground).area / outline.area)


def _count_searched(shares: Mapping[str, float]) -> int:
    return sum(share >= HALF_SEARCHED for share in shares.values())


def _mines_of(truth: Json, plane: Plane) -> dict[str, Floats]:
    """Group the places of the true mines by field."""
    groups: dict[str, list[list[float]]] = {}
    for mine in truth["mines"]:
        if mine["field"] is not None:
            groups.setdefault(mine["field"], []).append([mine["lon"], mine["lat"]])
    return {field: plane.xy(at) for field, at in groups.items()}


def _coverage(truth: Json, outlines: Mapping[str, dict[str, shapely.Geometry]], plane: Plane) -> Json:
    mines = _mines_of(truth, plane)
    counts = {level: {"in": 0, "of": 0, "area_m2": 0.0, "sheets": 0} for level in LEVELS}
    missing = 0
    for name, sheet in truth["sheets"].items():
        own = mines.get(sheet["field"])
        if sheet["kind"] != "real" or own is None:
            continue
        missing += not outlines[name]
        for level, outline in outlines[name].items():
            counts[level]["in"] += int(shapely.contains_xy(outline, own).sum())
            counts[level]["of"] += len(own)
            counts[level]["area_m2"] += float(outline.area)
            counts[level]["sheets"] += 1
    return {**counts, "without_outline": missing}


def _errors(truth: Json, details: Mapping[str, Json], earlier: Mapping[str, Json], plane: Plane) -> list[Json]:
    """List, for each true sheet of a field not lifted, how far off its centroid is, and with how many finds."""
    outlines = {field["id"]: shapely.Polygon(plane.xy(field["outline"])) for field in truth["fields"]}
    finds: dict[str | None, int] = {}
    for mine in truth["finds"].values():
        field = truth["mines"][mine]["field"]
        finds[field] = finds.get(field, 0) + 1
    rows = []
    for name, sheet in truth["sheets"].items():
        if sheet["kind"] != "real":
            continue
        centre = np.asarray(outlines[sheet["field"]].centroid.coords[0])
        after, first = (_distance(source.get(name), centre, plane) for source in (details, earlier))
        drawn = truth["drawn"].get(name)
        written = None
        if drawn:
            middle = shapely.make_valid(shapely.Polygon(plane.xy(drawn))).centroid
            written = float(np.hypot(middle.x - centre[0], middle.y - centre[1]))
        rows.append({"sheet": name, "finds": finds.get(sheet["field"], 0), "after_m": after, "before_m": first,
                     "written_m": written})  # fmt: skip
    return rows


def _distance(detail: Json | None, centre: Floats, plane: Plane) -> float | None:
    if not detail or not detail.get("centroid"):
        return None
    return float(np.linalg.norm(plane.xy(detail["centroid"])[0] - centre))


def _true_sheets(truth: Json) -> set[str]:
    """Return the fields that a true sheet describes."""
    return {sheet["field"] for sheet in truth["sheets"].values() if sheet["kind"] != "false"}


def _true_completeness(truth: Json) -> float | None:
    told = _true_sheets(truth)
    found = [truth["mines"][mine]["field"] in told for mine in truth["finds"].values()]
    return float(np.mean(found)) if found else None


def _true_accuracy(truth: Json) -> float | None:
    kinds = [sheet["kind"] != "false" for sheet in truth["sheets"].values()]
    return float(np.mean(kinds)) if kinds else None


def _known_off(truth: Json, shares: Mapping[str, float]) -> float | None:
    """Return how far off the accuracy is that somebody states who knows the truth of the searched sheets alone."""
    known = [truth["sheets"][name]["kind"] != "false" for name, share in shares.items() if share >= HALF_SEARCHED]
    so = _true_accuracy(truth)
    return None if so is None or not known else float(np.mean(known)) - so


def _against(stated: Json, so: float | None) -> Json:
    value, low, high = (stated.get(key) for key in ("value", "low", "high"))
    held = None if so is None or low is None or high is None else bool(low <= so <= high)
    off = None if so is None or value is None else value - so
    return {"stated": value, "low": low, "high": high, "truth": so, "off": off, "held": held}


def _as_written(batch: Json, truth: Json, assessed: Json, plane: Plane) -> Json:
    """Do what the press figures do: draw the polygons, count the finds in them, and see how far that misses."""
    drawn = shapely.union_all([shapely.make_valid(shapely.Polygon(plane.xy(at))) for at in truth["drawn"].values()])
    finds = plane.xy([[find["lon"], find["lat"]] for find in batch["finds"]])
    share = float(shapely.contains_xy(drawn, finds).mean()) if len(finds) else None
    so = _true_completeness(truth)
    mines, held, of = _mines_of(truth, plane), 0, 0
    for name, sheet in truth["sheets"].items():
        if sheet["kind"] == "real" and sheet["field"] in mines and name in truth["drawn"]:
            polygon = shapely.make_valid(shapely.Polygon(plane.xy(truth["drawn"][name])))
            held += int(shapely.contains_xy(polygon, mines[sheet["field"]]).sum())
            of += len(mines[sheet["field"]])
    return {"share": share, "stated_share": assessed.get("as_written_share"),
            "off": None if share is None or so is None else share - so, "mines_in": held, "mines_of": of}  # fmt: skip


def _sheets(truth: Json, details: Mapping[str, Json], shares: Mapping[str, float]) -> Json:
    """Tell how well true sheets are told from false ones: over all, and over those that were searched."""
    names = list(truth["sheets"])
    kinds = [truth["sheets"][name]["kind"] for name in names]
    rows = [(float(details[name]["p_field"]), kind, shares[name]) for name, kind in zip(names, kinds, strict=True)]

    def under(chosen: list[tuple[float, str, float]]) -> float | None:
        return area_under_roc([p for p, _, _ in chosen], [kind != "false" for _, kind, _ in chosen])

    searched = [row for row in rows if row[2] >= HALF_SEARCHED]
    return {
        "roc_all": under(rows), "roc_searched": under(searched),
        "roc_searched_without_lifted": under([row for row in searched if row[1] != "lifted"]),
        "brier": brier([p for p, _, _ in rows], [kind != "false" for _, kind, _ in rows]),
        "rows": [{"id": name, "p": p, "kind": kind, "searched": round(share, 4)}
                 for name, (p, kind, share) in zip(names, rows, strict=True)],
    }  # fmt: skip


def _finds(truth: Json, assessed: Json) -> Json:
    told = _true_sheets(truth)
    chances = [float(detail["p_recorded"]) for detail in assessed["finds_detail"]]
    so = [truth["mines"][truth["finds"][detail["id"]]]["field"] in told for detail in assessed["finds_detail"]]
    named = [(detail.get("record"), truth["mines"][truth["finds"][detail["id"]]]["field"])
             for detail in assessed["finds_detail"] if detail.get("record")]  # fmt: skip
    right = [truth["sheets"][record]["field"] == field for record, field in named]
    return {"brier": brier(chances, so), "calibration": calibration(chances, so), "named": len(named),
            "named_right": int(np.sum(right)) if right else 0}  # fmt: skip
