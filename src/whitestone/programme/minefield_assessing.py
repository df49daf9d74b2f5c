"""What does a batch of minefield records come to, and how does the answer leave as files?

One verb for the scores of a batch, one for the place of each record. Both read files as they were handed over, or the
programme's own records; an assessment can be made again from its seed, and is kept only where that is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.errors import NotAProgramme, WrongCall
from whitestone.minefields.assessing import Assessment, assess, report, sensitivity_of
from whitestone.minefields.error_model import ErrorModel, model_of
from whitestone.minefields.joint import Effort
from whitestone.minefields.priors import Prior
from whitestone.minefields.sheet_parts import Batch
from whitestone.minefields.sheets import read_sheets
from whitestone.programme.assessments import keep_assessment
from whitestone.programme.minefield_claims import claims_about_records, claims_at_transfer
from whitestone.programme.minefield_entry import recorded_file
from whitestone.programme.minefield_files import read_records_file
from whitestone.programme.opening import Programme, open_programme

__all__ = ["assess_files", "assess_programme", "joined", "model_at", "place_file"]

USUAL = Effort()
SHORT = Effort(chains=2, burn=60, draws=40)
"""For the scores with another error model: they show a direction, not a third digit."""


def model_at(target: str) -> ErrorModel:
    """Return the error model of the programme at a folder or database; the defaults where there is none.

    >>> model_at("/nowhere") == ErrorModel()
    True
    """
    try:
        with open_programme(target, readonly=True) as programme:
            return model_of(programme.settings)
    except NotAProgramme:
        return ErrorModel()


def assess_files(
    paths: Sequence[Path],
    *,
    seed: int,
    model: ErrorModel = ErrorModel(),  # noqa: B008
    sensitivity: bool = True,
    threads: int | None = None,
) -> dict[str, Any]:
    """Assess the records of files together; the answer is the published JSON object.

    What was said of a batch when it was handed over stands beside the scores (`claims`), attributed.
    Refuses a file that cannot be read as `read_records_file` does, and no file at all with WrongCall.
    """
    if not paths:
        raise WrongCall(why="No file is named.", fix="Name at least one file of records, or open a programme with -C.")
    batch = joined([read_records_file(path).batch for path in paths])
    answer = _assessed(batch, model, seed, sensitivity, threads)
    answer["claims"] = claims_at_transfer(
        (each.batch or "", each.as_written.get("transfer"), each.id) for each in batch.records
    )
    return answer


def assess_programme(
    programme: Programme, *, seed: int, purpose: str, sensitivity: bool = True, keep: bool = False
) -> dict[str, Any]:
    """Assess the programme's own records, finds and searched ground; the reading of restricted records is logged.

    Beside the scores stands what parties claim about the records (`claims`). With `keep` the answer is kept with all
    that it was made of, for the pages; `kept` is then its SHA-256. Refuses no purpose with WrongCall.
    """
    given = recorded_file(programme, purpose=purpose)
    answer = _assessed(read_sheets(given), model_of(programme.settings), seed, sensitivity, None)
    answer["claims"] = claims_about_records(programme)
    if keep:
        answer["kept"] = keep_assessment(programme, {**answer, "input": given})
    return answer


def _assessed(batch: Batch, model: ErrorModel, seed: int, sensitivity: bool, threads: int | None) -> dict[str, Any]:
    answer = report(assess(batch, seed=seed, model=model, effort=USUAL, threads=threads))
    if sensitivity:
        answer["sensitivity"] = sensitivity_of(batch, seed=seed, model=model, effort=SHORT)
    return answer


def joined(batches: Sequence[Batch]) -> Batch:
    """Join batches into one; a key that two of them use is told apart by a number.

    >>> joined([]).records
    ()
    """
    held: dict[str, list[Any]] = {"records": [], "finds": [], "searched": []}
    for name, kept in held.items():
        taken: dict[str, int] = {}
        for batch in batches:
            for each in getattr(batch, name):
                taken[each.key] = count = taken.get(each.key, 0) + 1
                kept.append(each if count == 1 else msgspec.structs.replace(each, key=f"{each.key}#{count}"))
    return Batch(
        records=tuple(held["records"]),
        finds=tuple(held["finds"]),
        searched=tuple(held["searched"]),
        findings=tuple(each for batch in batches for each in batch.findings),
    )


def place_file(
    path: Path,
    out: Path,
    *,
    seed: int,
    model: ErrorModel = ErrorModel(),  # noqa: B008
) -> dict[str, Any]:
    """Place every record of a file; write outlines and sampled centres (GeoPackage), P(in field) (GeoTIFF) and JSON.

    Returns the names of the files and the JSON object. Refuses as `read_records_file`.
    """
    from whitestone.exchange.writers.minefield_places import raster_names, write_places, write_raster

    assessment = assess(read_records_file(path).batch, seed=seed, model=model, effort=USUAL)
    answer = report(assessment)
    out.mkdir(parents=True, exist_ok=True)
    (out / "places.json").write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
    centres = sampled_centres(assessment)
    write_places(out / "places.gpkg", answer["records_detail"], centres)
    rasters = field_rasters(assessment)
    names = raster_names([each[0] for each in rasters])
    for name, each in zip(names, rasters, strict=True):
        write_raster(out / name, *each)
    return {"folder": str(out), "files": ["places.json", "places.gpkg", *names], **answer}


def sampled_centres(assessment: Assessment, most: int = 200) -> list[tuple[str, float, float, float]]:
    """Return (record, lon, lat, weight) of up to `most` sampled middles of each record's field."""
    from whitestone.minefields.assessing import placements
    from whitestone.minefields.traverse import to_lonlat

    held = []
    for sheet, own in zip(assessment.question.sheets, assessment.question.placed.tolist(), strict=True):
        if own < 0:
            continue
        at, weight = placements(assessment, own)
        step = max(len(at) // most, 1)
        lon, lat = to_lonlat(at[::step, 0], at[::step, 1], assessment.question.middle)
        shares = weight[::step] / weight[::step].sum()
        held += [(sheet.id, float(a), float(b), float(w)) for a, b, w in zip(lon, lat, shares, strict=True)]
    return held


def field_rasters(
    assessment: Assessment, cell_m: float = 10.0, most: int = 200
) -> list[tuple[str, Any, float, float, float, tuple[float, float]]]:
    """Return for each record: id, raster of P(in field) in parts of 65,535, west, south, cell size, centre of the
    plane."""
    from whitestone.minefields.assessing import formed

    held = []
    for sheet, own in zip(assessment.question.sheets, assessment.question.placed.tolist(), strict=True):
        if own < 0:
            continue
        at, weight, form = formed(assessment, own)
        step = max(len(at) // most, 1)
        at, weight, form = at[::step], weight[::step], form[::step]
        far = 0.6 * np.hypot(np.exp(at[:, 3]), np.exp(at[:, 4])).max()
        west, south = (float(np.floor((np.quantile(at[:, axis], 0.002) - far) / cell_m) * cell_m) for axis in (0, 1))
        columns, rows = (
            min(int((np.quantile(at[:, axis], 0.998) + far - low) / cell_m) + 1, 1024)
            for axis, low in ((0, west), (1, south))
        )
        raster = _in_field(assessment.question.priors[own], at, weight, form, (west, south, cell_m), (rows, columns))
        held.append((sheet.id, raster, west, south, cell_m, assessment.question.middle))
    return held


def _in_field(
    prior: Prior,
    at: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
    form: npt.NDArray[np.int64],
    place: tuple[float, float, float],
    size: tuple[int, int],
) -> npt.NDArray[np.uint16]:
    """Return P(in field) in parts of 65,535: placements of each form with the corners of that form."""
    from whitestone.minefields.outlines import field_raster

    outlines, total = [(prior.frame, prior.ring)], np.zeros(size)
    outlines += [(each.frame, each.ring) for each in prior.forms]
    for number, (frame, ring) in enumerate(outlines):
        share = weight[form == number].sum() / weight.sum()
        if share > 0.0:
            square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
            corners = frame.local(ring) if len(ring) >= 3 else square
            total += share * field_raster(at[form == number], weight[form == number], corners, *place, *size)
    return np.round(total).astype(np.uint16)
