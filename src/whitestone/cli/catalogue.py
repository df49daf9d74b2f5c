"""Which types of ordnance are known, by which names, and how does a country add its own?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]

catalogue = typer.Typer(help="Types of explosive ordnance by name: identification only.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `catalogue`."""
    app.add_typer(catalogue, name="catalogue")


@catalogue.command("list")
def list_(
    context: typer.Context,
    category: Annotated[str | None, typer.Option(help="Only of this category: a code, or its words.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many are listed; all are counted.")] = 1000,
    as_json: Json = False,
) -> None:
    """List the types, those of the programme among them."""
    from whitestone.programme.cataloguing import catalogue_at, list_types

    asked: Context = context.obj
    answer = list_types(catalogue_at(asked.target, asked.who), category, limit)
    emit(answer, as_json, lambda: "\n".join([*map(_line, answer["types"]), f"{answer['shown']} of {answer['total']}"]))


@catalogue.command()
def show(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="ID", help="The id of a type, or any spelling of it.")],
    as_json: Json = False,
) -> None:
    """Say what is known of one type: its names, category, treaty, look-alikes and sources."""
    from whitestone.programme.cataloguing import catalogue_at, describe_type

    asked: Context = context.obj
    answer = describe_type(catalogue_at(asked.target, asked.who), type_)
    emit(answer, as_json, lambda: "\n".join(_shown(answer)))


@catalogue.command()
def find(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A designation in any script, hyphenated or spaced as it is.")],
    limit: Annotated[int, typer.Option(min=0, help="How many similar ones are named.")] = 10,
    as_json: Json = False,
) -> None:
    """Find the type that a spelling means, and the types with similar ones."""
    from whitestone.programme.cataloguing import catalogue_at, find_type

    asked: Context = context.obj
    answer = find_type(catalogue_at(asked.target, asked.who), text, limit)
    emit(answer, as_json, lambda: "\n".join(_found(answer)))


@catalogue.command()
def add(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help="Its id: lower case letters, digits and hyphens.")],
    parent: Annotated[str, typer.Option(help="The row that it stands under, or its category.")],
    designation: Annotated[str, typer.Option(help="As it is written here.")],
    source: Annotated[str, typer.Option(help="Who says that this type exists, and where.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the revision.")],
    spelling: Annotated[list[str] | None, typer.Option(help="How it is written otherwise; several times.")] = None,
    replaced_by: Annotated[str | None, typer.Option(help="The row that took its place; this one stays.")] = None,
    as_json: Json = False,
) -> None:
    """Add a national type, or say one anew; texts and items that name it are understood from then on."""
    from whitestone.domain.catalogue import NationalType
    from whitestone.programme.cataloguing import extend_ordnance
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    new = NationalType(parent=parent, designation=designation, spellings=spelling or [], source=source,
                       replaced_by=replaced_by)  # fmt: skip
    with open_programme(asked.target, asked.who) as programme:
        extend_ordnance(programme, key, new, reason=reason)
        said = f"{designation} is in the catalogue of this programme now, under {parent}."
        emit({"id": key, "parent": parent, "designation": designation}, as_json, lambda: said)


def _line(row: dict[str, Any]) -> str:
    return f"{row['id']:<24}  {row['designation']:<28}  {row['category']}"


def _found(answer: dict[str, Any]) -> Iterator[str]:
    row = answer["found"]
    yield _line(row) if row else f"No type is written {answer['text']!r}."
    if answer["near"]:
        yield "Similar:"
        yield from (f"  {_line(each)}" for each in answer["near"])


def _shown(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['designation']}  ({row['id']})"
    kind = f", {row['sub_category'].replace('_', ' ')}" if row["sub_category"] else ""
    yield f"  category      {row['category'].replace('_', ' ')}{kind}"
    treaty = f"{row['treaty_category']} ({row['treaty']})" if row["treaty_category"] else "cannot be derived"
    yield f"  treaty        {treaty}"
    for name, words in (("written", ", ".join(row["spellings"])), ("design", row["country_of_design"] or "not stated"),
                        ("looks like", ", ".join(row["look_alikes"])), ("marking", row["marking"]),
                        ("under", row["parent"]), ("replaced by", row["replaced_by"])):  # fmt: skip
        if words:
            yield f"  {name:<12}  {words}"
    for source in row["sources"]:
        yield f"  source        {source['title']}" + (f", {source['publisher']}" if source["publisher"] else "")
    yield "  Do not touch; report it. A country of design says nothing of who made, moved or used an item."
