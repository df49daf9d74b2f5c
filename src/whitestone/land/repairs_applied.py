"""What would the ledger say if a proposal were accepted? Its statements on the ledger's inputs, and nothing written."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
import shapely

from whitestone.land.grouping import CLOSED
from whitestone.land.inputs import HazardSlice, ReleasePiece, day_number
from whitestone.land.repairs_model import Claim, Repair, Statement

__all__ = ["VOIDING", "applied", "settled_on"]

VOIDING = ("merged", "duplicate", "data_error")
"""Closure reasons that say that the record was wrong."""


def applied(
    hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], repair: Repair
) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    """Return hazards and releases as they would be counted with the proposal accepted.

    >>> applied([], [], Repair("look", "", "", "ask"))
    ([], [])
    """
    if repair.same is not None:
        return _joined(hazards, releases, *repair.same)
    if repair.decided is not None:
        return _decided(hazards, releases, *repair.decided)
    slices, pieces = list(hazards), list(releases)
    for each in (*repair.statements, *_settled(repair)):
        if each.kind == "hazard":
            mine = sorted((one for one in slices if one.record_id == each.record_id),
                          key=lambda one: day_number(one.true_from))
            slices = [one for one in slices if one.record_id != each.record_id] + _restated(mine, each)
        else:
            pieces = [_piece(one, each) if one.record_id == each.record_id else one for one in pieces]
    return slices, pieces


def _settled(repair: Repair) -> list[Statement]:
    """Give what the choice of a side states: nothing where the side counts already."""
    if repair.chosen is None or repair.chosen[1] is repair.chosen[0].counted:
        return []
    claim, side = repair.chosen
    return [Statement(claim.record_id, claim.kind, geometry=side.shape, since=settled_on(claim))]


def settled_on(claim: Claim) -> dt.date | None:
    """Give the day from which a settled outline holds: the later of both sides; None where one has no date.

    >>> from whitestone.land.repairs_model import Side
    >>> side = Side(uuid.UUID(int=1), "", None, None, None)
    >>> settled_on(Claim(uuid.UUID(int=1), "hazard", side, side)) is None
    True
    """
    days = (claim.counted.day, claim.other.day)
    return None if days[0] is None or days[1] is None else max(days[0], days[1])


def _decided(
    hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], claim: Claim, word: str
) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    """Put all that was said of a record in the place of what was approved of it; what is returned changes nothing."""
    if word != "approved":
        return list(hazards), list(releases)
    slices = [each for each in hazards if each.record_id != claim.record_id]
    pieces = [each for each in releases if each.record_id != claim.record_id]
    return ([*slices, *(each for each in claim.becomes if isinstance(each, HazardSlice))],
            [*pieces, *(each for each in claim.becomes if isinstance(each, ReleasePiece))])


def _joined(
    hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], kept: uuid.UUID, absorbed: uuid.UUID
) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    slices = [each for each in hazards if each.record_id != absorbed]
    pieces = []
    for each in releases:
        if each.record_id != absorbed:
            named = tuple(kept if own == absorbed else own for own in each.hazard_ids)
            pieces.append(msgspec.structs.replace(each, hazard_ids=named))
    return slices, pieces


def _piece(piece: ReleasePiece, said: Statement) -> ReleasePiece:
    change: dict[str, Any] = {}
    if said.geometry is not None:
        change["geometry"] = said.geometry
    if "hazard_ids" in said.values:
        own = tuple(uuid.UUID(each) for each in said.values["hazard_ids"])
        change["hazard_ids"] = own
    if "area_reported_m2" in said.values:
        change["area_reported_m2"] = said.values["area_reported_m2"]
    if "completed_on" in said.values:
        change["on"] = dt.date.fromisoformat(said.values["completed_on"])
    return msgspec.structs.replace(piece, **change)


def _restated(mine: list[HazardSlice], said: Statement) -> list[HazardSlice]:
    """State something of one hazard in all its dated states in which the same thing had been said."""
    if not mine:
        return []
    last = mine[-1]
    out: list[HazardSlice] = []
    for each in mine:
        change: dict[str, Any] = {}
        if said.geometry is not None and _same_shape(each.geometry, last.geometry):
            change["geometry"] = said.geometry
        if "status" in said.values and each.status == last.status:
            status, reason = said.values["status"], said.values.get("closure_reason")
            change |= {"status": status, "void": status in CLOSED and reason in VOIDING}
        if "place_id" in said.values and each.keys.get("place") == last.keys.get("place"):
            change["keys"] = {**each.keys, "place": said.values["place_id"]}
        if not change:
            out.append(each)
        elif said.since is None or day_number(each.true_from) >= said.since.toordinal():
            out.append(msgspec.structs.replace(each, **change))
        elif each.true_to is None or each.true_to > said.since:
            out.append(msgspec.structs.replace(each, true_to=said.since))
            out.append(msgspec.structs.replace(each, true_from=said.since, **change))
        else:
            out.append(each)
    return _dated(out, said.information_date) if said.information_date is not None else out


def _dated(mine: list[HazardSlice], day: dt.date) -> list[HazardSlice]:
    first = msgspec.structs.replace(mine[0], true_from=day)
    return [msgspec.structs.replace(each, information_date=day) for each in (first, *mine[1:])]


def _same_shape(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    return left is right or bool(shapely.equals_exact(left, right, 0.0))
