"""How does a person look for the same person twice, and decide, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.casualties import casualties
from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the decision. Write no name in it.")]

duplicates = typer.Typer(help="The same person twice: proposed by likeness, decided by people.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `casualties duplicates`; `app` has `casualties` already."""
    duplicates.command("find")(find)
    duplicates.command("list")(list_pairs)
    duplicates.command("show")(show)
    duplicates.command("decide")(decide)
    duplicates.command("split")(split)
    casualties.add_typer(duplicates, name="duplicates")


def find(
    context: typer.Context,
    lists: Annotated[list[str] | None, typer.Option(help="Only this list (the name of its dataset); several times, or "
                                                         "names with commas.")] = None,
    threshold: Annotated[float, typer.Option(help="Least probability that a pair is one person, 0 to 1.")] = 0.5,
    locked: Annotated[bool, typer.Option("--locked", help="Do not read names, even where the key is here.")] = False,
    key: Annotated[Path | None, typer.Option(help="The programme key; default: from the folder of keys.")] = None,
    purpose: Annotated[str, typer.Option(help="What names are read for; it is logged.")] = "finding the same person "
                                                                                          "twice",
    max_pairs: Annotated[int | None, typer.Option(min=1, help="Refuse to compare more pairs than this.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many pairs are printed without --json.")] = 20,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Propose pairs that may be one person, within and across lists; each explains itself. Merges nothing."""
    from whitestone.programme.casualties_linking import find_duplicates
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    named = [part.strip() for each in lists or () for part in each.split(",") if part.strip()]
    with open_programme(asked.target, asked.who) as programme:
        answer = find_duplicates(programme, named, threshold=threshold, names=not locked, key=key, purpose=purpose,
                                 max_pairs=max_pairs)  # fmt: skip
    emit(answer, as_json, lambda: _found(answer, limit))


def list_pairs(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="open, later, merged, not-the-same or all.")] = "open",
    as_json: Json = False,
) -> None:
    """List the pairs that the last search proposed, with what was decided since."""
    from whitestone.errors import InvalidValue
    from whitestone.programme.casualties_linking import STATES, kept_pairs, states_of, taken_back
    from whitestone.programme.opening import open_programme

    if state not in (*STATES, "all"):
        raise InvalidValue(field="state", value=state, why=f"one of {', '.join(STATES)}, all")
    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        kept, states = kept_pairs(programme), states_of(programme)
        pairs = kept.pairs if kept else []
        gone = taken_back(programme, (side for each in pairs for side in (each.left, each.right)))
    rows = [{"pair": each.pair, "left": str(each.left), "right": str(each.right), "probability": each.probability,
             "sure": each.sure, "state": states.get(each.pair, "open"),
             "taken_back": [str(side) for side in (each.left, each.right) if side in gone]} for each in pairs]
    rows = [row for row in rows if state in ("all", row["state"])]
    answer: dict[str, Any] = {"state": state, "searched": kept is not None, "pairs": rows,
                              "found_at": kept.answer.get("found_at") if kept else None}
    emit(answer, as_json, lambda: "\n".join(map(_listed, rows))
         or ("No pair in this state." if kept else "Nothing was searched yet: whitestone casualties duplicates find."))


def show(context: typer.Context, pair: str, as_json: Json = False) -> None:
    """Show a pair side by side, what each attribute weighs, and what was decided. Nothing sealed is shown."""
    from whitestone.programme.casualties_linking import shown_pair
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = shown_pair(programme, pair)
    emit(answer, as_json, lambda: _shown(answer))


def decide(
    context: typer.Context,
    pair: Annotated[str, typer.Argument(help="The pair's name, or two record ids with ':' between.")],
    decision: Annotated[str, typer.Argument(help="merge, not-the-same or later.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Decide a pair. A merge keeps both sources and counts them as one person; 'split' takes it back."""
    from whitestone.programme.casualties_linking import decide_pair
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = decide_pair(programme, pair, decision, reason=reason)
    emit(answer, as_json, lambda: f"{answer['pair']}: {answer['state']} (by {answer['by']}).")


def split(context: typer.Context, pair: str, reason: Reason, as_json: Json = False) -> None:
    """Take a merge back; everything said of either record is as before."""
    from whitestone.programme.casualties_linking import split_pair
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = split_pair(programme, pair, reason=reason)
    more = " Another decision still joins them." if answer["joined_otherwise"] else ""
    emit(answer, as_json, lambda: f"{answer['pair']}: {answer['state']} again (by {answer['by']}).{more}")


def _listed(row: dict[str, Any]) -> str:
    gone = f"  (taken back: {', '.join(row['taken_back'])})" if row["taken_back"] else ""
    return f"{row['pair']}  {row['probability']:.4f}  {row['state']}{gone}"


def _found(answer: dict[str, Any], limit: int) -> str:
    lists = sum(each["rows"] > 0 for each in answer["lists"])
    lines = [f"{answer['rows']:,} casualties in {lists} list{'s' * (lists != 1)}; at most "
             f"{answer['compared_at_most']:,} pairs compared, {answer['found']:,} at or above {answer['threshold']:g}."]
    if answer["not_available"]:
        lines.append(f"Not available: {', '.join(answer['not_available'])}.")
    for pair in answer["pairs"][:limit]:
        sure = "sure, if the names are right" if pair["sure"] else "not sure"
        lines += [f"\n{pair['pair']}  {pair['probability']:.4f}  {sure}  ({pair['left_list']} / {pair['right_list']})",
                  f"  {pair['sentence']}"]
    if (more := answer["found"] - limit) > 0:
        lines.append(f"\n{more:,} more are not printed; --json gives all, /casualties/duplicates shows them.")
    return "\n".join([*lines, "", *answer["limits"]])


def _shown(answer: dict[str, Any]) -> str:
    lines = [f"{answer['pair']}: {answer['state']}", f"  left   {answer['left']} ({answer['left_list']})",
             f"  right  {answer['right']} ({answer['right_list']})"]
    lines += [f"  what was said of {each} was taken back; it counts nowhere" for each in answer["taken_back"]]
    lines += [f"  {each['attribute']}: {_text(each['left'])} | {_text(each['right'])}" for each in answer["attributes"]]
    lines += [f"  {part['weight']:+.2f} bits  {part['attribute']}: {part['words']}" for part in answer["parts"]]
    lines += [f"  {each['at'][:16]} {each['decision']} by {each['by']}: {each['reason']}"
              for each in answer["decisions"]]
    return "\n".join(lines)


def _text(value: Any) -> str:
    return "not stated" if value is None else str(value)
