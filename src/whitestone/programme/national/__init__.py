"""A national programme that never was: what would every operator report of it, and what is true?

For tests, benchmarks and demonstrations. The country, its districts and operators are invented, lie on inland ice and
are called simulated wherever they appear. Everything follows from a seed, to the last digit, on every machine.

**With truth** (up to some thousands of hazards; about a millisecond each)::

    from whitestone.programme.national import imagine
    from whitestone.land.ledger import compute

    world = imagine(seed=1, hazards=500, releases=1_000, years=20, vertices=46)
    ledger = compute(world.hazards, world.releases, start=None, end=world.last, by="year", places=world.places)
    truth = world.truth()                    # counted cell by cell, without geometry and without the land room
    truth.by_year()["2014"]["cleared"]       # m2, exact to 0.01; also by_class(), by_hazard(), by_release(), total()
    truth.proof["claimed_twice_m2"]          # the proof lines, by the names that the ledger gives them
    truth.flows                              # every movement: day, hazard, class, release, column, cents (0.01 m2)

`world.hazards` and `world.releases` are the plain values of `whitestone.land.inputs`, in metres of an equal-area
plane.
`world.known(day)` gives them as known at the end of an earlier day, `world.truth(on=..., known=...)` the truth of any
situation as known on any day. `world.districts`, `world.operators` and `world.places` are what their names say.

`releases=None` makes twice as many as hazards; `faults` says how often each kind of fault is planted.

What happens in it: survey and re-survey, SHA to CHA and back, splits, mergers, hazards that overlap and adjoin, records
withdrawn, partial releases, ground cancelled in one year and cleared in a later one, work handed in twice, work past
the outline, ground contaminated again after its release, late paper, corrections, releases without date or polygon,
hazards without outline. About one outline in fifty is written with a spike or a repeated vertex, which takes no ground.

How truth can be exact: ground is drawn on a lattice of 60 m cells whose edges are bent through whole metres, the same
line for both neighbours. Shapes are unions of cells, areas sums of whole numbers. What this does not show: two
outlines that cross at a slant, and hairline overlaps. For these there is the second generator.

**Faults.** `world.faults` lists what was planted: `kind`, `records`, what it `says`, the `rule` of `check` that must
find it, the `proof` line or column in which it stands, with its `m2` or `count`. Each has a site of its own.

**Without truth, at any size**::

    from whitestone.programme.national import arrays

    made = arrays(seed=1, hazards=60_000, releases=200_000)   # a few seconds, about 9.5 million vertices
    made.hazards, made.releases                               # polygons, 2 % of them invalid: repair them first
    made.found, made.on, made.outcome, made.of                # days, outcomes, the hazard that a release names
    compute(made.slices(), made.pieces(), ...)                # the same as plain values of the ledger

Outlines cross at any angle, neighbours overlap by hairlines of 1 to 20 cm and by real areas; a hazard meets about 7.6
releases at the sizes above, and the density of the country is the same at every size.

**As paper**::

    from whitestone.programme.national import settings_for, write_paper

    paper = write_paper(world, folder)                        # files of every operator and year, mappings, faults.json
    with init_programme(target, name=..., settings=settings_for(world)) as programme:
        for _, file in paper.deliveries:                      # in the order in which it arrived
            import_file(programme, file.path, file.mapping)

Five operators, five habits: own ids, columns, words, date formats, units and reference systems; late paper and
corrections in the file of the year in which they came; a file of finds with its axes exchanged. `paper.faults` holds
the faults of the world and those of the paper. Brought in, the programme's ledger is the truth but for the rounding of
coordinates (0.1 mm), at any moment between two years of paper as at the end.
"""

from whitestone.programme.national.paper import Paper, settings_for, write_paper
from whitestone.programme.national.scale import Arrays, arrays
from whitestone.programme.national.statements import Fault
from whitestone.programme.national.truth import Truth
from whitestone.programme.national.world import World, imagine

__all__ = ["Arrays", "Fault", "Paper", "Truth", "World", "arrays", "imagine", "settings_for", "write_paper"]
