"""Are exactly those sums settled that rows of published sums combine to, with their true values?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from whitestone.casualties.disclosure import Figures, protect
from whitestone.casualties.settling import Settled, told_by, within_zero


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(0, 8), st.floats(0.1, 0.9))
def test_a_sum_is_settled_where_the_rank_says_so_and_has_its_true_value(seed: int, atoms: int, sums: int,
                                                                        share: float) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    persons = rng.integers(0, 5, atoms)
    known = (rng.random((sums, atoms)) < share).astype(np.int64)
    asked = (rng.random((6, atoms)) < share).astype(np.int64)
    told = told_by(known, known @ persons, asked)
    free = ~within_zero(sparse.csr_array(known), known @ persons)
    rank = np.linalg.matrix_rank(known[:, free]) if sums and free.any() else 0
    for row, value in zip(asked, told, strict=True):
        more = np.vstack([known[:, free], row[free]])
        is_settled = not row[free].any() or (free.any() and np.linalg.matrix_rank(more) == rank)
        assert np.isnan(value) != is_settled
        if is_settled:
            assert value == row @ persons
    assert (Settled(known, known @ persons).settles(asked) == ~np.isnan(told)).all()


def test_what_earlier_releases_settle_is_told_before_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hidden group that two earlier figures give away is named; nothing new is suppressed for it."""
    persons = np.array([2, 9, 8, 7])
    figures = Figures(sparse.csr_array(np.eye(4, dtype=int)[2:]), np.ones(2))
    before = np.array([[1, 1, 0, 0], [0, 1, 0, 0]])
    hidden = np.array([[1, 0, 0, 0]])
    monkeypatch.setattr("whitestone.casualties.disclosure._cheapest", lambda *_: pytest.fail("a search in vain"))
    told = protect(persons, figures, 3, 3, before=before, hidden=hidden)
    assert (told.told_before, told.status.tolist()) == ((0,), [0, 0])
    own = protect(persons, Figures(sparse.csr_array(np.eye(4, dtype=int)), np.ones(4)), 3, 3, before=before)
    assert own.status.tolist() == [1, 0, 0, 0]  # a small figure is left out, also where it was told before
