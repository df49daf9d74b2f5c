"""Are slices and releases that were written as columns the same when they are asked for, one by one?"""

from __future__ import annotations

import uuid

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from whitestone.land.columns import Faces, Ids, Releases, Slices, ids_of, same_ids
from whitestone.land.inputs import HazardSlice, RecordedSlice, ReleasePiece

ids = st.integers(0, 2**128 - 1).map(lambda number: uuid.UUID(int=number)) | st.integers(0, 9).map(
    lambda number: uuid.UUID(int=number << 60))
some = st.text("ab", max_size=1) | st.none()
keys = st.dictionaries(st.sampled_from(["place", "contamination"]), some | st.tuples(st.text("xy", max_size=2)))
areas = st.none() | st.floats(0, 1e9)
slices = st.lists(st.builds(
    RecordedSlice, ids, st.dates() | st.none(), st.dates() | st.none(), some, some, st.none(), st.dates() | st.none(),
    keys, areas, st.booleans(), st.lists(ids, max_size=2).map(tuple), some, some, st.booleans()), max_size=6)
pieces = st.lists(st.builds(
    ReleasePiece, ids, st.sampled_from(["cleared", "reduced"]), st.dates() | st.none(),
    st.lists(ids, max_size=3).map(tuple), st.none(), areas, keys), max_size=6)


@given(slices, slices, slices)
def test_slices_come_back_as_they_were_also_after_more_came(
    first: list[HazardSlice], second: list[HazardSlice], other: list[HazardSlice]
) -> None:
    begun = Slices.of(first)
    grown, fork = begun.grown(Slices.of(second)), begun.grown(Slices.of(other))
    assert list(begun) == first
    assert list(grown) == [*first, *second]
    assert list(fork) == [*first, *other]
    assert grown[:3] == [*first, *second][:3]


@given(pieces, pieces, pieces)
def test_releases_come_back_as_they_were_also_after_more_came(
    first: list[ReleasePiece], second: list[ReleasePiece], other: list[ReleasePiece]
) -> None:
    begun = Releases.of(first)
    grown, fork = begun.grown(Releases.of(second)), begun.grown(Releases.of(other))
    assert list(begun) == first
    assert list(grown.grown(Releases.of(other))) == [*first, *second, *other]
    assert list(fork) == [*first, *other]
    named = [(at, own) for at, each in enumerate([*first, *second]) for own in each.hazard_ids]
    assert list(zip(grown.namer.tolist(), Ids(grown.named), strict=True)) == named


@given(st.lists(ids, max_size=30), st.lists(ids, max_size=30))
def test_ids_are_found_wherever_they_stand(held: list[uuid.UUID], wanted: list[uuid.UUID]) -> None:
    found = same_ids(ids_of(held), ids_of(wanted))
    assert found.tolist() == [at for at, each in enumerate(held) if each in wanted]
    assert list(Ids(ids_of(held))) == held


@given(st.lists(ids, min_size=2, max_size=2))
def test_pairs_of_numbers_order_as_ids_do(two: list[uuid.UUID]) -> None:
    pairs = ids_of(two).tolist()
    assert (pairs[0] < pairs[1]) == (two[0] < two[1])


def test_numbers_of_names_stay_when_faces_come() -> None:
    faces = Faces()
    piece = ReleasePiece(uuid.UUID(int=1), "cleared", None, (), None)
    done = Releases.of([piece], faces)
    before, names = faces.named("outcome", lambda each: each.outcome, ["none"])
    Releases.of([msgspec.structs.replace(piece, outcome="reduced"), piece], faces)
    after, more = faces.named("outcome", lambda each: each.outcome, ["none"])
    assert names == ["none", "cleared"]
    assert more == ["none", "cleared", "reduced"]
    assert np.array_equal(after[: len(before)], before)
    assert done.faces is faces
