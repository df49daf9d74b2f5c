"""What does a JSON object say, as text cells: numbers as written, 64-bit ids unrounded, nested parts as JSON?"""

from __future__ import annotations

import json
from typing import Any

import msgspec

__all__ = ["NotJsonError", "cell", "raw_members"]

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)


class NotJsonError(ValueError):
    """Raised when a text is no JSON object; the message says where it fails."""


class _Number(str):
    """A number or NaN as it was written."""

    __slots__ = ()


def raw_members(raw: bytes) -> dict[str, bytes]:
    """Split an object into its members, each value as its own JSON text.

    Takes NaN and Infinity, which are no JSON but are met; refuses everything else that is no object with NotJsonError.

    >>> raw_members(b'{"a": 1.0, "b": [1, 2]}')
    {'a': b'1.0', 'b': b'[1, 2]'}
    >>> raw_members(b"{}")
    {}
    """
    try:
        return {name: bytes(value) for name, value in _members.decode(raw).items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        loaded = json.loads(raw.decode("utf-8", "replace"), parse_float=_Number, parse_int=_Number,
                            parse_constant=_Number, strict=False)
    except RecursionError:
        raise NotJsonError("it is nested too deep") from None
    except ValueError as error:
        raise NotJsonError(str(error)) from None
    if not isinstance(loaded, dict):
        raise NotJsonError("it is not an object")
    return {_clean(name): _dump(value).encode() for name, value in loaded.items()}


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _dump(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(_clean(name))}: {_dump(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(_clean(value) if isinstance(value, str) else value, ensure_ascii=False)


def cell(raw: bytes) -> str | None:
    """Turn the JSON text of a value into a cell: text unquoted, null as nothing, everything else as written.

    >>> cell(b'"x"'), cell(b"1.0"), cell(b"null"), cell(b'{"a": 1}'), cell(b'""')
    ('x', '1.0', None, '{"a": 1}', '')
    """
    first = raw[:1]
    if first == b'"':
        try:
            return _text.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return _clean(json.loads(raw.decode("utf-8", "replace"), strict=False))
    if first == b"n":
        return None
    return raw.decode("utf-8", "replace")
