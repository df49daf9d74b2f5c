"""Does every bad document end, by command, in a finding or a refusal with the next step, and is nothing of it lost?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from documents_made import LETTER, page, pdf, word
from typer.testing import CliRunner

from whitestone.cli import app, collect
from whitestone.errors import Problem
from whitestone.programme.opening import open_programme

KEY = "<" + "5c" * 32 + ">"
ENCRYPTED = f"/Encrypt<</Filter/Standard/V 1/R 2/O{KEY}/U{KEY}/P -4>>/ID[<00><00>]"
ATTACHED = "<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(names.xls)/UF(names.xls)/EF<</F 11 0 R>>>>]>>>>"
SCRIPTS = page(f"<script>document.write('999 people were killed by mines.')</script><p onclick='x()'>{LETTER}</p>"
               "<noscript>500 people were killed by mines.</noscript><iframe srcdoc='<p>77 were killed</p>'></iframe>"
               "<p style='display:none'>44 people were killed by mines.</p><!-- 33 people were killed by mines. -->",
               lang="en")  # fmt: skip


def called(*words: str) -> tuple[int, Any]:
    """Call a command as a process would; give its code and its JSON, or the error's."""
    collect()
    result = CliRunner().invoke(app, list(words))
    if isinstance(result.exception, Problem):
        return result.exception.exit_code, result.exception.as_dict()["error"]
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize(("name", "data", "finding", "claims"), [
    ("scan.pdf", pdf([[], []]), "no-text", 0),
    ("attached.pdf", pdf([[LETTER]], extra=ATTACHED), "embedded-files", 1),
    ("scripts.html", SCRIPTS, "hidden-left-out", 1),
    ("half.pdf", pdf([[LETTER], []]), "pages-without-text", 1),
    ("mixed.docx", word((LETTER,)), None, 1),
    ("other.txt", "Drei Menschen wurden durch Minen getötet.".encode(), "language-not-read", 0),
])  # fmt: skip
def test_a_bad_document_is_kept_whole_and_says_what_it_could_not_give(
    name: str, data: bytes, finding: str | None, claims: int, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    code, read = called("claims", "read", str(file), "--json")
    assert (code, len(read["claims"])) == (0, claims)
    assert {note["code"] for note in read["findings"]} == ({finding} if finding else set())
    assert not [claim for claim in read["claims"] if claim["value"] != 260]
    folder = str(tmp_path / "p")
    called("-C", folder, "init", "--name", "p", "--json")
    code, kept = called("-C", folder, "claims", "propose", str(file), "--source", "Office A", "--json")
    document = kept["documents"][0]
    assert (code, document["proposed"]) == (0, claims)
    assert document["sha256"] == hashlib.sha256(data).hexdigest()
    messages = {note["message"] for note in read["findings"]}
    assert messages <= set(document["notes"]), "what reading says, keeping says as well"
    with open_programme(folder, "anna") as programme:
        programme.journal.seals.unlock()
        original = programme.journal.attachments.open(document["sha256"], by="anna", purpose="test")
        assert original.read() == data


def test_an_encrypted_pdf_is_refused_calmly_and_leaves_nothing(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.pdf", str(tmp_path / "p")
    file.write_bytes(pdf([[LETTER]], trailer=ENCRYPTED))
    called("-C", folder, "init", "--name", "p", "--json")
    for words in (("claims", "read"), ("claims", "text"), ("-C", folder, "claims", "propose"),
                  ("-C", folder, "claims", "add-document")):  # fmt: skip
        code, error = called(*words, str(file), "--json")
        assert code == 2
        assert "password" in error["message"]
        assert error["next"]
    assert called("-C", folder, "records", "list", "--kind", "document", "--json")[1]["total"] == 0


def test_five_thousand_pages_are_read_and_a_sentence_on_the_last_is_found_on_its_page(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.pdf", str(tmp_path / "p")
    file.write_bytes(pdf([*([f"Sheet {number}."] for number in range(4_999)), [LETTER]]))
    called("-C", folder, "init", "--name", "p", "--json")
    _, kept = called("-C", folder, "claims", "propose", str(file), "--source", "Office A", "--json")
    assert [(claim["value"], claim["locator"]) for claim in kept["documents"][0]["claims"]] == [(260, "p. 5000")]


def test_a_claim_has_a_quote_of_its_document_and_a_speaker_or_is_not_kept(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.txt", str(tmp_path / "p")
    file.write_text(LETTER)
    called("-C", folder, "init", "--name", "p", "--json")
    _, kept = called("-C", folder, "claims", "add-document", str(file), "--source", "Office A", "--json")
    of = ("-C", folder, "claims", "add", "--document", kept["documents"][0]["document"], "--reason", "x", "--json")
    assert called(*of, "quote=never said", "asserted_by=A")[1]["code"] == "quote-not-found"
    without = called("-C", folder, "claims", "add", "--reason", "x", "--json", f"quote={LETTER}")
    assert (without[0], without[1]["code"]) == (2, "refused")
    assert called("-C", folder, "claims", "list", "--json")[1]["total"] == 0


def test_a_table_of_claims_without_speakers_comes_in_whole_and_check_asks(tmp_path: Path) -> None:
    table, folder = tmp_path / "claims.csv", str(tmp_path / "p")
    table.write_text("claim_id,url,publisher,side,lang,published,place,period,metric,value,qualifier,attributed_to,"
                     "note\nC1,http://example.org/1,Press X,,en,2022-12-03,North,2020-2022,killed,12,exact,,\n"
                     "C2,http://example.org/2,Press X,,en,2022-12-03,North,2020-2022,killed,14,exact,Office A,\n")
    called("-C", folder, "init", "--name", "p", "--json")
    run = called("-C", folder, "claims", "import", str(table), "--json")[1]["runs"][0]
    assert (run["input"], run["accepted"] + run["accepted_with_findings"], run["held"]) == (2, 2, 0)
    code, found = called("-C", folder, "check", "--json")
    assert code == 1
    assert [each["rule"] for each in found["findings"]].count("claim-without-speaker") == 1


def test_what_rests_on_a_source_that_withdrew_is_asked_about(tmp_path: Path) -> None:
    folder, made = str(tmp_path / "p"), []
    called("-C", folder, "init", "--name", "p", "--json")
    for name, source in (("a.txt", "Office A"), ("b.txt", "Press X")):
        (tmp_path / name).write_text(f"{LETTER} {name}")
        words = ("-C", folder, "claims", "propose", str(tmp_path / name), "--source", source, "--json")
        made.append(called(*words)[1]["documents"][0]["claims"][0]["claim"])
    called("-C", folder, "claims", "confirm", *made, "--json")
    called("-C", folder, "claims", "relate", made[1], "repeats", made[0], "--reason", "handed on", "--json")
    called("-C", folder, "claims", "withdraw", "--source", "Office A", "--reason", "taken back", "--json")
    found = called("-C", folder, "check", "--json")[1]["findings"]
    assert [each["rule"] for each in found if each["rule"] == "rests-on-withdrawn"] == ["rests-on-withdrawn"]
    rows = called("-C", folder, "claims", "list", "--json")[1]["claims"]
    assert {row["speaker"]: row["status"] for row in rows} == {"Office A": "withdrawn", "Press X": "open"}
