"""Are fields dressed as often as is said of them, and do kernels that count no arrays lose none?"""

from __future__ import annotations

import ast
import gc
import math
from pathlib import Path

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys
from tests.minefields.test_joint import batch
from tests.minefields.test_joint_claims import scene_of

import whitestone.minefields
from whitestone.minefields.assessing import assess
from whitestone.minefields.batch_model import posed
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint import Effort
from whitestone.minefields.joint_dressing import believed, dressed
from whitestone.minefields.joint_terms import normal, place_density
from whitestone.minefields.sheets import read_sheets

HEAT = 0.03
"""Finds count so little that the weights have a variance: more of them, and a few draws would weigh all."""


@pytest.mark.parametrize("o", [0, 2], ids=["of a sheet", "of which nobody wrote"])
def test_mines_types_and_lanes_are_drawn_as_often_as_is_said_of_them(o: int) -> None:
    """What is believed before any find adds up to one: over draws from the finds it does so only if weighed rightly."""
    held = batch()
    for number, find in enumerate(held["finds"]):
        find["type"] = ("PMN-2", "OZM-72", None)[number % 3]
    question = posed(read_sheets(held), ErrorModel(), seed=1)
    scene, at, beliefs = scene_of(question, 3, 0.5), question.priors[0].frame.at, question.beliefs
    template = int(question.known.template[0, 0]) if o == 0 else 0
    if o == 0:
        placed = place_density(0, at, 0, question.known, scene.hyper)
    else:
        placed = normal(at[3], beliefs.log_length, beliefs.log_length_sd) - math.log(math.pi)
        placed += normal(at[4], beliefs.log_width, beliefs.log_width_sd)
    weight = []
    for _ in range(6_000):
        new, worth = dressed(o, at, template, HEAT, scene)
        weight.append(math.exp(worth - placed))
    assert worth == believed(o, new, HEAT, scene)
    assert scene.state.left_kinds.min() > 0.05
    assert scene.state.left_lanes.max() > 0.05
    assert np.std(weight) > 0.1  # else nothing was weighed
    assert abs(np.mean(weight) - 1.0) < 5.0 * np.std(weight) / math.sqrt(len(weight))


def test_a_search_leaves_no_array_behind_and_frees_none_twice() -> None:
    question = read_sheets(batch())
    assess(question, seed=3, effort=Effort(chains=1, burn=2, draws=1), threads=1)
    _nrt_python.memsys_enable_stats()
    try:
        gc.collect()
        before = rtsys.get_allocation_stats()
        assess(question, seed=3, effort=Effort(chains=1, burn=12, draws=4), threads=1)
        gc.collect()
        after = rtsys.get_allocation_stats()
    finally:
        _nrt_python.memsys_disable_stats()
    assert after.mi_alloc - before.mi_alloc > 100
    assert after.mi_alloc - after.mi_free == before.mi_alloc - before.mi_free


def test_bare_kernels_call_only_bare_ones_and_hand_arrays_to_no_other() -> None:
    """A bare kernel holds no array: one that it was given by a kernel that counts would never be freed."""
    functions = {}
    for path in sorted(Path(whitestone.minefields.__file__).parent.glob("*.py")):
        for each in ast.parse(path.read_text()).body:
            if isinstance(each, ast.FunctionDef):
                marks = {mark.id for mark in each.decorator_list if isinstance(mark, ast.Name)}
                for mark in marks & {"kernel", "bare_kernel"}:
                    functions[each.name, path.stem] = mark, each
    kinds: dict[str, set[str]] = {}
    for (name, _), (mark, _) in functions.items():
        kinds.setdefault(name, set()).add(mark)
    gives = {
        name
        for (name, _), (mark, each) in functions.items()
        if mark == "bare_kernel" and any(word in ast.unparse(each.returns) for word in ("Floats", "Ints", "Field"))
    }
    assert len(functions) > 60
    for (name, file), (mark, each) in functions.items():
        calls = [call.func for call in ast.walk(each) if isinstance(call, ast.Call)]
        called = {call.id for call in calls if isinstance(call, ast.Name)}
        if mark == "bare_kernel":
            assert not [other for other in called if kinds.get(other, {"bare_kernel"}) == {"kernel"}], (file, name)
        else:
            assert not called & gives, (file, name)
