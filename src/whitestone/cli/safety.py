"""How does a person keep a programme safe from the command line: backup, restore, proof, erasure, history?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit, is_watched
from whitestone.errors import WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
KeyFile = Annotated[Path | None, typer.Option("--key", help="The programme key; default: from the folder of keys.")]


def register(app: typer.Typer) -> None:
    """Add `backup`, `restore`, `verify`, `rebuild`, `erase`, `unseal` and `history`."""
    for command in (backup, restore, verify, rebuild, erase, unseal, history):
        app.command()(command)


def backup(context: typer.Context, file: Path, key: KeyFile = None, as_json: Json = False) -> None:
    """Write everything into one encrypted file, while others go on working; the key is not in it."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.safekeeping import back_up

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme, _progress("backup") as progress:
        answer = back_up(programme, file, key=key, progress=progress)
    emit(answer, as_json, lambda: _backed_up(answer))


def restore(
    context: typer.Context,
    file: Path,
    same_node: Annotated[
        bool, typer.Option("--same-node", help="Go on as the same node: only when the old copy is gone for good.")
    ] = False,
    key: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Make a programme out of a backup, in the empty folder or database that -C names."""
    from whitestone.programme.safekeeping import restore_to

    asked: Context = context.obj
    with _progress("restore") as progress:
        answer = restore_to(asked.target, file, key=key, same_node=same_node, progress=progress)
    emit(answer, as_json, lambda: (
        f"Restored {answer['entries']} entries to {answer['restored']}; everything was verified.\n"
        f"Head {answer['head']}\nNode {answer['node_id']}{' (the same node)' if same_node else ' (a new node)'}"
    ))


def verify(
    context: typer.Context,
    against: Annotated[
        str | None, typer.Option(help="A head that was kept elsewhere, NUMBER:HASH: the journal must still contain it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove that nothing was changed: every entry, log, row of a run and attachment; exit 1 when something was."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.safekeeping import prove

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme, _progress("verify") as progress:
        answer = prove(programme, against=_head(against), progress=_counting(progress, "verify"))
    emit(answer, as_json, lambda: _proved(answer))
    if not answer["ok"]:
        raise typer.Exit(1)


def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Make the projections again from the entries and compare; exit 1 when they had differed."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.safekeeping import remake

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme, _progress("rebuild") as progress:
        answer = remake(programme, progress=_counting(progress, "rebuild"))
    verdict = "the same as before" if answer["same"] else "NOT the same as before: the old ones are replaced"
    emit(answer, as_json, lambda: f"Made {answer['states']} states again, {verdict}.\nHash {answer['hash_after']}")
    if not answer["same"]:
        raise typer.Exit(1)


def erase(
    context: typer.Context,
    record: str,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the erasure. Write no name in it.")],
    part: Annotated[
        list[str] | None,
        typer.Option(help="Erase this part too: body, extra, geometry or as_entered; several times for several."),
    ] = None,
    originals: Annotated[bool, typer.Option("--originals", help="Destroy the keys of the sealed files that it came in "
                                                                "by as well, for all persons in them.")] = False,
    as_json: Json = False,
) -> None:
    """Destroy what identifies a person in a record, for good, in later restores of older backups too."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import resolve
    from whitestone.programme.safekeeping import erase as erase_record

    asked: Context = context.obj
    parts = dict.fromkeys(["sealed", *(part or [])])
    with open_programme(asked.target, asked.who) as programme:
        answer = erase_record(programme, resolve(programme, record), reason=reason, parts=parts,
                              originals=originals)  # fmt: skip
    emit(answer, as_json, lambda: _erased(answer))


def unseal(
    context: typer.Context,
    record: str,
    purpose: Annotated[str, typer.Option(help="What it is opened for; it is logged with your name.")],
    key: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Open what is sealed of a record; every opening is logged."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import resolve
    from whitestone.programme.safekeeping import unseal as unseal_record

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = unseal_record(programme, resolve(programme, record), purpose=purpose, key=key)
    values = answer["values"]
    listed = "\n".join(f"{name}: {value}" for name, value in values.items()) or "Nothing is sealed of this record."
    emit(answer, as_json, lambda: f"{listed}\n(logged: {answer['by']}, for {purpose})")


def history(context: typer.Context, record: str, as_json: Json = False) -> None:
    """Tell who stated what of a record, when and why, and what each statement changed."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import resolve
    from whitestone.programme.safekeeping import history as history_of

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = history_of(programme, resolve(programme, record))
    emit(answer, as_json, lambda: _told(answer))


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise WrongCall(why=f"--against {text} is not NUMBER:HASH, as 'verify' and 'backup' print it.")
    return int(number), digest.lower()


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Callable[[str, int, int], None] | None]:
    """Draw progress on standard error while a person watches; nothing otherwise."""
    if not is_watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def show(what: str, done: int, everything: int) -> None:
            """Tell the bar what is being done and how far it is."""
            bar.update(task, description=f"{title}: {what}", completed=done, total=everything or None)

        yield show


def _counting(show: Callable[[str, int, int], None] | None, what: str) -> Callable[..., None] | None:
    """Fit progress to what the journal calls: how many are done and, if it is known, how many there are."""
    return None if show is None else lambda done, everything=0: show(what, done, everything)


def _backed_up(answer: dict[str, Any]) -> str:
    lines = [
        f"Wrote {answer['backup']}: {answer['entries']} entries, {answer['attachments']} attachments, "
        f"{answer['size_bytes']} bytes.",
        f"Head {answer['entries']}:{answer['head']}",
        "It opens with the programme key alone; keep a copy of the key in another place.",
    ]
    return "\n".join(lines + [f"Attachment {fault} before this backup" for fault in answer["faults"]])


def _proved(answer: dict[str, Any]) -> str:
    lines = [f"{answer['entries']} entries hold; head {answer['entries']}:{answer['head']}"]
    if answer["first_broken"] is not None or answer["why"]:
        lines = [f"Broken at entry {answer['first_broken']}: {answer['why']}"]
    lines += [f"Run {run['run']}: {run['input']} rows came in and {run['rows_kept']} are kept; "
              f"{run['held']} were held and {run['held_kept']} are kept" for run in answer["runs"]]
    lines += [f"Attachment {fault['sha256']} ({fault['name']}): {fault['why']}" for fault in answer["attachments"]]
    lines += [f"Closing {each['number']} of {each['year']}: {each['why']}" for each in answer["periods"]]
    return "\n".join(lines)


def _erased(answer: dict[str, Any]) -> str:
    text = f"Erased: {answer['keys']} keys and {answer['parts']} parts of {answer['record']}. The rest of it stays."
    if answer["same_person_left"]:
        text += f"\nDecided to be the same person, and still sealed: {', '.join(answer['same_person_left'])}."
    if answer["originals_left"]:
        text += (f"\n{len(answer['originals_left'])} sealed files that it came in by still hold it, under their own "
                 "keys; 'erase --originals' destroys those, for all persons in them.")
    text += "\nIf 'serve' is running, start it again: it may still show what it holds in memory."
    if answer["pages_remain"]:
        text += "\nSomebody reads the database now; old pages go when they have finished and 'erase' is called again."
    return text


def _told(answer: dict[str, Any]) -> str:
    lines = [f"{answer['kind']} {answer['record']}"]
    if not answer.get("values_shown", True):
        lines.append("Values are not shown: casualties are told as counts only; 'unseal' opens what is sealed, "
                     "with a purpose, and logs it.")
    for each in answer["revisions"]:
        when = each["information_date"] or "undated"
        lines.append(f"\n#{each['seq']}  {when}  {each['nature']}, {each['workflow']}  "
                     f"by {each['author']} on {each['recorded_at'][:16]}")
        lines += [f"    {label}: {each[label]}" for label in ("source", "reason") if each[label]]
        lines += [f"    {name}: {_shown(change['before'])} -> {_shown(change['after'])}"
                  for name, change in each["changed"].items()]
        lines += ["    geometry: changed"] if each["geometry_changed"] else []
        lines += [f"    sealed: {', '.join(each['sealed'])}"] if each["sealed"] else []
        lines += [f"    erased: {', '.join(each['erased'])}"] if each["erased"] else []
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return "unknown" if value is None else str(value)
