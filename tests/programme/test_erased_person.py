"""Is an erased person gone from every file, page of the database, backup, restore and export of the programme?

The attack: the key is at hand, every container is opened, and the name is looked for in several encodings and scripts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anyascii import anyascii
from hypothesis import given
from hypothesis import strategies as st
from lists_maker import INCREMENT, bring

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import Erased, Problem
from whitestone.journal.bundle import messages
from whitestone.journal.keys import key_path, load_key
from whitestone.programme.casualties_linking import decide_pair, find_duplicates
from whitestone.programme.checking import check
from whitestone.programme.consents import give_consent, resolve_person
from whitestone.programme.exporting import export
from whitestone.programme.identified import approve_export, ask_export, write_export
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.protection import show_person, subject_access, traces
from whitestone.programme.safekeeping import back_up, erase, prove, restore_to

GONE = "Žaklina Kanarinac"
STAYS = "Marko Ostajević"
WORDS = ("Kanarinac", "Žaklina", "061555999", "1975-02-03")
LIST = f"""id,victim name,birth date,phone,date,outcome,sex,age,latitude,longitude
1,{GONE},1975-02-03,061555999,2019-05-06,injured,female,44,44.12341,17.22341
2,{STAYS},1980-04-05,061555124,2019-05-07,killed,male,39,44.22341,17.32341
3,{GONE},1975-02-03,061555999,2019-13-45,injured,female,abc,99.2,17.3
4,{GONE},061555999
"""
POLICE = "id,victim name,date,outcome,sex,age,latitude,longitude\nA,Канаринац Жаклина,2019-05-06,injured,female,44," \
         "44.12341,17.22341\n"  # fmt: skip


def written_forms(word: str) -> list[bytes]:
    """Write a word in the encodings and scripts in which a file may hold it."""
    cyrillic = {"Kanarinac": "Канаринац", "Žaklina": "Жаклина"}.get(word, word)
    forms = {way for each in (word, cyrillic, anyascii(word), anyascii(cyrillic))
             for way in (each, each.upper(), each.lower())}  # fmt: skip
    return [form.encode(code) for form in sorted(forms) for code in ("utf-8", "utf-16-le", "utf-16-be")] + [
        cyrillic.encode("cp1251"), json.dumps(word).strip('"').encode()]


NEEDLES = [form for word in WORDS for form in written_forms(word)]


def held_in(content: bytes) -> list[bytes]:
    return [needle for needle in NEEDLES if needle in content]


def every_file(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def assert_nowhere(folder: Path) -> None:
    files = list(every_file(folder))
    assert files
    for path in files:
        assert held_in(path.read_bytes()) == [], path.name
        assert not any(word.casefold() in path.name.casefold() for word in WORDS)


@pytest.fixture
def programme(tmp_path: Path) -> Any:
    """Make a programme in which a person is held in every way that there is."""
    (tmp_path / "in").mkdir()
    with init_programme(str(tmp_path / "p"), name="Simulated", who="anna") as programme:
        more_columns = 'birth_date = "birth date"\ncontact = "phone"'
        for name, text, more in (("hospital", LIST, more_columns), ("police", POLICE, "")):
            bring(programme, tmp_path / "in", name, text, places=("latitude", "longitude"), person="victim name",
                  edition=INCREMENT, more=more)  # fmt: skip
            (tmp_path / "in" / f"{name}.csv").unlink()
        use(programme, tmp_path)
        yield programme


def use(programme: Programme, folder: Path) -> None:
    """Work as on an ordinary day: consent, duplicates, reading, an identified export that is handed on, findings."""
    one = resolve_person(programme, "1")
    give_consent(programme, one, purpose="assistance", shared_with="ngos", given_on="2019-06-01", form="oral",
                 guardian_relation="cousin", guardian_name="Guardian Kanarinac")  # fmt: skip
    pair = find_duplicates(programme, threshold=0.5)["pairs"][0]
    decide_pair(programme, pair["pair"], "merge", reason="the same person")
    show_person(programme, one, purpose="follow-up")
    request = ask_export(programme, purpose="assistance", shared_with="ngos", reason="care").request
    programme.who = "boris"
    approve_export(programme, request, reason="seen")
    programme.who = "anna"
    write_export(programme, request, folder / "handed-on.json", plain=True)
    assert held_in((folder / "handed-on.json").read_bytes()), "the needles are the right ones"
    (folder / "handed-on.json").unlink()
    check(programme)


def erase_all(programme: Programme) -> None:
    """Erase a person as the guide says: look for traces first, then erase each record, with its originals."""
    one = resolve_person(programme, "1")
    found = traces(programme, one, purpose="erasing")["found"]
    elsewhere = {each["record"] for each in found if each["where"] == "sealed of another record"}
    # The row that no decision joined with the others, the list of the police, and the guardian who is named alike.
    assert str(resolve_person(programme, "3")) in elsewhere
    assert str(resolve_person(programme, "A")) in elsewhere
    erase(programme, resolve_person(programme, "3"), reason="asked by the person")
    first = erase(programme, resolve_person(programme, "1"), reason="asked by the person", originals=True)
    assert (first["consents_erased"], len(first["same_person_left"])) == (1, 1)
    second = erase(programme, uuid.UUID(first["same_person_left"][0]), reason="the same person", originals=True)
    assert second["same_person_left"] == second["originals_left"] == []


def unlocked(programme: Programme) -> str:
    """Open all that can still be opened with the key: sealed values, held rows, attachments."""
    seals, opened = programme.journal.seals, []
    seals.unlock()
    try:
        for kind in ("casualty", "consent", "protected_source"):
            for state in programme.journal.states(kind, approved_only=False):
                try:
                    opened.append(seals.open_record(state.record_id, "attack", "mallory"))
                except Erased:
                    continue
        for each in programme.journal.attachments.list():
            try:
                with programme.journal.attachments.open(each.sha256, by="mallory", purpose="attack") as stream:
                    opened.append(stream.read().decode("utf-8", "replace"))
            except Problem:
                continue
        for state in programme.journal.states("run"):
            for row in range(4):
                try:
                    opened.append(seals.open_held(state.record_id, row, "attack", "mallory").decode())
                except Problem:
                    continue
    finally:
        seals.lock()
    return json.dumps(opened, ensure_ascii=False, default=str)


def test_the_attack_finds_the_person_before_the_erasure(programme: Programme) -> None:
    """Otherwise it would prove nothing: with the key, the name opens in records, held rows and originals."""
    assert unlocked(programme).count("Kanarinac") >= 3
    assert_nowhere(programme.journal.folder)  # and without it, nowhere


def test_an_erased_person_is_nowhere_in_the_programme_even_for_who_has_the_key(programme: Programme) -> None:
    erase_all(programme)
    assert_nowhere(programme.journal.folder)
    said = unlocked(programme)
    assert held_in(said.encode()) == []
    assert "Ostajević" in said, "others stay"
    assert prove(programme)["ok"]
    programme.close()
    assert_nowhere(Path(programme.target or ""))


def test_an_erased_person_is_in_no_backup_and_no_restore_not_even_of_an_older_one(
    programme: Programme, tmp_path: Path
) -> None:
    back_up(programme, tmp_path / "before.wsb")
    erase_all(programme)
    back_up(programme, tmp_path / "after.wsb")
    key = load_key(key_path(programme.journal.programme_id))
    for name in ("before", "after"):
        assert held_in((tmp_path / f"{name}.wsb").read_bytes()) == []
        with (tmp_path / f"{name}.wsb").open("rb") as stream:
            opened = b"".join(_flat(message) for message in messages(stream, key))
        assert len(opened) > 10_000
        assert held_in(opened) == [], "the container holds envelopes, not names"
        restore_to(str(tmp_path / name), tmp_path / f"{name}.wsb")
        assert_nowhere(tmp_path / name)
        with open_programme(str(tmp_path / name), "mallory") as restored:
            said = unlocked(restored)
            assert held_in(said.encode()) == [], f"restored from the backup made {name} the erasure"
            assert "Ostajević" in said


def _flat(value: Any) -> bytes:
    """Lay whatever a message holds end to end as bytes."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, dict):
        return b"".join(_flat(each) for pair in value.items() for each in pair)
    if isinstance(value, (list, tuple)):
        return b"".join(_flat(each) for each in value)
    return str(value).encode()


def test_an_erased_person_is_in_no_export_and_no_answer(programme: Programme, tmp_path: Path) -> None:
    erase_all(programme)
    body = {"occurred_on": "2019-05-06", "killed": 0, "injured": 1}
    programme.journal.append(Act(author="anna"), [Draft(kind="accident", record_id=new_id(), body=body)])
    (tmp_path / "out").mkdir()
    export(programme, ["all"], tmp_path / "out" / "all.gpkg", programme.clocks())
    for form in ("csv", "geojson", "xlsx"):
        export(programme, ["accident"], tmp_path / "out" / f"accidents.{form}", programme.clocks())
    request = ask_export(programme, purpose="assistance", shared_with="ngos", reason="care").request
    programme.who = "boris"
    approve_export(programme, request, reason="seen")
    told = write_export(programme, request, tmp_path / "out" / "persons.json", plain=True)
    assert told["persons"] == 0
    assert told["left_out"]["erased"] == 1
    one = resolve_person(programme, "1")
    answers = [find_duplicates(programme), subject_access(programme, one, purpose="she asks"), told,
               [each.purpose for each in programme.journal.seals.access_log()]]  # fmt: skip
    assert held_in(json.dumps(answers, ensure_ascii=False, default=str).encode()) == []
    assert_nowhere(tmp_path / "out")
    assert_nowhere(programme.journal.folder)


def test_a_name_in_a_quote_is_found_by_traces_and_erased_with_its_part(programme: Programme) -> None:
    claim = new_id()
    said = {"quote": f"{GONE}, a teacher, was hurt", "subject": "casualties"}
    draft = Draft(kind="claim", record_id=claim, body=said)
    programme.journal.append(Act(author="anna"), [draft])
    assert unsealed(programme) == [(str(claim), ["body"])]
    erase(programme, claim, reason="asked by the person", parts=("body",))
    assert unsealed(programme) == []
    erase_all(programme)
    programme.close()
    assert_nowhere(Path(programme.target or ""))


def unsealed(programme: Programme) -> list[tuple[str, list[str]]]:
    found = traces(programme, resolve_person(programme, "1"), purpose="erasing")["found"]
    return [(each["record"], each["parts"]) for each in found if each["where"] == "statement"]


@given(st.sampled_from(WORDS), st.binary(max_size=30), st.binary(max_size=30))
def test_the_search_of_this_file_sees_a_name_in_any_surroundings(word: str, before: bytes, after: bytes) -> None:
    for form in written_forms(word):
        assert held_in(before + form + after)
