"""Where in a JSON text does each element of its main list begin and end, without loading the text?

Brackets outside strings are found with NumPy, block by block; an element is the text between its own. What stands
between elements and is not one, an element that never ends, and a list that is cut off are handed out as broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

__all__ = ["ELEMENT_LIMIT_BYTES", "FEATURE_START", "Element", "Splitter", "split_elements", "split_lines"]

ELEMENT_LIMIT_BYTES = 64 << 20
"""No element may be longer: a bracket that never closes must not take the rest of the file into memory."""
_ENVELOPE_LIMIT_BYTES = 1 << 20
_RESUMES = 100
_CLASSES = np.zeros(256, np.int8)
_CLASSES[ord('"')] = 1
_CLASSES[[ord("{"), ord("[")]] = 2
_CLASSES[[ord("}"), ord("]")]] = 3
FEATURE_START = re.compile(rb'\{\s*"(type"\s*:\s*"Feature"|geometry"\s*:|properties"\s*:)')


class Element(msgspec.Struct):
    """The text of one element; `broken` says why it is not one."""

    raw: bytes
    broken: tuple[str, str] | None = None


_STRAY = ("not-an-object", "This stands in the list where an object was expected.")
_AFTER = ("text-after-end", "This stands behind the end of the list and is no part of it.")
_CUT = ("truncated", "The file ends, or its brackets fail, inside this element.")


class Splitter:
    """Split a stream at the elements of a list: of `member` of the outer object, or of the outer list itself.

    `envelope` keeps the text around the elements (type, crs, name), up to a mebibyte.
    """

    def __init__(self, member: str | None) -> None:
        self._level = 1 if member is None else 2
        self._member = re.compile(rb'"' + re.escape(member.encode()) + rb'"\s*:\s*\[\s*$') if member else None
        self.envelope = bytearray()
        self._resumes = 0
        self.found = False
        self.ended = False
        self._parts: list[bytes] = []
        self._held = 0
        self._restart()

    def _restart(self) -> None:
        self._depth = 0
        self._in_string = False
        self._inside = self._active = False
        self._between = b""
        self._carry = b""

    def feed(self, block: bytes) -> Iterator[Element]:
        """Take the next block, yield the elements that end in it."""
        block = self._carry + block
        kept = len(block) - len(block.rstrip(b"\\"))
        self._carry = block[len(block) - kept:] if kept else b""
        if kept:
            block = block[:-kept]
        yield from self._walk(block)
        if self._held > ELEMENT_LIMIT_BYTES:
            yield from self._resume()

    def finish(self) -> Iterator[Element]:
        """Take the end of the stream: what is open is broken."""
        while self._inside:
            yield from self._resume()
        self.ended = self._depth == 0
        yield from self._strays(self._between + self._carry)
        yield from self._after()
        self._between = self._carry = b""

    def _after(self) -> Iterator[Element]:
        """Hand out what stands behind the end of the list and its object: nothing of a file is dropped unsaid."""
        if self._active or not self.found or not self.ended:
            return
        last = max(self.envelope.rfind(b"}"), self.envelope.rfind(b"]"))
        text = bytes(self.envelope[last + 1:]) + self._carry
        if text.strip(b" \t\r\n\x1e;\0\x1a"):
            yield Element(text.strip(), _AFTER)

    def _resume(self) -> Iterator[Element]:
        """Give up the open element at the next text that looks like the start of a feature."""
        text = b"".join(self._parts)
        self._parts, self._held = [], 0
        self._resumes += 1
        match = FEATURE_START.search(text, 1) if self._resumes <= _RESUMES else None
        self._inside, self._in_string, self._depth = False, False, self._level
        if not match:
            yield Element(text, _CUT)
            return
        yield Element(text[: match.start()], _CUT)
        yield from self._walk(text[match.start():])

    def _walk(self, block: bytes) -> Iterator[Element]:
        positions, opens, depths = self._brackets(block)
        cursor, level = 0, self._level
        wanted = np.flatnonzero(np.where(opens, (depths == level) | (depths == level + 1),
                                         (depths == level) | (depths == level - 1) | (depths <= 0)))
        for at, is_open, depth in zip(positions[wanted].tolist(), opens[wanted].tolist(), depths[wanted].tolist(),
                                      strict=True):
            if is_open and depth == level and not self._active:
                self._keep(block[cursor:at + 1])
                cursor = at + 1
                self._active = block[at] == 91 and (not self._member or bool(self._member.search(self.envelope[-200:])))
                self.found = self.found or self._active
            elif self._active and is_open and depth == level + 1:
                yield from self._strays(self._between + block[cursor:at])
                self._between, self._inside, cursor = b"", True, at
            elif self._inside and not is_open and depth == level:
                self._parts.append(block[cursor:at + 1])
                yield Element(b"".join(self._parts))
                self._parts, self._held, self._inside, cursor = [], 0, False, at + 1
            elif self._active and not is_open and depth == level - 1:
                yield from self._strays(self._between + block[cursor:at])
                self._between, self._active, cursor = b"", False, at
        self._rest(block[cursor:])

    def _rest(self, text: bytes) -> None:
        if self._inside:
            self._parts.append(text)
            self._held += len(text)
        elif self._active:
            self._between += text
        else:
            self._keep(text)

    def _keep(self, text: bytes) -> None:
        self.envelope += text[: max(0, _ENVELOPE_LIMIT_BYTES - len(self.envelope))]

    def _strays(self, text: bytes) -> Iterator[Element]:
        if not self._active:
            return
        for part in text.split(b","):
            if part.strip():
                yield Element(part.strip(), _STRAY)

    def _brackets(self, block: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the brackets outside strings: position, whether it opens, depth after it."""
        data = np.frombuffer(block, np.uint8)
        classes = _CLASSES[data]
        found = np.flatnonzero(classes)
        kind = classes[found]
        is_quote = kind == 1
        if b"\\" in block:
            quotes = found[is_quote]
            behind = data[np.maximum(quotes - 1, 0)] == 92
            real = np.ones(quotes.size, bool)
            for index in np.flatnonzero(behind & (quotes > 0)).tolist():
                real[index] = not _is_escaped(block, int(quotes[index]))
            is_quote[is_quote] = real
        inside = (np.cumsum(is_quote) + self._in_string) & 1
        brackets = (kind > 1) & (inside == 0)
        self._in_string = bool(inside[-1]) if inside.size else self._in_string
        opens = kind[brackets] == 2
        depths = self._depth + np.cumsum(np.where(opens, 1, -1))
        self._depth = int(depths[-1]) if depths.size else self._depth
        return found[brackets], opens, depths


def _is_escaped(block: bytes, at: int) -> bool:
    start = at
    while start and block[start - 1] == 92:
        start -= 1
    return bool((at - start) & 1)


def split_elements(blocks: Iterable[bytes], splitter: Splitter) -> Iterator[Element]:
    """Yield every element of a stream in order, broken ones included.

    >>> blocks = [b'{"features": [{"a": 1}', b', {"b": "]"}]}']
    >>> [element.raw for element in split_elements(blocks, Splitter("features"))]
    [b'{"a": 1}', b'{"b": "]"}']
    >>> list(split_elements([b"[]"], Splitter(None)))
    []
    """
    for block in blocks:
        yield from splitter.feed(block)
    yield from splitter.finish()


def split_lines(blocks: Iterable[bytes]) -> Iterator[Element]:
    """Yield every line of newline-delimited JSON (RFC 8142 record separators allowed); blank lines are none.

    >>> [element.raw for element in split_lines([b'{"a": 1}\\n{"b"', b': 2}\\n'])]
    [b'{"a": 1}', b'{"b": 2}']
    """
    rest, dropping = b"", False
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if line.strip(b" \t\r\x1e") and not dropping:
                yield Element(line.strip(b" \t\r\x1e"))
            dropping = False
        if len(rest) > ELEMENT_LIMIT_BYTES:
            if not dropping:
                yield Element(rest, ("feature-too-large", f"A line of more than {ELEMENT_LIMIT_BYTES} bytes."))
            rest, dropping = b"", True
    if rest.strip(b" \t\r\x1e") and not dropping:
        yield Element(rest.strip(b" \t\r\x1e"))
