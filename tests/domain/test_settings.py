"""Do the typed settings and their table agree, and is a wrong value refused with its name?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from whitestone.domain.extensions import ExtraField
from whitestone.domain.settings import SETTINGS, Settings, read_settings
from whitestone.errors import InvalidValue


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
