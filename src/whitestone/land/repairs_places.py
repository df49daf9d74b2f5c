"""What may be done about a hazard that lies elsewhere than in the place to which it is booked?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely

from whitestone.land.elsewhere import elsewhere_by_hazard
from whitestone.land.places import elsewhere_shares, locate
from whitestone.land.repairs_model import ASK, MEASURED, Case, Repair, Seed, Statement, View
from whitestone.land.repairs_words import area, without
from whitestone.land.shapes import pack

__all__ = ["elsewhere", "open_elsewhere"]

_DUST_M2 = 0.005
"""Below half a booked hundredth of a square metre there is no case."""


def elsewhere(view: View) -> list[Seed]:
    """List the hazards of which some open ground lies outside the place that they are booked to, with its m2.

    >>> from whitestone.land.book import simulate
    >>> elsewhere(View(simulate([], [])))
    []
    """
    places = {key: shape for level in view.beside.levels for key, shape in level.items()}
    shares = elsewhere_by_hazard(view.book, places)
    return [(round(m2, 2), own) for own, m2 in enumerate(shares.tolist()) if m2 > _DUST_M2]


def open_elsewhere(view: View, line: str, m2: float | None, hazard: int) -> Case:
    """Open a hazard that lies elsewhere: book it where it lies, or look at its position; no outline is cut."""
    own = view.line.ids[hazard]
    home = str(view.line.slices[view.book.now[hazard]].keys["place"])
    level = next(each for each in view.beside.levels if home in each)
    left = view.book.remaining.counted([hazard])[0]
    ground, name = without(left, level[home]), view.name(own)
    parties, where = (view.hazard(hazard),), view.beside.labels.get(home, home)
    proposals = []
    better = _rebook(view, hazard, home, level, left)
    if better is not None:
        proposals.append(better)
    distance_m = float(shapely.distance(left, level[home]))
    if distance_m > 0:
        far = f"{distance_m / 1000:,.1f} km" if distance_m >= 1000 else f"{distance_m:,.0f} m"
        proposals.append(Repair(
            kind="look",
            sentence=f"Look at the position of {name}: all of it lies {far} or more from {where}.",
            why="Swapped axes, a wrong zone or datum, or a wrong place. No outline is moved by proposal.",
            basis=MEASURED,
            evidence=(f"distance between the outline and {where} {far}",),
        ))  # fmt: skip
    sentence = f"{area(m2)} of what is left of {name} lie outside {where}, to which it is booked."
    note = "A hazard across a boundary is booked whole to one place: it may stay, and this line says how much that is."
    return view.case(line, m2, parties, sentence, proposals, ground, note)


def _rebook(view: View, hazard: int, home: str, level: Mapping[str, Any], left: Any) -> Repair | None:
    """Propose the place of the same level that holds most of it, where less of it would lie elsewhere."""
    best = locate([left], level)[0]
    if best is None or best == home:
        return None
    before, after = elsewhere_shares(pack([left, left]), [home, best], level).tolist()
    if after > before - _DUST_M2:
        return None
    own, labels = view.line.ids[hazard], view.beside.labels
    return Repair(
        kind="rebook",
        sentence=f"Correct the place of {view.name(own)} from {labels.get(home, home)} to {labels.get(best, best)}.",
        why="It is booked where most of it lies. Totals do not change, only the rows by place. Right unless the "
        "outline is what is wrong, or the boundary between the two is disputed: whose it is, the records do not say.",
        basis=ASK,
        statements=(Statement(own, "hazard", {"place_id": best}),),
        evidence=(f"{area(before)} lie outside the one, {area(after)} outside the other",),
        promised=after - before,
    )
