"""Is what identifies a person read for a purpose only, shared with consent and a second person, and let go in time?"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import Erased, FileTrouble, InvalidValue, KeyMissing, Refused, UnknownRecord, WrongCall
from whitestone.programme import second_person
from whitestone.programme.casualties_linking import decide_pair
from whitestone.programme.consents import (
    consents_of,
    give_consent,
    is_child,
    resolve_person,
    standings,
    withdraw_consent,
)
from whitestone.programme.identified import approve_export, ask_export, asked_exports, open_export, write_export
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.protection import add_source, seal_values, show_person, subject_access, traces
from whitestone.programme.retention import approve_retention, ask_retention, due, erase_due
from whitestone.programme.revising import decide
from whitestone.programme.safekeeping import erase

NAMES = ("Simulated Ana", "Simulated Boris", "Simulated Child")
PASSPHRASE = "four simulated words together"


@pytest.fixture
def programme(tmp_path: Path) -> Any:
    with init_programme(str(tmp_path / "p"), name="Simulated", who="anna") as programme:
        ages = (40, 30, 9)
        drafts = [
            Draft(kind="casualty", record_id=new_id(), information_date="2020-01-02",
                  body={"local_id": f"P-{number}", "outcome": "injured", "age_years": age, "occurred_on": "2020-01-02"},
                  sealed={"person_name": name, "contact": f"555-{number}"})
            for number, (name, age) in enumerate(zip(NAMES, ages, strict=True))
        ]  # fmt: skip
        programme.journal.append(Act(author="anna"), drafts)
        yield programme


def person(programme: Programme, number: int = 0) -> uuid.UUID:
    return resolve_person(programme, f"P-{number}")


def agree(programme: Programme, number: int = 0, **how: Any) -> uuid.UUID:
    said = {"purpose": "assistance", "shared_with": "ngos", "given_on": "2020-02-01", "form": "written", **how}
    return give_consent(programme, person(programme, number), **said)


def allowed(programme: Programme, number: int = 0, purpose: str = "assistance", shared_with: str = "ngos") -> bool:
    one = person(programme, number)
    return standings(programme, [one], purpose=purpose, shared_with=shared_with)[one].allowed


def approved(programme: Programme, **how: Any) -> uuid.UUID:
    """Have boris approve what anna asks for."""
    said = {"purpose": "assistance", "shared_with": "ngos", "reason": "care", **how}
    request = ask_export(programme, **said).request
    programme.who = "boris"
    approve_export(programme, request, reason="seen")
    programme.who = "anna"
    return request


def test_reading_needs_a_purpose_and_is_logged(programme: Programme) -> None:
    shown = show_person(programme, person(programme), purpose="follow-up")
    assert shown["values"] == {"person_name": NAMES[0], "contact": "555-0"}
    last = programme.journal.seals.access_log(person(programme))[-1]
    assert (last.by, last.purpose, last.detail) == ("anna", "follow-up", "contact, person_name")
    assert programme.journal.seals.locked
    with pytest.raises(WrongCall):
        show_person(programme, person(programme), purpose="  ")
    assert len(programme.journal.seals.access_log(person(programme))) == 1


def test_without_the_key_nothing_opens_and_all_else_works(programme: Programme, keys_dir: Path, tmp_path: Path) -> None:
    agree(programme)
    request = approved(programme)
    for key in keys_dir.glob("*.key"):
        key.rename(key.with_suffix(".away"))
    for act in (lambda: show_person(programme, person(programme), purpose="x"),
                lambda: subject_access(programme, person(programme), purpose="x"),
                lambda: traces(programme, person(programme), purpose="x"),
                lambda: write_export(programme, request, tmp_path / "x.json", plain=True)):  # fmt: skip
        with pytest.raises(KeyMissing):
            act()
    assert not (tmp_path / "x.json").exists()
    assert allowed(programme)
    agree(programme, 1)
    withdraw_consent(programme, person(programme, 1), reason="wish")
    seal_values(programme, person(programme), {"home": "Simulated street 1"}, reason="visit")
    programme.set({"retention_years": 0.0}, reason="test")
    assert due(programme)["due"] >= 3
    assert erase(programme, person(programme), reason="asked")["keys"] == 2


def test_consent_is_for_one_purpose_and_one_recipient(programme: Programme) -> None:
    assert not allowed(programme)
    agree(programme)
    assert allowed(programme)
    assert not allowed(programme, shared_with="authorities")
    assert not allowed(programme, purpose="research")
    assert not allowed(programme, 1)
    (told,) = consents_of(programme, person(programme))
    assert (told["state"], told["shared_with"], told["recorded_by"]) == ("given", "ngos", "anna")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(["give", "withdraw", "refuse"]), min_size=1, max_size=5), st.booleans())
def test_the_last_word_counts_whatever_day_it_names(words: list[str], is_dated_back: bool) -> None:
    """A withdrawal that is dated before the consent still stops it: what was recorded last holds."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, init_programme(folder + "/p", name="Simulated") as programme:
        draft = Draft(kind="casualty", record_id=new_id(), body={"local_id": "P-0", "age_years": 40})
        programme.journal.append(Act(author="anna"), [draft])
        agree(programme)
        for word in words:
            if word == "withdraw":
                on = "2019-01-01" if is_dated_back else None
                withdraw_consent(programme, person(programme), on=on, reason="wish")
            else:
                agree(programme, refused=word == "refuse")
        assert allowed(programme) == (words[-1] == "give")


def test_a_child_needs_a_guardian_whose_name_is_sealed(programme: Programme) -> None:
    with pytest.raises(Refused, match="guardian"):
        agree(programme, 2)
    consent = agree(programme, 2, guardian_relation="mother", guardian_name="Simulated Mother")
    assert allowed(programme, 2)
    assert "Simulated Mother" not in json.dumps(consents_of(programme, person(programme, 2)))
    assert programme.journal.history(consent)[-1].sealed == ("guardian_name",)
    # Consent that came in by a list without a guardian does not count for a child.
    body = {"casualty_id": str(person(programme, 2)), "consent_purpose": "research", "shared_with": "ngos",
            "consent_given": True, "given_on": "2020-02-01"}  # fmt: skip
    programme.journal.append(Act(author="anna"), [Draft(kind="consent", record_id=new_id(), body=body)])
    assert not allowed(programme, 2, purpose="research")


@pytest.mark.parametrize(("body", "on", "child"), [
    ({"age_years": 17, "occurred_on": "2020-01-02"}, dt.date(2020, 6, 1), True),
    ({"age_years": 17, "occurred_on": "2020-01-02"}, dt.date(2022, 6, 1), False),
    ({"age_years": 18, "occurred_on": "2020"}, dt.date(2020, 6, 1), False),
    ({"age_group": "child"}, dt.date(2020, 6, 1), True), ({"age_group": "adult"}, dt.date(2020, 6, 1), False),
    ({"age_years": 5, "occurred_on": "never"}, dt.date(2020, 6, 1), True), ({}, dt.date(2020, 6, 1), False),
    ({"age_years": 140, "age_group": "child"}, dt.date(2020, 1, 1), True),
])  # fmt: skip
def test_who_is_a_child(body: dict[str, Any], on: dt.date, child: bool) -> None:
    assert is_child(body, on) is child


def test_consent_that_ran_out_or_was_not_approved_does_not_count(programme: Programme) -> None:
    agree(programme, valid_until="2020-12-31")
    assert not allowed(programme)
    body = {"casualty_id": str(person(programme, 1)), "consent_purpose": "assistance", "shared_with": "ngos",
            "consent_given": True}  # fmt: skip
    draft = Draft(kind="consent", record_id=new_id(), body=body, workflow=Workflow.SUBMITTED)
    programme.journal.append(Act(author="anna"), [draft])
    assert not allowed(programme, 1)
    consent = agree(programme, 1)
    assert allowed(programme, 1)
    decide(programme, consent, "withdrawn", reason="entered for the wrong person")
    assert not allowed(programme, 1)


def test_a_withdrawal_of_either_record_of_one_person_stops_both(programme: Programme) -> None:
    agree(programme)
    agree(programme, 1)
    decide_pair(programme, f"{person(programme)}:{person(programme, 1)}", "merge", reason="one person")
    withdraw_consent(programme, person(programme, 1), reason="wish")
    assert not allowed(programme)
    agree(programme)
    assert allowed(programme)
    assert not allowed(programme, 1), "consent given for one record is not consent for the other"


@pytest.mark.parametrize("wrong", [
    {"purpose": "anything"}, {"shared_with": "friends"}, {"given_on": "yesterday"}, {"form": "nod"},
    {"scope": ["age_years"]},
])  # fmt: skip
def test_unknown_words_are_refused(programme: Programme, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        agree(programme, **wrong)


def test_words_of_people_are_understood(programme: Programme) -> None:
    agree(programme, purpose="victim assistance", shared_with="NGO", form="signed")
    assert allowed(programme)


def test_nothing_to_withdraw_and_nobody_of_that_name(programme: Programme) -> None:
    with pytest.raises(WrongCall):
        withdraw_consent(programme, person(programme), reason="wish")
    agree(programme)
    with pytest.raises(WrongCall):
        withdraw_consent(programme, person(programme), reason=" ")
    for text in ("P-9", "", "ffffffff", str(uuid.UUID(int=7))):
        with pytest.raises(UnknownRecord):
            resolve_person(programme, text)


def test_an_export_holds_only_who_agrees_now_and_what_they_agreed_to(programme: Programme, tmp_path: Path) -> None:
    agree(programme, scope=["person_name"])
    agree(programme, 1)
    request = approved(programme)
    withdraw_consent(programme, person(programme, 1), reason="wish")
    told = write_export(programme, request, tmp_path / "out.json", plain=True)
    written = json.loads((tmp_path / "out.json").read_text())
    assert [each["values"] for each in written["persons"]] == [{"person_name": NAMES[0]}]
    assert told["left_out"] == {"no consent for this purpose and recipient": 1, "withdrawn": 1}
    assert (written["asked_by"], written["approved_by"]) == ("anna", "boris")
    assert (tmp_path / "out.json").stat().st_mode & 0o077 == 0
    log = programme.journal.seals.access_log()
    assert [each.event for each in log[-2:]] == ["opened", "identified exported"]
    assert str(request) in (log[-2].purpose or "")
    assert told["sha256"] in (log[-1].detail or "")


def test_one_person_can_never_ask_and_approve(programme: Programme, tmp_path: Path) -> None:
    agree(programme)
    request = ask_export(programme, purpose="assistance", shared_with="ngos", reason="care").request
    for name in ("anna", "ANNA", " anna ", "ａnna", "аnna", "an\u200bna", "ánna", "anna."):
        programme.who = name
        with pytest.raises(Refused, match="second person"):
            approve_export(programme, request, reason="mine")
    with pytest.raises(Refused):
        write_export(programme, request, tmp_path / "out.json", plain=True)
    assert not (tmp_path / "out.json").exists()


def test_an_approval_that_was_slipped_in_does_not_count(programme: Programme, tmp_path: Path) -> None:
    """Neither an approval in one's own name nor one that does not name what was asked opens anything."""
    agree(programme)
    request = ask_export(programme, purpose="assistance", shared_with="ngos", reason="care").request
    first = programme.journal.history(request)[0].revision_id
    own = Draft(kind="decision", record_id=request, body={"decision_type": "approved"}, parents=(first,))
    programme.journal.append(Act(author="anna"), [own])
    unnamed = Draft(kind="decision", record_id=request, body={"decision_type": "approved"})
    programme.journal.append(Act(author="boris"), [unnamed])
    with pytest.raises(Refused):
        write_export(programme, request, tmp_path / "out.json", plain=True)


def test_what_was_asked_cannot_be_changed_after_the_approval(programme: Programme, tmp_path: Path) -> None:
    agree(programme, scope=["person_name"])
    agree(programme, 1, purpose="research")
    request = approved(programme, fields=["person_name"], records=[person(programme)])
    wider = {"claims": {"asked": {"purpose": "research", "shared_with": "ngos", "fields": ["contact"], "records": []}}}
    draft = Draft(kind="decision", record_id=request, body=wider)
    programme.journal.append(Act(author="anna"), [draft])
    write_export(programme, request, tmp_path / "out.json", plain=True)
    written = json.loads((tmp_path / "out.json").read_text())
    assert [each["values"] for each in written["persons"]] == [{"person_name": NAMES[0]}]
    assert written["purpose"] == "assistance"


def test_a_request_serves_once_and_runs_out(programme: Programme, tmp_path: Path) -> None:
    agree(programme)
    request = approved(programme)
    write_export(programme, request, tmp_path / "one.json", plain=True)
    with pytest.raises(Refused, match="carried out"):
        write_export(programme, request, tmp_path / "two.json", plain=True)
    programme.set({"approval_days": 0.01}, reason="test")
    late = approved(programme)
    clock = programme.journal.history(late)[0].recorded_at + dt.timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(second_person, "_now", lambda: clock)
        with pytest.raises(Refused, match="void"):
            write_export(programme, late, tmp_path / "two.json", plain=True)
        with pytest.raises(WrongCall):
            approve_export(programme, late, reason="late")
    assert [each["state"] for each in asked_exports(programme)] == ["carried out", "approved"]


def test_two_writers_at_one_moment_cannot_both_use_an_approval(
    programme: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(programme)
    request = approved(programme)
    both_read = threading.Barrier(2, timeout=0.3)

    def wait() -> dt.datetime:
        """Let the two go on together, if the second can read at all before the first has written."""
        with contextlib.suppress(threading.BrokenBarrierError):
            both_read.wait()
        return dt.datetime.now(dt.UTC)

    monkeypatch.setattr(second_person, "_now", wait)
    ends = []

    def use(who: str) -> None:
        with open_programme(str(tmp_path / "p"), who) as own:
            try:
                second_person.carried_out(own, request, "identified export", detail=who)
                ends.append("used")
            except Refused as error:
                ends.append("refused" if "carried out" in str(error) else str(error))

    threads = [threading.Thread(target=use, args=(who,)) for who in ("anna", "boris")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(ends) == ["refused", "used"]


def test_a_refusal_that_is_slipped_in_after_the_use_changes_nothing(programme: Programme) -> None:
    agree(programme)
    request = approved(programme)
    second_person.carried_out(programme, request, "identified export", detail="used")
    last = programme.journal.history(request)[-1].revision_id
    slipped = Draft(kind="decision", record_id=request, body={"decision_type": "refused"}, parents=(last,))
    programme.journal.append(Act(author="anna"), [slipped])
    assert second_person.read_request(programme, request, "identified export").state == "carried out"


def test_a_consent_recorded_after_the_approval_waits_for_the_next_one(programme: Programme, tmp_path: Path) -> None:
    agree(programme)
    request = approved(programme)
    agree(programme, 1)
    told = write_export(programme, request, tmp_path / "one.json", plain=True)
    assert (told["persons"], told["left_out"]["consent recorded after the approval"]) == (1, 1)
    assert write_export(programme, approved(programme), tmp_path / "two.json", plain=True)["persons"] == 2


def test_a_consent_of_a_day_to_come_does_not_count_yet(programme: Programme) -> None:
    agree(programme, given_on=(programme.today() + dt.timedelta(days=2)).isoformat())
    assert not allowed(programme)
    agree(programme, given_on=programme.today().isoformat())
    assert allowed(programme)


def test_a_folder_that_is_not_there_does_not_use_up_the_request(programme: Programme, tmp_path: Path) -> None:
    agree(programme)
    request = approved(programme)
    with pytest.raises(FileTrouble, match="no such folder"):
        write_export(programme, request, tmp_path / "none" / "one.json", plain=True)
    assert write_export(programme, request, tmp_path / "one.json", plain=True)["persons"] == 1


def test_a_refused_request_stays_refused(programme: Programme, tmp_path: Path) -> None:
    request = ask_export(programme, purpose="assistance", shared_with="ngos", reason="care").request
    second_person.refuse(programme, request, "identified export", reason="taken back")
    programme.who = "boris"
    with pytest.raises(WrongCall):
        approve_export(programme, request, reason="late")
    with pytest.raises(UnknownRecord):
        approve_export(programme, new_id(), reason="x")
    with pytest.raises(UnknownRecord):
        second_person.approve(programme, request, "retention", reason="another act")


def test_an_encrypted_export_opens_with_its_passphrase_alone(programme: Programme, tmp_path: Path) -> None:
    agree(programme)
    path = tmp_path / "out.wse"
    write_export(programme, approved(programme), path, passphrase=PASSPHRASE)
    assert NAMES[0].encode() not in path.read_bytes()
    assert open_export(path, PASSPHRASE)["persons"][0]["values"]["person_name"] == NAMES[0]
    with pytest.raises(FileTrouble):
        open_export(path, PASSPHRASE + "x")
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(bytes(damaged))
    with pytest.raises(FileTrouble):
        open_export(path, PASSPHRASE)
    for content in (b"", b"whitestone identified export 1\n", b"x" * 200):
        path.write_bytes(content)
        with pytest.raises(FileTrouble):
            open_export(path, PASSPHRASE)


def test_how_the_file_is_written_has_to_be_said(programme: Programme, tmp_path: Path) -> None:
    agree(programme)
    request = approved(programme)
    for how in ({}, {"plain": True, "passphrase": PASSPHRASE}, {"passphrase": "short"}):
        with pytest.raises(WrongCall):
            write_export(programme, request, tmp_path / "out", **how)
    (tmp_path / "there").write_text("kept")
    with pytest.raises(FileTrouble):
        write_export(programme, request, tmp_path / "there", plain=True)
    assert (tmp_path / "there").read_text() == "kept"
    with pytest.raises(FileTrouble):
        write_export(programme, request, tmp_path / "no" / "folder", plain=True)


def test_subject_access_tells_all_that_is_held_and_who_read_it(programme: Programme) -> None:
    agree(programme)
    show_person(programme, person(programme), purpose="follow-up")
    show_person(programme, person(programme, 1), purpose="somebody else")
    told = subject_access(programme, person(programme), purpose="she asks")
    assert told["sealed"] == {"person_name": NAMES[0], "contact": "555-0"}
    assert told["statements"][0]["attributes"]["outcome"] == "injured"
    assert [each["purpose"] for each in told["readings"]] == ["follow-up", "she asks"]
    assert told["consents"][0]["state"] == "given"
    erase(programme, person(programme), reason="asked")
    after = subject_access(programme, person(programme), purpose="again")
    assert after["sealed"] is None
    assert "no longer exists" in after["erased"]
    assert after["statements"][0]["attributes"]["outcome"] == "injured"


def test_further_values_are_sealed_and_only_personal_ones(programme: Programme) -> None:
    seal_values(programme, person(programme), {"photograph": "ab" * 32, "witnesses": "Simulated W"}, reason="visit")
    assert show_person(programme, person(programme), purpose="x")["values"]["witnesses"] == "Simulated W"
    for wrong in ({"age_years": "12"}, {"person_name": 7}, {"person_name": " "}, {"nothing": "x"}):
        with pytest.raises(InvalidValue):
            seal_values(programme, person(programme), wrong, reason="x")
    with pytest.raises(WrongCall):
        seal_values(programme, person(programme), {}, reason="x")


def test_a_protected_source_is_sealed_like_a_casualty(programme: Programme) -> None:
    from whitestone.exchange.writers import REFUSED_KINDS
    from whitestone.programme.recalling import COUNTED_ONLY

    source = add_source(programme, "former_combatant", [person(programme)], {"person_name": "Simulated Source"},
                        reason="told")  # fmt: skip
    assert show_person(programme, source, purpose="clearance")["values"] == {"person_name": "Simulated Source"}
    assert "Simulated Source" not in json.dumps([each.body for each in programme.journal.history(source)])
    assert {"casualty", "consent", "protected_source"} <= REFUSED_KINDS & COUNTED_ONLY
    with pytest.raises(InvalidValue):
        add_source(programme, "spy", [], {}, reason="x")
    with pytest.raises(UnknownRecord):
        add_source(programme, "witness", [new_id()], {}, reason="x")


def test_traces_of_a_name_are_found_before_an_erasure(programme: Programme) -> None:
    name = {"person_name": "Zdravka Simulović"}
    seal_values(programme, person(programme), name, reason="corrected")
    assert traces(programme, person(programme), purpose="erasing")["found"] == []
    claim = Draft(kind="claim", record_id=new_id(), body={"quote": "…, said Здравка Симулович, …"})
    programme.journal.append(Act(author="anna", reason="told by Simulović Zdravka"), [claim])
    programme.journal.attachments.add("Zdravka SIMULOVIĆ".encode("utf-16-le"), name="x.txt", media_type="text/plain",
                                      by="anna")
    programme.journal.attachments.add(b"nothing", name="Simulovic zdravka.txt", media_type="text/plain", by="anna")
    programme.journal.seals.note(event="read", purpose="for Zdravka Simulović", by="anna", detail="x")
    found = traces(programme, person(programme), purpose="erasing")["found"]
    where = sorted({each["where"] for each in found})
    assert where == ["access log", "attachment", "name of an attachment", "statement"]
    assert {part for each in found for part in each.get("parts", ())} == {"body", "reason"}


def test_retention_lists_what_is_due_and_erases_it_with_a_second_person(programme: Programme) -> None:
    assert due(programme) | {"on": ""} == {"retention_years": None, "second_person": True, "on": "", "due": 0,
                                           "counts": {}, "rows": []}  # fmt: skip
    with pytest.raises(WrongCall):
        ask_retention(programme, reason="yearly")
    programme.set({"retention_years": 30.0}, reason="law")
    assert due(programme)["due"] == 0
    programme.set({"retention_years": 0.0}, reason="law")
    assert due(programme)["counts"] == {"casualty": 3}
    with pytest.raises(Refused):
        erase_due(programme, reason="yearly")
    request = ask_retention(programme, reason="yearly").request
    with pytest.raises(Refused, match="second person"):
        approve_retention(programme, request, reason="mine")
    with pytest.raises(Refused):
        erase_due(programme, request, reason="yearly")
    programme.who = "boris"
    approve_retention(programme, request, reason="seen")
    programme.who = "anna"
    seal_values(programme, _another(programme), {"person_name": "Simulated Late"}, reason="came later")
    told = erase_due(programme, request, reason="yearly")
    assert (told["erased"], told["left"]) == (3, 1), "what came in after the request stays"
    with pytest.raises(Erased):
        show_person(programme, person(programme), purpose="x")
    assert programme.journal.count("casualty") == {"casualty": 4}, "the statistical rows stay"
    assert programme.journal.verify(None).ok
    with pytest.raises(Refused):
        erase_due(programme, request, reason="again")


def test_a_programme_may_state_that_the_rule_alone_erases(programme: Programme) -> None:
    programme.set({"retention_years": 0.0, "retention_alone": True}, reason="law")
    assert erase_due(programme, reason="yearly")["erased"] == 3
    assert due(programme)["due"] == 0


def _another(programme: Programme) -> uuid.UUID:
    record = new_id()
    programme.journal.append(Act(author="anna"), [Draft(kind="casualty", record_id=record, body={"local_id": "P-7"})])
    return record
