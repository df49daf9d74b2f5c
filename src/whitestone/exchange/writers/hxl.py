"""Which HXL tag does a column get? Mine action has no tag set of its own: this table is our published mapping."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from whitestone.exchange.cells import WKT_COLUMN

__all__ = ["HXL_TAGS", "hxl_tag"]

HXL_TAGS: Mapping[str, str] = MappingProxyType({
    "record_id": "#meta+id", "kind": "#meta+kind", "local_id": "#meta+id+local", "name": "#meta+name",
    "report_date": "#date+reported", "information_date": "#date+information", "occurred_on": "#date+occurred",
    "discovered_on": "#date+discovered", "completed_on": "#date+completed", "approved_on": "#date+approved",
    "found_on": "#date+found", "started_on": "#date+start", "ended_on": "#date+end",
    "organisation_name": "#org+name", "organisation_id": "#org+id", "donor": "#org+funder",
    "place_name": "#loc+name", "place_id": "#loc+id", "status": "#status", "classification": "#status+class",
    "outcome": "#status+outcome", "workflow": "#status+workflow", "sector": "#sector",
    "killed": "#affected+killed", "injured": "#affected+injured", "casualties": "#affected",
    "area_reported_m2": "#indicator+area+m2+num", "quantity": "#indicator+items+num", "latitude": "#geo+lat",
    "longitude": "#geo+lon", WKT_COLUMN: "#geo+wkt", "remarks": "#meta+remarks",
})


def hxl_tag(column: str) -> str:
    """Give the tag of a column; one without its own is `#meta` with its name.

    >>> hxl_tag("killed"), hxl_tag("depth_cm"), hxl_tag("")
    ('#affected+killed', '#meta+depth_cm', '#meta')
    """
    return HXL_TAGS.get(column) or ("#meta+" + column.lower() if column else "#meta")
