"""What does every word of the data mean: kinds, attributes, code lists, settings, as one page that people can read?

The page is made out of the same registries that check the data, so that it cannot disagree with them. `make docs`
publishes it; a programme adds its national fields by passing them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from whitestone.domain.attributes import Record
from whitestone.domain.codes import LANGUAGES, CodeList
from whitestone.domain.extensions import FIELD_TYPES, NO_CODES, ExtraField, NationalCodes, lists
from whitestone.domain.kinds import KINDS, Attribute, Kind
from whitestone.domain.lifecycle import TRANSITIONS
from whitestone.domain.settings import SETTINGS
from whitestone.domain.treaty import TREATIES, mapping_version, treaties, treaty_flags, undetermined

__all__ = ["dictionary"]

_TYPE_WORDS = {
    **FIELD_TYPES, "identifier": "an id as written", "share": "a share from 0 to 1", "link": "a record id",
    "links": "several record ids", "value": "a structure of its own",
}


def dictionary(
    extra_fields: Mapping[str, Iterable[ExtraField]] | None = None, national: NationalCodes = NO_CODES
) -> str:
    """Write the data dictionary as Markdown: kinds, attributes, code lists, lifecycle, treaty mapping, settings.

    `extra_fields` are a programme's national fields by kind, `national` its national codes by list. The same input
    gives the same text.

    >>> text = dictionary()
    >>> "### hazard" in text, "`sha`" in text, dictionary({}) == text
    (True, True, True)
    """
    known = lists(national)
    parts = [
        ["# Data dictionary", "",
         "Made out of the registries that check the data. `null` means stated as unknown; an absent attribute means",
         "that the source said nothing. Unknown is not zero, and no record is not safe.", ""],
        ["## Attributes of every record", "", *_attributes(_header())],
        ["## Kinds of record", ""],
        *(_kind(kind, tuple((extra_fields or {}).get(name, ()))) for name, kind in KINDS.items()),
        ["## Code lists", "", "A national code is the child of a core code; figures are made on core codes.", ""],
        *(_codes(codes) for codes in known.values()),
        ["## Life of a hazard", "", *_lifecycle()],
        [f"## Treaty categories (mapping {mapping_version()})", "", "Derived from the ordnance category, never typed.",
         "", *_treaties(known)],
        ["## Settings", "", *_settings()],
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _header() -> list[Attribute]:
    names = set(Record.__struct_fields__)
    return [attribute for name, attribute in KINDS["hazard"].attributes.items() if name in names]


def _kind(kind: Kind, extra: tuple[ExtraField, ...]) -> list[str]:
    header = set(Record.__struct_fields__)
    own = [attribute for name, attribute in kind.attributes.items() if name not in header]
    about = (kind.struct.__doc__ or "").split("\n")[0]
    geometry = f"Geometry: {', '.join(kind.geometry)}." if kind.geometry else "No geometry."
    dated = f" Dated by `{kind.date_attribute}` where nothing else says." if kind.date_attribute else ""
    lines = [f"### {kind.name}", "", about, "", geometry + dated, "", *_attributes(own)]
    if extra:
        lines += ["National fields of this programme:", "", "| field | what it is | label |", "|---|---|---|"]
        lines += [f"| `{field.name}` | {_TYPE_WORDS[field.type]} | {field.labels.get('en', '')} |" for field in extra]
        lines.append("")
    return lines


def _attributes(attributes: Iterable[Attribute]) -> list[str]:
    rows = [f"| `{each.name}` | {_what(each)} |" for each in attributes]
    return ["| attribute | what it is |", "|---|---|", *rows, ""] if rows else []


def _what(attribute: Attribute) -> str:
    words = _TYPE_WORDS.get(attribute.type, attribute.type)
    if attribute.codes:
        several = "several codes" if attribute.type == "codes" else "a code"
        words = f"{several} of [{attribute.codes}](#{attribute.codes})"
    elif attribute.links_to:
        several = "several record ids" if attribute.type == "links" else "the record id"
        words = f"{several} of [{attribute.links_to}](#{attribute.links_to})"
    elif attribute.unit and attribute.unit != "m2":
        words += f", {attribute.unit}"
    return f"{words}; **personal, sealed**" if attribute.personal else words


def _codes(codes: CodeList) -> list[str]:
    spoken = [lang for lang in LANGUAGES if any(lang in code.labels for code in codes.codes.values())]
    schemes = sorted({scheme for code in codes.codes.values() for scheme in code.mappings})
    lines = [f"### {codes.name}", "", codes.purpose, ""]
    if codes.ng_columns:
        lines += [f"IMSMA NG columns: {', '.join(f'`{column}`' for column in codes.ng_columns)}.", ""]
    lines += [f"| code | {' | '.join(spoken)} | of | {' | '.join([*schemes, 'also written'])} |",
              "|---" * (len(spoken) + len(schemes) + 3) + "|"]
    for code in codes.codes.values():
        cells = [f"`{code.code}`", *(code.labels.get(lang, "") for lang in spoken),
                 f"`{code.parent}`" if code.parent else "", *(code.mappings.get(scheme, "") for scheme in schemes),
                 "; ".join(code.synonyms)]
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return [*lines, ""]


def _lifecycle() -> Iterator[str]:
    yield "Every step states its date, organisation, decision-maker and document. Whatever is not listed is refused."
    yield ""
    yield "| step | from class / status | to class / status | rules |"
    yield "|---|---|---|---|"
    for step in TRANSITIONS.values():
        start = "new" if step.classes == (None,) else f"{_any(step.classes)} / {_any(step.statuses)}"
        rules = "; ".join(rule for rule, _, _ in step.guards)
        yield f"| `{step.name}` | {start} | {_any(step.to_classes)} / {_any(step.to_statuses)} | {rules} |"
    yield ""


def _any(words: Iterable[str | None]) -> str:
    return ", ".join(word for word in words if word)


def _treaties(known: Mapping[str, CodeList]) -> Iterator[str]:
    yield "| category | treaty category | reported under |"
    yield "|---|---|---|"
    for category in known["eo_category"].codes:
        flags = treaty_flags([category], lists=known)
        under = ", ".join(TREATIES[treaty] for treaty in treaties(flags))
        unclear = "undetermined: a line of its own" if undetermined([category], known) else ""
        yield f"| `{category}` | {', '.join(flags) or unclear} | {under} |"
    yield ""


def _settings() -> Iterator[str]:
    yield "| setting | type | default | what it does |"
    yield "|---|---|---|---|"
    for setting in SETTINGS.values():
        default = "none" if setting.default is None else f"`{setting.default}`"
        yield f"| `{setting.key}` | {setting.type} | {default} | {setting.help} |"
    yield ""
