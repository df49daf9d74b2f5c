"""What does the joint search for fields hold in memory, and what do its arrays mean?

Plain named tuples of arrays, because compiled code takes nothing else. Lengths in metres in the batch's own plane,
angles in radians, counter-clockwise from east. A *field* is a template (a shape of unit size with the density of mines
in it) laid on the ground by five numbers: centre x and y, turn, logarithm of length and of width.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "FALSE",
    "LANES",
    "REAL",
    "Beliefs",
    "Field",
    "Ground",
    "Hyper",
    "Kept",
    "Scene",
    "Shapes",
    "Sheets",
    "State",
    "empty_state",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FALSE, REAL = 0, 1
"""States of a sheet in a draw: describes no field with mines in it; describes one."""


LANES = 8


class Ground(NamedTuple):
    """Finds and searched ground. Finds are sorted by cell of a square net, so that neighbours are found by looking."""

    x: Floats
    """(finds,) metres."""
    y: Floats
    kind: Ints
    """(finds,) number of the type, -1 where the type is not known."""
    start: Ints
    """(cells + 1,) first find of each cell."""
    net: Floats
    """(west, south, size, columns, rows) of the net of finds."""
    seen: npt.NDArray[np.float32]
    """(rows, columns) chance that a mine lying in the cell has been found by now; row 0 is the southern one."""
    seen_net: Floats
    """(west, south, size, columns, rows) of `seen`."""
    stray_mix: Floats
    """(types,) shares of the types among all finds, for strays."""
    open: npt.NDArray[np.bool_]
    """(finds,) whether the find lies outside of searched ground: somebody met it by chance."""
    chance: Floats
    """(1,) chance that a mine outside of searched ground has been met by now; learned, each chain has its own."""


class Shapes(NamedTuple):
    """Templates: number 0 is a rectangle, the others belong to sheets."""

    density: npt.NDArray[np.float32]
    """(templates, rows, columns) share of mines per unit square, which sums to one over the template."""
    reach: Floats
    """(templates, 2) half extent in units of length and of width."""
    points: npt.NDArray[np.float32]
    """(templates, points, 2) places of equal weight, for what has been searched of it."""
    lane: npt.NDArray[np.int8]
    """(templates, rows, columns) which of `LANES` lanes from one long side to the other a cell lies in."""
    point_lane: npt.NDArray[np.int8]
    """(templates, points)."""
    lane_share: Floats
    """(templates, LANES) share of the points that lie in each lane."""
    form: Ints
    """(templates,) 0 as written, 1 and more: as it would be if a leg about the field were written backwards."""


class Sheets(NamedTuple):
    """What is believed of each sheet before any find: where its field lies, how many mines, which types."""

    weight: Floats
    """(sheets, components) shares of the components of the mixture; they sum to one."""
    mean: Floats
    """(sheets, components, 5)."""
    root: Floats
    """(sheets, components, 5, 5) lower triangular root of the covariance."""
    inverse: Floats
    """(sheets, components, 5, 5) inverse of the root."""
    form: Ints
    """(sheets, components) form of the field under each component, as in `Shapes`."""
    template: Ints
    """(sheets, 2) plain template, and the one with rows (the same number where the sheet has none)."""
    more: Ints
    """(sheets,) template of form 1; those of further forms follow it."""
    mines: Floats
    """(sheets,) expected number of mines in the ground."""
    shape: Floats
    """(sheets,) shape of the Gamma prior of that number: the larger, the surer."""
    stated: npt.NDArray[np.bool_]
    """(sheets,) whether the sheet itself states the number."""
    mix: Floats
    """(sheets, types) parameters of the Dirichlet prior of the types."""
    lifted: Floats
    """(sheets,) chance that a real field has been lifted since."""
    informed: npt.NDArray[np.bool_]
    """(sheets,) whether anything that was searched or found, or not met by chance, can tell of the field."""
    group: Ints
    """(sheets, 3) numbers of the groups with which it shares a shift: all, its district, its unit; -1: none."""
    middle: Floats
    """(sheets, 2) where the sheet says that the middle is, and"""
    reach: Floats
    """(sheets,) how far from there it can lie, metres."""
    near_start: Ints
    """(sheets + 1,) first neighbour of each sheet in"""
    near: Ints
    """neighbours: sheets whose fields can lie on the same ground; if i is one of j, j is one of i."""


class Beliefs(NamedTuple):
    """Numbers that rule the whole batch and do not change while it runs."""

    true_a: float
    """Beta prior of the share of sheets that describe a field: true ones ..."""
    true_b: float
    """... and false ones."""
    stray_a: float
    """Gamma prior of strays per square metre: number ..."""
    stray_b: float
    """... and searched square metres."""
    unwritten_a: float
    """Gamma prior of fields without a sheet per square metre."""
    unwritten_b: float
    searched_m2: float
    open_m2: float
    """Ground about finds and searches that nobody searched."""
    reach_m2: float
    """Ground on which the middle of a field can lie that has been searched in part."""
    log_length: float
    """Mean and spread of the logarithm of length and of width, for fields of which nobody wrote."""
    log_length_sd: float
    log_width: float
    log_width_sd: float
    mines_log: float
    """Such a field holds exp(mines_log) * area_m2 ** mines_slope mines on average, ..."""
    mines_slope: float
    mines_shape: float
    """... with the Gamma prior of this shape: as the numbers that sheets state scatter about their areas."""
    mixes: Floats
    """(mixes, types) parameters of the Dirichlet priors of its types, one for each set that sheets name, ..."""
    mix_share: Floats
    """(mixes,) ... and how often each is named; they sum to one."""
    mix_weight: Floats
    """(mixes, types + 1) logarithm of the Gamma function of each of these parameters; last, minus that of their sum."""
    shift_sd: Floats
    """(groups,) spread of the shift that a group of sheets shares, metres."""
    learn_sd: float
    """Spread of the logarithm of the factors on the error model; 0 keeps the model as stated."""
    amount_sd: float
    """Spread of the logarithm of the factor on stated numbers of mines."""
    heat: float
    """Power on the likelihood of the finds, one or a little less: guards against a model that is a little wrong."""


class Hyper(NamedTuple):
    """Numbers that are learned on the way, in arrays of length one so that compiled code can change them."""

    truth: Floats
    """(1,) share of sheets that describe a field."""
    stray: Floats
    """(1,) strays per square metre."""
    unwritten: Floats
    """(1,) fields without a sheet per square metre."""
    factor: Floats
    """(3,) factors on the spread of place, of turn and of size."""
    amount: Floats
    """(1,) factor on stated numbers of mines."""
    shift: Floats
    """(groups, 2) east and north, metres; a sheet is off by the sum of those of its groups."""
    sure: Floats
    """(1,) factor on the shape of the prior of stated numbers of mines: how closely sheets and ground agree."""


class State(NamedTuple):
    """One joint explanation of all finds. Objects 0 to sheets-1 are the sheets' fields, the rest are unwritten
    fields."""

    on: Ints
    """(objects,) REAL where there is a field."""
    at: Floats
    """(objects, 5) centre x, y, turn, log length, log width."""
    template: Ints
    mines: Floats
    """(objects,) number of mines, found or not."""
    mix: Floats
    """(objects, types) shares of the types."""
    lanes: Floats
    """(objects, LANES) how dense each lane is beside the mean: mines may lie along rows of which no sheet tells."""
    total: Floats
    """(finds,) intensity of all fields and strays at each find, per square metre and of its type."""
    change: Floats
    """(finds,) scratch: what a proposed move adds; zero between moves."""
    touched: Ints
    """(finds + 1,) scratch: finds with a change; the last cell holds their number."""
    under: Ints
    """(finds,) scratch: finds under the field that is looked at, ..."""
    density: Floats
    """... share of its mines per square metre there, ..."""
    lane: Ints
    """... and lanes."""
    owner: Ints
    """(finds,) object that a find was given to in this draw, -1 for a stray."""
    step: Floats
    """(5,) scratch: the place that a field may step to."""
    left_kinds: Floats
    """(types,) scratch: finds that all others leave to the field that is looked at, by type, ..."""
    left_lanes: Floats
    """(LANES,) ... and by lane."""
    usual_mix: Floats
    """(types,) scratch: shares of the types that such a field has before any find."""
    usual_lanes: Floats
    """(LANES,) ones: lanes of such a field."""
    none: Floats
    """(types or LANES, whichever are more,) noughts: no find was counted."""


class Field(NamedTuple):
    """One field as it lies: what a move takes away or puts down."""

    at: Floats
    """(5,) as in `State`, and so are the others."""
    mines: float
    mix: Floats
    lanes: Floats
    template: int


class Scene(NamedTuple):
    """All that a move looks at, and what it may change: `hyper` and `state`."""

    ground: Ground
    shapes: Shapes
    sheets: Sheets
    beliefs: Beliefs
    hyper: Hyper
    state: State


class Kept(NamedTuple):
    """Draws of one chain: as in `joint.Draws`."""

    on: Ints
    at: Floats
    form: Ints
    owner: Ints
    numbers: Floats
    seen: Floats
    shift: Floats


def empty_state(objects: int, finds: int, kinds: int) -> State:
    """Return the state in which no object is a field and nothing promises a find."""
    return State(
        np.zeros(objects, np.int64),
        np.zeros((objects, 5)),
        np.zeros(objects, np.int64),
        np.ones(objects),
        np.full((objects, kinds), 1.0 / max(kinds, 1)),
        np.ones((objects, LANES)),
        np.full(finds, 1e-9),
        np.zeros(finds),
        np.zeros(finds + 1, np.int64),
        np.zeros(finds, np.int64),
        np.zeros(finds),
        np.zeros(finds, np.int64),
        np.full(finds, -1, np.int64),
        np.zeros(5),
        np.zeros(kinds),
        np.zeros(LANES),
        np.zeros(kinds),
        np.ones(LANES),
        np.zeros(max(kinds, LANES)),
    )
