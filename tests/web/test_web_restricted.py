"""Do the pages say of restricted records that they are restricted?"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from whitestone.programme.opening import Clocks


@pytest.mark.parametrize(("name", "marked"), [("minefield_record", True), ("item", False)])
def test_the_legend_marks_what_is_restricted(client: Any, name: str, marked: bool) -> None:
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    from whitestone.exchange.writers import RESTRICTED_KINDS

    context = {"legend": {"kinds": {name: 1}}, "restricted": RESTRICTED_KINDS,
               "clocks": Clocks(dt.date(2024, 1, 1), None, None), "request": RequestFactory().get("/map")}
    assert (">restricted<" in render_to_string("whitestone/map.html", context)) is marked


@pytest.mark.parametrize("restricted", [True, False])
def test_the_card_of_a_record_marks_what_is_restricted(client: Any, restricted: bool) -> None:
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    context = {"view": SimpleNamespace(record_id="00000000-0000-0000-0000-000000000000"), "restricted": restricted,
               "request": RequestFactory().get("/")}
    page = render_to_string("whitestone/_card.html", context)
    assert (">restricted<" in page) is restricted
