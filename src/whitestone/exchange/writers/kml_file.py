"""How is the table written as KML: hazards in the colours of IMAS 07.11, all columns as extended data?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from whitestone.exchange.cells import CLASHES
from whitestone.exchange.writers.model import Table

__all__ = ["kml_shape", "write_kml", "xml"]

_FILLS = {"cha": "7f0000ff", "sha": "7f18a7f4"}
"""aabbggrr at half transparency: CHA #FF0000, SHA #F4A718 (IMSMA NG symbology after IMAS 07.11)."""
_LINES = {"open": "ff0000ff", "worked_on": "ff00a5ff", "closed": "ff008000"}
_OTHER_FILL, _OTHER_LINE = "7fffffff", "ff555555"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_kml(table: Table, path: Path, *, hxl: bool = False) -> int:
    """Write the table as placemarks; balloons show the name only, and there is nothing personal in the file."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n')
        words = "\n".join(f"{name}: {text}" for name, text in table.about.lines().items())
        file.write(f"<name>{xml(table.kind)}</name>\n<description>{xml(words)}</description>\n{_styles()}")
        for cells, record in table.rows():
            file.write(_placemark(cells, record))
        file.write("</Document>\n</kml>\n")
    return 0


def _styles() -> str:
    made = []
    for fill_name, fill in (*_FILLS.items(), ("other", _OTHER_FILL)):
        for line_name, line in (*_LINES.items(), ("other", _OTHER_LINE)):
            made.append(f'<Style id="{fill_name}-{line_name}">'
                        f"<LineStyle><color>{line}</color><width>2</width></LineStyle><PolyStyle><color>{fill}</color></PolyStyle><BalloonStyle><text>$[name]</text></BalloonStyle>"
                        "</Style>\n")
    return "".join(made)


def _placemark(cells: dict[str, Any], record: Any) -> str:
    title = record.body.get("local_id") or record.body.get("name") or str(record.record_id)
    fill = record.body.get("classification") if record.body.get("classification") in _FILLS else "other"
    line = record.body.get("status") if record.body.get("status") in _LINES else "other"
    data = "".join(f"<Data name={quoteattr(CLASHES.get(name, name))}><value>{xml(_text(value))}</value></Data>"
                   for name, value in cells.items())
    shape = "" if record.geometry is None else kml_shape(shapely.from_wkb(record.geometry))
    return (f"<Placemark><name>{xml(str(title))}</name><styleUrl>#{fill}-{line}</styleUrl>"
            f"<ExtendedData>{data}</ExtendedData>{shape}</Placemark>\n")


def xml(text: str) -> str:
    """Escape text for XML; characters that XML forbids are replaced.

    >>> xml("a<b"), xml("")
    ('a&lt;b', '')
    """
    return escape(_FORBIDDEN.sub("\ufffd", text), {"\r": "&#13;"})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def kml_shape(shape: Any) -> str:
    """Write one shape in degrees as KML; an empty one as nothing.

    >>> kml_shape(shapely.Point(1, 2)), kml_shape(shapely.Point())
    ('<Point><coordinates>1.0,2.0</coordinates></Point>', '')
    """
    kind = shape.geom_type
    if shape.is_empty:
        return ""
    if kind == "Point":
        return f"<Point><coordinates>{_positions(shape)}</coordinates></Point>"
    if kind in ("LineString", "LinearRing"):
        return f"<LineString><coordinates>{_positions(shape)}</coordinates></LineString>"
    if kind == "Polygon":
        inner = "".join(f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in shape.interiors)
        return f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>{inner}</Polygon>"
    return "<MultiGeometry>" + "".join(map(kml_shape, shape.geoms)) + "</MultiGeometry>"


def _ring(ring: Any) -> str:
    return f"<LinearRing><coordinates>{_positions(ring)}</coordinates></LinearRing>"


def _positions(shape: Any) -> str:
    points = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    return " ".join(",".join(repr(number) for number in point) for point in points)
