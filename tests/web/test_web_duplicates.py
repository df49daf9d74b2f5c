"""Does the desk of duplicates show pairs and take decisions, with nothing sealed on any page, in any width?"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.casualties_linking import find_duplicates, kept_pairs, states_of
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.sameness import same_groups
from whitestone.web.writing import TOKEN

NAMES = ("Simulated Žaklina Kanarinac", "Kanarinac Žaklina Simulated")


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    """Two lists that share a person, and two anonymous rows."""
    with init_programme(str(tmp_path / "p"), name="Simulated", who="anna", settings={"simulated": True}) as made:
        said = {"occurred_on": "2019-05-06", "outcome": "injured", "sex": "female", "age_years": 44}
        for number, name in enumerate(NAMES):
            dataset = new_id()
            body = {"local_id": f"<b>list {number}</b>"}
            made.journal.append(Act(author="anna"), [Draft(kind="dataset", record_id=dataset, body=body)])
            nameless = {"occurred_on": "2020-01-02", "outcome": "killed"}
            drafts = [Draft(kind="casualty", record_id=new_id(), body=said, sealed={"person_name": name}),
                      Draft(kind="casualty", record_id=new_id(), body=nameless)]
            made.journal.append(Act(author="anna", dataset=dataset), drafts)
        find_duplicates(made, threshold=0.1)
    with open_programme(str(tmp_path / "p"), "anna", readonly=True) as opened:
        yield opened


@pytest.fixture
def ask(programme: Programme, desk: Any) -> Iterator[Any]:
    """Ask as a browser on this machine does."""
    from django.test import Client

    from whitestone.web.desk import Desk, install

    own = Desk(programme)
    install(own)
    yield Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    install(desk)
    own.close()


def pairs(programme: Programme) -> dict[bool, str]:
    kept = kept_pairs(programme)
    return {each.sure: each.pair for each in reversed(kept.pairs)}


def send(ask: Any, pair: str, decision: str, reason: str = "met her") -> Any:
    return ask.post(f"/casualties/duplicates/{pair}/decide", {"token": TOKEN, "decision": decision, "reason": reason},
                    headers={"Origin": "http://127.0.0.1"})  # fmt: skip


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_list_shows_pairs_by_likelihood_and_what_weighs_most(ask: Any, programme: Programme) -> None:
    page = words(ask.get("/casualties/duplicates"))
    assert "names agree" in page
    assert "nothing is merged until a person decides" in page
    assert "Simulated data" in page
    assert page.index(pairs(programme)[True][:8]) < page.index(pairs(programme)[False][:8])
    assert "<b>list" not in ask.get("/casualties/duplicates").content.decode()


def test_a_pair_stands_side_by_side_with_its_waterfall(ask: Any, programme: Programme) -> None:
    answer = ask.get(f"/casualties/duplicates/{pairs(programme)[True]}")
    page = words(answer)
    for said in ("Age years", "44", "Female", "the same day", "the same age", "before comparing", "sum"):
        assert said in page, said
    assert answer.content.decode().count("<rect ") >= 8


def test_nothing_sealed_is_on_any_page(ask: Any, programme: Programme) -> None:
    for path in ("", *(f"/{pair}" for pair in pairs(programme).values())):
        page = ask.get(f"/casualties/duplicates{path}").content.decode()
        assert "Kanarinac" not in page
        assert "Žaklina" not in page


def test_merge_split_later_and_not_the_same_are_taken_from_the_page(ask: Any, programme: Programme) -> None:
    sure, other = pairs(programme)[True], pairs(programme)[False]
    assert send(ask, sure, "merge").status_code == 302
    assert len(same_groups(programme.journal)) == 1
    page = words(ask.get(f"/casualties/duplicates/{sure}"))
    assert "Take the merge back" in page
    assert "met her" in page
    assert "one person 1" in words(ask.get("/casualties/duplicates?state=merged"))
    assert send(ask, sure, "split").headers["Location"].endswith(sure)
    assert same_groups(programme.journal) == {}
    for decision in ("later", "not-the-same"):
        assert send(ask, other, decision).status_code == 302
        assert states_of(programme)[other] == decision


def test_what_is_not_understood_is_told_and_writes_nothing(ask: Any, programme: Programme) -> None:
    pair = pairs(programme)[True]
    head = programme.journal.head()
    assert send(ask, pair, "perhaps").status_code == 422
    assert send(ask, pair, "merge", " ").status_code == 422
    assert send(ask, "nothing", "merge").status_code == 404
    assert send(ask, pair, "split").status_code == 400
    assert ask.get("/casualties/duplicates/nothing").status_code == 404
    assert ask.get(f"/casualties/duplicates/{uuid.UUID(int=1)}:{uuid.UUID(int=2)}").status_code == 404
    assert ask.post(f"/casualties/duplicates/{pair}/decide", {"decision": "merge", "reason": "x"}).status_code == 403
    assert ask.get("/casualties/duplicates?page=99999999999999999999&state=odd").status_code == 200
    assert programme.journal.head() == head


def test_nothing_was_searched_yet_is_a_designed_state(client: Any) -> None:
    assert "Nothing was searched yet" in words(client.get("/casualties/duplicates"))


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_a_phone_and_a_wide_screen(
    programme: Programme, desk: Any, serve: Any, chromium: Any, width: int
) -> None:
    from whitestone.web.desk import Desk, install

    own = Desk(programme)
    install(own)
    try:
        with serve(own) as where:
            page = chromium.new_page(viewport={"width": width, "height": 800})
            for path in ("", f"/{pairs(programme)[True]}"):
                page.goto(f"{where}/casualties/duplicates{path}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.fill("input[name=reason]", "met her")
            page.click("button[value=later]")
            page.wait_for_url("**/casualties/duplicates")
            page.close()
        assert "later" in states_of(programme).values()
    finally:
        install(desk)
        own.close()
