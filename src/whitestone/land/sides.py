"""What does each of two parties hold, row by row, in a shape in which both can be laid side by side?

Plain values: shapes in one equal-area plane, ids as each side writes them, attributes as stated. The two sides are
treated alike in everything: whoever comes first gets the same answer mirrored.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.land.shapes import pack

__all__ = ["NOT_STATED", "UNKNOWN", "Cells", "Side", "attribute_cells", "make_side", "plain"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

NOT_STATED, UNKNOWN = -1, -2
"""Codes of a cell: nothing was said, or it was said to be unknown (house law: neither is zero)."""

THIN_M = 0.2
"""Areas of less mean width are lines that were drawn there and back: they have no ground to overlap."""

_POLYGONAL = (3, 6)


class Side(msgspec.Struct):
    """One side's records of one kind, row by row.

    `names` are the keys by which the side's records are known for good, `own_ids` the ids that people use, `former_ids`
    those that a record had elsewhere; `groups` names whose work or which dataset a record is (compared for equality
    only). `areas_m2` is NaN where there is no polygon, `centres_m` NaN where there is no shape at all.
    """

    names: list[str]
    own_ids: list[str | None]
    former_ids: list[tuple[str, ...]]
    shapes: Shapes
    bodies: list[dict[str, Any]]
    groups: list[str | None]
    areas_m2: Floats
    centres_m: Floats

    def __len__(self) -> int:
        return len(self.names)

    @property
    def is_area(self) -> Bools:
        """Say which records have a polygon, so a size."""
        found: Bools = ~np.isnan(self.areas_m2)
        return found

    @property
    def is_thin(self) -> Bools:
        """Say which areas are too narrow to be compared by their ground; they are compared by their place."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Bools = self.is_area & (2 * self.areas_m2 <= THIN_M * shapely.length(self.shapes))
        return found

    @property
    def is_placed(self) -> Bools:
        """Say which records have a shape of any sort."""
        found: Bools = ~np.isnan(self.centres_m[:, 0])
        return found

    def moved(self, offsets_m: Floats) -> Side:
        """Return the side with every shape moved by its own offset (n, 2) in metres."""
        if not offsets_m.any():
            return self
        counts = shapely.get_num_coordinates(self.shapes)
        each = np.repeat(offsets_m, counts, axis=0)
        shapes = shapely.transform(self.shapes, lambda xy: xy + each)
        return msgspec.structs.replace(self, shapes=shapes, centres_m=self.centres_m + offsets_m)


def make_side(
    names: Sequence[str], shapes: Any, bodies: Sequence[Mapping[str, Any]], *, own_ids: Sequence[str | None] = (),
    former_ids: Sequence[Sequence[str]] = (), groups: Sequence[str | None] = (),
) -> Side:  # fmt: skip
    """Lay out one side; shapes are in metres of an equal-area plane, None where the place is unknown.

    An empty shape, and one with a coordinate that is no number, has no known place. Invalid polygons are made valid by
    their lines, as at entry. Refuses columns of different lengths with ValueError.

    >>> side = make_side(["a", "b"], [shapely.box(0, 0, 2, 1), None], [{}, {}])
    >>> side.areas_m2.tolist(), side.is_placed.tolist(), len(make_side([], [], []))
    ([2.0, nan], [True, False], 0)
    """
    drawn = _sound(pack(shapes))
    count = len(names)
    lengths = {count, len(drawn), len(bodies), *(len(each) for each in (own_ids, former_ids, groups) if len(each))}
    if len(lengths) > 1:
        raise ValueError("the columns of a side have one length")
    polygonal = np.isin(shapely.get_type_id(drawn), _POLYGONAL)
    areas = np.where(polygonal, shapely.area(drawn), np.nan)
    centres = shapely.get_coordinates(_centres(drawn)).reshape(-1, 2) if count else np.empty((0, 2))
    side = Side(
        names=list(names),
        own_ids=list(own_ids) or [None] * count,
        former_ids=[tuple(each) for each in former_ids] or [()] * count,
        shapes=drawn,
        bodies=[dict(each) for each in bodies],
        groups=list(groups) or [None] * count,
        areas_m2=areas,
        centres_m=centres,
    )
    # The centre of gravity of next to no area is an accident of rounding: that of its extent is steady.
    thin = side.is_thin
    west, south, east, north = shapely.bounds(drawn[thin]).reshape(-1, 4).T
    side.centres_m[thin] = np.column_stack([(west + east) / 2, (south + north) / 2])
    return side


def _sound(shapes: Shapes) -> Shapes:
    out = shapes.copy()
    out[shapely.is_empty(out)] = None
    coordinates, owner = shapely.get_coordinates(out, return_index=True)
    out[owner[~np.isfinite(coordinates).all(axis=1)]] = None
    bad = ~shapely.is_valid(out) & ~shapely.is_missing(out)
    if bad.any():
        out[bad] = _areas_of(shapely.make_valid(out[bad], method="linework"))
    return out


def _areas_of(mended: Shapes) -> Shapes:
    """Keep of each mended shape its areas where it has any; what is a line or a point stays one."""
    out = mended.copy()
    for at in np.flatnonzero(shapely.get_type_id(mended) == 7):
        parts = [each for each in shapely.get_parts(shapely.get_parts(mended[at])) if each.geom_type == "Polygon"]
        out[at] = shapely.multipolygons(parts) if parts else out[at]
    return out


def _centres(shapes: Shapes) -> Shapes:
    centres = shapely.centroid(shapes)
    nowhere = shapely.is_missing(centres) | shapely.is_empty(centres)
    if nowhere.any():
        centres[nowhere] = shapely.points(np.nan, np.nan, handle_nan="allow")
    out: Shapes = centres
    return out


class Cells(msgspec.Struct):
    """One attribute of both sides as codes: equal code, equal statement; NOT_STATED and UNKNOWN are below zero."""

    attribute: str
    ours: Ints
    theirs: Ints

    @property
    def is_compared(self) -> bool:
        """Say whether both sides state it at all; what one side never states cannot be compared."""
        return bool((self.ours != NOT_STATED).any() and (self.theirs != NOT_STATED).any())

    def both(self, a: Ints, b: Ints) -> Bools:
        """Say for pairs of rows whether both state a value."""
        found: Bools = (self.ours[a] >= 0) & (self.theirs[b] >= 0)
        return found

    def differ(self, a: Ints, b: Ints) -> Bools:
        """Say for pairs of rows whether the statements differ; one that one side alone makes differs too."""
        found: Bools = self.ours[a] != self.theirs[b]
        return found


def attribute_cells(ours: Side, theirs: Side, left_out: Sequence[str] = ()) -> list[Cells]:
    """Code every attribute that any record of either side states, in the order of their names, but those left out.

    Texts are compared without outer blanks and in one Unicode form, numbers by value, lists without regard to order.

    >>> one, two = make_side(["a"], [None], [{"status": "open "}]), make_side(["b"], [None], [{"status": "open"}])
    >>> cells = attribute_cells(one, two)
    >>> cells[0].attribute, bool(cells[0].differ(np.array([0]), np.array([0]))[0])
    ('status', False)
    >>> attribute_cells(one, one, ["status"])
    []
    """
    stated = sorted({name for side in (ours, theirs) for body in side.bodies for name in body} - set(left_out))
    made = []
    for name in stated:
        codes: dict[Any, int] = {}
        columns = [np.array([_code(body, name, codes) for body in side.bodies], dtype=np.int64)
                   for side in (ours, theirs)]  # fmt: skip
        made.append(Cells(name, *columns))
    return made


def _code(body: dict[str, Any], name: str, codes: dict[Any, int]) -> int:
    if name not in body:
        return NOT_STATED
    value = body[name]
    if value is None:
        return UNKNOWN
    return codes.setdefault(plain(value), len(codes))


def plain(value: Any) -> Any:
    """Bring a value into the form in which it is compared.

    >>> plain(2) == plain(2.0), plain(["b", "a"]) == plain(["a", "b"]), plain(True) == plain(1)
    (True, True, False)
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.strip())
    if isinstance(value, bool):
        return ("flag", value)
    if isinstance(value, (int, float)):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return tuple(sorted((plain(each) for each in value), key=repr))
    return json.dumps(value, sort_keys=True, default=str)
