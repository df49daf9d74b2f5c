"""Does the history of a person who was hurt tell who spoke and when, and nothing that could name the person?"""

from __future__ import annotations

import json
from pathlib import Path

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.opening import init_programme
from whitestone.programme.safekeeping import history


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
