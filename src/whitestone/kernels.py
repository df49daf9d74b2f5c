"""Where is compiled code kept, under a name that says of which files it was made, and how is it made?

Numba keeps compiled code in a cache, and looks only at the file of the function itself: where a kernel calls one of
another file, a change there would go unnoticed. Each room therefore keeps its own in a folder named after the contents
of all its files with kernels. Looking the folder up needs no compiler: who only reads what is kept asks here which
kernels made it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["compiled_into", "folder_of"]

Function = TypeVar("Function", bound=Callable[..., Any])


def folder_of(room: Path, files: Iterable[Path]) -> Path:
    """Return where a room keeps code compiled of these files: beside them, else in the user's cache, else for this run.

    The folder's name is that of the room and a digest of the contents; folders of older contents are removed.

    >>> import tempfile
    >>> folder_of(Path(tempfile.mkdtemp()) / "land", []).name.startswith("whitestone-land-")
    True
    """
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(files):
        digest.update(path.read_bytes())
    prefix = f"whitestone-{room.name}-"
    name = prefix + digest.hexdigest()[:16]
    for base in (room / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "whitestone"):
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
            _drop_older(base, prefix, name)
            return base / name
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix=prefix))


def _drop_older(base: Path, prefix: str, name: str) -> None:
    for other in base.glob(f"{prefix}*"):
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def compiled_into(folder: Path, function: Function, **options: Any) -> Function:
    """Compile a function when it is first called, without the interpreter's lock, and keep it in a folder.

    `options` are those of `numba.njit`. Functions of a notebook or prompt, which have no file, cannot be kept.

    >>> from whitestone.minefields.joint_terms import normal
    >>> round(normal(0.0, 0.0, 1.0), 3)
    -0.919
    """
    import numba

    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        made: Function = numba.njit(cache=True, nogil=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    return made
