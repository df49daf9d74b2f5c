"""How does a file of minefield records become rows of cells, and rows of cells such a file again, with nothing lost?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from whitestone.exchange.sheet_layout import LAYOUTS, OTHER, Layout, Value, fits, spread, whole

__all__ = ["Grid", "Line", "Taken", "from_grid", "to_grid"]

_OWNED = tuple(layout for layout in LAYOUTS if layout.owned)
_TOP = tuple(layout for layout in LAYOUTS if not layout.owned)
_PART = 30_000


class Line(msgspec.Struct):
    """One row of a sheet: its number there, and the cells by the head of their column."""

    row: int
    cells: dict[str, Value]


Grid = dict[str, list[Line]]
"""Sheet name -> its rows."""


class Taken(msgspec.Struct):
    """What a grid says: the file's content, the row behind each path (`records[0].legs[2]`), and what is odd in it."""

    held: dict[str, Any]
    places: dict[str, tuple[str, int]]
    odd: list[tuple[str, int, str]]


def to_grid(held: dict[str, Any]) -> Grid:
    """Lay a file's content into rows; what has no column, or would not come back the same, goes to `Other` as JSON.

    >>> to_grid({"records": [{"id": "A", "perimeter": ["T1"]}]})["Perimeter"][0].cells
    {'record': 'A', 'station': 'T1'}
    >>> to_grid({})["Records"]
    []
    """
    grid: Grid = {name: [] for name in (*(layout.name for layout in LAYOUTS), OTHER)}
    others: list[tuple[str, int, str, Any]] = []
    for layout in _TOP:
        listed = held.get(layout.member)
        if not isinstance(listed, list):
            others += [(layout.member, 0, "", listed)] if listed is not None else []
            continue
        labels = _labels(listed) if layout.member == "records" else []
        for at, each in enumerate(listed):
            _lay(grid, layout, at, each, labels, others)
    others += [("", 0, key, value) for key, value in held.items() if key not in {layout.member for layout in _TOP}]
    _enter(grid, others)
    back = from_grid(grid).held
    again = [
        (layout.member, at + 1, "", each)
        for layout in _TOP
        if isinstance(held.get(layout.member), list)
        for at, each in enumerate(held[layout.member])
        if whole(back[layout.member][at]) != whole(each)
    ]
    _enter(grid, again)
    return grid


def from_grid(grid: Grid) -> Taken:
    """Read rows back into a file's content. A blank `record` means that of the line above.

    >>> from_grid({"Legs": [Line(5, {"record": "A", "from": "R1"})]}).odd
    [('Legs', 5, 'record A is not in the sheet Records; it is made here')]
    """
    taken = Taken({layout.member: [] for layout in _TOP}, {}, [])
    for layout in _TOP:
        for line in grid.get(layout.name, []):
            taken.places[f"{layout.member}[{len(taken.held[layout.member])}]"] = (layout.name, line.row)
            taken.held[layout.member].append(_gather(layout, line.cells))
    index = {_label(each.get("id")): at for at, each in reversed(list(enumerate(taken.held["records"])))}
    for layout in _OWNED:
        above: str | None = None
        for line in grid.get(layout.name, []):
            above = _label(line.cells.get("record")) or above
            _hand(taken, index, layout, line, above)
    _others(taken, grid.get(OTHER, []))
    return taken


def _labels(records: list[Any]) -> list[str]:
    """Name each record so that rows of other sheets find it; an id that is missing, odd or used is replaced."""
    found: list[str] = []
    for at, each in enumerate(records):
        own = each.get("id") if isinstance(each, dict) else None
        text = str(own) if fits(own) and not isinstance(own, bool) else ""
        found.append(text if text and text not in found else f"#{at + 1}")
    return found


def _lay(
    grid: Grid,
    layout: Layout,
    at: int,
    each: Any,
    labels: list[str],
    others: list[tuple[str, int, str, Any]],
) -> None:
    if not isinstance(each, dict):
        _add(grid, layout.name, {"id": labels[at] if labels else f"#{at + 1}"})
        others.append((layout.member, at + 1, "", each))
        return
    cells, rest = spread(each, layout)
    named = dict(zip(layout.heads, cells, strict=True))
    if labels and str(named["id"]) != labels[at]:
        named["id"] = labels[at]
        others.append((layout.member, at + 1, "id", each.get("id")))
    if not labels and not any(value is not None for value in cells):
        # A row without a cell is no row: it gets a name, which `Other` takes away again.
        named["id"] = f"#{at + 1}"
        others.append((layout.member, at + 1, "id", None))
    _add(grid, layout.name, named)
    others += [(layout.member, at + 1, "/".join(path), value) for path, value in rest]
    for owned in _OWNED if labels else ():
        for cells_of, path, value in _owned(owned, each.get(owned.member)):
            if cells_of:
                _add(grid, owned.name, {"record": labels[at], **cells_of})
            elif value is not None:
                others.append((layout.member, at + 1, path, value))


def _owned(layout: Layout, listed: Any) -> Iterator[tuple[dict[str, Value], str, Any]]:
    """Yield the lines of one of a record's lists, and by its path what finds no cell."""
    if listed is None:
        return
    if layout.member == "quantities":
        for kind, count in listed.items() if isinstance(listed, dict) else [("", listed)]:
            plain = fits(kind) and fits(count)
            yield ({"type": kind, "count": count}, "", None) if plain else ({}, f"quantities/{kind}", count)
        return
    if not isinstance(listed, list):
        yield {}, layout.member, listed
        return
    for at, each in enumerate(listed):
        if layout.member == "perimeter":
            yield ({"station": each}, "", None) if fits(each) else ({}, "perimeter", listed)
            continue
        if not isinstance(each, dict):
            yield {}, layout.member, listed
            return
        yield from _object(layout, at, each)


def _object(layout: Layout, at: int, each: dict[str, Any]) -> Iterator[tuple[dict[str, Value], str, Any]]:
    cells, rest = spread(each, layout)
    named = dict(zip(layout.heads[1:], cells, strict=False))
    counts = each.get(layout.counts) if layout.counts else None
    plain = isinstance(counts, dict) and all(fits(kind) and fits(count) for kind, count in counts.items())
    lines = list(counts.items()) if isinstance(counts, dict) and plain else []
    rest += [((str(layout.counts),), counts)] if counts is not None and not plain else []
    named |= {"type": lines[0][0], "count": lines[0][1]} if lines else {}
    yield named, "", None
    for kind, count in lines[1:]:
        yield {**{head: named.get(head) for head in layout.heads[1:2]}, "type": kind, "count": count}, "", None
    yield from (({}, f"{layout.member}/{at}/{'/'.join(path)}", value) for path, value in rest)


def _gather(layout: Layout, cells: dict[str, Value]) -> dict[str, Any]:
    """Make an object of the cells of a row; a column that the format does not know is a member of its own."""
    made: dict[str, Any] = {}
    paths = {column.head: column for column in layout.columns}
    taken = {column.path[0] for column in layout.columns if len(column.path) > 1} | {layout.counts}
    taken |= {owned.member for owned in _OWNED} if layout.member == "records" else set()
    for head, value in cells.items():
        if value is None or head == "record" or (layout.counts and head in ("type", "count")):
            continue
        column = paths.get(head)
        if column is None or len(column.path) < 2:
            geometry = column is not None and column.field.type == "geometry"
            # A column of one's own that bears the name of a list keeps its text beside the list.
            name = f"{head} (column)" if column is None and head in taken else head
            made[name] = _outline(value) if geometry else value
        else:
            made.setdefault(column.path[0], {})[column.path[1]] = value
    return made


def _hand(taken: Taken, index: dict[str, int], layout: Layout, line: Line, label: str | None) -> None:
    """Give a row of an owned sheet to its record, which is made where nobody listed it."""
    label = label or "(no record)"
    if label not in index:
        index[label] = len(taken.held["records"])
        taken.held["records"].append({"id": label})
        taken.odd.append((layout.name, line.row, f"record {label} is not in the sheet Records; it is made here"))
    at = index[label]
    record = taken.held["records"][at]
    path = f"records[{at}].{layout.member}"
    kind, count = line.cells.get("type"), line.cells.get("count")
    if layout.member == "quantities":
        taken.places[f"{path}.{kind}"] = (layout.name, line.row)
        record.setdefault("quantities", {})[str(kind)] = count
        return
    listed = record.setdefault(layout.member, [])
    if layout.member == "perimeter":
        taken.places[f"{path}[{len(listed)}]"] = (layout.name, line.row)
        listed.append(line.cells.get("station"))
        return
    made = _gather(layout, line.cells)
    if not (layout.counts and kind is not None and listed and _goes_on(made, listed[-1])):
        taken.places[f"{path}[{len(listed)}]"] = (layout.name, line.row)
        listed.append(made)
    if layout.counts and kind is not None:
        listed[-1].setdefault(layout.counts, {})[str(kind)] = count


def _goes_on(made: dict[str, Any], last: dict[str, Any]) -> bool:
    """Say whether a line only adds a type to the object above: what it states, that one states as well."""
    return all(last.get(key) == value for key, value in made.items())


def _enter(grid: Grid, others: list[tuple[str, int, str, Any]]) -> None:
    for listed, number, member, value in others:
        text = json.dumps(value)
        for part, start in enumerate(range(0, len(text), _PART), 1):
            cells = {
                "list": listed,
                "number in the list": number,
                "member": json.dumps(member),
                "part": part,
                "JSON": text[start : start + _PART],
            }
            _add(grid, OTHER, cells)


def _others(taken: Taken, lines: list[Line]) -> None:
    """Put the members of `Other` back into their places; what cannot be read there is told and kept as text."""
    parts: dict[tuple[str, int, str], str] = {}
    for line in lines:
        cells = line.cells
        key = (
            str(cells.get("list") or ""),
            _whole(cells.get("number in the list")),
            str(cells.get("member") or '""'),
        )
        if cells.get("part") == 1:
            parts.pop(key, None)
        parts[key] = parts.get(key, "") + str(cells.get("JSON") or "")
    for (listed, number, member), text in parts.items():
        try:
            _put(taken.held, listed, number, json.loads(member), json.loads(text))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            taken.odd.append((OTHER, 0, f"{listed} {number} {member} cannot be put back: {text[:80]}"))


def _put(held: dict[str, Any], listed: str, number: int, member: str, value: Any) -> None:
    if number < 0 or (not listed and member in held) or (listed and not number and held.get(listed)):
        raise ValueError("it would write over another list")
    if not listed:
        held[member] = value
    elif not number:
        held[listed] = value
    elif not member:
        held[listed][number - 1] = value
    else:
        here: Any = held[listed][number - 1]
        *way, last = member.split("/")
        for name in way:
            here = here[int(name)] if isinstance(here, list) else here.setdefault(name, {})
        here[last] = value


def _whole(value: Value) -> int:
    """Return the number of an object; one that cannot be read names no object and is told."""
    if isinstance(value, (int, float)) and value == int(value):
        return int(value)
    text = str(value or 0).strip()
    return int(text) if text.isdigit() else -1


def _add(grid: Grid, name: str, cells: dict[str, Value]) -> None:
    grid[name].append(Line(len(grid[name]) + 2, {head: value for head, value in cells.items() if value is not None}))


def _label(value: Value) -> str:
    return str(value).strip() if value is not None else ""


def _outline(value: Value) -> Any:
    """Read an outline: GeoJSON, WKT, or `lon lat, lon lat, …`; text that is none stays text."""
    text = str(value).strip()
    if text.startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            return value
    import shapely

    if text[:1].isalpha():
        ground = shapely.from_wkt(text, on_invalid="ignore")
        return json.loads(shapely.to_geojson(ground)) if ground is not None else value
    try:
        ring = [
            [float(number) for number in pair.split()] for pair in text.replace(";", ",").split(",") if pair.strip()
        ]
    except ValueError:
        return value
    if len(ring) < 3 or any(len(pair) != 2 for pair in ring):
        return value
    return {"type": "Polygon", "coordinates": [ring if ring[0] == ring[-1] else [*ring, ring[0]]]}
