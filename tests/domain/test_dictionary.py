"""Does the published dictionary say everything that the registries hold?"""

from __future__ import annotations

import re

from whitestone.domain.codes import CODE_LISTS
from whitestone.domain.dictionary import dictionary
from whitestone.domain.extensions import ExtraField
from whitestone.domain.kinds import KINDS
from whitestone.domain.settings import SETTINGS


def test_every_kind_attribute_code_and_setting_is_in_it() -> None:
    text = dictionary()
    for name, kind in KINDS.items():
        assert f"### {name}\n" in text
        assert all(f"| `{attribute}` |" in text for attribute in kind.attributes)
    for name, codes in CODE_LISTS.items():
        assert f"### {name}\n" in text
        assert all(f"| `{code}` |" in text for code in codes.codes)
    assert all(f"| `{key}` |" in text for key in SETTINGS)


def test_tables_are_whole_and_links_lead_to_headings() -> None:
    text = dictionary()
    headings = set(re.findall(r"^### (\w+)$", text, re.MULTILINE))
    assert set(re.findall(r"\]\(#(\w+)\)", text)) <= headings
    width = None
    for line in text.splitlines():
        if not line.startswith("|"):
            width = None
            continue
        columns = line.count("|")
        assert width in (None, columns), line
        width = columns


def test_a_programme_adds_its_national_fields() -> None:
    field = ExtraField(name="households", type="count", labels={"en": "Households"})
    text = dictionary({"hazard": [field]})
    assert "| `households` | a whole number, not negative | Households |" in text
    assert "households" not in dictionary()


def test_no_other_page_is_cited_and_brackets_close() -> None:
    text = dictionary()
    assert ".md" not in text
    assert all(line.count("(") == line.count(")") for line in text.splitlines() if not line.startswith("|"))
