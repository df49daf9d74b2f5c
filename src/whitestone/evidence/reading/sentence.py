"""What is known of one sentence before anything is counted: its words, what they mean, and its names?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from whitestone.evidence.reading.lexicon import Lexicon, Mark
from whitestone.evidence.reading.tokens import Token

__all__ = ["Sentence"]


def _stem(low: str) -> str:
    return low[: max(4, len(low) - 2)]


def _is_latin(word: str) -> bool:
    return any("A" <= sign <= "Z" for sign in word)


class Sentence:
    """One sentence of one speaker: tokens with their marks; spans are token positions, first inclusive, last not.

    `speaker` is who says it (None: nobody is known), `fixed` that the speaker is settled by a quote around it.
    """

    def __init__(self, words: Lexicon, tokens: Sequence[Token], speaker: str | None, *, quoted: bool = False,
                 today: str | None = None) -> None:  # fmt: skip
        self.words, self.tokens, self.speaker, self.quoted, self.today = words, tokens, speaker, quoted, today
        self.marks = words.marks(tokens)
        self.on_mines = False
        self.answers = False
        self.types: frozenset[int] = frozenset()
        self.known_names: frozenset[str] = frozenset()
        self.known_lows: frozenset[str] = frozenset()
        self.by_kind: dict[str, list[Mark]] = {}
        for mark in self.marks:
            self.by_kind.setdefault(mark.kind, []).append(mark)
        self.by_kind["outcome"] = self._joined_outcomes(self.by_kind.get("outcome", []))
        if words.restrictive:
            self.by_kind["no"] = [mark for mark in self.by_kind.get("no", []) if not self._only_restricts(mark)]
        self.masked: set[int] = set()

    def of(self, kind: str, *codes: str) -> list[Mark]:
        """List the marks of a kind, of some codes only where codes are given."""
        found = self.by_kind.get(kind, [])
        return [mark for mark in found if mark.code in codes] if codes else found

    def at(self, kind: str, position: int) -> Mark | None:
        """Return the mark of a kind that begins at a token, if any."""
        return next((mark for mark in self.of(kind) if mark.first == position), None)

    def ending(self, kind: str, position: int, *codes: str) -> Mark | None:
        """Return the longest mark of a kind that ends before a token, if any."""
        found = [mark for mark in self.of(kind, *codes) if mark.last == position]
        return min(found, key=lambda mark: mark.first, default=None)

    def covers(self, kind: str, position: int) -> Mark | None:
        """Return the mark of a kind that a token lies in, if any."""
        return next((mark for mark in self.of(kind) if mark.first <= position < mark.last), None)

    def low(self, position: int) -> str:
        """Return the folded word at a position; outside the sentence an empty one."""
        return self.tokens[position].low if 0 <= position < len(self.tokens) else ""

    @cached_property
    def names(self) -> list[tuple[int, int]]:
        """Find runs of capitalised words, joined by the language's small words, that no list knows as words."""
        runs: list[tuple[int, int]] = []
        at = 0
        while at < len(self.tokens):
            if not self._names(at):
                at += 1
                continue
            last = at + 1
            while True:
                step = self._joined(last)
                if step is None:
                    break
                last = step
            runs += [] if self.at("during", last) else self._split(at, last)
            at = last
        return runs

    @cached_property
    def name_tokens(self) -> frozenset[int]:
        """Collect the positions of all tokens that belong to a name."""
        return frozenset(at for first, last in self.names for at in range(first, last))

    def name_at(self, position: int) -> tuple[int, int] | None:
        """Return the run of names that a token lies in, if any."""
        return next((run for run in self.names if run[0] <= position < run[1]), None)

    def gap(self, first: int, last: int) -> int:
        """Count the steps between two positions; a name is one step, however long, so that names can be swapped."""
        steps, at = 0, first
        while at < last:
            run = self.name_at(at)
            at = min(run[1], last) if run else at + 1
            steps += 1
        return steps

    def capital_stems(self) -> set[str]:
        """Give the beginnings of the words that a capital letter inside the sentence makes names."""
        return {_stem(token.low) for at, token in enumerate(self.tokens)
                if at and token.is_name and self.tokens[at - 1].text not in "\"“„«»”:(–—•" and self._names(at)}

    def is_doubtful(self, run: tuple[int, int]) -> bool:
        """Say whether only the beginning of the sentence makes a word a name: it is one nowhere else in the text."""
        return run[0] == 0 and run[1] == 1 and _stem(self.tokens[0].low) not in self.known_names

    def window(self, first: int, last: int, steps: int) -> tuple[int, int]:
        """Widen a span of tokens by some steps on both sides; a name is one step."""
        for _ in range(steps):
            run = self.name_at(first - 1) if first else None
            first = run[0] if run else max(first - 1, 0)
            run = self.name_at(last) if last < len(self.tokens) else None
            last = run[1] if run and run[1] > last else min(last + 1, len(self.tokens))
        return first, last

    def _joined_outcomes(self, marks: list[Mark]) -> list[Mark]:
        """Read "killed or … injured" as one, where only small words stand between the two."""
        found: list[Mark] = []
        for mark in marks:
            last = found[-1] if found else None
            if last is not None and {last.code, mark.code} == {"killed", "injured"} and mark.first - last.last <= 4:
                between = range(last.last, mark.first)
                joined = any(self.covers("either", at) for at in between)
                counts = any(self.tokens[at].text[0].isdigit() or self.tokens[at].text in ",;:()"
                             or self.covers("number_words", at) or self.covers("number_vague", at)
                             for at in between)  # fmt: skip
                follows = self.low(mark.last)[:1].isdigit() or self.covers("number_words", mark.last) is not None
                follows = follows and any(self.low(at) in self.words.joiners for at in between)  # "or" joins them
                if joined and not counts and not follows and self._is_one_subject(between):
                    found[-1] = Mark("outcome", "killed_or_injured", last.first, mark.last)
                    continue
            found.append(mark)
        return found

    def _only_restricts(self, mark: Mark) -> bool:
        """Say whether a word of negation only limits: "n'a remis que 12 cartes" are twelve maps."""
        if mark.code != "not" or self.low(mark.first) not in self.words.restrictable:
            return False
        ahead = range(mark.last, min(mark.last + 6, len(self.tokens)))
        stop = next((at for at in ahead if self.low(at) in self.words.restrictive), None)
        return stop is not None and not any(
            other.code == "not" and mark.last <= other.first < stop for other in self.by_kind.get("no", ()))

    def _is_one_subject(self, between: range) -> bool:
        """Say whether nobody new stands between two outcomes that "and" joins: "killed and his son injured" are two."""
        if not any(self.low(at) in self.words.joiners for at in between):
            return True
        return all(self.low(at) in self.words.common or self.covers("either", at) is not None for at in between)

    def _names(self, at: int) -> bool:
        token = self.tokens[at]
        if not token.text[0].isalpha() or not token.is_name or token.low in self.words.common:
            return False
        if self.at("month", at) or self.at("weekday", at):
            return False
        opens = at == 0 or self.tokens[at - 1].text in "\"“„«»”:(–—•"
        if not opens:
            return True
        follows = at + 1 < len(self.tokens) and self.tokens[at + 1].is_name and self.tokens[at + 1].text[0].isalpha()
        return follows or not self.words.knows(token.low)

    def _split(self, first: int, last: int) -> list[tuple[int, int]]:
        """Part two names that meet where a place ends in a word of its own: "Kornan Sarvan ərazisində"."""
        title = next((mark for mark in self.of("instrument") if first < mark.first < last <= mark.last), None)
        if title is not None:
            return [(first, title.first), (title.first, last)]  # "Torlandiya Ottava Konvensiyasını pozur"
        opens = first == 0 or self.ending("during", first) is not None
        meets = self.words.verb_final and opens and last - first > 1 and self.at("place_noun", last) is not None
        return [(first, last - 1), (last - 1, last)] if meets else [(first, last)]

    def _joined(self, at: int) -> int | None:
        """Say where a run of names goes on after a token that follows it; None where it ends."""
        if at >= len(self.tokens):
            return None
        if self._names(at):
            # A word in another script begins another name: «В Абхазии HALO Trust …».
            return at + 1 if _is_latin(self.tokens[at].text) == _is_latin(self.tokens[at - 1].text) else None
        small = self.tokens[at].low
        if small == "-" and at + 1 < len(self.tokens) and self.tokens[at].start == self.tokens[at - 1].end:
            return at + 2 if self._names(at + 1) or self.tokens[at + 1].text[0].isdigit() else None
        if small == "." and at and len(self.tokens[at - 1].text) <= 2 and at + 1 < len(self.tokens):
            return at + 2 if self._names(at + 1) else None
        if small == "'" and self.low(at + 1) == "s" and at + 2 < len(self.tokens) and self._names(at + 2):
            return at + 3
        if len(small) <= 2 and self.low(at + 1) == "'" and at + 2 < len(self.tokens) and self._names(at + 2):
            return at + 3
        for width in (1, 2):
            if at + width < len(self.tokens) and all(
                self.tokens[at + step].low in self.words.name_joiners for step in range(width)
            ) and self._names(at + width):
                return at + width + 1
        return None
