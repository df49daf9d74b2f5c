"""How is XML read as a stream without running into what a hostile file can do with it?

Plain expat with entity declarations and external references refused, names without prefixes, one UTF-8 stream
whatever the file declares, and a bound on depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.parsers import expat

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.encodings import Encoding, detect_encoding, transcode

__all__ = ["SafeParser", "local", "xml_blocks"]

DEPTH_LIMIT = 200
_CONTROL = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))
_SPACES = bytes.maketrans(_CONTROL, b" " * len(_CONTROL))
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


class SafeParser:
    """Feed blocks; `start(name, attributes)`, `end(name)` and `text(data)` are called with unprefixed names.

    Raises UnreadableFile for declared entities and external references, and expat's own error where the text is not
    well-formed (the caller knows what to make of the rest).
    """

    def __init__(self, path: Path, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None],
                 text: Callable[[str], None]) -> None:
        self._path, self._start, self._end = path, start, end
        self.names: list[str] = []
        """The elements that are open, with their prefixes."""
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self.parser.CharacterDataHandler = text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._external
        self.parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, block: bytes, final: bool = False) -> None:
        """Parse the next block."""
        self.parser.Parse(block, final)

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        self.names.append(name)
        if len(self.names) > DEPTH_LIMIT:
            raise UnreadableFile(path=self._path.name, why=f"its XML is nested deeper than {DEPTH_LIMIT}",
                                 fix="Export it again from its program.")
        self._start(local(name), attributes)

    def _closed(self, name: str) -> None:
        self.names.pop()
        self._end(local(name))

    def _entity(self, *_: object) -> None:
        raise UnreadableFile(path=self._path.name, why="its XML declares entities, as an XML bomb does",
                             fix="Export it again from its program; a plain file has none.")

    def _external(self, *_: object) -> int:
        raise UnreadableFile(path=self._path.name, why="its XML refers to something outside the file",
                             fix="Export it again from its program; a plain file has none.")

    def _doctype(self, _name: str, system: str | None, public: str | None, _internal: int) -> None:
        if system or public:
            self._external()


def local(name: str) -> str:
    """Drop a namespace prefix.

    >>> local("gx:coord"), local("name"), local("")
    ('coord', 'name', '')
    """
    return name.rpartition(":")[2]


def xml_blocks(path: Path) -> tuple[Encoding, Callable[[], Iterator[bytes]]]:
    """Find the encoding of an XML file and give a way to stream it as UTF-8, control characters as spaces.

    A declared encoding counts unless the bytes are valid UTF-8.
    """
    found = detect_encoding(path)
    if not found.pure_utf8 and found.name not in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        with path.open("rb") as file:
            declared = _DECLARED.search(file.read(1024))
        try:
            if declared and "utf" not in declared.group(1).decode().lower():
                found = detect_encoding(path, declared.group(1).decode())
        except LookupError:
            pass
    return found, lambda: cleaned(transcode(path, found))


def cleaned(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Replace control characters, which XML forbids, by spaces.

    >>> list(cleaned([b"a\\x0bb"]))
    [b'a b']
    """
    for block in blocks:
        yield block.translate(_SPACES)
