"""Where on the disk can a planted value be found, in whatever spelling a store might keep it?"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path


def spellings(canary: str) -> list[bytes]:
    """List the byte strings that would give a value away."""
    plain = canary.encode()
    written = [plain, canary.encode("utf-16-le"), base64.b64encode(plain).rstrip(b"=")[2:-2], plain.hex().encode()]
    # Of a short value base64 leaves two or three bytes, which stand in any large file by chance.
    return [each for each in written if len(each) > 3]


def places(canary: str, *roots: Path) -> list[str]:
    """Name every file under the folders that holds the value; its own name counts too."""
    found = []
    for path in _files(roots):
        content = path.read_bytes()
        if canary in path.name or any(each in content for each in spellings(canary)):
            found.append(str(path))
    return found


def _files(roots: Iterable[Path]) -> Iterable[Path]:
    for root in roots:
        yield from (path for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file())
