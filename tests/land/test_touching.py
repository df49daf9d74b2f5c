"""Are boxes that meet others found, one by one and in a tree, and is a change of many records counted as one of few?"""

from __future__ import annotations

import datetime as dt
import uuid

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from whitestone.land import touching
from whitestone.land.book import simulate
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.renewing import renew
from whitestone.land.touching import meets

boxes = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3), st.integers(0, 3)), max_size=12)


@given(boxes, boxes, st.booleans())
def test_boxes_meet_as_told_one_by_one_also_in_a_tree(
    some: list[tuple[int, ...]], others: list[tuple[int, ...]], in_tree: bool
) -> None:
    left, right = (np.array([(x, y, x + w, y + h) for x, y, w, h in each], dtype=float).reshape(-1, 4)
                   for each in (some, others))
    left = np.concatenate([left, np.full((1, 4), np.nan)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(touching, "MANY", 0 if in_tree else 100)
        found = meets(left, right)
    expected = [any(a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3] for b in right) for a in left]
    assert found.tolist() == expected


@pytest.mark.parametrize("many", [0, 10_000])
def test_many_records_changed_at_once_give_what_counting_anew_gives(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touching, "MANY", many)
    rng = np.random.default_rng(3)

    def square(side: int) -> object:
        x, y = rng.integers(0, 120, 2)
        return shapely.box(x, y, x + side, y + side)

    start = dt.date(2010, 1, 1)
    hazards = [HazardSlice(uuid.UUID(int=at + 1), start, None, "sha", "open", square(9)) for at in range(60)]
    works = [ReleasePiece(uuid.UUID(int=1000 + at), "cleared", start + dt.timedelta(days=1 + int(at)), (), square(5))
             for at in range(150)]
    book = simulate(hazards, works)
    moved = [ReleasePiece(each.record_id, "reduced", each.on, (), square(6)) for each in works[::2]]
    gone = {each.record_id for each in works[1::4]}
    changed = {each.record_id for each in moved} | gone
    renewed = renew(book, changed, [], moved)
    left = [each for each in works if each.record_id not in changed]
    anew = simulate(hazards, [*left, *moved])
    assert renewed.stock.tolist() == anew.stock.tolist()
    assert renewed.own_stock.tolist() == anew.own_stock.tolist()
