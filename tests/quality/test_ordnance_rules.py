"""Does a check tell designations that the catalogue does not have, and those that do not fit their category?"""

from __future__ import annotations

import pytest
from picture_maker import found, subject

from whitestone.domain.catalogue import NationalType

UNKNOWN, CONTRADICTS = "designation-not-catalogued", "designation-contradicts-category"


def test_an_unknown_designation_is_one_notice_for_all_its_items() -> None:
    """One finding for a spelling, with the items that have it."""
    items = [subject("item", model="XYZ-77", number=number) for number in range(1, 31)]
    (finding,) = found(UNKNOWN, *items, subject("item", model="ПМН-2"), subject("item"), subject("item", model=" "))
    assert (finding.severity, finding.value, len(finding.record_ids)) == ("notice", "XYZ-77", 20)
    assert "30 item(s)" in finding.sentence


@pytest.mark.parametrize("model", ["PMN-2", "pmn 2", "мина ПМН–2", "PMN-2 (AP mine)", "anti-personnel mine PMN-2"])
def test_a_known_type_is_no_finding_however_it_is_typed(model: str) -> None:
    """Other words beside a designation do not hide it."""
    item = subject("item", model=model, category="ap_mine")
    assert found(UNKNOWN, item) == []
    assert found(CONTRADICTS, item) == []


def test_a_national_type_settles_the_notice() -> None:
    """What a country adds is known to its checks."""
    own = {"xyz-77": NationalType(parent="tm-62", designation="XYZ-77", source="bulletin 7")}
    item = subject("item", model="XYZ 77", category="ap_mine")
    assert found(UNKNOWN, item, national_ordnance=own) == []
    assert len(found(CONTRADICTS, item, national_ordnance=own)) == 1


@pytest.mark.parametrize(("category", "model", "expected"), [
    ("ap_mine", "TM-62M", 1), ("av_mine", "PMN-2", 1), ("projectile", "BLU-97", 1), ("ap_mine", "PMN-2", 0),
    ("unknown_mine", "TM-62M", 0), ("unknown_mine", "RGD-5", 1), ("unknown_eo", "RGD-5", 0), ("other_uxo", "RGD-5", 0),
    ("booby_trap", "PMN-2", 0), (None, "TM-62M", 0), ("ap_mine", "XYZ-77", 0),
])  # fmt: skip
def test_a_designation_of_another_category_is_a_warning(category: str | None, model: str, expected: int) -> None:
    """A category that leaves it open is contradicted by nothing."""
    findings = found(CONTRADICTS, subject("item", model=model, category=category))
    assert [each.severity for each in findings] == ["warning"] * expected


def test_organisations_change_no_finding() -> None:
    """Who reported it is not looked at."""
    one, other = (found(CONTRADICTS, subject("item", model="TM-62", category="ap_mine", organisation=name, number=1))
                  for name in ("A", "B"))  # fmt: skip
    assert [each.finding_id for each in one] == [each.finding_id for each in other]
