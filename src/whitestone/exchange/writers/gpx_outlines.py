"""How do the outlines of a placed sheet reach a receiver or a phone, never an inner one without the hazard?

GPX knows no areas: each ring is a closed track; KML and GeoJSON hold areas. Each carries in its name what it is and in
its description the words of house law 5. Order: hazard, 99 %, 90 %, 50 %, so that a receiver that stops early has drawn
the widest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec
import shapely

from whitestone.errors import Refused
from whitestone.exchange.assessments import LEVELS, Placed
from whitestone.exchange.writers.kml_file import kml_shape, xml

__all__ = ["LAW_10", "WRITERS", "Drawn", "HazardOutline", "drawn"]

_KML_COLOURS = {"hazard": ("ff0000ff", "330000ff"), "outline-99": ("ff835a0a", "14835a0a"),
                "outline-90": ("ff835a0a", "26835a0a"), "outline-50": ("ff835a0a", "4d835a0a")}  # fmt: skip
"""Line and fill, aabbggrr: the hazard red as on the map, outlines blue, darker inwards."""
LAW_10 = "no inner outline leaves without the hazard and its outer one (house law 10)"


class HazardOutline(msgspec.Struct, frozen=True):
    """A hazard as it stands: its name and its shape in WGS 84 degrees."""

    name: str
    shape: shapely.Geometry


class Drawn(msgspec.Struct, frozen=True):
    """One area that leaves: its name, the words that go with it, what it is, and its shape in WGS 84 degrees."""

    name: str
    says: str
    kind: str
    shape: shapely.Geometry


def drawn(hazards: Sequence[HazardOutline], placed: Sequence[Placed], *, law: str, caveat: str) -> list[Drawn]:
    """List hazards and all outlines of placed sheets, the widest first, each with the words that go with it.

    Refuses with Refused an outline without a hazard or without its 99 % outline (house law 10).

    >>> [each.name for each in drawn([HazardOutline("H-1", shapely.box(0, 0, 1, 1))], [], law="", caveat="")]
    ['Hazard H-1']
    """
    if not hazards or any("99" not in sheet.outlines for sheet in placed):
        raise Refused(
            what="Writing an outline alone",
            rule=LAW_10,
            remedy="Name the hazard that a person accepted for this sheet.",
        )
    held = [(f"Hazard {hazard.name}", "The hazard as recorded", "hazard", hazard.shape) for hazard in hazards]
    for level in reversed(LEVELS):
        for sheet in placed:
            if level in sheet.outlines:
                says = f"Holds {level} % of the chance of where the field of sheet {sheet.id} lies, if there is one"
                held.append((f"{sheet.id} {level} %", says, f"outline-{level}", sheet.outlines[level]))
    return [Drawn(name, f"{says}. {law} {caveat}", kind, shape) for name, says, kind, shape in held]


def write_gpx(path: Path, areas: Sequence[Drawn], *, head: str, about: str) -> int:
    """Write areas as closed tracks; return how many tracks there are."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<gpx version="1.1" creator="Whitestone" xmlns={quoteattr("http://www.topografix.com/GPX/1/1")}>',
        f"<metadata><name>{xml(head)}</name><desc>{xml(about)}</desc></metadata>",
    ]
    count = 0
    for each in areas:
        for ring in _rings(each.shape):
            count += 1
            points = "".join(f'<trkpt lat="{y:.7f}" lon="{x:.7f}"/>' for x, y in shapely.get_coordinates(ring))
            lines.append(
                f"<trk><name>{xml(each.name)}</name><desc>{xml(each.says)}</desc>"
                f"<type>{each.kind}</type><trkseg>{points}</trkseg></trk>"
            )
    path.write_text("\n".join([*lines, "</gpx>", ""]), encoding="utf-8")
    return count


def write_kml(path: Path, areas: Sequence[Drawn], *, head: str, about: str) -> int:
    """Write areas as placemarks, hazards in red, outlines as lines that do not hide the ground; return their number."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<kml xmlns={quoteattr("http://www.opengis.net/kml/2.2")}><Document>',
        f"<name>{xml(head)}</name><description>{xml(about)}</description>",
    ]
    for each in areas:
        line, fill = _KML_COLOURS[each.kind]
        lines.append(
            f"<Placemark><name>{xml(each.name)}</name><description>{xml(each.says)}</description><Style><LineStyle>"
            f"<color>{line}</color><width>3</width></LineStyle><PolyStyle><color>{fill}</color></PolyStyle></Style>"
            f"{kml_shape(each.shape)}</Placemark>"
        )
    path.write_text("\n".join([*lines, "</Document></kml>", ""]), encoding="utf-8")
    return len(areas)


def write_geojson(path: Path, areas: Sequence[Drawn], *, head: str, about: str) -> int:
    """Write areas as features (RFC 7946) with their words; return how many there are."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": each.name, "kind": each.kind, "says": each.says},
            "geometry": shapely.geometry.mapping(each.shape),
        }
        for each in areas
    ]
    whole = {"type": "FeatureCollection", "name": head, "description": about, "features": features}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return len(areas)


WRITERS = {"gpx": write_gpx, "kml": write_kml, "geojson": write_geojson}
"""Format of a receiver or phone -> its writer."""


def _rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """List the rings of an area, holes too: a receiver shows where an outline ends, on either side."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [ring for part in parts for ring in (part.exterior, *part.interiors)]
