"""Is history that breaks the lifecycle taken in, and said?"""

from __future__ import annotations

import json

import pytest

from whitestone.programme.importing_lifecycle import step_findings

CLOSED = {"local_id": "H-1", "classification": "cha", "status": "closed"}


@pytest.mark.parametrize(("before", "after", "codes"), [
    (CLOSED, {"status": "open"}, ["lifecycle-reopened"]),
    (CLOSED, {"status": "closed"}, []),
    (None, {"classification": "sha", "status": "suspended"}, ["lifecycle-suspended"]),
    (None, {"classification": "cha", "status": "open", "evidence_indirect": ["verbal"]}, ["lifecycle-evidence"]),
    (None, {"classification": "sha", "status": "closed", "remaining_reported_m2": 5.0}, ["lifecycle-closed-with-rest"]),
    ({"classification": "cha", "status": "open"}, {"status": "handed_over"}, ["lifecycle-step"]),
    ({"classification": "cha", "status": "open"}, {"name": "Field 7"}, []),
    ({"classification": "sha"}, {"status": "open"}, []),
    (None, {"name": "Field 7"}, []),
])
def test_a_step_is_judged_on_what_both_sides_say(
    before: dict[str, str], after: dict[str, str], codes: list[str]
) -> None:
    assert [code for _, code, _ in step_findings(before, json.dumps(after))] == codes
