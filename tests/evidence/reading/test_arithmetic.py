"""Are sums that fail shown, and sums that hold left alone?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.evidence.reading import read_claims


def test_65_and_278_against_345_are_flagged_and_kept_as_said() -> None:
    """The figures stay as reported; the flag names the claims."""
    reading = read_claims("The authority reported 345 casualties of mines (65 killed and 278 injured).")
    (flag,) = reading.flags
    assert (flag.total, flag.parts, flag.sum) == (345, (65, 278), 343)
    assert [reading.claims[at].value for at in flag.claims] == [345, 65, 278]


@given(st.integers(2, 900), st.integers(2, 900))
def test_a_sum_that_holds_is_never_flagged(killed: int, injured: int) -> None:
    """For any two parts."""
    total = killed + injured
    assert not read_claims(f"Mines caused {total} casualties ({killed} killed and {injured} injured).").flags


@pytest.mark.parametrize("text", [
    "Mines caused about 345 casualties (65 killed and 278 injured).",
    "Mines caused 345 casualties, including 65 killed and 278 injured.",
    "Mines caused 345 casualties (65 killed).",
])  # fmt: skip
def test_what_need_not_add_up_is_not_flagged(text: str) -> None:
    """Rough totals, parts that are only some, and a part alone."""
    assert not read_claims(text).flags


def test_civilians_and_military_are_parts_too() -> None:
    """156 civilians and 107 combatants are 263; 262 is flagged."""
    said = "Hubo {} víctimas de minas: 156 civiles y 107 combatientes."
    assert not read_claims(said.format(263)).flags
    assert read_claims(said.format(262)).flags
