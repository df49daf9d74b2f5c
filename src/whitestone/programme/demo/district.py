"""How is the simulated district made and brought in, and where do its faults lie?"""

from __future__ import annotations

from pathlib import Path

import msgspec

from whitestone.programme.demo.faults import Planted, plant
from whitestone.programme.demo.files import Delivery, write_deliveries
from whitestone.programme.demo.lineage import careless_split
from whitestone.programme.demo.paper import CANCELLED_FOR_NOTHING, before_the_work, decisions, records_of_the_authority
from whitestone.programme.demo.world import imagine
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.opening import Programme

__all__ = ["SEED", "District", "bring_in", "generate"]

SEED = 2015


class District(msgspec.Struct):
    """The simulated district: its operators' files with mappings, in order, and the faults planted in them."""

    seed: int
    deliveries: list[Delivery]
    planted: list[Planted]


def generate(folder: Path, seed: int = SEED) -> District:
    """Write the three operators' files of ten years into a folder; one seed, one world."""
    world = imagine(seed)
    planted = plant(world, seed)
    return District(seed, write_deliveries(world, folder), planted)


def bring_in(programme: Programme, district: District) -> list[Report]:
    """Bring the district into a programme as its users would: gazetteer, files, the authority's own paper, decisions.

    Adds the faults of the authority's paper and of its split to `district.planted`. Refuses what `import_file` refuses.
    """
    before_the_work(programme)
    reports = [import_file(programme, each.path, each.mapping) for each in district.deliveries]
    district.planted += records_of_the_authority(programme, district.seed)
    decisions(programme)
    district.planted += [CANCELLED_FOR_NOTHING, *careless_split(programme)]
    return reports
