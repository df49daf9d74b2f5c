"""Can anybody work out a small figure from what is published, in one table or by comparing several?

The attack is a linear programme over everything published, written here apart from the search that suppresses.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from whitestone.casualties.disclosure import PUBLISHED, SMALL, Figures, bounds, protect
from whitestone.casualties.editions import Edition, atoms_of, figures_of, small_groups
from whitestone.casualties.places import NO_PLACES
from whitestone.errors import CannotPublish, InvalidValue

LEAST = 3


def grid(rows: int, columns: int) -> Figures:
    """Make the figures of a table with its sums of rows, of columns and over all."""
    cells = np.eye(rows * columns, dtype=int)
    lines = [np.isin(np.arange(rows * columns) // columns, [row]) for row in range(rows)]
    lines += [np.isin(np.arange(rows * columns) % columns, [column]) for column in range(columns)]
    sums = np.vstack([cells, np.array(lines, dtype=int), np.ones((1, rows * columns), dtype=int)])
    return Figures(sparse.csr_array(sums), np.array([1.0] * rows * columns + [6.0] * len(lines) + [40.0]))


def width(atoms: Any, figures: Figures, published: Any, target: Any) -> float:
    """Attack one figure, apart from our own `bounds`: how far apart are its least and most? Infinite: not bound."""
    sums = figures.sums.toarray()
    shown = sums[published]
    hidden = sums[~published & (sums @ atoms > 0)]
    found = []
    for sign in (1, -1):
        rules: dict[str, Any] = {"A_eq": shown, "b_eq": shown @ atoms} if len(shown) else {}
        if len(hidden):
            rules |= {"A_ub": -hidden, "b_ub": -np.ones(len(hidden))}
        solved = linprog(sign * np.asarray(target, dtype=float), **rules, bounds=(0, None), method="highs")
        found.append(sign * solved.fun if solved.status == 0 else sign * -np.inf)
    return float(found[1] - found[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_suppressed_figure_can_be_told_within_the_protection(rows: int, columns: int, data: st.DataObject) -> None:
    size = rows * columns
    atoms = np.array(data.draw(st.lists(st.sampled_from([0, 0, 1, 2, 3, 5, 9, 40]), min_size=size, max_size=size)))
    figures = grid(rows, columns)
    status = protect(atoms, figures, LEAST, LEAST).status
    values = figures.values(atoms)
    assert (status[(values > 0) & (values < LEAST)] == SMALL).all()
    assert (status[values == 0] == PUBLISHED).all()
    published = status == PUBLISHED
    for number in np.flatnonzero(~published):
        assert width(atoms, figures, published, figures.sums[[number]].toarray().ravel()) >= LEAST - 1e-6


def test_without_protection_the_attack_finds_the_small_figure() -> None:
    """The attack works: suppressing only what is small tells it by subtraction."""
    atoms, figures = np.array([1, 9, 9, 9]), grid(2, 2)
    published = np.arange(9) != 0
    assert width(atoms, figures, published, [1, 0, 0, 0]) < 1e-6
    low, high = bounds(atoms, figures.sums[np.flatnonzero(published)], np.array([[1, 0, 0, 0]]))
    assert (low.round(6).tolist(), high.round(6).tolist()) == ([1.0], [1.0])
    assert protect(atoms, figures, LEAST, LEAST).status.tolist().count(PUBLISHED) < 8


def test_a_suppressed_figure_is_known_not_to_be_zero_and_that_is_reckoned_with() -> None:
    """1 and 2 that sum to 3 could only be told apart as 1+2 or 2+1: the sum has to go as well."""
    status = protect(np.array([1, 2]), grid(1, 2), LEAST, LEAST).status
    assert status.tolist()[:2] == [SMALL, SMALL]
    assert PUBLISHED not in status.tolist()


def test_nothing_is_suppressed_where_nothing_is_small() -> None:
    assert (protect(np.array([0, 3, 5, 9]), grid(2, 2), LEAST, LEAST).status == PUBLISHED).all()


@pytest.mark.parametrize(("least", "size"), [(0, 4), (3, 20_001)])
def test_what_cannot_be_protected_together_is_refused(least: int, size: int) -> None:
    figures = Figures(sparse.csr_array((0, size), dtype=int), np.zeros(0))
    with pytest.raises(InvalidValue):
        protect(np.ones(size, dtype=int), figures, least, 1)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_two_releases_together_tell_no_small_difference(data: st.DataObject) -> None:
    """A first table counts all atoms, the second only some: what lies between them stays hidden if it is small."""
    atoms = np.array(data.draw(st.lists(st.sampled_from([0, 1, 2, 4, 9, 30]), min_size=6, max_size=6)))
    some = np.array(data.draw(st.lists(st.booleans(), min_size=6, max_size=6)), dtype=int)
    first = grid(2, 3)
    earlier = protect(atoms, first, LEAST, LEAST).status
    before = first.sums[np.flatnonzero(earlier == PUBLISHED)]
    second = Figures(sparse.csr_array(first.sums.toarray() * some), first.cost)
    between = sparse.csr_array(first.sums.toarray() * (1 - some))
    held = np.asarray(between @ atoms)
    hidden = sparse.vstack([between[np.flatnonzero((held > 0) & (held < LEAST))],
                            first.sums[np.flatnonzero(earlier != PUBLISHED)]], format="csr")
    try:
        result = protect(atoms, second, LEAST, LEAST, before=before, hidden=hidden)
    except CannotPublish:
        return  # it does not go out: nothing is told
    both = sparse.vstack([before, second.sums[np.flatnonzero(result.status == PUBLISHED)]], format="csr")
    for number in set(range(hidden.shape[0])) - set(result.told_before):
        low, high = bounds(atoms, both, hidden[[number]])
        assert high[0] - low[0] >= LEAST - 1e-6
    # Only what the first release tells by itself is given up.
    for number in result.told_before:
        low, high = bounds(atoms, before, hidden[[number]])
        assert high[0] - low[0] < 2 * LEAST + 1e-6


def test_periods_that_differ_by_a_month_leave_a_small_group_between_them() -> None:
    from casualty_maker import table_of

    people = [{"occurred_on": "2014-11-02", "outcome": "killed", "person_status": "civilian"}] * 8
    people += [{"occurred_on": "2014-12-02", "outcome": "killed", "person_status": "civilian"}]
    editions = [Edition(by=("status",), ends=16_434), Edition(by=("status",), ends=16_404)]
    atoms = atoms_of(table_of(people), editions, NO_PLACES)
    groups, left_out = small_groups(atoms, editions, LEAST)
    assert left_out == 0
    assert sorted(set((groups @ atoms.persons).tolist())) == [1]
    values = [figures_of(atoms, each, number)[1].values(atoms.persons).max() for number, each in enumerate(editions)]
    assert values == [9, 8]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["civilian", "military", None]), st.sampled_from(["male", "female"]),
                          st.sampled_from(["killed", "injured", "unknown"])), max_size=30))  # fmt: skip
def test_the_figures_of_an_edition_are_sums_of_its_atoms(people: list[tuple[Any, ...]]) -> None:
    from casualty_maker import table_of

    table = table_of([{"person_status": status, "sex": sex, "outcome": outcome} for status, sex, outcome in people])
    edition = Edition(by=("status", "sex"))
    atoms = atoms_of(table, [edition], NO_PLACES)
    lines, figures = figures_of(atoms, edition, 0)
    values = dict(zip(lines, figures.values(atoms.persons).tolist(), strict=True))
    assert values[("all", "all"), "casualties"] == len(people)
    for sex, outcome in itertools.product(("male", "female"), ("killed", "injured", "unknown")):
        by_hand = sum(each[1:] == (sex, outcome) for each in people)
        assert values.get((("all", sex), outcome), 0) == by_hand
