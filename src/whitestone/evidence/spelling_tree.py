"""Where in a text does a spelling of the catalogue stand, and how much does that spelling prove by itself?

Each spelling is a path of runs (letters, digits); between two runs stands what writers put there: nothing, a dash of
any kind, a space, a dot or a slash. The walk costs one dictionary look-up for each run of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

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
_DECIMAL = re.compile(r"[.,]\d")
_LONGER = re.compile(f"[{_DASHES}](?:\\d|[^\\W\\d_](?![^\\W_]))")
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
    first: str = ""
    """The first run with its capitals, as the catalogue has it."""


class _Node:
    """A place on the paths: the runs that go on from here, the spelling that ends here, may a space stand before it?"""

    __slots__ = ("following", "is_spaced", "leaf")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.leaf: _Leaf | None = None
        self.is_spaced = False


class SpellingTree:
    """All spellings of a catalogue as one tree of runs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._root = _Node()
        for row in catalogue.values():
            for spelling in row.written:
                if catalogue.spelled[runs_of(spelling)] == row.id:
                    self._add(row, unicodedata.normalize("NFKC", spelling))

    def _add(self, row: OrdnanceType, spelling: str) -> None:
        node, end = self._root, 0
        for match in _RUN.finditer(spelling):
            node = node.following.setdefault(match.group().casefold(), _Node())
            node.is_spaced = node.is_spaced or " " in spelling[end:match.start()]
            end = match.end()
        if node.leaf is None or node.leaf.needs != ALONE:
            node.leaf = _leaf(row, spelling)

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
        root = self._root.following
        for match in _RUN.finditer(text):
            word = match.group().casefold()
            for key in _keys(word, 4):
                node = root.get(key)
                if node is not None and (hit := _longest(text, match, node, _end(match, key))) is not None:
                    yield hit
                    break


def _keys(word: str, plural_from: int) -> tuple[str, ...]:
    """Give the ways to look a run up: as it is, carried over into Latin, without an English plural."""
    if word.isascii():
        return (word, word[:-1]) if word[-1] == "s" and len(word) >= plural_from else (word,)
    return (word, *latin_runs((word,)))


def _end(run: re.Match[str], key: str) -> int:
    """Return where a run ends as a part of a designation: before the `s` of an English plural."""
    return run.end() - (run.group().casefold() == f"{key}s")


def _longest(text: str, first: re.Match[str], node: _Node, end: int) -> Hit | None:
    start = first.start()
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return None
    best: tuple[_Leaf, int] | None = None
    run: re.Match[str] | None = first
    while run is not None:
        if node.leaf is not None and _ends(text, end):
            best = (node.leaf, end)
        run, node, end = _step(text, run, node)
    return _hit(text, start, *best) if best else None


def _step(text: str, run: re.Match[str], node: _Node) -> tuple[re.Match[str] | None, _Node, int]:
    """Go on to the next run of the text where the tree has it and the gap between may stand there."""
    near = _RUN.search(text, run.end(), run.end() + 5) if node.following else None
    whole = _RUN.match(text, near.start()) if near else None
    if whole is None:
        return None, node, 0
    word, gap = whole.group().casefold(), text[run.end():whole.start()]
    for key in _keys(word, 2):
        following = node.following.get(key)
        if following is not None and _gap_of(run.group(), word, following).fullmatch(gap):
            return whole, following, _end(whole, key)
    return None, node, 0


def _gap_of(before: str, after: str, node: _Node) -> re.Pattern[str]:
    """Choose what may stand between two runs: a space after a number only where the spelling itself has one."""
    if before[-1].isdigit() and not node.is_spaced:
        return _NUMBERS if after[0].isdigit() else _TIGHT
    return _LOOSE


def _ends(text: str, end: int) -> bool:
    """Say whether a designation may end here: no sign of it goes on, but for an English plural."""
    if end >= len(text):
        return True
    sign = text[end]
    if sign.isalnum() or sign == "_":
        return _PLURAL.match(text, end) is not None
    # MON-50-1 after MON-50, PMN-7 and PMN-X after PMN, 2.5 after 2 are other designations; a small letter is an ending:
    # MON-50-ի, MON-100-ü, ПМН-2-х.
    longer = _LONGER.match(text, end)
    is_ending = longer is not None and longer.group()[-1].islower() and text[end - 1].upper() == text[end - 1]
    return not ((text[end - 1].isdigit() and _DECIMAL.match(text, end)) or (longer is not None and not is_ending))


def _leaf(row: OrdnanceType, spelling: str) -> _Leaf:
    letters, digits = sum(map(str.isalpha, spelling)), sum(map(str.isdigit, spelling))
    if _WORDY.search(spelling) or spelling.endswith("IED"):
        return _Leaf(row.id, ALONE, letters, is_phrase=True)
    runs = runs_of(spelling)
    if row.is_ambiguous and digits and len(runs[0]) > 2 and spelling[:3].isupper():
        needs = NEAR
    elif row.is_ambiguous or letters < 2 or len(runs) == 1:
        needs = GOVERNED
    elif not digits:
        needs = ALONE if len(runs) > 2 else NEAR
    elif letters >= 3 or (spelling[0].isdigit() and letters + digits >= 5):
        needs = ALONE
    else:
        needs = NEAR
    return _Leaf(row.id, needs, letters, is_phrase=False, first=_RUN.findall(spelling)[0])


def _hit(text: str, start: int, leaf: _Leaf, end: int) -> Hit:
    written = text[start:end]
    needs = leaf.needs
    if not leaf.is_phrase and needs != GOVERNED and not _is_upper(written, leaf.first):
        # "pmn-2" is the designation, "mon 50" may be any word with any number after it.
        needs = NEAR if leaf.letters >= 3 and " " not in written and "\n" not in written else GOVERNED
    stem = re.match(r"[^\W\d_]+(?=\W{0,2}\d)", written)
    return Hit(leaf.id, start, end, needs, stem.group() if stem and not leaf.is_phrase else "")


def _is_upper(written: str, spelled: str) -> bool:
    """Say whether a designation is written as one: as the catalogue has it, in capitals, or a name with a capital."""
    first = _RUN.findall(written)[0]
    return first == spelled or not first.isalpha() or first.isupper() or (len(first) > 4 and first[0].isupper())
