"""Is a book renewed for a few records the same, to the last digit, as one counted anew?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_cells import SIDE_M
from test_oracle import LAST, as_inputs, hazards, works

from whitestone.land.book import Book, simulate
from whitestone.land.changing import apply_change
from whitestone.land.grouping import DIMENSIONS
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.ledger import tabulate
from whitestone.land.packing import pack_book, pack_change, unpack_book, unpack_change
from whitestone.land.proof import prove
from whitestone.land.renewing import count_change, renew

END = LAST.toordinal()
PLACES = {"A": shapely.box(0, 0, 3.5 * SIDE_M, 5 * SIDE_M), "B": shapely.box(2 * SIDE_M, 0, 20 * SIDE_M, 4 * SIDE_M)}
"""Places that hold some of the cells of the generated hazards, and cut through others."""


def tables(book: Book, start: dt.date | None) -> list[dict[str, Any]]:
    proof = prove(book, 0 if start is None else start.toordinal(), places=PLACES)
    return [tabulate(book, start=start, end=LAST, by=by, proof=proof).as_dict() for by in DIMENSIONS]


def by_record(slices: list[HazardSlice], releases: list[ReleasePiece]) -> dict[Any, tuple[list[Any], list[Any]]]:
    found: dict[Any, tuple[list[Any], list[Any]]] = {}
    for each in slices:
        found.setdefault(each.record_id, ([], []))[0].append(each)
    for piece in releases:
        found.setdefault(piece.record_id, ([], []))[1].append(piece)
    return found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_sequence_of_changes_gives_what_counting_anew_gives(data: st.DataObject) -> None:
    now = by_record(*as_inputs(data.draw(hazards()), data.draw(works())))
    start = data.draw(st.sampled_from([None, dt.date(2015, 1, 1)]))
    book = simulate([each for some, _ in now.values() for each in some],
                    [each for _, some in now.values() for each in some], END)
    tables(book, start)  # what was asked before must not show in what is asked after
    for _ in range(data.draw(st.integers(1, 3))):
        other = by_record(*as_inputs(data.draw(hazards()), data.draw(works())))
        every = sorted({*now, *other}, key=str)
        changed = data.draw(st.sets(st.sampled_from(every), min_size=1, max_size=3)) if every else set()
        for each in changed:
            now.pop(each, None)
            if each in other and data.draw(st.integers(0, 3)):
                now[each] = other[each]
        slices = [each for key in changed if key in now for each in now[key][0]]
        pieces = [each for key in changed if key in now for each in now[key][1]]
        book = renew(book, changed, slices, pieces)
    anew = simulate([each for some, _ in now.values() for each in some],
                    [each for _, some in now.values() for each in some], END)
    assert tables(book, start) == tables(anew, start)
    assert len(book.line.slices) >= len(anew.line.slices)


@settings(max_examples=30, deadline=None)
@given(hazards(), works(), hazards(), works())
def test_a_book_and_its_change_are_the_same_after_they_were_written_down(
    slices: Any, done: Any, other: Any, other_done: Any
) -> None:
    first, second = as_inputs(slices, done), as_inputs(other, other_done)
    book = simulate(*first, END)
    changed = {each.record_id for each in (*first[0][:1], *second[0][:2])}
    new = [each for each in second[0] if each.record_id in changed]
    change, shapes, drawn = count_change(book, changed, new, [])
    kept, beside = unpack_book(pack_book(book, b"beside"), book.line.shapes_of, book.line.release_shapes_of)
    kept = kept.until(END)
    assert beside == b"beside"
    assert tables(kept, None) == tables(book, None)
    renewed = apply_change(kept, unpack_change(pack_change(change)),
                           lambda at: np.concatenate([book.line.shapes, shapes])[at],
                           lambda at: np.concatenate([book.line.release_shapes, drawn])[at])
    assert tables(renewed, None) == tables(renew(book, changed, new, []), None)
