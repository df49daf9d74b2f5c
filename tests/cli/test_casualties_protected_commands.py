"""Do the commands around protected data answer as they promise, calmly, also while the compartment is locked?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whitestone import cli
from whitestone.programme.opening import init_programme

LIST = """id,victim name,birth date,date,outcome,sex,age,latitude,longitude
1,Simulated Ana,1975-02-03,2019-05-06,injured,female,44,44.12341,17.22341
2,Simulated Boris,1980-04-05,2019-05-07,killed,male,9,44.22341,17.32341
7,Ana Simulated,1975-02-03,2019-05-06,injured,female,44,44.12341,17.22341
"""
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line in this process; answers exit code, output and errors."""
    init_programme(str(tmp_path / "p"), name="Simulated", who="anna").close()

    def run(*words: str, who: str = "anna") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["whitestone", "-C", str(tmp_path / "p"), "--who", who, *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(ended.value.code or 0), said.out, said.err

    (tmp_path / "a.csv").write_text(LIST)
    code, _, _ = run("import", str(tmp_path / "a.csv"), "--suggest", "--out", str(tmp_path / "m.toml"))
    assert code == 0
    assert run("import", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "m.toml"))[0] == 0
    return run


def told(answer: tuple[int, str, str], code: int = 0) -> Any:
    assert answer[0] == code, answer
    return json.loads(answer[1] if code == 0 else answer[2])


def test_a_person_is_read_for_a_purpose_and_asks_what_is_held(call: Call) -> None:
    shown = told(call("casualties", "person", "show", "1", "--purpose", "follow-up", "--json"))
    assert shown["values"]["person_name"] == "Simulated Ana"
    held = told(call("casualties", "subject-access", "1", "--json"))
    assert [each["purpose"] for each in held["readings"]] == ["follow-up", "the person asks what is held"]
    text = call("casualties", "person", "show", "1", "--purpose", "follow-up")[1]
    assert "No consent is recorded" in text
    assert call("casualties", "person", "show", "1")[0] == 2
    refused = told(call("casualties", "person", "show", "1", "--purpose", " ", "--json"), 2)
    assert refused["error"]["code"] == "wrong-call"
    assert told(call("casualties", "person", "show", "99", "--purpose", "x", "--json"), 2)["error"]["next"]


def test_consent_request_approval_export_and_opening(call: Call, tmp_path: Path) -> None:
    give = ("casualties", "consent", "give", "--purpose", "assistance", "--for", "ngos", "--on", "2020-01-02")
    assert told(call(*give, "1", "--json"))["consents"][0]["state"] == "given"
    child = told(call(*give, "2", "--json"), 2)
    assert child["error"]["code"] == "refused"
    (tmp_path / "g.json").write_text('{"guardian_name": "Simulated Mother"}')
    told(call(*give, "2", "--guardian-relation", "mother", "--guardian-sealed", str(tmp_path / "g.json"), "--json"))
    asked = told(call("casualties", "identified-export", "request", "--purpose", "assistance", "--for", "ngos",
                      "--field", "person_name", "--reason", "care", "--json"))
    act = ("casualties", "identified-export")
    mine = told(call(*act, "approve", asked["request"], "--reason", "mine", "--json"), 2)
    assert mine["error"]["code"] == "refused"
    early = told(call(*act, "write", asked["request"], "--out", str(tmp_path / "x"), "--plain", "--json"), 2)
    assert early["error"]["code"] == "refused"
    seen = told(call(*act, "approve", asked["request"], "--reason", "seen", "--json", who="boris"))
    assert seen["persons_now"] == 2
    assert told(call("casualties", "consent", "withdraw", "2", "--reason", "wish", "--json"))["withdrawn"]
    (tmp_path / "pass").write_text("four simulated words here\n")
    how = ("--out", str(tmp_path / "x"), "--passphrase-file", str(tmp_path / "pass"))
    written = told(call(*act, "write", asked["request"], *how, "--json"))
    assert (written["persons"], written["left_out"]["withdrawn"], written["encrypted"]) == (1, 1, True)
    assert b"Simulated Ana" not in (tmp_path / "x").read_bytes()
    opened = told(call(*act, "open", str(tmp_path / "x"), "--passphrase-file", str(tmp_path / "pass"), "--json"))
    assert [each["values"] for each in opened["persons"]] == [{"person_name": "Simulated Ana"}]
    assert told(call(*act, "list", "--json"))["requests"][0]["state"] == "carried out"
    again = told(call(*act, "write", asked["request"], "--out", str(tmp_path / "y"), "--plain", "--json"), 2)
    assert again["error"]["code"] == "refused"


def test_retention_from_the_list_to_the_erasure(call: Call) -> None:
    assert told(call("casualties", "retention", "--dry-run", "--json"))["retention_years"] is None
    assert call("settings", "--set", "retention_years=0", "--reason", "law")[0] == 0
    due = told(call("casualties", "retention", "--dry-run", "--json"))
    assert due["counts"]["casualty"] == 3
    assert due["counts"]["file"] == 1
    asked = told(call("casualties", "retention", "--ask", "--reason", "yearly", "--json"))
    assert call("casualties", "retention", "--approve", asked["request"], "--reason", "x")[0] == 2
    assert call("casualties", "retention", "--approve", asked["request"], "--reason", "x", who="boris")[0] == 0
    done = told(call("casualties", "retention", "--erase", asked["request"], "--reason", "yearly", "--json"))
    assert (done["erased"], done["left"]) == (due["due"], 0)
    assert call("casualties", "retention", "--ask", "--dry-run")[0] == 2
    assert call("casualties", "retention", "--erase", "rule", "--reason", "x")[0] == 2
    assert call("verify")[0] == 0


def test_traces_values_and_sources_from_the_command_line(call: Call, tmp_path: Path) -> None:
    assert call("casualties", "person", "traces", "1", "--purpose", "erasing")[0] == 1, "row 7 is the same name"
    (tmp_path / "v.json").write_text('{"witnesses": "Simulated W", "photograph": "in the safe"}')
    seal = ("casualties", "person", "seal", "1", "--sealed", str(tmp_path / "v.json"), "--reason", "r")
    sealed = told(call(*seal, "--json"))
    assert sealed["sealed"] == ["photograph", "witnesses"]
    made = told(call("casualties", "protected-source", "--role", "other", "--reason", "r", "--json"))["record"]
    code, out, _ = call("casualties", "person", "traces", made, "--purpose", "erasing")
    assert (code, "nowhere else" in out, "Nothing was looked for" in out) == (0, False, True), "no name: no assurance"
    source = told(call("casualties", "protected-source", "--role", "witness", "--reason", "r", "--json"))
    assert source["sealed"] == []
    for text in ("", "[", "[]", "{}", '{"age_years": "3"}'):
        (tmp_path / "v.json").write_text(text)
        code, _, err = call(*seal)
        assert code == 2, text
        assert "Next:" in err


def test_duplicates_from_search_to_split(call: Call) -> None:
    found = told(call("casualties", "duplicates", "find", "--threshold", "0.3", "--json"))
    (pair,) = [each for each in found["pairs"] if each["sure"]]
    act = ("casualties", "duplicates")
    assert pair["pair"] in call(*act, "find", "--threshold", "0.3")[1]
    assert "Names were not used" in call(*act, "find", "--locked")[1]
    assert told(call(*act, "list", "--json"))["pairs"][0]["state"] == "open"
    assert told(call(*act, "decide", pair["pair"], "merge", "--reason", "same card", "--json"))["state"] == "merged"
    shown = told(call(*act, "show", pair["pair"], "--json"))
    assert shown["state"] == "merged"
    assert "Simulated" not in json.dumps(shown)
    assert told(call(*act, "split", pair["pair"], "--reason", "no", "--json"))["state"] == "open"
    assert call(*act, "decide", pair["pair"], "perhaps", "--reason", "x")[0] == 2
    assert call(*act, "list", "--state", "odd")[0] == 2
    assert told(call(*act, "find", "--max-pairs", "1", "--json"), 2)["error"]["code"] == "too-many-pairs"
    assert told(call(*act, "find", "--lists", "nowhere", "--json"), 2)["error"]["code"] == "invalid-value"


def test_the_whole_flow_works_while_the_key_is_elsewhere(call: Call, keys_dir: Path, tmp_path: Path) -> None:
    """Everything but reading: import, check, report, duplicates, consent, requests, retention, erasure, proof."""
    keys = list(keys_dir.glob("*.key"))
    assert keys
    for key in keys:
        key.rename(tmp_path / key.name)
    (tmp_path / "b.csv").write_text(LIST.replace("44.1", "44.3").replace("\n1,", "\n11,"))
    reads = [("casualties", "person", "show", "1", "--purpose", "x"), ("casualties", "subject-access", "1"),
             ("casualties", "person", "traces", "1", "--purpose", "x")]  # fmt: skip
    works = [
        ("import", str(tmp_path / "b.csv"), "--mapping", str(tmp_path / "m.toml")), ("check",),
        ("report", "situation", "--format", "html", "--out", str(tmp_path / "r")), ("ledger",),
        ("casualties", "duplicates", "find"), ("casualties", "duplicates", "list"),
        ("casualties", "consent", "give", "1", "--purpose", "research", "--for", "researchers", "--on", "2020"),
        ("casualties", "consent", "show", "1"), ("casualties", "consent", "withdraw", "1", "--reason", "wish"),
        ("casualties", "identified-export", "request", "--purpose", "research", "--for", "ngos", "--reason", "r"),
        ("casualties", "identified-export", "list"), ("casualties", "retention", "--dry-run"), ("verify",),
        ("rebuild",),
    ]  # fmt: skip
    for words in works:
        code, _, err = call(*words)
        assert code == (1 if words == ("check",) and code == 1 else 0), (words, err)
    for words in reads:
        answer = told(call(*words, "--json"), 2)
        assert answer["error"]["code"] == "key-missing", words
    for key in keys:
        (tmp_path / key.name).rename(key)
    assert told(call(*reads[0], "--json"))["values"]["person_name"] == "Simulated Ana"


def test_help_of_each_group_answers(call: Call) -> None:
    for group in ("person", "consent", "identified-export", "duplicates"):
        code, out, _ = call("casualties", group, "--help")
        assert code == 0
        assert "--help" in out
