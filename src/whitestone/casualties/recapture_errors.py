"""What becomes of the figure of missing casualties if some links between the lists are wrong?

A pair that linkage missed makes overlap look smaller and the figure larger; a false link does the opposite. Both rates
are stated, not guessed: they come from pairs that people looked at. Two lists: the correction of Ding and Fienberg
(1994); any number of lists: the same idea over capture histories, one slip a person.
"""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import numpy as np

from whitestone.casualties.recapture import Histories, chapman, refusal
from whitestone.casualties.recapture_models import fit_models
from whitestone.errors import InvalidValue

__all__ = ["FALSE_SHARES", "MISSED_SHARES", "Corrected", "correct_histories", "ding_fienberg", "sensitivity"]

Array = np.ndarray[Any, Any]

MISSED_SHARES = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Share of true pairs that linkage did not join, for the table."""
FALSE_SHARES = (0.0, 0.01, 0.02, 0.05)
"""Share of joined persons that are two, for the table."""


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by history, not whole, as they would stand without slips; None with the reason where they cannot be."""

    counts: dict[str, float] | None
    why_not: str | None = None


def ding_fienberg(first: int, second: int, linked: int, missed: float, false: float) -> float | None:
    """Estimate a number of persons from two lists whose linkage slips, after Ding and Fienberg (1994).

    `missed`: chance that a true pair is not linked; `false`: chance that a person of the first list who has no pair is
    linked nevertheless. Expected links are (1 - missed) m + false (first - m), solved for m. None where the rates
    leave no pair, or more pairs than persons. Refuses counts and rates that cannot be with InvalidValue.

    >>> ding_fienberg(100, 200, 50, 0.0, 0.0), ding_fienberg(100, 200, 50, 0.5, 0.0)
    (400.0, 200.0)
    >>> ding_fienberg(100, 200, 5, 0.0, 0.05) is None
    True
    """
    if not 0 <= linked <= min(first, second) or min(first, second) < 1:
        raise InvalidValue(field="linked", value=linked, why="two lists with somebody, and no more links than persons")
    _share("missed", missed)
    _share("false", false)
    if 1 - missed <= false:
        raise InvalidValue(field="false", value=false, why="below the chance that a true pair is linked")
    pairs = (linked - false * first) / (1 - missed - false)
    return first * second / pairs if 0 < pairs <= min(first, second) else None


def correct_histories(histories: Histories, missed: float, false: float) -> Corrected:
    """Undo slips of linkage in expectation: first part persons falsely joined, then join those who were missed.

    `false`: share of persons in two lists or more who are two, one list of theirs, each as likely, being another
    person's; `missed`: share of true persons in two lists or more of whom one list, each as likely, was not joined. For
    two lists this is Ding and Fienberg's correction. Refuses shares that cannot be with InvalidValue.

    >>> from whitestone.casualties.recapture import read_histories
    >>> correct_histories(read_histories(["A", "B"], {"11": 40, "10": 60, "01": 60}), 0.2, 0.0).counts
    {'01': 50.0, '10': 50.0, '11': 50.0}
    >>> correct_histories(read_histories(["A", "B"], {"11": 40}), 0.2, 0.0).why_not
    'at these rates fewer than no person would stand in list B only'
    """
    _share("missed", missed)
    _share("false", false)
    words = sorted(histories.counts)
    counts = np.array([histories.counts[word] for word in words], float)
    parted = _slips(words, false) @ counts
    joined = np.linalg.solve(_slips(words, missed), parted)
    if (joined < -1e-9).any():
        word = words[int(np.argmin(joined))]
        named = " and ".join(name for name, letter in zip(histories.lists, word, strict=True) if letter == "1")
        return Corrected(counts=None, why_not=f"at these rates fewer than no person would stand in list {named} only")
    return Corrected(counts={word: round(max(0.0, float(value)), 9) for word, value in zip(words, joined, strict=True)})


def sensitivity(histories: Histories, criterion: str = "aic", *, missed: tuple[float, ...] = MISSED_SHARES,
                false: tuple[float, ...] = FALSE_SHARES) -> list[dict[str, Any]]:
    """Estimate again under rates of missed and false links: a row for each pair of rates, with persons or the reason.

    Counts are rounded to whole persons before they are estimated; the interval of each row is left out, since the
    rates are assumed. Refuses shares that cannot be with InvalidValue.

    >>> from whitestone.casualties.recapture import read_histories
    >>> lists = read_histories(["A", "B"], {"11": 40, "10": 60, "01": 60})
    >>> [(row["missed_links"], round(row["persons"])) for row in sensitivity(lists, missed=(0.0, 0.1), false=(0.0,))]
    [(0.0, 248), (0.1, 226)]
    >>> sensitivity(read_histories(["A"], {}), missed=(0.0,), false=(0.0,))[0]["why_not"]
    'No person stands in any of these lists.'
    """
    rows = []
    for one, other in itertools.product(missed, false):
        corrected = correct_histories(histories, one, other)
        persons, why_not = None, corrected.why_not
        if corrected.counts is not None:
            persons, why_not = _persons(histories, corrected.counts, criterion)
        rows.append({"missed_links": one, "false_links": other, "persons": persons, "why_not": why_not})
    return rows


def _persons(histories: Histories, counts: dict[str, float], criterion: str) -> tuple[float | None, str | None]:
    whole = Histories(histories.lists, {word: round(count) for word, count in counts.items()})
    why_not = refusal(whole)
    if why_not is not None:
        return None, why_not
    if len(whole.lists) == 2:
        return chapman(whole.in_all(0), whole.in_all(1), whole.in_all(0, 1)).persons, None
    found = fit_models(whole, criterion=criterion).averaged
    return (None, "no model can be estimated") if found is None else (found.persons, None)


def _slips(words: list[str], share: float) -> Array:
    """Make the matrix that takes true histories to those after a share of persons lost one list to a person apart."""
    place = {word: at for at, word in enumerate(words)}
    matrix = np.zeros((len(words), len(words)))
    for word, at in place.items():
        ones = [index for index, letter in enumerate(word) if letter == "1"]
        matrix[at, at] += 1 - share if len(ones) > 1 else 1
        for index in ones if len(ones) > 1 else ():
            alone = "".join("1" if other == index else "0" for other in range(len(word)))
            rest = word[:index] + "0" + word[index + 1:]
            matrix[place[alone], at] += share / len(ones)
            matrix[place[rest], at] += share / len(ones)
    return matrix


def _share(field: str, value: float) -> None:
    if not 0 <= value < 1:
        raise InvalidValue(field=field, value=value, why="from 0 to below 1")
