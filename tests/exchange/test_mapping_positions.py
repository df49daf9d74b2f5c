"""Does each position keep what was typed, its system, the transformation and an accuracy with its parts?"""

from __future__ import annotations

import json
import math
from typing import Any

import polars as pl
import pytest

from whitestone.domain.settings import Settings
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.exchange.readers.model import Chunk

MAPPING = """
[dataset]
name = "finds"
edition = "increment"
[position]
x = "x"
y = "y"
{}
[[record]]
kind = "item"
"""


def entered(position: str, *rows: tuple[str | None, str | None]) -> list[dict[str, Any] | None]:
    """Import rows of two columns and read back what was kept of their positions."""
    columns = {"x": [row[0] for row in rows], "y": [row[1] for row in rows]}
    frame = pl.DataFrame(columns, schema={"x": pl.String, "y": pl.String})
    mapping = parse_mapping(MAPPING.format(position))
    (made,) = Applier(mapping, Settings()).apply(Chunk(first_row=1, frame=frame, geometry=None, faults=[])).made
    texts = [json.loads("{" + text.lstrip(",") + "}") if text else {} for text in made.entered.to_list()]
    return [each.get("position") for each in texts]


def test_decimal_degrees_say_what_their_last_digit_is_worth() -> None:
    """The coarser of the two counts."""
    rows = (("46.93001", "39.990012"), ("46.9", "39.99"), ("47", "40"))
    fine, coarse, whole = [each or {} for each in entered("", *rows)]
    assert (fine["x"], fine["y"], fine["crs"], fine["basis"]) == ("46.93001", "39.990012", "EPSG:4326", "assumed")
    assert fine["accuracy_m"] == fine["resolution_m"] == pytest.approx(1.113)
    assert coarse["resolution_m"] == pytest.approx(11132)
    assert whole["resolution_m"] == pytest.approx(111320)


def test_the_accuracy_of_a_transformed_position_is_the_root_of_the_squares_of_its_parts() -> None:
    """Operation by its EPSG code with its stated accuracy; what the mapping states is a part of its own."""
    position = 'crs = "EPSG:28408"\nnotation = "gk"\noperation = 1267\naccuracy_m = 4.0'
    (found,) = entered(position, ("8494021.5", "4428432.5"))
    assert (found["operation"], found["operation_assumed"], found["stated_accuracy_m"]) == (1267, False, 4.0)
    parts = (found["resolution_m"], found["operation_accuracy_m"], found["stated_accuracy_m"])
    assert found["accuracy_m"] == pytest.approx(math.hypot(*parts), abs=1e-3)


def test_a_position_that_is_not_understood_keeps_what_was_typed() -> None:
    """No accuracy is made up for it."""
    (found,) = entered("", ("46.9 or so", "39.99"))
    assert found["x"] == "46.9 or so"
    assert "accuracy_m" not in found
