"""Which split of the simulated district does not keep its ground, so that the ledger and two rules have to tell it?"""

from __future__ import annotations

import shapely
from shapely.affinity import scale

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.demo.faults import Planted
from whitestone.programme.demo.paper import AUTHORITY, idle_hazards
from whitestone.programme.opening import Programme

__all__ = ["careless_split"]


def careless_split(programme: Programme) -> list[Planted]:
    """Split a hazard so that a strip between the halves is in neither, and one half reaches past the old outline."""
    whole = idle_hazards(programme, "CE")[0]
    shape = shapely.from_wkb(whole.geometry)
    west, south, east, north = shape.bounds
    middle, strip = (west + east) / 2, (east - west) / 100
    stays = shape.intersection(shapely.box(west, south, middle - strip, north))
    part = shape.intersection(shapely.box(middle, south, east, north))
    part = scale(part, 1.02, 1.0, origin=(middle, south))
    own_id = str(whole.body["local_id"])
    body = {**whole.body, "local_id": f"{own_id}/2", "parent_ids": [str(whole.record_id)], "area_reported_m2": None}
    drafts = [
        Draft(kind="hazard", record_id=whole.record_id, body={"area_reported_m2": None}, geometry=shapely.to_wkb(stays),
              information_date="2023-05-01", parents=(whole.revisions[-1],)),
        Draft(kind="hazard", record_id=new_id(), body=body, geometry=shapely.to_wkb(part),
              information_date="2023-05-01"),
    ]  # fmt: skip
    reason = "split along the track, each half drawn anew"
    act = Act(author="simulated desk", organisation=AUTHORITY, reason=reason, source="simulated")
    programme.journal.append(act, drafts)
    return [
        Planted("lineage-lost", "hazard", own_id, "the track between the halves of a split is in neither"),
        Planted("lineage-gained", "hazard", f"{own_id}/2", "a part of a split, drawn past the old outline"),
    ]
