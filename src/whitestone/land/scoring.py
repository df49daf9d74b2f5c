"""How likely are two records one and the same thing, out of which parts is that made up, and which pairs stand?

A score is the weighted mean of the parts that can be judged; what cannot be judged (an id that one side does not state,
a size that is unknown) has no weight, so it counts neither for a pair nor against it. Every part can be said in words.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.land.candidates import FORMER_ID, NO_ID, OWN_ID, SAME_RECORD, Pairs
from whitestone.land.sides import Cells, Side

__all__ = ["LEAST_SCORE", "PARTS", "WEIGHTS", "Scores", "Trust", "match_one_to_one", "score", "trust_ids"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PARTS = ("id", "place", "size", "form", "attributes")
WEIGHTS: dict[str, float] = {"id": 8.0, "place": 4.0, "size": 1.0, "form": 4.0, "attributes": 2.0}
"""An id that both sides use outweighs all else; place and form weigh alike; what is stated decides between equals."""

LEAST_SCORE = 0.5
"""From this score on two records are matched."""

LEAST_TRUST = 0.5
"""Ids count if at least this share of the records that carry one id lie together."""

_NEAR_M = 50.0
_TOGETHER = 0.1


class Trust(msgspec.Struct, frozen=True):
    """How far ids can be trusted to mean one thing on both sides: of `judged` pairs with one id, `together` lie so."""

    pairs: int = 0
    judged: int = 0
    together: int = 0

    @property
    def is_trusted(self) -> bool:
        """Say whether ids count; where no pair has two shapes nothing speaks against them."""
        return self.pairs > 0 and (self.judged == 0 or self.together >= LEAST_TRUST * self.judged)

    def sentence(self) -> str:
        """Say what was found of the ids.

        >>> Trust(10, 8, 1).sentence()
        'Ids are not used: 10 stand on both sides, but of 8 such pairs with shapes only 1 lie together.'
        """
        if not self.pairs:
            return "No id stands once on both sides, so ids tell nothing."
        if self.is_trusted:
            return f"Ids are used: {self.pairs:,} stand on both sides; of {self.judged:,} such pairs with shapes " \
                   f"{self.together:,} lie together."  # fmt: skip
        return f"Ids are not used: {self.pairs:,} stand on both sides, but of {self.judged:,} such pairs with shapes " \
               f"only {self.together:,} lie together."  # fmt: skip


class Scores(msgspec.Struct):
    """The parts of the scores of pairs (NaN: cannot be judged), how many attributes both state and how many agree."""

    parts: dict[str, Floats]
    total: Floats
    stated: Ints
    agreeing: Ints


def trust_ids(pairs: Pairs) -> Trust:
    """Judge from pairs with one own id whether ids mean one thing on both sides: do their shapes lie together?

    The identity of the record itself needs no such proof.

    >>> trust_ids(Pairs(*([np.zeros(0)] * 9))).is_trusted
    False
    """
    named = pairs.id_code > NO_ID
    area = named & ~np.isnan(pairs.overlap)
    near = named & np.isnan(pairs.overlap) & ~np.isnan(pairs.apart_m)
    together = (area & ((pairs.overlap >= _TOGETHER) | (pairs.inside_a >= LEAST_SCORE)
                        | (pairs.inside_b >= LEAST_SCORE))) | (near & (pairs.apart_m <= _NEAR_M))  # fmt: skip
    return Trust(int(named.sum()), int((area | near).sum()), int(together.sum()))


def score(pairs: Pairs, ours: Side, theirs: Side, cells: list[Cells], trust: Trust) -> Scores:
    """Score pairs part by part, 0 to 1 each, and in all.

    - id: 1 for the same record or one own id, 0.8 for a former id; 0 where either id stands on a record of the other
      side that is not this one; not judged where ids are not trusted or say nothing.
    - place: overlap by union of areas; for points how near they lie (50 m: 0).
    - size: the smaller area by the larger.
    - form: overlap by union of the outlines, centre on centre at one size; judged where place leaves it open.
    - attributes: the share that agrees of those that both state.

    >>> from whitestone.land.candidates import find_candidates, id_pairs
    >>> from whitestone.land.sides import make_side
    >>> one = make_side(["a"], [None], [{}], own_ids=["H-1"])
    >>> pairs, _ = find_candidates(one, one, id_pairs(one, one), [])
    >>> score(pairs, one, one, [], trust_ids(pairs)).total.tolist()
    [1.0]
    """
    ids = _id_part(pairs, trust)
    stated, agreeing = _attributes(pairs, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        attributes = np.where(stated > 0, agreeing / stated, np.nan)
    parts = {
        "id": ids,
        "place": np.where(np.isnan(pairs.overlap), np.clip(1 - pairs.apart_m / _NEAR_M, 0, 1), pairs.overlap),
        "size": pairs.scale,
        "form": pairs.form,
        "attributes": attributes,
    }
    # Records that nothing tells apart and that say the same are counted as the same: both sides hold one of them.
    nothing = np.isnan(np.column_stack(list(parts.values()))).all(axis=1)
    parts["attributes"] = np.where(nothing, 1.0, parts["attributes"])
    weight = sum(np.where(np.isnan(value), 0.0, WEIGHTS[name]) for name, value in parts.items())
    total = sum(np.nan_to_num(value) * WEIGHTS[name] for name, value in parts.items()) / weight
    return Scores(parts, np.asarray(total), stated, agreeing)


def _id_part(pairs: Pairs, trust: Trust) -> Floats:
    out = np.full(len(pairs), np.nan)
    value = {SAME_RECORD: 1.0, OWN_ID: 1.0, FORMER_ID: 0.8}
    if trust.is_trusted:
        # Either record has its twin by id elsewhere: then this is not it.
        named = pairs.id_code > NO_ID
        out[np.isin(pairs.a, pairs.a[named]) | np.isin(pairs.b, pairs.b[named])] = 0.0
        for code, worth in value.items():
            out[pairs.id_code == code] = worth
    else:
        out[pairs.id_code == SAME_RECORD] = 1.0
    return out


def _attributes(pairs: Pairs, cells: list[Cells]) -> tuple[Ints, Ints]:
    stated = np.zeros(len(pairs), dtype=np.int64)
    agreeing = np.zeros(len(pairs), dtype=np.int64)
    for each in cells:
        if each.is_compared:
            both = each.both(pairs.a, pairs.b)
            stated += both
            agreeing += both & ~each.differ(pairs.a, pairs.b)
    return stated, agreeing


def match_one_to_one(pairs: Pairs, scores: Floats, ours: Side, theirs: Side, least: float = LEAST_SCORE) -> Any:
    """Choose pairs so that each record stands in one at most: the best of both sides first, then of what is left.

    Equal scores are decided by common ground, then by nearness, then by the keys of both records taken together, which
    is the same from either side. Returns the numbers of the chosen pairs, ascending.

    >>> from whitestone.land.sides import make_side
    >>> nothing = make_side([], [], [])
    >>> match_one_to_one(Pairs(*([np.zeros(0)] * 9)), np.zeros(0), nothing, nothing).tolist()
    []
    """
    alive = np.flatnonzero(scores >= least)
    rank = np.empty(len(pairs), dtype=np.int64)
    order = _order(pairs, scores, ours, theirs)
    rank[order] = np.arange(len(order))
    chosen: list[Ints] = []
    while len(alive):
        best_a = _least(pairs.a[alive], rank[alive], len(ours))
        best_b = _least(pairs.b[alive], rank[alive], len(theirs))
        mutual = (rank[alive] == best_a[pairs.a[alive]]) & (rank[alive] == best_b[pairs.b[alive]])
        taken = alive[mutual]
        chosen.append(taken)
        done_a, done_b = np.zeros(len(ours), dtype=bool), np.zeros(len(theirs), dtype=bool)
        done_a[pairs.a[taken]] = True
        done_b[pairs.b[taken]] = True
        alive = alive[~done_a[pairs.a[alive]] & ~done_b[pairs.b[alive]]]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


def _order(pairs: Pairs, scores: Floats, ours: Side, theirs: Side) -> Ints:
    """Rank pairs, the best first, by nothing that depends on which side is called ours."""
    names = {name: at for at, name in enumerate(sorted({*ours.names, *theirs.names}))}
    left = np.array([names[name] for name in ours.names], dtype=np.int64)[pairs.a.astype(np.int64)]
    right = np.array([names[name] for name in theirs.names], dtype=np.int64)[pairs.b.astype(np.int64)]
    common = np.nan_to_num(pairs.common_m2)
    apart = np.nan_to_num(pairs.apart_m, nan=np.inf)
    # Rounded: the last digits depend on which of two shapes GEOS was given first.
    keys = (np.maximum(left, right), np.minimum(left, right), apart.round(3), -common.round(3), -scores.round(9))
    order: Ints = np.lexsort(keys)
    return order


def _least(owner: Ints, rank: Ints, count: int) -> Ints:
    out = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(out, owner, rank)
    return out
