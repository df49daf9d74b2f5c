"""Where does this room keep compiled code, under a name that says of which kernels it was made?

Looking this up needs no compiler: who only reads what is kept asks here which kernels counted it.
"""

from __future__ import annotations

import functools
from pathlib import Path

from whitestone.kernels import folder_of

__all__ = ["cache_folder"]

_TYPES = ("claims.py", "compiled.py", "marks.py", "rings.py")
"""Files without kernels of which kernels take values."""


@functools.cache
def cache_folder() -> Path:
    """Return where compiled code is kept: beside the files, else in the user's cache, else in a folder for this run.

    >>> cache_folder().name.startswith("whitestone-land-")
    True
    """
    here = Path(__file__).parent
    return folder_of(here, [path for path in here.glob("*.py") if path.name in _TYPES or _has_kernels(path)])


def _has_kernels(path: Path) -> bool:
    text = path.read_bytes()
    return b"@compiled\n" in text or b"@lean\n" in text
