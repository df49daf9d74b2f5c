"""Does an attachment stay what it was, in its folder, once, and with every hand that it went through?"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from canary import places
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.errors import Erased, InvalidValue, Locked, SealBroken, StoreFull, UnknownAttachment, WrongCall
from whitestone.journal import Journal, create
from whitestone.journal.cipher import FRAME_BYTES
from whitestone.journal.files import FileStore, safe_name

WICKED = ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\a.txt", "a\x00b", "con", "NUL.txt", "..", ".", "", "\udcff",
          "a" * 4000, "x/../../y", "\\\\server\\share", "name.", "карта\n.pdf"]


@pytest.fixture
def journal(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """Make a programme on each engine."""
    monkeypatch.setenv("WHITESTONE_DATA", str(tmp_path / "data"))
    return create(target, name="Attachments")


def test_content_is_kept_once_under_its_digest_and_its_names_beside(journal: Journal) -> None:
    """The same bytes again are one file; both names are in the custody."""
    first = journal.attachments.add(b"scan", name="sheet 1.pdf", media_type="application/pdf", by="anna")
    again = journal.attachments.add(io.BytesIO(b"scan"), name="copy.pdf", media_type="application/pdf", by="boris")
    assert first == again == hashlib.sha256(b"scan").hexdigest()
    (kept,) = journal.attachments.list()
    assert (kept.name, kept.size, kept.by, kept.sealed) == ("sheet 1.pdf", 4, "anna", False)
    assert [(line.event, line.by, line.detail) for line in journal.attachments.custody(first)] == [
        ("added", "anna", "sheet 1.pdf"), ("added again", "boris", "copy.pdf")]
    with journal.attachments.open(first, by="carl", purpose="reading the sheet") as stream:
        assert stream.read() == b"scan"
    assert journal.attachments.custody(first)[-1].event == "read"
    place = journal.attachments.files.path(bytes.fromhex(first), sealed=False)
    assert place.relative_to(journal.attachments.files.folder).as_posix() == f"{first[:2]}/{first[2:]}"


@pytest.mark.parametrize("name", WICKED)
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    """A name is kept as written and never becomes a path."""
    journal = create(tmp_path / "inside" / "p", name="Attachments")
    before = {path for path in tmp_path.rglob("*") if "inside" not in path.parts}
    journal.attachments.add(b"x", name=name, media_type="text/plain", by="anna")
    assert {path for path in tmp_path.rglob("*") if "inside" not in path.parts} == before
    inside = [path.name for path in (tmp_path / "inside" / "p" / "attachments").rglob("*") if path.is_file()]
    assert inside == [hashlib.sha256(b"x").hexdigest()[2:]]
    if "\x00" not in name and "\udcff" not in name:
        assert journal.attachments.list()[0].name == name


@given(st.text(max_size=300))
def test_a_saved_name_is_one_that_every_system_takes(name: str) -> None:
    """Never empty, never a path, never a device, at most 255 bytes."""
    saved = safe_name(name)
    assert saved
    assert saved not in {".", ".."}
    assert not any(sign in saved for sign in '/\\\x00:*?"<>|')
    assert len(saved.encode()) <= 255
    assert saved.split(".")[0].casefold() not in {"con", "nul", "aux", "prn", "com1", "lpt9"}


@pytest.mark.parametrize("asked", ["../../etc/passwd", "", "zz" * 32, "ab" * 31, "ab" * 33, "ab/" * 21 + "a"])
def test_what_is_no_digest_is_refused(tmp_path: Path, asked: str) -> None:
    """An address from outside cannot name another file."""
    journal = create(tmp_path / "p", name="Attachments")
    with pytest.raises(InvalidValue):
        journal.attachments.open(asked)
    with pytest.raises(UnknownAttachment):
        journal.attachments.open("ab" * 32)


def test_a_sealed_file_opens_only_with_key_name_and_purpose(journal: Journal, tmp_path: Path) -> None:
    """Its plain bytes never touch the disk; reading is a line of custody and of the access log."""
    content = b"Ime Kanarinac Prezime\n" * 200_000
    digest = journal.attachments.add(content, name="victims.csv", media_type="text/csv", by="anna", sealed=True)
    assert places("Kanarinac", tmp_path) == []
    with pytest.raises(Locked):
        journal.attachments.open(digest, by="anna", purpose="import")
    journal.seals.unlock()
    with pytest.raises(WrongCall):
        journal.attachments.open(digest)
    with journal.attachments.open(digest, by="anna", purpose="import") as stream:
        assert stream.read() == content
    assert [line.event for line in journal.attachments.custody(digest)] == ["added", "read"]
    assert [line.event for line in journal.seals.access_log()] == ["attachment opened"]
    journal.seals.erase_file(bytes.fromhex(digest), "anna", "asked")
    with pytest.raises(Erased):
        journal.attachments.open(digest, by="anna", purpose="import")
    assert journal.attachments.check(by="anna") == []
    journal.attachments.add(content, name="again.csv", media_type="text/csv", by="anna", sealed=True)
    with journal.attachments.open(digest, by="anna", purpose="import") as stream:
        assert stream.read() == content


def test_the_name_of_a_sealed_file_is_sealed_too(journal: Journal, tmp_path: Path) -> None:
    """A photograph is called after the person on it; only the unlocked programme says so."""
    digest = journal.attachments.add(b"picture", name="Kanarinac Ana.JPG", media_type="image/jpeg", by="anna",
                                     sealed=True)
    journal.attachments.add(b"picture", name="Kanarinac 2.JPG", media_type="image/jpeg", by="anna")
    assert journal.attachments.list()[0].name == f"sealed-{digest[:8]}.jpg"
    assert "Kanarinac" not in repr(journal.attachments.custody(digest))
    assert places("Kanarinac", tmp_path) == []
    with pytest.raises(Locked):
        journal.attachments.name(digest, by="anna", purpose="tracing")
    journal.seals.unlock()
    assert journal.attachments.name(digest, by="anna", purpose="tracing") == "Kanarinac Ana.JPG"
    journal.seals.erase_file(bytes.fromhex(digest), "anna", "asked")
    with pytest.raises(Erased):
        journal.attachments.name(digest, by="anna", purpose="tracing")


def test_a_file_that_was_plain_and_is_sealed_later_leaves_no_plain_twin(journal: Journal, tmp_path: Path) -> None:
    """Once sealed, content stays sealed, also when it is added in the clear again."""
    content = b"Kanarinac" * 100
    digest = journal.attachments.add(content, name="a", media_type="text/plain", by="anna")
    journal.attachments.add(content, name="a", media_type="text/plain", by="anna", sealed=True)
    assert places("Kanarinac", tmp_path) == []
    journal.attachments.add(content, name="a", media_type="text/plain", by="anna")
    assert places("Kanarinac", tmp_path) == []
    journal.seals.unlock()
    assert journal.attachments.open(digest, by="anna", purpose="x").read() == content


def test_the_check_names_what_was_changed_or_lost_and_records_itself(journal: Journal) -> None:
    """Also while locked, also for a sealed file."""
    plain = journal.attachments.add(b"plain", name="plain.txt", media_type="text/plain", by="anna")
    sealed = journal.attachments.add(b"sealed", name="sealed.txt", media_type="text/plain", by="anna", sealed=True)
    gone = journal.attachments.add(b"gone", name="gone.txt", media_type="text/plain", by="anna")
    assert journal.attachments.check(by="anna") == []
    files = journal.attachments.files
    files.path(bytes.fromhex(plain), sealed=False).write_bytes(b"forged")
    place = files.path(bytes.fromhex(sealed), sealed=True)
    place.write_bytes(place.read_bytes()[:-1] + b"x")
    files.path(bytes.fromhex(gone), sealed=False).unlink()
    found = {fault.sha256: fault.why for fault in journal.attachments.check(by="anna")}
    assert set(found) == {plain, sealed, gone}
    assert found[gone] == "the file is not there"
    assert [line.event for line in journal.attachments.custody(gone)] == ["added", "re-hashed", "re-hashed"]
    journal.attachments.add(b"gone", name="gone.txt", media_type="text/plain", by="anna")
    assert gone not in {fault.sha256 for fault in journal.attachments.check(by="anna")}


def test_a_sealed_file_that_was_exchanged_does_not_open(tmp_path: Path) -> None:
    """Neither changed bytes nor another sealed file in its place are given out."""
    journal = create(tmp_path / "p", name="Attachments")
    one = journal.attachments.add(b"one", name="1", media_type="x", by="anna", sealed=True)
    two = journal.attachments.add(b"two", name="2", media_type="x", by="anna", sealed=True)
    journal.seals.unlock()
    place = journal.attachments.files.path
    place(bytes.fromhex(one), sealed=True).write_bytes(place(bytes.fromhex(two), sealed=True).read_bytes())
    with pytest.raises(SealBroken):
        journal.attachments.open(one, by="anna", purpose="x")


def test_a_sealed_file_with_a_changed_bit_breaks_off(tmp_path: Path) -> None:
    """Nothing that was not authenticated is given out."""
    journal = create(tmp_path / "p", name="Attachments")
    digest = journal.attachments.add(b"one" * FRAME_BYTES, name="1", media_type="x", by="anna", sealed=True)
    place = journal.attachments.files.path(bytes.fromhex(digest), sealed=True)
    content = bytearray(place.read_bytes())
    content[-5] ^= 1
    place.write_bytes(content)
    journal.seals.unlock()
    with journal.attachments.open(digest, by="anna", purpose="x") as stream, pytest.raises(SealBroken):
        stream.read()


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """The arrival is taken away again; what was there stays."""
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    journal = create(tmp_path / "p", name="Attachments")
    with pytest.raises(StoreFull):
        journal.attachments.add(Full(), name="big", media_type="x", by="anna")
    assert [path for path in (tmp_path / "p" / "attachments").rglob("*") if path.is_file()] == []
    assert journal.attachments.list() == []


def test_arrivals_that_a_crash_cut_off_are_cleared_away(tmp_path: Path) -> None:
    """After a day; younger ones may still be arriving."""
    import os

    journal = create(tmp_path / "p", name="Attachments")
    incoming = tmp_path / "p" / "attachments" / ".incoming"
    incoming.mkdir(parents=True)
    for name in ("old", "young"):
        (incoming / name).write_bytes(b"half")
    os.utime(incoming / "old", (0, 0))
    journal.attachments.check(by="anna")
    assert [path.name for path in incoming.iterdir()] == ["young"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(size=st.sampled_from([0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES]),
       step=st.integers(1, 3_000_000))
def test_sealed_files_of_any_size_come_back_in_any_steps(tmp_path: Path, size: int, step: int) -> None:
    """Around the borders of frames, read in pieces of any length."""
    from whitestone.journal.files import PlainReader

    store = FileStore(tmp_path / "store")
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    incoming = store.receive(io.BytesIO(content), key=(b"i" * 16, b"k" * 32))
    assert (incoming.sha256, incoming.size) == (hashlib.sha256(content).digest(), size)
    reader = io.BufferedReader(PlainReader(incoming.path.open("rb"), b"k" * 32))
    read = bytearray()
    while piece := reader.read(step):
        read += piece
    assert bytes(read) == content


BIG = """
    import io, sys
    from pathlib import Path
    from whitestone.journal import create

    class Generated(io.RawIOBase):
        left = int(sys.argv[2])
        def read(self, size=-1):
            count = min(self.left, size)
            self.left -= count
            return b"a;b;c;d\\n" * (count // 8)

    with create(Path(sys.argv[1]), name="Big") as journal:
        for sealed in (False, True):
            Generated.left = int(sys.argv[2])
            digest = journal.attachments.add(Generated(), name="big", media_type="text/csv", by="anna", sealed=sealed)
        journal.seals.unlock()
        with journal.attachments.open(digest, by="anna", purpose="measuring") as stream:
            total = 0
            while piece := stream.read(1 << 20):
                total += len(piece)
    # Not ru_maxrss: a child of a large process inherits the mark of its parent's memory.
    status = Path("/proc/self/status").read_text().split()
    print(total, status[status.index("VmHWM:") + 1])
"""


@pytest.mark.parametrize("mib", [64, pytest.param(2048, marks=pytest.mark.soak)])
def test_memory_stays_flat_whatever_the_size(tmp_path: Path, mib: int) -> None:
    """Added, sealed and read again within 160 MiB, of which the interpreter takes half (the goal is 512 MiB)."""
    command = [sys.executable, "-c", textwrap.dedent(BIG), str(tmp_path / "p"), str(mib << 20)]
    total, peak_kib = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert total == mib << 20
    assert peak_kib < 160 * 1024
