"""In which language is a text written?"""

from __future__ import annotations

import re
from collections import Counter

from whitestone.evidence.reading.lexicon import LANGUAGES, lexicon
from whitestone.evidence.reading.paragraphs import head_length, paragraphs_of
from whitestone.evidence.reading.tokens import fold

__all__ = ["detect_language", "languages_in", "why_not_read"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORT = 80
"""Up to so many words a text is short."""
_LOOKED_AT = 20_000
"""So many characters decide."""
_TELLING = 12
"""A paragraph of fewer words does not tell its language; it is of the one before."""
_CLEARLY = 2.0
"""A paragraph is of another language than the text where that one's score is so many times as high, and more by _BY."""
_BY = 3.0
_PART = 25
"""Paragraphs of another language together have so many words at least."""
_LETTERS = {
    "uk": "іїєґ", "ru": "ыэъё", "az": "əğışçöü", "fr": "èêàçœùîôâû", "es": "ñáíóú¿¡", "bs": "čćđšž", "pt": "ãõçáâêó",
}  # fmt: skip
_WORDS = {
    "en": "the of and in to that was were is are on for with by from as at it its this have has been be not but a an",
    "fr": "le la les des de du et en un une que qui dans pour par sur au aux est ont été plus a ses sont avec ce cette "
          "il elle ils nous vous leur leurs été depuis mais comme sans ou ont selon",
    "es": "el la los las de del y en un una que por para con se su al es son ha han fue más como lo sus entre no "
          "a nos nuestro desde hasta sobre sin hay pero ya este esta quien tras según cuando antes fueron dos o",
    "pt": "o a os as de do da dos das e em um uma que por para com se ao à não são foi mais no na nos nas pelo pela",
    "ru": "и в на не что с по из от к за о для это был было были как его их также до при более или том после человек",
    "uk": "і в у на не що з за до від про та для це був було були як його їх також при більше або після та й із осіб",
    "az": "və bu ilə üçün bir da də olan edib olub ki ildə ilin onun tərəfindən görə sonra üzrə nəfər nəticəsində isə",
    "bs": "je su se i u na od do za da koji koja kao sa iz po više nije bilo tokom osoba ili prema",
    "tr": "ve bir bu için ile olarak olan da de daha sonra kadar gibi göre tarafından kişi",
}
_SETS = {code: frozenset(words.split()) for code, words in _WORDS.items()}


def detect_language(text: str) -> str:
    """Name the language of a text by a two-letter code: by script, then by letters and function words.

    `und` where nothing decides, and for languages of which the reader knows only that they are others.

    >>> detect_language("The mines were laid in fields."), detect_language("Les mines ont été posées dans les champs.")
    ('en', 'fr')
    >>> detect_language("По данным МИД, погибли люди."), detect_language("За даними МЗС, загинули люди і діти.")
    ('ru', 'uk')
    >>> detect_language("Ականներից զոհվել է մարդ"), detect_language("")
    ('hy', 'und')
    """
    part = text[head_length(text) :][:_LOOKED_AT]
    scripts = Counter(_script(sign) for sign in part if sign.isalpha())
    scripts.pop("", None)
    if not scripts:
        return "und"
    script = scripts.most_common(1)[0][0]
    if script in ("hy", "ar"):
        return script if script == "hy" or not re.search("[پچژگ]", part) else "und"
    words = [fold(word.group()) for word in _WORD.finditer(part)]
    codes = ("ru", "uk") if script == "cyrillic" else ("en", "fr", "es", "az", "bs", "pt", "tr")
    if script not in ("cyrillic", "latin"):
        return "und"
    low = part.lower()
    scores = {code: _score(code, words, low) for code in codes}
    if len(words) <= _SHORT:
        scores = {code: score + _known(code, words) for code, score in scores.items()}
    if max(scores.values()) <= 0 and len(text) > _LOOKED_AT:
        # Pages of figures or of names before the first sentence: all words decide, each once.
        every = list({fold(word.group()): None for word in _WORD.finditer(text)})
        scores = {code: _score(code, every, "") + _known(code, every) for code in codes}
    best = max(codes, key=lambda code: scores[code])
    if scores[best] <= 0 or best == "tr":
        return "und"
    return best


def languages_in(text: str, main: str) -> list[tuple[int, int, str]]:
    """Part a text into stretches of paragraphs of one language: a letter, and its annex in another language.

    `main` is the language of the whole. Stretches are (first character, first after, code), without gaps; a text of
    one language is one stretch.

    >>> languages_in("The mines were laid in fields.", "en"), languages_in("", "und")
    ([(0, 30, 'en')], [(0, 0, 'und')])
    """
    codes: list[tuple[int, str, int]] = []
    for start, end in paragraphs_of(text):
        words = [fold(word.group()) for word in _WORD.finditer(text, start, end)]
        own = _of_paragraph(text[start:end], words, main) if len(words) >= _TELLING else None
        codes.append((start, own or (codes[-1][1] if codes else main), len(words)))
    sizes: Counter[str] = Counter()
    for _, code, count in codes:
        sizes[code] += count
    kept = [(start, code if sizes[code] >= _PART and code in LANGUAGES else main) for start, code, _ in codes]
    turns = [kept[at] for at in range(len(kept)) if at == 0 or kept[at][1] != kept[at - 1][1]]
    first = [0, *(start for start, _ in turns[1:])]
    names = [code for _, code in turns] or [main]
    return [(start, end, code) for start, end, code in zip(first, [*first[1:], len(text)], names, strict=True)]


def _of_paragraph(part: str, words: list[str], main: str) -> str | None:
    """Name the language of a paragraph where it is clearly another than that of the text; `main` where it is not."""
    own = detect_language(part)
    if own == main or own not in LANGUAGES:
        return None if own == "und" else main
    low = part.lower()
    scores = {code: _score(code, words, low) + _known(code, words) for code in (own, main) if code in _SETS}
    if own not in scores or main not in scores or not _same_script(own, main):
        return own  # Armenian is told by its letters, Russian from French by its script
    return own if scores[own] >= _CLEARLY * scores[main] and scores[own] >= scores[main] + _BY else main


def _same_script(one: str, two: str) -> bool:
    return (one in ("ru", "uk")) == (two in ("ru", "uk"))


def why_not_read(language: str) -> str | None:
    """Say why nothing is proposed from a text of a language that the reader has no word list of; None where it has.

    >>> why_not_read("en"), why_not_read("pt")
    (None, 'No word list reads the language “pt”: nothing is proposed. A person reads it.')
    """
    if language in LANGUAGES:
        return None
    what = ("In which language it is written was not told" if language == "und"
            else f"No word list reads the language “{language}”")
    return f"{what}: nothing is proposed. A person reads it."


def _known(code: str, words: list[str]) -> float:
    """Weigh the words of a short text that the language's word list knows: it has few small words."""
    if code not in LANGUAGES:
        return 0.0
    known = lexicon(code)
    return 0.6 * sum(len(word) > 2 and known.knows(word) for word in words)


def _score(code: str, words: list[str], low: str) -> float:
    known = _SETS[code]
    hits = sum(word in known for word in words)
    letters = sum(low.count(letter) for letter in _LETTERS.get(code, ""))
    weight = {"uk": 3.0, "ru": 1.5, "az": 1.0, "bs": 0.6, "fr": 0.4, "es": 0.4}.get(code, 0.15)
    if code == "az":
        letters = 3 * low.count("ə") - (5 if "ə" not in low else 0)
    if code == "ru":
        letters -= 3 * sum(low.count(letter) for letter in "іїєґ")
    return hits + weight * letters


def _script(sign: str) -> str:
    point = ord(sign)
    if point < 0x250 or 0x1E00 <= point < 0x1F00 or sign in "əƏ":
        return "latin"
    if 0x400 <= point < 0x530:
        return "cyrillic"
    if 0x530 <= point < 0x590:
        return "hy"
    if 0x600 <= point < 0x780 or 0xFB50 <= point < 0xFF00:
        return "ar"
    return "other"
