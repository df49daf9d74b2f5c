"""What may be done about hazards that do not fit: overlapping, without outline, closed with land left?

Each line has two functions, as in `repairs_work`. Where two hazards claim the same open ground it is cut from the one
that does not own it, and only the ground that both still have: what is left in the programme cannot change by it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import shapely

from whitestone.land.book import CENTS
from whitestone.land.grouping import CLOSED, reported_by_hazard
from whitestone.land.repairs_model import ASK, MEASURED, STATED, Case, Repair, Seed, Statement, View
from whitestone.land.repairs_twice import SAME_SHARE
from whitestone.land.repairs_words import area, common, day_of, said, without
from whitestone.land.shapes import NOISE_M2, intersect

__all__ = [
    "HAIRLINE_M", "MATCH_SHARE", "closed_unproven", "nowhere", "open_closed_unproven", "open_nowhere", "open_overlap",
    "open_unmeasured", "overlap", "unmeasured",
]  # fmt: skip

HAIRLINE_M = 2.0
"""Common ground no wider than this on average is an edge drawn twice, not ground that two hazards claim."""
MATCH_SHARE = 0.05
"""How near a stated area must come to what is left, to be named as one that may explain it."""


def overlap(view: View) -> list[Seed]:
    """List the pairs of hazards (owner, other) that both have the same open ground, with its m2.

    >>> from whitestone.land.book import simulate
    >>> overlap(View(simulate([], [])))
    []
    """
    book, line = view.book, view.line
    losers = [own for own in book.live.tolist() if book.own_stock[own] > book.stock[own]]
    pairs = []
    for own in losers:
        near = [each for each in view.near_hazards(book.remaining.shapes([own])[0]) if each != own]
        pairs += [(each, own) for each in near if book.now[each] >= 0 and _rank(view, each) < _rank(view, own)]
    if not pairs:
        return []
    first = book.remaining.own([each for each, _ in pairs])
    second = book.remaining.own([each for _, each in pairs])
    sizes = shapely.area(intersect(first, second))
    return [(round(float(m2), 2), pair) for pair, m2 in zip(pairs, sizes, strict=True)
            if m2 > NOISE_M2 and line.has_ground[book.now[pair[0]]]]


def _rank(view: View, hazard: int) -> tuple[int, int, uuid.UUID]:
    return view.line.rank(int(view.book.now[hazard]))


def open_overlap(view: View, line: str, m2: float | None, pair: tuple[int, int]) -> Case:
    """Open two hazards with common ground: one drawn twice, one inside the other, an edge, or a true overlap."""
    owner, other = pair
    own, its = view.book.remaining.own(pair)
    ground = common(own, its)
    parties = (view.hazard(owner), view.hazard(other))
    shapes = [view.book.remaining.shapes([each])[0] for each in pair]
    both = common(*shapes).area
    names = [view.name(each.record_id) for each in parties]
    proposals = []
    if both >= SAME_SHARE * max(each.area for each in shapes):
        proposals.append(_one_hazard(view, owner, other, names, both / max(each.area for each in shapes)))
    elif without(shapes[1], ground).area < NOISE_M2:
        proposals.append(_withdraw_inside(view, owner, other, names, ground))
    else:
        proposals.append(_cut_hazard(view, owner, other, names, ground))
    sentence = (f"{names[0]} ({parties[0].what or 'no class'}) and {names[1]} ({parties[1].what or 'no class'}) both "
                f"have {area(m2)} left; it is counted once, with {names[0]}.")
    is_step = {each.what for each in parties} == {"cha", "sha"}
    usual = "A confirmed area inside a suspected one is usual. " if is_step else ""
    note = f"{usual}The closing counts each square metre once either way."
    return view.case(line, m2, parties, sentence, tuple(proposals), ground, note)


def _one_hazard(view: View, owner: int, other: int, names: Sequence[str], share: float) -> Repair:
    line, known = view.line, view.line.known
    classes = {line.slices[view.book.now[each]].classification for each in (owner, other)}
    # Of one class, the record that was there first keeps the past as it was told; of two, the one that owns the ground.
    kept, absorbed = (owner, other) if len(classes) > 1 or known[owner] <= known[other] else (other, owner)
    order = names if kept == owner else names[::-1]
    more = "" if len(classes) == 1 else " Their classes differ: that of the record kept counts, with its own dates."
    return Repair(
        kind="declare_same",
        sentence=f"Declare {order[1]} the same as {order[0]}, which is kept.",
        why=f"One outline recorded twice. Both records stay, and it can be taken back.{more}",
        basis=MEASURED,
        same=(line.ids[kept], line.ids[absorbed]),
        evidence=(f"the outlines share {100 * share:.1f} % of the larger",),
        promised=-float(common(*view.book.remaining.own([owner, other])).area),
    )


def _withdraw_inside(view: View, owner: int, other: int, names: Sequence[str], ground: Any) -> Repair:
    since = _taken_over(view, owner, other, ground)
    return Repair(
        kind="withdraw",
        sentence=f"Record {names[1]} as closed, a duplicate.",
        why=f"All of its outline lies in what {names[0]} still has: it has no ground of its own, and the ground stays "
        "in the account with the other.",
        basis=MEASURED,
        statements=(Statement(view.line.ids[other], "hazard", {"status": "closed", "closure_reason": "duplicate"},
                              since=since),),
        evidence=(f"{names[1]} lies wholly inside {names[0]}",),
        promised=-view.book.own_stock[other] / CENTS,
    )


def _taken_over(view: View, owner: int, other: int, ground: Any) -> dt.date | None:
    """Give the day on which the owner came to hold ground that the other had before; None where it was there first."""
    line = view.line
    begins = min(int(line.begins[at]) for at in view.slices_by_now(owner)
                 if line.has_ground[at] and without(ground, view.ground(at)).area < NOISE_M2)
    return day_of(begins) if line.known[other] < begins else None


def _cut_hazard(view: View, owner: int, other: int, names: Sequence[str], ground: Any) -> Repair:
    """Cut common open ground: as a correction where the owner was there first, else from the owner's first day on."""
    line, since = view.line, _taken_over(view, owner, other, ground)
    outline = view.book.remaining.shapes([other])[0]
    width_m = 2 * ground.area / max(ground.length, 1e-9)
    inside = without(view.book.remaining.shapes([owner])[0], outline).area < NOISE_M2
    kind = "snap" if width_m <= HAIRLINE_M else "split" if inside and since else "cut_outline"
    why = {
        "snap": f"The common ground is {width_m:.2f} m wide on average: one edge drawn twice.",
        "split": f"{names[0]} lies inside {names[1]} and was recorded later: it was taken out of the larger area.",
        "cut_outline": f"The ground is counted with {names[0]}; {names[1]} claims it as well.",
    }[kind]
    how = f"from {since.isoformat()} on" if since else "as a correction"
    return Repair(
        kind=kind,
        sentence=f"State the outline of {names[1]} without the {area(ground.area)} that {names[0]} holds, {how}.",
        why=f"{why} What is left in the programme does not change.",
        basis=MEASURED if kind == "snap" else ASK,
        statements=(Statement(line.ids[other], "hazard", geometry=without(outline, ground),
                              since=since),),
        evidence=(f"known from {said(line.known[owner])} and {said(line.known[other])}",
                  f"common ground {area(ground.area)}"),
        promised=-float(ground.area),
    )  # fmt: skip


def nowhere(view: View) -> list[Seed]:
    """List the hazards without any geometry, not even a point.

    >>> from whitestone.land.book import simulate
    >>> nowhere(View(simulate([], [])))
    []
    """
    return [(None, own) for own in view.book.live.tolist() if _is_nowhere(view, own)]


def unmeasured(view: View) -> list[Seed]:
    """List the hazards that have a place and no measured outline; those without a place stand in the line before.

    >>> from whitestone.land.book import simulate
    >>> unmeasured(View(simulate([], [])))
    []
    """
    return [(None, own) for own in view.book.live.tolist() if not view.book.has_ground(own)]


def _is_nowhere(view: View, hazard: int) -> bool:
    return not view.line.has_position[view.book.now[hazard]]


def open_nowhere(view: View, line: str, m2: float | None, hazard: int) -> Case:
    """Open a hazard without a place: what names it lies somewhere, and a point may say where, never how much."""
    parties, hull, evidence = _naming(view, hazard)
    name, own = view.name(view.line.ids[hazard]), view.line.ids[hazard]
    proposals = []
    if hull is not None:
        proposals.append(Repair(
            kind="place_point",
            sentence=f"Record a point for {name}, in the middle of what names it.",
            why="A point says where to look, not how large it is: its size stays unknown. Work and finds may lie "
            "beside the hazard that they name.",
            basis=STATED,
            statements=(Statement(own, "hazard", geometry=shapely.Point(hull.centroid.x, hull.centroid.y)),),
            evidence=evidence,
            promised=-1.0,
        ))  # fmt: skip
    proposals.append(_ask_outline(name))
    return view.case(line, m2, parties, f"{name} has no geometry: nobody can be sent there.",
                tuple(proposals), hull)  # fmt: skip


def open_unmeasured(view: View, line: str, m2: float | None, hazard: int) -> Case:
    """Open a hazard of unknown size: what names it is shown as a hint; no outline is made up."""
    parties, hull, evidence = _naming(view, hazard)
    name = view.name(view.line.ids[hazard])
    stated = view.line.slices[view.book.now[hazard]].area_reported_m2
    more = [f"it states {area(stated)} without drawing it"] if stated else []
    proposals = [_ask_outline(name)]
    if hull is not None:
        proposals.insert(0, Repair("hint", "Begin a survey from what names it; the hull is drawn on the map as a hint.",
                                   f"The hull of it covers {area(hull.area)}. That is where somebody worked or found "
                                   "something, not the extent of the hazard.", STATED, evidence=evidence))
    sentence = f"{name} has no measured outline: its size is unknown, which is not zero."
    return view.case(line, m2, parties, sentence, tuple(proposals), hull,
                "; ".join(more).capitalize())


def _ask_outline(name: str) -> Repair:
    return Repair("ask", f"Ask who recorded {name} for its outline, or order a survey.",
                  "Nothing that is recorded says how far it reaches.", ASK)


def _naming(view: View, hazard: int) -> tuple[tuple[Any, ...], Any, tuple[str, ...]]:
    """Gather what names a hazard and lies somewhere: its parties, their hull (None: nothing), and what it rests on."""
    line, own = view.line, view.line.ids[hazard]
    works = view.naming(hazard)
    finds = view.beside.finds.get(own, ())
    drawn = [view.work(at) for at in works if line.is_drawn[at]] + [point for _, point in finds]
    evidence = tuple([f"{len(works)} releases name it"] * bool(works) + [f"{len(finds)} finds name it"] * bool(finds))
    hull = shapely.convex_hull(shapely.geometrycollections(drawn)) if drawn else None
    return (view.hazard(hazard), *(view.release(at) for at in works)), hull, evidence


def closed_unproven(view: View) -> list[Seed]:
    """List the hazards recorded as closed that have ground left, with its m2.

    >>> from whitestone.land.book import simulate
    >>> closed_unproven(View(simulate([], [])))
    []
    """
    book = view.book
    return [(book.stock[own] / CENTS, own) for own in book.live.tolist()
            if book.line.slices[book.now[own]].status in CLOSED and book.stock[own] > 0]


def open_closed_unproven(view: View, line: str, m2: float | None, hazard: int) -> Case:
    """Open a closed hazard with land left: work that was reported and not drawn, a closing too early, or an error."""
    book, own = view.book, view.line.ids[hazard]
    name, ground = view.name(own), book.remaining.counted([hazard])[0]
    works = view.naming(hazard)
    undrawn = [at for at in works if not view.line.is_drawn[at] and view.line.days[at] <= book.last_day]
    parties = (view.hazard(hazard), *(view.release(at) for at in works))
    proposals = _reported_left(view, hazard, undrawn, float(m2 or 0.0), ground)
    proposals.append(_closed_too_early(view, hazard, float(m2 or 0.0)))
    proposals.append(_data_error(view, hazard, ground))
    note = ""
    if m2 is not None and m2 <= view.beside.tolerance_m2:
        note = f"No more than the closing tolerance of {view.beside.tolerance_m2:g} m2: it may stay."
    sentence = f"{name} is closed, and no release covers {area(m2)} of it."
    return view.case(line, m2, parties, sentence, tuple(proposals), ground, note)


def _reported_left(view: View, hazard: int, undrawn: list[int], left_m2: float, ground: Any) -> list[Repair]:
    """Propose the ground that is left as the outline of the one release that states its size and draws nothing."""
    stated = reported_by_hazard(view.book).get(hazard, 0) / CENTS
    if not undrawn or not stated:
        return []
    releases, name = view.line.releases, view.name(view.line.ids[hazard])
    share = stated / left_m2 if left_m2 else 0.0
    fact = (f"{len(undrawn)} releases that name it draw nothing and state {area(stated)}, {100 * share:.0f} % of what "
            "is left")
    one = releases[undrawn[0]]
    # An activity that only reports has no outline to state: whoever did the work has to draw it.
    is_release = not view.beside.own_links or one.record_id in view.beside.own_links
    if len(undrawn) > 1 or abs(share - 1) > MATCH_SHARE or len(one.hazard_ids) > 1 or not is_release:
        return [Repair("ask", f"Ask for the outlines of the work on {name} that was only reported.",
                       "They may cover what is left; the figures alone do not say where.", ASK, evidence=(fact,))]
    return [Repair(
        kind="draw_reported",
        sentence=f"State what is left of {name} as the outline of {view.name(one.record_id)}.",
        why=f"It names this hazard alone and states {area(stated)}. Right only if its paper says that the rest of the "
        "hazard was done.",
        basis=ASK,
        statements=(Statement(one.record_id, "release", geometry=ground),),
        evidence=(fact,),
        promised=-left_m2,
    )]  # fmt: skip


def _closed_too_early(view: View, hazard: int, left_m2: float) -> Repair:
    before = [view.line.slices[at].status for at in view.slices_by_now(hazard)]
    earlier = next((each for each in reversed(before) if each and each not in CLOSED), "open")
    name = view.name(view.line.ids[hazard])
    return Repair(
        kind="reopen",
        sentence=f"Correct the status of {name}: {earlier}, not {_status(view, hazard)}.",
        why="It was said to be closed before all of its ground was released. What is left stays in the closing.",
        basis=ASK,
        statements=(Statement(view.line.ids[hazard], "hazard", {"status": earlier}),),
        evidence=(f"{area(left_m2)} without a release",),
        promised=-left_m2,
    )


def _data_error(view: View, hazard: int, ground: Any) -> Repair:
    """Propose to void a closed hazard; ground that another closed hazard has too passes to that one and stays."""
    book, line = view.book, view.line
    others = [each for each in view.near_hazards(ground) if each != hazard and book.now[each] >= 0]
    left, stays_m2 = ground, 0.0
    for each in sorted(others, key=lambda one: _rank(view, one)):
        its = book.remaining.own([each])[0]
        stays_m2 += common(left, its).area if line.slices[book.now[each]].status in CLOSED else 0.0
        left = without(left, its)
    return Repair(
        kind="withdraw",
        sentence=f"Record {view.name(line.ids[hazard])} as closed because it was a data error.",
        why=f"Only if the ground was never hazardous: {area(ground.area)} leave it as a boundary decrease, which is no "
        "release; what another hazard holds as well passes to that one.",
        basis=ASK,
        statements=(Statement(line.ids[hazard], "hazard", {"status": _status(view, hazard),
                                                           "closure_reason": "data_error"}),),
        promised=-float(ground.area - stays_m2),
    )  # fmt: skip


def _status(view: View, hazard: int) -> str:
    return str(view.line.slices[view.book.now[hazard]].status)
