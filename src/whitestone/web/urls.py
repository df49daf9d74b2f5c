"""Which address shows what?"""

from __future__ import annotations

from django.urls import path

from whitestone.web.views import (
    casualties,
    casualties_missing,
    dating,
    errors,
    findings,
    ledger,
    maps,
    minefields,
    minefields_entry,
    minefields_placing,
    periods,
    reconciling,
    records,
    repairs,
    runs,
    start,
)

urlpatterns = [
    path("", start.start, name="start"),
    path("map", maps.page, name="map"),
    path("map/at", maps.at, name="map-at"),
    path("map/style.json", maps.facts, name="map-facts"),
    path("tiles/<str:key>/<int:z>/<int:x>/<int:y>.mvt", maps.tile, name="tile"),
    path("shape/<uuid:record_id>.json", maps.shape, name="shape"),
    path("records", records.overview, name="records"),
    path("records/<slug:kind>", records.listing, name="listing"),
    path("record/<uuid:record_id>", records.record, name="record"),
    path("record/<uuid:record_id>/card", records.card, name="card"),
    path("ledger", ledger.page, name="ledger"),
    path("ledger/records", ledger.behind, name="ledger-records"),
    path("ledger/work", repairs.overview, name="ledger-work"),
    path("ledger/work/<str:line>", repairs.line, name="ledger-work-line"),
    path("ledger/work/<str:line>/<uuid:case_id>", repairs.case, name="ledger-work-case"),
    path("ledger/work/<str:line>/<uuid:case_id>.json", repairs.shapes, name="ledger-work-shapes"),
    path("periods", periods.page, name="periods"),
    path("periods/<slug:slug>", periods.year, name="period"),
    path("periods/<slug:slug>/restatements", periods.restated, name="period-restated"),
    path("periods/<slug:slug>/records", periods.records, name="period-records"),
    path("findings", findings.page, name="findings"),
    path("findings/<slug:rule>", findings.rule, name="finding"),
    path("reconciliation", reconciling.page, name="reconciliation"),
    path("reconciliation/<slug:name>/<uuid:difference>", reconciling.difference, name="difference"),
    path("reconciliation/<slug:name>/<uuid:difference>.json", reconciling.shapes, name="difference-shapes"),
    path("casualties", casualties.page, name="casualties"),
    path("casualties/rows", casualties.rows, name="casualties-rows"),
    path("casualties/cells.json", casualties.cells, name="casualties-cells"),
    path("dating", dating.page, name="dating"),
    path("dating/finds.json", dating.shapes, name="dating-shapes"),
    path("casualties/missing", casualties_missing.page, name="casualties-missing"),
    path("casualties/missing/accidents.json", casualties_missing.accidents, name="casualties-missing-accidents"),
    path("minefields", minefields.overview, name="minefields"),
    path("minefields/purpose", minefields.purpose, name="minefields-purpose"),
    path("minefields/enter", minefields_entry.enter, name="minefields-enter"),
    path("minefields/check", minefields_entry.check, name="minefields-check"),
    path("minefields/record/<uuid:record_id>", minefields_placing.record, name="minefields-own"),
    path("minefields/record/<uuid:record_id>/placed.json", minefields_placing.placed, name="minefields-placed"),
    path("minefields/record/<uuid:record_id>/landmark", minefields_placing.landmark, name="minefields-landmark"),
    path("minefields/record/<uuid:record_id>/propose", minefields_placing.propose, name="minefields-propose"),
    path("minefields/record/<uuid:record_id>/scan/<slug:sha256>", minefields_placing.scan, name="minefields-scan"),
    path("minefields/<slug:sha256>", minefields.assessment, name="minefields-batch"),
    path("minefields/<slug:sha256>/<path:record_id>/shapes.json", minefields.shapes, name="minefields-shapes"),
    path("minefields/<slug:sha256>/<path:record_id>", minefields.record, name="minefields-record"),
    path("runs", runs.page, name="runs"),
    path("runs/<uuid:run>", runs.run, name="run"),
]

handler400 = errors.wrong
handler404 = errors.missing
handler500 = errors.broken
