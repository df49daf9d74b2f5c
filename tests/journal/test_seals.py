"""Is a person protected: sealed from the first byte, opened only with key and purpose, erased for good?"""

from __future__ import annotations

import dataclasses
import io
import sqlite3
import uuid
from pathlib import Path

import pytest
from canary import places
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import Erased, KeyInvalid, KeyMissing, Locked, SealBroken, UnknownRecord, WrongCall
from whitestone.journal import HeldRow, Journal, create, open_journal
from whitestone.journal import envelope as envelopes
from whitestone.journal.backup import backup
from whitestone.journal.cipher import DamagedError, Wrapper, unwrap, wrap_all
from whitestone.journal.keys import ProgrammeKey, key_path
from whitestone.journal.restore import restore

CANARY = "Ljubica-Kanarinac-Ostrvska"
ANNA = Act(author="anna", reason="test")


@dataclasses.dataclass
class Person:
    """A casualty whose name is the canary."""

    journal: Journal
    record_id: uuid.UUID
    revision_id: uuid.UUID


@pytest.fixture
def person(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Make a programme with one sealed person, on each engine."""
    monkeypatch.setenv("WHITESTONE_DATA", str(tmp_path / "data"))
    journal = create(target, name="Seals")
    return entered(journal)


def entered(journal: Journal) -> Person:
    """Enter the person."""
    record_id = new_id()
    draft = Draft(kind="casualty", record_id=record_id, body={"outcome": "injured"},
                  sealed={"person_name": CANARY, "contact": "+387 61 000 000"})
    receipt = journal.append(ANNA, [draft])
    return Person(journal, record_id, receipt.revision_ids[0])


def test_a_locked_programme_takes_personal_values_in_and_gives_none_out(person: Person) -> None:
    """Sealing needs no secret; opening does."""
    seals = person.journal.seals
    assert seals.locked
    with pytest.raises(Locked):
        seals.open_sealed(person.revision_id, "tracing", "anna")
    with pytest.raises(Locked):
        seals.token(CANARY)
    revision = person.journal.history(person.record_id)[0]
    assert sorted(revision.sealed) == ["contact", "person_name"]
    assert CANARY not in repr(revision)


def test_opening_needs_key_purpose_and_name_and_is_logged(person: Person) -> None:
    """Every opening stands in the access log, before the value is given out."""
    seals = person.journal.seals
    seals.unlock()
    with pytest.raises(WrongCall):
        seals.open_sealed(person.revision_id, " ", "anna")
    assert seals.access_log() == []
    assert seals.open_sealed(person.revision_id, "family tracing", "anna")["person_name"] == CANARY
    assert seals.open_record(person.record_id, "second look", "boris")["person_name"] == CANARY
    assert [(line.by, line.purpose) for line in seals.access_log(person.record_id)] == [
        ("anna", "family tracing"), ("boris", "second look")]
    seals.lock()
    with pytest.raises(Locked):
        seals.open_record(person.record_id, "again", "anna")
    with pytest.raises(UnknownRecord):
        seals.unlock() or seals.open_record(new_id(), "x", "anna")


def test_the_key_of_another_programme_is_refused(person: Person, tmp_path: Path) -> None:
    """A key file is checked against the programme before it is used."""
    other = create(tmp_path / "other", name="Other")
    with pytest.raises(KeyInvalid):
        person.journal.seals.unlock(key_path(other.programme_id))
    key_path(person.journal.programme_id).unlink()
    with pytest.raises(KeyMissing):
        person.journal.seals.unlock()
    assert person.journal.seals.locked


def test_the_key_is_readable_by_its_owner_alone_and_outside_the_programme(person: Person, tmp_path: Path) -> None:
    """0600, and not one of its bytes in the programme's folder or its backup."""
    path = key_path(person.journal.programme_id)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    secret = path.read_text().split()[1]
    backup(person.journal, tmp_path / "b.wsb")
    person.journal.close()
    assert places(secret, tmp_path) == []


def test_a_locked_programme_shows_the_planted_name_nowhere(person: Person, tmp_path: Path) -> None:
    """Grep every byte: database, write-ahead log, attachments, temporary files, backup, findings, held rows."""
    journal, run = person.journal, new_id()
    journal.attachments.add(f"Ime;{CANARY}\n".encode() * 5_000, name="lista.csv", media_type="text/csv", by="anna",
                            sealed=True)
    with journal.writing(ANNA) as batch:
        row = HeldRow(run=run, row=7, digest=bytes(16), raw=f"{CANARY};?".encode(), reasons=[{"code": "no-date"}],
                      personal=True)
        batch.hold([row])
    assert [held.raw for held in journal.runs.held(run)] == [b""]
    backup(journal, tmp_path / "b.wsb")
    assert places(CANARY, tmp_path) == []  # while open: with the write-ahead log
    journal.close()
    assert places(CANARY, tmp_path) == []
    text = repr(list(journal.revisions())) + repr(list(journal.states(approved_only=False)))
    assert CANARY not in text
    journal.seals.unlock()
    assert journal.seals.open_held(run, 7, "correcting", "anna") == f"{CANARY};?".encode()


def test_no_row_of_the_server_holds_the_planted_name(database_url: str) -> None:
    """On PostgreSQL every column of every table is read as text and as bytes."""
    import psycopg

    person = entered(create(database_url, name="Seals"))
    person.journal.seals.erase(person.record_id, "anna", "asked")
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'").fetchall()
        for table, column in tables:
            sql = f'SELECT "{column}"::text FROM "{table}"'  # noqa: S608
            for (value,) in connection.execute(sql).fetchall():  # type: ignore[call-overload]
                assert CANARY not in str(value)
                assert CANARY.encode().hex() not in str(value)


def test_erasing_destroys_key_and_ciphertext_and_verify_stays_sound(person: Person) -> None:
    """The statistical part stays; what was sealed can never be opened again."""
    journal = person.journal
    journal.seals.unlock()
    done = journal.seals.erase(person.record_id, "anna", "at her request")
    assert (done.keys, done.parts, done.pages_remain) == (1, 1, False)
    for ask in (lambda: journal.seals.open_sealed(person.revision_id, "x", "anna"),
                lambda: journal.seals.open_record(person.record_id, "x", "anna")):
        with pytest.raises(Erased):
            ask()
    revision = journal.history(person.record_id)[0]
    assert revision.body == {"outcome": "injured"}
    assert (revision.sealed, revision.erased) == ((), ("sealed",))
    assert journal.verify().ok
    assert journal.seals.erase(person.record_id, "anna", "again").keys == 0
    assert journal.rebuild().hash_before == journal.projection_hash()


def test_the_bytes_of_a_destroyed_key_are_gone_from_the_disk(tmp_path: Path) -> None:
    """secure_delete and a truncated write-ahead log: neither the wrapped key nor the envelope is left."""
    person = entered(create(tmp_path / "p", name="Seals"))
    with sqlite3.connect(tmp_path / "p" / "programme.db") as raw:
        wrapped = raw.execute("SELECT wrapped FROM seal_key").fetchone()[0]
        sealed = raw.execute("SELECT sealed FROM revision WHERE sealed IS NOT NULL").fetchone()[0]
    raw.close()
    assert any(wrapped in path.read_bytes() for path in (tmp_path / "p").iterdir() if path.is_file())
    person.journal.seals.erase(person.record_id, "anna", "asked")
    for path in (tmp_path / "p").iterdir():
        if path.is_file():
            assert wrapped not in path.read_bytes(), path.name
            assert sealed[40:] not in path.read_bytes(), path.name


def test_erasing_while_somebody_reads_says_that_pages_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be done now is said, not hidden; a second call finishes it."""
    monkeypatch.setattr("whitestone.journal.seals.SCRUB_SECONDS", 0.2)
    person = entered(create(tmp_path / "p", name="Seals"))
    person.journal.store.busy_seconds = 0.1
    with person.journal.store.reading() as session:
        session.one("SELECT count(*) FROM revision")
        assert person.journal.seals.erase(person.record_id, "anna", "asked").pages_remain
    assert not person.journal.seals.erase(person.record_id, "anna", "asked").pages_remain


def test_an_erasure_survives_the_restore_of_an_older_backup(person: Person, tmp_path: Path) -> None:
    """The list beside the key is applied again, key by key, and the chain still verifies."""
    backup(person.journal, tmp_path / "before.wsb")
    person.journal.seals.erase(person.record_id, "anna", "asked")
    again = restore(tmp_path / "before.wsb", tmp_path / "restored")
    again.seals.unlock()
    with pytest.raises(Erased):
        again.seals.open_record(person.record_id, "x", "anna")
    assert again.verify().ok
    assert [line.event for line in again.seals.access_log(person.record_id)] == ["erased again after a restore"]


def test_what_is_said_of_the_person_after_an_erasure_stays_readable_after_a_restore(tmp_path: Path) -> None:
    """An erasure binds what there was when it was ordered, not the person's later consent."""
    person = entered(create(tmp_path / "p", name="Seals"))
    person.journal.seals.erase(person.record_id, "anna", "asked")
    later = Draft(kind="casualty", record_id=person.record_id, sealed={"person_name": "New Consent"})
    person.journal.append(ANNA, [later])
    backup(person.journal, tmp_path / "after.wsb")
    again = restore(tmp_path / "after.wsb", tmp_path / "restored")
    again.seals.unlock()
    assert again.seals.open_record(person.record_id, "x", "anna") == {"person_name": "New Consent"}


def test_erasing_the_body_leaves_no_trace_in_states(person: Person, tmp_path: Path) -> None:
    """A part that the projection shows is folded out of every state, those known before included."""
    journal = person.journal
    second = Draft(kind="casualty", record_id=person.record_id, body={"area_type": "KanarinacPlace"},
                   information_date="2020-01-01")
    journal.append(ANNA, [second])
    journal.seals.erase(person.record_id, "anna", "asked", parts=("sealed", "body"))
    assert "KanarinacPlace" not in repr(list(journal.states(approved_only=False)))
    assert journal.verify().ok
    assert journal.rebuild().hash_before == journal.projection_hash()
    journal.close()
    assert places("KanarinacPlace", tmp_path) == []


def test_a_part_wiped_without_an_erasure_is_noticed(tmp_path: Path) -> None:
    """Tombstones verify; a tombstone that nobody ordered does not."""
    from whitestone.journal.erasures import Erasure, apply

    person = entered(create(tmp_path / "p", name="Seals"))
    with person.journal.store.writing() as session:
        apply(session, Erasure(at=2**60, by="x", reason="x", record_id=person.record_id, parts=("sealed",)))
    verdict = person.journal.verify()
    assert not verdict.ok
    assert verdict.first_broken == 1


@pytest.mark.parametrize("statement", [
    "UPDATE seal_key SET wrapped = NULL",
    "DELETE FROM seal_key",
    "UPDATE meta SET value = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' WHERE key = 'seal_public_key'",
    "UPDATE meta SET value = '00' WHERE key LIKE 'node:%'",
])
def test_tampering_beside_the_chain_is_noticed(tmp_path: Path, statement: str) -> None:
    """Keys wiped by hand and exchanged public keys fail the proof."""
    person = entered(create(tmp_path / "p", name="Seals"))
    assert person.journal.verify().ok
    with person.journal.store.writing() as session:
        session.run(statement)
    assert not person.journal.verify().ok


def test_the_engine_refuses_to_rewrite_the_logs(person: Person) -> None:
    """Append only, by trigger; where the trigger was dropped, the hashes tell."""
    person.journal.seals.erase(person.record_id, "anna", "asked")
    for statement in ("UPDATE access_log SET purpose = 'nothing'", "DELETE FROM access_log"):
        with pytest.raises(Exception, match="append only"), person.journal.store.writing() as session:
            session.run(statement)
    if person.journal.dialect == "sqlite":
        with person.journal.store.writing() as session:
            session.run("DROP TRIGGER access_log_no_update")
            session.run("UPDATE access_log SET purpose = 'nothing'")
        verdict = person.journal.verify()
        assert not verdict.ok
        assert "access_log" in str(verdict.why)


def test_an_envelope_moved_to_another_person_does_not_open(tmp_path: Path) -> None:
    """What is sealed is bound to its record."""
    journal = create(tmp_path / "p", name="Seals")
    one, two = entered(journal), entered(journal)
    with journal.store.writing() as session:
        session.run("UPDATE revision SET sealed = (SELECT sealed FROM revision WHERE revision_id = ?) "
                    "WHERE revision_id = ?", [one.revision_id.bytes, two.revision_id.bytes])
    journal.seals.unlock()
    with pytest.raises(SealBroken):
        journal.seals.open_record(two.record_id, "x", "anna")


def test_a_copy_of_the_database_is_worth_nothing_without_the_key(person: Person, keys_dir: Path) -> None:
    """With another secret of the same shape the envelope does not open."""
    journal = person.journal
    with journal.store.reading() as session:
        sealed = bytes(session.all("SELECT sealed FROM revision")[0][0])
        wrapped = bytes(session.all("SELECT wrapped FROM seal_key")[0][0])
    from whitestone.journal.cipher import unwrap

    with pytest.raises(DamagedError):
        unwrap(ProgrammeKey(bytes(31) + b"1", b""), wrapped, envelopes.key_id_of(sealed))


def test_tokens_match_equal_people_and_depend_on_the_key(tmp_path: Path) -> None:
    """Equality for matching while unlocked; another programme's tokens are other ones."""
    first, second = create(tmp_path / "a", name="A"), create(tmp_path / "b", name="B")
    first.seals.unlock()
    second.seals.unlock()
    assert first.seals.token(" ANA  Kovač") == first.seals.token("ana kovač")
    assert first.seals.token("ana") != second.seals.token("ana")


@given(values=st.lists(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=4), max_size=6))
def test_whatever_is_sealed_comes_back_and_shows_its_names_only(values: list[dict[str, str]]) -> None:
    """Round trip for any texts, several revisions of one record under one key."""
    import msgspec

    key = ProgrammeKey(b"k" * 32, b"s" * 32)
    raw = [msgspec.json.encode(each) for each in values]
    sealed, rows = envelopes.seal_records(key.public, [b"r" * 16] * len(raw), raw)
    assert len(rows) == min(len(raw), 1)
    from whitestone.journal.cipher import unwrap

    for each, value in zip(sealed, values, strict=True):
        assert envelopes.names_of(each) == tuple(value)
        data_key = unwrap(key, rows[0].wrapped, rows[0].key_id)
        assert envelopes.plain_values(envelopes.open_envelope(each, data_key, b"r" * 16)) == value


@given(data=st.binary(max_size=200), at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_stream_with_one_changed_bit_never_opens(data: bytes, at: int, bit: int) -> None:
    """Whatever bit of a framed stream is changed, and wherever it is cut."""
    from whitestone.journal.cipher import FrameWriter, frames

    box = io.BytesIO()
    writer = FrameWriter(box, b"k" * 32, b"head")
    writer.write(data)
    writer.close()
    whole = box.getvalue()
    changed = bytearray(whole)
    changed[at % len(whole)] ^= 1 << bit
    for broken in (bytes(changed), whole[: at % len(whole)], whole + b"x"):
        with pytest.raises(DamagedError):
            list(frames(io.BytesIO(broken), b"k" * 32, b"head"))
    assert b"".join(frames(io.BytesIO(whole), b"k" * 32, b"head")) == data


def test_reopening_a_programme_finds_it_locked(tmp_path: Path) -> None:
    """Unlocking lasts as long as the object that was unlocked."""
    journal = create(tmp_path / "p", name="P")
    journal.seals.unlock()
    assert open_journal(tmp_path / "p").seals.locked


def test_keys_wrapped_alone_and_keys_masked_together_open_alike() -> None:
    """Programmes hold keys of both forms; neither opens for another programme, nor under another's place."""
    mine, other = ProgrammeKey(b"1" * 32, b""), ProgrammeKey(b"2" * 32, b"")
    keys = [bytes([at]) * 32 for at in range(40)]
    ids = [bytes([at]) * 16 for at in range(40)]
    masked = wrap_all(mine.public, keys, ids)
    assert [unwrap(mine, box, key_id) for box, key_id in zip(masked, ids, strict=True)] == keys
    assert not any(key in box for key in keys for box in masked)
    assert len({box[37:] for box in wrap_all(mine.public, keys[:1] * 9, ids[:1] * 9)}) == 9
    assert unwrap(mine, Wrapper(mine.public).wrap(keys[3], b"id"), b"id") == keys[3]
    for programme, box, key_id in ((other, masked[3], ids[3]), (mine, masked[3], ids[4]), (mine, masked[4], ids[3])):
        with pytest.raises(DamagedError):
            unwrap(programme, box, key_id)


def test_a_masked_key_that_was_changed_or_moved_opens_nothing() -> None:
    """Whatever byte of it is another, nothing opens."""
    key = ProgrammeKey(b"1" * 32, b"")
    records = [b"r" * 16, b"s" * 16]
    envelopes_made, rows = envelopes.seal_records(key.public, records, [b'{"person_name":"A"}', b'{"contact":"B"}'])
    for at, (envelope, row) in enumerate(zip(envelopes_made, rows, strict=True)):
        opened = envelopes.open_envelope(envelope, unwrap(key, row.wrapped, row.key_id), records[at])
        assert opened == (b'{"person_name":"A"}', b'{"contact":"B"}')[at]
        changed = [row.wrapped[:place] + bytes([row.wrapped[place] ^ 1]) + row.wrapped[place + 1 :]
                   for place in range(len(row.wrapped))]
        for wrong in (*changed, rows[1 - at].wrapped):
            with pytest.raises(DamagedError):
                envelopes.open_envelope(envelope, unwrap(key, wrong, row.key_id), records[at])


def test_readings_that_are_cut_off_at_the_end_of_the_log_show(person: Person) -> None:
    """A chain does not tell that it was longer: the last line is kept beside the keys as well."""
    journal = person.journal
    journal.seals.unlock()
    for purpose in ("a first reading", "a second reading"):
        journal.seals.open_record(person.record_id, purpose, "anna")
    assert journal.verify().ok
    if journal.dialect == "sqlite":
        with journal.store.writing() as session:
            session.run("DROP TRIGGER access_log_no_delete")
            session.run("DELETE FROM access_log WHERE id = (SELECT max(id) FROM access_log)")
        verdict = journal.verify()
        assert not verdict.ok
        assert "line 2 of the log access_log" in str(verdict.why)
