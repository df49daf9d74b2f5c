"""Which fields lie behind a batch of sheets and all finds, explained at once?

Several chains of joint explanations, each with a seed of its own made from the seed given; their draws together are the
answer. Sheets and finds are sorted before, so that the order in which they stand in a file changes nothing.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.joint_run import FREE, chain
from whitestone.minefields.joint_state import Beliefs, Ground, Hyper, Kept, Scene, Shapes, Sheets, empty_state

__all__ = ["Draws", "Effort", "explain"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Effort(msgspec.Struct, frozen=True):
    """How long to search: chains, sweeps thrown away, sweeps kept, steps of a field and new fields in each sweep."""

    chains: int = 4
    burn: int = 90
    draws: int = 60
    steps: int = 10
    births_per_find: float = 0.15


class Draws(msgspec.Struct, frozen=True):
    """Joint explanations, draws of all chains one after the other."""

    on: npt.NDArray[np.bool_]
    """(draws, sheets) whether the sheet has a field with mines."""
    at: Floats
    """(draws, sheets, 5) where."""
    form: Ints
    """(draws, sheets) in which form, as in `Shapes`."""
    owner: Ints
    """(draws, finds) number of the sheet whose field holds the find, -1 none, larger than the last sheet: unwritten."""
    numbers: Floats
    """(draws, 8) share of true sheets, strays and unwritten fields per m2, factors on place, turn, size, amounts,
    unwritten."""
    seen: Floats
    """(draws, sheets) share of the field's mines that should have been found."""
    shift: Floats
    """(draws, groups, 2) how far east and north the sheets of a group are off together, metres."""
    chain: Ints
    """(draws,)."""


def explain(
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    *,
    seed: int,
    effort: Effort,
    threads: int | None = None,
) -> Draws:
    """Run all chains; the same seed gives the same draws, on any number of threads."""
    workers = min(threads or os.cpu_count() or 1, effort.chains)
    with ThreadPoolExecutor(workers) as pool:
        parts = list(
            pool.map(lambda number: _run(ground, shapes, sheets, beliefs, seed, number, effort), range(effort.chains))
        )
    return Draws(*(np.concatenate([getattr(part, name) for part in parts]) for name in Draws.__struct_fields__))


def _run(
    ground: Ground, shapes: Shapes, sheets: Sheets, beliefs: Beliefs, seed: int, number: int, effort: Effort
) -> Draws:
    count, finds, kinds = sheets.mines.size, ground.x.size, ground.stray_mix.size
    objects = count + min(200 + finds // 4, 2000)
    state = empty_state(objects, finds, kinds)
    hyper = Hyper(
        np.array([beliefs.true_a / (beliefs.true_a + beliefs.true_b)]),
        np.array([1e-6]),
        np.array([1e-6]),
        np.ones(3),
        np.ones(1),
        np.zeros((beliefs.shift_sd.size, 2)),
        np.ones(1),
    )
    ground = ground._replace(chance=ground.chance.copy())
    kept = Kept(
        np.zeros((effort.draws, count), np.int64),
        np.zeros((effort.draws, count, 5)),
        np.zeros((effort.draws, count), np.int64),
        np.zeros((effort.draws, finds), np.int64),
        np.zeros((effort.draws, 8)),
        np.zeros((effort.draws, count)),
        np.zeros((effort.draws, *hyper.shift.shape)),
    )
    own = int(np.random.SeedSequence([seed & 0xFFFFFFFF, number]).generate_state(1)[0])
    births = int(20 + effort.births_per_find * finds)
    scene = Scene(ground, shapes, sheets, beliefs, hyper, state)
    chain(own, effort.burn, effort.draws, effort.steps, births, FREE[number % len(FREE)], scene, kept)
    return Draws(
        kept.on == 1, kept.at, kept.form, kept.owner, kept.numbers, kept.seen, kept.shift, np.full(effort.draws, number)
    )
