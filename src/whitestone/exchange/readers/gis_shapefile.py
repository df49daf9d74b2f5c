"""How many features does a Shapefile promise, how many are whole, and in which encoding are its texts?

GDAL reads what lies beyond a cut as empty features, without a word; so the lengths are checked here first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whitestone.exchange.readers.encodings import guess_single_byte

__all__ = ["dbf_encoding", "promised_rows", "whole_rows"]

_SAMPLE_BYTES = 1 << 20


def _part(path: Path, suffix: str) -> Path:
    lower = path.with_suffix(suffix)
    return lower if lower.is_file() else path.with_suffix(suffix.upper())


def promised_rows(path: Path) -> int:
    """Count the features that the index (.shx) or the table (.dbf) promises, whichever is more."""
    index = (_part(path, ".shx").stat().st_size - 100) // 8
    header = _dbf_header(path)
    return max(0, index, header[0])


def _dbf_header(path: Path) -> tuple[int, int, int]:
    with _part(path, ".dbf").open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        return 0, 0, 0
    return (int.from_bytes(head[4:8], "little"), int.from_bytes(head[8:10], "little"),
            int.from_bytes(head[10:12], "little"))


def whole_rows(path: Path, promised: int) -> int:
    """Count the features, from the first, that are whole in both the shapes and the table."""
    with _part(path, ".shx").open("rb") as file:
        index = np.frombuffer(file.read()[100:], ">i4")
    index = index[: index.size // 2 * 2].reshape(-1, 2).astype(np.int64) * 2
    cut = np.flatnonzero(index[:, 0] + index[:, 1] + 8 > path.stat().st_size)
    shapes = int(cut[0]) if cut.size else len(index)
    rows, header, width = _dbf_header(path)
    table = (_part(path, ".dbf").stat().st_size - header) // width if width else 0
    return max(0, min(promised, shapes, rows, table))


def dbf_encoding(path: Path) -> str | None:
    """Find the encoding of a Shapefile's texts where neither .cpg nor the table states it; None where one does."""
    if any(path.with_suffix(suffix).is_file() for suffix in (".cpg", ".CPG", ".cst")):
        return None
    with _part(path, ".dbf").open("rb") as file:
        head = file.read(32)
        if len(head) < 32 or head[29]:
            return None
        file.seek(int.from_bytes(head[8:10], "little"))
        sample = file.read(_SAMPLE_BYTES)
    if sample.isascii():
        return None
    try:
        sample[: sample.rfind(b" ") if len(sample) == _SAMPLE_BYTES else len(sample)].decode("utf-8")
        return "UTF-8"
    except UnicodeDecodeError:
        # only the texts with high bytes tell anything
        words = b" ".join(word for word in sample.split() if not word.isascii())
        return guess_single_byte(words[: 1 << 17])
