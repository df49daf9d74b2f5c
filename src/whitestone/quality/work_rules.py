"""Do the counts of a report agree with the records behind it?

Devices in the list of finds = figure in the completion report; and the same of people. And does a reason hold?
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from whitestone.domain.lifecycle import rests_on_absence
from whitestone.quality.model import ERROR, NOTICE, WARNING, Finding, Picture, Subject, called, exceeding, rule

__all__ = ["CLEARANCE", "FIND_GROUPS", "RULES"]

CLEARANCE = frozenset({"clearance", "clearance_manual", "clearance_mechanical", "clearance_mdd", "clearance_mixed",
                       "clearance_military", "bac", "bac_surface", "bac_subsurface", "road_clearance"})  # fmt: skip
FIND_GROUPS: dict[str, frozenset[str]] = {
    "ap_mines_found": frozenset({"ap_mine", "improvised_ap_mine"}),
    "av_mines_found": frozenset({"av_mine", "improvised_av_mine"}),
}
"""Which items each figure of a completion report counts."""


@rule("finds-do-not-sum", WARNING, "Do the items recorded for an activity sum to its completion report?")
def finds_do_not_sum(picture: Picture) -> Iterator[Finding]:
    """Find activities whose figures of finds are not the sum of the items linked to them (identity E)."""
    items = _items_by_activity(picture)
    for activity in picture.of("activity"):
        found = items.get(str(activity.record_id), [])
        for name in ("items_found", *FIND_GROUPS):
            reported = activity.body.get(name)
            wanted = FIND_GROUPS.get(name)
            total = sum(_quantity(each) for each in found if wanted is None or each.body.get("category") in wanted)
            # A report whose items were never sent one by one is not contradicted by their absence.
            if reported is not None and found and int(reported) != total:
                yield Finding(
                    record_ids=(activity.record_id,),
                    sentence=f"{called(activity)}: {name} is {reported}, the items recorded for it sum to {total}.",
                    todo="Look for an item that is missing, entered twice or linked to another activity.",
                    value=str(reported),
                    key=name,
                )


@rule("clearance-without-find", NOTICE, "Was ground cleared on which nothing was found?")
def clearance_without_find(picture: Picture) -> Iterator[Finding]:
    """Find completed clearance without a find: no error, but a reason to look at the survey before (IMAS 07.11)."""
    items = _items_by_activity(picture)
    for activity in picture.of("activity"):
        body = activity.body
        done = body.get("activity_type") in CLEARANCE and body.get("area_cleared_m2")
        stated = body.get("items_found")
        if done and stated == 0 and not items.get(str(activity.record_id)):
            yield Finding(
                record_ids=(activity.record_id,),
                sentence=f"{called(activity)} cleared {body['area_cleared_m2']:,.0f} m2 and found nothing.",
                todo="True finding or missing list? If true, ask on which evidence the area was tasked.",
                value="0",
            )


@rule("cancelled-without-record", ERROR, "Was land cancelled for no other reason than that no record of it exists?")
def cancelled_without_record(picture: Picture) -> Iterator[Finding]:
    """Find cancelled land whose remarks give no other reason than a missing record: no record is not safe (law 5)."""
    for release in picture.of("release"):
        if release.body.get("outcome") == "cancelled" and rests_on_absence(str(release.body.get("remarks") or "")):
            yield Finding(
                record_ids=(release.record_id,),
                sentence=f"{called(release)} is cancelled, and the only reason stated is that no record exists.",
                todo="State what the survey found on the ground, or take the cancellation back: no record is not safe.",
                value=str(release.body["remarks"]),
            )


@rule("destroyed-exceeds-found", ERROR, "Were more items destroyed than found?")
def destroyed_exceeds_found(picture: Picture) -> Iterator[Finding]:
    """Find items of which more were destroyed than found."""
    for item, destroyed, found in exceeding(picture, "item", "quantity_destroyed", "quantity"):
        yield Finding(
            record_ids=(item.record_id,),
            sentence=f"{called(item)}: {destroyed} destroyed of {found} found.",
            todo="Correct the quantity, or record the find that is missing.",
            value=str(destroyed),
        )


@rule("depth-not-reached", WARNING, "Was less deep cleared than the task required?")
def depth_not_reached(picture: Picture) -> Iterator[Finding]:
    """Find activities whose depth achieved is below the depth required."""
    for activity, wanted, reached in exceeding(picture, "activity", "depth_required_cm", "depth_achieved_cm"):
        yield Finding(
            record_ids=(activity.record_id,),
            sentence=f"{called(activity)} reached {reached:g} cm of {wanted:g} cm required.",
            todo="Record the restriction of use or task the rest: the ground is not cleared to the task's depth.",
            value=f"{reached:g}",
        )


@rule("accident-sum", ERROR, "Do killed, injured and unknown sum to the casualties of an accident?")
def accident_sum(picture: Picture) -> Iterator[Finding]:
    """Find accidents whose own figures do not add up."""
    for accident in picture.of("accident"):
        body = accident.body
        parts = [body.get(name) for name in ("killed", "injured", "outcome_unknown")]
        total = body.get("casualties")
        known = sum(int(part) for part in parts if part is not None)
        # With a part unstated the sum may only be smaller.
        wrong = total is not None and (known > total or (known != total and None not in parts[:2]))
        if wrong:
            yield Finding(
                record_ids=(accident.record_id,),
                sentence=f"{called(accident)}: killed, injured and unknown sum to {known}, casualties are {total}.",
                todo="Look at the report: a person counted twice, an amputation counted beside the injury, or a slip.",
                value=str(total),
            )


@rule("casualties-differ-from-accident", WARNING, "Do the persons recorded agree with the accident's figures?")
def casualties_differ(picture: Picture) -> Iterator[Finding]:
    """Find accidents whose figures are not those of the persons linked to them."""
    people: dict[str, list[Subject]] = defaultdict(list)
    for casualty in picture.of("casualty"):
        if casualty.body.get("accident_id"):
            people[str(casualty.body["accident_id"])].append(casualty)
    for accident in picture.of("accident"):
        linked = people.get(str(accident.record_id), [])
        for name, outcome in (("killed", "killed"), ("injured", "injured")) if linked else ():
            reported = accident.body.get(name)
            total = sum(int(each.body.get("persons") or 1) for each in linked if each.body.get("outcome") == outcome)
            if reported is not None and int(reported) != total:
                yield Finding(
                    record_ids=(accident.record_id,),
                    sentence=f"{called(accident)}: {name} is {reported}, persons recorded as {outcome} are {total}.",
                    todo="Find the person who is missing or recorded twice; someone who died later counts as killed.",
                    value=str(reported),
                    key=name,
                )


def _items_by_activity(picture: Picture) -> dict[str, list[Subject]]:
    def make() -> dict[str, list[Subject]]:
        """Gather finds by the activity that they name."""
        items: dict[str, list[Subject]] = defaultdict(list)
        for item in picture.of("item"):
            if item.body.get("activity_id"):
                items[str(item.body["activity_id"])].append(item)
        return items

    return picture.once("items-by-activity", make)


def _quantity(item: Subject) -> int:
    quantity = item.body.get("quantity")
    return 1 if quantity is None else int(quantity)


RULES = (finds_do_not_sum, clearance_without_find, cancelled_without_record, destroyed_exceeds_found,
         depth_not_reached, accident_sum, casualties_differ)  # fmt: skip
