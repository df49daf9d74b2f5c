"""Which words stand where in a text?"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Token", "fold", "tokens_of"]

_TOKEN = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d+(?:[.,\u2019']\d+)*"
    r"|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u00ad]"
    r"|(?<=[^\W\d_])[-\u00ad\u00ac‐][ \t]*\r?\n[ \t]*(?=[a-zà-ÿа-яёіїєґա-ևəğıöüşç]))*"
    r"|[^\w\s]|_"
)
_CUT = re.compile(r"[-\u00ad\u00ac‐][ \t]*\r?\n[ \t]*")
"""What a line's end leaves of a word that it cuts."""
_ALIKE = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "‑": "-", "‐": "-", "ё": "е", "ı": "i", "\u00ad": None,
                        "\u0307": None, "ـ": None})  # fmt: skip


class Token(NamedTuple):
    """One word, number or sign, its folded form for look-ups, and its span in characters."""

    text: str
    low: str
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        """Say whether the word begins with a capital letter."""
        return self.text[0].isupper()


def fold(word: str) -> str:
    """Bring spellings of one word together: case, apostrophes, hyphens, the letters that keyboards swap.

    >>> fold("Міна’"), fold("ЁЖ"), fold("")
    ("міна'", 'еж', '')
    """
    whole = _CUT.sub("", word) if "\n" in word else word
    return whole.lower().translate(_ALIKE).replace("եւ", "և")


def tokens_of(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Cut a part of a text into words, numbers (with their thousands) and signs.

    A word that a line's end cuts is one token.

    >>> [token.text for token in tokens_of("189 000 mines, PMN-2")], tokens_of("")
    (['189 000', 'mines', ',', 'PMN', '-', '2'], [])
    >>> [token.low for token in tokens_of("26 civil-\\nians")]
    ['26', 'civilians']
    """
    stop = len(text) if end is None else end
    return [Token(found.group(), fold(found.group()), found.start(), found.end())
            for found in _TOKEN.finditer(text, start, stop)]  # fmt: skip
