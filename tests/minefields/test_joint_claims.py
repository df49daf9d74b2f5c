"""Do sheets claim and cede fields as often as the odds say, and find a field that lies grossly aside?"""

from __future__ import annotations

import math

import numpy as np
import scipy.stats
from tests.minefields.test_joint import SHORT, batch, box, detail, sheet

from whitestone.minefields.assessing import assess, report
from whitestone.minefields.batch_model import Question, posed
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint_claims import ceded, claimed
from whitestone.minefields.joint_guided import guided, guided_density
from whitestone.minefields.joint_moves import LEAST, nudged
from whitestone.minefields.joint_state import LANES, Hyper, State
from whitestone.minefields.joint_terms import place_density
from whitestone.minefields.kernels import kernel
from whitestone.minefields.scores import score
from whitestone.minefields.sheets import read_sheets


def hyper_of(truth: float, unwritten: float) -> Hyper:
    return Hyper(
        np.array([truth]), np.array([1e-6]), np.array([unwritten]), np.ones(3), np.ones(1), np.zeros((1, 2)), np.ones(1)
    )


def state_of(question: Question, objects: int) -> State:
    finds, kinds = question.ground.x.size, question.ground.stray_mix.size
    return State(
        np.zeros(objects, np.int64),
        np.zeros((objects, 5)),
        np.zeros(objects, np.int64),
        np.full(objects, 40.0),
        np.full((objects, kinds), 1.0 / kinds),
        np.ones((objects, LANES)),
        np.full(finds, 1e-9),
        np.zeros(finds),
        np.zeros(finds + 1, np.int64),
        np.full(finds, -1, np.int64),
    )


@kernel
def _walked(steps, ground, shapes, sheets, beliefs, hyper, state):  # type: ignore[no-untyped-def]
    np.random.seed(7)
    on = 0
    for _ in range(steps):
        for o in range(state.on.size):
            if state.on[o] == 1:
                held, mines = state.at[o].copy(), state.mines[o]
                nudged(o, 0.0, ground, shapes, sheets, beliefs, hyper, state)
                far = math.hypot(state.at[o, 0] - sheets.middle[0, 0], state.at[o, 1] - sheets.middle[0, 1])
                if o > 0 and far >= sheets.reach[0]:
                    state.at[o] = held
                    state.mines[o] = mines
        if state.on[0] == 1:
            ceded(0, 0.0, ground, shapes, sheets, beliefs, hyper, state)
        else:
            claimed(0, 0.0, ground, shapes, sheets, beliefs, hyper, state)
        on += state.on[0]
    return on / steps


def test_without_finds_a_field_is_the_sheets_as_often_as_its_odds_against_an_unwritten_one_say() -> None:
    held = batch()
    held["records"] = [sheet("A-1", 0, 0)]
    question = posed(read_sheets(held), ErrorModel(), seed=1)
    beliefs = question.beliefs
    known = question.known._replace(reach=np.array([45.0]))  # a small circle: the steps soon come round in it
    state = state_of(question, 4)
    state.on[0], state.at[0], state.template[0] = 1, question.priors[0].frame.at, known.template[0, 0]
    wide = scipy.stats.norm.sf(LEAST, beliefs.log_width, beliefs.log_width_sd)
    odds = 0.5 * (1 - known.lifted[0]) / (1 - 0.5 * (1 - known.lifted[0]))
    hyper = hyper_of(0.5, odds / (wide * math.pi * known.reach[0] ** 2))
    share = _walked(400_000, question.ground, question.shapes, known, beliefs, hyper, state)
    assert abs(share - 0.5) < 0.06


def test_guided_places_are_drawn_as_often_as_their_density_says() -> None:
    question = posed(read_sheets(batch()), ErrorModel(), seed=1)
    hyper = hyper_of(0.8, 1e-6)
    drawn = [guided(0, question.ground, question.known, hyper) for _ in range(4_000)]
    weight = [
        math.exp(
            place_density(0, at, question.known, hyper) - guided_density(0, at, question.ground, question.known, hyper)
        )
        for at in drawn
    ]
    assert abs(np.mean(weight) - 1.0) < 0.05  # else the density is not that of the draws
    assert max(weight) <= 2.0 + 1e-9


def test_a_sheet_whose_landmark_is_grossly_off_keeps_its_field() -> None:
    held = batch(shift=(180.0, -120.0))
    held["searched"] = [{"id": "S-1", "p_detect": 0.99, "geometry": box(-300, -300, 700, 400)}]
    held["records"] = [sheet("A-1", 0, 0)]
    told = report(assess(read_sheets(held), seed=5, effort=SHORT))
    assert detail(told, "A-1")["p_field"] > 0.6
    assert told["completeness"]["value"] > 0.5


def test_searches_that_disagree_make_the_interval_wider_and_it_stays_a_share() -> None:
    rng = np.random.default_rng(1)
    for middle in (0.03, 0.5, 0.97):
        draws = np.clip(rng.normal(middle, 0.01, 200), 0.0, 1.0)
        chain = np.repeat(np.arange(4), 50)
        apart = np.clip(draws + 0.02 * (chain - 1.5), 0.0, 1.0)
        alone, wide = score(apart), score(apart, chain)
        assert 0.0 < wide.low < alone.value < wide.high < 1.0
        assert wide.high - wide.low > alone.high - alone.low
    assert score(np.ones(8), np.repeat([0, 1], 4)).low == 1.0
