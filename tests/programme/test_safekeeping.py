"""Does the history of a person who was hurt tell who spoke and when, and nothing that could name the person?"""

from __future__ import annotations

import json
from pathlib import Path

import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.journal.tiles import TileTable
from whitestone.programme.opening import init_programme
from whitestone.programme.reconciling import reconcile
from whitestone.programme.reconciling_kept import keep, kept
from whitestone.programme.safekeeping import erase, history


def test_the_history_of_a_casualty_tells_no_value(tmp_path: Path) -> None:
    with init_programme(str(tmp_path / "p"), name="Simulated") as programme:
        record_id = new_id()
        body = {"outcome": "injured", "sex": "female", "place_name": "Smallvillage"}
        draft = Draft(kind="casualty", record_id=record_id, body=body, as_entered={"place_name": "Smallvillage"})
        programme.journal.append(Act(author="anna"), [draft])
        told = history(programme, record_id)
    assert told["values_shown"] is False
    assert told["revisions"][0]["author"] == "anna"
    assert "Smallvillage" not in json.dumps(told)
    assert "female" not in json.dumps(told)


def test_what_was_erased_is_shown_by_nothing_that_lies_beside_the_journal(tmp_path: Path) -> None:
    """Tiles stand under the head of the journal, which an erasure does not move: they would be shown for good."""
    outline = shapely.box(20.001, 41.001, 20.002, 41.002)
    with init_programme(str(tmp_path / "theirs"), name="Theirs (simulated)"):
        pass
    with init_programme(str(tmp_path / "ours"), name="Ours (simulated)") as programme:
        record_id = new_id()
        draft = Draft(kind="hazard", record_id=record_id, body={"name": "the Simulated family's field"},
                      geometry=shapely.to_wkb(outline))  # fmt: skip
        programme.journal.append(Act(author="anna"), [draft])
        keep(reconcile(programme, str(tmp_path / "theirs")))
        assert "Simulated family" in json.dumps(kept(programme)[0].answer)
        tiles = TileTable.in_folder(programme.journal.folder)
        tiles.put([("picture", 0, 0, 0, (b"drawn: SIMULATED", 0, 0))])
        tiles.close()
        erase(programme, record_id, reason="asked", parts=("body", "geometry"))
        assert kept(programme) == []
        left = [path for path in programme.journal.folder.rglob("*") if path.is_file()]
        assert left
        words = (b"Simulated family", b"drawn: SIMULATED")
        assert not [path.name for path in left if any(word in path.read_bytes() for word in words)]
