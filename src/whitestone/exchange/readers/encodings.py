"""In which encoding was a text written, and how is it turned into UTF-8 as a stream without losing a byte unsaid?

Order of proof: a byte order mark; NULs in every other byte (UTF-16); the whole file is valid UTF-8; else the
single-byte encoding whose letters stand where letters stand. Lines of another encoding inside a UTF-8 file are
decoded one by one.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

__all__ = ["BLOCK_BYTES", "Encoding", "detect_encoding", "guess_single_byte", "transcode", "undo_mojibake"]

BLOCK_BYTES = 8 << 20
_SAMPLE_BYTES = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "mac_roman", "cp1256", "cp866", "koi8-r", "cp850")
_COMMON = {
    "cp1252": "áéíóúñüöäßçãõâêôàèìòùëïîûåøæœÁÉÍÓÚÑÜÖÄÇ",
    "cp1250": "čćžšđČĆŽŠĐłęąśżźńěřůý",
    "mac_roman": "áéíóúñüöäßçãõâêôàèìòùëïîûÁÉÍÓÚÑÜÖÄÇ",
    "cp850": "áéíóúñüöäßçâêôàèùÁÉÍÓÚÑÜÖÄÇ",
    "cp1251": "абвгдежзийклмнопрстуфхцчшщыьэюяіїєґАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ",
    "cp866": "абвгдежзийклмнопрстуфхцчшщыьэюяАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ",
    "koi8-r": "абвгдежзийклмнопрстуфхцчшщыьэюяАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ",
    "cp1256": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآئؤ",
}
_QUIET_SYMBOLS = "–—‘’“”„…•°€«»№§ªº¿¡ \u00a0\u200c\u200d،؛؟"


class Encoding(msgspec.Struct, frozen=True):
    """How a file's bytes become text: `fallback` decodes the lines that `name` cannot (None: none was met)."""

    name: str
    mark_bytes: int = 0
    fallback: str | None = None
    pure_utf8: bool = False


def detect_encoding(path: Path, stated: str | None = None) -> Encoding:
    """Find the encoding of a whole file, in one pass of bounded memory.

    `stated` (a person's word) wins, except that a byte order mark is still skipped. Raises LookupError when no codec
    has the stated name.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    mark, marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", None))
    if stated:
        name = codecs.lookup(stated).name
        own_mark = mark if marked and name.startswith(marked[:6]) else b""
        return Encoding(name.removesuffix("-sig"), len(own_mark), pure_utf8=False)
    if marked and marked != "utf-8":
        return Encoding(marked, len(mark))
    wide = _wide(head)
    if wide:
        return Encoding(wide)
    valid, odd = _weigh_lines(path)
    if odd is None:
        return Encoding("utf-8", len(mark), pure_utf8=True)
    guess = guess_single_byte(odd)
    if valid or mark:
        return Encoding("utf-8", len(mark), fallback=guess)
    return Encoding(guess)


def _wide(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: ASCII text has a NUL in every other byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd / half > 0.4 and even / half < 0.1:
        return "utf-16-le"
    if even / half > 0.4 and odd / half < 0.1:
        return "utf-16-be"
    return None


def _weigh_lines(path: Path) -> tuple[bool, bytes | None]:
    """Say whether UTF-8 lines with high bytes occur, and collect the lines that are not UTF-8 (None: all are)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
            return True, None
        except UnicodeDecodeError:
            file.seek(0)
            return _sample_lines(file.readline)


def _sample_lines(readline: Callable[[int], bytes]) -> tuple[bool, bytes]:
    valid, odd, size = 0, [], 0
    while size < _SAMPLE_BYTES and (line := readline(_SAMPLE_BYTES)):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            odd.append(line)
            size += len(line)
    # A few lines of a single-byte text may be valid UTF-8 by chance; a UTF-8 file has more than a few.
    return valid > max(0, len(odd) // 20), b"".join(odd)


def guess_single_byte(sample: bytes) -> str:
    """Choose the single-byte encoding that makes words of the sample's high bytes; `latin-1` when any would do.

    >>> guess_single_byte("Херсон, Мариуполь".encode("cp1251")), guess_single_byte("Ubicación".encode("mac_roman"))
    ('cp1251', 'mac_roman')
    >>> guess_single_byte(b"")
    'latin-1'
    """
    scores = {name: _score(sample.decode(name, errors="replace"), _COMMON[name]) for name in SINGLE_BYTE}
    best = max(SINGLE_BYTE, key=lambda name: scores[name])
    if best == "cp1252" and not any(0x80 <= byte <= 0x9F for byte in sample):
        return "latin-1"
    return best


def _score(text: str, common: str) -> float:
    """Weigh the decoded high characters by whether they stand where letters stand."""
    total, run = 0.0, 0
    for index in range(len(text)):
        char = text[index]
        if char < "\x80":
            run = 0
            continue
        before = text[index - 1] if index else " "
        after = text[index + 1] if index + 1 < len(text) else " "
        if char.isalpha():
            run += 1
            total += _letter(char, before, after, run) + (0.6 if char in common else 0.0)
        elif char == "\ufffd" or unicodedata.category(char) == "Cc":
            total -= 4
        elif before.isalpha() and after.isalpha():
            total -= 2
        else:
            total += 0.8 if char in _QUIET_SYMBOLS else -1
    return total


def _letter(char: str, before: str, after: str, run: int) -> float:
    latin = char < "\u0250"
    score = 1.0
    if not latin and any(other.isalpha() and other < "\x80" for other in (before, after)):
        score -= 2.0
    if latin and run > 2:
        score -= 2.0
    if before.isalpha() and before.islower() and char.isupper():
        score -= 1.5
    if char.islower() and after.isupper():
        score -= 2.0
    return score


def transcode(path: Path, encoding: Encoding, met: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """Stream the file as valid UTF-8 blocks without its byte order mark.

    `met` is told, per block, how many lines needed the fallback or hold bytes that the encoding does not know (these
    become U+FFFD, except that single-byte gaps become the control character of the same number).
    """
    with path.open("rb") as file:
        file.seek(encoding.mark_bytes)
        if encoding.pure_utf8:
            while block := file.read(BLOCK_BYTES):
                yield block
            return
        if encoding.name == "utf-8":
            yield from _by_line(file.read, encoding.fallback or "cp1252", met)
            return
        decoder = codecs.getincrementaldecoder(encoding.name)(errors="whitestone-gap")
        while block := file.read(BLOCK_BYTES):
            yield _told(decoder.decode(block), met)
        yield _told(decoder.decode(b"", final=True), met)


def _told(text: str, met: Callable[[int], None] | None) -> bytes:
    odd = text.count("\ufffd")
    if odd and met:
        met(odd)
    return text.encode("utf-8", errors="replace")


def _by_line(read: Callable[[int], bytes], fallback: str, met: Callable[[int], None] | None) -> Iterator[bytes]:
    rest = b""
    while block := read(BLOCK_BYTES):
        block = rest + block
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) < BLOCK_BYTES * 2:
            rest = block
            continue
        cut = cut or len(block)
        block, rest = block[:cut], block[cut:]
        yield _mended(block, fallback, met)
    if rest:
        yield _mended(rest, fallback, met)


def _mended(block: bytes, fallback: str, met: Callable[[int], None] | None) -> bytes:
    try:
        block.decode("utf-8")
        return block
    except UnicodeDecodeError:
        pass
    lines, odd = block.split(b"\n"), 0
    for index, line in enumerate(lines):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            odd += 1
            lines[index] = line.decode(fallback, errors="whitestone-gap").encode("utf-8", errors="replace")
    if met:
        met(odd)
    return b"\n".join(lines)


def _gap(error: UnicodeError) -> tuple[str, int]:
    """Keep a byte that a code page leaves undefined as the control character of that number: nothing is lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding.startswith("utf"):
        return "\ufffd", error.end
    return "".join(chr(byte) for byte in error.object[error.start:error.end]), error.end


codecs.register_error("whitestone-gap", _gap)


def undo_mojibake(text: str) -> tuple[str, str] | None:
    """Return what a text was before UTF-8 was read as something else, and as what; None when it reads as it is.

    >>> undo_mojibake("Ubicaci√≥n"), undo_mojibake("GoraÅ¾de")
    (('Ubicación', 'mac_roman'), ('Goražde', 'cp1252'))
    >>> undo_mojibake("Ubicación") is None, undo_mojibake("") is None
    (True, True)
    """
    if text.isascii():
        return None
    for name in ("cp1252", "mac_roman", "latin-1", "cp1251"):
        try:
            mended = text.encode(name).decode("utf-8")
        except UnicodeError:
            continue
        if mended != text:
            return mended, name
    return None
