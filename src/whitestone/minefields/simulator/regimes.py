"""How orderly were the people who wrote the sheets, and how much of the ground has been searched since?

Every number that the simulator uses, by name. The sizes of error are those of `docs/minefield_goals.md`, an assumption
until a programme fits them to its own verified sheets; the shares differ by regime.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["ERROR_SIZES", "REGIMES", "Regime", "regime_of"]


class Regime(msgspec.Struct, frozen=True, kw_only=True):
    """Shares (0 to 1) and sizes (metres, degrees, parts of one) of one simulated world."""

    name: str
    # What was laid, and what was written of it.
    recorded_share: float = 0.72
    false_share: float = 0.09
    """Of all sheets that are no duplicate: describe no field that ever was."""
    duplicate_share: float = 0.04
    lifted_share: float = 0.03
    """Of the fields: lifted since, a few mines were missed."""
    stray_share: float = 0.04
    gone_share: float = 0.08
    """Of the mines of a field: no longer there, and no paper says so."""
    # Errors of a sheet.
    landmark_m: float = 18.0
    landmark_gross_m: float = 110.0
    landmark_gross_share: float = 0.10
    datum_m: float = 4.0
    compass_bias_deg: float = 1.5
    leg_bearing_deg: float = 1.1
    pace_scale: float = 0.055
    leg_distance_share: float = 0.03
    leg_distance_m: float = 1.0
    gross_leg_share: float = 0.01
    north_unknown_share: float = 0.25
    unit_unknown_share: float = 0.02
    crs_unknown_share: float = 0.02
    zone_lost_share: float = 0.02
    swapped_share: float = 0.01
    unreadable_share: float = 0.0
    """Of the legs: one digit cannot be read."""
    error_scale: float = 1.0
    """True sizes of error over the assumed ones (already multiplied in)."""
    # What has been searched.
    searched_share: float = 0.45
    followed_share: float = 0.85
    """Of the true fields whose sheet was searched: the team went on to the field itself."""
    partly_share: float = 0.20
    accident_share: float = 0.025
    """Of the mines outside searched ground: found by chance."""


ERROR_SIZES = (
    "landmark_m", "landmark_gross_m", "datum_m", "compass_bias_deg", "leg_bearing_deg", "pace_scale",
    "leg_distance_share", "leg_distance_m",
)  # fmt: skip
"""The sizes that the switch for wrong assumptions multiplies; rounding and shares stay."""

_WORLDS = (
    Regime(name="orderly", recorded_share=0.85, false_share=0.04, duplicate_share=0.02, landmark_gross_share=0.06,
           gross_leg_share=0.005, north_unknown_share=0.12, unit_unknown_share=0.0, crs_unknown_share=0.0,
           zone_lost_share=0.01, swapped_share=0.005),
    Regime(name="chaotic", duplicate_share=0.07, false_share=0.12, stray_share=0.10, landmark_gross_share=0.15,
           gross_leg_share=0.02, north_unknown_share=0.35, unit_unknown_share=0.06, crs_unknown_share=0.05,
           zone_lost_share=0.05, swapped_share=0.02, unreadable_share=0.01, partly_share=0.35, followed_share=0.75),
    Regime(name="few-records", recorded_share=0.30),
    Regime(name="false-records", false_share=0.33, duplicate_share=0.06),
)  # fmt: skip
REGIMES: Mapping[str, Regime] = MappingProxyType({world.name: world for world in _WORLDS})


def regime_of(name: str, *, error_scale: float = 1.0) -> Regime:
    """Return a regime by name, its true sizes of error multiplied by `error_scale`.

    Refuses a name that is none of `REGIMES`, and a scale that is not above 0, with InvalidValue.

    >>> regime_of("orderly", error_scale=2.0).landmark_m
    36.0
    >>> regime_of("")
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: ...
    """
    if name not in REGIMES:
        raise InvalidValue(field="regime", value=name, why=f"one of {', '.join(REGIMES)} is needed")
    if not (error_scale > 0 and math.isfinite(error_scale)):
        raise InvalidValue(field="error_scale", value=error_scale, why="a number above 0 is needed")
    world = REGIMES[name]
    sizes = {size: getattr(world, size) * error_scale for size in ERROR_SIZES}
    return msgspec.structs.replace(world, error_scale=error_scale, **sizes)
