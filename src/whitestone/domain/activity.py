"""What work was done on the ground, on whose order, and which ground did it release?

An activity is work; a release is one polygon of it with one outcome; a task is the order. A spot task never makes
square metres cleared.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Link, Links, Maybe, Record, SquareMetres, Text, coded

__all__ = ["Activity", "Release", "Task"]


class Activity(Record, kw_only=True, omit_defaults=True):
    """Survey, clearance, spot task or other work (domain.md 1.4, 2.3)."""

    activity_type: Maybe[coded("activity_type")] = UNSET  # type: ignore[valid-type]
    activity_status: Maybe[coded("activity_status")] = UNSET  # type: ignore[valid-type]
    started_on: Maybe[DateText] = UNSET
    ended_on: Maybe[DateText] = UNSET
    hazard_ids: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]
    task_id: Maybe[Link("task")] = UNSET  # type: ignore[valid-type]
    method: Maybe[coded("operational_method")] = UNSET  # type: ignore[valid-type]
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
    team: Maybe[Text] = UNSET
    stoppage_reason: Maybe[Text] = UNSET
    approved_on: Maybe[DateText] = UNSET
    handed_over_on: Maybe[DateText] = UNSET
    residual_risk_statement: Maybe[Text] = UNSET


class Release(Record, kw_only=True, omit_defaults=True):
    """One polygon of an activity with one outcome: cancelled, reduced or cleared (IMAS 07.11)."""

    outcome: Maybe[coded("release_outcome")] = UNSET  # type: ignore[valid-type]
    activity_id: Maybe[Link("activity")] = UNSET  # type: ignore[valid-type]
    hazard_ids: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]
    completed_on: Maybe[DateText] = UNSET
    approved_on: Maybe[DateText] = UNSET
    """The ledger books on the later of completed and approved (domain.md 1.5 rule 4)."""
    method: Maybe[coded("operational_method")] = UNSET  # type: ignore[valid-type]
    depth_cm: Maybe[float] = UNSET
    area_reported_m2: Maybe[SquareMetres] = UNSET
    area_basis: Maybe[coded("area_basis")] = UNSET  # type: ignore[valid-type]
    items_found: Maybe[Count] = UNSET


class Task(Record, kw_only=True, omit_defaults=True):
    """An order to do an activity (domain.md 2.3)."""

    issued_on: Maybe[DateText] = UNSET
    hazard_ids: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]
    method: Maybe[coded("operational_method")] = UNSET  # type: ignore[valid-type]
    depth_required_cm: Maybe[float] = UNSET
    planned_from: Maybe[DateText] = UNSET
    planned_to: Maybe[DateText] = UNSET
    priority: Maybe[float] = UNSET
    task_status: Maybe[coded("task_status")] = UNSET  # type: ignore[valid-type]
    withdrawn_on: Maybe[DateText] = UNSET
