"""Is the simulated country the same for a seed, and is its truth what the ledger computes, to the last 0.01 m2?"""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import whitestone.programme.national as national
from whitestone.land.ledger import Ledger, compute
from whitestone.programme.drilling import PROOF_LINES, behind_proof
from whitestone.programme.national import Truth, World, imagine
from whitestone.programme.national.faults import KINDS
from whitestone.programme.national.truth import FLOWS

FAULTY = imagine(11, sum(need for _, need, _ in KINDS.values()), sum(need for *_, need in KINDS.values()), faults=1)
"""Every kind of fault once, and nothing beside them."""


def digest(world: World) -> str:
    """Hash everything that a world says, drawn."""
    total = hashlib.sha256()
    for each in [*world.hazards, *world.releases]:
        shape = b"" if each.geometry is None else shapely.to_wkb(each.geometry, byte_order=1)
        total.update(shape)
        total.update(repr([getattr(each, name) for name in each.__struct_fields__ if name != "geometry"]).encode())
    return total.hexdigest()


def booked(world: World, by: str, on: dt.date | None = None, known: dt.date | None = None) -> Ledger:
    """Let the land room compute the ledger of a world."""
    hazards, releases = world.known(known)
    return compute(hazards, releases, start=None, end=on or world.last, by=by, places=world.places)


def hold_against(world: World, by: str, on: dt.date | None = None, known: dt.date | None = None) -> None:
    """Hold every figure of a ledger, and its proof lines, against the truth."""
    truth, found = world.truth(on, known), booked(world, by, on, known)
    wanted = {"year": Truth.by_year, "hazard": Truth.by_hazard, "class": Truth.by_class}[by](truth)
    rows = {row["key"]: row for row in found.rows}
    assert not any(any(wanted[key].values()) for key in set(wanted) - set(rows))
    columns = [*FLOWS, "closing", "own_closing"] if by == "hazard" else list(FLOWS)
    for key, row in rows.items():
        for column in columns:
            assert row[f"{column}_m2"] == wanted.get(key, {}).get(column, 0.0), (key, column)
    total = truth.total()
    for column in [*FLOWS, "closing", "own_closing"]:
        assert found.total[f"{column}_m2"] == total[column], column
    for line, figure in truth.proof.items():
        computed = found.total[line] if line in found.total else getattr(found.proof, line)
        assert computed == pytest.approx(figure, abs=0.005), line
    assert found.proof.residual_m2 == 0


@pytest.mark.parametrize("by", ["year", "hazard", "class"])
@pytest.mark.parametrize(("seed", "hazards", "releases"), [(1, 60, 120), (2, 150, 600), (3, 400, 500), (4, 90, 0)])
def test_the_ledger_of_the_land_room_is_the_truth(by: str, seed: int, hazards: int, releases: int) -> None:
    """Every flow by year, hazard and class, every closing and every proof line."""
    hold_against(imagine(seed, hazards, releases), by)


def test_what_each_operator_released_is_the_truth() -> None:
    """By organisation: what the releases of each moved, whoever's hazard it was."""
    world = imagine(9, 120, 400)
    names = {str(each.record_id): each.keys["organisation"] for each in world.releases}
    wanted: dict[object, Counter[str]] = defaultdict(Counter)
    for release, row in world.truth().by_release().items():
        wanted[names[release]].update(row)
    rows = {row["key"]: row for row in booked(world, "organisation").rows}
    assert len(wanted) == 5
    for name, figures in wanted.items():
        for column in ("cancelled", "reduced", "cleared", "reclassified"):
            assert rows[str(name)][f"{column}_m2"] == figures[column], (name, column)


@pytest.mark.parametrize("known", [2006, 2011, 2018, 2030])
def test_what_was_known_on_an_earlier_day_is_true_as_well(known: int) -> None:
    """Late paper and corrections have not come yet; the truth of that day is told without them."""
    world = imagine(5, 90)
    hold_against(world, "year", dt.date(2016, 6, 30), dt.date(known, 12, 31))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**9), st.integers(0, 14), st.integers(0, 40), st.integers(1, 25),
    st.sampled_from([8, 20, 46, 120, 250]), st.sampled_from(["year", "hazard", "class"]),
    st.none() | st.dates(dt.date(2004, 1, 1), dt.date(2031, 1, 1)), st.dates(dt.date(2004, 1, 1), dt.date(2031, 1, 1)),
)  # fmt: skip
def test_for_every_seed_the_ledger_is_the_truth(
    seed: int, hazards: int, releases: int, years: int, vertices: int, by: str, known: dt.date | None, on: dt.date
) -> None:
    """Any size, any number of vertices, any pair of clocks; and the counts are those that were asked for."""
    world = imagine(seed, hazards, releases, years, vertices)
    assert len({each.record_id for each in world.hazards}) == hazards
    assert len(world.releases) == (releases if hazards else 0)
    hold_against(world, by, on, known)


def test_one_seed_gives_one_world_on_every_machine() -> None:
    """To the last digit: ids, days and coordinates; another seed gives another world."""
    assert digest(imagine(1, 80, 200)) == "f0e132e3c16dce9468e8177802245eae2a378d0337bdec29666d13b4eb177040"
    assert digest(imagine(2, 80, 200)) != digest(imagine(1, 80, 200))


def test_the_truth_uses_neither_the_land_room_nor_a_geometry_library() -> None:
    """An oracle that shared code with what it judges would agree with its faults."""
    home = Path(national.__file__).parent
    for name in ("truth.py", "replay.py", "statements.py"):
        tree = ast.parse((home / name).read_text())
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not [each for each in modules if each.startswith(("whitestone.land", "shapely", "numpy"))]


def test_shapes_have_the_area_that_their_cells_sum_to() -> None:
    """Drawn by tracing, measured by GEOS, summed in whole numbers: three ways, one area."""
    world = imagine(6, 200)
    drawn = [each for each in world.statements if each.cells]
    areas = shapely.area(shapely.make_valid([world.shape(each) for each in drawn], method="linework"))
    assert areas.tolist() == [world.lattice.cents(each.site, each.cells) / 100 for each in drawn]
    sound = [world.shape(each) for each in drawn if each.look == "drawn"]
    assert shapely.is_valid(sound).all()
    assert {shape.geom_type for shape in sound} == {"Polygon", "MultiPolygon"}
    assert any(len(shapely.get_rings(part)) > 1 for shape in sound for part in shapely.get_parts(shape))


@pytest.mark.parametrize(("vertices", "least", "most"), [(8, 4, 12), (20, 14, 28), (46, 40, 54), (120, 100, 140)])
def test_outlines_have_about_as_many_vertices_as_asked(vertices: int, least: int, most: int) -> None:
    """An average, not a rule for each."""
    shapes = [each.geometry for each in imagine(3, 200, vertices=vertices).hazards if each.geometry is not None]
    assert least <= shapely.get_num_coordinates(shapes).mean() <= most


def test_twenty_years_bring_everything_that_a_ledger_must_bear() -> None:
    """Each story is there, more than once."""
    world = imagine(8, 600, 1_500)
    said = defaultdict(list)
    for each in world.statements:
        said[each.record_id].append(each)
    stories: Counter[str] = Counter()
    for each in said.values():
        classes = [one.classification for one in sorted(each, key=lambda one: one.begins or dt.date.min)]
        stories["confirmed"] += "cha" in classes[1:]
        stories["and back"] += any(a == "cha" and b == "sha" for a, b in pairwise(classes))
        stories["split"] += any(one.parent for one in each)
        stories["merged"] += any(one.closure_reason == "merged" for one in each)
        stories["withdrawn"] += any(one.closure_reason == "data_error" for one in each)
        stories["undated"] += any(one.begins is None for one in each)
        stories["corrected"] += any(one.known_to for one in each)
    work_on = defaultdict(list)
    for work in world.works:
        work_on[work.site].append(work)
    for first in (each[0] for each in said.values() if each[0].begins is not None):
        done = [work for work in work_on[first.site] if work.on is not None and work.on < first.begins]
        stories["contaminated again"] += any(work.cells & first.cells for work in done)
    stories["undated release"] = sum(work.on is None for work in world.works)
    stories["month only"] = sum(work.precision == "month" for work in world.works)
    stories["corrected release"] = sum(work.known_to is not None for work in world.works)
    stories["late"] = sum(work.on is not None and (work.known_from - work.on).days > 200 for work in world.works)
    assert min(stories.values()) >= 3, stories
    total = world.truth().total()
    assert all(total[column] > 0 for column in FLOWS)
    assert all(figure > 0 for figure in world.truth().proof.values())
    assert len({each.operator for each in world.statements}) == len(world.operators) == 5
    assert {each.place for each in world.statements} == {district.code for district in world.districts}


def test_every_kind_of_fault_is_planted_and_makes_up_its_proof_line() -> None:
    """Where there is nothing but faults, each proof line is the sum of what was planted."""
    assert [fault.kind for fault in FAULTY.faults] == list(KINDS)
    truth = FAULTY.truth()
    planted: Counter[str] = Counter()
    for fault in FAULTY.faults:
        if fault.proof is not None:
            planted[fault.proof] += fault.m2 if fault.proof.endswith("_m2") else fault.count
    planted["size_unknown"] += planted["no_geometry"]
    planted["releases_no_geometry"] += 1
    planted["claimed_twice_m2"] += planted["reclassified_m2"]  # cancelled, then cleared: two releases claim it
    assert {**truth.proof, "reclassified_m2": truth.total()["reclassified"]} == planted
    hold_against(FAULTY, "year")


@pytest.mark.parametrize("fault", FAULTY.faults, ids=lambda fault: fault.kind)
def test_a_planted_fault_is_found_behind_its_proof_line(fault: national.Fault) -> None:
    """The line opens the record at fault, with the ground that the fault moves."""
    if fault.proof not in PROOF_LINES:
        return  # columns of the table, rules of the check and the two clocks have tests of their own
    found = booked(FAULTY, "hazard")
    if fault.proof == "elsewhere_m2":
        assert found.proof.elsewhere_m2 == fault.m2
        return
    behind = {each.record_id: each.m2 for each in behind_proof(found, fault.proof)}
    shares = [behind[each] for each in fault.records if each in behind]
    assert shares
    assert fault.m2 in shares or (fault.m2 is None and shares == [None])


def test_a_hazard_closed_with_land_left_and_an_area_without_a_polygon_stand_in_their_columns() -> None:
    """Two figures beside the sum, in the row of the hazard."""
    rows = {row["key"]: row for row in booked(FAULTY, "hazard").rows}
    faults = {fault.kind: fault for fault in FAULTY.faults}
    closed, undrawn = faults["closed-with-land-left"], faults["reported-only"]
    assert rows[str(closed.records[0])]["closed_unproven_m2"] == closed.m2
    work = next(each for each in FAULTY.works if each.record_id == undrawn.records[0])
    assert rows[str(work.names[0])]["reported_only_m2"] == undrawn.m2
    pair = faults["cancelled-then-cleared"]
    work = next(each for each in FAULTY.works if each.record_id == pair.records[0])
    assert rows[str(work.names[0])]["reclassified_m2"] == pair.m2


@pytest.mark.parametrize(("kind", "before", "after"), [("late-paper", None, "cancelled"),
                                                      ("corrected", "cleared", "cancelled")])  # fmt: skip
def test_late_paper_and_a_correction_land_in_the_year_of_the_work(kind: str, before: str | None, after: str) -> None:
    """As known before it came the year says one thing, as known after it came the same year says another."""
    fault = next(each for each in FAULTY.faults if each.kind == kind)
    work = next(each for each in FAULTY.works if each.record_id == fault.records[0] and each.known_to is None)
    for known, outcome in ((work.known_from - dt.timedelta(days=1), before), (work.known_from, after)):
        hazards, releases = FAULTY.known(known)
        mine = [each for each in hazards if each.record_id in work.names]
        table = compute(mine, releases, start=None, end=FAULTY.last, by="year").rows
        row = next((each for each in table if each["key"] == str(work.on.year)), Counter())
        for column in ("cancelled", "cleared"):
            assert row[f"{column}_m2"] == (fault.m2 if column == outcome else 0), (known, column)


def test_an_empty_country_is_one_too() -> None:
    """No hazards, no releases, no faults; twelve districts all the same."""
    world = imagine(1, 0)
    assert (world.hazards, world.releases, world.faults, len(world.districts)) == ([], [], [], 12)
    assert world.truth().total()["closing"] == 0
