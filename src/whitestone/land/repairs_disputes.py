"""What may be done about ground on which two statements disagree, or that awaits approval?

Which of two outlines is right cannot be computed: both are drawn, and a person chooses one or lets the dispute stand.
"""

from __future__ import annotations

from typing import Any

import shapely

from whitestone.land.proof import disagreement_shares
from whitestone.land.repairs_model import ASK, Case, Claim, Party, Repair, Seed, Side, Statement, View
from whitestone.land.repairs_words import area, without
from whitestone.land.shapes import ground, pack, union

__all__ = ["awaiting", "disputed", "open_awaiting", "open_disputed"]

DISPUTED, AWAITING = "in_conflict_m2", "not_approved_m2"


def disputed(view: View) -> list[Seed]:
    """List the disputes over an outline, each with the m2 that no dispute before it has.

    >>> from whitestone.land.book import simulate
    >>> disputed(View(simulate([], [])))
    []
    """
    return _seeds(view, DISPUTED)


def awaiting(view: View) -> list[Seed]:
    """List the records of which an outline awaits approval, each with the m2 that would change by it alone.

    >>> from whitestone.land.book import simulate
    >>> awaiting(View(simulate([], [])))
    []
    """
    return _seeds(view, AWAITING)


def _seeds(view: View, line: str) -> list[Seed]:
    claims = view.beside.claims.get(line, ())
    shares = disagreement_shares([(each.counted.shape, each.other.shape) for each in claims])
    return [(round(m2, 2), at) for at, m2 in enumerate(shares.tolist())]


def open_disputed(view: View, line: str, m2: float | None, at: int) -> Case:
    """Open a dispute: the outline as it counts now, the other, and a choice of either."""
    claim = view.beside.claims[DISPUTED][at]
    falls = -_falls_by(view, DISPUTED, at)
    parties = tuple(_party(claim, each) for each in (claim.counted, claim.other))
    name, other = view.name(claim.record_id), view.name(claim.other.record_id)
    if claim.counted.record_id == claim.other.record_id:
        proposals = [_choose(claim, name, each, falls) for each in (claim.counted, claim.other)]
        sentence = f"Two statements of the outline of {name} differ by {area(m2)}; none of them knew of the other."
        note = ("Until a person decides, the first counts and both stay. You may leave it as disputed, with a reason.")
    else:
        proposals = [_shared(view, claim, falls, kept_stands=kept) for kept in (True, False)]
        sentence = f"{name} and {other} were declared the same, and their outlines differ by {area(m2)}."
        note = f"If they are two things, take the decision back: then {other} counts by itself again."
    return view.case(line, m2, parties, sentence, proposals, _only(claim), note)


def _choose(claim: Claim, name: str, side: Side, falls: float) -> Repair:
    is_counted = side is claim.counted
    return Repair(
        kind="keep_counted" if is_counted else "take_other",
        sentence=f"Decide that the outline of {name} is {side.what}.",
        why="It counts now: no total moves, and the dispute is settled." if is_counted else
        "What counts is then this outline, from the later of both dates on; what is left changes with it.",
        basis=ASK,
        evidence=tuple(f"{each.what}{f', of {each.day.isoformat()}' if each.day else ', undated'}"
                       for each in (claim.counted, claim.other)),
        promised=falls,
        chosen=(claim, side),
    )  # fmt: skip


def _shared(view: View, claim: Claim, falls: float, *, kept_stands: bool) -> Repair:
    """Propose one of the two outlines for both of two records that are one."""
    stands, other = (claim.counted, claim.other) if kept_stands else (claim.other, claim.counted)
    said, corrected = view.name(stands.record_id), view.name(other.record_id)
    return Repair(
        kind="keep_counted" if kept_stands else "take_other",
        sentence=f"Correct the outline of {corrected} to that of {said}.",
        why="The two are one thing. No total moves: the outline of the record that is kept counts." if kept_stands else
        "The two are one thing, and this outline is the better one; what is left changes with it.",
        basis=ASK,
        statements=(Statement(other.record_id, claim.kind, geometry=stands.shape),),
        evidence=(f"{corrected} was declared the same as {said}" if kept_stands
                  else f"{said} was declared the same as {corrected}",),
        promised=falls,
    )


def open_awaiting(view: View, line: str, m2: float | None, at: int) -> Case:
    """Open a statement that awaits approval: approve it, or return it to who made it."""
    claim = view.beside.claims[AWAITING][at]
    name, falls = view.name(claim.record_id), -_falls_by(view, AWAITING, at)
    sides = [each for each in (claim.counted, claim.other) if each.shape is not None or each is claim.other]
    parties = tuple(_party(claim, each) for each in sides)
    fact = (f"{claim.asked}{f', of {claim.other.day.isoformat()}' if claim.other.day else ', undated'}",)
    proposals = [
        Repair("approve", f"Approve what was {claim.asked} of {name}.",
               "It counts from then on, with its own dates: every figure that it moves is listed. Right if its "
               "paper was checked.", ASK, evidence=fact, promised=falls, decided=(claim, "approved")),
        Repair("return", f"Return what was {claim.asked} of {name} to who made it.",
               "It counts nowhere until it is stated anew; it stays in the history, and your reason with it.", ASK,
               evidence=fact, promised=falls, decided=(claim, "returned")),
    ]  # fmt: skip
    was = "nothing of it counts yet" if claim.counted.shape is None else "another outline counts until then"
    sentence = f"What was {claim.asked} of {name} is not approved: {area(m2)} would change by it, and {was}."
    return view.case(line, m2, parties, sentence, proposals, _only(claim), "Waiting is no fault: it may stay.")


def _party(claim: Claim, side: Side) -> Party:
    return Party(side.record_id, claim.kind, side.organisation, side.what, side.day, side.shape)


def _only(claim: Claim) -> Any:
    """Return the ground that one side has and the other has not."""
    left, right = ground(pack([claim.counted.shape, claim.other.shape]))
    return union(pack([without(left, right), without(right, left)]))


def _falls_by(view: View, line: str, at: int) -> float:
    """Measure by how much a line falls without one of its claims: what no other claim of the line has as well."""
    name = f"only {line}"
    if name not in view.memo:
        shapes = pack([_only(each) for each in view.beside.claims[line]])
        view.memo[name] = shapes, shapely.STRtree(shapes)
    shapes, tree = view.memo[name]
    others = [each for each in tree.query(shapes[at], predicate="intersects").tolist() if each != at]
    return float(without(shapes[at], union(shapes[others])).area)
