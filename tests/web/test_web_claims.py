"""Do the pages show claims with their authors and words, and does a person confirm, correct and grade on them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.revision import Act
from whitestone.programme.claims_documents import add_document
from whitestone.programme.claims_obligations import add_evidence, seed
from whitestone.programme.claims_register import add_claim, drafted, grades, withdraw
from whitestone.programme.opening import Programme, init_programme
from whitestone.web.writing import TOKEN

TEXT = "Letter\n\nMore than 260 <b>people</b> were killed or injured in the north. Ann Example wrote it.\n"
SPEAKER = "<i>Office</i> A"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Keep a letter with a claim, a draft, a withdrawn claim and a duty with evidence."""
    patch = pytest.MonkeyPatch()
    patch.setenv("WHITESTONE_KEYS", str(tmp_path_factory.mktemp("claims-keys")))
    folder = tmp_path_factory.mktemp("claims")
    (folder / "letter.txt").write_text(TEXT)
    with init_programme(str(folder / "p"), name="North", who="anna") as programme:
        document = add_document(
            programme,
            folder / "letter.txt",
            source="Office A",
            names=["Ann Example"],
            values={"title": "Letter", "dated_on": "2022-12-03"},
        )["document"]
        said = {
            "asserted_by": SPEAKER,
            "as_of": "2022-12-03",
            "period_from": "2020",
            "period_to": "2022",
            "place_name": "North",
            "unit": "killed_or_injured",
            "qualifier": "at_least",
        }
        one = add_claim(
            programme, document, {**said, "value": 260.0, "quote": "More than 260 <b>people</b>"}, reason="x"
        )
        two = add_claim(
            programme,
            None,
            {**said, "value": 9.0, "qualifier": "exact", "asserted_by": "Office B", "quote": "nine"},
            reason="x",
        )
        three = add_claim(programme, None, {**said, "value": 7.0, "quote": "seven"}, reason="x")
        withdraw(programme, three["claim"], on="2023-01-01", reason="x")
        seed(programme, "State A", "apmbc", "2020-06-01")
        add_evidence(programme, "apmbc/clearance/State A", two["claim"], "against", reason="x")
        programme.claim = one["claim"]  # type: ignore[attr-defined]
        yield programme
    patch.undo()


@pytest.fixture
def pages(written: Programme, at_desk: Any) -> Iterator[Any]:
    """Ask for pages of that programme."""
    from django.test import Client

    with at_desk(written):
        yield Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


def draft(programme: Programme) -> str:
    made = drafted({"asserted_by": SPEAKER, "quote": "30 mines", "value": 30.0, "unit": "mines"}, {})
    programme.journal.append(Act(author="reader"), [made])
    return str(made.record_id)


def send(pages: Any, claim: str, **fields: str) -> Any:
    return pages.post(
        f"/claims/{claim}/decide",
        {"token": TOKEN, **fields},
        headers={"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"},
    )


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/claims", "Office B"),
        ("/claims?speaker=Office+B", "1 of 1 claims"),
        ("/claims?unit=mines", "No claim fits"),
        ("/claims/compare", "Ask one question"),
        ("/claims/compare?metric=casualties&place=North", "no figure"),
        ("/claims/compare?metric=killed", "No claim is known to answer"),
        ("/claims?text=nine", "1 of 1 claims"),
        ("/obligations", "Speaks against"),
        ("/obligations?from=2030&to=2030&party=State+A", "2030-06-01"),
        ("/claims?on=2000", "No claim is kept as of these dates"),
    ],
)
def test_a_page_shows_what_it_is_asked(pages: Any, path: str, shows: str) -> None:
    answer = pages.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert shows in text
    assert "<i>Office" not in text
    assert "Situation on" in text


@pytest.mark.parametrize(
    "path",
    [
        "/claims/compare?metric=blame",
        "/claims/compare?metric=killed&from=x",
        "/obligations?from=x",
        "/claims/01900000-0000-7000-8000-0000000000ff",
    ],
)
def test_what_cannot_be_asked_is_told(pages: Any, path: str) -> None:
    answer = pages.get(path)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.content.decode()


def test_a_claim_shows_its_quote_in_the_text_and_no_name(pages: Any, written: Programme) -> None:
    text = pages.get(f"/claims/{written.claim}").content.decode()  # type: ignore[attr-defined]
    assert "<mark>More than 260 &lt;b&gt;people&lt;/b&gt;</mark>" in text
    assert "███ ███████ wrote it." in text
    assert "Ann Example" not in text
    assert "F6" in text
    assert "added, anna" in text, "through whose hands the original went"


def test_the_comparison_draws_flags_and_marks_what_was_withdrawn(pages: Any) -> None:
    text = pages.get("/claims/compare?metric=casualties&place=North").content.decode()
    assert "contradiction" in text
    assert re.search(r'class="chip">withdrawn', text)
    assert 'id="chart-spec"' in text
    assert "no side is preferred" in text


def test_a_person_confirms_a_draft(pages: Any, written: Programme) -> None:
    claim = draft(written)
    assert "counts nowhere until a person confirms it" in pages.get(f"/claims/{claim}").content.decode()
    assert send(pages, claim, act="confirm").status_code == 302
    assert "counts nowhere" not in pages.get(f"/claims/{claim}").content.decode()


def test_a_person_corrects_a_draft_and_grades_it(pages: Any, written: Programme) -> None:
    claim = draft(written)
    answer = send(
        pages, claim, act="correct", value="31", unit="mines", asserted_by=SPEAKER, place_name="", reason="seen"
    )
    assert answer.status_code == 302
    assert send(pages, claim, act="grade", source_grade="B", info_grade="3", reason="why").status_code == 302
    text = pages.get(f"/claims/{claim}").content.decode()
    assert "<td>31</td>" in text
    assert [each["source_grade"] + each["info_grade"] for each in grades(written, claim)] == ["F6", "B3"]


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "grade", "source_grade": "Z", "info_grade": "1", "reason": "x"},
        {"act": "correct", "value": "many", "reason": "x"},
        {"act": "withdraw"},
        {"act": "approve"},
        {"act": "correct", "asserted_by": "", "reason": "x"},
    ],
)
def test_what_a_form_says_wrongly_is_told_and_changes_nothing(
    pages: Any, written: Programme, fields: dict[str, str]
) -> None:
    before = written.journal.head()
    answer = send(pages, written.claim, **fields)  # type: ignore[attr-defined]
    assert 400 <= answer.status_code < 500
    assert written.journal.head() == before


def test_nobody_writes_without_the_word_of_a_page_of_ours(pages: Any, written: Programme) -> None:
    before = written.journal.head()
    answer = pages.post(f"/claims/{written.claim}/decide", {"act": "withdraw", "reason": "x"})  # type: ignore[attr-defined]
    assert answer.status_code == 403
    assert pages.get(f"/claims/{written.claim}/decide").status_code == 404  # type: ignore[attr-defined]
    assert written.journal.head() == before


def test_an_unlocked_letter_is_not_needed_for_any_page(written: Programme) -> None:
    assert written.journal.seals.locked
    assert Path(str(written.target)).is_dir()
