"""Do the commands of claims and obligations keep to the contract of the command line, on good and on broken input?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from whitestone.cli import app, collect
from whitestone.errors import Problem

LETTER = "Letter A/78/1\nMore than 260 people were killed or injured. 65 dead and 278 hurt, 345 in all.\n"
SAID = ["asserted_by=Office A", "as_of=2022-12-03", "period_from=2020", "period_to=2022", "place_name=North"]


@pytest.fixture
def ws(tmp_path: Path) -> Any:
    """Call commands on a programme of its own, which has one letter."""
    collect()

    def call(*words: str, code: int = 0) -> Any:
        result = CliRunner().invoke(app, ["-C", str(tmp_path / "p"), *words])
        if isinstance(result.exception, Problem):
            assert result.exception.exit_code == code, result.exception
            return result.exception.as_dict()["error"]
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in words else result.stdout

    (tmp_path / "letter.txt").write_text(LETTER)
    call("init", "--name", "North")
    call(
        "claims",
        "add-document",
        str(tmp_path / "letter.txt"),
        "--source",
        "Office A",
        "--set",
        "symbols=A/78/1",
        "--set",
        "dated_on=2022-12-03",
    )
    call.folder = tmp_path  # type: ignore[attr-defined]
    return call


def add(ws: Any, quote: str, *values: str) -> dict[str, Any]:
    return dict(
        ws("claims", "add", "--document", "A/78/1", "--reason", "read", f"quote={quote}", *SAID, *values, "--json")
    )


def test_from_a_letter_to_its_claims_beside_the_register(ws: Any) -> None:
    made = add(
        ws, "More than 260 people were killed or injured", "value=260", "unit=killed_or_injured", "qualifier=at_least"
    )
    for quote, value, unit in (
        ("65 dead", 65, "killed"),
        ("278 hurt", 278, "injured"),
        ("345 in all", 345, "casualties"),
    ):
        add(ws, quote, f"value={value}", f"unit={unit}")
    answer = ws(
        "claims", "compare", "--metric", "casualties", "--place", "North", "--from", "2020", "--to", "2022", "--json"
    )
    assert {row["value"] for row in answer["claims"]} == {260, 65, 278, 345}
    assert [each["flag"] for each in answer["flags"]] == ["sum-fails"]
    assert answer["own"]["value"] is None
    assert ws("claims", "list", "--speaker", "office", "--json")["total"] == 4
    assert ws("claims", "flags", "--json", code=1)["flags"]
    assert ws("claims", "grade", made["claim"], "B2", "--reason", "x", "--json")["grades"][-1]["info_grade"] == "2"
    assert ws("claims", "show", made["claim"], "--json")["attributes"]["period_from"] == "2020"
    ws("claims", "withdraw", made["claim"], "--reason", "taken back", "--on", "2023")
    assert "withdrawn" in ws("claims", "compare", "--metric", "casualties")
    assert ws("claims", "withdraw", "--document", "A/78/1", "--reason", "x", "--json")["claims"]


def test_a_draft_says_what_it_is_of_and_a_comparison_why_it_is_left_out(ws: Any) -> None:
    letter = ws.folder / "b.txt"
    letter.write_text("The producer of the mines is the company Example LLC. Mines killed 4 people.")
    told = ws("claims", "propose", str(letter), "--source", "Office B")
    assert "Office B: producer, about" in told
    assert told.splitlines()[-1].startswith("Next, for each: whitestone claims confirm")
    assert "Office B: 4 killed, no place" in ws("claims", "list")
    compared = ws("claims", "compare", "--metric", "casualties")
    assert "2 × it is a draft that nobody confirmed yet" in compared
    assert "whitestone claims confirm CLAIM" in compared


@pytest.mark.parametrize("command", ["propose", "add-document"])
def test_what_a_document_could_not_give_is_said(ws: Any, command: str) -> None:
    page = ws.folder / "news.html"
    page.write_text("<p>Mines killed 4 people.</p><p hidden>Mines killed 93 people.</p>")
    told = ws("claims", command, str(page), "--source", "Office B")
    assert "  Note: 1 element(s) that the page hides are left out." in told.splitlines()
    assert "93 people" not in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["claims", "add", "--reason", "x", "quote=x"], "refused"),
        (["claims", "add", "--reason", "x", "what"], "wrong-call"),
        (["claims", "add", "--reason", "x", "quote=x", "asserted_by=A", "value=many"], "invalid-value"),
        (
            ["claims", "add", "--document", "A/78/1", "--reason", "x", "quote=nowhere", "asserted_by=A"],
            "quote-not-found",
        ),
        (["claims", "add", "--document", "B/9", "--reason", "x", "quote=y"], "unknown-record"),
        (["claims", "grade", "none", "A1", "--reason", "x"], "unknown-record"),
        (["claims", "withdraw", "--reason", "x"], "wrong-call"),
        (["claims", "confirm", "none"], "unknown-record"),
        (["claims", "compare", "--metric", "blame"], "invalid-value"),
        (["claims", "compare", "--metric", "killed", "--from", "2022", "--to", "2021"], "wrong-call"),
        (["claims", "compare", "--metric", "killed", "--from", "spring"], "invalid-value"),
        (["claims", "add-document", "none.txt"], "unreadable-file"),
        (["claims", "propose", "none.txt"], "unreadable-file"),
        (["obligations", "seed", "--party", "A", "--instrument", "x", "--in-force", "2020"], "invalid-value"),
        (["obligations", "evidence", "none", "--reason", "x"], "wrong-call"),
        (["obligations", "extend", "none", "--until", "2030", "--reason", "x"], "unknown-record"),
        (["obligations", "list", "--from", "x"], "invalid-value"),
    ],
)
def test_a_wrong_call_ends_with_two_a_code_and_a_next_step(ws: Any, words: list[str], code: str) -> None:
    error = ws(*words, code=2)
    assert error["code"] == code
    assert error["next"]


def test_duties_on_the_command_line(ws: Any) -> None:
    ws("obligations", "seed", "--party", "State A", "--instrument", "ccm", "--in-force", "2015-02-01")
    claim = add(ws, "345 in all")["claim"]
    ws("obligations", "evidence", "ccm/clearance/State A", "--for", claim, "--reason", "x")
    ws("obligations", "extend", "ccm/clearance/State A", "--until", "2030-02-01", "--reason", "granted")
    made = ws(
        "obligations",
        "add",
        "instrument=Agreement",
        "duty=Hand over.",
        "party=State B",
        "due_on=2025-03-01",
        "--reason",
        "x",
        "--json",
    )
    told = ws("obligations", "list", "--from", "2025", "--to", "2030", "--json")
    assert {row["due_on"] for row in told["calendar"] if row["article"] == "Article 4(1)"} == {"2030-02-01"}
    assert made["obligation"] in {row["obligation"] for row in told["calendar"]}
    assert "1 speak for, 0 against" in ws("obligations", "list")


def test_a_table_comes_in_whole_with_its_sources(ws: Any) -> None:
    path = ws.folder / "t.csv"
    path.write_text(
        "claim_id,url,publisher,side,lang,published,place,period,metric,value,qualifier,attributed_to,note\n"
        "C1,u,Paper,s,en,2020,North,2019,killed,4,about,Office,\n"
    )
    answer = ws("claims", "import", str(path), "--json")
    assert (answer["runs"][0]["held"], answer["gathered"]) == (0, {"sources": 1, "documents": 1, "claims": 1})
    assert ws("claims", "gather", "--json")["claims"] == 0
