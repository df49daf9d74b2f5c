"""Before any find: where does a sheet place its field, as sampled placements and as a density that can be looked up?

The samples are the truth of the placing; the density is a mixture of normal ones over centre, turn, length and width,
one for each hypothesis and each thing that can go wrong, so that heavy tails stay heavy.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.sheet_parts import Sheet
from whitestone.minefields.templates import Frame, Template, frame_of, plain_template, row_template
from whitestone.minefields.walking import GROSS_LEG, noise, walked
from whitestone.minefields.ways import Reading, way_of

__all__ = ["COMPONENTS", "Form", "Prior", "place_before"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COMPONENTS = 16
_LEAST_SAMPLES, _SURE_SAMPLES = 18.0, 60.0
"""A group of fewer samples (of equal weight) has no component of its own; of fewer than the second number, a wider
one."""
_FLOOR = np.array([1.0, 1.0, 0.005, 0.02, 0.08])
"""Least spread of a component: centre (m), turn (radians), length and width (logarithms): mines need not fill a
strip."""
_MOST_FORMS, _OTHER_M = 8, 6.0
"""So many forms beside that as written; a form is another one if its corners lie so far off on average (metres)."""
_BENT_SHARE, _BENT_M, _LEAST_SOFT_M = 0.03, 1.0, 3.0
"""Strips bend between the corners that were measured, wide ones more: so much of the width and so many metres. And no
edge of what is found is sharper than the fix of a find."""
_MOST_SOFT_SHARE, _MOST_SOFT_M = 0.3, 5.0
"""So much of the width and so many metres are the most: a strip that is blurred more loses its shape, and what is left
of a sheet is its middle."""
_TAIL_SHARE, _TAIL_TIMES = 0.03, 4.0
"""Share of sheets that are wrong in a way nobody listed, and how much wider such a sheet scatters."""
_WIDER = np.array([_TAIL_TIMES, _TAIL_TIMES, 2.0, 2.0, 2.0])


class Form(msgspec.Struct, frozen=True):
    """How the field lies if one leg about it was written backwards: another shape, not only another place."""

    fate: int
    frame: Frame
    ring: Floats
    """(k, 2) in metres."""
    plain: Template


class Prior(msgspec.Struct, frozen=True):
    """What one sheet says of its field: samples and mixture. Fields are five numbers, see `joint_state`."""

    frame: Frame
    ring: Floats
    """(k, 2) perimeter as written under the likeliest reading, metres."""
    at: Floats
    """(samples, 5)."""
    share: Floats
    """(samples,) weights, summing to one."""
    reading: Ints
    """(samples,) number of the hypothesis."""
    weight: Floats
    """(components,)."""
    mean: Floats
    """(components, 5)."""
    covariance: Floats
    """(components, 5, 5)."""
    form: Ints
    """(samples,) 0 as written; 1 and more: a leg about the field was written backwards, as in `forms`."""
    component_form: Ints
    """(components,)."""
    plain: Template
    rows: Template | None
    forms: tuple[Form, ...]
    shares: tuple[float, ...]
    """Weight of each hypothesis after legs that close a loop have been heard."""


def place_before(
    sheet: Sheet, readings: Sequence[Reading], model: ErrorModel, *, seed: int, samples: int = 2000
) -> Prior:
    """Place a sheet `samples` times under its error model; `readings` holds at least one. Same seed, same result."""
    own = zlib.crc32(sheet.key.encode()) ^ (seed * 0x9E3779B1 & 0x7FFFFFFF)
    blocks = []
    for number, reading in enumerate(readings):
        count = max(int(samples * reading.share), 60 if number else 200)
        blocks.append(_block(reading, sheet, model, own + 7 * number, count))  # a seed of its own for each
    stations = list(blocks[0][3])
    first = _written(readings[0], stations)
    ring_at = [stations.index(int(each)) for each in readings[0].geometry.perimeter if int(each) in stations]
    ring = first[ring_at] if ring_at else first
    frame = _framed(sheet, first if len(first) >= 2 else ring)
    forms = _forms(blocks[0], first, ring_at, model)
    fits = [_fitted_each(block, first, frame, ring_at, forms) for block in blocks]
    at, left, form = (np.concatenate(part) for part in zip(*fits, strict=True))
    share = _shares(readings, blocks)
    if len(first) < 2:
        at = _turned(at, own)
    each_reading = np.concatenate([np.full(len(block[0]), n) for n, block in enumerate(blocks)])
    fate = np.concatenate([block[1] for block in blocks])
    off = np.sqrt(np.average(left, weights=share))
    weight, mean, covariance, component_form = _mixture(at, share, each_reading * 128 + fate, form)
    soft = _soft(float(off), frame, model)
    plain = plain_template(_filled(ring, frame), frame, *soft)
    shares = tuple(float(share[each_reading == n].sum()) for n in range(len(readings)))
    return Prior(
        frame,
        ring,
        at,
        share,
        each_reading,
        weight,
        mean,
        covariance,
        form,
        component_form,
        plain,
        _rows(sheet, readings[0], first, stations, frame, soft[0]),
        forms,
        shares,
    )


def _shares(readings: Sequence[Reading], blocks: Sequence[tuple[Floats, Ints, Floats, Ints]]) -> Floats:
    """Return the weights of all samples, summing to one, after loops and further points have been heard."""
    each = zip(readings, blocks, strict=True)
    log = np.concatenate([np.log(reading.share) - math.log(len(block[0])) + block[2] for reading, block in each])
    share = np.exp(log - log.max())
    return np.asarray(share / share.sum())


def _block(
    reading: Reading, sheet: Sheet, model: ErrorModel, seed: int, samples: int
) -> tuple[Floats, Ints, Floats, Ints]:
    way = way_of(reading, sheet, model)
    places = np.empty((samples, way.wanted.size, 2), np.float32)
    fate, weight = np.empty(samples, np.int8), np.empty(samples, np.float32)
    walked(way, seed & 0x7FFFFFFF, samples, *noise(), places, fate, weight)
    return places.astype(float), fate.astype(np.int64), weight.astype(float), way.wanted


def _written(reading: Reading, stations: list[int]) -> Floats:
    """Return stations as written, in metres of the plane of the batch."""
    geometry = reading.geometry
    turn = math.radians(reading.turn_deg)
    east, north = geometry.east_m[stations], geometry.north_m[stations]
    return np.column_stack(
        [
            reading.at[0] + math.cos(turn) * east + math.sin(turn) * north,
            reading.at[1] + math.cos(turn) * north - math.sin(turn) * east,
        ]
    )


def _framed(sheet: Sheet, points: Floats) -> Frame:
    frame = frame_of(points)
    if len(points) >= 2:
        return frame
    front, depth = sheet.front_m or 200.0, sheet.depth_m or 60.0
    return msgspec.structs.replace(frame, length=max(front, depth), width=min(front, depth))


def _filled(ring: Floats, frame: Frame) -> Floats:
    """Return the ring, or the whole frame where the sheet names fewer than three corners."""
    if len(ring) >= 3:
        return ring
    cos, sin = math.cos(frame.turn), math.sin(frame.turn)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (frame.length / 2.0, frame.width / 2.0)
    return np.column_stack(
        [frame.x + cos * corners[:, 0] - sin * corners[:, 1], frame.y + sin * corners[:, 0] + cos * corners[:, 1]]
    )


def _turned(at: Floats, seed: int) -> Floats:
    """Give fields that hang on one point a turn and a place around it: the sheet does not say where they stretch."""
    rng = np.random.default_rng(seed)
    turned = at.copy()
    turned[:, 2] = rng.uniform(-math.pi, math.pi, len(at))
    far = 0.5 * np.exp(at[:, 3]) * rng.uniform(-1.0, 1.0, len(at))
    turned[:, 0] += far * np.cos(turned[:, 2])
    turned[:, 1] += far * np.sin(turned[:, 2])
    turned[:, 3:] += rng.normal(0.0, 0.4, (len(at), 2))
    return turned


def _fitted(places: Floats, first: Floats, frame: Frame) -> tuple[Floats, Floats]:
    """Lay the frame on sampled stations (samples, n, 2): five numbers each, and the mean square left over, in m2."""
    samples = len(places)
    at = np.tile(frame.at, (samples, 1))
    local = frame.local(first)
    middle = local.mean(axis=0)
    spread = local - middle
    centre = places.mean(axis=1)
    if len(first) < 2:
        at[:, :2] = centre
        return at, np.zeros(samples)
    moment = spread.T @ spread + 1e-3 * np.eye(2)
    # Columns: where the length and the width of the frame go, in metres.
    prior = np.array(
        [
            [math.cos(frame.turn) * frame.length, math.sin(frame.turn) * frame.length],
            [-math.sin(frame.turn) * frame.width, math.cos(frame.turn) * frame.width],
        ]
    )
    moved = np.einsum("ni,snj->sij", spread, places - centre[:, None]) + 1e-3 * prior
    matrix = np.linalg.solve(moment, moved)
    long, wide = matrix[:, 0], matrix[:, 1]
    length = np.hypot(long[:, 0], long[:, 1])
    turn = np.arctan2(long[:, 1], long[:, 0])
    width = np.maximum(np.abs(long[:, 0] * wide[:, 1] - long[:, 1] * wide[:, 0]) / np.maximum(length, 1.0), 2.0)
    at[:, 2] = frame.turn + (turn - frame.turn + math.pi) % (2.0 * math.pi) - math.pi
    at[:, 3], at[:, 4] = np.log(np.maximum(length, 4.0)), np.log(width)
    cos, sin = np.cos(at[:, 2]), np.sin(at[:, 2])
    u, v = middle[0] * length, middle[1] * width
    at[:, 0], at[:, 1] = centre[:, 0] - cos * u + sin * v, centre[:, 1] - sin * u - cos * v
    x, y = local[:, 0] * length[:, None], local[:, 1] * width[:, None]
    again = np.stack(
        [at[:, :1] + cos[:, None] * x - sin[:, None] * y, at[:, 1:2] + sin[:, None] * x + cos[:, None] * y], -1
    )
    left = np.minimum(((again - places) ** 2).sum(axis=-1).mean(axis=1) / 2.0, 15.0**2)
    return at, left


def _soft(off_m: float, frame: Frame, model: ErrorModel) -> tuple[float, float]:
    """Return by how much the edge of a field is blurred for its finds and for its mines, metres.

    Soft edges forgive a sheet that is wrong in a way nobody listed, but they also widen the ground that holds a field
    and let neighbours take its finds: they are no softer than receivers, edges and shapes that bend call for.
    """
    bent, most = _BENT_SHARE * frame.width + _BENT_M, _MOST_SOFT_SHARE * frame.width + _MOST_SOFT_M
    finds = max(math.hypot(off_m, model.edge_m, model.find_m), bent, _LEAST_SOFT_M)
    mines = max(model.edge_m, bent)
    return min(finds, most), min(mines, most)


def _forms(
    block: tuple[Floats, Ints, Floats, Ints], first: Floats, ring_at: list[int], model: ErrorModel
) -> tuple[Form, ...]:
    """Return the forms of the field if one leg was written backwards, the likeliest first, where they differ."""
    if len(ring_at) < 3:
        return ()
    places, fate, log, _ = block
    share = np.exp(log - log.max())
    written = first[ring_at] - first[ring_at].mean(axis=0)
    held = []
    for number in range(GROSS_LEG, int(fate.max(initial=0)) + 1):
        member = fate == number
        if share[member].sum() ** 2 < _LEAST_SAMPLES * (share[member] ** 2).sum() or not member.any():
            continue
        ring = np.average(places[member][:, ring_at], axis=0, weights=share[member])
        if np.sqrt((((ring - ring.mean(axis=0)) - written) ** 2).sum(axis=1).mean()) > _OTHER_M:
            held.append((float(share[member].sum()), number, ring))
    forms = []
    for _, number, ring in sorted(held, key=lambda each: -each[0])[:_MOST_FORMS]:
        frame, member = frame_of(ring), fate == number
        off = np.sqrt(np.average(_fitted(places[member][:, ring_at], ring, frame)[1], weights=share[member]))
        forms.append(Form(number, frame, ring, plain_template(ring, frame, *_soft(float(off), frame, model))))
    return tuple(forms)


def _fitted_each(
    block: tuple[Floats, Ints, Floats, Ints], first: Floats, frame: Frame, ring_at: list[int], forms: tuple[Form, ...]
) -> tuple[Floats, Floats, Ints]:
    """Lay on each sample the frame of its own form; return five numbers each, what is left over, and the form."""
    places, fate, _, _ = block
    at, left = _fitted(places, first, frame)
    form = np.zeros(len(places), dtype=np.int64)
    for number, each in enumerate(forms, start=1):
        member = fate == each.fate
        if member.any():
            at[member], left[member] = _fitted(places[member][:, ring_at], each.ring, each.frame)
            form[member] = number
    return at, left, form


def _mixture(at: Floats, share: Floats, group: Ints, form: Ints) -> tuple[Floats, Floats, Floats, Ints]:
    """Fit one normal density to each group that weighs enough, and a wide one to all that is left as written.

    The heaviest comes first: about it scatters a sheet that is wrong in a way nobody listed.
    """
    _, back = np.unique(group, return_inverse=True)
    mass = np.bincount(back, weights=share)
    effective = mass**2 / np.maximum(np.bincount(back, weights=share**2), 1e-300)
    order = [int(n) for n in np.argsort(-mass, kind="stable") if effective[n] >= _LEAST_SAMPLES][: COMPONENTS - 2]
    order = order or [int(np.argmax(mass))]
    members = [(back == n, bool(effective[n] < _SURE_SAMPLES)) for n in order]
    rest = ~np.isin(back, order) & (form == 0)
    left = share[rest].sum()
    if left > 1e-4:
        members.insert(0 if left > mass[order[0]] else len(members), (rest, True))
    weight, mean, covariance, forms = (
        np.zeros(COMPONENTS),
        np.zeros((COMPONENTS, 5)),
        np.tile(np.diag(_FLOOR**2), (COMPONENTS, 1, 1)),
        np.zeros(COMPONENTS, dtype=np.int64),
    )
    for c, (member, few) in enumerate(members):
        forms[c] = form[member][0]
        weight[c] = share[member].sum()
        mean[c] = np.average(at[member], axis=0, weights=share[member])
        off = at[member] - mean[c]
        covariance[c] = (off.T * share[member]) @ off / weight[c] + np.diag(_FLOOR**2)
        if few:
            covariance[c] = 0.5 * covariance[c] + 0.5 * np.diag(np.diag(covariance[c])) * 1.5
    tail = len(members)
    weight = weight / weight.sum() * (1.0 - _TAIL_SHARE)
    weight[tail], mean[tail], forms[tail] = _TAIL_SHARE, mean[0], forms[0]
    covariance[tail] = covariance[0] * np.outer(_WIDER, _WIDER)
    return weight, mean, covariance, forms


def _rows(
    sheet: Sheet, reading: Reading, first: Floats, stations: list[int], frame: Frame, soft_m: float
) -> Template | None:
    lines, counts = [], []
    for row, (start, end) in zip(sheet.rows, reading.geometry.rows.tolist(), strict=True):
        if start in stations and end in stations and start != end:
            line = first[[stations.index(start), stations.index(end)]]
            if np.hypot(*(line[1] - line[0])) > 5.0:
                lines.append(line)
                counts.append(sum(each.middle or 0.0 for each in row.count.values()) or 1.0)
    if not lines:
        return None
    return row_template(np.array(lines), np.array(counts) / sum(counts), frame, soft_m)
