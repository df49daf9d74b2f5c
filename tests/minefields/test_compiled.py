"""Is all compiled before anybody asks?"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
from whitestone.minefields.compiled import compile_ahead
compile_ahead()
from whitestone.minefields import joint_run, walking
kernels = [each for room in (joint_run, walking) for each in vars(room).values() if hasattr(each, "signatures")]
before = {each.py_func.__name__: len(each.signatures) for each in kernels}
from whitestone.minefields.assessing import assess, report
from whitestone.minefields.joint import Effort
from whitestone.minefields.sheets import read_sheets
legs = [{"from": a, "to": b, "bearing": "12-45", "unit": "mil6000", "north": "magnetic", "distance": 70,
         "distance_unit": "m", "method": "pace"} for a, b in ("RA", "AB", "BC", "CR")]
sheets = [{"id": str(n), "crs": {"epsg": 4326, "operation": None, "basis": "stated"}, "legs": legs,
           "recorded_on": "1993-06", "quantities": {"PMN-2": 40, "OZM-72": 10}, "perimeter": ["A", "B", "C"],
           "reference_points": [{"no": "R", "x": 46.9 + n / 300, "y": 40.0}]} for n in range(3)]
finds = [{"id": str(n), "lon": 46.9 + n / 5000, "lat": 40.0, "type": "PMN-2"} for n in range(20)]
report(assess(read_sheets({"records": sheets, "finds": finds}), seed=2, effort=Effort(2, 2, 2)))
report(assess(read_sheets({"records": sheets}), seed=2, effort=Effort(1, 1, 1)))
after = {each.py_func.__name__: len(each.signatures) for each in kernels}
assert before["chain"] == 1, before
print([name for name in after if after[name] != before[name]])
"""


@pytest.mark.soak
def test_nothing_is_compiled_after_compiling_ahead() -> None:
    """Batches with and without finds, copies and searched ground ask for no other version of a kernel."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], check=False, capture_output=True, text=True, env=dict(os.environ), timeout=400
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
