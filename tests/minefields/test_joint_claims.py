"""Do sheets claim, cede and change fields as often as the odds say, and find a field that lies grossly aside?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from tests.minefields.test_joint import SHORT, batch, box, degrees, detail, sheet

from whitestone.minefields.assessing import assess, formed, report
from whitestone.minefields.batch_model import Question, posed
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint_claims import bartered, ceded, claimed, near, near_density, shaped
from whitestone.minefields.joint_guided import guided, guided_density
from whitestone.minefields.joint_laying import lay
from whitestone.minefields.joint_moves import LEAST, redrawn, switched
from whitestone.minefields.joint_state import LANES, Field, Hyper, Scene, empty_state
from whitestone.minefields.joint_terms import (
    LANE_PRIOR,
    centre_shift,
    place_density,
    template_drawn,
    unwritten_mean,
)
from whitestone.minefields.scores import score
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.walking import GROSS_LEG

STEPS = 5_000


def scene_of(question: Question, objects: int, truth: float, unwritten: float = 1e-6) -> Scene:
    """Lay nothing down yet; a share of true sheets and a density of unwritten fields are given."""
    shift = np.zeros((question.beliefs.shift_sd.size, 2))
    hyper = Hyper(
        np.array([truth]), np.array([1e-6]), np.array([unwritten]), np.ones(3), np.ones(1), shift, np.ones(1)
    )
    state = empty_state(objects, question.ground.x.size, question.ground.stray_mix.size)
    return Scene(question.ground, question.shapes, question.known, question.beliefs, hyper, state)


def redrawn_in_circle(o: int, radius: float, rng: np.random.Generator, scene: Scene) -> None:
    """Draw an unwritten field anew from all that is believed of it, in a circle about the middle of sheet 0."""
    at, beliefs, state = scene.state.at[o], scene.beliefs, scene.state
    far, turn = radius * math.sqrt(rng.random()), 2.0 * math.pi * rng.random()
    at[:2] = scene.sheets.middle[0] + far * np.array([math.cos(turn), math.sin(turn)])
    at[2:4] = math.pi * rng.random(), rng.normal(beliefs.log_length, beliefs.log_length_sd)
    least = scipy.stats.norm.cdf(LEAST, beliefs.log_width, beliefs.log_width_sd)
    at[4] = scipy.stats.norm.ppf(rng.uniform(least, 1.0), beliefs.log_width, beliefs.log_width_sd)
    state.mines[o] = rng.gamma(beliefs.mines_shape, unwritten_mean(at, beliefs) / beliefs.mines_shape)
    state.mix[o] = rng.dirichlet(beliefs.mixes[rng.choice(len(beliefs.mix_share), p=beliefs.mix_share)])
    state.lanes[o] = LANES * rng.dirichlet(np.full(LANES, LANE_PRIOR))


def unless_outside(radius: float, move: Callable[[int, float, Scene], None], scene: Scene) -> None:
    """Make a move; take it back if an unwritten field lies outside of the circle then."""
    state, first = scene.state, scene.sheets.mines.size
    held = [each.copy() for each in (state.on, state.at, state.mines, state.mix, state.lanes, state.template)]
    move(0, 0.0, scene)
    far = np.hypot(*(state.at[first:, :2] - scene.sheets.middle[0]).T)
    if ((state.on[first:] == 1) & (far >= radius)).any():
        for each, old in zip(
            (state.on, state.at, state.mines, state.mix, state.lanes, state.template), held, strict=True
        ):
            each[:] = old


def walked(steps: int, radius: float, scene: Scene) -> tuple[float, float]:
    """Without finds: return how often sheet 0 has a field, and how likely its places are under the sheet."""
    rng, (state, sheets) = np.random.default_rng(7), (scene.state, scene.sheets)
    on, density = 0, 0.0
    for _ in range(steps):
        for o in range(1, state.on.size):
            if state.on[o] == 1:
                redrawn_in_circle(o, radius, rng, scene)
        if state.on[0] == 1:
            redrawn(0, 0.0, scene)
            shaped(0, 0.0, scene)
            unless_outside(radius, claimed, scene)
        unless_outside(radius, ceded if state.on[0] == 1 else claimed, scene)
        if state.on[0] == 1:
            on += 1
            density += place_density(0, state.at[0], int(scene.shapes.form[state.template[0]]), sheets, scene.hyper)
    return on / steps, density / on


def quiet(sheets: int) -> Question:
    """Pose sheets, the later ones more likely lifted, with one find far from all of them."""
    held = batch()
    held["records"] = [sheet(f"A-{number}", 10 * number, 0) for number in range(sheets)]
    held["finds"] = held["finds"][:1]
    held["finds"][0]["lat"] += 0.02
    return posed(read_sheets(held), ErrorModel(), seed=1)


def test_without_finds_a_field_is_the_sheets_as_often_as_its_odds_against_an_unwritten_one_say() -> None:
    """Of two fields in a circle one may be the sheet's; wherever that is, it scatters as the sheet says."""
    question, radius = quiet(1), 60.0
    beliefs, known = question.beliefs, question.known
    wide = scipy.stats.norm.sf(LEAST, beliefs.log_width, beliefs.log_width_sd)
    odds = 0.5 * (1 - known.lifted[0]) / (1 - 0.5 * (1 - known.lifted[0]))
    # Two fields without a sheet against one: the density of such fields times the circle, over two.
    scene = scene_of(question, 4, 0.5, 2.0 * odds / (wide * math.pi * radius**2))
    for o in range(2):
        scene.state.on[o], scene.state.at[o] = 1, question.priors[0].frame.at
        scene.state.template[o] = known.template[0, 0] if o == 0 else 0
    share, density = walked(STEPS, radius, scene)
    drawn = drawn_by(scene, 4_000)
    assert abs(share - 0.5) < 0.08
    assert abs(density - np.mean([place_density(0, at, form, known, scene.hyper) for at, form in drawn])) < 0.2


def drawn_by(scene: Scene, number: int) -> list[tuple[np.ndarray, int]]:
    """Draw places and forms from what sheet 0 says."""
    forms = [int(scene.shapes.form[template_drawn(0, scene.sheets)]) for _ in range(number)]
    return [(centre_shift(0, form, scene.sheets, scene.hyper), form) for form in forms]


def test_without_finds_neighbours_that_change_fields_keep_the_odds_of_each() -> None:
    question = quiet(3)
    question.known.lifted[:] = [0.1, 0.5, 0.8]
    scene, on = scene_of(question, 3, 0.6), np.zeros(3)
    for _ in range(STEPS):
        for o in range(3):
            switched(o, 0.0, scene)
            bartered(o, 0.0, scene)
            bartered(o, 0.0, scene)
        on += scene.state.on
    assert on / STEPS == pytest.approx(0.6 * (1.0 - question.known.lifted), abs=0.05)


def test_places_near_another_field_are_drawn_as_often_as_their_density_says() -> None:
    """Drawn near one place, weighed for another: the weights are one on average only if the density is theirs."""
    question = quiet(1)
    scene = scene_of(question, 2, 0.5)
    for o in range(2):
        at = question.priors[0].frame.at.copy()
        other = at + np.array([2.0, -1.0, 0.02, 0.03, -0.03])
        drawn = [near(o, at, 1, scene) for _ in range(6_000)]
        weight = [
            math.exp(near_density(o, each, 1, other, scene) - near_density(o, each, 1, at, scene)) for each in drawn
        ]
        assert abs(np.mean(weight) - 1.0) < 0.06


def test_a_field_promises_as_many_mines_whatever_its_lanes() -> None:
    """Lanes of rows are as unequal as rows are; what is promised over all the ground stays the number of mines."""
    rng = np.random.default_rng(2)
    held = batch()
    held["records"][0]["rows"] = [{"no": 1, "from": "T1", "to": "T2", "count": {"PMN-2": 40}}]
    held["finds"] = [
        {"id": f"F-{number}", "lon": 46.93 + x / 85_300, "lat": 39.99 + y / 111_040, "type": None}
        for number, (x, y) in enumerate(rng.uniform((-100, 0), (300, 200), (20_000, 2)))
    ]
    question = posed(read_sheets(held), ErrorModel(), seed=1)
    scene = scene_of(question, 3, 0.5)
    for template in question.known.template[0]:
        for lanes in (np.ones(LANES), np.array([7.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])):
            scene.state.change[:], scene.state.touched[-1] = 0.0, 0
            mix = np.ones(scene.state.mix.shape[1])
            lay(1.0, Field(question.priors[0].frame.at, 40.0, mix, lanes, int(template)), scene)
            assert scene.state.change.sum() * 80_000 / 20_000 == pytest.approx(40.0, rel=0.12)


def test_guided_places_and_forms_are_drawn_as_often_as_their_density_says() -> None:
    question = posed(read_sheets(batch()), ErrorModel(), seed=1)
    known, hyper = question.known, scene_of(question, 2, 0.8).hyper
    weight = []
    for _ in range(4_000):
        form = int(question.shapes.form[template_drawn(0, known)])
        at = guided(0, form, question.ground, known, hyper)
        log = place_density(0, at, form, known, hyper) - guided_density(0, at, form, question.ground, known, hyper)
        weight.append(math.exp(log))
    assert abs(np.mean(weight) - 1.0) < 0.05  # else the density is not that of the draws
    assert max(weight) <= 2.0 + 1e-9


def test_a_leg_about_the_field_written_backwards_is_a_form_of_its_own() -> None:
    """The sheet says west where the crew went east: drawn as written the strip crosses itself, and finds tell."""
    rng = np.random.default_rng(4)
    held = batch()
    held["records"] = [sheet("A-1", 0, 0)]
    held["records"][0]["legs"][1]["bearing"] = "270"
    places = [degrees(200 * u, 50 + 50 * v) for u, v in rng.uniform(0, 1, (40, 2))]
    held["finds"] = [{"id": f"F-{n}", "lon": lon, "lat": lat, "type": "PMN-2"} for n, (lon, lat) in enumerate(places)]
    sure = ErrorModel(false_share=0.02, gross_leg_share=0.05)
    assessment = assess(read_sheets(held), seed=5, model=sure)
    prior, told = assessment.question.priors[0], report(assessment)
    true = next(number for number, each in enumerate(prior.forms, start=1) if each.fate == GROSS_LEG + 1)
    assert prior.forms[true - 1].frame.length == pytest.approx(200.0, rel=0.1)
    assert (formed(assessment, 0)[2] == true).mean() > 0.8
    assert detail(told, "A-1")["finds_explained"] > 30


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
