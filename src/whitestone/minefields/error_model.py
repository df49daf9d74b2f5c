"""How wrong can a sheet be? Every size of error that the placing assumes, with its reason.

The sizes are assumptions until a programme fits them to sheets that it has matched with finds; each is a setting of the
programme. `scaled` gives the models with which every score is shown to move.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from whitestone.domain.record_errors import RECORD_ERRORS, RecordErrors
from whitestone.errors import InvalidValue

__all__ = ["REASONS", "ErrorModel", "model_of", "scaled"]

_OWN = "minefield_"
"""What the settings of a programme begin with that are sizes of error."""


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
    unit_shift_m: float = 4.0
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


REASONS: Mapping[str, str] = MappingProxyType({key.removeprefix(_OWN): why for key, _low, _high, why in RECORD_ERRORS})
"""What each number means and why it is what it is; `whitestone settings` shows the same."""

_SIZES = (
    "landmark_m",
    "landmark_gross_m",
    "datum_m",
    "unit_shift_m",
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


def model_of(settings: RecordErrors) -> ErrorModel:
    """Return the error model that the settings of a programme state; the defaults where they state nothing.

    >>> model_of(RecordErrors()) == ErrorModel(), model_of(RecordErrors(minefield_datum_m=9.0)).datum_m
    (True, 9.0)
    """
    return ErrorModel(**{name: getattr(settings, _OWN + name) for name in ErrorModel.__struct_fields__})
