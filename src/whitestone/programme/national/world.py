"""What is a simulated national programme, and what is true in it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec

from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.programme.national import lattice as drawing
from whitestone.programme.national.country import Country, District, code_of
from whitestone.programme.national.dice import Dice
from whitestone.programme.national.faults import plant, straight_sites
from whitestone.programme.national.habits import OPERATORS, Operator
from whitestone.programme.national.history import write_site
from whitestone.programme.national.lattice import Lattice
from whitestone.programme.national.register import Register
from whitestone.programme.national.statements import Fault, Statement, Work, count, is_known, numbered
from whitestone.programme.national.truth import Truth, reckon

__all__ = ["World", "imagine"]

_FIRST_YEAR = 2005
_EDGES_BENT = 12
"""About how many edges of an average outline are bent."""


class World(msgspec.Struct):
    """A simulated national programme: what was said, as the ledger takes it in, and what is true.

    `hazards` and `releases` are what is known at the end, shapes in metres of an equal-area plane; `known` gives the
    same for an earlier day. `statements` and `works` are what was said, with both clocks, cell by cell.
    """

    seed: int
    first: dt.date
    last: dt.date
    country: Country
    lattice: Lattice
    operators: tuple[Operator, ...]
    statements: list[Statement]
    works: list[Work]
    faults: list[Fault]
    hazards: list[HazardSlice] = []
    releases: list[ReleasePiece] = []

    @property
    def districts(self) -> list[District]:
        """List the districts."""
        return self.country.districts

    @property
    def places(self) -> dict[str, Any]:
        """Map each district's code, which hazards name, to its outline: the `places` of the ledger."""
        return {district.code: district.outline for district in self.districts}

    def known(self, on: dt.date | None) -> tuple[list[HazardSlice], list[ReleasePiece]]:
        """Give hazards and releases as known at the end of a day (None: everything that ever came)."""
        said: dict[Any, list[Statement]] = {}
        for each in self.statements:
            if is_known(each, on):
                said.setdefault(each.record_id, []).append(each)
        slices = [piece for each in said.values() for piece in self._slices(each)]
        return slices, [self._piece(work) for work in self.works if is_known(work, on)]

    def truth(self, on: dt.date | None = None, known: dt.date | None = None) -> Truth:
        """Tell what the ledger must say for everything up to `on` (None: the last day), as known at the end of `known`.

        Counted cell by cell, without the land room and without geometry.
        """
        return reckon(
            [each for each in self.statements if is_known(each, known)],
            [each for each in self.works if is_known(each, known)],
            self.lattice.cell_cents,
            on or self.last,
        )

    def shape(self, each: Statement | Work) -> Any:
        """Draw what was said, in the plane: a polygon, a point, None, or an invalid ring over the same ground."""
        origin = self.country.origin(each.site)
        if each.look == "nothing":
            return None
        if each.look == "point":
            return drawing.dot(origin)
        if each.look == "bow-tie":
            x, y = min(each.cells)
            return drawing.bow_tie(x, y, (max(each.cells)[0] - x + 1) // 2, origin)
        shape = self.lattice.draw(each.site, each.cells, origin)
        if shape is not None and shape.geom_type == "Polygon":
            shape = drawing.spiked(shape, 35) if each.look == "spike" else shape
            shape = drawing.repeated(shape) if each.look == "repeated" else shape
        return shape

    def _slices(self, said: list[Statement]) -> list[HazardSlice]:
        ordered = sorted(said, key=lambda each: numbered(each.begins))
        return [
            HazardSlice(
                record_id=each.record_id, true_from=each.begins, true_to=ends, classification=each.classification,
                status=each.status, geometry=self.shape(each), information_date=each.informed,
                keys={"place": each.place, "contamination": each.contamination},
                area_reported_m2=each.area_reported_m2, void=each.void,
            )
            for each, ends in zip(ordered, [*(each.begins for each in ordered[1:]), None], strict=True)
        ]  # fmt: skip

    def _piece(self, work: Work) -> ReleasePiece:
        operator = next(each for each in self.operators if each.code == work.operator)
        return ReleasePiece(
            record_id=work.record_id, outcome=work.outcome, on=work.on, hazard_ids=work.names,
            geometry=self.shape(work), area_reported_m2=work.area_reported_m2,
            keys={"organisation": operator.name, "method": operator.method, "place": work.place},
        )  # fmt: skip


def imagine(
    seed: int,
    hazards: int = 500,
    releases: int | None = None,
    years: int = 20,
    vertices: int = 46,
    faults: int | None = None,
) -> World:
    """Make a national programme of so many hazards and releases (None: twice as many), without reading anything.

    `years` run from 2005 on, `vertices` is about the average of a hazard's outline (from 8 to about 250), `faults`
    how often each kind of fault is planted (None: once for each 500 hazards, where there are at least 60). The counts
    are exact; where there are too few for the faults, these come first. One seed gives one world to the last digit.

    >>> world = imagine(7, hazards=4)
    >>> len({each.record_id for each in world.hazards}), len(world.releases), imagine(7, hazards=0).hazards
    (4, 8, [])
    """
    releases = 2 * hazards if releases is None else releases
    first = dt.date(_FIRST_YEAR, 1, 1)
    last = dt.date(_FIRST_YEAR + max(years, 1) - 1, 12, 31)
    rounds = faults if faults is not None else -(-hazards // 500) if hazards >= 60 else 0
    bends = max(0, round((vertices - 8) / _EDGES_BENT))
    register = Register(seed, Lattice(seed, bends, straight_sites(rounds)), first, last)
    planted = plant(register, rounds, hazards, releases)
    site = len(planted)
    for most, work in _shares(seed, hazards - count(register.statements), releases - count(register.works)):
        write_site(register, site, code_of(site), most, work)
        site += 1
    world = World(
        seed, first, last, Country(site), register.lattice, OPERATORS, register.statements, register.works, planted
    )
    world.hazards, world.releases = world.known(None)
    return world


def _shares(seed: int, hazards: int, releases: int) -> Iterator[tuple[int, int]]:
    """Divide hazards among sites, one to five on each, and releases in proportion."""
    dice, done, given = Dice(seed, "sites"), 0, 0
    while done < hazards:
        most = min(dice.whole(1, 5), hazards - done)
        done += most
        work = releases * done // hazards - given
        given += work
        yield most, work
