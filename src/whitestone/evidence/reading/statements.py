"""What does a sentence claim without a number: a producer, a responsibility, a duty, maps given or kept back?"""

from __future__ import annotations

from typing import NamedTuple

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.naming import agent_of, name_after, name_before, written
from whitestone.evidence.reading.sentence import Sentence

__all__ = ["Stated", "statements_in"]


class Stated(NamedTuple):
    """One statement without a quantity."""

    subject: str
    about: str | None
    anchor: Mark
    instruments: tuple[str, ...] = ()


def statements_in(text: str, sentence: Sentence, *, on_mines: bool, has_records: bool) -> list[Stated]:
    """List the statements of a sentence, at most one of each subject.

    `on_mines`: the sentence or what stands around it is about mines; without it only duties of the mine treaties
    count. `has_records`: a number of records is claimed already.
    """
    if sentence.of("no", "denied", "if"):
        return []
    found = [_duty(text, sentence, on_mines)]
    if on_mines:
        found += [_producer(text, sentence), _responsibility(text, sentence)]
        found += [] if has_records else [_transfer(text, sentence)]
    return [stated for stated in found if stated is not None]


def _unsaid(sentence: Sentence, mark: Mark, *codes: str) -> bool:
    """Say whether a word of negation or supposition stands before a mark in its clause."""
    for other in sentence.of("no", *codes):
        first, last = (other.last, mark.first) if other.last <= mark.first else (mark.last, other.first)
        if other.first >= mark.first and other.last <= mark.last:
            continue
        if last - first <= 8 and not any(sentence.tokens[at].text in ",;:" for at in range(first, last)) \
                and (other.last <= mark.first or last - first <= 2):  # fmt: skip
            return True
    return False


def _producer(text: str, sentence: Sentence) -> Stated | None:
    for mark in sentence.of("statement", "producer", "made"):
        if _unsaid(sentence, mark, "not", "maybe"):
            continue
        if mark.code == "made" and not _things_before(sentence, mark):
            continue
        run = name_after(sentence, mark.last, 9 if mark.code == "made" else 30)
        if run is None and mark.code == "producer":
            run = name_before(sentence, mark.first, 6)
        if run is not None:
            return Stated("producer", written(text, sentence, *run), mark)
        if mark.code == "made" and sentence.at("maker", mark.last) is not None:
            maker = sentence.at("maker", mark.last)
            assert maker is not None
            return Stated("producer", written(text, sentence, maker.first, maker.last), mark)
    return None


def _things_before(sentence: Sentence, mark: Mark) -> bool:
    return any(unit.last <= mark.first and sentence.gap(unit.last, mark.first) <= 5
               for unit in sentence.of("unit", "mines", "items"))  # fmt: skip


def _responsibility(text: str, sentence: Sentence) -> Stated | None:
    for mark in sentence.of("statement", "responsibility"):
        if _unsaid(sentence, mark, "not", "maybe"):
            continue
        run = name_before(sentence, mark.first, 30) or name_after(sentence, mark.last, 5)
        if run is None:
            run = next(iter(sentence.names), None)
        if run is not None:
            return Stated("responsibility", written(text, sentence, *run), mark)
    return None


def _duty(text: str, sentence: Sentence, on_mines: bool) -> Stated | None:
    named = sentence.of("instrument")
    strong = [mark for mark in named if mark.code == "own"]
    if not named or (not on_mines and not strong):
        return None
    for mark in sentence.of("duty"):
        if _unsaid(sentence, mark, "maybe") or (mark.code == "joined" and _unsaid(sentence, mark, "not")):
            continue
        near = [name for name in named if abs(name.first - mark.first) <= 40]
        weak = all(name.code == "weak" for name in near)
        if not near or (weak and mark.code != "breach"):
            continue
        run = name_before(sentence, mark.first, 30) or next(
            (run for run in sentence.names if not any(name.first <= run[0] < name.last for name in named)), None)  # fmt: skip
        if run is not None and any(name.first <= run[0] < name.last for name in named):
            run = None
        words = tuple(written(text, sentence, name.first, name.last) for name in near)
        return Stated("obligation", written(text, sentence, *run) if run else None, mark, words)
    return None


def _transfer(text: str, sentence: Sentence) -> Stated | None:
    for mark in sentence.of("action", "withheld", "given"):
        if _unsaid(sentence, mark, "not", "maybe") and mark.code == "given":
            continue
        if _unsaid(sentence, mark, "maybe"):
            continue
        near = [word for word in sentence.of("statement", "information")
                if 0 <= word.first - mark.last <= 10 or 0 <= mark.first - word.last <= 8]  # fmt: skip
        if near and sentence.of("context", "record"):
            agent = agent_of(text, sentence, mark, None) or _first_name(text, sentence)
            return Stated("records", agent, mark)
    return None


def _first_name(text: str, sentence: Sentence) -> str | None:
    run = next((run for run in sentence.names if not any(
        mark.last in (run[0], run[0] - 1) for mark in sentence.of("place", "in", "of"))), None)  # fmt: skip
    return written(text, sentence, *run) if run else None
