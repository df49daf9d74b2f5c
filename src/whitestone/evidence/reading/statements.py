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
        if sentence.gap(first, last) <= 8 and not any(sentence.tokens[at].text in ",;:" for at in range(first, last)) \
                and (other.last <= mark.first or sentence.gap(first, last) <= 2):  # fmt: skip
            return True
    return False


def _producer(text: str, sentence: Sentence) -> Stated | None:
    for mark in sentence.of("statement", "producer", "made"):
        if _unsaid(sentence, mark, "not", "maybe", "must"):
            continue
        if mark.code == "made" and not _things_before(sentence, mark):
            continue
        maker = sentence.at("maker", mark.last)
        named = name_after(sentence, maker.last, 1) if maker is not None else None
        if named is not None:  # "made by the company X": the name says more than its kind
            return Stated("producer", written(text, sentence, *named), mark)
        if mark.code == "made" and maker is not None:
            return Stated("producer", written(text, sentence, maker.first, maker.last), mark)
        run = _maker(sentence, mark)
        if run is not None:
            return Stated("producer", written(text, sentence, *run), mark)
    return None


def _maker(sentence: Sentence, mark: Mark) -> tuple[int, int] | None:
    """Find the maker: the first name after the words that is no place, with its kind ("the X company Y")."""
    within = 4 if mark.code == "made" else 30
    for first, last in sentence.names:
        led = any(place.last in (first, first - 1) for place in sentence.of("place", "in", "of"))
        if first < mark.last or (led and mark.code == "producer"):
            continue
        if sentence.gap(mark.last, first) > within or any(
                sentence.covers("outcome", at) is not None for at in range(mark.last, first)):  # fmt: skip
            break
        if sentence.at("firm", last) is not None and sentence.name_at(last + 1) is not None:
            return first, (sentence.name_at(last + 1) or (first, last))[1]
        return first, last
    if mark.code == "made" and not sentence.words.verb_final:
        return None
    return name_before(sentence, mark.first, 6 if mark.code == "producer" else 3 if sentence.words.verb_final else 1)


def _things_before(sentence: Sentence, mark: Mark) -> bool:
    before = sentence.low(mark.first - 1)
    within = 14 if before in sentence.words.be_links or before in sentence.words.common else 5
    if any(at < mark.first and sentence.gap(at, mark.first) <= within for at in sentence.types):
        return True
    return any(unit.last <= mark.first and sentence.gap(unit.last, mark.first) <= within
               for unit in sentence.of("unit", "mines", "items"))  # fmt: skip


def _responsibility(text: str, sentence: Sentence) -> Stated | None:
    for mark in sentence.of("statement", "responsibility"):
        if _unsaid(sentence, mark, "not", "maybe", "must"):
            continue
        party = _party(text, sentence, mark, []) or _pronoun_before(text, sentence, mark)
        if party is not None:
            return Stated("responsibility", party, mark)
    return None


def _pronoun_before(text: str, sentence: Sentence, mark: Mark) -> str | None:
    """Keep "it" and "they" right before a statement as written: who they are stands elsewhere."""
    said = next((word for word in sentence.of("say", "pronoun") if 0 <= mark.first - word.last <= 1), None)
    return written(text, sentence, said.first, said.last) if said is not None else None


def _duty(text: str, sentence: Sentence, on_mines: bool) -> Stated | None:
    named = sentence.of("instrument")
    strong = [mark for mark in named if mark.code == "own"]
    if not named or (not on_mines and not strong):
        return None
    for mark in sentence.of("duty"):
        doubt = mark.code != "duty" and _unsaid(sentence, mark, "maybe", "must")  # "must comply" names a duty too
        if doubt or (mark.code == "joined" and _unsaid(sentence, mark, "not")):
            continue
        near = [name for name in named if sentence.gap(*sorted((name.first, mark.first))) <= 40]
        weak = all(name.code == "weak" for name in near)
        if not near or (weak and mark.code != "breach"):
            continue
        words = tuple(written(text, sentence, name.first, name.last) for name in near)
        return Stated("obligation", _party(text, sentence, mark, named), mark, words)
    return None


def _party(text: str, sentence: Sentence, mark: Mark, named: list[Mark]) -> str | None:
    """Name the party: the name before the words, else one after them, else one that a word of belonging leads in.

    Names within the titles of agreements are no parties.
    """
    runs = [run for run in sentence.names if not any(name.first < run[1] and run[0] < name.last for name in named)
            and all(sentence.covers(kind, run[0]) is None for kind in ("skip_before", "duty", "no_party"))]  # fmt: skip
    led = [run for run in runs if run[0] and any(place.last in (run[0], run[0] - 1)
                                                 for place in sentence.of("place", "in", "of"))]  # fmt: skip
    free = [run for run in runs if run not in led]
    before = [run for run in free if run[1] <= mark.first]
    behind = [run for run in led if run[1] <= mark.first]
    chosen = before[-1:] or free[:1] or behind[-1:] or led[:1]
    if chosen and sentence.is_doubtful(chosen[0]):
        chosen = [run for run in runs if run != chosen[0]][:1] or chosen
    return written(text, sentence, *chosen[0]) if chosen else None


def _transfer(text: str, sentence: Sentence) -> Stated | None:
    for mark in sentence.of("action", "withheld", "given"):
        if _unsaid(sentence, mark, "maybe", "must"):  # "has never given" is a claim too: that they were kept back
            continue
        near = [word for word in sentence.of("statement", "information")
                if (word.first >= mark.last and sentence.gap(mark.last, word.first) <= 10)
                or (word.last <= mark.first and sentence.gap(word.last, mark.first) <= 8)]  # fmt: skip
        is_of_mines = sentence.of("context", "mine") or (
            mark.code == "withheld" and sentence.on_mines and sentence.of("unit", "records"))
        if near and is_of_mines:
            agent = agent_of(text, sentence, mark, None)
            if agent is None and mark.code == "given" and any(mark.last == word.first for word in near):
                continue  # "the maps provided" are spoken of, and that they were is not what is said
            receives = sentence.covers("receives", mark.first) is not None
            agent = agent or (None if receives else _first_name(text, sentence))
            if agent is None and not sentence.of("context", "mine"):
                continue
            return Stated("records", agent, mark)
    return None


def _first_name(text: str, sentence: Sentence) -> str | None:
    runs = [run for run in sentence.names if not any(
        mark.last in (run[0], run[0] - 1) for mark in sentence.of("place", "in", "of"))]  # fmt: skip
    run = next((run for run in runs if not sentence.is_doubtful(run)), runs[0] if runs else None)
    return written(text, sentence, *run) if run else None
