"""How are the kernels of this room compiled once, and never run as an older version of themselves?

The cache lies in a folder named after the contents of all files with kernels: see `whitestone.kernels`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from whitestone.kernels import compiled_into, folder_of

__all__ = ["bare_kernel", "cache_folder", "kernel"]

Function = TypeVar("Function", bound=Callable[..., Any])
_TYPES = ("joint_state.py", "kernels.py")
"""Files without kernels of which kernels take values."""


@functools.cache
def cache_folder() -> Path:
    """Return where compiled code is kept: beside the files, else in the user's cache, else in a folder for this run.

    >>> cache_folder().name.startswith("whitestone-minefields-")
    True
    """
    here = Path(__file__).parent
    files = [path for path in here.glob("*.py") if path.name in _TYPES or b"kernel\n" in path.read_bytes()]
    return folder_of(here, files)


def kernel(function: Function) -> Function:
    """Compile a function when it is first called; it runs without the interpreter's lock, on plain arrays.

    >>> from whitestone.minefields.joint_terms import normal
    >>> round(normal(0.0, 0.0, 1.0), 3)
    -0.919
    """
    return compiled_into(cache_folder(), function, error_model="numpy")


def bare_kernel(function: Function) -> Function:
    """Compile a function that makes no arrays: it does not count who holds those that it is given.

    Counting, for some fifty arrays at every call, took more than half of the time of the joint search. Whoever calls
    holds the arrays while the function runs, so none is freed under it; one that makes an array does not compile. Two
    things the compiler does not see, and a test does: a bare kernel calls bare kernels only (an array made by another
    would never be freed), and one that returns an array is called by bare kernels only (others would free it once too
    often). `_nrt` is an option of Numba that it does not document: a version without it refuses it at once.

    >>> from whitestone.minefields.joint_terms import gamma
    >>> round(gamma(1.0, 1.0, 1.0), 3)
    -1.0
    """
    return compiled_into(cache_folder(), function, error_model="numpy", _nrt=False)
