"""What does a sheet say is in the field, and what was done to it: rows, items, lanes, events, transfer, comparisons?"""

from __future__ import annotations

from whitestone.minefields.readings import read_bearing
from whitestone.minefields.sheet_parts import Event, Lane, Row, SheetItem, Transfer, Verification
from whitestone.minefields.sheet_reading import Place

__all__ = ["read_event", "read_item", "read_lane", "read_row", "read_transfer", "read_verification"]


def read_row(place: Place) -> Row:
    """Read one row of the field; its number is its place in the list where it has none."""
    return Row(
        no=place.text("no", "row_no", "id") or str(place.at + 1),
        start=place.text("from", "start"),
        end=place.text("to", "end"),
        count=place.counts("count", "mines_by_type", "counts"),
        length_m=place.number("length_m", "length", least=0.0),
        remark=place.text("remark", "remarks"),
    )


def read_item(place: Place) -> SheetItem:
    """Read one item that the sheet places by itself."""
    bearing, _, wrong = read_bearing(place.raw("bearing"))
    place.doubts("bearing", bearing, wrong)
    return SheetItem(
        type=place.text("type", "type_as_written"),
        at=place.text("at", "from", "station"),
        bearing=bearing,
        distance=place.reading("distance"),
        x=place.reading("x"),
        y=place.reading("y"),
        count=place.reading("count", "quantity"),
        remark=place.text("remark", "remarks"),
    )


def read_event(place: Place) -> Event:
    """Read what was done to the field; a number alone is of no stated type."""
    raw = place.raw("quantity")
    quantity = place.counts("quantity") if isinstance(raw, (dict, list)) else {}
    if not quantity and raw is not None and not isinstance(raw, (dict, list)):
        quantity = {"": place.reading("quantity")}
    return Event(
        kind=place.text("kind", "type", "event") or "unknown",
        on=place.date("on", "date"),
        by=place.text("by"),
        quantity=quantity,
        source=place.text("source"),
    )


def read_lane(place: Place) -> Lane:
    """Read one lane or gap."""
    return Lane(
        no=place.text("no", "id") or str(place.at + 1),
        start=place.text("from", "start"),
        end=place.text("to", "end"),
        width_m=place.number("width_m", "width", least=0.0),
        marking=place.text("marking"),
    )


def read_transfer(place: Place) -> Transfer | None:
    """Read how a record was handed over; None where nothing is stated."""
    held = place.raw("transfer")
    if not isinstance(held, dict):
        return None
    inner = Place(held, f"{place.path}.transfer", place.notes, place.sheet)
    return Transfer(
        from_party=inner.text("from_party"),
        to_party=inner.text("to_party"),
        on=inner.date("date", "on"),
        channel=inner.text("channel", "mediator"),
        legal_basis=inner.text("legal_basis"),
        form=inner.text("form"),
        item_count_claimed=inner.reading("item_count_claimed"),
        claim=inner.text("claim"),
        claimed_by=inner.text("claimed_by"),
        conditions_of_use=inner.text("conditions_of_use"),
    )


def read_verification(place: Place) -> Verification:
    """Read what came of comparing the sheet with the ground."""
    return Verification(
        on=place.date("date", "on"),
        organisation=place.text("organisation", "org"),
        method=place.text("method"),
        result=place.text("result"),
        offset_m=place.number("offset_m", least=0.0),
        offset_azimuth_deg=place.number("offset_azimuth_deg", "offset_azimuth", least=0.0, most=360.0),
        found=place.counts("found"),
        remark=place.text("remark", "remarks"),
    )
