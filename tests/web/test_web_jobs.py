"""Does a page get the answer to its own question, at once or when it asks again, and never that of another?"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from whitestone.web.jobs import _KEPT, Jobs


class Ledger:
    """Something that a key tells by its place in memory, as the ledger page does."""

    def __init__(self, figure: int) -> None:
        self.figure = figure


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_a_key_by_place_in_memory_never_comes_to_mean_something_else(jobs: Jobs) -> None:
    gc.freeze()  # what other tests have left is not looked through each time
    try:
        for figure in range(_KEPT - 1):
            ledger = Ledger(figure)
            assert jobs.answer(("behind", id(ledger)), lambda of=ledger: of.figure, patience_s=5) == (True, figure)
            del ledger
            gc.collect()
    finally:
        gc.unfreeze()


def test_what_is_not_there_yet_is_there_when_it_is_asked_again_and_computed_once(jobs: Jobs) -> None:
    may_go, calls = threading.Event(), []

    def compute() -> str:
        calls.append(1)
        may_go.wait(10)
        return "there"

    assert jobs.answer("slow", compute, patience_s=0.01) == (False, None)
    may_go.set()
    assert jobs.answer("slow", compute, patience_s=10) == (True, "there")
    assert calls == [1]


@pytest.mark.parametrize("failure", [ValueError("busy"), TimeoutError("the server did not answer")])
def test_what_failed_is_told_and_tried_again_when_it_is_asked_again(jobs: Jobs, failure: Exception) -> None:
    outcomes: list[Exception | str] = [failure, "there"]

    def compute() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(type(failure), match=str(failure)):
        jobs.answer("figure", compute, patience_s=5)
    assert jobs.answer("figure", compute, patience_s=5) == (True, "there")


def test_the_last_answers_are_kept_and_no_more(jobs: Jobs) -> None:
    for number in range(_KEPT + 5):
        jobs.answer(number, lambda of=number: of, patience_s=5)
    assert jobs.answer(0, lambda: "computed anew", patience_s=5) == (True, "computed anew")
    assert jobs.answer(_KEPT + 4, lambda: "computed anew", patience_s=5) == (True, _KEPT + 4)
