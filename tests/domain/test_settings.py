"""Do the typed settings and their table agree, and is a wrong value refused with its name?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from whitestone.domain.extensions import ExtraField
from whitestone.domain.settings import SETTINGS, Settings, read_settings
from whitestone.errors import InvalidValue
from whitestone.minefields.error_model import REASONS, ErrorModel, model_of


def test_the_table_and_the_struct_have_the_same_keys_and_defaults() -> None:
    made = msgspec.structs.asdict(Settings())
    assert made == {key: row.default for key, row in SETTINGS.items()}
    assert all(row.help.endswith(".") for row in SETTINGS.values())


def test_nothing_stated_gives_the_defaults_and_every_default_may_be_stated() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({key: row.default for key, row in SETTINGS.items()}) == Settings()


@pytest.mark.parametrize(("key", "value"), [
    ("time_zone", "Asia/Baku"), ("reporting_year_start", "04-01"), ("repair_policy", "structure"),
    ("default_crs", "EPSG:28408"), ("default_operation", 15865), ("min_decimals", 5), ("simulated", True),
])
def test_a_right_value_is_taken(key: str, value: Any) -> None:
    assert getattr(read_settings({key: value}), key) == value


@pytest.mark.parametrize(("key", "value"), [
    ("time_zone", "Mars/Phobos"), ("time_zone", 3), ("reporting_year_start", "02-30"),
    ("reporting_year_start", "1 May"), ("repair_policy", "buffer"), ("default_crs", "WGS84"),
    ("approval_rule", "whenever"), ("long_leg_m", 0),
    ("area_mismatch_share", 2), ("min_decimals", -1), ("languages", "en"), ("colour", "red"), ("equal_area_lon", 46.9),
    ("equal_area_lat", 91),
])
def test_a_wrong_value_is_refused_and_named(key: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=key if key in SETTINGS else "setting"):
        read_settings({key: value})


def test_national_fields_are_typed() -> None:
    made = read_settings({"extra_fields": {"hazard": [{"name": "soil", "labels": {"en": "Soil"}}]}})
    assert made.extra_fields["hazard"] == [ExtraField(name="soil", labels={"en": "Soil"})]


def test_every_size_of_error_of_a_minefield_record_is_a_setting_with_its_reason_and_the_models_default() -> None:
    model = msgspec.structs.asdict(ErrorModel())
    stated = {key.removeprefix("minefield_"): row for key, row in SETTINGS.items() if key.startswith("minefield_")}
    assert {key: row.default for key, row in stated.items()} == model
    assert {key: row.help for key, row in stated.items()} == dict(REASONS)
    assert model_of(read_settings({"minefield_pace_scale": 0.1})) == ErrorModel(pace_scale=0.1)


@pytest.mark.parametrize(("key", "value"), [
    ("minefield_landmark_m", 0.0), ("minefield_false_share", 1.0), ("minefield_swapped_share", -0.1),
    ("minefield_mines_shape", "many"),
])
def test_a_size_of_error_that_no_model_can_hold_is_refused(key: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=key):
        read_settings({key: value})


def test_shares_of_north_that_sum_to_more_than_all_are_refused() -> None:
    with pytest.raises(InvalidValue, match="minefield_north_grid_share"):
        read_settings({"minefield_north_magnetic_share": 0.9})
    made = read_settings({"minefield_north_magnetic_share": 0.9, "minefield_north_grid_share": 0.1})
    assert made.minefield_north_magnetic_share + made.minefield_north_grid_share == 1.0
