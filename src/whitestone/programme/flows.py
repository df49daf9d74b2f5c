"""What flowed between the classes, and which records stand behind one cell of the flow matrix?"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from whitestone.errors import InvalidValue
from whitestone.land.book import CENTS
from whitestone.land.ledger import Ledger
from whitestone.land.matrix import Matrix, flow_matrix
from whitestone.programme.accounts_inputs import Inputs
from whitestone.programme.drilling import Behind

if TYPE_CHECKING:
    from whitestone.programme.accounts import Accounts

__all__ = ["STOCKS", "behind_cell", "matrix_answer", "row_named"]

STOCKS = ("opening", "closing")


def matrix_answer(opened: Accounts, found: Ledger, cell: str | None = None, row: str | None = None) -> dict[str, Any]:
    """Give what `ledger --matrix` adds: the matrix with names for its rows, and the records behind a cell if asked.

    A cell is CLASS:FLOW for its ground and CLASS:FLOW:count for its hazards, in the row named (None: the total).
    Refuses a row or a cell that is not there with InvalidValue.
    """
    matrix = flow_matrix(found)
    said = matrix.as_dict()
    labels = opened.inputs.labels
    for each in said["rows"] if found.by in ("hazard", "place") else ():
        each["label"] = labels.get(each["key"], each["key"])
    for each in said["lineage"]["hazards"]:
        each["label"] = labels.get(each["hazard"], each["hazard"])
    answer: dict[str, Any] = {"matrix": said}
    if cell is not None:
        key = None if row is None else row_named(opened.inputs, found, row)
        of_class, flow, of = _parts(cell)
        behind = behind_cell(matrix, key, of_class, flow, of)
        answer["cell"] = {
            "row": key or "total", "class": of_class, "flow": flow, "of": of,
            "records": [{"kind": each.kind, "record": str(each.record_id), "m2": each.m2,
                         "label": labels.get(str(each.record_id))} for each in behind],
        }  # fmt: skip
    return answer


def behind_cell(matrix: Matrix, key: str | None, of_class: str, flow: str, of: str = "areas") -> list[Behind]:
    """List the records behind a cell, largest share first: hazards with their m2, then the releases that moved it.

    Of counts: the hazards counted, without an area. Refuses what is no cell with InvalidValue.

    >>> import datetime as dt
    >>> from whitestone.land.ledger import compute
    >>> empty = flow_matrix(compute([], [], start=None, end=dt.date(2020, 1, 1), by="class"))
    >>> behind_cell(empty, None, "sha", "closing")
    []
    """
    moved, line = matrix.behind(of, key, of_class, flow), matrix.ledger.book.line
    amounts = moved.signed if flow in STOCKS else moved.amount
    sums: dict[tuple[str, uuid.UUID], int] = {}
    for hazard, release, amount in zip(moved.hazard.tolist(), moved.release.tolist(), amounts.tolist(), strict=True):
        own = ("hazard", line.ids[hazard])
        sums[own] = sums.get(own, 0) + amount
        if release >= 0:
            by = ("release", line.releases[release].record_id)
            sums[by] = sums.get(by, 0) + amount
    if of == "counts":
        return [Behind(kind, own) for (kind, own), count in sums.items() if count]
    found = [Behind(kind, own, cents / CENTS) for (kind, own), cents in sums.items() if cents]
    return sorted(found, key=lambda each: (each.kind, -abs(each.m2 or 0.0)))


def row_named(inputs: Inputs, found: Ledger, wanted: str) -> str | None:
    """Return the key of a row named by its key or its label, None for `total`; refuses others with InvalidValue."""
    keys = {row["key"] for row in found.rows}
    named = [key for key in keys if key == wanted or inputs.labels.get(key) == wanted]
    if wanted == "total" and not named:
        return None
    if len(named) != 1:
        why = "several rows have that name; give the key" if named else f"a row of the ledger by {found.by}, or total"
        raise InvalidValue(field="explain", value=wanted, why=why)
    return str(named[0])


def _parts(cell: str) -> tuple[str, str, str]:
    of_class, _, rest = cell.partition(":")
    flow, _, unit = rest.partition(":")
    if unit not in ("", "area", "count"):
        raise InvalidValue(field="cell", value=cell, why="CLASS:FLOW or CLASS:FLOW:count")
    return of_class, flow, "counts" if unit == "count" else "areas"
