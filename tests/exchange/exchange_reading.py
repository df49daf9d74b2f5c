"""What must hold for every reading of every file, whatever its bytes?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from whitestone.errors import Problem
from whitestone.exchange.readers import Chunk, Reading, open_file


def read_all(reading: Reading, rows: int = 50_000) -> list[Chunk]:
    """Read every chunk and check the law: each input row is exactly one row of a frame or one fault."""
    chunks = list(reading.chunks(rows))
    following = 1
    for chunk in chunks:
        assert chunk.first_row == following
        assert 0 < chunk.count <= rows
        taken = np.concatenate([chunk.rows(), np.array([fault.row for fault in chunk.faults], np.int64)])
        assert sorted(taken.tolist()) == list(range(following, following + chunk.count))
        assert all(dtype == pl.String for dtype in chunk.frame.dtypes)
        assert chunk.geometry is None or len(chunk.geometry) == chunk.frame.height
        assert set(chunk.frame.columns) <= set(reading.columns)
        assert all(fault.code and fault.message for fault in chunk.faults)
        following += chunk.count
    return chunks


def outcome(path: Path, rows: int = 50_000) -> tuple[int, int] | str:
    """Read a file that may be anything: (rows read, faults), or the code of the problem that it raised."""
    try:
        chunks = read_all(open_file(path), rows)
    except Problem as problem:
        return problem.code if str(problem) and problem.next else "problem without words"
    return sum(chunk.frame.height for chunk in chunks), sum(len(chunk.faults) for chunk in chunks)
