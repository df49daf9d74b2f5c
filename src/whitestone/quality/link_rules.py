"""Does every link lead to a record, and does every record have an id of its own?"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator

from whitestone.domain.kinds import KINDS
from whitestone.quality.model import ERROR, WARNING, Finding, Picture, Subject, called, rule

__all__ = ["RULES", "folded"]


def folded(local_id: str) -> str:
    """Fold an id as a reader would: outer blanks off, inner blanks single, no case.

    >>> folded(" HA-7 "), folded("ha-7"), folded("")
    ('ha-7', 'ha-7', '')
    """
    return " ".join(local_id.split()).casefold()


@rule("link-broken", ERROR, "Does a record name another that is not here?")
def link_broken(picture: Picture) -> Iterator[Finding]:
    """Find links to records that are not in the programme, and links to a record of another kind."""
    for subject, name, target, wanted in _links(picture):
        found = picture.known_ids.get(target) if isinstance(target, uuid.UUID) else None
        if found == wanted:
            continue
        what = f"which is a {found.replace('_', ' ')}, not a {wanted}" if found else "which is not in the programme"
        yield Finding(
            record_ids=(subject.record_id,),
            sentence=f"{called(subject)}: {name} names {target}, {what}.",
            todo=f"Import the {wanted.replace('_', ' ')} that is missing, or correct the link.",
            value=str(target),
            key=f"{name}:{target}",
        )


def _links(picture: Picture) -> Iterator[tuple[Subject, str, uuid.UUID | str, str]]:
    for kind, subjects in picture.subjects.items():
        linking = [(name, each.links_to) for name, each in KINDS[kind].attributes.items() if each.links_to]
        for subject in subjects:
            for name, wanted in linking:
                stated = subject.body.get(name)
                for target in (stated if isinstance(stated, list) else [stated]) if stated else ():
                    yield subject, name, _as_uuid(str(target)), str(wanted)


def _as_uuid(text: str) -> uuid.UUID | str:
    try:
        return uuid.UUID(text)
    except ValueError:
        return text


@rule("id-duplicated", ERROR, "Do two records of one reporter carry exactly the same id?")
def id_duplicated(picture: Picture) -> Iterator[Finding]:
    """Find ids used for several records of one kind by one reporter."""
    for same in _id_groups(picture):
        written: dict[str, list[Subject]] = defaultdict(list)
        for subject in same:
            written[str(subject.body["local_id"])].append(subject)
        for local_id, group in written.items():
            if len(group) > 1:
                yield Finding(
                    record_ids=tuple(each.record_id for each in group),
                    sentence=f"{len(group)} {KINDS[group[0].kind].plural} carry the id {local_id!r}.",
                    todo="Is it one record reported twice (declare them the same), or a number used twice?",
                    value=local_id,
                )


@rule("id-duplicated-folded", WARNING, "Do ids differ only by blanks or by upper and lower case?")
def id_duplicated_folded(picture: Picture) -> Iterator[Finding]:
    """Find ids that are equal after trimming and case folding but not as written (GICHD geocheck)."""
    for group in _id_groups(picture):
        spellings = sorted({str(each.body["local_id"]) for each in group})
        if len(spellings) > 1:
            yield Finding(
                record_ids=tuple(each.record_id for each in group),
                sentence=f"Ids of {KINDS[group[0].kind].plural} differ only by blanks or case: "
                f"{', '.join(repr(each) for each in spellings[:5])}.",
                todo="Ids are kept as written and never merged by themselves: declare them the same if they are.",
                value=spellings[0],
            )


def _id_groups(picture: Picture) -> list[list[Subject]]:
    """Group subjects of one kind and reporter by folded id; only groups of two or more."""

    def make() -> list[list[Subject]]:
        """Gather records of one kind and reporter whose ids are one after folding."""
        groups: dict[tuple[str, str, str], list[Subject]] = defaultdict(list)
        for subject in picture.everything():
            local_id = subject.body.get("local_id")
            if local_id:
                groups[subject.kind, subject.reporter, folded(str(local_id))].append(subject)
        return [group for group in groups.values() if len(group) > 1]

    return picture.once("id-groups", make)


RULES = (link_broken, id_duplicated, id_duplicated_folded)
