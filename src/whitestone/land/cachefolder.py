"""Where is compiled code kept, under a name that says of which kernels it was made?

Looking this up needs no compiler: who only reads what is kept asks here which kernels counted it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["cache_folder"]

_PREFIX = "whitestone-land-"
_TYPES = ("claims.py", "compiled.py", "marks.py", "rings.py")
"""Files without kernels of which kernels take values."""


@functools.cache
def cache_folder() -> Path:
    """Return where compiled code is kept: beside the files, else in the user's cache, else in a folder for this run.

    >>> cache_folder().name.startswith("whitestone-land-")
    True
    """
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(here.glob("*.py")):
        text = path.read_bytes()
        if b"@compiled\n" in text or b"@lean\n" in text or path.name in _TYPES:
            digest.update(text)
    name = _PREFIX + digest.hexdigest()[:16]
    for base in (here / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "whitestone"):
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
            _drop_older(base, name)
            return base / name
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


def _drop_older(base: Path, name: str) -> None:
    for other in base.glob(f"{_PREFIX}*"):
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)
