"""Does memory stay bounded however large the file is?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_READ = """
import sys
from whitestone.exchange.readers import open_file
rows = sum(chunk.count for chunk in open_file(sys.argv[1]).chunks())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, int(peak.split()[1]) // 1024)
"""


def peak_mib(path: Path) -> tuple[int, int]:
    """Read a file in a process of its own: (rows, peak memory)."""
    ran = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True)
    rows, peak = map(int, ran.stdout.split())
    return rows, peak


def make(path: Path, size: int) -> int:
    """Write a GeoJSON, CSV or JSON list of about `size` bytes."""
    ring = [[16 + number * 1e-5, 44 + number * 1e-5] for number in range(200)]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    feature = json.dumps({"type": "Feature", "properties": {"id": 1.0, "name": 'x "y" ]}'}, "geometry": shape})
    row = '1,"Херсон, юг",2014-05-03,' + ",".join(["some words"] * 12) + "\n"
    texts = {
        ".geojson": ('{"type": "FeatureCollection", "features": [\n', feature + ",\n", feature + "]}"),
        ".csv": (",".join(f"c{number}" for number in range(15)) + "\n", row, row),
        ".json": ("[", '{"a": 1.0, "b": "' + "x" * 200 + '"},\n', '{"a": 2}]'),
    }
    head, each, last = (text.encode() for text in texts[path.suffix])
    count = size // len(each)
    block = each * 1000
    with path.open("wb") as file:
        file.write(head)
        for _ in range(count // 1000):
            file.write(block)
        file.write(last)
    return count // 1000 * 1000 + 1


@pytest.mark.parametrize("suffix", [".geojson", ".csv", ".json"])
def test_a_hundred_megabytes_take_little_memory(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    rows = make(path, 100 << 20)
    found, peak = peak_mib(path)
    assert found == rows
    assert peak < 450


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("suffix", [".geojson", ".csv", ".json"])
def test_two_gigabytes_take_less_than_512_mebibytes(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    rows = make(path, int(os.environ.get("WHITESTONE_SOAK_BYTES", 2 << 30)))
    found, peak = peak_mib(path)
    path.unlink()
    assert found == rows
    assert peak < 512
