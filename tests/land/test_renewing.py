"""Is a book renewed for a few records the same, to the last digit, as one counted anew?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_oracle import LAST, as_inputs, hazards, works

from whitestone.land.book import Book, simulate
from whitestone.land.grouping import DIMENSIONS
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.ledger import tabulate
from whitestone.land.proof import prove
from whitestone.land.renewing import renew

END = LAST.toordinal()


def tables(book: Book, start: dt.date | None) -> list[dict[str, Any]]:
    proof = prove(book, 0 if start is None else start.toordinal(), places={})
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
