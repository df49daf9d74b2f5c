"""Under which tokens do the written forms of one person's name meet, whatever the script and the order?

A token is a short word made out of the name by a published rule. Names are compared by tokens only, and outside the
open compartment only by the HMAC of a token, which cannot be turned back. Four kinds, from narrow to wide: `full` (all
words, in any order), `word` (one word), `bones` (its consonants, with letters that scripts exchange for each other made
one: kh, gh, h and g; t and d; b and p; f and v), `sound` (Metaphone, Soundex, and other ways to read the consonants).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np

__all__ = ["KINDS", "NameTokens", "consonants", "romanise", "sealed_tokens", "tokens_of", "words_of"]

KINDS = ("full", "word", "bones", "sound")
"""The kinds of token, narrow to wide."""

PARTICLES = frozenset((
    "al", "el", "ul", "bin", "ibn", "ben", "bint", "binti", "abu", "de", "del", "der", "di", "da", "do", "dos", "das",
    "la", "las", "los", "le", "van", "von", "den", "ter", "y", "e", "i", "oglu", "oghlu", "ogly", "ogli", "qizi",
    "gizi", "kyzy", "kizi", "mr", "mrs", "ms", "dr", "sr", "sra", "haji", "hajji", "sheikh",
))
"""Words that stand in some written forms of a name and not in others; never a token of their own."""

NOT_A_NAME = frozenset((
    "unknown", "unnamed", "anonymous", "none", "null", "na", "n a", "nn", "n n", "no name", "not known", "not given",
    "desconocido", "desconocida", "sin nombre", "inconnu", "inconnue", "neizvestno", "neizvesten", "neizvestna",
    "nepoznat", "nepoznata", "anhayt", "namlum", "x", "xx", "xxx",
))
"""What stands in the column of names where there is none."""

_PATRONYMIC = re.compile(r".{3,}(ovich|evich|ovna|evna|ovych|ivna|yivna)$")
_ALLAH = frozenset(("llh", "allah", "ullah"))
# Letters whose sound their transliteration to plain Latin would lose.
_MARKED = str.maketrans({"č": "ch", "ć": "ch", "ç": "ch", "ћ": "ch", "š": "sh", "ş": "sh", "ž": "zh", "đ": "dj",
                         "ђ": "dj", "ə": "a", "ğ": "gh", "ў": "u"})  # fmt: skip
_SINGLE = {"d": "t", "t": "t", "b": "p", "p": "p", "v": "f", "f": "f", "g": "h", "h": "h", "q": "k", "k": "k",
           "z": "s", "s": "s", "j": "j", "l": "l", "m": "m", "n": "n", "r": "r"}  # fmt: skip
_GROUPS = (
    ("shch", "S"), ("tch", "C"), ("dzh", "J"), ("dsch", "J"), ("sch", "S"), ("tsch", "C"), ("kkh", "H"), ("kh", "H"),
    ("gh", "H"), ("sh", "S"), ("ch", "C"), ("zh", "J"), ("dj", "J"), ("ph", "f"), ("hv", "f"), ("th", "t"),
    ("ts", "s"), ("ck", "k"),
)  # fmt: skip
_SPOKEN = {"S": "s", "C": "c", "J": "j", "H": "h"}


class NameTokens(msgspec.Struct, frozen=True):
    """The tokens of one name by kind; `full` is empty where there is no name, the others are sorted and without twins.

    `key` joins the bones of all words, in any order: written forms of one whole name mostly share it. Each word has one
    set of bones and several sounds.
    """

    full: str = ""
    key: str = ""
    word: tuple[str, ...] = ()
    bones: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.full)

    def all(self) -> frozenset[str]:
        """Return every token, each with its kind, so that tokens of two kinds never meet by chance.

        >>> sorted(tokens_of("Ana").all())
        ['bones:n', 'full:ana', 'sound:A500', 'sound:AN', 'sound:n', 'word:ana']
        """
        if not self.full:
            return frozenset()
        several = ((kind, value) for kind in ("word", "bones", "sound") for value in getattr(self, kind))
        return frozenset([f"full:{self.full}", *(f"{kind}:{value}" for kind, value in several)])

    def sealed(self, token: Callable[[str], str]) -> dict[str, list[int]]:
        """Return the tokens by kind as numbers of 63 bits out of an HMAC; `token` is the open compartment's.

        Two programmes have two keys, so their tokens never meet. Refuses what `token` refuses while locked (Locked).

        >>> import hashlib
        >>> tokens_of("Ana").sealed(lambda value: hashlib.sha256(value.encode()).hexdigest()).keys()
        dict_keys(['full', 'key', 'word', 'bones', 'sound'])
        >>> tokens_of("").sealed(str)["full"]
        []
        """
        one = {"full": (self.full,) if self.full else (), "key": (self.key,) if self.key else ()}
        every = {**one, **{kind: getattr(self, kind) for kind in ("word", "bones", "sound")}}
        return {kind: [int(token(f"name {kind}: {value}")[:16], 16) >> 1 for value in values]
                for kind, values in every.items()}


def romanise(text: str) -> str:
    """Write a name of any script in small Latin letters, words apart by one blank, marks and punctuation gone.

    >>> romanise("АЛИЕВ, Али"), romanise("Հովհաննես"), romanise("  "), romanise("O'Neil-Ali")
    ('aliev ali', 'hovhannes', '', 'oneil ali')
    """
    from anyascii import anyascii

    plain = unicodedata.normalize("NFKC", text).casefold()
    # Marks inside a word join its halves (O'Neil, ʿAli); every other sign parts words.
    latin = re.sub(r"['`’ʼʿʾ´]", "", anyascii(plain.translate(_MARKED)).casefold())
    return " ".join(re.sub(r"[^a-z]+", " ", latin).split())


def words_of(name: str) -> list[str]:
    """Return the words of a name that tell persons apart, as written: without particles, initials and patronymics.

    A patronymic goes only where two other words stay. A name that says that there is none has no words.

    >>> words_of("Ivanov Ivan Petrovich"), words_of("عبد الله"), words_of("unknown"), words_of("")
    (['ivanov', 'ivan'], ['bdllh'], [], [])
    """
    latin = romanise(name)
    if latin in NOT_A_NAME:
        return []
    words = _joined([word for word in latin.split() if word not in NOT_A_NAME])
    kept = [word for word in words if len(word) > 1 and word not in PARTICLES] or [word for word in words if word]
    named = [word for word in kept if not _PATRONYMIC.match(word)]
    return named if len(named) > 1 else kept


def tokens_of(name: str | None) -> NameTokens:
    """Make the tokens of a name; a missing name has none.

    >>> bool(tokens_of("Али Мамедов").all() & tokens_of("Mammadov Ali").all()), bool(tokens_of(None))
    (True, False)
    """
    words = words_of(name or "")
    if not words:
        return NameTokens()
    bones = [_bones(word) for word in words]
    return NameTokens(
        full=" ".join(sorted(words)),
        key=" ".join(sorted(each[0] for each in bones if each)),
        word=_once(words),
        bones=_once(each[0] for each in bones if each),
        sound=_once([*(sound for word in words for sound in _sounds(word)), *(one for some in bones for one in some)]),
    )


def sealed_tokens(
    names: Iterable[str | None], token: Callable[[str], str]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Make the sealed tokens of many names as `linking.link` takes them: by kind, the rows and the tokens in them.

    `token` is the HMAC of the open compartment; a name that is missing has none. Memory is that of the numbers.

    >>> made = sealed_tokens(["Ana", None], lambda value: "00000000000000ff")
    >>> made["full"][0].tolist(), made["full"][1].tolist(), sealed_tokens([], str)["key"][0].tolist()
    ([0], [127], [])
    """
    import numpy as np

    found = {kind: (array("q"), array("q")) for kind in ("full", "key", "word", "bones", "sound")}
    # Words come again and again; whole names hardly do.
    again = functools.lru_cache(maxsize=1 << 16)(token)
    for row, name in enumerate(names):
        for kind, numbers in tokens_of(name).sealed(again).items() if name else ():
            rows, tokens = found[kind]
            rows.extend([row] * len(numbers))
            tokens.extend(numbers)
    return {kind: (np.frombuffer(rows, dtype=np.int64) if rows else np.zeros(0, dtype=np.int64),
                   np.frombuffer(tokens, dtype=np.int64) if tokens else np.zeros(0, dtype=np.int64))
            for kind, (rows, tokens) in found.items()}


def consonants(text: str) -> frozenset[str]:
    """Return the consonants of every word of a text in each reading, those of three signs or more.

    >>> consonants("Канаринац, Жаклина") >= {"knrns"}, consonants("")
    (True, frozenset())
    """
    return frozenset(each for word in romanise(text).split() for each in _bones(word) if len(each) > 2)


def _joined(words: list[str]) -> list[str]:
    """Join Abd and Allah, which Arabic writes apart and most others as one name."""
    made: list[str] = []
    for word in words:
        if made and made[-1] in ("abd", "bd") and word in _ALLAH:
            made[-1] += word
        else:
            made.append(word)
    return made


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


@functools.lru_cache(maxsize=1 << 17)
def _sounds(word: str) -> tuple[str, ...]:
    import jellyfish

    return jellyfish.metaphone(word), jellyfish.soundex(word)


@functools.lru_cache(maxsize=1 << 17)
def _bones(word: str) -> tuple[str, ...]:
    """Return the consonants of a word, the usual reading first; w, x, q and c are read in both ways that scripts use.

    A second set leaves h out as well, where three consonants stay: it is written by one language and not by the next.
    """
    usual, other = word.replace("w", "").replace("x", "kh"), word.replace("w", "v").replace("x", "ks").replace("q", "g")
    made = list(dict.fromkeys((_skeleton(usual), _skeleton(other, c="s"), _skeleton(other))))
    bare = [each.replace("h", "") for each in made]
    return tuple(dict.fromkeys(each for each in (*made, *(each for each in bare if len(each) > 2)) if each))


def _skeleton(word: str, c: str = "k") -> str:
    for group, sign in _GROUPS:
        word = word.replace(group, sign)
    spoken = [_SPOKEN.get(letter) or (c if letter == "c" else _SINGLE.get(letter, "")) for letter in word]
    # A doubled letter is one; a vowel between keeps two apart (Mohammed against Muhamed).
    out: list[str] = []
    before = ""
    for sound in spoken:
        if sound and sound != before:
            out.append(sound)
        before = sound
    bones = "".join(out)
    return bones[:-1] if len(bones) > 2 and bones.endswith("h") else bones
