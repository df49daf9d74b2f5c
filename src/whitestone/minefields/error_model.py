"""How wrong can a sheet be? Every size of error that the placing assumes, with its reason.

The sizes are assumptions until a programme fits them to sheets that it has matched with finds; each is a setting of the
programme. `halved` and `doubled` give the models with which every score is shown to move.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["REASONS", "ErrorModel", "scaled"]


class ErrorModel(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes of error (metres, degrees, parts of one) and what is believed where a sheet is silent (shares).

    >>> ErrorModel().landmark_m, ErrorModel().gross_leg_share
    (18.0, 0.01)
    """

    landmark_m: float = 18.0
    landmark_gross_m: float = 110.0
    landmark_gross_share: float = 0.10
    resolved_landmark_m: float = 5.0
    datum_m: float = 4.0
    compass_bias_deg: float = 1.5
    leg_bearing_deg: float = 1.1
    rounding_mil: float = 10.0
    pace_scale: float = 0.055
    leg_distance_share: float = 0.03
    leg_distance_m: float = 1.0
    gross_leg_share: float = 0.01
    north_magnetic_share: float = 0.75
    north_grid_share: float = 0.18
    unit_6000_share: float = 0.80
    anticlockwise_share: float = 0.01
    swapped_share: float = 0.01
    crs_doubt_share: float = 0.02
    edge_m: float = 2.0
    find_m: float = 3.0
    false_share: float = 0.15
    lifted_share: float = 0.03
    mines_left_share: float = 0.92
    mines_shape: float = 12.0
    """Shape of the Gamma distribution of mines in the ground about the stated number (12: give or take 29 %)."""


REASONS: Mapping[str, str] = MappingProxyType(
    {
        "landmark_m": "Standard deviation, each axis, of a landmark read off a 1:50,000 or 1:100,000 map: 15 to 20 m.",
        "landmark_gross_m": "The same where the wrong landmark or grid square was read: 100 to 120 m.",
        "landmark_gross_share": "Share of sheets with such a landmark: one in ten.",
        "resolved_landmark_m": "A landmark that a person found again, no accuracy stated: a hand-held receiver.",
        "datum_m": "What operations between Pulkovo 1942 and WGS 84 differ by; shared by all sheets of a region.",
        "compass_bias_deg": "Compass, reader and local attraction; shared by all legs of a sheet.",
        "leg_bearing_deg": "Each bearing, on top of the bias: 1 to 1.2 degrees.",
        "rounding_mil": "Bearings in thousandths are written to 10 of them.",
        "pace_scale": "How a person's pace differs from the nominal one, shared by a sheet: 5 to 6 %.",
        "leg_distance_share": "Each paced distance, part that grows with it.",
        "leg_distance_m": "Each paced distance, part that does not.",
        "gross_leg_share": "Legs written as back azimuth.",
        "north_magnetic_share": "Sheets that state no north: measured by compass, the azimuth written as read.",
        "north_grid_share": "Sheets that state no north: already turned to grid north; the rest is true north.",
        "unit_6000_share": "Sheets in thousandths that do not say which: 6000 to the circle; the rest 6400.",
        "anticlockwise_share": "Sheets whose scale may run against the clock, where they do not say.",
        "swapped_share": "Sheets with x and y exchanged.",
        "crs_doubt_share": "Sheets that state a reference system and mean another.",
        "edge_m": "How far a mine lies from the strip or row that was measured.",
        "find_m": "Accuracy of a find's position where none is stated.",
        "false_share": "Sheets that describe no field, before anything of a batch is known.",
        "lifted_share": "Fields lifted since, of which no paper says so.",
        "mines_left_share": "Mines of a field still there to be found: the rest was lifted or went off.",
        "mines_shape": "How closely the number of mines follows the stated one.",
    }
)
"""What each number means and why it is what it is; `settings` shows these."""

_SIZES = (
    "landmark_m",
    "landmark_gross_m",
    "datum_m",
    "compass_bias_deg",
    "leg_bearing_deg",
    "pace_scale",
    "leg_distance_share",
    "leg_distance_m",
)


def scaled(model: ErrorModel, factor: float) -> ErrorModel:
    """Return the model with all sizes of error multiplied: 0.5 and 2 show how far a result hangs on the assumption.

    Refuses a factor that is not above 0, with InvalidValue.

    >>> scaled(ErrorModel(), 0.5).landmark_m, scaled(ErrorModel(), 1.0) == ErrorModel()
    (9.0, True)
    """
    if not factor > 0.0:
        raise InvalidValue(field="factor", value=factor, why="a number above 0 is needed")
    return msgspec.structs.replace(model, **{name: getattr(model, name) * factor for name in _SIZES})
