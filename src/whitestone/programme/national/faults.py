"""Which faults lie in the simulated country, on which records, and what must a good system say of each?

Every fault has a site of its own, so that the ground that it moves is known exactly, and is not mixed with what
ordinary history brings. What the ledger can show lies in the world itself, and so in its truth; slips that only paper
can have (an axis swapped, a date to come) are added where the files are written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from whitestone.programme.national.country import code_of
from whitestone.programme.national.dice import Dice
from whitestone.programme.national.habits import OPERATORS, Operator
from whitestone.programme.national.lattice import Cells, rectangle
from whitestone.programme.national.register import Register
from whitestone.programme.national.statements import Fault, Statement, Work

__all__ = ["KINDS", "plant", "straight_sites"]

_FIELD = rectangle(2, 2, 4, 4)
_STRIP = rectangle(2, 2, 2, 4)


class _Plot:
    """One site for one fault: what is written on it, by whom, and when."""

    def __init__(self, register: Register, site: int, round_: int) -> None:
        self.register, self.site, self.place = register, site, code_of(site)
        self.dice = Dice(register.seed, "fault", site)
        self.one, self.other = OPERATORS[round_ % 4], OPERATORS[(round_ + 1) % 4]
        self.statements: list[Statement] = []
        self.works: list[Work] = []

    def day(self, share: float) -> dt.date:
        """Take a day by its share of the period, from 0 to 1."""
        span = (self.register.last - self.register.first).days
        return self.register.first + dt.timedelta(days=int(span * share))

    def area(self, cells: Cells) -> float:
        """Measure cells of the site in m2."""
        return self.register.lattice.cents(self.site, cells) / 100

    def hazard(self, cells: Cells = _FIELD, by: Operator | None = None, at: float = 0.2, **more: Any) -> Statement:
        """State a hazard."""
        operator, begins = by or self.one, self.day(at)
        record_id, local_id = self.register.name(operator, "H", begins)
        said: dict[str, Any] = {
            "record_id": record_id, "local_id": local_id, "operator": operator.code, "site": self.site,
            "begins": begins, "known_from": begins + dt.timedelta(days=10), "cells": cells, "classification": "sha",
            "place": self.place, "contamination": ("ap_mine",), "informed": begins,
            "area_reported_m2": self.area(cells) if cells else None,
        }  # fmt: skip
        self.statements.append(Statement(**{**said, **more}))
        return self.statements[-1]

    def release(self, of: Statement, cells: Cells = _STRIP, at: float = 0.5, **more: Any) -> Work:
        """State a release of a hazard."""
        operator, on = self.one, self.day(at)
        record_id, local_id = self.register.name(operator, "R", on)
        said: dict[str, Any] = {
            "record_id": record_id, "local_id": local_id, "operator": operator.code, "site": self.site, "on": on,
            "known_from": on + dt.timedelta(days=20), "cells": cells, "outcome": "cleared", "place": self.place,
            "names": (of.record_id,), "area_reported_m2": self.area(cells) if cells else None,
        }  # fmt: skip
        self.works.append(Work(**{**said, **more}))
        return self.works[-1]

    def fault(self, kind: str, says: str, *records: Statement | Work, **more: Any) -> Fault:
        """List the fault on its records; the first is the one that the finding names."""
        ids = tuple(dict.fromkeys(each.record_id for each in records))
        names = tuple(dict.fromkeys(each.local_id for each in records))
        rule_kind = "release" if isinstance(records[0], Work) else "hazard"
        return Fault(kind, ids, names, says, rule_kind=rule_kind, **more)


def _claimed_twice(plot: _Plot) -> Fault:
    hazard, part = plot.hazard(), rectangle(2, 3, 2, 3)
    first, again = plot.release(hazard), plot.release(hazard, part, at=0.6)
    return plot.fault("claimed-twice", "three quarters of a release handed in by a second report", again, first,
                      rule="releases-overlap", proof="claimed_twice_m2", m2=plot.area(part))  # fmt: skip


def _handed_in_twice(plot: _Plot) -> Fault:
    hazard = plot.hazard()
    first, again = plot.release(hazard), plot.release(hazard, at=0.6)
    return plot.fault("release-duplicated", "one polygon handed in by two reports", again, first,
                      rule="polygon-duplicated", proof="claimed_twice_m2", m2=plot.area(_STRIP))  # fmt: skip


def _outside(plot: _Plot) -> Fault:
    wide = rectangle(4, 2, 4, 2)
    work = plot.release(plot.hazard(), wide)
    return plot.fault("past-the-outline", "work goes past the recorded outline", work,
                      proof="outside_any_hazard_m2", m2=plot.area(wide - _FIELD))  # fmt: skip


def _overlap(plot: _Plot) -> Fault:
    first, second = plot.hazard(), plot.hazard(rectangle(5, 3, 4, 4), at=0.3)
    return plot.fault("hazards-overlap", "two surveys of one team run into each other", second, first,
                      rule="hazards-overlap", proof="hazards_overlap_m2",
                      m2=plot.area(rectangle(5, 3, 1, 3)))  # fmt: skip


def _overlap_across(plot: _Plot) -> Fault:
    first, second = plot.hazard(), plot.hazard(rectangle(3, 4, 4, 4), plot.other, 0.3)
    return plot.fault("hazards-overlap-across", "two operators surveyed the same field", second, first,
                      rule="hazards-overlap-across", proof="hazards_overlap_m2",
                      m2=plot.area(rectangle(3, 4, 3, 2)))  # fmt: skip


def _duplicate(plot: _Plot) -> Fault:
    first, copy = plot.hazard(), plot.hazard(at=0.25)
    return plot.fault("polygon-duplicated", "one polygon entered again under a new id", copy, first,
                      rule="polygon-duplicated", proof="hazards_overlap_m2", m2=plot.area(_FIELD))  # fmt: skip


def _duplicate_across(plot: _Plot) -> Fault:
    # Both write degrees: in another reference system the copy would differ by rounding.
    first, copy = plot.hazard(by=OPERATORS[2]), plot.hazard(by=OPERATORS[3], at=0.25)
    return plot.fault("polygon-duplicated-across", "two operators drew one hazard from one map", copy, first,
                      rule="polygon-duplicated-across", proof="hazards_overlap_m2", m2=plot.area(_FIELD))  # fmt: skip


def _nowhere(plot: _Plot) -> Fault:
    lost = plot.hazard(Cells(), look="nothing")
    return plot.fault("no-geometry", "a hazard that a village reported, never drawn", lost, rule="geometry-missing",
                      proof="no_geometry", count=1)  # fmt: skip


def _spot(plot: _Plot) -> Fault:
    spot = plot.hazard(Cells(), look="point")
    return plot.fault("size-unknown", "a position without an outline", spot, proof="size_unknown", count=1)


def _older(plot: _Plot) -> Fault:
    hazard = plot.hazard(at=0.5)
    early = plot.release(hazard, at=0.4, known_from=plot.day(0.6))
    return plot.fault("release-older-than-hazard", "completed before its hazard was recorded", early, hazard,
                      rule="release-before-hazard", proof="releases_older_than_hazard", m2=plot.area(_STRIP),
                      count=1)  # fmt: skip


def _unproven(plot: _Plot) -> Fault:
    hazard = plot.hazard()
    plot.release(hazard)
    end = plot.day(0.7)
    closed = plot.hazard(begins=end, known_from=end + dt.timedelta(days=10), record_id=hazard.record_id,
                         local_id=hazard.local_id, informed=hazard.informed, status="closed",
                         closure_reason="cleared")  # fmt: skip
    return plot.fault("closed-with-land-left", "recorded as closed, half of it released", closed,
                      proof="closed_unproven_m2", m2=plot.area(_FIELD - _STRIP))  # fmt: skip


def _slip(plot: _Plot) -> Fault:
    area = plot.area(_STRIP)
    work = plot.release(plot.hazard(), area_reported_m2=area * 10)
    return plot.fault("area-slip", "an area reported with a digit too many", work, rule="area-mismatch",
                      proof="reported_minus_computed_m2", m2=area * 9)  # fmt: skip


def _undrawn(plot: _Plot) -> Fault:
    work = plot.release(plot.hazard(), Cells(), look="nothing", area_reported_m2=3_000.0)
    return plot.fault("reported-only", "an area released without a polygon", work, rule="geometry-missing",
                      proof="reported_only_m2", m2=3_000.0)  # fmt: skip


def _elsewhere(plot: _Plot) -> Fault:
    hazard = plot.hazard(place=code_of(plot.site + 6))
    return plot.fault("wrong-district", "booked to a district in which it does not lie", hazard, rule="outside-place",
                      proof="elsewhere_m2", m2=plot.area(_FIELD))  # fmt: skip


def _bow_tie(plot: _Plot) -> Fault:
    hazard = plot.hazard(rectangle(2, 2, 2, 2) | rectangle(4, 4, 2, 2), look="bow-tie")
    return plot.fault("bow-tie", "two turning points exchanged: the ring crosses itself", hazard,
                      rule="polygon-invalid")  # fmt: skip


def _spike(plot: _Plot) -> Fault:
    return plot.fault("spike", "the outline runs out to a point and back", plot.hazard(look="spike"),
                      rule="polygon-invalid")  # fmt: skip


def _repeated(plot: _Plot) -> Fault:
    return plot.fault("vertex-repeated", "a turning point typed twice", plot.hazard(look="repeated"),
                      rule="vertices-repeated")  # fmt: skip


def _order(plot: _Plot) -> Fault:
    hazard = plot.hazard(begins=None, informed=None)
    work = plot.release(hazard, on=None)
    return plot.fault("order-unknown", "neither the hazard nor its release has a date", work, hazard,
                      proof="order_unknown_m2", m2=plot.area(_STRIP))  # fmt: skip


def _late(plot: _Plot) -> Fault:
    work = plot.release(plot.hazard(), at=0.4, known_from=plot.day(0.8), outcome="cancelled")
    return plot.fault("late-paper", "a report that arrives years after the work", work, m2=plot.area(_STRIP))


def _corrected(plot: _Plot) -> Fault:
    work = plot.release(plot.hazard(), outcome="cleared", known_to=plot.day(0.8))
    right = plot.release(plot.statements[0], outcome="cancelled", known_from=plot.day(0.8), record_id=work.record_id,
                         local_id=work.local_id)  # fmt: skip
    return plot.fault("corrected", "reported as cleared, corrected to cancelled", right, m2=plot.area(_STRIP))


def _reclassified(plot: _Plot) -> Fault:
    hazard = plot.hazard()
    plot.release(hazard, at=0.4, outcome="cancelled")
    work = plot.release(hazard, at=0.7)
    return plot.fault("cancelled-then-cleared", "cancelled in one year, cleared in a later one", work,
                      rule=None, proof="reclassified_m2", m2=plot.area(_STRIP))  # fmt: skip


KINDS: dict[str, tuple[Callable[[_Plot], Fault], int, int]] = {
    "claimed-twice": (_claimed_twice, 1, 2), "release-duplicated": (_handed_in_twice, 1, 2),
    "past-the-outline": (_outside, 1, 1),
    "hazards-overlap": (_overlap, 2, 0), "hazards-overlap-across": (_overlap_across, 2, 0),
    "polygon-duplicated": (_duplicate, 2, 0), "polygon-duplicated-across": (_duplicate_across, 2, 0),
    "no-geometry": (_nowhere, 1, 0), "size-unknown": (_spot, 1, 0), "release-older-than-hazard": (_older, 1, 1),
    "closed-with-land-left": (_unproven, 1, 1), "area-slip": (_slip, 1, 1), "reported-only": (_undrawn, 1, 1),
    "wrong-district": (_elsewhere, 1, 0), "bow-tie": (_bow_tie, 1, 0), "spike": (_spike, 1, 0),
    "vertex-repeated": (_repeated, 1, 0), "order-unknown": (_order, 1, 1), "late-paper": (_late, 1, 1),
    "corrected": (_corrected, 1, 1), "cancelled-then-cleared": (_reclassified, 1, 2),
}  # fmt: skip
"""Every kind of fault: what plants it, and how many hazards and releases it needs."""


def straight_sites(rounds: int) -> Iterator[int]:
    """List the sites whose edges must not be bent: those of the rings that cross themselves.

    >>> list(straight_sites(0))
    []
    """
    at = list(KINDS).index("bow-tie")
    yield from (round_ * len(KINDS) + at for round_ in range(rounds))


def plant(register: Register, rounds: int, hazards: int, releases: int) -> list[Fault]:
    """Plant each kind so many times, as far as the hazards and releases suffice; site 0 carries the first fault.

    Where they do not suffice for the next kind, planting ends.
    """
    planted: list[Fault] = []
    for round_ in range(rounds):
        for sow, needed_hazards, needed_releases in KINDS.values():
            hazards, releases = hazards - needed_hazards, releases - needed_releases
            if hazards < 0 or releases < 0:
                return planted
            plot = _Plot(register, len(planted), round_)
            planted.append(sow(plot))
            register.statements += plot.statements
            register.works += plot.works
    return planted
