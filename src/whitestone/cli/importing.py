"""How does a file come in on the command line, and what became of it and of earlier ones?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whitestone.cli.shared import Context, emit, is_watched

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Run = Annotated[str, typer.Argument(help="The run's id, or the first characters of it.")]
KeyFile = Annotated[Path | None, typer.Option("--key", help="The programme key, if not in the folder of keys.")]

runs = typer.Typer(help="What came in when, which rows are held, and taking a run back.", no_args_is_help=True)
LISTED = 20
"""Columns that the text names; --json has all."""
EACH = 3
"""Findings of one code that the text shows; --json has all."""


def register(app: typer.Typer) -> None:
    """Add `import` and `runs`."""
    app.command("import")(import_)
    app.add_typer(runs, name="runs")


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files of one dataset, in the order of their editions.")],
    mapping: Annotated[Path | None, typer.Option(help="The mapping (TOML), or a shipped one by name.")] = None,
    suggest: Annotated[bool, typer.Option("--suggest", help="Draft a mapping, with its reasons.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where the draft goes (default: standard output).")] = None,
    as_json: Json = False,
) -> None:
    """Bring files in under a mapping, or draft one; every row ends accepted, accepted with findings or held."""
    if suggest:
        _suggest(context.obj, files, out, as_json)
        return
    if mapping is None:
        reports = [_bring_home(context.obj, path) for path in files]
    else:
        reports = [_import_one(context.obj, path, mapping) for path in files]
    answer = reports[0].as_dict() if len(reports) == 1 else {"runs": [report.as_dict() for report in reports]}
    texts = [_report_text(path, report) for path, report in zip(files, reports, strict=True)]
    emit(answer, as_json, lambda: "\n".join(texts))


def _bring_home(asked: Context, path: Path) -> Any:
    """Bring in one of our own exports, which needs no mapping; refuse every other file without one."""
    from whitestone.errors import WrongCall
    from whitestone.programme.homecoming import bring_home, is_export
    from whitestone.programme.opening import open_programme

    if not is_export(path):
        raise WrongCall(why="An import needs a mapping: it says what the columns mean.",
                        fix="Draft one with --suggest --out MAPPING.toml, read it, then call with --mapping.")
    with open_programme(asked.target, asked.who) as programme, _progress(path) as progress:
        return bring_home(programme, path, progress=progress)


def _import_one(asked: Context, path: Path, mapping: Path) -> Any:
    from whitestone.programme.importing import import_file
    from whitestone.programme.mappings import find_mapping
    from whitestone.programme.opening import open_programme

    with open_programme(asked.target, asked.who) as programme, _progress(path) as progress:
        return import_file(programme, path, find_mapping(mapping), progress=progress)


class _progress:  # noqa: N801 - reads as a function
    """Draw how many rows are in, when a person watches."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bar: Any = None

    def __enter__(self) -> Callable[[int], None] | None:
        if not is_watched():
            return None
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} rows"),
                   TimeElapsedColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task(self.path.name, total=None)
        return lambda done: self.bar.update(task, completed=done)

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def _boundary(asked: Context) -> tuple[float, float, float, float] | None:
    """Find where the programme's data should lie; a draft needs no programme, and then nothing is known of it."""
    import json

    from whitestone.errors import NotAProgramme
    from whitestone.programme.opening import open_programme

    try:
        with open_programme(asked.target, asked.who, readonly=True) as programme:
            outline = programme.settings.boundary_geojson
    except NotAProgramme:
        return None
    if outline is None:
        return None
    import shapely

    west, south, east, north = shapely.from_geojson(json.dumps(outline)).bounds
    return west, south, east, north


def _suggest(asked: Context, files: list[Path], out: Path | None, as_json: bool) -> None:
    from whitestone.exchange.mapping.suggest import suggest
    from whitestone.programme.homecoming import is_export

    if is_export(files[0]):
        note = f"This is an export of this program: it needs no mapping. Bring it in with: whitestone import {files[0]}"
        emit({"file": str(files[0]), "mapping": None, "toml": None, "kinds": [], "notes": [note], "personal": []},
             as_json, lambda: note)
        return
    draft = suggest(files[0], boundary=_boundary(asked))
    if out is not None:
        out.write_text(draft.toml, encoding="utf-8")
    answer = {"file": str(files[0]), "mapping": None if out is None else str(out), "toml": draft.toml,
              "kinds": [record.kind for record in draft.mapping.records], "notes": draft.notes,
              "personal": draft.mapping.personal}
    then = f"read it, correct it, then whitestone import {files[0]} --mapping {out}"
    told = "\n".join(line for line in draft.reasons.get("", "").splitlines() if not line.startswith("Read every line"))
    if draft.mapping.personal_columns:
        told += "\nSealed, because they may identify a person: " + ", ".join(sorted(draft.mapping.personal_columns))
    emit(answer, as_json, lambda: draft.toml if out is None else f"{told}\nWrote {out}: {then}")


def _report_text(path: Path, report: Any) -> str:
    lines = [
        f"{path.name}: {report.input:,} rows",
        f"  accepted {report.accepted:,} · with findings {report.accepted_with_findings:,} · held {report.held:,}",
        f"  new {report.new:,} · changed {report.changed:,} · unchanged {report.unchanged:,} · gone {report.gone:,}"
        f" · conflicts {report.conflicts:,}",
        "  records: " + (", ".join(f"{kind} {count:,}" for kind, count in report.records.items()) or "none"),
    ]
    if report.unmapped_columns:
        lines.append("  kept as they are: " + _some(report.unmapped_columns))
    told = [(found.code, found.row, _where(found.column, found.message)) for found in report.findings]
    lines += _findings_text(report.findings_by_code, told, report.run)
    if report.held:
        lines.append(f"  Held rows: whitestone runs held {report.run[:8]} --out held.csv, correct, import that file.")
    return "\n".join(lines)


def _where(column: str | None, message: str) -> str:
    """Name the column of a finding: a number that is none may stand in several."""
    return f"{column}: {message}" if column else message


def _some(names: list[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more:,} more columns" if more > 0 else "")


def _findings_text(by_code: dict[str, int], told: list[tuple[str, int | None, str]], run: str) -> list[str]:
    """Show a few findings of each code, the rarest first: what stands a thousand times must not hide the rest."""
    lines, shown = [], 0
    for code, count in sorted(by_code.items(), key=lambda item: item[1]):
        lines.append(f"  {count:,} × {code}")
        few = [(row, message) for each, row, message in told if each == code][:EACH]
        lines += [f"    {'the file' if row is None else f'row {row}'}: {message}" for row, message in few]
        shown += len(few)
    if sum(by_code.values()) > shown:
        lines.append(f"  At most {EACH} of each are shown; all of them: whitestone runs show {run[:8]} --json")
    return lines


@runs.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List all runs with their counts."""
    from whitestone.programme.importing_runs import list_runs
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        found = list_runs(programme)
    emit({"runs": found}, as_json, lambda: "\n".join(_run_line(each) for each in found) or "No run yet.")


def _run_line(run: dict[str, Any]) -> str:
    names = [name for name in ("input", "new", "changed", "unchanged", "held") if name in run]
    counts = " · ".join(f"{name} {run[name]:,}" for name in names)
    return f"{run['run'][:8]}  {run['started_at'] or '':<25}  {run['state']:<10}  {run['file']}  {counts}"


@runs.command()
def show(context: typer.Context, run: Run, as_json: Json = False) -> None:
    """Show one run with its findings."""
    from whitestone.programme.importing_runs import show_run
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = show_run(programme, run)
    lines = [_run_line(answer), f"still held: {answer['still_held']:,}"]
    told = [(each["code"], each["row"], _where(each.get("column"), each["message"])) for each in answer["findings"]]
    lines += _findings_text(answer.get("findings_by_code") or {}, told, answer["run"])
    emit(answer, as_json, lambda: "\n".join(lines))


@runs.command()
def held(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(help="Only of this run.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write them to this CSV, for correction.")] = None,
    key: KeyFile = None,
    purpose: Annotated[str, typer.Option(help="Why sealed rows are opened; it is logged.")] = "correcting held rows",
    as_json: Json = False,
) -> None:
    """List the rows that are held, or write those of a run to a CSV for correction."""
    from whitestone.errors import WrongCall
    from whitestone.programme.importing_runs import held_rows, write_held
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        if out is None:
            found = held_rows(programme, run)
            lines = [f"{row['run'][:8]} row {row['row']}: " + "; ".join(each["message"] for each in row["reasons"])
                     for row in found]
            emit({"held": found}, as_json, lambda: "\n".join(lines) or "No row is held.")
            return
        if run is None:
            raise WrongCall(why="--out writes the held rows of one run: name the run.",
                        fix="'whitestone runs list' lists them.")
        if key is not None or any(row["sealed"] for row in held_rows(programme, run)):
            programme.journal.seals.unlock(key)
        count = write_held(programme, run, out, purpose=purpose)
    text = f"Wrote {count} row(s) to {out}. Correct them there and import the file with the same mapping."
    emit({"written": count, "file": str(out)}, as_json, lambda: text)


@runs.command("take-back")
def take_back(
    context: typer.Context,
    run: Run,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this only the preview is shown.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let a run that was taken back count again.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the act.")] = None,
    as_json: Json = False,
) -> None:
    """Show what taking a run back would do; with --yes, do it as one act that can be undone."""
    from whitestone.programme.importing_runs import preview_take_back
    from whitestone.programme.importing_runs import take_back as take
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        if yes or undo:
            done = take(programme, run, undo=undo, reason=reason)
            emit(done, as_json, lambda: f"{done['revisions']:,} revision(s) {'count again' if undo else 'withdrawn'}.")
            return
        preview = preview_take_back(programme, run)
    emit(preview.as_dict(), as_json, lambda: _preview_text(preview))


def _preview_text(preview: Any) -> str:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in preview.records.items()) or "no record"
    lines = [
        f"{preview.file}: {preview.revisions:,} revision(s) of {kinds} would be withdrawn.",
        f"Of {preview.leave:,} record(s) nothing else is known; they would leave every figure. Their history stays.",
    ]
    if preview.ledger is not None:
        before, now = preview.ledger["before"], preview.ledger["now"]
        lines += [f"  {name}: {now[name]:,.0f} now, {before[name]:,.0f} as known before"
                  for name in ("closing_m2", "cleared_m2", "reduced_m2", "cancelled_m2")
                  if now.get(name) is not None and before.get(name) is not None]
        lines.append(f"  ({preview.ledger['note']})")
    return "\n".join([*lines, "Nothing was written. Do it with --yes."])
