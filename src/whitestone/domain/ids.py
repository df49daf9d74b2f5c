"""How does a record get an identity where it is born, without asking anybody?

UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Ids made in one batch rise in order, which
keeps the journal's indexes appending instead of splitting pages.
"""

from __future__ import annotations

import os
import threading
import time
import uuid

import numpy as np
import numpy.typing as npt

__all__ = ["new_id", "new_ids"]

_lock = threading.Lock()
_last_ms = 0


def new_ids(count: int) -> list[bytes]:
    """Make `count` UUIDv7 values as 16 byte strings, rising within the batch and after every earlier batch here.

    >>> ids = new_ids(3)
    >>> sorted(ids) == ids, len(ids[0]), new_ids(0)
    (True, 16, [])
    """
    if count == 0:
        return []
    raw = np.frombuffer(os.urandom(16 * count), dtype=np.uint8).reshape(count, 16).copy()
    raw[:, :6] = _timestamps(count)
    # 20 rising bits after the version nibble keep the order inside one batch; 54 random bits follow.
    order = np.arange(count, dtype=np.uint32)
    raw[:, 6] = 0x70 | ((order >> 16) & 0x0F)
    raw[:, 7] = (order >> 8) & 0xFF
    raw[:, 8] = 0x80 | ((order >> 2) & 0x3F)
    raw[:, 9] = ((order & 0x03) << 6).astype(np.uint8) | (raw[:, 9] & 0x3F)
    data = raw.tobytes()
    return [data[at : at + 16] for at in range(0, 16 * count, 16)]


def new_id() -> uuid.UUID:
    """Make one UUIDv7.

    >>> new_id().version
    7
    """
    return uuid.UUID(bytes=new_ids(1)[0])


def _timestamps(count: int) -> npt.NDArray[np.uint8]:
    """Reserve one millisecond per 2**20 ids, never one that was used before in this process."""
    global _last_ms
    blocks = (count - 1 >> 20) + 1
    with _lock:
        first = max(time.time_ns() // 1_000_000, _last_ms + 1)
        _last_ms = first + blocks - 1
    stamps = (first + (np.arange(count, dtype=np.uint64) >> np.uint64(20))).astype(">u8")
    return stamps.view(np.uint8).reshape(count, 8)[:, 2:]
