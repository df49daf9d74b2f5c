"""Is the ground that is kept as left, after any sequence of records, what is made anew, and only made where touched?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from test_accounts_kept import PLANE, Teller, forget

from whitestone.errors import WrongCall
from whitestone.journal import books
from whitestone.journal.tiles import TileTable
from whitestone.land.remaining import Remaining
from whitestone.programme import remaining_kept
from whitestone.programme.accounts import accounts, ledger
from whitestone.programme.exporting import export
from whitestone.programme.homecoming import bring_home
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.remaining_kept import ground_left
from whitestone.programme.tiling import LEFT, Tiler

DAYS = ("2020-12-31", "2014-06-30")


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(target, name="Test", who="anna", settings=settings) as made:
        forget()
        yield made


def left(programme: Programme, on: str, known: str | None = None) -> dict[uuid.UUID, Any]:
    found = ground_left(programme, programme.clocks(on, known))
    shapes = PLANE.project(shapely.from_wkb([each.geometry for each in found]))
    for each, shape in zip(found, shapes, strict=True):
        assert shape.area == pytest.approx(each.m2, abs=0.02)
    return {each.record_id: shape for each, shape in zip(found, shapes, strict=True)}


def anew(programme: Programme, on: str, known: str | None = None) -> dict[uuid.UUID, Any]:
    """Make the shapes from the journal alone: no kept book, no kept shape."""
    forget()
    with programme.journal.store.writing() as session:
        books.drop_books(session)
    book = accounts(programme, programme.clocks(on, known)).book
    made = book.remaining.counted(book.live.tolist())
    return {book.line.ids[own]: shape for own, shape in zip(book.live.tolist(), made, strict=True)
            if not shape.is_empty}


def same(one: dict[uuid.UUID, Any], other: dict[uuid.UUID, Any]) -> bool:
    return one.keys() == other.keys() and all(
        one[each].symmetric_difference(other[each]).area < 0.01 for each in one)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_after_any_sequence_of_records_is_what_is_made_anew(programme: Programme, target: str, seed: int
                                                                         ) -> None:
    teller = Teller(programme, seed)
    for _ in range(8):
        teller.tell()
    for on in DAYS:
        left(programme, on)
    for _ in range(5):
        for _ in range(teller.rng.randrange(1, 4)):
            teller.tell()
        followed = [left(programme, on) for on in DAYS]
        forget()
        with open_programme(target, who="anna", readonly=True) as other:
            from_disk = [left(other, on) for on in DAYS]
        for on, kept, read in zip(DAYS, followed, from_disk, strict=True):
            made = anew(programme, on)
            assert same(kept, made)
            assert same(read, made)


def made_of(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how many shapes GEOS is asked for from here on."""
    asked: list[int] = []
    counted = Remaining.counted

    def counting(self: Remaining, hazards: Any) -> Any:
        asked.append(len(hazards))
        return counted(self, hazards)

    monkeypatch.setattr(Remaining, "counted", counting)
    return asked


def square(x: float, side: float = 100.0) -> bytes:
    box = np.array([shapely.box(x, 0, x + side, side)], dtype=object)
    return bytes(shapely.to_wkb(PLANE.unproject_exactly(box)[0]))


def country(programme: Programme, hazards: int = 20) -> tuple[Teller, list[uuid.UUID]]:
    teller = Teller(programme, 0)
    ids = [uuid.UUID(int=at + 1) for at in range(hazards)]
    for at, each in enumerate(ids):
        teller.say("hazard", each, {"classification": "sha", "status": "open", "local_id": f"H{at}"},
                   geometry=square(1000.0 * at), information_date="2015-01-01")
    return teller, ids


def test_a_change_makes_only_the_shapes_that_it_touches(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    teller, ids = country(programme)
    assert len(left(programme, "2020-12-31")) == 20
    asked = made_of(monkeypatch)
    teller.say("release", uuid.UUID(int=99), {"outcome": "cleared", "completed_on": "2016-01-01"},
               geometry=square(3000.0, 50.0), information_date="2016-01-01")
    for shape, at in ((7500.0, 3), (0.0, 0)):
        found = left(programme, "2020-12-31")
        assert sum(asked) == 1
        assert found[ids[at]].area == pytest.approx(shape or 10000.0, abs=0.01)
    forget()
    assert len(left(programme, "2020-12-31")) == 20
    assert sum(asked) == 1
    # Before the work its hazard was whole: kept beside today's, and today's stays.
    assert left(programme, "2015-06-30")[ids[3]].area == pytest.approx(10000.0, abs=0.01)
    left(programme, "2020-12-31")
    assert sum(asked) == 1


def test_what_was_known_then_is_not_what_is_known_now(programme: Programme) -> None:
    teller, ids = country(programme, 2)
    left(programme, "2020-12-31")
    now = programme.today()
    teller.say("release", uuid.UUID(int=99), {"outcome": "cleared", "completed_on": "2016-01-01"},
               geometry=square(0.0), information_date="2016-01-01")
    assert set(left(programme, "2020-12-31")) == {ids[1]}
    assert same(left(programme, "2020-12-31", now.isoformat()), anew(programme, "2020-12-31", now.isoformat()))
    assert left(programme, "2020-12-31", "2015-01-01") == {}


def test_what_is_kept_goes_with_the_books(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    country(programme)
    left(programme, "2020-12-31")
    with programme.journal.store.writing() as session:
        books.drop_books(session)
        assert session.one("SELECT count(*) FROM book") == (0,)
    forget()
    asked = made_of(monkeypatch)
    assert len(left(programme, "2020-12-31")) == 20
    assert sum(asked) == 20


def test_of_one_hazard_only_a_few_shapes_stay(programme: Programme) -> None:
    teller, _ = country(programme, 1)
    for at in range(6):
        teller.say("release", uuid.UUID(int=90 + at), {"outcome": "cleared", "completed_on": "2016-01-01"},
                   geometry=square(10.0 * at, 10.0), information_date="2016-01-01")
        left(programme, "2020-12-31")
    with programme.journal.store.reading() as session:
        lots = remaining_kept.read_grounds(session, range(1, 1025), remaining_kept._STAMP)
    assert len(lots) == 1
    assert len(remaining_kept.msgspec.msgpack.decode(lots[2])) == remaining_kept.KEPT_OF_ONE


def test_an_export_holds_the_ground_that_is_left_and_never_comes_home(programme: Programme, tmp_path: Path) -> None:
    import json

    teller, ids = country(programme, 3)
    teller.say("release", uuid.UUID(int=99), {"outcome": "cleared", "completed_on": "2016-01-01"},
               geometry=square(0.0), information_date="2016-01-01")
    teller.say("release", uuid.UUID(int=98), {"outcome": "cleared", "completed_on": "2016-01-01"},
               geometry=square(1000.0, 50.0), information_date="2016-01-01")
    clocks, path = programme.clocks("2020-12-31"), tmp_path / "left.geojson"
    told = export(programme, ["hazard"], path, clocks, remaining=True)
    assert told["kinds"]["hazard"]["count"] == 2
    assert "ground left of hazards" in told["filter"]
    features = {each["properties"]["record_id"]: each for each in json.loads(path.read_text())["features"]}
    assert set(features) == {str(each) for each in ids[1:]}
    part = features[str(ids[1])]
    area = PLANE.area_m2([shapely.from_geojson(json.dumps(part["geometry"]))])[0]
    rows = {row["key"]: row["closing_m2"] for row in ledger(programme, clocks, by="hazard")["rows"]}
    assert area == pytest.approx(rows[str(ids[1])], abs=0.02)
    assert "7500" in str(part["properties"]["extra"])
    before = programme.journal.head()
    report = bring_home(programme, path)
    assert report.held == 2
    assert all(programme.journal.history(each)[-1].information_date == "2015-01-01" for each in ids)
    assert programme.journal.head()[0] >= before[0]
    with pytest.raises(WrongCall):
        export(programme, ["release"], path, clocks, remaining=True)
    with pytest.raises(WrongCall):
        export(programme, ["hazard"], path, clocks, remaining=True, approved_only=False)


def test_the_map_has_a_picture_of_what_is_left(programme: Programme) -> None:
    teller, ids = country(programme, 3)
    teller.say("release", uuid.UUID(int=99), {"outcome": "cleared", "completed_on": "2016-01-01"},
               geometry=square(0.0), information_date="2016-01-01")
    tiler, clocks = Tiler(programme, TileTable(":memory:")), programme.clocks("2020-12-31")
    assert tiler.picture(clocks, left=True).sheets[LEFT].ids == ids[1:]
    assert LEFT not in tiler.picture(clocks).sheets
    assert tiler.key(clocks) != tiler.key(clocks, left=True)
    data, marks, _ = tiler.tile(clocks, 3, 5, 3, left=True)
    assert LEFT.encode() in data
    assert marks == 2
    assert tiler.tile(clocks, 3, 5, 3)[0] != data
