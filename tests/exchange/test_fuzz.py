"""Does any byte string make a reader crash, hang, or lose a row unsaid?"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from exchange_reading import outcome, read_all
from exchange_seeds import seeds

from whitestone.exchange.readers import open_file

SECONDS = float(os.environ.get("WHITESTONE_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("WHITESTONE_FUZZ_SEED", "20060504"))
TOKENS = [
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b"\x00",
    b"\xff",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"<",
    b">",
    b"&x;",
    b"</",
    b"NaN",
    b"1e999",
    b"null",
    b"-",
    b"'",
    b"\t",
    b";",
    b"=1+1",
    b"\xc3",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b'{"type":"Feature"',
    b"<Placemark>",
    b"\xed\xa0\x80",
    b"#adm1",
    b" " * 9,
]
NAMES = [
    "a.csv",
    "semicolon.csv",
    "a.tsv",
    "cyrillic.csv",
    "pretty.geojson",
    "a.geojson",
    "lines.geojsonl",
    "list.json",
    "nested.json",
    "a.topojson",
    "a.kml",
    "a.kmz",
    "a.gpx",
    "a.xlsx",
    "a.gpkg",
    "shape.zip",
    "a.csv.gz",
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, int]]:
    made = seeds(tmp_path_factory.mktemp("seeds"))
    assert sorted(made) == sorted(NAMES)
    return made


def spoil(data: bytes, dice: random.Random) -> bytes:
    """Cut, flip, insert, double or drop a few pieces."""
    spoilt = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        at = dice.randrange(len(spoilt) + 1)
        step = dice.randrange(6)
        if step == 0 and spoilt:
            spoilt[at % len(spoilt)] ^= 1 << dice.randrange(8)
        elif step == 1:
            spoilt[at:at] = dice.choice(TOKENS)
        elif step == 2:
            del spoilt[at : at + dice.choice((1, 3, 20))]
        elif step == 3:
            spoilt[at:at] = spoilt[at : at + dice.choice((1, 8, 60))]
        elif step == 4 and dice.random() < 0.3:
            del spoilt[at:]
        else:
            spoilt[at : at + 1] = bytes([dice.randrange(256)])
    return bytes(spoilt)


def fuzz(files: dict[str, tuple[bytes, int]], names: list[str], folder: Path, seconds: float) -> int:
    dice = random.Random(f"{SEED}{names}")
    end, tries = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        name = dice.choice(names)
        path = folder / name
        path.write_bytes(spoilt := spoil(files[name][0], dice))
        started = time.monotonic()
        try:
            found = outcome(path)
            assert isinstance(found, str) or found == outcome(path, rows=2), "the size of chunks changes what is read"
        except Exception as error:
            raise AssertionError(f"{name} with the bytes {spoilt[:4000]!r} ({len(spoilt)} in all)") from error
        assert time.monotonic() - started < 20, f"{name} took too long: {spoilt[:4000]!r}"
        tries += 1
    return tries


@pytest.mark.parametrize(
    "names", [NAMES[:4], NAMES[4:9], NAMES[10:14], ["a.topojson", *NAMES[14:]]], ids=["text", "json", "xml", "gdal"]
)
def test_no_bytes_crash_a_reader_or_lose_a_row(
    files: dict[str, tuple[bytes, int]], names: list[str], tmp_path: Path
) -> None:
    assert fuzz(files, names, tmp_path, SECONDS / 4) > 10


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_crash_a_reader_for_long(files: dict[str, tuple[bytes, int]], name: str, tmp_path: Path) -> None:
    """Each reader has the whole time for itself: `make soak` says how long."""
    fuzz(files, [name], tmp_path, SECONDS)


@pytest.mark.parametrize("name", NAMES)
def test_whole_files_read_whole(files: dict[str, tuple[bytes, int]], name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(files[name][0])
    chunks = read_all(open_file(path))
    assert sum(chunk.count for chunk in chunks) == files[name][1]
    assert not [fault for chunk in chunks for fault in chunk.faults]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_at_any_byte_opens_or_says_why(
    files: dict[str, tuple[bytes, int]], name: str, tmp_path: Path
) -> None:
    data, rows = files[name]
    path = tmp_path / name
    step = (
        max(1, len(data) // 60)
        if name.endswith((".gpkg", ".xlsx", ".zip", ".kmz", ".topojson"))
        else max(1, len(data) // 200)
    )
    for cut in range(0, len(data), step):
        path.write_bytes(data[:cut])
        found = outcome(path)
        assert isinstance(found, str) or sum(found) <= rows + 1
