"""A source takes back its list of casualties: what do figures, pairs and estimates say, and is all of it kept?"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lists_maker import bring

from whitestone.domain.ids import new_id
from whitestone.errors import WrongCall
from whitestone.programme.casualties_counting import count_casualties
from whitestone.programme.casualties_estimates import estimate_missing
from whitestone.programme.casualties_linking import decide_pair, find_duplicates, shown_pair, taken_back
from whitestone.programme.importing_runs import take_back
from whitestone.programme.opening import Programme, init_programme

GIVEN, FAMILY = ("Ana", "Ivan", "Leila", "Omar", "Nina"), ("Dal", "Bopha", "Petrov", "Sarkis", "Novak", "Horvat")


@pytest.fixture
def programme(tmp_path: Path, keys_dir: Path) -> Iterator[Programme]:
    with init_programme(str(tmp_path / "p"), name="lists", who="t") as made:
        yield made


def bring_persons(programme: Programme, folder: Path, name: str, persons: range) -> str:
    """Import one list of the same people; each person says the same in every list."""
    lines = ["id,name,date,outcome,sex,age"]
    lines += [f"{name[0]}{at},{GIVEN[at % 5]} {FAMILY[at % 6]},2020-{1 + at % 12:02}-{1 + at % 28:02},"
              f"{('killed', 'injured')[at % 2]},{('male', 'female')[at % 3 == 0]},{10 + at}"
              for at in persons]  # fmt: skip
    return str(bring(programme, folder, name, "\n".join(lines) + "\n").run)


def total(programme: Programme, known: dt.datetime | None = None) -> int:
    clocks = msgspec.structs.replace(programme.clocks(), known=known)
    return count_casualties(programme, ["outcome"], clocks=clocks).total.casualties


def lists_now(programme: Programme) -> tuple[dict[str, int], int, Any]:
    told = estimate_missing(programme, programme.clocks(), ["hospital", "register"])
    return {each["name"]: each["records"] for each in told["lists"]}, told["seen"], told["estimate"]


@pytest.mark.parametrize("gone", ["hospital", "register"])
def test_a_list_that_is_taken_back_leaves_every_figure_and_comes_back_whole(
    programme: Programme, tmp_path: Path, gone: str
) -> None:
    runs = {"register": bring_persons(programme, tmp_path, "register", range(20)),
            "hospital": bring_persons(programme, tmp_path, "hospital", range(8, 28))}  # fmt: skip
    pairs = find_duplicates(programme, threshold=0.9)["pairs"]
    assert len(pairs) == 12
    for each in pairs[:10]:
        decide_pair(programme, each["pair"], "merge", reason="one person")
    before = total(programme), lists_now(programme)
    assert before[:1] == (30,)
    assert before[1][:2] == ({"hospital": 20, "register": 20}, 30)
    moment = dt.datetime.now(dt.UTC)

    take_back(programme, runs[gone], reason="the source took its list back")
    stays = {"hospital": 20, "register": 20} | {gone: 0}
    assert total(programme) == 20  # of two that were one the other counts, whichever was kept
    assert lists_now(programme) == (stays, 20, None)  # one list alone says nothing of what is missing
    assert total(programme, known=moment) == 30  # what was known then is told as it was
    assert find_duplicates(programme, threshold=0.5)["pairs"] == []

    take_back(programme, runs[gone], undo=True)
    assert (total(programme), lists_now(programme)) == before


def test_a_pair_of_which_one_was_taken_back_says_so_and_is_not_merged(programme: Programme, tmp_path: Path) -> None:
    bring_persons(programme, tmp_path, "register", range(4))
    run = bring_persons(programme, tmp_path, "hospital", range(4))
    columns = programme.journal.columns("casualty", ["local_id"])
    own = dict(zip(columns["record_id"], columns["local_id"], strict=True))
    proposed = find_duplicates(programme, threshold=0.9)["pairs"]
    assert {frozenset(own[uuid.UUID(each[side])] for side in ("left", "right")) for each in proposed} == {
        frozenset((f"h{at}", f"r{at}")) for at in range(4)}  # fmt: skip
    take_back(programme, run)
    for each in proposed:
        (gone,) = shown_pair(programme, each["pair"])["taken_back"]
        assert own[uuid.UUID(gone)].startswith("h")
        with pytest.raises(WrongCall, match="taken back"):
            decide_pair(programme, each["pair"], "merge", reason="one person")
        decide_pair(programme, each["pair"], "later", reason="the hospital may send it again")
    assert taken_back(programme, []) == set()
    nobody: uuid.UUID = new_id()
    assert taken_back(programme, [nobody]) == {nobody}
