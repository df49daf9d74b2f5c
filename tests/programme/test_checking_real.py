"""Does the check say of Bosnia's map what is known to be wrong with it, in seconds?"""

from __future__ import annotations

import time
from pathlib import Path

from whitestone.programme.checking import check
from whitestone.programme.importing import import_file
from whitestone.programme.mappings import find_mapping
from whitestone.programme.opening import init_programme


def test_all_of_bosnia_is_checked_in_under_thirty_seconds(shared_data: Path, tmp_path: Path) -> None:
    """467 invalid suspected polygons, 709 cleared ones; nulls are hazards of unknown place, listed."""
    folder = shared_data / "bosnia_mine_map"
    with init_programme(str(tmp_path / "p"), name="Bosnia") as programme:
        import_file(programme, folder / "suspect_areas_simplyfied.geojson", find_mapping("bosnia_suspected"))
        import_file(programme, folder / "cleared_areas_simplyfied.geojson", find_mapping("bosnia_cleared"))
        started = time.process_time()
        checked = check(programme)
        assert time.process_time() - started < 30
        counts = {rule: count["open"] for rule, count in checked.counts().items()}
        assert counts["polygon-invalid"] == 467 + 709
        assert counts["geometry-missing"] == checked.counts()["geometry-missing"]["open"] >= 3097 + 113
        assert counts["sliver"] > 0
        assert counts["hazards-overlap"] > 1000
        assert counts["hazards-overlap-across"] == 0
        invalid = next(each.finding for each in checked.findings if each.finding.rule == "polygon-invalid")
        assert 15 < invalid.where[0] < 20
        assert 42 < invalid.where[1] < 46
