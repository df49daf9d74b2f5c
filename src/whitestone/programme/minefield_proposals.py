"""How does a placed record become work on the ground: a hazard that somebody proposes and somebody else accepts?

A record is evidence, never a hazard. What is drawn from one is submitted, not approved: it counts nowhere until a
person of the authority accepts it (`records decide ID approved`), and it names the record and the way it was placed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.exchange.assessments import read_placed, without_small_holes
from whitestone.programme.opening import Programme
from whitestone.programme.recalling import resolve

__all__ = ["SHARES", "propose_from_file", "propose_hazard"]

SHARES = ("50", "90", "99")
"""The outlines that a placed record has: the smallest ground that holds so many per cent of its mines."""


def propose_hazard(
    programme: Programme, record_id: uuid.UUID, placed: Mapping[str, Any], *, share: str, reason: str
) -> dict[str, Any]:
    """Submit a suspected hazardous area drawn from a placed record, for somebody to accept; returns its id.

    `placed` is a record of an assessment (`outlines` by share, GeoJSON in WGS 84). The outline of `share` becomes the
    shape, the record the evidence: one of low reliability, which carries suspicion and never alone confirmation (IMAS
    08.10). Refuses an unknown record with UnknownRecord, no reason with WrongCall, a share without an outline and a
    record that is none with InvalidValue.
    """
    if not reason.strip():
        raise WrongCall(why="A hazard is proposed for a reason: say why this record is believed.")
    state = programme.journal.state(record_id)
    if state is None:
        raise UnknownRecord(record=record_id)
    if state.kind != "minefield_record":
        why = f"a minefield record; this is of kind {state.kind}"
        raise InvalidValue(field="record", value=str(record_id), why=why)
    outline = (placed.get("outlines") or {}).get(share)
    if share not in SHARES or not outline:
        why = f"one of {', '.join(SHARES)} that this record has an outline of"
        raise InvalidValue(field="share", value=share, why=why)
    shape = without_small_holes(shapely.make_valid(shapely.from_geojson(json.dumps(outline))))
    number = state.body.get("local_id") or str(record_id)
    body = {
        "local_id": f"{number}/{share}", "name": f"Drawn from record {number}, {share} % outline",
        "classification": "sha", "status": "open", "evidence_indirect": ["record_low_reliability"],
        "area_basis": "estimated", "minefield_record_ids": [str(record_id)],
    }  # fmt: skip
    extra = {"drawn_from": {"record": str(record_id), "share": share, "seed": placed.get("seed"),
                            "p_field": placed.get("p_field")}}  # fmt: skip
    hazard = uuid.uuid4()
    draft = Draft(kind="hazard", record_id=hazard, body=body, extra=extra, geometry=shapely.to_wkb(shape),
                  workflow=Workflow.SUBMITTED, information_date=programme.today().isoformat())  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return {"hazard": str(hazard), "name": body["local_id"], "record": str(record_id), "share": share,
            "workflow": "submitted"}  # fmt: skip


def propose_from_file(programme: Programme, placed: Path, sheet: str, *, share: str, reason: str) -> dict[str, Any]:
    """Submit a suspected hazardous area drawn from what `records place` or `records assess --json` wrote of one sheet.

    `sheet` is the record's own id, as the file and the programme name it. Refuses a file that is no such answer with
    UnreadableFile, a sheet that is not in it with InvalidValue, and otherwise as `propose_hazard` does.
    """
    (found,) = read_placed(placed, [sheet])
    outlines = {level: json.loads(shapely.to_geojson(shape)) for level, shape in found.outlines.items()}
    answer = {"outlines": outlines, "p_field": found.p_field, "seed": found.seed}
    return propose_hazard(programme, resolve(programme, sheet), answer, share=share, reason=reason)
