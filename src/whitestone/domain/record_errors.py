"""How wrong may a minefield record be, as long as no programme has measured its own?

The assumptions of the error model as settings, each with its default and the reason for it. They hold until a programme
fits them to sheets that it has matched with finds.
"""

from __future__ import annotations

import msgspec

__all__ = ["RECORD_ERRORS", "RecordErrors"]


class RecordErrors(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes of error (metres, degrees, parts of one) and what is believed where a sheet is silent (shares).

    >>> RecordErrors().minefield_landmark_m
    18.0
    """

    minefield_landmark_m: float = 18.0
    minefield_landmark_gross_m: float = 110.0
    minefield_landmark_gross_share: float = 0.1
    minefield_resolved_landmark_m: float = 5.0
    minefield_datum_m: float = 4.0
    minefield_unit_shift_m: float = 4.0
    minefield_compass_bias_deg: float = 1.5
    minefield_leg_bearing_deg: float = 1.1
    minefield_rounding_mil: float = 10.0
    minefield_pace_scale: float = 0.055
    minefield_leg_distance_share: float = 0.03
    minefield_leg_distance_m: float = 1.0
    minefield_gross_leg_share: float = 0.01
    minefield_north_magnetic_share: float = 0.75
    minefield_north_grid_share: float = 0.18
    minefield_unit_6000_share: float = 0.8
    minefield_anticlockwise_share: float = 0.01
    minefield_swapped_share: float = 0.01
    minefield_crs_doubt_share: float = 0.02
    minefield_edge_m: float = 2.0
    minefield_find_m: float = 3.0
    minefield_false_share: float = 0.15
    minefield_lifted_share: float = 0.03
    minefield_mines_left_share: float = 0.92
    minefield_mines_shape: float = 12.0


RECORD_ERRORS: tuple[tuple[str, float, float, str], ...] = (
    ("minefield_landmark_m", 0.1, 5000,
     "Standard deviation, each axis, of a landmark read off a 1:50,000 or 1:100,000 map: 15 to 20 m."),
    ("minefield_landmark_gross_m", 0.1, 20000,
     "The same where the wrong landmark or grid square was read: 100 to 120 m."),
    ("minefield_landmark_gross_share", 0, 0.5, "Share of sheets with such a landmark: one in ten."),
    ("minefield_resolved_landmark_m", 0.1, 1000,
     "A landmark that a person found again, no accuracy stated: a hand-held receiver."),
    ("minefield_datum_m", 0, 500,
     "What operations between Pulkovo 1942 and WGS 84 differ by; shared by all sheets of a region."),
    ("minefield_unit_shift_m", 0, 500,
     "What sheets of one unit share: the corner of a landmark, the pace. Nobody measured it: as large as the datum."),
    ("minefield_compass_bias_deg", 0, 45, "Compass, reader and local attraction; shared by all legs of a sheet."),
    ("minefield_leg_bearing_deg", 0, 45, "Each bearing, on top of the bias: 1 to 1.2 degrees."),
    ("minefield_rounding_mil", 0, 100, "Bearings in thousandths are written to 10 of them."),
    ("minefield_pace_scale", 0.001, 0.5,
     "How a person's pace differs from the nominal one, shared by a sheet: 5 to 6 %."),
    ("minefield_leg_distance_share", 0, 0.5, "Each paced distance, part that grows with it."),
    ("minefield_leg_distance_m", 0, 100, "Each paced distance, part that does not."),
    ("minefield_gross_leg_share", 0, 0.5, "Legs written as back azimuth."),
    ("minefield_north_magnetic_share", 0, 1,
     "Sheets that state no north: measured by compass, the azimuth written as read."),
    ("minefield_north_grid_share", 0, 1,
     "Sheets that state no north: already turned to grid north; the rest is true north."),
    ("minefield_unit_6000_share", 0, 1,
     "Sheets in thousandths that do not say which: 6000 to the circle; the rest 6400."),
    ("minefield_anticlockwise_share", 0, 0.5, "Sheets whose scale may run against the clock, where they do not say."),
    ("minefield_swapped_share", 0, 0.5, "Sheets with x and y exchanged."),
    ("minefield_crs_doubt_share", 0, 0.5, "Sheets that state a reference system and mean another."),
    ("minefield_edge_m", 0.1, 100, "How far a mine lies from the strip or row that was measured."),
    ("minefield_find_m", 0.1, 1000, "Accuracy of a find's position where none is stated."),
    ("minefield_false_share", 0.01, 0.99, "Sheets that describe no field, before anything of a batch is known."),
    ("minefield_lifted_share", 0, 0.5, "Fields lifted since, of which no paper says so."),
    ("minefield_mines_left_share", 0.05, 1,
     "Mines of a field still there to be found: the rest was lifted or went off."),
    ("minefield_mines_shape", 0.5, 1000, "How closely the number of mines follows the stated one."),
)  # fmt: skip
"""Each: the setting, its bounds, what it means and why it is what it is."""
