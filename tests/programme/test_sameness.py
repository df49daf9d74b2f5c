"""Can two records of one hazard be declared the same, and is everything as before when that is undone?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import UnknownRecord, WrongCall
from whitestone.journal.tiles import TileTable
from whitestone.programme.accounts import ledger
from whitestone.programme.checking import check, picture_of
from whitestone.programme.looking import Looker
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.reporting import situation
from whitestone.programme.sameness import declare_same, resolve_groups, same_groups, undo_same
from whitestone.programme.tiling import Tiler

ONE, TWO, THREE, ITEM = (uuid.UUID(int=number) for number in range(1, 5))


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    """Give a programme in which two operators drew one hazard, and a third record lies apart."""
    made = init_programme(target, name="Same", who="anna", settings={"equal_area_lon": 46.0, "equal_area_lat": 40.0})
    shape = shapely.to_wkb(shapely.box(46.00001, 40.00001, 46.00118, 40.00091))
    apart = shapely.to_wkb(shapely.box(46.10001, 40.00001, 46.10118, 40.00091))
    drafts = [
        Draft(kind="hazard", record_id=ONE, body={"organisation_name": "A"}, geometry=shape),
        Draft(kind="hazard", record_id=TWO, body={"organisation_name": "B"}, geometry=shape),
        Draft(kind="hazard", record_id=THREE, body={"organisation_name": "B"}, geometry=apart),
        Draft(kind="item", record_id=ITEM, body={}),
    ]
    made.journal.append(Act(author="anna"), drafts)
    yield made
    made.close()


def test_a_declared_pair_is_no_longer_a_finding_and_undo_brings_it_back(programme: Programme) -> None:
    """Both records stay; only what counts changes."""
    assert check(programme, ["polygon-duplicated-across"]).counts()["polygon-duplicated-across"]["open"] == 1
    before = list(programme.journal.states("hazard"))
    decision = declare_same(programme, ONE, TWO, reason="one field, two reports of May 2019")
    assert same_groups(programme.journal) == {TWO: ONE}
    assert check(programme, ["polygon-duplicated-across"]).findings == []
    assert list(programme.journal.states("hazard")) == before
    assert undo_same(programme, ONE, TWO, reason="two fields after all") == decision
    assert same_groups(programme.journal) == {}
    assert check(programme, ["polygon-duplicated-across"]).counts()["polygon-duplicated-across"]["open"] == 1
    reasons = [revision.reason for revision in programme.journal.history(decision)]
    assert reasons == ["one field, two reports of May 2019", "two fields after all"]


def test_as_known_before_the_decision_the_records_are_two(programme: Programme) -> None:
    """Sameness has a clock too: when it became known."""
    moment = programme.journal.history(THREE)[0].recorded_at
    declare_same(programme, ONE, TWO, reason="one field")
    assert same_groups(programme.journal, known=moment) == {}
    assert same_groups(programme.journal) == {TWO: ONE}


def test_map_tables_ledger_check_and_report_count_the_two_as_one(programme: Programme, tmp_path: Path) -> None:
    """One decision, one answer everywhere: no page says two where another says one."""
    declare_same(programme, ONE, TWO, reason="one field")
    clocks = programme.clocks()
    tiler = Tiler(programme, TileTable(tmp_path / "tiles.db"))
    looker = Looker(programme, tiler)
    assert set(tiler.picture(clocks).sheets["hazard"].ids) == {ONE, THREE}
    assert looker.counts(clocks)["hazard"] == len(looker.table("hazard", clocks).ids) == 2
    assert ledger(programme, clocks)["total"]["hazards"] == 2
    assert len(picture_of(programme, clocks).subjects["hazard"]) == 2
    figures = {each.label: each for each in situation(programme, clocks).sections[0].figures}
    assert str(TWO) not in {own for _, own, _ in figures["Ground still open"].records}
    assert [link[::2] for link in looker.record(TWO, clocks).outgoing] == [("same_as", ONE)]
    assert [link[::2] for link in looker.record(ONE, clocks).outgoing] == [("absorbed_ids", TWO)]
    undo_same(programme, ONE, TWO, reason="two fields")
    assert looker.counts(programme.clocks())["hazard"] == ledger(programme, programme.clocks())["total"]["hazards"] == 3


def test_a_chain_leads_to_the_record_that_is_kept_in_the_end(programme: Programme) -> None:
    """Three reports of one hazard are one."""
    declare_same(programme, ONE, TWO, reason="one field")
    declare_same(programme, THREE, ONE, reason="the third report has the better survey")
    assert same_groups(programme.journal) == {ONE: THREE, TWO: THREE}
    with pytest.raises(WrongCall):
        declare_same(programme, THREE, TWO, reason="again")


def test_what_makes_no_sense_is_refused(programme: Programme) -> None:
    """No reason, another kind, itself, a stranger, an undo of nothing."""
    for record, other, reason, problem in (
        (ONE, TWO, " ", WrongCall),
        (ONE, ITEM, "why", WrongCall),
        (ONE, ONE, "why", WrongCall),
        (ONE, uuid.uuid4(), "why", UnknownRecord),
    ):
        with pytest.raises(problem):
            declare_same(programme, record, other, reason=reason)
    with pytest.raises(WrongCall):
        undo_same(programme, ONE, TWO, reason="why")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_every_chain_ends_also_when_two_nodes_close_a_ring(pairs: list[tuple[int, int]]) -> None:
    """No record is absorbed by one that is absorbed itself."""
    groups = resolve_groups([(uuid.UUID(int=one), uuid.UUID(int=two)) for one, two in pairs])
    assert all(kept not in groups for kept in groups.values())
    assert all(absorbed != kept for absorbed, kept in groups.items())


def test_new_ids_do_not_collide_with_decisions() -> None:
    """A decision is a record with an id of its own."""
    assert new_id() not in {ONE, TWO, THREE}
