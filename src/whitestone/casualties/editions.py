"""How do a public table and the earlier ones come down to common groups, so that they can be protected together?

Each release counts the same persons by its own dimensions over its own period. The finest groups that all of them are
sums of are their atoms; what a release published is a set of sums of atoms, and what two releases tell together is what
their sums tell together.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from whitestone.casualties.columns import CasualtyTable, Coded
from whitestone.casualties.counting import column_of, in_period
from whitestone.casualties.disclosure import Figures, Ints
from whitestone.casualties.places import Gazetteer
from whitestone.casualties.rules import OUTCOMES

__all__ = ["ALL", "MEASURES", "MOST_GROUPS", "Atoms", "Edition", "Line", "atoms_of", "figures_of", "small_groups"]

ALL = "all"
"""Stands in a key for a dimension that is summed over."""
MEASURES = (*OUTCOMES, "casualties")
_FULL = 5_000
"""Up to this many combinations all are looked at; beyond, only those that hold anybody: the stricter assumption."""
MOST_GROUPS = 1_500
"""How many small groups between releases are protected one by one; an answer says how many were not looked at."""
_AXES = {"month": "time", "year": "time"}
_COSTS = {0: (1.0, 1.5), 1: (6.0, 9.0), 2: (40.0, 60.0)}
"""What a figure is worth, by how much of its key is summed over (nothing, some, all): of one outcome, of all."""


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """What a public table is asked to show: dimensions, and a period in days since 1970-01-01 (None: open).

    `by` names dimensions as `counting.column_of` reads them, and `grid`; never `outcome`, which every line splits into.
    """

    by: tuple[str, ...]
    begins: int | None = None
    ends: int | None = None


class Line(NamedTuple):
    """One figure: its key over the dimensions of its edition (ALL: summed over) and its measure."""

    key: tuple[str, ...]
    measure: str


class Atoms(NamedTuple):
    """The finest groups of some editions: how many persons each holds (n), and what each is on every axis.

    `axes` by name: the code (n) of each atom; `columns`: for each edition and dimension the word of each atom;
    `inside`: for each edition which atoms lie in its period; `outcome` (n).
    """

    persons: Ints
    axes: Mapping[str, Ints]
    columns: Mapping[str, tuple[npt.NDArray[np.int64], tuple[str, ...]]]
    inside: tuple[npt.NDArray[np.bool_], ...]
    outcome: Ints


def atoms_of(table: CasualtyTable, editions: Sequence[Edition], gazetteer: Gazetteer,
             grid: Coded | None = None) -> Atoms:
    """Group persons as finely as any of the editions does.

    >>> from whitestone.casualties.packing import nothing_said
    >>> from whitestone.casualties.tabling import tabled
    >>> len(atoms_of(tabled(*nothing_said(), 0), [Edition(by=("status",))], Gazetteer({})).persons)
    0
    """
    names = list(dict.fromkeys(name for each in editions for name in each.by))
    columns = {name: grid if name == "grid" and grid is not None else column_of(table, name, gazetteer)
               for name in names}
    inside = [in_period(table, each.begins, each.ends) for each in editions]
    parts: dict[str, list[Ints]] = {"outcome": [table.outcome.codes.astype(np.int64)]}
    for name, column in columns.items():
        axis = _axis(name)
        parts.setdefault(axis, []).append(column.codes.astype(np.int64))
    parts.setdefault("time", []).extend(each.astype(np.int64) for each in inside)
    axes, kinds = {}, {}
    for axis, some in parts.items():
        found, place = np.unique(np.stack(some, axis=1), axis=0, return_inverse=True)
        axes[axis], kinds[axis] = place.ravel(), found
    codes, persons = _combined(axes, kinds, table.persons, with_empty=len(editions) > 1)
    told = {name: (kinds[axis][codes[axis], at], columns[name].words) for axis, at, name in _places_in(parts, columns)}
    first = len(kinds["time"][0]) - len(inside) if len(kinds["time"]) else 0
    within = tuple(kinds["time"][codes["time"], first + at].astype(bool) for at in range(len(inside)))
    return Atoms(persons, codes, told, within, kinds["outcome"][codes["outcome"], 0])


def _places_in(parts: Mapping[str, list[Ints]], columns: Mapping[str, Coded]) -> list[tuple[str, int, str]]:
    """Say on which axis and at which place of it each dimension stands."""
    seen: dict[str, int] = {}
    found = []
    for name in columns:
        axis = _axis(name)
        found.append((axis, seen.get(axis, 0), name))
        seen[axis] = seen.get(axis, 0) + 1
    return found


def _combined(axes: Mapping[str, Ints], kinds: Mapping[str, Any], persons: Ints, *, with_empty: bool
              ) -> tuple[dict[str, Ints], Ints]:
    """Add persons up by every combination of axes; empty ones too, where a reader could not know that they are."""
    shape = [max(len(kinds[axis]), 1) for axis in axes]
    size = float(np.prod([float(each) for each in shape]))
    if not len(persons):
        return {axis: np.zeros(0, dtype=np.int64) for axis in axes}, np.zeros(0, dtype=np.int64)
    key = np.zeros(len(persons), dtype=np.int64)
    for axis, length in zip(axes, shape, strict=True):
        key = key * length + axes[axis]
    if with_empty and size <= _FULL:
        met, place = np.arange(int(size)), key
    else:
        met, place = np.unique(key, return_inverse=True)
    sums = np.bincount(place, weights=persons, minlength=len(met)).astype(np.int64)
    parts = np.unravel_index(met, shape)
    return {axis: np.asarray(part, dtype=np.int64) for axis, part in zip(axes, parts, strict=True)}, sums


def figures_of(atoms: Atoms, edition: Edition, number: int) -> tuple[list[Line], Figures]:
    """List every figure that an edition shows, with the atoms that it is the sum of.

    `number`: which of the editions that the atoms were made for. Cells by all dimensions, then, of two dimensions or
    more, the sums by each one, then the sums over all; each killed, injured, unknown, and together.

    >>> from whitestone.casualties.packing import nothing_said
    >>> from whitestone.casualties.tabling import tabled
    >>> nobody = atoms_of(tabled(*nothing_said(), 0), [Edition(by=("status",))], Gazetteer({}))
    >>> [line.measure for line in figures_of(nobody, Edition(by=("status",)), 0)[0]]
    ['killed', 'injured', 'unknown', 'casualties']
    """
    count = len(atoms.persons)
    inside = np.flatnonzero(atoms.inside[number])
    sides = list(range(len(edition.by)))
    groups = [sides, *([[side] for side in sides] if len(sides) > 1 else []), *([[]] if sides else [])]
    lines: list[Line] = []
    rows: list[Ints] = []
    at: list[Ints] = []
    costs: list[float] = []
    for group in groups:
        for key, members in _grouped(atoms, edition, group, inside):
            level = 0 if len(group) == len(sides) else 2 if not group else 1
            for measure, part in _measures(atoms.outcome, members):
                rows.append(np.full(len(part), len(lines), dtype=np.int64))
                at.append(part)
                costs.append(_COSTS[level][measure == "casualties"])
                lines.append(Line(key, measure))
    where = (np.concatenate(rows), np.concatenate(at)) if rows else (np.zeros(0, int), np.zeros(0, int))
    sums = sparse.csr_array((np.ones(len(where[0]), dtype=np.int64), where), shape=(len(lines), count))
    return lines, Figures(sums, np.array(costs))


def _grouped(atoms: Atoms, edition: Edition, group: list[int], inside: Ints) -> list[tuple[tuple[str, ...], Ints]]:
    """Gather the atoms of a period by some of the dimensions."""
    if not group:
        return [((ALL,) * len(edition.by), inside)]
    columns = [atoms.columns[edition.by[side]] for side in group]
    found, place = np.unique(np.stack([codes[inside] for codes, _ in columns], axis=1), axis=0, return_inverse=True)
    order = np.argsort(place.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(place.ravel(), minlength=len(found)))
    answer = []
    for number, codes in enumerate(found.tolist()):
        key = [ALL] * len(edition.by)
        for side, code, (_, words) in zip(group, codes, columns, strict=True):
            key[side] = words[code]
        start = int(ends[number - 1]) if number else 0
        answer.append((tuple(key), inside[order[start : int(ends[number])]]))
    return answer


def _measures(outcome: Ints, members: Ints) -> list[tuple[str, Ints]]:
    of = outcome[members]
    return [*((name, members[of == code]) for code, name in enumerate(OUTCOMES)), ("casualties", members)]


def _axis(name: str) -> str:
    return "place" if name.startswith("place") or name == "grid" else _AXES.get(name, name)


def _axes_of(atoms: Atoms, editions: Sequence[Edition]) -> list[tuple[str, ...]]:
    """List the sets of axes in which small groups are looked for, the smallest first."""
    found: set[tuple[str, ...]] = set()
    for each in editions:
        own = sorted({*map(_axis, each.by), *(name for name in ("time", "place") if name in atoms.axes)})
        found |= {some for size in range(1, 4) for some in itertools.combinations(own, size)}
    return sorted(found, key=lambda some: (len(some), some))


def small_groups(atoms: Atoms, editions: Sequence[Edition], least: int, most: int = MOST_GROUPS) -> tuple[Any, int]:
    """Give the sums (H, n) of small groups that releases may tell by their difference, though none shows them.

    A group is what an edition tells apart, taken apart further by the spans of time and the places that the others
    tell apart (the persons of one status in the span between two periods), whole and by outcome. A sum of 0, or of
    `least` and more, is none. Beyond `most` groups the rest is left out, those of more axes first; how many is the
    second value.

    >>> from whitestone.casualties.packing import nothing_said
    >>> from whitestone.casualties.tabling import tabled
    >>> nobody = atoms_of(tabled(*nothing_said(), 0), [Edition(by=())], Gazetteer({}))
    >>> small_groups(nobody, [Edition(by=())], 3)[0].shape, small_groups(nobody, [Edition(by=())], 3)[1]
    ((0, 0), 0)
    """
    sets = _axes_of(atoms, editions)
    rows: list[Ints] = []
    for some, outcome in itertools.product(sets, (None, 0, 1, 2)):
        chosen = np.arange(len(atoms.persons)) if outcome is None else np.flatnonzero(atoms.outcome == outcome)
        key = np.zeros(len(chosen), dtype=np.int64)
        for name in some:
            key = key * (int(atoms.axes[name].max(initial=0)) + 1) + atoms.axes[name][chosen]
        _, place = np.unique(key, return_inverse=True)
        held = np.bincount(place.ravel(), weights=atoms.persons[chosen])
        rows += [chosen[place.ravel() == number] for number in np.flatnonzero((held > 0) & (held < least)).tolist()]
    kept = list({members.tobytes(): members for members in rows}.values())
    at = np.repeat(np.arange(min(len(kept), most)), [len(members) for members in kept[:most]])
    where = (at, np.concatenate(kept[:most]) if kept else np.zeros(0, dtype=np.int64))
    shape = (min(len(kept), most), len(atoms.persons))
    return sparse.csr_array((np.ones(len(at), dtype=np.int64), where), shape=shape), max(len(kept) - most, 0)
