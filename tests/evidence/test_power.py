"""Is the power that stands beside the table that of the table itself, as a simulation finds it?"""

from __future__ import annotations

import numpy as np
import pytest

from whitestone.errors import InvalidValue
from whitestone.evidence.looks import follow, found_evidence, marks_evidence
from whitestone.evidence.power import found_power, marks_power, power_table

RUNS, LOOKS, RATE, ALPHA = 20_000, 24, 0.01, 0.05


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2])
def test_power_of_marks_is_that_of_simulated_districts(share: float) -> None:
    rng = np.random.default_rng(11)
    read = np.full((RUNS, LOOKS), 2)
    later = rng.binomial(read, share + (1 - share) * RATE)
    silent = np.zeros((RUNS, LOOKS))
    seen = np.mean(follow(marks_evidence(read, later, RATE), silent, ALPHA).alarm >= 0)
    exact = marks_power(share, 2, LOOKS, RATE, ALPHA)
    assert seen == pytest.approx(exact, abs=5 * np.sqrt(max(exact, 0.001) / RUNS))


@pytest.mark.parametrize("extra", [0.0, 1.0, 4.0])
def test_power_of_finds_is_that_of_simulated_districts(extra: float) -> None:
    rng = np.random.default_rng(12)
    expected = np.full((RUNS, LOOKS), 0.4 / 12)
    found = rng.poisson(expected + extra / 12)
    told = follow(np.zeros((RUNS, LOOKS)), found_evidence(found, expected, np.full((RUNS, LOOKS), 1 / 12)), ALPHA)
    exact = found_power(extra, 0.4, LOOKS, ALPHA)
    assert np.mean(told.alarm >= 0) == pytest.approx(exact, abs=5 * np.sqrt(max(exact, 0.001) / RUNS))


def test_the_table_grows_with_the_effect_and_its_first_rows_are_false_alarms() -> None:
    table = power_table(RATE, ALPHA, looks=18)
    for rows in (table["marks"], table["found"]):
        columns = np.array([row["power"] for row in rows])
        assert (columns[0] <= ALPHA).all()
        assert (np.diff(columns, axis=0) >= 0).all()
        assert columns[-1].max() > 0.9


def test_more_looks_never_lower_the_power_and_never_break_alpha() -> None:
    shares = [marks_power(0.0, 3, looks, 0.05, ALPHA) for looks in (6, 24, 120)]
    assert shares == sorted(shares)
    assert shares[-1] <= ALPHA


def test_what_cannot_be_is_refused() -> None:
    for wrong in (lambda: marks_power(1.1, 1, 1, RATE, ALPHA), lambda: marks_power(0.1, -1, 1, RATE, ALPHA),
                  lambda: found_power(-1.0, 0.4, 1, ALPHA), lambda: found_power(1.0, 0.0, 1, ALPHA)):
        with pytest.raises(InvalidValue):
            wrong()
