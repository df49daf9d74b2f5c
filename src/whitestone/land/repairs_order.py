"""What may be done about ground that undated work took from an undated hazard, so that nobody knows which came first?

A date is never made up. It is proposed where another statement gives one, with what gives it and why.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from whitestone.land.book import CENTS
from whitestone.land.inputs import UNDATED
from whitestone.land.proof import order_unknown
from whitestone.land.repairs_model import ASK, Case, Dating, Repair, Seed, Statement, View
from whitestone.land.repairs_words import area, common
from whitestone.land.shapes import EMPTY

__all__ = ["open_unordered", "unordered"]

_NO_LONGER = "it then acts on no hazard that is known only from a later day"


def unordered(view: View) -> list[Seed]:
    """List the pairs of an undated hazard and an undated release that took ground from it, with its m2.

    >>> from whitestone.land.book import simulate
    >>> unordered(View(simulate([], [])))
    []
    """
    return [(cents / CENTS, pair) for pair, cents in _pairs(view).items() if cents]


def _pairs(view: View) -> dict[tuple[int, int], int]:
    if "unordered" not in view.memo:
        sums: dict[tuple[int, int], int] = defaultdict(int)
        for entry in order_unknown(view.book):
            sums[entry.hazard, entry.release] += entry.cents
        view.memo["unordered"] = dict(sums)
    found: dict[tuple[int, int], int] = view.memo["unordered"]
    return found


def open_unordered(view: View, line: str, m2: float | None, pair: tuple[int, int]) -> Case:
    """Open an undated hazard and undated work on it: dates that other statements give, or a question."""
    hazard, release = pair
    line_, parties = view.line, (view.hazard(hazard), view.release(release))
    names = [view.name(each.record_id) for each in parties]
    proposals = [_date_hazard(view, hazard, each) for each in _dates(view, hazard, None)]
    if parties[1].kind == "release":
        proposals += [_date_release(view, release, each) for each in _dates(view, hazard, release)]
    if not proposals:
        proposals.append(Repair("ask", f"Ask who recorded them when {names[0]} was found and when {names[1]} was done.",
                                "No statement gives a date of either, and none is made up.", ASK))
    now = view.book.now[hazard]
    outline = view.ground(int(now)) if now >= 0 else EMPTY
    ground = common(view.work(release), outline) if line_.is_drawn[release] else EMPTY
    sentence = (f"Neither {names[0]} nor {names[1]} has a date: {names[1]} took {area(m2)} from it, if the hazard "
                "was there before the work.")
    note = "As it stands the work counts. If the hazard came after it, its ground is open and not in the sum."
    return view.case(line, m2, parties, sentence, proposals, ground, note)


def _dates(view: View, hazard: int, release: int | None) -> list[Dating]:
    """List what may date the hazard (release None) or the release, each day once, none after the book ends."""
    if view.beside.dates is None:
        return []
    line = view.line
    record = line.ids[hazard] if release is None else line.releases[release].record_id
    mine = view.slices_by_now(hazard)
    # The first state of a hazard has to begin before the second does.
    ends = int(line.begins[mine[1]]) - 1 if release is None and len(mine) > 1 else view.book.last_day
    found: dict[int, Dating] = {}
    for each in view.beside.dates(record):
        if each.day.toordinal() <= min(ends, view.book.last_day):
            found.setdefault(each.day.toordinal(), each)
    return list(found.values())


def _date_hazard(view: View, hazard: int, dating: Dating) -> Repair:
    own = view.line.ids[hazard]
    others = [each for each in view.near_hazards(view.ground(int(view.book.now[hazard])))
              if each != hazard and view.line.known[each] == UNDATED] if view.book.now[hazard] >= 0 else []
    cents = sum(cents for (mine, _), cents in _pairs(view).items() if mine == hazard)
    return Repair(
        kind="date_hazard",
        sentence=f"Correct the first information date of {view.name(own)} to {dating.day.isoformat()}.",
        why=dating.why,
        basis=dating.basis,
        statements=(Statement(own, "hazard", information_date=dating.day),),
        evidence=(dating.evidence,),
        promised=None if others else -cents / CENTS,
    )


def _date_release(view: View, release: int, dating: Dating) -> Repair:
    piece, line = view.line.releases[release], view.line
    others = [each for each in view.near_releases(view.work(release)) if each != release and line.days[each] == UNDATED]
    cents = sum(cents for (_, mine), cents in _pairs(view).items() if mine == release)
    # Dated, it acts no more on hazards that are known only from a later day, unless it names them.
    later = np.array([line.known[each] > dating.day.toordinal() for each in view.near_hazards(view.work(release))])
    return Repair(
        kind="date_release",
        sentence=f"State that {view.name(piece.record_id)} was completed on {dating.day.isoformat()}.",
        why=dating.why,
        basis=dating.basis,
        statements=(Statement(piece.record_id, "release", {"completed_on": dating.day.isoformat()}),),
        evidence=(dating.evidence, *([_NO_LONGER] if later.any() else [])),
        promised=None if others else -cents / CENTS,
    )
