"""What may be done about work that does not fit: outside any hazard, without outline, of another size, too old?

Each line has two functions: one lists its cases with their size (a mask over numbers, cheap), one opens a case and
proposes. Source of the rules: docs/guides/ledger.md; what each proposal means: docs/guides/proof_lines.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from whitestone.land.book import CENTS
from whitestone.land.claims import OUTSIDE
from whitestone.land.inputs import UNDATED
from whitestone.land.proof import claim_shares
from whitestone.land.repairs_model import ASK, MEASURED, STATED, Case, Repair, Seed, Statement, View
from whitestone.land.repairs_words import area, common, said, without
from whitestone.land.shapes import EMPTY, NOISE_M2, pack, union

__all__ = [
    "NEAR_M", "mismatched", "older", "open_mismatched", "open_older", "open_outside", "open_undrawn", "outside",
    "undrawn",
]  # fmt: skip

NEAR_M = 25.0
"""How far beyond the outline of the hazard that it names work may reach and still be read as the hazard's own edge."""
SLIP_SHARE = 0.02
"""How near to a power of ten the ratio of two areas must come to be read as a slip of the unit."""


def outside(view: View) -> list[Seed]:
    """List the releases that lie outside any hazard, with their m2.

    >>> from whitestone.land.book import simulate
    >>> outside(View(simulate([], [])))
    []
    """
    found = claim_shares(view.book, OUTSIDE, view.first_day)
    return [(cents / CENTS, release) for release, cents in found.items() if cents]


def open_outside(view: View, line: str, m2: float | None, release: int) -> Case:
    """Open a release that lies outside any hazard: later hazards, the hazard that it names, or work that may stay."""
    piece, ground = view.line.releases[release], view.outside(release)
    me = view.release(release)
    crossed = [own for own in view.near_hazards(ground) if view.line.acts_on(release, own) is None]
    named = [view.line.number[own] for own in piece.hazard_ids if own in view.line.number]
    proposals = [each for own in crossed if (each := _link_later(view, release, own, ground)) is not None]
    proposals += [each for own in named if (each := _boundary(view, release, own, ground)) is not None]
    proposals += _far_away(view, release, named)
    parties = (me, *(view.hazard(own) for own in dict.fromkeys([*named, *crossed])))
    note = "Work outside a recorded outline is work done. It takes nothing from the account and may stay as it is."
    if not named and not crossed:
        note = f"It names no hazard and crosses none, also none recorded later. {note}"
    sentence = f"{view.name(piece.record_id)} {piece.outcome} {area(m2)} that no hazard known by then holds."
    return view.case(line, m2, parties, sentence, tuple(proposals), ground, note)


def _freed(view: View, release: int, ground: Any, acts: Callable[[int], bool]) -> float:
    """Measure by how much the line falls when a release has this ground no more outside: others may stand there."""
    others = [own for own in view.near_releases(ground) if own != release and not acts(own)
              and view.first_day <= view.line.days[own] <= view.book.last_day]
    left = without(ground, union(pack([view.outside(own) for own in others]))) if others else ground
    return float(left.area)


def _link_later(view: View, release: int, hazard: int, ground: Any) -> Repair | None:
    line, piece = view.line, view.line.releases[release]
    held = line.slice_on(hazard, line.known[hazard])
    inside = common(ground, view.ground(held)) if held >= 0 else EMPTY
    if line.known[hazard] > view.book.last_day or inside.area < NOISE_M2 or not _own(view, release):
        return None
    own = line.ids[hazard]
    linked = [str(each) for each in (*piece.hazard_ids, own)]
    return Repair(
        kind="link",
        sentence=f"State that {view.name(piece.record_id)} worked on {view.name(own)}.",
        why=f"It crosses {area(inside.area)} of a hazard that was recorded later, and does not name it. Right if that "
        "hazard was there when the work was done; wrong if it was found or laid afterwards.",
        basis=ASK,
        statements=(Statement(piece.record_id, "release", {"hazard_ids": linked}),),
        evidence=(f"{view.name(own)} is known from {said(line.known[hazard])}, the work is of "
                  f"{said(int(line.days[release]))}", f"common ground {area(inside.area)}"),
        promised=-_freed(view, release, inside, lambda other: False),
    )  # fmt: skip


def _boundary(view: View, release: int, hazard: int, ground: Any) -> Repair | None:
    """Propose the hazard's outline with the work's edge, where the work names it and lies beside it."""
    line, piece, now = view.line, view.line.releases[release], view.book.now[hazard]
    if now < 0 or not line.has_ground[now] or line.acts_on(release, hazard) is None:
        return None
    outline = view.ground(int(now))
    if (without(ground, outline.buffer(NEAR_M)).area > NOISE_M2
            or not shapely.intersects(outline, view.work(release))):
        return None
    added = without(ground, outline)
    acts = [own for own in view.near_releases(added) if line.acts_on(own, hazard) is not None]
    return Repair(
        kind="correct_outline",
        sentence=f"Correct the outline of {view.name(line.ids[hazard])} so that it holds the {area(added.area)} beside "
        f"it that {view.name(piece.record_id)} worked on.",
        why="The work names this hazard and reaches past its edge by little. The ground is discovered and released by "
        "the same act: what is left does not change.",
        basis=ASK,
        statements=(Statement(line.ids[hazard], "hazard", geometry=union(pack([outline, added]))),),
        evidence=(f"{view.name(piece.record_id)} names {view.name(line.ids[hazard])}",
                  f"no part lies more than {NEAR_M:g} m beyond the outline"),
        promised=-_freed(view, release, added, lambda other: other in acts),
    )  # fmt: skip


def _far_away(view: View, release: int, named: list[int]) -> list[Repair]:
    line, found = view.line, []
    for hazard in named:
        now = view.book.now[hazard]
        if now < 0 or not line.has_ground[now]:
            continue
        distance_m = float(shapely.distance(view.ground(int(now)), view.work(release)))
        if distance_m > NEAR_M:
            far = f"{distance_m / 1000:,.1f} km" if distance_m >= 1000 else f"{distance_m:,.0f} m"
            found.append(Repair(
                kind="look",
                sentence=f"Look at the position of {view.name(line.releases[release].record_id)}: it lies {far} from "
                f"{view.name(line.ids[hazard])}, which it names.",
                why="Swapped axes, a wrong zone or datum, or a wrong link. No outline is moved by proposal: the "
                "findings of the check on positions say what was read from which words.",
                basis=MEASURED,
                evidence=(f"distance between the two outlines {far}",),
            ))  # fmt: skip
    return found


def _own(view: View, release: int) -> bool:
    """Say whether a release's links are its own words, so that stating them anew changes nothing else."""
    piece = view.line.releases[release]
    return view.beside.own_links.get(piece.record_id, piece.hazard_ids) == piece.hazard_ids


def undrawn(view: View) -> list[Seed]:
    """List the releases of the period that draw nothing, with the m2 that they state.

    >>> from whitestone.land.book import simulate
    >>> undrawn(View(simulate([], [])))
    []
    """
    line = view.line
    chosen = line.counts & ~line.is_drawn & (line.days >= view.first_day) & (line.days <= view.book.last_day)
    return [(line.releases[own].area_reported_m2, own) for own in np.flatnonzero(chosen).tolist()]


def open_undrawn(view: View, line: str, m2: float | None, release: int) -> Case:
    """Open a release without an outline: only who did the work can draw it."""
    piece = view.line.releases[release]
    parties = (view.release(release), *(view.hazard(view.line.number[own]) for own in piece.hazard_ids
                                        if own in view.line.number))
    states = f"states {area(piece.area_reported_m2)}" if piece.area_reported_m2 else "states no area"
    ask = Repair("ask", "Ask who reported it for the outline.",
                 "Without an outline nothing leaves the account; no outline is made up from a number.", ASK)
    return view.case(line, m2, parties, f"{view.name(piece.record_id)} {states} and draws none.", (ask,),
                note="What it states stands in the column reported only.")


def mismatched(view: View) -> list[Seed]:
    """List the releases of the period that report another area than they draw, with the difference in m2.

    >>> from whitestone.land.book import simulate
    >>> mismatched(View(simulate([], [])))
    []
    """
    line = view.line
    found: list[Seed] = []
    chosen = line.counts & line.is_drawn & (line.days >= view.first_day) & (line.days <= view.book.last_day)
    for own in np.flatnonzero(chosen).tolist():
        reported = line.releases[own].area_reported_m2
        more = 0.0 if reported is None else reported - float(line.area_m2[own])
        if abs(more) > view.beside.tolerance_m2:
            found.append((round(more, 2), own))
    return found


def open_mismatched(view: View, line: str, m2: float | None, release: int) -> Case:
    """Open a release that reports another area than it draws: a slip of the unit, or a report to keep as it is."""
    piece, drawn = view.line.releases[release], float(view.line.area_m2[release])
    parties, reported = (view.release(release),), float(piece.area_reported_m2 or 0.0)
    power = round(math.log10(reported / drawn)) if reported > 0 and drawn > 0 else 0
    proposals = []
    if power and abs(reported / drawn / 10.0**power - 1) <= SLIP_SHARE:
        unit = {-4: "hectares", -6: "square kilometres"}.get(power, f"a figure {10 ** abs(power):,} times "
                                                             f"{'too large' if power > 0 else 'too small'}")
        right = reported / 10.0**power
        proposals.append(Repair(
            kind="rescale_reported",
            sentence=f"Correct the reported area of {view.name(piece.record_id)} from {reported:,.6g} to {right:,.6g} "
            "m2.",
            why=f"It reads as {unit} in a column of square metres. What was typed stays in the history.",
            basis=MEASURED,
            statements=(Statement(piece.record_id, "release", {"area_reported_m2": right}),),
            evidence=(f"reported is {reported / drawn:,.6g} times the {drawn:,.2f} m2 drawn, which is 10^{power} "
                      f"within {100 * SLIP_SHARE:g} %",),
            promised=right - reported,
        ))  # fmt: skip
    note = ("The report stays as it was given; the ledger counts the outline, and the computed area stands beside the "
            "reported one wherever both are shown.")
    sentence = f"{view.name(piece.record_id)} reports {area(reported)} and draws {area(drawn)}."
    return view.case(line, m2, parties, sentence, tuple(proposals), None, note)


def older(view: View) -> list[Seed]:
    """List the pairs of a release and a hazard that it names and that was recorded after it, with the common m2.

    >>> from whitestone.land.book import simulate
    >>> older(View(simulate([], [])))
    []
    """
    line, days = view.line, view.line.days
    found: list[Seed] = []
    for release in np.flatnonzero(line.counts & (days > UNDATED) & (days >= view.first_day) & line.is_drawn).tolist():
        for named in line.releases[release].hazard_ids:
            hazard = line.number.get(named, -1)
            if hazard < 0 or not days[release] < line.known[hazard] <= view.book.last_day:
                continue
            held = line.slice_on(hazard, line.known[hazard])
            ground = common(view.work(release), view.ground(held)) if held >= 0 else EMPTY
            if ground.area >= NOISE_M2:
                found.append((round(float(ground.area), 2), (release, hazard)))
    return found


def _older_than(view: View) -> dict[int, set[int]]:
    """Give for each such release the hazards that it is older than."""
    if "older" not in view.memo:
        found: dict[int, set[int]] = defaultdict(set)
        for _, (release, hazard) in older(view):
            found[release].add(hazard)
        view.memo["older"] = found
    others: dict[int, set[int]] = view.memo["older"]
    return others


def open_older(view: View, line: str, m2: float | None, pair: tuple[int, int]) -> Case:
    """Open a release older than a hazard that it names: an earlier date that the hazard states, or a wrong link."""
    release, hazard = pair
    piece, own = view.line.releases[release], view.line.ids[hazard]
    parties = (view.release(release), view.hazard(hazard))
    found = view.beside.discovered.get(own)
    others = _older_than(view)
    proposals = []
    if found is not None and found.toordinal() <= view.line.days[release]:
        proposals.append(Repair(
            kind="redate",
            sentence=f"Correct the first information date of {view.name(own)} to {found.isoformat()}.",
            why="The record itself says that it was discovered on that day, before the work.",
            basis=STATED,
            statements=(Statement(own, "hazard", information_date=found),),
            evidence=(f"discovered_on of {view.name(own)} is {found.isoformat()}",),
            promised=-float(sum(each == {hazard} and found.toordinal() <= view.line.days[work]
                                for work, each in others.items())),
        ))  # fmt: skip
    if _own(view, release):
        left = [str(each) for each in piece.hazard_ids if each != own]
        proposals.append(Repair(
            kind="unlink",
            sentence=f"State that {view.name(piece.record_id)} did not work on {view.name(own)}.",
            why="Right if the hazard was found, or laid, after the work: then its ground is open again, and the "
            "closing rises by it.",
            basis=ASK,
            statements=(Statement(piece.record_id, "release", {"hazard_ids": left}),),
            evidence=(f"the work is of {said(int(view.line.days[release]))}, the hazard known from "
                      f"{said(view.line.known[hazard])}",),
            promised=-float(others[release] == {hazard}),
        ))  # fmt: skip
    sentence = (f"{view.name(piece.record_id)} worked on {said(int(view.line.days[release]))} on {view.name(own)}, "
                f"which is known only from {said(view.line.known[hazard])} ({area(m2)}).")
    note = "Paper often comes late. As it stands, the ground leaves on the day on which the hazard enters the account."
    ground = common(view.work(release), parties[1].shape if parties[1].shape is not None else EMPTY)
    return view.case(line, m2, parties, sentence, tuple(proposals), ground, note)
