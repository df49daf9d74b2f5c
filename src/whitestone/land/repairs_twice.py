"""What may be done about ground that two releases claim: one drawn twice, one to cut, or two steps of one process?

Two functions, as in `repairs_work`: one lists the pairs with their common ground, one opens a pair and proposes.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

import numpy as np

from whitestone.land.book import CENTS
from whitestone.land.claims import TWICE
from whitestone.land.inputs import STRENGTH
from whitestone.land.proof import claimed
from whitestone.land.repairs_model import ASK, MEASURED, Case, Repair, Seed, Statement, View
from whitestone.land.repairs_words import area, common, said, without
from whitestone.land.shapes import NOISE_M2, pack, union

__all__ = ["SAME_SHARE", "claimed_twice", "open_claimed_twice"]

SAME_SHARE = 0.999
"""Two outlines that share this much of both are one outline drawn twice."""
CROWD = 20
"""Where more releases than this lie on one piece of ground, each is paired with the first of them only."""


def claimed_twice(view: View) -> list[Seed]:
    """List the pairs of releases that claim the same ground, with the m2 that both claim.

    >>> from whitestone.land.book import simulate
    >>> claimed_twice(View(simulate([], [])))
    []
    """
    both, _ = _pairs(view)
    return [(cents / CENTS, pair) for pair, cents in both.items() if cents]


def _pairs(view: View) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """Sum what each pair of releases claims, and what only these two claim, in hundredths of m2."""
    if "pairs" not in view.memo:
        view.memo["pairs"] = _count_pairs(view)
    found: tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]] = view.memo["pairs"]
    return found


def _count_pairs(view: View) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    pieces, line = view.book.pieces, view.line
    chosen, cents = claimed(view.book, TWICE, view.first_day)
    ends = np.append(pieces.sets[1:, 3], len(pieces.members))
    both: dict[tuple[int, int], int] = defaultdict(int)
    alone: dict[tuple[int, int], int] = defaultdict(int)
    for at in np.flatnonzero(chosen).tolist():
        members = sorted({own for own in pieces.members[pieces.sets[at, 3] : ends[at], 0].tolist()
                          if line.days[own] <= view.book.last_day})
        pairs = combinations(members, 2) if len(members) <= CROWD else ((members[0], own) for own in members[1:])
        for pair in pairs:
            both[pair] += int(cents[at])
        if len(members) == 2:
            alone[members[0], members[1]] += int(cents[at])
    return both, alone


def open_claimed_twice(view: View, line: str, m2: float | None, pair: tuple[int, int]) -> Case:
    """Open two releases over the same ground: one drawn twice, a later one to cut, or two steps of one process."""
    works, releases = {own: view.work(own) for own in pair}, view.line.releases
    # On one day the stronger outcome acts first, as in the account.
    earlier, later = sorted(pair, key=lambda own: (view.line.days[own], -STRENGTH[releases[own].outcome], own))
    ground = common(works[earlier], works[later])
    parties = (view.release(earlier), view.release(later))
    strong, weak = (STRENGTH[releases[own].outcome] for own in (later, earlier))
    is_one = ground.area >= SAME_SHARE * max(works[earlier].area, works[later].area)
    promised = -_pairs(view)[1].get((min(pair), max(pair)), 0) / CENTS
    proposals, note = [], ""
    if strong > weak and view.line.days[later] > view.line.days[earlier]:
        note = (f"{releases[earlier].outcome} first and {releases[later].outcome} later is two steps of one process, "
                "not a fault: the ledger books the later one as a reclassification. It may stay.")
    elif is_one and strong == weak:
        proposals.append(_one_release(view, earlier, later, ground, promised))
    elif not is_one:
        if strong == weak:
            note = "Lanes of two teams may meet with an overlap, and sampling or clearance over earlier work is usual. "
        note += "The square metres are counted once either way."
        proposals += _cut_release(view, earlier, later, ground)
    else:
        note = (f"The same outline, {releases[earlier].outcome} by one and {releases[later].outcome} by the other: "
                "the paper of both has to say which it was. The square metres are counted once.")
    sentence = (f"{view.name(releases[earlier].record_id)} ({releases[earlier].outcome}, "
                f"{said(int(view.line.days[earlier]))}) and {view.name(releases[later].record_id)} "
                f"({releases[later].outcome}, {said(int(view.line.days[later]))}) both claim {area(m2)}.")
    return view.case(line, m2, parties, sentence, tuple(proposals), ground, note)


def _one_release(view: View, earlier: int, later: int, ground: Any, promised: float) -> Repair:
    kept, absorbed = (view.line.releases[own].record_id for own in (earlier, later))
    share = ground.area / max(view.work(own).area for own in (earlier, later))
    return Repair(
        kind="declare_same",
        sentence=f"Declare {view.name(absorbed)} the same as {view.name(kept)}, which is kept.",
        why="One outline with one outcome, reported twice. Both records stay, and it can be taken back.",
        basis=MEASURED,
        same=(kept, absorbed),
        evidence=(f"the outlines share {100 * share:.1f} % of the larger", "the outcome is the same"),
        promised=promised,
    )


def _cut_release(view: View, earlier: int, later: int, ground: Any) -> list[Repair]:
    """Cut what the later one draws over the earlier one, but for hazards on which only the later one acts."""
    line, record = view.line, view.line.releases[later].record_id
    only = [view.ground(at) for own in view.near_hazards(ground) for at in line.slices_of(own).tolist()
            if line.acts_on(later, own) is not None and line.acts_on(earlier, own) is None]
    cut = without(ground, union(pack(only)))
    left = without(view.work(later), cut)
    if cut.area < NOISE_M2:
        return []
    if left.area < NOISE_M2:
        return [_inside(view, earlier, later)]
    which = ("The later of the two, and not the stronger one" if line.days[earlier] < line.days[later]
             else "Neither is known to be earlier; the other one counts there")  # fmt: skip
    thirds = [view.work(own) for own in view.near_releases(cut)
              if own not in (earlier, later) and line.days[own] <= view.book.last_day]
    return [Repair(
        kind="cut_outline",
        sentence=f"Correct the outline of {view.name(record)}: without the {area(cut.area)} that "
        f"{view.name(line.releases[earlier].record_id)} claims as well.",
        why=f"{which}: it took nothing from the account there. Right only if its team did not work on that ground.",
        basis=ASK,
        statements=(Statement(record, "release", geometry=left),),
        evidence=(f"dates {said(int(line.days[earlier]))} and {said(int(line.days[later]))}",
                  f"common ground {area(ground.area)}"),
        promised=-float(without(cut, union(pack(thirds))).area),
    )]  # fmt: skip


def _inside(view: View, earlier: int, later: int) -> Repair:
    """Propose that the later one, which lies wholly inside the earlier one, is a second report of it."""
    kept, absorbed = (view.line.releases[own].record_id for own in (earlier, later))
    return Repair(
        kind="declare_same",
        sentence=f"Declare {view.name(absorbed)} the same as {view.name(kept)}, which is kept.",
        why=f"Right only if {view.name(absorbed)} is a second report of a part of that work, and not work done again.",
        basis=ASK,
        same=(kept, absorbed),
        evidence=(f"{view.name(absorbed)} lies wholly inside {view.name(kept)}",),
        promised=-_pairs(view)[1].get((min(earlier, later), max(earlier, later)), 0) / CENTS,
    )
