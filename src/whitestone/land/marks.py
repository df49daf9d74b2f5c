"""By which numbers do the kernel and the books name columns of bookings, and the day after all days?"""

from __future__ import annotations

__all__ = [
    "DECREASE", "DISCOVERED", "INCREASE", "NEVER", "OWN_IN", "OWN_OUT", "RECLASSIFIED", "RELEASED", "TRANSFER",
]  # fmt: skip

NEVER = 10**9
"""The day number after every calendar day."""

DISCOVERED, INCREASE, DECREASE, TRANSFER = 0, 1, 2, 3
RELEASED = 3
"""Column of a release: this and its strength (cancelled 1, reduced 2, cleared 3)."""
RECLASSIFIED, OWN_IN, OWN_OUT = 7, 8, 9
