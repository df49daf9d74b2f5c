"""In which words, columns, units and reference system does each operator of the simulated country report?

A form is one operator's habit on paper: what it calls each attribute, how it writes dates and codes. The mapping that
imports its files follows from the same form, so that both say the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from whitestone.exchange.mapping.model import (
    DatasetSpec,
    FieldSpec,
    LinkSpec,
    Mapping,
    PlaceSpec,
    PositionSpec,
    RecordedSpec,
    RecordSpec,
)
from whitestone.programme.demo.files import CEDAR, UTM
from whitestone.programme.national.habits import OPERATORS, Operator
from whitestone.programme.national.statements import Statement, Work

__all__ = ["FORMS", "Form", "district_mapping", "finds_mapping"]

_HAZARD = ("local_id", "classification", "status", "closure_reason", "discovered_on", "status_changed_on",
           "area_reported_m2", "contamination", "place_name", "received")  # fmt: skip
_RELEASE = ("local_id", "outcome", "completed_on", "approved_on", "area_reported_m2", "method", "hazard_ids",
            "place_name", "received")  # fmt: skip
_DATED = ("discovered_on", "status_changed_on", "completed_on", "approved_on", "received")
_SPANISH = {"local_id": "clave", "classification": "clasificacion", "status": "estado", "closure_reason": "motivo",
            "discovered_on": "hallado", "status_changed_on": "fecha", "area_reported_m2": "superficie",
            "contamination": "contaminacion", "place_name": "distrito", "received": "recibido",
            "outcome": "resultado", "completed_on": "terminado", "approved_on": "aprobado", "method": "metodo",
            "hazard_ids": "areas"}  # fmt: skip
_OLD = {"local_id": "HAZ_NO", "classification": "TYPE", "status": "STATE", "closure_reason": "WHY",
        "discovered_on": "FOUND_DT", "status_changed_on": "STATE_DT", "area_reported_m2": "SQM",
        "contamination": "CONTAM", "place_name": "DISTR", "received": "ENTERED", "outcome": "RESULT",
        "completed_on": "DT_DONE", "approved_on": "DT_OK", "method": "METH", "hazard_ids": "HAZ_REF"}  # fmt: skip
_OLD_WORDS = {"classification": {"cha": "1", "sha": "2"},
              "outcome": {"cancelled": "C", "reduced": "R", "cleared": "K"}}  # fmt: skip


class Form(msgspec.Struct, frozen=True):
    """One operator on paper: `columns` by attribute, `words` by attribute and code, `dates` as strptime writes them.

    `months` writes a date of which only the month is known; `crs` is the reference system of its polygons.
    """

    operator: str
    columns: dict[str, str]
    words: dict[str, dict[str, str]]
    dates: str
    months: str
    crs: str | None = None

    @property
    def habit(self) -> Operator:
        """Return the operator's habits."""
        return next(each for each in OPERATORS if each.code == self.operator)

    def cells(self, said: Statement | Work, names: dict[Any, str], districts: dict[str, str]) -> dict[str, Any]:
        """Write what was said in the operator's own words; `names` gives the own ids of its hazards."""
        values = _of_hazard(said) if isinstance(said, Statement) else _of_release(said, self.habit, names)
        values |= {"local_id": said.local_id, "place_name": districts[said.place], "received": said.known_from}
        area = said.area_reported_m2
        values["area_reported_m2"] = None if area is None else round(area / self.habit.unit_m2, 6)
        month = isinstance(said, Work) and said.precision == "month"
        return {self.columns.get(name, name): self._written(name, value, month) for name, value in values.items()}

    def _written(self, name: str, value: Any, month: bool) -> Any:
        if isinstance(value, dt.date):
            return value.strftime(self.months if month and name != "received" else self.dates)
        return self.words.get(name, {}).get(value, value) if isinstance(value, str) else value

    def mapping(self, kind: str) -> Mapping:
        """Write the mapping of the operator's files of hazards or releases."""
        names = _HAZARD if kind == "hazard" else _RELEASE
        fields = {name: self._field(name) for name in names if name not in ("received", "hazard_ids")}
        fields["organisation_name"] = FieldSpec(constant=self.habit.name)
        links = [LinkSpec(attribute="place_id", place=PlaceSpec(name=self._column("place_name")))]
        if kind == "release":
            links.append(LinkSpec(attribute="hazard_ids", kind="hazard", dataset=self._dataset("hazard"),
                                  column=self._column("hazard_ids"), split="|"))  # fmt: skip
        record = RecordSpec(
            kind=kind, fields=fields, links=links, date="status_changed_on" if kind == "hazard" else None,
            recorded=RecordedSpec(column=self._column("received"), formats=self._formats(months=False)),
        )  # fmt: skip
        dataset = DatasetSpec(
            name=self._dataset(kind), title=f"{self.habit.name}: {kind} reports", source=self.habit.name,
            licence="CC0-1.0 (invented)", simulated=True, edition="increment", organisation=self.habit.name,
        )  # fmt: skip
        return Mapping(dataset=dataset, records=[record])

    def _column(self, name: str) -> str:
        return self.columns.get(name, name)

    def _dataset(self, kind: str) -> str:
        return f"simulated-country-{self.operator}-{kind}"

    def _formats(self, *, months: bool = True) -> list[str]:
        if self.dates == "%Y-%m-%d":
            return []
        return [self.dates, self.months] if months and self.months != self.dates else [self.dates]

    def _field(self, name: str) -> FieldSpec:
        spoken = {word: code for code, word in self.words.get(name, {}).items()}
        return FieldSpec(
            column=self._column(name), values=spoken, formats=self._formats() if name in _DATED else [],
            split="|" if name == "contamination" else None,
            factor=self.habit.unit_m2 if name == "area_reported_m2" else 1.0,
        )  # fmt: skip


def _of_hazard(said: Statement) -> dict[str, Any]:
    return {
        "classification": said.classification, "status": said.status, "closure_reason": said.closure_reason,
        "discovered_on": said.informed, "status_changed_on": said.begins, "contamination": "|".join(said.contamination),
    }  # fmt: skip


def _of_release(said: Work, habit: Operator, names: dict[Any, str]) -> dict[str, Any]:
    named = [names[each] for each in said.names if each in names]
    return {
        "outcome": said.outcome, "completed_on": said.on, "approved_on": said.on, "method": habit.method,
        "hazard_ids": "|".join(named) or None,
    }  # fmt: skip


FORMS = (
    Form("AM", {}, {}, "%Y-%m-%d", "%Y-%m"),
    Form("BI", {"local_id": "ref", "status_changed_on": "as_of"}, {}, "%d/%m/%Y", "%d/%m/%Y", UTM),
    Form("CE", _SPANISH, CEDAR, "%Y-%m-%d", "%Y-%m"),
    Form("DO", {"area_reported_m2": "hectares", "local_id": "dog_id"}, {}, "%Y-%m-%d", "%Y-%m"),
    Form("EL", _OLD, _OLD_WORDS, "%d.%m.%Y", "%m.%Y"),
)


def district_mapping() -> Mapping:
    """Write the mapping of the districts' file.

    >>> district_mapping().records[0].kind
    'place'
    """
    fields = {
        "local_id": FieldSpec(column="code"), "pcode": FieldSpec(column="code"), "name": FieldSpec(column="name"),
        "place_type": FieldSpec(constant="admin"), "admin_level": FieldSpec(constant=1),
    }  # fmt: skip
    return Mapping(dataset=_own("districts"), records=[RecordSpec(kind="place", fields=fields)])


def finds_mapping() -> Mapping:
    """Write the mapping of the first operator's finds: both of its files have the same columns, one of them exchanged.

    >>> finds_mapping().position.x
    'longitude'
    """
    names = ("category", "quantity", "found_on")
    fields = {"local_id": FieldSpec(column="id"), **{name: FieldSpec(column=name) for name in names},
              "organisation_name": FieldSpec(constant=OPERATORS[0].name)}  # fmt: skip
    return Mapping(dataset=_own("finds"), position=PositionSpec(x="longitude", y="latitude", crs="EPSG:4326"),
                   records=[RecordSpec(kind="item", fields=fields)])  # fmt: skip


def _own(name: str) -> DatasetSpec:
    return DatasetSpec(
        name=f"simulated-country-{name}", title=f"Simulated country: {name}",
        source="Authority of the simulated country",
        licence="CC0-1.0 (invented)", simulated=True, edition="increment",
    )  # fmt: skip
