"""How are the kernels of this room compiled once, and never run as an older version of themselves?

Numba keeps compiled code in a cache, and looks only at the file of the function itself: where a kernel calls one of
another file, a change there would go unnoticed. The cache here therefore lies in a folder named after the contents of
all files with kernels. Compiling takes about half a minute of processor time, once for each version:

    python -m whitestone.land.compiled      # do it now, so that no question has to wait for it
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

__all__ = ["cache_folder", "compile_ahead", "compiled", "lean"]

Function = TypeVar("Function", bound=Callable[..., Any])
_PREFIX = "whitestone-land-"
_TYPES = ("compiled.py", "rings.py")
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


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; it runs without the interpreter's lock.

    >>> from whitestone.land.sweep import clear, new_cells
    >>> clear(new_cells(1, 1, 1))  # compiled here, if no run before has done it
    """
    return _compiled(function)


def lean(function: Function) -> Function:
    """Compile a function that makes no arrays: those that it is given are then not counted in and out at every call.

    For what runs for every edge; counting would cost more there than the work itself.

    >>> from whitestone.land.sweep import clear, new_cells
    >>> clear(new_cells(1, 1, 1))
    """
    return _compiled(function, _nrt=False)


def _compiled(function: Function, **options: bool) -> Function:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        made: Function = numba.njit(cache=True, nogil=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    return made


def compile_ahead() -> Path:
    """Compile all kernels by counting one square metre, also as crowded ground is; return where they are kept.

    >>> compile_ahead().is_dir()
    True
    """
    import shapely

    from whitestone.land.book import simulate
    from whitestone.land.folding import count_crowded, shots_crowded
    from whitestone.land.inputs import HazardSlice, ReleasePiece
    from whitestone.land.sweep import new_cells, new_edges
    from whitestone.land.timeline import Timeline
    from whitestone.land.units import new_output

    shape, half = shapely.box(0, 0, 1, 1), shapely.box(0, 0, 0.5, 1)
    hazard = HazardSlice(uuid.UUID(int=1), None, None, "sha", "open", shape)
    release = ReleasePiece(uuid.UUID(int=2), "cleared", None, (), half)
    simulate([hazard], [release], threads=1)
    ground = Timeline([hazard], [release]).ground()
    room = new_edges(20), new_cells(4, 16, 2)
    count_crowded(*ground, 0, *room, new_output(16, 4, 4))
    shots_crowded(*ground, 0, *room)
    return cache_folder()


if __name__ == "__main__":
    compile_ahead()
