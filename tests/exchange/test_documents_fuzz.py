"""Does any byte string make a reader of documents crash, hang, or read one file in two ways?"""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from pathlib import Path

import pytest
from documents_made import SEEDS, check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fuzz import spoil

from whitestone.errors import Problem
from whitestone.exchange.documents import read_document
from whitestone.exchange.documents.html import read_html
from whitestone.exchange.documents.text import read_text

SECONDS = float(os.environ.get("WHITESTONE_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("WHITESTONE_FUZZ_SEED", "20060504"))


def outcome(path: Path) -> str:
    """Read a file that may be anything: its text, or the words of the problem that it raised."""
    try:
        return check(read_document(path)).text
    except Problem as problem:
        return f"{problem.code}: {problem}" if str(problem) and problem.next else "problem without words"


def _spoil_part(data: bytes, dice: random.Random) -> bytes:
    """Spoil one part inside the archive, so that the damage reaches the parsers behind its checksums."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        chosen = dice.choice(before.namelist())
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, spoil(part, dice) if name == chosen else part)
    return out.getvalue()


def fuzz(name: str, folder: Path, seconds: float) -> int:
    """Spoil one seed again and again until the time is over."""
    dice = random.Random(f"{SEED}{name}")
    end, tries = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        inside = name.endswith("docx") and dice.random() < 0.6
        spoilt = _spoil_part(SEEDS[name], dice) if inside else spoil(SEEDS[name], dice)
        path = folder / name
        path.write_bytes(spoilt)
        started = time.process_time()
        try:
            first = outcome(path)
            assert first == outcome(path), "one file, two texts"
            assert first != "problem without words"
        except Exception as error:
            raise AssertionError(f"{name} with the bytes {spoilt[:4000]!r} ({len(spoilt)} in all)") from error
        assert time.process_time() - started < 10, f"{name} took too long: {spoilt[:4000]!r}"
        tries += 1
    return tries


@pytest.mark.parametrize("name", SEEDS)
def test_no_bytes_crash_a_reader_of_documents(name: str, tmp_path: Path) -> None:
    assert fuzz(name, tmp_path, SECONDS / 20) > 5


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", SEEDS)
def test_no_bytes_crash_a_reader_of_documents_for_long(name: str, tmp_path: Path) -> None:
    """Each reader has the whole time for itself: `make soak` says how long."""
    fuzz(name, tmp_path, SECONDS)


@pytest.mark.parametrize("name", SEEDS)
def test_a_document_cut_at_any_byte_opens_or_says_why(name: str, tmp_path: Path) -> None:
    data, path = SEEDS[name], tmp_path / name
    for cut in range(0, len(data), max(1, len(data) // 150)):
        path.write_bytes(data[:cut])
        assert outcome(path) or cut


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=200))
def test_every_sign_of_a_text_survives(words: str, tmp_path: Path) -> None:
    """Plain text is not normalised: only its line ends."""
    path = tmp_path / "a.txt"
    path.write_bytes(("Begin " + words).encode())
    try:
        found = read_text(path).text
    except Problem:
        return  # more control signs than a text has
    assert found == ("Begin " + words).replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1, max_size=8))
def test_every_paragraph_of_a_page_is_a_paragraph_of_its_text(words: list[str], tmp_path: Path) -> None:
    """What is shown is text, entity by entity, in its order."""
    escaped = ["".join(f"&#{ord(sign)};" for sign in each) for each in words]
    path = tmp_path / "a.html"
    path.write_bytes(b"<!doctype html>" + "".join(f"<p>{each}</p>" for each in escaped).encode())
    assert read_html(path).text == "\n\n".join(words)


@pytest.mark.parametrize("hostile", [
    b"<html>" + b"<div>" * 20_000 + b"x", b"<html>" + b"<!--" * 50_000, b"<html>" + b"<a b=" * 50_000,
    b"<html>" + b"&#" * 50_000, b"<html><script>" + b"</s" * 50_000, b"<html><p>" + b" \n\t" * 50_000 + b"x",
    b"<!---->" * 5_000 + b"x", b"<?xml?>" * 5_000 + b"x",
], ids=["deep", "comments", "attributes", "entities", "script", "blanks", "comments first",
        "declarations"])  # fmt: skip
def test_pages_made_to_be_slow_are_read_in_time(hostile: bytes, tmp_path: Path) -> None:
    """No parser goes over the same signs again and again."""
    path = tmp_path / "a.html"
    path.write_bytes(hostile)
    started = time.process_time()
    outcome(path)
    assert time.process_time() - started < 5
