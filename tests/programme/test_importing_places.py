"""Are the places that rows may link to read once for file after file, and always those of now?"""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.exchange.mapping.model import PlaceSpec
from whitestone.programme import importing_links
from whitestone.programme.importing_links import Links
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.safekeeping import erase


def tell(programme: Programme, kind: str, name: str) -> uuid.UUID:
    record_id = new_id()
    programme.journal.append(Act(author="anna"), [Draft(kind=kind, record_id=record_id, body={"name": name})])
    return record_id


def meant(programme: Programme, name: str) -> object:
    """Ask as a new import does."""
    return Links(programme.journal, uuid.UUID(int=1)).places(PlaceSpec(name="town"), [("", name, "")])[0]


def test_places_are_read_again_only_when_one_may_have_moved(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On both engines: nothing else that comes in, a new place, an erased one."""
    read, known_places = [], importing_links._known_places
    monkeypatch.setattr(importing_links, "_known_places", lambda journal: read.append(1) or known_places(journal))
    with init_programme(target, name="P", who="anna") as programme:
        assert meant(programme, "Alta") == ""
        alta = tell(programme, "place", "Alta")
        assert meant(programme, "ALTA") == str(alta)
        before = len(read)
        tell(programme, "organisation", "Baja")
        assert meant(programme, "Alta") == str(alta)
        assert len(read) == before, "no place moved"
        baja = tell(programme, "place", "Baja")
        assert meant(programme, "Baja") == str(baja)
        erase(programme, alta, reason="asked", parts=("body",))
        assert meant(programme, "Alta")[0] == "place-unknown"
        assert len(read) == before + 2


def test_two_programmes_never_share_their_places(tmp_path: Path) -> None:
    with init_programme(str(tmp_path / "a"), name="A", who="anna") as one, \
            init_programme(str(tmp_path / "b"), name="B", who="anna") as two:  # fmt: skip
        here, there = tell(one, "place", "Alta"), tell(two, "place", "Alta")
        for _ in range(2):
            assert (meant(one, "Alta"), meant(two, "Alta")) == (str(here), str(there))
