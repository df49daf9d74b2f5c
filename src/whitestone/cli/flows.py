"""How does the flow matrix read in a terminal?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from whitestone.reports.matrix import CLASS_WORDS, LINES, shown_classes, shown_lines

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

__all__ = ["printed_matrix"]

_WORDS = {flow: words for flow, words, _ in LINES}


def printed_matrix(answer: dict[str, Any], limit: int) -> Group:
    """Write the matrix: the total, then each row of another dimension than the class, then lineage and a cell asked."""
    from rich.console import Group

    matrix = answer["matrix"]
    shown = [] if answer["by"] == "class" else matrix["rows"][:limit]
    of_releases = answer["by"] in ("organisation", "donor", "method")
    tables = [_table("total", matrix["total"])]
    tables += [_table(row.get("label", row["key"]), row, has_stock=not of_releases or row["key"][:1] == "(")
               for row in shown]
    notes = [*_cut(answer, len(shown)), *_lineage(matrix["lineage"]), *_cell(answer.get("cell"), limit)]
    return Group(*tables, *notes)


def _table(name: str, part: dict[str, Any], *, has_stock: bool = True) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    areas, counts = part["areas"], part["counts"]
    classes = shown_classes(areas, counts)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=name, title_justify="left")
    table.add_column("", no_wrap=True)
    for each in classes:
        table.add_column(f"{CLASS_WORDS[each]}\nm2", justify="right", no_wrap=True)
    for each in classes:
        table.add_column(f"{CLASS_WORDS[each]}\ncount", justify="right", no_wrap=True)
    for line in shown_lines(areas, counts, classes, has_stock=has_stock):
        ground = ["" if area is None else f"{area:,.2f}" for area in line.areas]
        hazards = ["" if count is None else f"{count:,}" for count in line.counts]
        table.add_row(f"{line.sign or ' '} {line.words}", *ground, *hazards)
    return table


def _cut(answer: dict[str, Any], shown: int) -> Iterator[str]:
    count = len(answer["matrix"]["rows"])
    if answer["by"] != "class" and count > shown:
        yield f"{shown} of {count} rows are shown; the total is of all. --limit shows more, --json has all."
    yield "Counts are of open hazards; ground of hazards that were closed without a release stays in the areas."


def _lineage(lineage: dict[str, Any]) -> Iterator[str]:
    yield "Splits and merges"
    for name, words in (("split_m2", "passed to parts"), ("merged_m2", "passed by merging"),
                        ("gained_m2", "gained: ground of a part that none of its parents had"),
                        ("lost_m2", "lost: ground of a parent that no part took over")):  # fmt: skip
        yield f"  {f'{lineage[name]:,.2f} m2':>24}  {words}"
    for each in lineage["hazards"][:20]:
        yield f"    {each['label']}: gained {each['gained_m2']:,.2f} m2, lost {each['lost_m2']:,.2f} m2"
    if len(lineage["hazards"]) > 20:
        yield f"    and {len(lineage['hazards']) - 20:,} more hazards; --json has all."


def _cell(cell: dict[str, Any] | None, limit: int) -> Iterator[str]:
    if cell is None:
        return
    words = _WORDS.get(cell["flow"], cell["flow"]).lower()
    yield f"Behind {words} of {CLASS_WORDS[cell['class']]}, {cell['of']}, row {cell['row']}"
    for each in cell["records"][:limit]:
        area = "" if each["m2"] is None else f"{each['m2']:,.2f} m2"
        name = f"  {each['label']}" if each["label"] else ""
        yield f"    {area:>21}  {each['kind']} {each['record']}{name}"
    if len(cell["records"]) > limit:
        yield f"    and {len(cell['records']) - limit:,} more; --json lists all."
    if not cell["records"]:
        yield "    no record: the cell is 0."
