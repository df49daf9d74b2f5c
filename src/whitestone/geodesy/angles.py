"""How is one written angle of latitude or longitude read: decimal, with minutes, with seconds, in many spellings?

Symbols differ (° º ' ’ ′ " ″ : and letters), decimals may be commas, the hemisphere may stand before or after, in
several alphabets. What could mean two things is a fault with its code, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

__all__ = ["HEMISPHERES", "Angle", "AngleError", "parse_angle"]

METRES_A_DEGREE = 111_320.0

HEMISPHERES: Mapping[str, str] = MappingProxyType({
    "n": "N", "north": "N", "norte": "N", "nord": "N", "с": "N", "сш": "N", "север": "N", "sjever": "N", "sever": "N",
    "s": "S", "south": "S", "sur": "S", "sud": "S", "ю": "S", "юш": "S", "юг": "S", "jug": "S",
    "e": "E", "east": "E", "este": "E", "est": "E", "в": "E", "вд": "E", "восток": "E", "istok": "E", "ost": "E",
    "w": "W", "west": "W", "oeste": "W", "ouest": "W", "з": "W", "зд": "W", "запад": "W", "zapad": "W",
    "пн": "N", "пнш": "N", "північ": "N", "пд": "S", "пдш": "S", "південь": "S", "сх": "E", "схд": "E", "схід": "E",
    "зх": "W", "зхд": "W", "захід": "W", "şimal": "N", "cənub": "S", "şərq": "E", "qərb": "W", "հյուսիս": "N",
    "հարավ": "S", "արևելք": "E", "արևմուտք": "W",
})
"""Letters and words for a hemisphere that mean one thing in every language at hand."""

_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "es": {"o": "W"}, "fr": {"o": "W"}, "it": {"o": "W"}, "pt": {"o": "W", "l": "E"}, "de": {"o": "E"},
    "bs": {"j": "S", "i": "E", "z": "W", "s": "N"}, "hr": {"j": "S", "i": "E", "z": "W", "s": "N"},
    "sr": {"j": "S", "i": "E", "z": "W", "s": "N"},
})
"""Letters whose meaning depends on the language: O is west in Spanish and east in German; S is north in Bosnian."""

_AMBIGUOUS = frozenset("olijz")
_SYMBOLS = str.maketrans({
    "º": "°", "˚": "°", "ᵒ": "°", "∘": "°", "⁰": "°", "’": "'", "‘": "'", "′": "'", "´": "'", "`": "'", "ʹ": "'",
    "”": '"', "“": '"', "″": '"', "„": '"', "¨": '"', "ʺ": '"', "−": "-", "–": "-", "—": "-", "‑": "-",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "٫": ".",
})
_LETTERS = r"[^\W\d_]+(?:\.\s*[^\W\d_]\.?)?"
_WORD = re.compile(rf"^(?P<before>{_LETTERS})?\.?\s*(?P<number>[+-]?\s*\d.*?)\s*(?P<after>{_LETTERS})?\.?$")
_PARTS = re.compile(
    r"^(?P<sign>[+-]?)\s*(?P<degrees>\d{1,3}(?:\.\d+)?)\s*(?:[°d*:]|deg|\s|(?=$))\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*(?:['m:]|min|\s|(?=$))\s*"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:\"|''|s|sec)?\s*)?)?$"
)
_PACKED = re.compile(r"^(?P<sign>[+-]?)(?P<degrees>\d{2,3})(?P<minutes>\d{2})(?P<seconds>\d{2}(?:\.\d+)?)$")


class AngleError(ValueError):
    """Why one written angle is not understood: a stable code and a sentence. Caught by the column parsers."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Angle(msgspec.Struct, frozen=True):
    """One angle in degrees; hemisphere letter if written; `resolution_deg` what its last digit is worth."""

    degrees: float
    hemisphere: str | None
    resolution_deg: float
    notation: str


def parse_angle(text: str, language: str | None = None, *, packed: bool = False) -> Angle:
    """Read one written angle: decimal degrees, degrees and minutes, or degrees, minutes and seconds.

    `language` settles letters that differ (O, L, J, I, Z, and S in Bosnian); without it those are a fault. `packed`
    allows `395924` for 39 degrees 59 minutes 24 seconds, and only then. Refuses with AngleError, code `angle-unclear`,
    `hemisphere-unclear`, `minutes-range` or `fraction-inside`.

    >>> parse_angle("39°59′24″N"), parse_angle("46,93").degrees
    (Angle(degrees=39.99, hemisphere='N', resolution_deg=0.0002777777777777778, notation='dms'), 46.93)
    >>> parse_angle("")
    Traceback (most recent call last):
    ...
    whitestone.geodesy.angles.AngleError: '' is not an angle
    """
    plain = text.replace("Â°", "°").translate(_SYMBOLS).strip().lower()
    match = _WORD.match(plain)
    if match is None:
        raise AngleError("angle-unclear", f"{text!r} is not an angle")
    number, before, after = match["number"].strip(), match["before"], match["after"]
    if after in ("d", "m", "s", "min", "sec", "deg") and not before and _unit_letter(number, after):
        number, after = number + after, None
    if before and after:
        raise AngleError("hemisphere-unclear", f"{text!r} names two hemispheres")
    written = before or after
    hemisphere = _hemisphere(written, language, text) if written else None
    return _angle(_points(number), hemisphere, text, packed)


def _unit_letter(number: str, letter: str) -> bool:
    """Say whether a letter at the end is a mark, as in 39d59m24s; after other marks it is a hemisphere: 39°59'24S."""
    if not number[-1].isdigit():
        return False
    if letter in ("s", "sec"):
        return "m" in number
    return letter in ("d", "deg") or "d" in number


def _hemisphere(written: str, language: str | None, text: str) -> str:
    word = re.sub(r"[.\s]", "", written)
    own = _BY_LANGUAGE.get(language or "", {})
    found = own.get(word) or HEMISPHERES.get(word)
    if found is None:
        why = "its letter differs between languages: name the language" if word in _AMBIGUOUS else "no hemisphere"
        raise AngleError("hemisphere-unclear", f"{text!r}: {written!r} ({why})")
    return found


def _points(number: str) -> str:
    """Write one decimal comma as a point; several commas could mean anything and stay."""
    return re.sub(r"(?<=\d),(?=\d)", ".", number) if number.count(",") == 1 else number


def _angle(number: str, hemisphere: str | None, text: str, packed: bool) -> Angle:
    match = _PACKED.match(number) if packed else None
    match = match or _PARTS.match(number)
    if match is None:
        raise AngleError("angle-unclear", f"{text!r} is not an angle")
    parts = [part for part in (match["degrees"], match["minutes"], match["seconds"]) if part is not None]
    if any("." in part for part in parts[:-1]):
        raise AngleError("fraction-inside", f"{text!r} has a fraction before its last part")
    if any(float(part) >= 60 for part in parts[1:]):
        raise AngleError("minutes-range", f"{text!r} has 60 or more minutes or seconds")
    if match["sign"] and hemisphere:
        raise AngleError("hemisphere-unclear", f"{text!r} has a sign and a hemisphere")
    size = sum(float(part) / 60**place for place, part in enumerate(parts))
    decimals = len(parts[-1].partition(".")[2])
    negative = match["sign"] == "-" or hemisphere in ("S", "W")
    return Angle(-size if negative else size, hemisphere, 10.0**-decimals / 60 ** (len(parts) - 1),
                 ("dd", "ddm", "dms")[len(parts) - 1])
