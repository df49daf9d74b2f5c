"""What stands beside the areas of a closed year: is it restated when later knowledge arrives, by which records?"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from period_maker import Desk, make, valley, wkb

from whitestone.domain.revision import Nature
from whitestone.programme.accounts import accounts
from whitestone.programme.accounts_beside import beside
from whitestone.programme.periods import close_period
from whitestone.programme.restatements import restatements
from whitestone.programme.restatements_beside import KEYS, shares
from whitestone.programme.sameness import declare_same

START, END = dt.date(2024, 1, 1), "2024-12-31"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make(str(tmp_path / "p"))
    with made.programme:
        yield made


def item(desk: Desk, quantity: int | None, day: str, **more: Any) -> uuid.UUID:
    body = {"category": "ap_mine", "disposal_outcome": "destroyed_in_situ", "destroyed_on": day, **more}
    return desk.say("item", {**body, **({"quantity": quantity} if quantity is not None else {})}, information_date=day)


def figures(answer: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Take the restated counts, and check what every one of them must obey."""
    for each in answer["beside"]:
        parts = [line.get("difference_m2", line.get("difference")) for line in each["lines"]]
        assert round(sum(parts), 2) == round(each["new"] - each["old"], 2) == round(each["difference"], 2), each
        assert all(line["moved_by"] or line["cause"] for line in each["lines"])
        assert each["difference"] != 0
    return {(each["by"], each["row"], each["column"]): each for each in answer["beside"]}


def movers(answer: dict[str, Any], figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer["revisions"][own] for line in figure["lines"] for own in line["moved_by"]]


def test_nothing_learned_since_restates_nothing(desk: Desk) -> None:
    valley(desk)
    item(desk, 3, "2024-05-02")
    close_period(desk.programme, "2024")
    assert restatements(desk.programme, "2024")["beside"] == []
    desk.say("hazard", {"remarks": "seen from the road"}, information_date="2024-06-01",
             record_id=valley_hazard(desk))  # states nothing that is counted
    item(desk, 9, "2025-05-02")
    assert restatements(desk.programme, "2024")["beside"] == []


def valley_hazard(desk: Desk) -> uuid.UUID:
    return next(iter(desk.programme.journal.states("hazard"))).record_id


def test_a_late_find_and_a_corrected_one_move_the_items_of_their_year(desk: Desk) -> None:
    valley(desk)
    work = desk.say("activity", {"activity_type": "clearance"}, information_date="2024-05-01")
    known = item(desk, 3, "2024-05-02", activity_id=str(work))
    close_period(desk.programme, "2024")
    late = item(desk, 5, "2024-06-02", activity_id=str(work))
    first = desk.programme.journal.history(known)[0]
    desk.say("item", {**first.body, "quantity": 2}, record_id=known, nature=Nature.CORRECTION, why="counted again",
             corrects=first.revision_id, information_date="2024-05-02", author="ben")
    answer = restatements(desk.programme, "2024")
    found = figures(answer)
    row = ("items_destroyed", "ap_mine, 2024, clearance")
    items = found[(*row, "items")]
    assert (items["old"], items["new"]) == (3, 7)
    assert {line["item"]: line["difference"] for line in items["lines"]} == {str(late): 5, str(known): -1}
    assert [(each["record"], each["nature"], each["author"]) for each in movers(answer, items)] == [
        (str(late), "late record", "anna"), (str(known), "correction", "ben")]
    assert found[(*row, "records")]["difference"] == 1
    assert answer["figures"] == []  # no square metre moved


def test_a_find_whose_work_becomes_known_changes_its_row(desk: Desk) -> None:
    valley(desk)
    known = item(desk, 3, "2024-05-02", activity_id=str(uuid.UUID(int=5)))
    close_period(desk.programme, "2024")
    desk.say("activity", {"activity_type": "clearance"}, record_id=uuid.UUID(int=5), information_date="2024-05-01")
    answer = restatements(desk.programme, "2024")
    found = figures(answer)
    assert found["items_destroyed", "ap_mine, 2024, unknown", "items"]["difference"] == -3
    gained = found["items_destroyed", "ap_mine, 2024, clearance", "items"]
    assert gained["lines"][0]["item"] == str(known)
    assert [each["kind"] for each in movers(answer, gained)] == ["activity"]


def test_status_access_and_depth_that_came_late_are_told_with_who_said_so(desk: Desk) -> None:
    names = valley(desk)
    close_period(desk.programme, "2024")
    desk.say("hazard", {"status": "suspended", "access": "not_accessible"}, record_id=names["south"],
             information_date="2024-03-01", author="ben")
    desk.say("release", {"depth_cm": 20}, record_id=names["release"], information_date="2024-05-01")
    answer = restatements(desk.programme, "2024")
    found = figures(answer)
    counted = found["hazards", "cha, suspended", "hazards"]
    assert (counted["old"], counted["new"]) == (0, 1)
    assert [each["author"] for each in movers(answer, counted)] == ["ben"]
    land = found["not_accessible", "not_accessible", "closing_m2"]
    assert land["new"] == pytest.approx(10_000, abs=0.1)
    assert land["lines"][0]["hazard"] == str(names["south"])
    depth = found["cleared_depth", "20", "drawn_m2"]
    assert depth["difference"] == pytest.approx(5_000, abs=0.1)
    assert found["cleared_depth", "unknown", "releases"]["difference"] == -1
    assert answer["labels"][str(names["south"])] == "South"


def test_two_records_that_become_one_count_once(desk: Desk) -> None:
    names = valley(desk)
    close_period(desk.programme, "2024")
    declare_same(desk.programme, names["north"], names["south"], reason="one field")
    answer = restatements(desk.programme, "2024")
    counted = figures(answer)["hazards", "cha, unknown", "hazards"]
    assert [each["nature"] for each in movers(answer, counted)] == ["declared the same"]


def test_what_is_restated_can_be_asked_as_known_on_a_day(desk: Desk) -> None:
    valley(desk)
    close_period(desk.programme, "2024")
    item(desk, 5, "2024-06-02")
    assert figures(restatements(desk.programme, "2024", known=desk.programme.today()))


@pytest.mark.parametrize("seed", range(8))
def test_the_shares_of_records_sum_to_the_rows_beside_the_areas(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(12):
        day = f"202{rng.choice('345')}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}"
        kind = rng.choice(["hazard", "release", "item", "activity"])
        body: dict[str, Any] = {
            "hazard": {"classification": rng.choice(["sha", "cha"]), "status": rng.choice(["open", "closed"]),
                       "access": rng.choice(["accessible", "not_accessible", "seasonal"])},
            "release": {"outcome": rng.choice(["cleared", "reduced"]), "completed_on": day,
                        **({"depth_cm": rng.choice([13, 20])} if rng.random() < 0.6 else {})},
            "item": {"category": rng.choice(["ap_mine", "submunition"]), "disposal_outcome": "destroyed_in_situ",
                     **({"quantity": rng.randrange(4)} if rng.random() < 0.7 else {}), "destroyed_on": day},
            "activity": {"activity_type": "clearance"},
        }[kind]
        box = wkb(rng.randrange(0, 300, 10), rng.randrange(0, 300, 10), rng.randrange(10, 90), 40)
        desk.say(kind, body, box if kind in ("hazard", "release") else None, information_date=day)
    clocks = desk.programme.clocks(END)
    rows = beside(desk.programme, clocks, accounts(desk.programme, clocks), START)
    for name, keys in KEYS.items():
        sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for key, _, amounts in shares(desk.programme, name, clocks, START):
            for column, amount in amounts.items():
                sums[key][column] += int(amount)
        said = {tuple(row[key] for key in keys): {column: value for column, value in row.items() if column not in keys}
                for row in rows[name]}
        assert sums.keys() == said.keys(), name
        for key, row in said.items():
            for column, value in row.items():
                unit = 100 if column.endswith("_m2") else 1
                assert sums[key][column] / unit == pytest.approx(value, abs=0.05 if unit > 1 else 0), key
