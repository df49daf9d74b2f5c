"""How does a country add its own fields and codes while the programme runs, each as a revision with its reason?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from whitestone.domain.codes import code_list, label
from whitestone.domain.extensions import ExtraField, NationalCode, add_code, add_field
from whitestone.domain.kinds import KINDS, kind
from whitestone.errors import InvalidValue
from whitestone.programme.opening import Programme

__all__ = ["extend_codes", "extend_fields", "list_codes", "list_fields"]


def extend_fields(programme: Programme, kind_name: str, new: ExtraField, *, reason: str) -> ExtraField:
    """Add a national field to a kind, or widen it; what was said before stays as it was said.

    Refuses with InvalidValue an unknown kind, a kind by which the programme itself runs, an unknown code list and what
    `domain.extensions.add_field` refuses.
    """
    about = kind(kind_name)
    if about.programme:
        raise InvalidValue(field="kind", value=kind_name, why="national fields are for records about the ground")
    if new.codes is not None:
        code_list(new.codes)
    before = programme.settings.extra_fields
    fields = {**before, kind_name: add_field(before.get(kind_name, []), new, about.attributes)}
    programme.set({"extra_fields": msgspec.to_builtins(fields)}, reason=reason)
    return new


def extend_codes(programme: Programme, name: str, code: str, new: NationalCode, *, reason: str) -> NationalCode:
    """Add a national code to a list as the child of a core code; figures count it as its parent.

    Refuses with InvalidValue what `domain.extensions.add_code` refuses.
    """
    codes = add_code(programme.settings.national_codes, name, code, new)
    programme.set({"national_codes": msgspec.to_builtins(codes)}, reason=reason)
    return new


def list_fields(programme: Programme, kind_name: str | None = None) -> list[dict[str, Any]]:
    """List the national fields of one kind or of all, each with its kind; refuses an unknown kind with InvalidValue."""
    wanted = [kind(kind_name).name] if kind_name else list(KINDS)
    return [
        {"kind": name, **msgspec.to_builtins(field)}
        for name in wanted
        for field in programme.settings.extra_fields.get(name, [])
    ]


def list_codes(programme: Programme, name: str | None = None) -> list[dict[str, Any]]:
    """List the national codes, or with a name every code of that list; refuses an unknown list with InvalidValue."""
    national: Mapping[str, Any] = programme.settings.national_codes
    if name is not None and name not in programme.lists:
        code_list(name)
    rows = []
    for each in [name] if name else sorted(national):
        for code, about in programme.lists[each].codes.items():
            own = code in national.get(each, {})
            if own or name:
                words = label(each, code, programme.settings.languages, programme.lists)
                rows.append({"list": each, "code": code, "parent": about.parent, "label": words, "national": own})
    return rows
