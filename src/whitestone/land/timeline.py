"""Which slices and releases are there, in which order, and what does each outline stand for?

Everything that is decided once, before ground is counted: slices and releases in the order of their records, distinct
outlines, days as numbers, who owns ground where hazards overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.land.inputs import STRENGTH, HazardSlice, ReleasePiece, day_number
from whitestone.land.pieces import Ground
from whitestone.land.rings import MOST_PAIRS, meeting, to_outlines
from whitestone.land.roster import CLASS_ORDER, CLOSED, Roster, boxes_of, slice_ends
from whitestone.land.shapes import aside, distinct, measured_ground, pack
from whitestone.land.story import NEVER, Facts

__all__ = ["NEVER", "Timeline"]

Array = np.ndarray[Any, Any]


class Timeline(Roster):
    """A roster with its shapes, in the order of record ids: what the kernel counts.

    `outlines` are the distinct outlines of hazards, `work` those of releases; `outline_of` and `work_of` say which
    each slice and release has. `parents` and `kin` (those and theirs) are the hazards out of which each came.

    >>> Timeline([], []).ids
    []
    """

    def __init__(
        self, hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], threads: int = 1
    ) -> None:
        super().__init__(lambda at: self.outlines[self.outline_of[at]], lambda at: self.work[self.work_of[at]])
        self.slices = sorted(hazards, key=lambda each: (each.record_id.int, day_number(each.true_from)))
        self.releases = sorted(releases, key=lambda each: each.record_id.int)
        # GEOS looks at shapes beside Python's lock: days and numbers are made meanwhile.
        stated = pack([None if each.void else each.geometry for each in self.slices])
        drawn = aside(threads, measured_ground, stated, threads)
        done = aside(threads, measured_ground, pack([each.geometry for each in self.releases]), threads)
        self.begins = np.array([day_number(each.true_from) for each in self.slices], dtype=np.int64)
        self.days = np.array([day_number(each.on) for each in self.releases], dtype=np.int64)
        self._number_hazards()
        self.ends = slice_ends(self.slices, self.hazard_of, self.begins)
        self.known = np.full(len(self.ids), NEVER, dtype=np.int64)
        np.minimum.at(self.known, self.hazard_of, self.begins)
        self.slice_known = self.known[self.hazard_of]
        self.reported_m2 = np.array([np.nan if each.area_reported_m2 is None else each.area_reported_m2
                                     for each in self.releases], dtype=float)
        self.account = self._accounts()
        self.is_void = np.array([each.void for each in self.slices], dtype=bool)
        self.is_closed = np.array([each.status in CLOSED for each in self.slices], dtype=bool)
        self.stands = np.ones(len(self.slices), dtype=bool)
        self.counts = np.ones(len(self.releases), dtype=bool)
        self._named, self._ranks, self._kin = self._number_named(), self._rank_slices(), _listed(self.kin)
        self._take_shapes(drawn(), done(), threads)
        self.measured = np.full(len(self.ids), NEVER, dtype=np.int64)
        np.minimum.at(self.measured, self.hazard_of[self.has_ground], self.begins[self.has_ground])

    def _number_hazards(self) -> None:
        self.ids = list(dict.fromkeys(each.record_id for each in self.slices))
        self.number = {each: at for at, each in enumerate(self.ids)}
        self.hazard_of = np.array([self.number[each.record_id] for each in self.slices], dtype=np.int64)

    def _take_shapes(self, drawn: tuple[Array, Array], done: tuple[Array, Array], threads: int) -> None:
        work = aside(threads, distinct, *done)
        self.outlines, self.outline_of = distinct(*drawn)
        self.work, self.work_of = work()
        self.has_ground = ~shapely.is_empty(self.outlines)[self.outline_of]
        self.is_drawn = ~shapely.is_empty(self.work)[self.work_of]
        placed = pack([each.geometry for each in self.slices])
        self.has_position = ~(shapely.is_missing(placed) | shapely.is_empty(placed))
        self.area_m2 = done[1]
        self._boxes = boxes_of(np.concatenate([self.outlines, self.work]))
        self.boxes = self._boxes[self.outline_of]
        self.release_boxes = self._boxes[len(self.outlines) + self.work_of]

    def _accounts(self) -> Array:
        accounts: list[int] = []
        seen: dict[tuple[Any, ...], int] = {}
        for index, (each, hazard) in enumerate(zip(self.slices, self.hazard_of.tolist(), strict=True)):
            face = (hazard, each.classification, *sorted((name, str(value)) for name, value in each.keys.items()))
            accounts.append(seen.setdefault(face, index))
        return np.array(accounts, dtype=np.int64)

    def _rank_slices(self) -> Array:
        """Number who owns shared ground: of two slices that cover a point, the one with the smaller number."""
        first = np.flatnonzero(np.diff(self.hazard_of, prepend=-1))  # slices and hazards are in the order of ids
        informed = np.array([day_number(self.slices[at].information_date) for at in first.tolist()], dtype=np.int64)
        of_class = np.array([CLASS_ORDER.get(each.classification or "", 2) for each in self.slices], dtype=np.int64)
        order = np.lexsort((self.hazard_of, informed[self.hazard_of], of_class))
        is_next = np.diff(of_class[order], prepend=-1) != 0
        is_next |= np.diff(self.hazard_of[order], prepend=-1) != 0
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.cumsum(is_next) - 1
        return ranks

    def ground(self, threads: int = 1) -> Ground:
        """Give what the kernel counts: outlines of hazards first, then those of releases, and what they stand for."""
        shapes = np.concatenate([self.outlines, self.work])
        boxes = self._boxes
        met = aside(threads, meeting, boxes, boxes, MOST_PAIRS, threads)
        return Ground(to_outlines(shapes), self.facts(), *met())

    def facts(self) -> Facts:
        """Give slices, hazards and releases as whole numbers."""
        strength = [STRENGTH[piece.outcome] for piece in self.releases]
        lasting = np.flatnonzero(self.begins < self.ends)
        slice_first, slice_of = _grouped(self.outline_of[lasting], lasting, len(self.outlines), len(self.work))
        work_first, work_of = _grouped(len(self.outlines) + self.work_of, np.arange(len(self.releases)),
                                       len(self.outlines) + len(self.work), 0)
        return Facts(
            np.array([self.hazard_of, self.begins, self.ends, self._ranks, self.account], dtype=np.int64),
            np.array([self.known, self.measured], dtype=np.int64),
            np.array([self.days, strength], dtype=np.int64),
            *self._named, slice_first, slice_of, work_first, work_of,
            *self._kin,
        )  # fmt: skip

    def _number_named(self) -> tuple[Array, Array]:
        """Gather by release the numbers of the hazards that it names: starts, and the numbers in order, each once."""
        number = {each.int: at for at, each in enumerate(self.ids)}
        sizes = [len(piece.hazard_ids) for piece in self.releases]
        found = np.array([number.get(each.int, -1) for piece in self.releases for each in piece.hazard_ids],
                         dtype=np.int64)
        by = np.repeat(np.arange(len(sizes)), sizes)[found >= 0]
        pairs = np.sort(by * max(1, len(self.ids)) + found[found >= 0])  # nearly in order: quicker than a table of them
        by, named = np.divmod(pairs[np.diff(pairs, prepend=-1) != 0], max(1, len(self.ids)))
        return np.searchsorted(by, np.arange(len(sizes) + 1)), named


def _listed(lists: list[list[int]]) -> tuple[Array, Array]:
    """Lay lists one behind the other: starts, and what is in them."""
    return np.cumsum([0, *map(len, lists)]), np.array([each for some in lists for each in some], dtype=np.int64)


def _grouped(keys: Array, values: Array, count: int, more: int) -> tuple[Array, Array]:
    """Gather values by key 0..count-1 (and `more` keys that have none): starts, and the values in order."""
    order = np.argsort(keys, kind="stable")
    first = np.zeros(count + more + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys, minlength=count + more), out=first[1:])
    return first, values[order].astype(np.int64)
