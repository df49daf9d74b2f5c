"""Which steps in the life of a hazard, made elsewhere and brought in by a file, break the rules?

Guards bind what is done in this programme. History that was made elsewhere is taken as it came, and what breaks a
rule of the lifecycle is a finding of its row (domain.lifecycle).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from whitestone.domain.extensions import NO_CODES, NationalCodes, as_core
from whitestone.domain.lifecycle import HazardFacts, lifecycle_findings

__all__ = ["step_findings"]

_TELLING = ("status", "classification", "reopened_from", "reopened_reason")
"""A body without any of these says nothing that the lifecycle could judge."""


def step_findings(
    before: dict[str, Any] | None, after: str | None, national: NationalCodes = NO_CODES
) -> list[tuple[str, str, str]]:
    """List what is wrong in the step from what was said before (None: nothing) to a new body, as JSON text.

    Each is (attribute, code, sentence). What the new body does not state stays as it was said before; a national code
    stands as its parent.

    >>> step_findings({"local_id": "H-1", "classification": "cha", "status": "closed"}, '{"status":"open"}')[0][:2]
    ('status', 'lifecycle-reopened')
    >>> step_findings(None, None)
    []
    """
    if after is None or not any(f'"{word}"' in after for word in _TELLING):
        return []
    stated: dict[str, Any] = json.loads(after)
    now = {**(before or {}), **stated}
    earlier = _facts(as_core("hazard", before, national)) if before else None
    found = lifecycle_findings(earlier, _facts(as_core("hazard", now, national)))
    return [("evidence_direct" if code == "lifecycle-evidence" else "status", code, said) for code, said in found]


def _facts(body: Mapping[str, Any]) -> HazardFacts:
    return HazardFacts(
        record=str(body.get("local_id") or body.get("name") or "the hazard"),
        classification=body.get("classification"),
        status=body.get("status"),
        closure_reason=body.get("closure_reason"),
        evidence_direct=tuple(body.get("evidence_direct") or ()),
        evidence_indirect=tuple(body.get("evidence_indirect") or ()),
        remaining_m2=body.get("remaining_reported_m2"),
        reopened_from=tuple(body.get("reopened_from") or ()),
        reopened_reason=body.get("reopened_reason"),
    )
