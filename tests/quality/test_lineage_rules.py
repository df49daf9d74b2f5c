"""Does a split or merge that does not keep its ground become a finding, and only then?"""

from __future__ import annotations

import uuid

from picture_maker import LAT, LON, TODAY, subject

from whitestone.domain.settings import Settings
from whitestone.geodesy.areas import Plane
from whitestone.quality.lineage_rules import MIN_CHANGE_M2
from whitestone.quality.model import Finding, Picture
from whitestone.quality.rules import examine

PARENT, PART = uuid.UUID(int=1), uuid.UUID(int=2)


def found(told: dict[uuid.UUID, tuple[float, float]], **part: object) -> list[Finding]:
    hazards = [subject("hazard", number=1, local_id="H-1"), subject("hazard", number=2, local_id="H-2", **part)]
    picture = Picture({"hazard": hazards}, Settings(), Plane(LON, LAT), TODAY, lineage=lambda: told)
    return examine(picture, ["lineage-gained", "lineage-lost"])


def test_what_is_gained_and_lost_names_its_hazard_and_its_area() -> None:
    told = {PARENT: (0.0, 812.4), PART: (99.6, 0.0)}
    gained, lost = found(told, parent_ids=[str(PARENT)])
    assert (gained.record_ids, lost.record_ids) == ((PART,), (PARENT,))
    assert "hazard H-2 has 100 m2 more" in gained.sentence
    assert "hazard H-1 lost 812 m2" in lost.sentence


def test_rounding_along_a_common_edge_is_no_finding() -> None:
    assert found({PART: (MIN_CHANGE_M2 / 2, 0.0)}, parent_ids=[str(PARENT)]) == []


def test_where_nothing_was_split_or_merged_the_ledger_is_not_asked() -> None:
    assert found({PART: (500.0, 500.0)}) == []
    assert examine(Picture({}, Settings(), None, TODAY), ["lineage-gained", "lineage-lost"]) == []
