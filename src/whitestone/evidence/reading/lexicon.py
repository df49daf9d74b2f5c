"""Which words mean what, language by language, as a person wrote them down?

One TOML per language in `languages/`. Phrases are written as they are read; a star at the end of a word stands for
any ending, and a lone "_" for any one word. The engine knows kinds and codes only, never words.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple, get_origin, get_type_hints

from whitestone.evidence.reading.tokens import Token, fold, tokens_of

__all__ = ["LANGUAGES", "Lexicon", "Mark", "lexicon"]

LANGUAGES = ("en", "fr", "es", "ru", "uk", "az", "hy", "bs")
"""Languages with a word list, in the order in which ties are decided."""


class Mark(NamedTuple):
    """What the words `tokens[first:last]` mean."""

    kind: str
    code: str
    first: int
    last: int
    value: float = 0.0


class _Phrase(NamedTuple):
    words: tuple[tuple[str, bool], ...]
    kind: str
    code: str
    value: float


class _Lists:
    """What the file of a language lists, named as it is there: sets of words, endings, and ways of its grammar."""

    joiners: frozenset[str]
    name_joiners: frozenset[str]
    adverbs: frozenset[str]
    restrictive: frozenset[str]
    articles: frozenset[str]
    definite: frozenset[str]
    auxiliaries: frozenset[str]
    aside_words: frozenset[str]
    dated_by: frozenset[str]
    day_signs: frozenset[str]
    day_endings: frozenset[str]
    month_links: frozenset[str]
    month_words: frozenset[str]
    month_cases: tuple[str, ...]
    year_parts: frozenset[str]
    restrictable: frozenset[str]
    possessives: frozenset[str]
    one_links: frozenset[str]
    own_verbs: frozenset[str]
    listener_verbs: frozenset[str]
    reported_endings: tuple[str, ...]
    takes: frozenset[str]
    of_them_endings: frozenset[str]
    future_endings: tuple[str, ...]
    more_words: frozenset[str]
    passive_links: frozenset[str]
    of_report: frozenset[str]
    infinitives: tuple[str, ...]
    inflects: bool = False
    noun_links: frozenset[str]
    be_links: frozenset[str]
    clause_words: frozenset[str]
    dative_endings: tuple[str, ...]
    relatives: frozenset[str]
    contrasts: frozenset[str]
    place_endings: tuple[str, ...]
    since_endings: tuple[str, ...]
    point_parts: bool = False
    outcome_last: bool = False
    bare_millions: bool = True
    month_capitals: bool = False
    verb_final: bool = False
    suffix_dash: bool = False
    that_words: frozenset[str]

    def __init__(self, data: Mapping[str, Any]) -> None:
        for name, kind in get_type_hints(_Lists).items():
            if kind is bool:
                setattr(self, name, bool(data.get(name, getattr(_Lists, name))))
            else:
                setattr(self, name, (get_origin(kind) or kind)(fold(word) for word in data.get(name, ())))


class Lexicon(_Lists):
    """The words of one language, ready to be found in a row of tokens."""

    def __init__(self, code: str, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.code = code
        self.decimal = str(data.get("decimal", "."))
        self.common = frozenset(fold(word) for word in str(data.get("common", "")).split())
        self.clauses_behind = self.clause_words | self.relatives | self.that_words
        self._exact: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[_Phrase]] = {}
        for phrase in _phrases(data):
            word, is_stem = phrase.words[0]
            (self._stems if is_stem else self._exact).setdefault(word, []).append(phrase)
        self._seen: dict[str, tuple[_Phrase, ...]] = {}
        for name in _weekdays(code, data):
            self._exact.setdefault(name, []).append(_Phrase(((name, False),), "weekday", "day", 0.0))
        for index, names in enumerate(_months(code, data, self.inflects)):
            for name, is_stem in names:
                made = _Phrase(((name, is_stem),), "month", str(index + 1), index + 1)
                (self._stems if is_stem else self._exact).setdefault(name, []).append(made)
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def marks(self, tokens: Sequence[Token]) -> list[Mark]:
        """Find every phrase in the tokens; within a kind the longest that starts first stands.

        Shape: marks in the order of their first token. A month or a person is never read out of part of a word.
        """
        found: list[Mark] = []
        until: dict[str, int] = {}
        for at, token in enumerate(tokens):
            best: dict[str, Mark] = {}
            for phrase in self._starting(token.low):
                if until.get(phrase.kind, -1) > at:
                    continue
                last = _ends(phrase, tokens, at, self.adverbs)
                if last and (phrase.kind not in best or last > best[phrase.kind].last):
                    best[phrase.kind] = Mark(phrase.kind, phrase.code, at, last, phrase.value)
            for mark in best.values():
                until[mark.kind] = mark.last
                found.append(mark)
        return found

    def knows(self, low: str) -> bool:
        """Say whether a folded word is a word of the lists: then its capital letter does not make it a name."""
        return low in self.common or bool(self._starting(low))

    def _starting(self, low: str) -> tuple[_Phrase, ...]:
        known = self._seen.get(low)
        if known is None:
            found = list(self._exact.get(low, ()))
            for length in self._stem_lengths:
                if length <= len(low):
                    found += self._stems.get(low[:length], ())
            known = self._seen[low] = tuple(found)
            if len(self._seen) > 200_000:
                self._seen.clear()
        return known


@functools.cache
def lexicon(code: str) -> Lexicon:
    """Load the word list of a language; one without a list reads as an empty list, so that nothing is proposed.

    >>> lexicon("en").code, lexicon("xx").marks([])
    ('en', [])
    """
    if code not in LANGUAGES:
        return Lexicon(code, {})
    folder = resources.files(__package__) / "languages"
    return Lexicon(code, tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8")))


def _ends(phrase: _Phrase, tokens: Sequence[Token], at: int, adverbs: frozenset[str]) -> int:
    """Say where a phrase that begins at a token ends, one adverb within it passed over; 0 where it is not there."""
    words, step, passed = phrase.words, at + 1, False
    if at + len(words) > len(tokens):
        return 0
    for word, is_stem in words[1:]:
        low = tokens[step].low if step < len(tokens) else ""
        if not passed and low in adverbs and low != word and step + 1 < len(tokens):
            low, step, passed = tokens[step + 1].low, step + 1, True
        fits = low.isalpha() if word == "_" else low.startswith(word) if is_stem else low == word
        if not fits:
            return 0
        step += 1
    return step


def _phrases(data: Mapping[str, Any]) -> Iterator[_Phrase]:
    """Give the phrases of a file; those that say how a number is meant ("not more than") negate nothing."""
    for phrases in data.get("marks", {}).get("before", {}).values():
        for phrase in phrases:
            yield _Phrase(_words(phrase), "no", "ordinary", 0.0)
    for kind, codes in data.get("marks", {}).items():
        for code, phrases in codes.items():
            for phrase in phrases:
                yield _Phrase(_words(phrase), kind, code, 0.0)
    for kind in ("words", "scales", "vague"):
        for phrase, value in data.get("numbers", {}).get(kind, {}).items():
            yield _Phrase(_words(phrase), f"number_{kind}", kind, float(value))


def _words(phrase: str) -> tuple[tuple[str, bool], ...]:
    parts: list[tuple[str, bool]] = []
    for token in tokens_of(phrase):
        if token.text == "*" and parts:
            parts[-1] = (parts[-1][0], True)
        else:
            parts.append((token.low, False))
    return tuple(parts)


def _weekdays(code: str, data: Mapping[str, Any]) -> set[str]:
    if not code or not data:
        return set()
    from babel.dates import get_day_names

    return {fold(str(name)) for name in get_day_names("wide", "format", code).values()}


def _months(code: str, data: Mapping[str, Any], inflects: bool) -> list[set[tuple[str, bool]]]:
    if not code or not data:
        return []
    from babel.dates import get_month_names

    found: list[set[tuple[str, bool]]] = [set() for _ in range(12)]
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, "format", code).items():
            low = fold(str(name)).rstrip(".")
            is_stem = inflects and width == "wide" and len(low) > 4
            found[number - 1].add((low[:-1] if is_stem else low, is_stem))
    for number, names in data.get("months", {}).items():
        found[int(number) - 1] |= {(fold(name.rstrip("*")), name.endswith("*")) for name in names}
    return found
