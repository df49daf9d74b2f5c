"""Is a programme whose ground is too crowded told so, with every record kept, and does the setting decide?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from period_maker import Desk, make, wkb

from whitestone.cli.shared import counted_by
from whitestone.errors import GroundTooCrowded
from whitestone.land.toil import steps_of
from whitestone.programme import accounts_following, accounts_kept, scattering

CROWD = 12


def crowd(desk: Desk) -> None:
    """Record hazards and releases of which each crosses each."""
    for at in range(CROWD):
        wide, high = wkb(0, 10 * at, 200, 5), wkb(10 * at, 0, 5, 200)
        desk.say("hazard", {"classification": "sha", "local_id": f"H-{at}"}, wide, information_date="2015-01-01")
        desk.say("release", {"outcome": "cleared", "completed_on": "2024-05-01"}, high, information_date="2024-05-01")


def test_too_crowded_ground_is_refused_and_counted_when_the_setting_allows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make(str(tmp_path / "p"))
    crowd(desk)
    assert desk.programme.settings.counting_minutes == 10.0
    asked: list[float] = []

    def few(minutes: float) -> int:
        asked.append(minutes)
        return 1_000

    with monkeypatch.context() as patched:
        patched.setattr(accounts_kept, "steps_of", few)
        with pytest.raises(GroundTooCrowded, match=f"lies under {CROWD} others"):
            desk.ledger("2025-01-01")
    assert asked == [10.0]
    found = desk.ledger("2025-01-01")
    assert found["total"]["discovered_m2"] == pytest.approx(CROWD * 200 * 5, abs=0.5)
    assert found["total"]["cleared_m2"] == pytest.approx(CROWD * CROWD * 25, abs=0.5)


def test_workers_are_asked_to_keep_to_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, int]] = []

    @contextlib.contextmanager
    def nobody(*_: object) -> Iterator[Callable[[object, int], None]]:
        yield lambda ground, most_steps: asked.append((ground, most_steps))

    monkeypatch.setattr(scattering, "scattered", nobody)
    programme = make(str(tmp_path / "p")).programme
    programme.settings = msgspec.structs.replace(programme.settings, counting_minutes=0.25)
    with counted_by(programme, "2"):
        assert programme.count is not None
        programme.count("ground")
    assert asked == [("ground", steps_of(0.25))]
    assert programme.count is None


def test_a_record_on_crowded_ground_is_kept_although_the_kept_ledger_cannot_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make(str(tmp_path / "p"))
    crowd(desk)
    before = desk.ledger("2025-01-01")["total"]["cleared_m2"]
    with monkeypatch.context() as patched:
        patched.setattr(accounts_following, "steps_of", lambda minutes: 1_000)
        desk.say("release", {"outcome": "cleared", "completed_on": "2024-06-01"}, wkb(150, 0, 5, 200),
                 information_date="2024-06-01")
        assert desk.ledger("2025-01-01")["total"]["cleared_m2"] == pytest.approx(before + CROWD * 25, abs=0.5)
