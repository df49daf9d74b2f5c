"""Which changes of a hazard's class and status are lawful, who must have decided them, and on what evidence?

Classification, workflow status and the outcomes of releases are three attributes (after IMAS 07.11).
Transitions made in this programme are guarded: one that breaks a rule is refused, and the error names the rule.
History that was made elsewhere is accepted as it came, and what breaks a rule is listed as a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from whitestone.errors import TransitionRefused

__all__ = ["TRANSITIONS", "HazardFacts", "Transition", "TransitionEvent", "hazard_approval", "hazard_transition",
           "lifecycle_findings", "rests_on_absence"]

AREAS = ("sha", "cha")
CLOSED = ("closed", "handed_over")
IN_WORK = ("worked_on", "suspended", "awaiting_qc", "awaiting_handover")


class HazardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards need to know of a hazard at one moment; areas in square metres, None where unknown."""

    record: str = "the hazard"
    classification: str | None = None
    status: str | None = None
    closure_reason: str | None = None
    evidence_direct: tuple[str, ...] = ()
    evidence_direct_placed: bool = False
    """Whether direct evidence has coordinates."""
    evidence_indirect: tuple[str, ...] = ()
    area_m2: float | None = None
    remaining_m2: float | None = None
    """Computed area that no approved release covers."""
    reopened_from: tuple[str, ...] = ()
    reopened_reason: str | None = None


class TransitionEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The act that moves a hazard: which transition, when, by whom, on what document, with what the guards ask."""

    name: str
    happened_on: str | None = None
    organisation: str | None = None
    decided_by: str | None = None
    document: str | None = None
    reason: str | None = None
    task: str | None = None
    effort_complete: bool = False
    """All reasonable effort: the checklist of the programme is complete (IMAS 07.10)."""
    approved: bool = False
    coverage_attached: bool = False
    finds_attached: bool = False
    measured: bool = False
    """The polygon was measured, not estimated."""
    depth_required_cm: float | None = None
    depth_achieved_cm: float | None = None
    sample_m2: float | None = None
    nonconformity: str | None = None
    handover_certificate: str | None = None
    parts_m2: tuple[float, ...] = ()
    """Areas of the parts that a split makes."""
    tolerance_m2: float = 1.0


Guard = Callable[[HazardFacts, HazardFacts, TransitionEvent], bool]


class Transition(msgspec.Struct, frozen=True):
    """One lawful transition: from which (classes, statuses) to which, and the rules that guard it."""

    name: str
    classes: tuple[str | None, ...]
    statuses: tuple[str | None, ...]
    to_classes: tuple[str, ...]
    to_statuses: tuple[str, ...]
    guards: tuple[tuple[str, Guard, str], ...] = ()
    """Each: the rule as a sentence, the check, what the user does about it."""


def _stated(attribute: str) -> Guard:
    return lambda before, after, event: bool(getattr(event, attribute))


def _nothing_left(before: HazardFacts, after: HazardFacts, event: TransitionEvent) -> bool:
    return after.remaining_m2 is not None and after.remaining_m2 <= event.tolerance_m2


def _deep_enough(before: HazardFacts, after: HazardFacts, event: TransitionEvent) -> bool:
    required, achieved = event.depth_required_cm, event.depth_achieved_cm
    return achieved is not None and (required is None or achieved >= required)


def _parts_add_up(before: HazardFacts, after: HazardFacts, event: TransitionEvent) -> bool:
    if not event.parts_m2:
        return event.name != "split"
    if before.area_m2 is None:
        return True
    return abs(sum(event.parts_m2) - before.area_m2) <= max(event.tolerance_m2, 1e-6 * before.area_m2)


_EFFORT = ("all reasonable effort must be documented (IMAS 07.10)", _stated("effort_complete"), "Complete the list.")
_APPROVED = ("the authority must have approved it", _stated("approved"), "Submit it for approval first.")
_ABSENCE = re.compile(
    r"\b(no|without|absence of|lack of|missing)\b[^.;]{0,40}\b(records?|maps?|sheets?)\b"
    r"|\bnot recorded\b|\bunrecorded\b"
    r"|\b(no|ningún|sin|aucun|pas|sans|нет|без|отсутств\w*|нема|nema)\b[^.;]{0,40}"
    r"\b(registro|mapa|enregistrement|plan|запис\w*|карт\w*|формуляр\w*|zapisnik\w*)"
    r"|\b(запис\w*|карт\w*|формуляр\w*)\b[^.;]{0,40}\b(нет|нема|отсутств\w*|не\s+(найден|знайден)\w*)\b",
    re.IGNORECASE,
)
"""How a reason says that no record of a field is there; in the languages of the code lists."""


def rests_on_absence(reason: str) -> bool:
    """Say whether the only reason given is that no record is there, whatever document says it (house law 5).

    Absence may be named beside what was found on the ground, in a sentence of its own.

    >>> rests_on_absence("No record of a minefield."), rests_on_absence("No record. Survey found houses lived in.")
    (True, False)
    >>> rests_on_absence("")
    False
    """
    absent = [bool(_ABSENCE.search(each)) for each in re.split(r"[.;]", reason) if each.strip()]
    return bool(absent) and all(absent)


def _not_by_absence(before: HazardFacts, after: HazardFacts, event: TransitionEvent) -> bool:
    return not rests_on_absence(event.reason or "")


_NOT_BY_ABSENCE = (
    "land is not cancelled because no record of a field exists: no record is not safe (house law 5)",
    _not_by_absence,
    "State in a sentence of its own what the survey found on the ground.",
)
_REASON = ("an authorised reason is needed", _stated("reason"), "State the reason and who authorised it.")
_DIRECT = (
    "a confirmed hazardous area rests on direct evidence with coordinates (IMAS 08.10)",
    lambda before, after, event: bool(after.evidence_direct) and after.evidence_direct_placed,
    "Record the direct evidence and its position, or register a suspected area.",
)
_INDIRECT = (
    "a suspected hazardous area rests on at least one item of evidence (IMAS 08.10)",
    lambda before, after, event: bool(after.evidence_indirect or after.evidence_direct),
    "Record the evidence with its source and date.",
)
_CONSERVED = ("the parts of a split must add up to the whole", _parts_add_up, "Correct the outlines of the parts.")
_EMPTY = ("all of its ground must be released first", _nothing_left, "Release or split off what remains.")
_NEVER = (
    "a whole area is not suspended: cut the unfinishable part into a hazard of its own",
    lambda before, after, event: False,
    "Release the finished part and record the rest as a new hazard with the split.",
)
_NEW_HAZARD = (
    "a closed hazard is not opened again: what is found there later is a new hazard linked to it (IMAS 10.60)",
    lambda before, after, event: False,
    "Register a new hazard that names the closed one in reopened_from, with the reason.",
)
_LINKED = (
    "a hazard on released ground names the closed ones and says whether an item was missed or the danger is new",
    lambda before, after, event: bool(after.reopened_from and after.reopened_reason),
    "State reopened_from and reopened_reason.",
)

_ALL = (
    Transition("register_suspected", (None,), (None,), ("sha", "indication"), ("open",), (_INDIRECT,)),
    Transition("register_confirmed", (None,), (None,), ("cha",), ("open",), (_DIRECT,)),
    Transition("register_spot", (None,), (None,), ("eod_spot", "storage_site"), ("open",)),
    Transition("register_on_released_ground", (None,), (None,), AREAS, ("open",), (_LINKED, _INDIRECT)),
    Transition("suspect", ("indication",), ("open",), ("sha",), ("open",), (_INDIRECT,)),
    Transition("confirm", ("sha", "indication"), ("open", "worked_on"), ("cha",), ("open", "worked_on"),
               (_DIRECT, _CONSERVED)),
    Transition("regrade", ("cha",), ("open", "worked_on"), ("sha",), ("open", "worked_on"), (_REASON,)),
    Transition("cancel_part", AREAS, ("open", "worked_on"), AREAS, ("open", "worked_on"),
               (_EFFORT, _APPROVED, _NOT_BY_ABSENCE)),
    Transition("cancel", (*AREAS, "indication"), ("open", "worked_on"), (*AREAS, "indication"), ("closed",),
               (_EFFORT, _APPROVED, _NOT_BY_ABSENCE, _EMPTY)),
    Transition("issue_task", (*AREAS, "eod_spot", "storage_site"), ("open", "suspended"),
               (*AREAS, "eod_spot", "storage_site"), ("worked_on",),
               (("work begins on a task order", _stated("task"), "State the number of the task order."),)),
    Transition("reduce", AREAS, ("worked_on",), AREAS, ("worked_on", "awaiting_handover"), (
        ("reduction needs the covered ground and the method of the technical survey", _stated("coverage_attached"),
         "Attach the coverage polygons."), _EFFORT)),
    Transition("clear", AREAS, ("worked_on",), AREAS, ("worked_on", "awaiting_qc"), (
        ("clearance reaches the required depth (IMAS 09.10)", _deep_enough, "State the depths, or clear deeper."),
        ("the list of finds is attached, also when empty", _stated("finds_attached"), "Attach the list of finds."),
        ("a clearance polygon is measured, not estimated", _stated("measured"), "Measure the polygon."))),
    Transition("pass_qc", AREAS, ("awaiting_qc",), AREAS, ("awaiting_handover", "worked_on"), (
        ("quality control states its sample (IMAS 09.20)", _stated("sample_m2"), "State the size of the sample."),)),
    Transition("fail_qc", AREAS, ("awaiting_qc",), AREAS, ("worked_on",), (
        ("a failed quality control names its non-conformity", _stated("nonconformity"), "Record what failed."),)),
    Transition("split", AREAS, ("open", "worked_on"), AREAS, ("open", "worked_on", "awaiting_qc", "awaiting_handover"),
               (_REASON, _CONSERVED)),
    Transition("suspend", AREAS, ("open", "worked_on"), AREAS, ("suspended",), (_NEVER,)),
    Transition("resume", AREAS, ("suspended",), AREAS, ("worked_on", "open"), (_REASON,)),
    Transition("finish_spot", ("eod_spot", "storage_site"), ("open", "worked_on"), ("eod_spot", "storage_site"),
               ("closed",), (("what was done is stated", _stated("document"), "Name the completion report."),)),
    Transition("close", AREAS, ("worked_on", "awaiting_handover"), AREAS, ("closed",),
               (_EMPTY, ("a completion report is needed (IMAS 08.30)", _stated("document"), "Name the report."))),
    Transition("hand_over", AREAS, ("awaiting_handover", "closed"), AREAS, ("handed_over",), (
        _EMPTY, ("a handover certificate is needed (IMAS 08.30)", _stated("handover_certificate"),
                 "Name the certificate."))),
    Transition("reopen", AREAS, CLOSED, AREAS, ("open", "worked_on"), (_NEW_HAZARD,)),
    Transition("invalidate", (*AREAS, "indication", "eod_spot", "storage_site"), ("open", *IN_WORK),
               (*AREAS, "indication", "eod_spot", "storage_site"), ("invalid",), (_REASON, _APPROVED, _NOT_BY_ABSENCE)),
)

TRANSITIONS: Mapping[str, Transition] = MappingProxyType({each.name: each for each in _ALL})
"""Every transition by name; whatever is not here is refused."""

_WHO = (("happened_on", "its date"), ("organisation", "the organisation"), ("decided_by", "who decided it"),
        ("document", "the document it rests on"))


def hazard_transition(before: HazardFacts | None, after: HazardFacts, event: TransitionEvent) -> None:
    """Check one transition made in this programme; None for `before` means that the hazard is new.

    Returns nothing when it is lawful. Refuses with TransitionRefused, which names the broken rule and the remedy: an
    event that does not exist or does not lead from this class and status to that, one without date, organisation,
    decision-maker and document, and one whose guard fails.

    >>> facts = HazardFacts(record="H-1", classification="sha", status="open", evidence_indirect=("verbal",))
    >>> event = TransitionEvent(name="register_suspected", happened_on="2020-05-01", organisation="A", decided_by="B",
    ...                         document="report 7")
    >>> hazard_transition(None, facts, event)
    >>> try:
    ...     hazard_transition(facts, HazardFacts(record="H-1", classification="cha", status="open"), event)
    ... except TransitionRefused as refused:
    ...     print(refused, refused.next)
    H-1 cannot go from sha/open to cha/open: register_suspected does not lead there. Use one of: confirm.
    """
    start = before or HazardFacts(record=after.record)
    transition = TRANSITIONS.get(event.name)
    if transition is None or not _leads(transition, start, after):
        lawful = [name for name, each in TRANSITIONS.items() if _leads(each, start, after)]
        remedy = f"Use one of: {', '.join(lawful)}." if lawful else "Take the steps between, one by one."
        _refuse(start, after, f"{event.name or 'a step without a name'} does not lead there", remedy)
        return
    # A transition that is refused on principle says so before it asks for papers.
    for rule, guard, remedy in transition.guards:
        if guard in (_NEVER[1], _NEW_HAZARD[1]):
            _refuse(start, after, rule, remedy)
    for attribute, words in _WHO:
        if not getattr(event, attribute):
            _refuse(start, after, f"every transition states {words}", f"State {words}.")
    for rule, guard, remedy in transition.guards:
        if not guard(start, after, event):
            _refuse(start, after, rule, remedy)


_BY_STATES = (_DIRECT, _INDIRECT, _LINKED, _EMPTY, _NEVER, _NEW_HAZARD)
"""The rules that need no papers to be judged: what is stated of the hazard decides."""


def hazard_approval(before: HazardFacts | None, after: HazardFacts, *, tolerance_m2: float = 1.0) -> None:
    """Check the step that approving statements makes a hazard take; the papers were asked for where it was stated.

    Returns nothing when a lawful step leads there, or none is taken: a record that arrives in mid-life has a history
    that nobody sent. Refuses with TransitionRefused, which names the broken rule and the remedy (after IMAS 07.11).

    >>> closed = HazardFacts(record="H-1", classification="cha", status="closed")
    >>> hazard_approval(None, closed)
    >>> try:
    ...     hazard_approval(closed, HazardFacts(record="H-1", classification="cha", status="open"))
    ... except TransitionRefused as refused:
    ...     print(refused.next)
    Register a new hazard that names the closed one in reopened_from, with the reason.
    """
    if before is None or not _moved(before, after):
        return
    event = TransitionEvent(name="", tolerance_m2=tolerance_m2)
    broken: list[tuple[str, str]] = []
    for each in TRANSITIONS.values():
        if _leads(each, before, after):
            fails = [one for one in each.guards if one in _BY_STATES and not one[1](before, after, event)]
            if not fails:
                return
            broken.append((fails[0][0], fails[0][2]))
    _refuse(before, after, *(broken or [("no step leads there", "Take the steps between, one by one.")])[0])


def lifecycle_findings(before: HazardFacts | None, after: HazardFacts) -> list[tuple[str, str]]:
    """List what in a piece of imported history breaks the lifecycle, as (code, sentence); it is accepted all the same.

    Judges only what states show: whether any transition leads there, and whether the new state can stand on what is
    recorded. Never raises.

    >>> before = HazardFacts(classification="cha", status="closed")
    >>> [code for code, _ in lifecycle_findings(before, HazardFacts(classification="cha", status="open"))]
    ['lifecycle-reopened']
    >>> lifecycle_findings(None, HazardFacts())
    []
    """
    found: list[tuple[str, str]] = []
    start = before or HazardFacts(record=after.record)
    if before is not None and start.status in CLOSED and after.status in ("open", *IN_WORK):
        found.append(("lifecycle-reopened", f"{after.record}: {_NEW_HAZARD[0]}."))
    elif _moved(before, after) and not any(_leads(each, start, after) for each in TRANSITIONS.values()):
        found.append(("lifecycle-step", f"{after.record}: no step leads from {_say(start)} to {_say(after)}."))
    if after.status == "suspended" and start.status != "suspended":
        found.append(("lifecycle-suspended", f"{after.record}: {_NEVER[0]}."))
    if after.status in CLOSED and start.status not in CLOSED and (after.remaining_m2 or 0) > 1:
        found.append(("lifecycle-closed-with-rest", f"{after.record} is closed with {after.remaining_m2:.0f} m2 left."))
    if after.classification == "cha" and after.evidence_indirect and not after.evidence_direct:
        found.append(("lifecycle-evidence", f"{after.record} is confirmed on indirect evidence only."))
    if bool(after.reopened_from) != bool(after.reopened_reason):
        found.append(("lifecycle-reopened-reason", f"{after.record}: {_LINKED[0]}."))
    return found


def _moved(before: HazardFacts | None, after: HazardFacts) -> bool:
    """Say whether there is a step to judge: a record that arrives in mid-life has a history that nobody sent."""
    if before is None or after.classification is None or after.status is None:
        return False
    if before.classification is None or before.status is None:
        return False
    return (before.classification, before.status) != (after.classification, after.status)


def _leads(transition: Transition, before: HazardFacts, after: HazardFacts) -> bool:
    if before.classification not in transition.classes or before.status not in transition.statuses:
        return False
    if after.classification not in transition.to_classes or after.status not in transition.to_statuses:
        return False
    changes_class = transition.name in ("suspect", "confirm", "regrade") or before.classification is None
    return changes_class or before.classification == after.classification


def _refuse(before: HazardFacts, after: HazardFacts, rule: str, remedy: str) -> None:
    raise TransitionRefused(record=after.record, before=_say(before), after=_say(after), rule=rule, remedy=remedy)


def _say(facts: HazardFacts) -> str:
    if facts.classification is None and facts.status is None:
        return "nothing"
    return f"{facts.classification or 'no class'}/{facts.status or 'no status'}"
