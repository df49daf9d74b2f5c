"""What do the rules of docs/guides/ledger.md give, told by the cells themselves?

Nothing of the land room is used, and no geometry: cells that the same statements and the same work cover share one
history, and their areas are whole numbers of 0.01 m2. Each history is followed day by day, by the rules alone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import msgspec

from whitestone.programme.national.country import code_of
from whitestone.programme.national.lattice import Cell
from whitestone.programme.national.replay import Flow, Site
from whitestone.programme.national.statements import Statement, Work, numbered

__all__ = ["FLOWS", "PROOF", "Truth", "reckon"]

FLOWS = ("discovered", "boundary_increase", "boundary_decrease", "transferred_in", "transferred_out", "cancelled",
         "reduced", "cleared", "reclassified")  # fmt: skip
PROOF = ("outside_any_hazard_m2", "claimed_twice_m2", "hazards_overlap_m2", "no_geometry", "size_unknown",
         "reported_minus_computed_m2", "elsewhere_m2", "releases_no_geometry", "releases_older_than_hazard",
         "order_unknown_m2", "reported_only_m2", "closed_unproven_m2")  # fmt: skip
"""Proof lines by the names that the ledger gives them, and two columns that stand beside the sum."""


class Truth(msgspec.Struct):
    """What the ledger must say for everything up to a day; areas in m2, exact to 0.01.

    `flows` are the movements, `closing_cents` and `own_cents` what each hazard has left, counted and by itself.
    `proof` holds the proof lines by the names that the ledger gives them, and `reported_only_m2`, `closed_unproven_m2`.
    """

    flows: list[Flow]
    closing_cents: Counter[uuid.UUID]
    own_cents: Counter[uuid.UUID]
    proof: dict[str, float]

    def by_year(self) -> dict[str, dict[str, float]]:
        """Give each flow of each year in m2, those without a date under `undated`; years without any are absent."""
        return self._summed(lambda flow: dt.date.fromordinal(flow.day).strftime("%Y") if flow.day else "undated")

    def by_class(self) -> dict[str, dict[str, float]]:
        """Give each flow of each class of hazard in m2."""
        return self._summed(lambda flow: flow.classification)

    def by_hazard(self) -> dict[str, dict[str, float]]:
        """Give each flow, `closing` and `own_closing` of every hazard in m2, by the text of its id."""
        found = self._summed(lambda flow: str(flow.hazard))
        for hazard in {*self.closing_cents, *self.own_cents}:
            row = found.setdefault(str(hazard), dict.fromkeys(FLOWS, 0.0))
            row["closing"], row["own_closing"] = self.closing_cents[hazard] / 100, self.own_cents[hazard] / 100
        for row in found.values():
            row.setdefault("closing", 0.0)
            row.setdefault("own_closing", 0.0)
        return found

    def by_release(self) -> dict[str, dict[str, float]]:
        """Give what each release moved in m2, by the text of its id; those that moved nothing are absent."""
        found = self._summed(lambda flow: "" if flow.release is None else str(flow.release))
        found.pop("", None)
        return found

    def total(self) -> dict[str, float]:
        """Give each flow, `closing` and `own_closing` of the whole country in m2."""
        whole = self._summed(lambda _: "all").get("all", dict.fromkeys(FLOWS, 0.0))
        closing, own = self.closing_cents.total() / 100, self.own_cents.total() / 100
        return {**whole, "closing": closing, "own_closing": own}

    def _summed(self, key: Callable[[Flow], str]) -> dict[str, dict[str, float]]:
        cents: dict[str, Counter[str]] = defaultdict(Counter)
        for flow in self.flows:
            cents[key(flow)][flow.column] += flow.cents
        return {name: {column: row[column] / 100 for column in FLOWS} for name, row in sorted(cents.items())}


def reckon(
    statements: Iterable[Statement],
    works: Iterable[Work],
    cell_cents: Callable[[int], dict[Cell, int]],
    last: dt.date,
) -> Truth:
    """Follow every cell up to and including a day; `cell_cents` gives the areas of a site.

    >>> reckon([], [], lambda site: {}, dt.date(2020, 1, 1)).total()["closing"]
    0.0
    """
    sites: dict[int, tuple[list[Statement], list[Work]]] = defaultdict(lambda: ([], []))
    for each in statements:
        if numbered(each.begins) <= last.toordinal():
            sites[each.site][0].append(each)
    for work in works:
        if numbered(work.on) <= last.toordinal():
            sites[work.site][1].append(work)
    truth = Truth([], Counter(), Counter(), {})
    proof: Counter[str] = Counter()
    for site in sorted(sites):
        said = Site(*sites[site], last.toordinal(), code_of(site))
        said.follow(cell_cents(site))
        truth.flows += said.flows
        truth.closing_cents.update(said.closing)
        truth.own_cents.update(said.own)
        proof.update(said.proof)
    proof["hazards_overlap_m2"] = truth.own_cents.total() - truth.closing_cents.total()
    truth.proof = {name: proof[name] / 100 if name.endswith("_m2") else proof[name] for name in PROOF}
    return truth
