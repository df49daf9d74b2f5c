"""Which types of explosive ordnance have a name, how is each written, and to which category does it belong?

Identification only (IMAS 04.10): a row names a type and its spellings, never how it works. The treaty is derived from
the category (`domain.treaty`), never typed. Who made, moved or used an item is a claim with its reference and stands
nowhere here. The rows are data, `catalogue_data/*.toml`; a country adds rows under a core row or a category, and no row
is ever deleted: it is deprecated and names the row that took its place.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.domain.codes import code_list
from whitestone.domain.treaty import treaties, treaty_flags, undetermined
from whitestone.errors import InvalidValue

__all__ = [
    "CATALOGUE_VERSION", "NO_TYPES", "SUB_CATEGORIES", "Catalogue", "NationalType", "NationalTypes", "OrdnanceType",
    "Publication", "add_type", "check_national", "core_catalogue", "latin_runs", "publications", "runs_of",
    "with_national",
]  # fmt: skip

CATALOGUE_VERSION = "2026-1"
"""Version of the shipped rows, printed with an answer that they shaped."""

SUB_CATEGORIES: Mapping[str, str] = MappingProxyType({
    "blast": "Blast", "fragmentation": "Fragmentation", "fragmentation_stake": "Fragmentation, on a stake",
    "fragmentation_bounding": "Fragmentation, bounding", "fragmentation_directional": "Fragmentation, directional",
    "off_route": "Off-route", "anti_armour": "Anti-armour", "dual_purpose": "Dual purpose",
    "combined_effects": "Combined effects", "incendiary": "Incendiary",
    "cluster_munition": "Cluster munition, whole or its carrier",
})  # fmt: skip
"""Second level of the category tree: code -> what it is called."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RUN = re.compile(r"[^\W\d_]+|\d+")
_LATIN = str.maketrans({
    **dict(zip("абвгдезийклмнопрстуфіє", "abvgdeziiklmnoprstufie", strict=True)), "ц": "ts", "ч": "ch", "ш": "sh",
    "э": "e", "ю": "yu", "я": "ya",
    **dict(zip("աբգդեզիլկմնոօպսվտրռֆխհ", "abgdezilkmnoopsvtrrfkh", strict=True)), "շ": "sh",
    **dict(zip("აბგდევზილკმნოპრსტფუ", "abgdevzilkmnoprstfu", strict=True)), "შ": "sh",
})  # fmt: skip
_LOOKS = str.maketrans("авекмнорстхуіѕј", "abekmhopctxyisj")


class Publication(msgspec.Struct, frozen=True):
    """A publication that says that a type exists under a designation."""

    title: str
    publisher: str


class OrdnanceType(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a type of ordnance, or a family of types by calibre where nobody needs the model."""

    id: str
    category: str
    """A core code of eo_category."""
    designation: str
    """As this catalogue writes it."""
    spellings: tuple[str, ...] = ()
    """How else it is written, in any script."""
    sub_category: str | None = None
    external_ids: dict[str, str] = {}
    """Other catalogue -> id there, where it is known."""
    country_of_design: str | None = None
    """As documented; it says nothing of who made, moved or used an item."""
    look_alikes: tuple[str, ...] = ()
    marking: str | None = None
    """What a marking may tell, in one neutral line."""
    sources: tuple[str, ...] = ()
    """Publications, by their key in `sources.toml`; a national row cites its own in words."""
    is_ambiguous: bool = False
    """The designation is used for other things as well: in a text it counts only where an ordnance word governs it."""
    parent: str | None = None
    """The core row that a national row belongs to."""
    is_deprecated: bool = False
    replaced_by: str | None = None

    @property
    def written(self) -> tuple[str, ...]:
        """Return the designation and every other spelling, each once."""
        return tuple(dict.fromkeys((self.designation, *self.spellings)))

    @property
    def treaty_category(self) -> str | None:
        """Return the treaty category of the type in an unstated state; None where none can be derived.

        >>> core_catalogue()["pmn-2"].treaty_category, core_catalogue()["vbied"].treaty_category
        ('ap', None)
        """
        return next(iter(treaty_flags([self.category])), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as it is printed: every field, with the treaty derived."""
        flag = self.treaty_category
        known = {name: value for name, value in msgspec.to_builtins(self).items() if name != "is_ambiguous"}
        return {
            **known,
            "treaty_category": flag,
            "treaty": next(iter(treaties([flag])), None) if flag else None,
            "treaty_is_undetermined": bool(undetermined([self.category])),
        }


class NationalType(msgspec.Struct, frozen=True, kw_only=True):
    """One row that a country adds: under which core row or category, its designation, spellings, and who says so."""

    parent: str
    designation: str
    spellings: list[str] = []
    source: str
    replaced_by: str | None = None
    """A row that took its place; the row itself stays."""


NationalTypes = Mapping[str, NationalType]
"""Id -> national row; the setting `national_ordnance`."""
NO_TYPES: NationalTypes = MappingProxyType({})


def runs_of(text: str) -> tuple[str, ...]:
    """Cut a spelling into its runs of letters and of digits: what stays alike however it is hyphenated or spaced.

    >>> runs_of("PMN–2") == runs_of("pmn 2") == ("pmn", "2"), runs_of("BLU-97/B"), runs_of("")
    (True, ('blu', '97', 'b'), ())
    """
    return tuple(_RUN.findall(unicodedata.normalize("NFKC", text).casefold()))


def latin_runs(runs: tuple[str, ...]) -> tuple[str, ...]:
    """Write runs of Cyrillic, Armenian or Georgian letters in Latin, letter by letter, as designations are.

    A run that mixes scripts is read by what its letters look like.

    >>> latin_runs(runs_of("ՊՄՆ-2")), latin_runs(runs_of("М14")), latin_runs(())
    (('pmn', '2'), ('m', '14'), ())
    """
    return tuple(run.translate(_LOOKS if _is_mixed(run) else _LATIN) for run in runs)


def _is_mixed(run: str) -> bool:
    """Say whether Latin letters stand among others: a keyboard left in the other script, so that looks count."""
    return not run.isascii() and any("a" <= sign <= "z" for sign in run)


class Catalogue(Mapping[str, OrdnanceType]):
    """The rows by id, in their order, and the way from any spelling to its row.

    >>> len(core_catalogue()) >= 150, core_catalogue().find("ПМН 2").id, core_catalogue().find("")
    (True, 'pmn-2', None)
    """

    def __init__(self, rows: Mapping[str, OrdnanceType]) -> None:
        self._rows = dict(rows)
        self.spelled: dict[tuple[str, ...], str] = {}
        """Runs of a spelling -> id; the first row that claims a spelling has it."""
        for row in self._rows.values():
            for spelling in row.written:
                self.spelled.setdefault(runs_of(spelling), row.id)

    def __getitem__(self, key: str) -> OrdnanceType:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __hash__(self) -> int:
        return id(self)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str) -> OrdnanceType | None:
        """Return the row of an id or of any spelling, script, hyphen or spacing; None where nothing is known.

        >>> core_catalogue().find("POMZ-2M").id, core_catalogue().find("XYZ-77")
        ('pomz-2m', None)
        """
        if text.strip() in self._rows:
            return self._rows[text.strip()]
        runs = runs_of(text)
        found = self.spelled.get(runs) or self.spelled.get(latin_runs(runs))
        return self._rows[found] if found else None

    def near(self, text: str, limit: int = 10) -> list[OrdnanceType]:
        """Return rows of which a spelling begins as the text does or holds it, at most `limit`, in catalogue order.

        >>> [row.id for row in core_catalogue().near("MON-2")], core_catalogue().near("")
        (['mon-200'], [])
        """
        asked = "".join(runs_of(text))
        if not asked:
            return []
        joined = ((row, ["".join(runs_of(each)) for each in row.written]) for row in self._rows.values())
        begins, holds = [], []
        for row, keys in joined:
            if any(key.startswith(asked) for key in keys):
                begins.append(row)
            elif any(asked in key for key in keys):
                holds.append(row)
        return (begins + holds)[:limit]


@functools.cache
def core_catalogue() -> Catalogue:
    """Return the shipped rows; the file is read once.

    >>> core_catalogue()["pfm-1"].category
    'ap_mine'
    """
    rows = {}
    folder = resources.files("whitestone.domain") / "catalogue_data"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml") and file.name != "sources.toml":
            for key, row in tomllib.loads(file.read_text("utf-8")).items():
                rows[key] = msgspec.convert({"id": key, **row}, OrdnanceType)
    return Catalogue(rows)


@functools.cache
def publications() -> Mapping[str, Publication]:
    """Return the publications that the shipped rows cite, by key.

    >>> publications()["cord"].publisher
    'GICHD and CISR at James Madison University'
    """
    file = resources.files("whitestone.domain") / "catalogue_data" / "sources.toml"
    return MappingProxyType(msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, Publication]))


def add_type(national: NationalTypes, key: str, new: NationalType) -> dict[str, NationalType]:
    """Return the national rows with one more, or with one said anew; the shipped rows are never touched.

    Refuses with InvalidValue: an id that is not plain or is a core row's, a parent that is neither a core row nor a
    category, another parent than before, a row without designation or source, a spelling that means another row
    already, a successor that is no row.

    >>> more = add_type({}, "pmn-x", NationalType(parent="pmn", designation="PMN-X", source="NMAA, bulletin 7"))
    >>> with_national(more).find("pmn x").category, len(with_national({})) == len(core_catalogue())
    ('ap_mine', True)
    """
    if key in national and national[key].parent != new.parent:
        raise InvalidValue(field="type of ordnance", value=key,
                           why="a row keeps its parent, or figures of closed years would move")
    kept = {each: row for each, row in national.items() if each != key}
    if why := _fault(key, new, with_national(kept)):
        raise InvalidValue(field="type of ordnance", value=key, why=why)
    return {**national, key: new}


def _fault(key: str, new: NationalType, others: Catalogue) -> str | None:
    core = core_catalogue()
    meant = {each: found.id for each in (new.designation, *new.spellings) if (found := others.find(each)) is not None}
    if not _ID.fullmatch(key):
        return "lower case letters, digits and single hyphens between them only"
    if key in core:
        return "a core row has this id"
    if new.parent not in core and new.parent not in code_list("eo_category").codes:
        return "it must stand under a core row or a category"
    if not all(map(runs_of, (new.designation, *new.spellings))) or not new.source.strip():
        return "a designation and a source are needed"
    if meant:
        return "; ".join(f"{each!r} already means {other}" for each, other in meant.items())
    if new.replaced_by is not None and new.replaced_by not in others:
        return f"no row {new.replaced_by!r} is known that could take its place"
    return None


def check_national(national: NationalTypes) -> str | None:
    """Say what is wrong with a table of national rows, the first fault; None where nothing is.

    A spelling that a later edition of the shipped rows also has is no fault: the shipped row then has it.

    >>> check_national({}) is None, check_national({"a": NationalType(parent="x", designation="A-1", source="s")})
    (True, 'a: it must stand under a core row or a category')
    """
    for key, row in national.items():
        if row.parent not in core_catalogue() and row.parent not in code_list("eo_category").codes:
            return f"{key}: it must stand under a core row or a category"
        if not runs_of(row.designation) or not row.source.strip():
            return f"{key}: a designation and a source are needed"
    return None


def with_national(national: NationalTypes) -> Catalogue:
    """Return the catalogue as a programme uses it: the shipped rows, and its own under them.

    >>> with_national({}) is core_catalogue()
    True
    """
    core = core_catalogue()
    if not national:
        return core
    own = {key: _national(key, row, core) for key, row in national.items() if key not in core}
    return Catalogue({**core, **own})


def _national(key: str, row: NationalType, core: Catalogue) -> OrdnanceType:
    above = core.get(row.parent)
    return OrdnanceType(
        id=key, category=above.category if above else row.parent, designation=row.designation,
        spellings=tuple(row.spellings), sub_category=above.sub_category if above else None,
        is_ambiguous=above.is_ambiguous if above else False, sources=(row.source,),
        parent=row.parent if above else None, is_deprecated=row.replaced_by is not None, replaced_by=row.replaced_by,
    )  # fmt: skip
