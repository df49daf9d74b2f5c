"""How do the outlines of a placed sheet reach a receiver or a phone, never an inner one without the hazard?

GPX knows no areas: each ring is a closed track, and each carries in its name what it is and in its description the
words of house law 5. Order: hazard, 99 %, 90 %, 50 %, so that a receiver that stops early has drawn the widest.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec
import shapely

from whitestone.errors import Refused
from whitestone.exchange.assessments import LEVELS, Placed
from whitestone.exchange.writers.kml_file import _xml

__all__ = ["LAW_10", "HazardOutline", "write_outlines"]


LAW_10 = "no inner outline leaves without the hazard and its outer one (house law 10)"


class HazardOutline(msgspec.Struct, frozen=True):
    """A hazard as it stands: its name and its shape in WGS 84 degrees."""

    name: str
    shape: shapely.Geometry


def write_outlines(
    path: Path, hazards: Sequence[HazardOutline], placed: Sequence[Placed], *, law: str, caveat: str, about: str
) -> int:
    """Write hazards and all outlines of placed sheets as closed tracks; return how many tracks there are.

    Refuses with Refused to write an outline without a hazard or without its 99 % outline (house law 10).
    """
    if not hazards or any("99" not in sheet.outlines for sheet in placed):
        raise Refused(
            what="Writing an outline alone",
            rule=LAW_10,
            remedy="Name the hazard that a person accepted for this sheet.",
        )
    tracks = [(f"Hazard {hazard.name}", "The hazard as recorded", "hazard", hazard.shape) for hazard in hazards]
    for level in reversed(LEVELS):
        for sheet in placed:
            if level in sheet.outlines:
                says = f"Holds {level} % of the chance of where the field of sheet {sheet.id} lies, if there is one"
                tracks.append((f"{sheet.id} {level} %", says, f"outline-{level}", sheet.outlines[level]))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<gpx version="1.1" creator="Whitestone" xmlns={quoteattr("http://www.topografix.com/GPX/1/1")}>',
        f"<metadata><name>{_xml(caveat)}</name><desc>{_xml(f'{law} {about}')}</desc></metadata>",
    ]
    count = 0
    for name, says, kind, shape in tracks:
        for ring in _rings(shape):
            count += 1
            points = "".join(f'<trkpt lat="{y:.7f}" lon="{x:.7f}"/>' for x, y in shapely.get_coordinates(ring))
            lines.append(
                f"<trk><name>{_xml(name)}</name><desc>{_xml(f'{says}. {law} {caveat}')}</desc>"
                f"<type>{kind}</type><trkseg>{points}</trkseg></trk>"
            )
    path.write_text("\n".join([*lines, "</gpx>", ""]), encoding="utf-8")
    return count


def _rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """List the rings of an area, holes too: a receiver shows where an outline ends, on either side."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [ring for part in parts for ring in (part.exterior, *part.interiors)]
