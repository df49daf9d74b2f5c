"""What does the map draw of the ground that is left? The kept shapes of the ledger, in a picture of their own.

Apart from the picture of records, since it opens the ledger: who only looks at records does not wait for a sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.remaining_kept import ground_left

if TYPE_CHECKING:
    from whitestone.domain.revision import State

__all__ = ["states_left"]


def states_left(programme: Programme, clocks: Clocks) -> list[State]:
    """Return the states of the hazards that have ground left, each with that ground in the place of its outline."""
    left = {each.record_id: each.geometry for each in ground_left(programme, clocks)}
    return [
        msgspec.structs.replace(state, geometry=left[state.record_id])
        for state in programme.journal.states("hazard", on=clocks.on, known=clocks.known, geometry=False)
        if state.record_id in left
    ]
