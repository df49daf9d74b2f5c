"""What work was done on the ground, on whose order, and which ground did it release?

An activity is work; a release is one polygon of it with one outcome; a task is the order. A spot task never makes
square metres cleared.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, SquareMetres, Text
from whitestone.domain.coded import (
    ActivityLink,
    ActivityStatus,
    ActivityType,
    AreaBasis,
    HazardLinks,
    OperationalMethod,
    ReleaseOutcome,
    TaskLink,
    TaskStatus,
)

__all__ = ["Activity", "Release", "Task"]


class Activity(Record, kw_only=True, omit_defaults=True):
    """Survey, clearance, spot task or other work (IMAS 05.10, 08.30)."""

    activity_type: Maybe[ActivityType] = UNSET
    activity_status: Maybe[ActivityStatus] = UNSET
    started_on: Maybe[DateText] = UNSET
    ended_on: Maybe[DateText] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET
    task_id: Maybe[TaskLink] = UNSET
    method: Maybe[OperationalMethod] = UNSET
    depth_required_cm: Maybe[float] = UNSET
    depth_achieved_cm: Maybe[float] = UNSET
    area_cancelled_m2: Maybe[SquareMetres] = UNSET
    area_reduced_m2: Maybe[SquareMetres] = UNSET
    area_cleared_m2: Maybe[SquareMetres] = UNSET
    items_found: Maybe[Count] = UNSET
    ap_mines_found: Maybe[Count] = UNSET
    av_mines_found: Maybe[Count] = UNSET
    erw_found: Maybe[Count] = UNSET
    team_size: Maybe[Count] = UNSET
    working_days: Maybe[float] = UNSET
    working_hours: Maybe[float] = UNSET
    assets: Maybe[Text] = UNSET
    detection_method: Maybe[Text] = UNSET
    team: Maybe[Text] = UNSET
    stoppage_reason: Maybe[Text] = UNSET
    release_criteria: Maybe[Text] = UNSET
    """By which criteria land was cancelled or reduced."""
    approved_on: Maybe[DateText] = UNSET
    handed_over_on: Maybe[DateText] = UNSET
    residual_risk_statement: Maybe[Text] = UNSET


class Release(Record, kw_only=True, omit_defaults=True):
    """One polygon of an activity with one outcome: cancelled, reduced or cleared (IMAS 07.11)."""

    outcome: Maybe[ReleaseOutcome] = UNSET
    activity_id: Maybe[ActivityLink] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET
    completed_on: Maybe[DateText] = UNSET
    approved_on: Maybe[DateText] = UNSET
    """The ledger books on the later of completed and approved (docs/guides/ledger.md)."""
    method: Maybe[OperationalMethod] = UNSET
    depth_cm: Maybe[float] = UNSET
    area_reported_m2: Maybe[SquareMetres] = UNSET
    area_basis: Maybe[AreaBasis] = UNSET
    items_found: Maybe[Count] = UNSET


class Task(Record, kw_only=True, omit_defaults=True):
    """An order to do an activity."""

    issued_on: Maybe[DateText] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET
    method: Maybe[OperationalMethod] = UNSET
    depth_required_cm: Maybe[float] = UNSET
    planned_from: Maybe[DateText] = UNSET
    planned_to: Maybe[DateText] = UNSET
    priority: Maybe[float] = UNSET
    task_status: Maybe[TaskStatus] = UNSET
    withdrawn_on: Maybe[DateText] = UNSET
