"""How are the kernels of this room compiled once, and never run as an older version of themselves?

The cache lies in a folder named after the contents of all files with kernels: see `whitestone.kernels`. Compiling takes
about a minute and a half of one processor and 830 MiB of memory, once for each version:

    python -m whitestone.land.compiled      # do it now, so that no question has to wait for it
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from whitestone.kernels import compiled_into
from whitestone.land.cachefolder import cache_folder

__all__ = ["cache_folder", "compile_ahead", "compiled", "lean"]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; it runs without the interpreter's lock.

    >>> from whitestone.land.sweep import clear, new_cells
    >>> clear(new_cells(1, 1, 1))  # compiled here, if no run before has done it
    """
    return compiled_into(cache_folder(), function)


def lean(function: Function) -> Function:
    """Compile a function that makes no arrays: those that it is given are then not counted in and out at every call.

    For what runs for every edge; counting would cost more there than the work itself.

    >>> from whitestone.land.sweep import clear, new_cells
    >>> clear(new_cells(1, 1, 1))
    """
    return compiled_into(cache_folder(), function, _nrt=False)


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
