"""How much land is left, by any dimension, in any period, and which records stand behind a figure?"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import msgspec
import typer

from whitestone.cli.shared import Context, WorkersOption, counted_by, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: --to, or today.")]
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]

_DIMENSIONS = "hazard, place, year, class, contamination, treaty, organisation, donor or method"
_AREAS = (
    "opening", "discovered", "boundary_increase", "boundary_decrease", "transferred_in", "transferred_out",
    "cancelled", "reduced", "cleared", "reclassified", "closing", "own_closing", "reported_only", "closed_unproven",
)
_ALWAYS = ("opening", "cancelled", "reduced", "cleared", "closing")
_SIGNS = {
    "opening": "", "closing": "=", "discovered": "+", "boundary_increase": "+", "boundary_decrease": "-",
    "transferred_in": "+", "transferred_out": "-", "cancelled": "-", "reduced": "-", "cleared": "-",
    "reclassified": "+",
}
_PROOF = {
    "outside_any_hazard_m2": "work outside any hazard",
    "claimed_twice_m2": "ground claimed by two releases",
    "hazards_overlap_m2": "hazards overlap: own figures exceed the counted",
    "no_geometry": "hazards without any geometry",
    "size_unknown": "hazards of unknown size (unknown is not zero)",
    "reported_minus_computed_m2": "releases: reported less computed",
    "elsewhere_m2": "lying outside the place it is booked to",
    "in_conflict_m2": "in conflict between sources",
    "not_approved_m2": "not yet approved, not counted",
    "residual_m2": "residual: closing computed in one shot, less closing (must be 0)",
    "releases_no_geometry": "releases without a polygon",
    "releases_older_than_hazard": "releases older than a hazard on which they act",
    "order_unknown_m2": "hazard and release overlap, both undated: which is older is not known",
}


def register(app: typer.Typer) -> None:
    """Add `ledger`."""
    app.command()(ledger)


def ledger(
    context: typer.Context,
    by: Annotated[str, typer.Option(help=f"The rows: {_DIMENSIONS}.")] = "class",
    start: Annotated[str | None, typer.Option("--from", help="First day of the period; default: since ever.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day of the period; default: the situation.")] = None,
    on: OnDay = None,
    known: KnownOn = None,
    explain: Annotated[str | None, typer.Option(help="List the records behind this row (its key), or 'total'.")] = None,
    closed: Annotated[
        str | None, typer.Option(help="Print the figures of this closed year as they were frozen.")
    ] = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="Flows between SHA, CHA and other classes, also as counts.")]
    = False,
    cell: Annotated[str | None, typer.Option(help="List the records behind a cell of the matrix: CLASS:FLOW, or "
                                             "CLASS:FLOW:count; of the row that --explain names.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows the text shows; --json has all.")] = 60,
    workers: WorkersOption = None,
    as_json: Json = False,
) -> None:
    """Say how much land is left and what took the rest, with proof lines; areas in m2, each square metre once."""
    from whitestone.domain.dates import parse_partial
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    if closed is not None:
        _frozen(asked, closed, by, explain, (start, end, on, known), limit, as_json)
        return
    from whitestone.programme.accounts import ledger as account

    opened = open_programme(asked.target, asked.who, readonly=True)
    with opened as programme, counted_by(programme, workers):
        clocks = programme.clocks(on or end, known)
        answer = account(
            programme,
            clocks,
            by=by,
            start=parse_partial(start, "from").first_day if start else None,
            end=parse_partial(end, "to").last_day if end else None,
            explain=explain,
            matrix=matrix,
            cell=cell,
        )
        emit(answer, as_json, lambda: printed(answer, limit))


def _frozen(
    asked: Context, year: str, by: str, explain: str | None, others: tuple[str | None, ...], limit: int, as_json: bool
) -> None:
    """Print a closed year from what is stored: nothing is computed, nothing heavy is loaded."""
    from whitestone.errors import WrongCall
    from whitestone.programme.opening import open_programme
    from whitestone.programme.periods_stored import closed_ledger

    if any(others):
        raise WrongCall(why="A closed year has its own days and its own knowledge: --closed takes no other dates.",
                        fix="Leave --from, --to, --situation-on and --as-known-on away, or --closed.")
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = closed_ledger(programme, year, by=by, explain=explain)
    if as_json:
        # Tens of thousands of rows of plain values: here the writer of JSON is what takes the time.
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    else:
        emit(answer, False, lambda: printed(answer, limit))


def printed(answer: dict[str, Any], limit: int) -> str:
    """Write a ledger as a table with its proof lines and what could not be known; no figure is cut short."""
    from io import StringIO

    from rich.console import Console

    from whitestone.cli.flows import printed_matrix

    page = StringIO()
    table = _table(answer, limit)
    # A line that is too long for the window wraps; a figure that is cut off would be a wrong figure.
    width = max(Console().width, Console(width=10_000).measure(table).maximum)
    console = Console(file=page, width=width, highlight=False)
    begin, known = answer["from"] or "the beginning", answer["as_known_on"] or "now"
    console.print(f"Ledger by {answer['by']}, from {begin} to {answer['to']}, both included.")
    console.print(f"Situation on {answer['situation_on']}, as known on {known}.")
    if "frozen" in answer:
        frozen = answer["frozen"]
        console.print(f"FROZEN {frozen['closed_at']} by {frozen['closed_by']}; signed by node {frozen['signed_by']}.")
        console.print(f"'whitestone period restatements {frozen['year']}' lists what was learned since.")
    console.print(f"A release is booked on: {answer['rule']['booked_on'].replace('_', ' ')}.")
    console.print(f"Areas in m2: {answer['rule']['areas']}; {answer['rule']['counted']}.")
    if "matrix" in answer:
        console.print(printed_matrix(answer, limit))
        return page.getvalue()
    console.print(table)
    if len(answer["rows"]) > limit:
        console.print(f"{limit} of {len(answer['rows'])} rows are shown; the total is of all. --limit shows more.")
    for line in [*_below(answer), *_beside(answer["beside"])]:
        console.print(line)
    if "explained" in answer:
        for line in _explained(answer["explained"], limit):
            console.print(line)
    return page.getvalue()


def _table(answer: dict[str, Any], limit: int) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    total = answer["total"]
    shown = [name for name in _AREAS if name in _ALWAYS or any(row[f"{name}_m2"] for row in [total, *answer["rows"]])]
    table = Table(box=SIMPLE_HEAD, show_footer=True, pad_edge=False)
    table.add_column(answer["by"], footer="total", overflow="fold", max_width=40)
    for name in shown:
        sign = _SIGNS.get(name, "")
        head = "\n".join([*f"{sign} {name}".replace("_", " ").split(), "m2"])
        table.add_column(head, justify="right", no_wrap=True, footer=_area(total[f"{name}_m2"]))
    for name in ("hazards", "size_unknown"):
        head = "\n".join([*name.split("_"), "count"])
        table.add_column(head, justify="right", no_wrap=True, footer=f"{total[name]:,}")
    for row in answer["rows"][:limit]:
        areas = [_area(row[f"{name}_m2"]) for name in shown]
        table.add_row(row.get("label", row["key"]), *areas, f"{row['hazards']:,}", f"{row['size_unknown']:,}")
    return table


def _area(area_m2: float) -> str:
    return f"{area_m2:,.2f}"


def _below(answer: dict[str, Any]) -> list[str]:
    lines = ["Proof lines"]
    for name, words in _PROOF.items():
        value = answer["proof"][name]
        lines.append(f"  {_area(value) + ' m2' if name.endswith('_m2') else f'{value:,}':>24}  {words}")
    lines += _last_closing(answer)
    for name, area in answer["reclassified"].items():
        lines.append(f"  {_area(area) + ' m2':>24}  reclassified, {name.removesuffix('_m2').replace('_', ' ')}")
    undated = answer["undated"]
    said = [*undated["could_not_be_known"], *answer["notes"]]
    if undated.get("places_by_location"):
        said.append(f"{undated['places_by_location']} hazards name no place: they are booked to the one they lie in.")
    if undated.get("less_precise", {}).get("of"):
        said.append(f"{undated['less_precise']['of']} dates are known to the month or year: they act on its last day.")
    if said:
        lines += ["What could not be known", *(f"  {sentence}" for sentence in said)]
    return lines


def _last_closing(answer: dict[str, Any]) -> list[str]:
    """Say how the opening differs from the closing of the year before, line by line; nothing where none is closed."""
    last = answer.get("last_closing")
    if not last:
        return []
    lines = [f"  {_area(last['difference_m2']) + ' m2':>24}  difference to last year's closing ({last['year']})"]
    for line in last["explained"]:
        names = ", ".join(f"{kind} {last['labels'][line[kind]]}" for kind in ("hazard", "release") if kind in line)
        lines.append(f"  {_area(line['difference_m2']) + ' m2':>28}  {names}")
        for each in (last["revisions"][revision] for revision in line["moved_by"]):
            lines.append(f"{'':32}{each['nature']} of {each['kind']} {each['label']}, {each['author']}")
        lines += [f"{'':32}{line['cause']}"] if "cause" in line else []
    return lines


def _beside(beside: dict[str, Any]) -> list[str]:
    """Write the counts that stand beside the areas; a list that is empty is left out, --json has all."""
    lines = []
    for row in beside["hazards"]:
        lines.append(f"  {row['hazards']:>24,}  hazards: {row['class']}, {row['status'].replace('_', ' ')}")
    for row in beside["not_accessible"]:
        unknown = f"; {row['size_unknown']:,} of unknown size" if row["size_unknown"] else ""
        words = f"closing of {row['hazards']:,} hazards, {row['access'].replace('_', ' ')}{unknown}"
        lines.append(f"  {_area(row['closing_m2']) + ' m2':>24}  {words}")
    for row in beside["cleared_depth"]:
        depth = "to a depth that is not stated" if row["depth_cm"] is None else f"to {row['depth_cm']:g} cm"
        lines.append(f"  {_area(row['drawn_m2']) + ' m2':>24}  drawn as cleared {depth}, {row['releases']:,} releases")
    sums: dict[str, list[int]] = {}
    for row in beside["items_destroyed"]:
        entry = sums.setdefault(row["category"], [0, 0])
        entry[0], entry[1] = entry[0] + row["items"], entry[1] + row["quantity_unknown"]
    for category, (items, silent) in sums.items():
        more = f"; {silent:,} finds state no quantity" if silent else ""
        lines.append(f"  {items:>24,}  items destroyed: {category.replace('_', ' ')}{more}")
    if sums:
        lines.append("  (--json has the items by year and by the work that found them)")
    return ["Beside the areas", *lines] if lines else []


def _explained(explained: dict[str, Any], limit: int) -> list[str]:
    lines = [f"Behind {explained['key']}"]
    for column, bookings in explained["columns"].items():
        total = sum(booking["m2"] for booking in bookings)
        lines.append(f"  {column.replace('_', ' ')}: {len(bookings):,} bookings, {_area(total)} m2 in and out")
        for booking in bookings[:limit]:
            release = f"  release {booking['release']}" if booking["release"] else ""
            day = booking["on"] or "undated"
            lines.append(f"    {_area(booking['m2']):>18} m2  {day}  hazard {booking['hazard']}{release}")
        if len(bookings) > limit:
            lines.append(f"    and {len(bookings) - limit:,} more; --json lists all.")
    return lines
