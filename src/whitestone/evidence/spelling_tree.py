"""Where in a text does a spelling of the catalogue stand, and how much does that spelling prove by itself?

Each spelling is a path of runs (letters, digits); between two runs stands what writers put there: nothing, a dash of
any kind, a space, a dot or a slash. The walk costs one dictionary look-up for each run of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec

from whitestone.domain.catalogue import Catalogue, OrdnanceType, latin_runs, runs_of

__all__ = ["ALONE", "GOVERNED", "NEAR", "Hit", "SpellingTree"]

ALONE, NEAR, GOVERNED = "alone", "near", "governed"
"""What a spelling needs: nothing; an ordnance word nearby; one that governs it."""

_RUN = re.compile(r"[^\W\d_]+|\d+")
_DASHES = "\\-\u2010-\u2015\u2212\u00ad"
_SPACE = "[ \t\u00a0\u2007\u2009\u202f]"
_ONE_SPACE = f"(?:{_SPACE}{{1,2}}|{_SPACE}?\n{_SPACE}?)"
_DASHED = f"(?:[{_DASHES}]\n?{_SPACE}?|{_SPACE}[{_DASHES}])"
_TIGHT = re.compile(f"(?:{_DASHED}|[./'’]|)")
_LOOSE = re.compile(f"(?:{_DASHED}|{_ONE_SPACE}|[./'’]{_SPACE}?|)")
_NUMBERS = re.compile(f"(?:[{_DASHES}.,/])")
_WORDY = re.compile(r"(?i)\b(?:mines?|bombs?|grenades?|granada|rocket|cohete|roquette|submunition|bomblet|DPICM|RAAMS?|"
                    r"projectile|proyectil|shell|round|cartridge|ammunition|devices?|IED|\w{2,3}IED|мина|снаряд|патрон|"
                    r"obus|missile|ракета|граната|mina)\b")  # fmt: skip
_END: str = ""
_PLURAL = re.compile(r"['’]?s(?![^\W_])")


class Hit(msgspec.Struct, frozen=True):
    """A spelling in a text, before it is weighed; `id` None for what only looks like a designation."""

    id: str | None
    start: int
    end: int
    needs: str
    stem: str = ""
    """The letters before the number, where a series may go on (`MON` of MON-50)."""
    is_series: bool = False


class _Leaf(msgspec.Struct, frozen=True):
    id: str
    needs: str
    letters: int
    is_phrase: bool


class SpellingTree:
    """All spellings of a catalogue as one tree of runs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._root: dict[str, Any] = {}
        for row in catalogue.values():
            for spelling in row.written:
                if catalogue.spelled[runs_of(spelling)] == row.id:
                    self._add(row, spelling)

    def _add(self, row: OrdnanceType, spelling: str) -> None:
        """Grow the path of a spelling; each step has the next run and whether a space may stand before it."""
        text = unicodedata.normalize("NFKC", spelling)
        node, end = self._root, 0
        for match in _RUN.finditer(text):
            gap = text[end:match.start()] if end else ""
            step = ("_" if " " in gap else "") + match.group().casefold()
            node, end = node.setdefault(step, {}), match.end()
        node[_END] = _leaf(row, text)

    def id_of(self, text: str) -> str | None:
        """Return the id of the row that has a spelling; None where none has."""
        runs = runs_of(text)
        return self._catalogue.spelled.get(runs) or self._catalogue.spelled.get(latin_runs(runs))

    def hits(self, text: str) -> Iterator[Hit]:
        """Give the longest spelling at each place, from left to right; of two that overlap the earlier is right.

        >>> from whitestone.domain.catalogue import core_catalogue
        >>> [(hit.id, hit.start, hit.end) for hit in SpellingTree(core_catalogue()).hits("a POMZ-2M, a PMN 2")]
        [('pomz-2m', 2, 9), ('pmn-2', 13, 18)]
        >>> list(SpellingTree(core_catalogue()).hits(""))
        []
        """
        root = self._root
        for match in _RUN.finditer(text):
            word = match.group()
            branch = root.get(word.casefold())
            other = root.get(latin_runs((word.casefold(),))[0]) if not word.isascii() else None
            for node in (branch, other):
                if node is not None and (hit := self._longest(text, match, node)):
                    yield hit
                    break

    def _longest(self, text: str, first: re.Match[str], node: dict[str, Any]) -> Hit | None:
        start = first.start()
        if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            return None
        best, run, steps = None, first, node
        while True:
            if (leaf := steps.get(_END)) is not None and _ends(text, run.end()):
                best = (leaf, run.end())
            step = _step(text, run, steps)
            if step is None:
                break
            run, steps = step
        return _hit(text, start, *best) if best else None


def _step(text: str, run: re.Match[str], steps: dict[str, Any]) -> tuple[re.Match[str], dict[str, Any]] | None:
    """Go on to the next run of the text where the tree has it and the gap between may stand there."""
    following = _RUN.search(text, run.end(), run.end() + 64)
    if following is None or following.start() - run.end() > 4:
        return None
    whole = _RUN.match(text, following.start())
    if whole is None:
        return None
    word, gap = whole.group().casefold(), text[run.end():whole.start()]
    for key in (word, *({latin_runs((word,))[0]} - {word})):
        spaced, tight = steps.get("_" + key), steps.get(key)
        if spaced is not None and _LOOSE.fullmatch(gap):
            return whole, spaced
        if tight is None:
            continue
        numbers = run.group()[-1].isdigit(), word[0].isdigit()
        allowed = _NUMBERS if all(numbers) else _TIGHT if numbers[0] else _LOOSE
        if allowed.fullmatch(gap):
            return whole, tight
    return None


def _ends(text: str, end: int) -> bool:
    """Say whether a designation may end here: no sign of it goes on, but for an English plural."""
    if end >= len(text):
        return True
    sign = text[end]
    if sign.isalnum() or sign == "_":
        return _PLURAL.match(text, end) is not None
    # 2.5 after 2, and MON-50-1 after MON-50, are other designations.
    return not (text[end - 1].isdigit() and sign in ".,-" and text[end + 1:end + 2].isdigit())


def _leaf(row: OrdnanceType, spelling: str) -> _Leaf:
    letters, digits = sum(map(str.isalpha, spelling)), sum(map(str.isdigit, spelling))
    if _WORDY.search(spelling) or spelling.endswith("IED"):
        return _Leaf(row.id, ALONE, letters, is_phrase=True)
    if row.is_ambiguous or not digits or letters < 2:
        needs = GOVERNED
    elif letters >= 3 or (spelling[0].isdigit() and letters + digits >= 5):
        needs = ALONE
    else:
        needs = NEAR
    return _Leaf(row.id, needs, letters, is_phrase=False)


def _hit(text: str, start: int, leaf: _Leaf, end: int) -> Hit:
    written = text[start:end]
    needs = leaf.needs
    if not leaf.is_phrase and needs != GOVERNED and not _is_upper(written):
        # "pmn-2" is the designation, "mon 50" may be any word with any number after it.
        needs = NEAR if leaf.letters >= 3 and " " not in written and "\n" not in written else GOVERNED
    stem = re.match(r"[^\W\d_]+(?=\W{0,2}\d)", written)
    return Hit(leaf.id, start, end, needs, stem.group() if stem and not leaf.is_phrase else "")


def _is_upper(written: str) -> bool:
    """Say whether a designation is written as one: its first word all in capitals, or a name with a capital."""
    first = _RUN.findall(written)[0]
    return not first.isalpha() or first.isupper() or (len(first) > 4 and first[0].isupper())
