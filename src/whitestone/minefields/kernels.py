"""How are the kernels of this room compiled once, and never run as an older version of themselves?

As in `land/compiled.py` (rooms of this floor do not know each other): the cache lies in a folder named after the
contents
of all files with kernels, because Numba looks only at the file of the function itself.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

__all__ = ["cache_folder", "kernel"]

Function = TypeVar("Function", bound=Callable[..., Any])
_PREFIX = "whitestone-minefields-"
_FILES = (
    "joint_state.py",
    "joint_terms.py",
    "joint_guided.py",
    "joint_moves.py",
    "joint_claims.py",
    "joint_run.py",
    "kernels.py",
    "walking.py",
)


@functools.cache
def cache_folder() -> Path:
    """Return where compiled code is kept: beside the files, else in the user's cache, else in a folder for this run.

    >>> cache_folder().name.startswith("whitestone-minefields-")
    True
    """
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in _FILES))
    name = _PREFIX + digest.hexdigest()[:16]
    for base in (here / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "whitestone"):
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
            for other in base.glob(f"{_PREFIX}*"):
                if other.name != name:
                    shutil.rmtree(other, ignore_errors=True)
            return base / name
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


def kernel(function: Function) -> Function:
    """Compile a function when it is first called; it runs without the interpreter's lock, on plain arrays.

    >>> from whitestone.minefields.joint_terms import normal
    >>> round(normal(0.0, 0.0, 1.0), 3)
    -0.919
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        made: Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before
    return made
