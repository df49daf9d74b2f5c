"""Which coded values are there, what are they called in each language, and how are foreign words understood?

Every list is data in `codes_data/*.toml`: stable code, labels by language, validity, the core code that a national
extension belongs to, and its names in other schemes (IMSMA NG, HXL, national registers). Words are understood
exactly, never by likeness: a word that nobody declared is a question for a person.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import resources
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["CODE_LISTS", "LANGUAGES", "SCHEMES", "Code", "CodeList", "code_list", "folded", "label", "lists_version"]

LANGUAGES = ("en", "es", "fr", "ru", "bs")
"""Languages that the shipped lists speak; English is complete, the others where data in them occur."""

SCHEMES = MappingProxyType({"ng": "imsma_ng", "hxl": "hxl", "co": "colombia_event"})
"""Short keys of the data files, and the names of the schemes that they stand for."""


class Code(msgspec.Struct, frozen=True):
    """One coded value: stable for ever, deprecated by `valid_to`, never deleted."""

    code: str
    labels: Mapping[str, str]
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    synonyms: tuple[str, ...] = ()
    mappings: Mapping[str, str] = {}

    def valid_on(self, day: date) -> bool:
        """Say whether the code may be used for something that was true on `day`.

        >>> Code("x", {"en": "X"}, valid_to=date(2010, 12, 31)).valid_on(date(2011, 1, 1))
        False
        >>> Code("x", {"en": "X"}).valid_on(date.min)
        True
        """
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class CodeList(msgspec.Struct, frozen=True, dict=True):
    """One list: its question, its codes in their order, the NG columns that carry it."""

    name: str
    purpose: str
    codes: Mapping[str, Code]
    ng_columns: tuple[str, ...] = ()

    def understand(self, text: str | None, language: str | None = None) -> str | None:
        """Return the code that `text` means: a code, label or synonym, whatever its case, accents and spaces.

        Never guesses: None when the word is unknown, or means two codes. With `language` the labels of that language
        decide first.

        >>> code_list("casualty_outcome").understand(" HERIDO ")
        'injured'
        >>> code_list("hazard_class").understand("haunted") is None, code_list("sex").understand("") is None
        (True, True)
        """
        if text is None:
            return None
        if text in self.codes:
            return text
        if len(text) > _LONGEST_WORD:
            return None
        word = folded(text)
        if not word:
            return None
        if language is not None:
            found = self._words(language).get(word)
            if found is not None and len(found) == 1:
                return found[0]
        found = self._words(None).get(word, ())
        return found[0] if len(found) == 1 else None

    def from_scheme(self, scheme: str, value: str) -> str | None:
        """Return the code that a named scheme writes as `value`, exactly; None when the scheme does not say.

        >>> code_list("event_type").from_scheme("colombia_event", "8")
        'suspected_minefield'
        >>> code_list("event_type").from_scheme("colombia_event", "") is None
        True
        """
        found = [code.code for code in self.codes.values() if code.mappings.get(scheme) == value]
        return found[0] if len(found) == 1 else None

    def core(self, code: str) -> str:
        """Return the core code that `code` belongs to: itself, or the top of its parents.

        >>> code_list("person_status").core("public_force"), code_list("person_status").core("civilian")
        ('military', 'civilian')
        """
        entry = self.codes[code]
        return self.core(entry.parent) if entry.parent else code

    def extended(self, codes: Mapping[str, Code]) -> CodeList:
        """Return the list with national codes added; each must be a child of a code that is there.

        Refuses a code without parent, or one that is there already, with InvalidValue: free extension is what made
        country databases incompatible with each other.

        >>> more = code_list("sex").extended({"x": Code("x", {"en": "X"}, parent="other")})
        >>> "x" in more.codes, code_list("sex").extended({}).codes == code_list("sex").codes
        (True, True)
        """
        merged = dict(self.codes)
        for name, entry in codes.items():
            if name in self.codes:
                raise InvalidValue(field=f"code list {self.name}", value=name, why="this code exists")
            if entry.parent not in merged:
                raise InvalidValue(field=f"code list {self.name}", value=name, why="its parent must be in the list")
            if not entry.labels.get("en"):
                raise InvalidValue(field=f"code list {self.name}", value=name, why="an English label is needed")
            merged[name] = entry
        return CodeList(self.name, self.purpose, MappingProxyType(merged), self.ng_columns)

    def _words(self, language: str | None) -> Mapping[str, tuple[str, ...]]:
        cache: dict[str | None, Mapping[str, tuple[str, ...]]] = self.__dict__.setdefault("cache", {})
        if language not in cache:
            cache[language] = _index(self, language)
        return cache[language]


_LONGEST_WORD = 1_000
"""Characters: no word of a list is longer, and a cell of megabytes is not folded for every list."""
_SPACE = re.compile(r"[\s_\-‐-―/]+")


def folded(text: str) -> str:
    """Fold a word for comparison: case, accents, surrounding and inner spaces, hyphens and underscores.

    >>> folded("  Anti-Personnel  MINE "), folded("Ángulo"), folded("")
    ('anti personnel mine', 'angulo', '')
    """
    plain = text.casefold()
    if not text.isascii():  # most words are, and have nothing to take apart
        plain = unicodedata.normalize("NFKD", text).casefold()
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACE.sub(" ", plain).strip()


def _index(codes: CodeList, language: str | None) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in codes.codes.values():
        if language is None:
            words = [entry.code, *entry.labels.values(), *entry.synonyms]
        else:
            words = [entry.labels[language]] if language in entry.labels else []
        for word in dict.fromkeys(folded(word) for word in words):
            found.setdefault(word, []).append(entry.code)
    return {word: tuple(hits) for word, hits in found.items()}


class _Lists(Mapping[str, CodeList]):
    """The registry, read on first use so that the command line starts without it."""

    def __getitem__(self, name: str) -> CodeList:
        return _load()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_load())

    def __len__(self) -> int:
        return len(_load())


CODE_LISTS: Mapping[str, CodeList] = _Lists()


def code_list(name: str) -> CodeList:
    """Return the list of that name; refuses an unknown one with InvalidValue.

    >>> list(code_list("release_outcome").codes)
    ['cancelled', 'reduced', 'cleared']
    """
    try:
        return CODE_LISTS[name]
    except KeyError:
        raise InvalidValue(field="code list", value=name, why="no list has this name") from None


def label(name: str, code: str, lang: str | Sequence[str] = "en", lists: Mapping[str, CodeList] = CODE_LISTS) -> str:
    """Return what a code is called in a language, else in English, else the code itself as it was stored.

    Of several languages the first one that has a label decides. `lists` are those of a programme with national codes.

    >>> label("hazard_class", "sha"), label("hazard_class", "sha", "es"), label("hazard_class", "gone")
    ('Suspected hazardous area', 'Área peligrosa sospechosa', 'gone')
    >>> label("hazard_class", "sha", ["hy", "es", "en"]), label("hazard_class", "sha", [])
    ('Área peligrosa sospechosa', 'Suspected hazardous area')
    """
    entry = (lists[name] if name in lists else code_list(name)).codes.get(code)
    if entry is None:
        return code
    wanted = [lang] if isinstance(lang, str) else lang
    return next((entry.labels[each] for each in wanted if entry.labels.get(each)), entry.labels["en"])


def lists_version(lists: Mapping[str, CodeList] = CODE_LISTS) -> str:
    """Name a state of the code lists: the hash of every code with all that is said of it, national ones included.

    Two programmes with the same version read every coded value alike.

    >>> lists_version() == lists_version(CODE_LISTS), lists_version().startswith("sha256:")
    (True, True)
    >>> lists_version({}) == lists_version()
    False
    """
    said = [
        [name, [[code.code, sorted(code.labels.items()), code.parent, str(code.valid_from), str(code.valid_to),
                 list(code.synonyms), sorted(code.mappings.items())] for code in lists[name].codes.values()]]
        for name in sorted(lists)
    ]  # fmt: skip
    return "sha256:" + hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]


@functools.cache
def _load() -> Mapping[str, CodeList]:
    lists: dict[str, CodeList] = {}
    folder = resources.files("whitestone.domain") / "codes_data"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            lists |= {name: _code_list(name, table) for name, table in tomllib.loads(file.read_text("utf-8")).items()}
    return MappingProxyType(dict(sorted(lists.items())))


def _code_list(name: str, table: dict[str, Any]) -> CodeList:
    codes = {code: _code(code, entry) for code, entry in table.items() if isinstance(entry, dict)}
    return CodeList(name, table["purpose"], MappingProxyType(codes), tuple(table.get("ng_columns", ())))


def _code(code: str, entry: dict[str, Any]) -> Code:
    labels = {lang: entry[lang] for lang in LANGUAGES if lang in entry}
    mappings = {scheme: entry[key] for key, scheme in SCHEMES.items() if key in entry}
    return Code(code, MappingProxyType(labels), entry.get("parent"), entry.get("valid_from"), entry.get("valid_to"),
                tuple(entry.get("also", ())), MappingProxyType(mappings))
