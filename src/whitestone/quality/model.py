"""What does a rule look at, and what does it hand back?"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.domain.settings import Settings
from whitestone.geodesy.areas import Plane

__all__ = ["ERROR", "NOTICE", "WARNING", "Finding", "Layer", "Picture", "Rule", "Subject", "called", "exceeding",
           "rule"]  # fmt: skip

ERROR, WARNING, NOTICE = "error", "warning", "notice"
T = TypeVar("T")
Geometries = npt.NDArray[np.object_]

_SPACE = uuid.UUID("6f1c0f0e-7a0e-5c53-9d0b-0f7d1b1f9a11")
"""Name space of finding ids: a finding is the same finding at every run as long as rule, records and key are."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One record as a rule sees it: the folded body, its geometry (shapely, EPSG:4326) and who reported it.

    `as_drawn` is the geometry as it came, where it had to be repaired at entry.
    """

    record_id: uuid.UUID
    kind: str
    body: dict[str, Any]
    geometry: Any = None
    as_drawn: Any = None
    organisation: str | None = None
    dataset: uuid.UUID | None = None

    @property
    def reporter(self) -> str:
        """Name who reported it, as far as it is known; only ever compared for equality.

        >>> Subject(record_id=uuid.UUID(int=1), kind="hazard", body={}).reporter
        ''
        """
        return self.organisation or (str(self.dataset) if self.dataset else "")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule found: a sentence about records, what to do, and where; `proposal` is shown, never applied.

    `key` tells two findings of one rule on the same records apart (an attribute, a place in the ring).
    """

    record_ids: tuple[uuid.UUID, ...]
    sentence: str
    todo: str
    rule: str = ""
    severity: str = ""
    value: str | None = None
    where: tuple[float, float] | None = None
    proposal: dict[str, Any] | None = None
    key: str = ""

    @property
    def finding_id(self) -> uuid.UUID:
        """Return the id that stays the same from run to run: of rule, records and key.

        >>> one, two = uuid.UUID(int=1), uuid.UUID(int=2)
        >>> there = Finding(record_ids=(one, two), sentence="", todo="", rule="x").finding_id
        >>> there == Finding(record_ids=(two, one), sentence="other words", todo="", rule="x").finding_id
        True
        """
        records = ",".join(sorted(str(record) for record in self.record_ids))
        return uuid.uuid5(_SPACE, f"{self.rule}|{records}|{self.key}")


class Rule(msgspec.Struct, frozen=True):
    """One rule: its name, how grave a finding is, the question it asks, and the function that asks it."""

    name: str
    severity: str
    question: str
    check: Callable[[Picture], Iterator[Finding]]


def rule(name: str, severity: str, question: str) -> Callable[[Callable[[Picture], Iterator[Finding]]], Rule]:
    """Turn a function from a picture to findings into a `Rule`; it stamps name and severity on each finding.

    >>> @rule("always", NOTICE, "Is there anything?")
    ... def always(picture):
    ...     yield Finding(record_ids=(), sentence="Yes.", todo="Nothing.")
    >>> [(found.rule, found.severity) for found in always.check(None)]
    [('always', 'notice')]
    """

    def wrap(function: Callable[[Picture], Iterator[Finding]]) -> Rule:
        """Make a rule of the function."""
        def check(picture: Picture) -> Iterator[Finding]:
            """Name the rule on what it finds, and its severity where the finding states none."""
            for found in function(picture):
                yield msgspec.structs.replace(found, rule=name, severity=found.severity or severity)

        return Rule(name, severity, question, check)

    return wrap


class Layer(msgspec.Struct, frozen=True):
    """The subjects of one kind that have a geometry, as arrays of one length.

    `geometry` is EPSG:4326 as stored, `planar` the same in the equal-area plane and made valid, `area_m2` its area
    (0 for points and lines), `valid` whether the stored geometry was valid.
    """

    subjects: tuple[Subject, ...]
    geometry: Geometries
    planar: Geometries
    area_m2: npt.NDArray[np.float64]
    valid: npt.NDArray[np.bool_]


class Picture:
    """The whole programme on one day, ready to be asked; what several rules need is computed once.

    `subjects` by kind; `plane` may be None when no geometry has arrived; `places` are polygons by record id (default:
    those of the subjects of kind place); `known_ids` all record ids with their kind (default: the subjects').
    `lineage` gives the m2 that each hazard of a split or merge gained and lost, as the ledger counts them.
    """

    def __init__(
        self,
        subjects: Mapping[str, Sequence[Subject]],
        settings: Settings,
        plane: Plane | None,
        today: dt.date,
        places: Mapping[uuid.UUID, Any] | None = None,
        known_ids: Mapping[uuid.UUID, str] | None = None,
        lineage: Callable[[], Mapping[uuid.UUID, tuple[float, float]]] | None = None,
    ) -> None:
        self.subjects = {kind: tuple(found) for kind, found in subjects.items()}
        self.settings = settings
        self.plane = plane
        self.today = today
        self.places = dict(places) if places is not None else self._own_places()
        self.known_ids = dict(known_ids) if known_ids is not None else self._own_ids()
        self.lineage = lineage or dict
        self._kept: dict[Any, Any] = {}

    def of(self, kind: str) -> tuple[Subject, ...]:
        """Return the subjects of one kind, none if there are none."""
        return self.subjects.get(kind, ())

    def everything(self) -> Iterator[Subject]:
        """Go through all subjects, kind by kind."""
        for found in self.subjects.values():
            yield from found

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """Compute what `make` makes once for this picture, and keep it."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[no-any-return]

    def layer(self, kind: str) -> Layer:
        """Return the subjects of one kind that have a geometry, with it in the plane."""
        return self.once(("layer", kind), lambda: self._layer(kind))

    def _layer(self, kind: str) -> Layer:
        subjects = tuple(each for each in self.of(kind) if each.geometry is not None and not each.geometry.is_empty)
        geometry = np.empty(len(subjects), dtype=object)
        geometry[:] = [each.geometry for each in subjects]
        valid = np.asarray(shapely.is_valid(geometry), dtype=bool)
        sound = geometry.copy()
        sound[~valid] = shapely.make_valid(geometry[~valid])
        planar = self.plane.project(sound) if self.plane is not None and len(sound) else sound
        bent = ~np.asarray(shapely.is_valid(planar), dtype=bool)  # a hair's breadth lost in projection
        planar[bent] = shapely.make_valid(planar[bent])
        area = np.asarray(shapely.area(planar), dtype=np.float64) if self.plane is not None else np.zeros(len(sound))
        return Layer(subjects, geometry, planar, area, valid)

    def _own_places(self) -> dict[uuid.UUID, Any]:
        polygons = ("Polygon", "MultiPolygon")
        return {
            each.record_id: each.geometry
            for each in self.of("place")
            if each.geometry is not None and each.geometry.geom_type in polygons
        }

    def _own_ids(self) -> dict[uuid.UUID, str]:
        return {each.record_id: each.kind for each in self.everything()}


def exceeding(picture: Picture, kind: str, part: str, whole: str) -> Iterator[tuple[Subject, float, float]]:
    """Give records of a kind of which one number is larger than another that it is part of, with both numbers.

    Where one of them is not stated, or is no number, nothing is said.
    """
    for subject in picture.of(kind):
        small, large = subject.body.get(part), subject.body.get(whole)
        if _is_number(small) and _is_number(large) and small > large:
            yield subject, small, large


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def called(subject: Subject) -> str:
    """Call a record as people do: its kind with its own id or name, else the start of its record id.

    >>> called(Subject(record_id=uuid.UUID(int=1), kind="hazard", body={"local_id": "HA-7"}))
    'hazard HA-7'
    >>> called(Subject(record_id=uuid.UUID(int=1), kind="minefield_record", body={}))
    'minefield record 00000000-0000…'
    """
    own = subject.body.get("local_id") or subject.body.get("name")
    return f"{subject.kind.replace('_', ' ')} {own or str(subject.record_id)[:13] + '…'}"
