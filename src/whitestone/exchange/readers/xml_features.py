"""Where in an XML stream is each feature, and how does reading go on after one that is broken?

A feature is read as a small tree. Where the text is not well-formed, the feature there becomes a fault with its text,
and reading starts anew at the next one: XML alone would give up the rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

import msgspec

from whitestone.exchange.readers.safe_xml import SafeParser

__all__ = ["FEATURE_LIMIT_BYTES", "Feature", "FeatureStream", "Node"]

FEATURE_LIMIT_BYTES = 64 << 20
_STEP_BYTES = 1 << 17
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_CUT_TAG = re.compile(rb"<(?:[A-Za-z_][\w.:-]*)?\Z")


class Node(msgspec.Struct):
    """An element inside a feature."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = []
    words: list[str] = []

    @property
    def text(self) -> str:
        """Give the element's own text without the white space around it."""
        return "".join(self.words).strip()

    def child(self, *names: str) -> Node | None:
        """Find the first child of that name, going down one name at a time."""
        node: Node | None = self
        for name in names:
            node = next((each for each in node.children if each.name == name), None) if node else None
        return node

    def all(self, name: str) -> list[Node]:
        """List the children of that name."""
        return [each for each in self.children if each.name == name]


class Feature(msgspec.Struct):
    """A feature with the names of the folders around it, or the text of one that is broken and why."""

    node: Node | None
    folders: tuple[str, ...] = ()
    raw: str = ""
    why: str = ""


class FeatureStream:
    """Read the features called `tags` from an XML file; count what else is met in `others`."""

    def __init__(self, path: Path, blocks: Callable[[], Iterator[bytes]], tags: tuple[str, ...],
                 others: tuple[str, ...] = ()) -> None:
        self._path, self._blocks, self._tags, self._others = path, blocks, frozenset(tags), others
        self._next = re.compile(b"<(?:[A-Za-z_][\\w.-]*:)?(?:" + "|".join(tags).encode() + rb")[\s>/]")
        self._closing = re.compile(b"</(?:[A-Za-z_][\\w.-]*:)?(?:" + "|".join(tags).encode() + rb")\s*>")
        self.met: dict[str, int] = {}
        self.truncated = False
        self.root = ""

    def __iter__(self) -> Iterator[Feature]:
        self._folders: list[list[str]] = []
        self._folder_name = False
        self._buffer = bytearray()
        self._silent = False
        self._new_parser()
        for block in self._blocks():
            for at in range(0, len(block), _STEP_BYTES):
                yield from self._feed(block[at:at + _STEP_BYTES])
        yield from self._end()

    def _new_parser(self) -> None:
        self._parser = SafeParser(self._path, self._start, self._close, self._text)
        self._open: list[Node] = []
        self._done: list[Feature] = []
        self._base = self._fed = 0
        self._feature_at = -1
        self._outer: list[str] = []
        self._level = 0

    def _feed(self, block: bytes) -> Iterator[Feature]:
        """Parse a block; after damage go on from the next feature in it."""
        while block:
            self._buffer += block
            try:
                self._parser.feed(bytes(block))
                yield from self._taken()
                self._fed += len(block)
                self._trim()
                if len(self._buffer) <= FEATURE_LIMIT_BYTES:
                    return
                why = f"the feature takes more than {FEATURE_LIMIT_BYTES} bytes"
            except expat.ExpatError as error:
                why = str(error)
                yield from self._taken()
            yield from self._broken(why, final=False)
            block = self._restart()

    def _taken(self) -> list[Feature]:
        done, self._done = self._done, []
        return done

    def _trim(self) -> None:
        """Forget the bytes before the open feature, or all of them when none is open."""
        keep_from = self._feature_at if self._feature_at >= 0 else self._fed
        del self._buffer[: max(0, keep_from - self._base)]
        self._base = max(self._base, keep_from)

    def _broken(self, why: str, final: bool) -> Iterator[Feature]:
        """Hand out the feature in which the text broke, and leave in the buffer what comes after it."""
        inside = self._feature_at >= 0
        start = max(0, (self._feature_at if inside else self._parser.parser.ErrorByteIndex) - self._base)
        if not inside and self._parser.parser.ErrorCode != _JUNK:
            # the damage may be in the very tag that opens a feature
            inside = self._next.match(self._buffer, start) is not None
        following = self._next.search(self._buffer, start + (1 if inside else 0))
        stop = following.start() if following else len(self._buffer)
        closing = self._closing.search(self._buffer, start, stop) if inside else None
        if closing:
            following, stop = closing, closing.end()
        if inside:
            raw = bytes(self._buffer[start:stop]).decode("utf-8", "replace")
            yield Feature(None, tuple(self._names()), raw, why)
        else:
            self.met["damage"] = self.met.get("damage", 0) + 1
        if not following and not final:
            # the next feature's tag may be cut by the end of the block: only such a piece is kept, or this never ends
            cut = _CUT_TAG.search(self._buffer, max(start + 1, stop - 64))
            stop = cut.start() if cut else stop
        del self._buffer[:stop]

    def _restart(self) -> bytes:
        rest = bytes(self._buffer)
        self._buffer.clear()
        outer = (self._outer if self._feature_at >= 0 else self._parser.names) or ["recovered"]
        opening = "".join(f"<{name}>" for name in outer).encode()
        self._new_parser()
        self._silent = True
        self._parser.feed(opening)
        self._silent = False
        self._base = self._fed = len(opening)
        return rest

    def _end(self) -> Iterator[Feature]:
        try:
            self._parser.feed(b"", final=True)
            yield from self._taken()
        except expat.ExpatError as error:
            yield from self._taken()
            self.truncated = True
            if self._feature_at >= 0:
                yield from self._last(str(error))

    def _last(self, why: str) -> Iterator[Feature]:
        """End inside a feature: it is broken, and so is each that begins in what is left."""
        yield from self._broken(why, final=True)
        while self._buffer:
            rest = self._restart()
            yield from self._feed(rest)
            if self._feature_at < 0:
                return
            yield from self._broken("the file ends inside it", final=True)

    def _names(self) -> list[str]:
        return ["".join(words).strip() for words in self._folders]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._silent:
            return
        self.root = self.root or name
        if self._open or name in self._tags:
            if not self._open:
                self._feature_at = self._parser.parser.CurrentByteIndex
                self._outer = self._parser.names[:-1]
            node = Node(name, attributes, [], [])
            if self._open:
                self._open[-1].children.append(node)
            self._open.append(node)
        elif name in ("Folder", "Document"):
            self._folders.append([])
            self._level = 0
        elif name in self._others:
            self.met[name] = self.met.get(name, 0) + 1
            self._level += 1
        else:
            self._folder_name = name == "name" and bool(self._folders) and not self._level
            self._level += 1

    def _close(self, name: str) -> None:
        if self._open:
            node = self._open.pop()
            if not self._open:
                self._done.append(Feature(node, tuple(self._names())))
                self._feature_at = -1
        elif name in ("Folder", "Document"):
            if self._folders:
                self._folders.pop()
            self._level = 0
        else:
            self._folder_name = False
            self._level = max(0, self._level - 1)

    def _text(self, data: str) -> None:
        if self._open:
            self._open[-1].words.append(data)
        elif self._folder_name and self._folders:
            self._folders[-1].append(data)
