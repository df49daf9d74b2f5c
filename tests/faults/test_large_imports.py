"""Does a whole import, and the draft before it, stay within 512 MiB however large the file is?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from whitestone.programme.opening import init_programme

_CALL = """
import sys
sys.argv = ["whitestone", "-C", *sys.argv[1:]]
from whitestone.cli import main
try:
    main()
finally:
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(int(peak.split()[1]) // 1024, file=sys.stderr)
"""


def features(path: Path, size: int) -> int:
    """Write areas of two hundred vertices, about `size` bytes, as GeoJSON or KML; return how many."""
    ring = [(17 + step * 1e-5, 44 + step * step * 1e-7) for step in range(200)]
    ring.append(ring[0])
    if path.suffix == ".kml":
        text = " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in ring)
        each = ("<Placemark><name>H%d</name><ExtendedData><Data name='type'><value>SHA</value></Data>"
                "<Data name='status'><value>open</value></Data></ExtendedData>"
                "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
                f"{text}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>\n")
        head, last = "<kml xmlns='http://www.opengis.net/kml/2.2'><Document>", "</Document></kml>"
    else:
        shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
        each = ('{"type": "Feature", "properties": {"id": "H%d", "type": "SHA", "status": "open"}, "geometry": ' + shape
                + "},\n")
        head, last = '{"type": "FeatureCollection", "features": [\n', "null]}"
    count = size // len(each)
    with path.open("w") as file:
        file.write(head)
        file.writelines(each % number for number in range(count))
        file.write(last)
    return count


def peak_mib(folder: Path, *words: str) -> tuple[str, int]:
    """Call the command line in a process of its own: what it printed, and its peak memory in MiB."""
    ran = subprocess.run([sys.executable, "-c", _CALL, "p", *words], cwd=folder, capture_output=True, text=True,
                         check=True)  # fmt: skip
    return ran.stdout, int(ran.stderr.split()[-1])


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("name", "mib"), [
    ("a.geojson", 24), ("a.kml", 12),
    pytest.param("a.geojson", 400, marks=pytest.mark.soak), pytest.param("a.kml", 400, marks=pytest.mark.soak),
])  # fmt: skip
def test_large_shapes_are_drafted_and_brought_in_within_512_mebibytes(tmp_path: Path, name: str, mib: int) -> None:
    init_programme(str(tmp_path / "p"), name="Large", who="anna").close()
    count = features(tmp_path / name, mib << 20)
    assert peak_mib(tmp_path, "import", name, "--suggest", "--out", "m.toml")[1] < 512
    out, peak = peak_mib(tmp_path, "import", name, "--mapping", "m.toml", "--json")
    assert json.loads(out)["new"] == count
    assert peak < 512
