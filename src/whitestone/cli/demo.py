"""What can this program do, shown on a whole programme that anybody may play with?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else; does not serve.")]


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    app.command()(demo)


def demo(
    context: typer.Context,
    folder: Annotated[str | None, typer.Option(help="Where to make it; default: a temporary folder.")] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is made.")] = True,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8350,
    country: Annotated[
        bool, typer.Option("--country", help="Serve the simulated country, with its closed years, not the district.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make two simulated programmes, print their ledgers and findings, and serve one.

    A district with Colombia's open data beside it, and a country of twenty years in which each year was closed.
    """
    import sys
    import tempfile
    from pathlib import Path

    from whitestone.programme.demo.running import run_demo

    place = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="whitestone-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    who = context.obj.who if context.obj else None
    made = run_demo(place, who=who, say=lambda words: print(words, file=sys.stderr))
    answer = made.as_dict()
    emit(answer, as_json, lambda: _told(answer))
    if serve and not as_json:
        from whitestone.cli.serving import serve as serve_programme

        shown = made.country.folder if country and made.country is not None else made.folder
        context.obj = Context(target=shown, who=who)
        serve_programme(context, port=port, host="127.0.0.1", open_browser=False, as_json=False)


def _told(answer: dict[str, Any]) -> str:
    from whitestone.cli.accounts import printed

    rows = answer["rows"]
    lines = [
        f"{answer['name']}. The district is SIMULATED: invented people, places and events.",
        f"{rows['files']} files, {rows['input']:,} rows: {rows['accepted']:,} accepted, "
        f"{rows['accepted_with_findings']:,} accepted with findings, {rows['held']:,} held.",
        "Records: " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(rows["records"].items())) + ".",
        "",
        printed(answer["ledger"], 20),
        "Findings by rule",
    ]
    for name, count in answer["findings"].items():
        if count["open"] or count["accepted"] or count["fixed"]:
            states = f"{count['open']:>7,} open {count['accepted']:>4,} accepted"
            lines.append(f"  {name:<34}{count['severity']:<9}{states}")
    found = sum(each["found"] for each in answer["planted"])
    lines += [
        "",
        f"{found} of {len(answer['planted'])} planted faults are found (--json lists them).",
        *_of_country(answer["country"]),
        f"Made in {answer['seconds']['all']:.1f} s at {answer['folder']}",
        f"Look at it: whitestone -C {answer['folder']} serve",
    ]
    if answer["country"]:
        lines.append(f"        or: whitestone -C {answer['country']['folder']} serve")
    return "\n".join(lines)


def _of_country(told: dict[str, Any] | None) -> list[str]:
    from whitestone.cli.accounts import printed

    if told is None:
        return []
    restated = told["restated"]
    return [
        "A country, SIMULATED as well: twenty years, five operators, late paper, a programme of its own.",
        f"{told['files']} files, {told['rows']:,} rows, {told['held']:,} held; each year from {told['closed'][0]} to "
        f"{told['closed'][-1]} was closed when it was over.",
        "",
        printed(told["ledger"], 30),
        f"Closed years stand, and say what was learned since. Of {told['restated_year']}, {restated['figures']:,} "
        f"figures would be others, by {restated['revisions']:,} later statements:",
        f"  whitestone -C {told['folder']} period restatements {told['restated_year']}",
        f"  whitestone -C {told['folder']} repairs",
        "",
    ]
