"""How are records that are points written as GPX waypoints, for a receiver in the hand?"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import shapely

from whitestone.exchange.cells import CLASHES
from whitestone.exchange.writers.kml_file import _text, xml
from whitestone.exchange.writers.model import Table

__all__ = ["write_gpx"]

_NAMESPACE = "urn:whitestone:export"


def write_gpx(table: Table, path: Path, *, hxl: bool = False) -> int:
    """Write points as waypoints with all columns as extensions; records that are no single point are left out."""
    left_out = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        words = "; ".join(f"{name}: {text}" for name, text in table.about.lines().items())
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Whitestone" '
                   f'xmlns="http://www.topografix.com/GPX/1/1" xmlns:w={quoteattr(_NAMESPACE)}>\n'
                   f"<metadata><name>{xml(table.kind)}</name><desc>{xml(words)}</desc></metadata>\n")
        for cells, record in table.rows():
            shape = shapely.from_wkb(record.geometry) if record.geometry is not None else None
            if shape is None or shape.geom_type != "Point" or shape.is_empty:
                left_out += 1
                continue
            title = record.body.get("local_id") or record.body.get("name") or str(record.record_id)
            height = f"<ele>{shape.z!r}</ele>" if shape.has_z else ""
            named = {CLASHES.get(name, name): xml(_text(value)) for name, value in cells.items()}
            data = "".join(f"<w:{name}>{text}</w:{name}>" for name, text in named.items())
            file.write(f'<wpt lat="{shape.y!r}" lon="{shape.x!r}">{height}<name>{escape(xml(str(title)))}</name>'
                       f"<extensions>{data}</extensions></wpt>\n")
        file.write("</gpx>\n")
    return left_out
