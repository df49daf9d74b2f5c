"""Does the drawing of casualties hold every period once, with the level of its segment?"""

from __future__ import annotations

import vl_convert

from whitestone.reports.casualty_charts import counts_spec

ROWS = [{"period": str(2018 + at), "casualties": count} for at, count in enumerate((9, 11, 2, 1, 3))]
SEGMENTS = [{"from": "2018", "to": "2019", "periods": 2, "casualties": 20},
            {"from": "2020", "to": "2022", "periods": 3, "casualties": 6}]  # fmt: skip


def test_each_period_is_drawn_once_at_the_level_of_its_segment() -> None:
    values = counts_spec(ROWS, SEGMENTS)["data"]["values"]
    assert [each["casualties"] for each in values] == [9, 11, 2, 1, 3]
    assert [each["level"] for each in values] == [10, 10, 2, 2, 2]


def test_the_definition_is_drawn_by_the_renderer_of_documents() -> None:
    spec = counts_spec(ROWS, SEGMENTS) | {"width": 400}
    assert vl_convert.vegalite_to_svg(spec).startswith("<svg")
    assert vl_convert.vegalite_to_svg(counts_spec([], []) | {"width": 400}).startswith("<svg")
