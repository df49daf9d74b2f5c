"""Do closed years stand, open their records, and say line by line what was learned since?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from period_maker import Desk, make, valley, wkb

from own_process import run_whitestone
from whitestone.domain.revision import Nature, Workflow
from whitestone.errors import ClosingBroken, InvalidValue, KeyMissing, PeriodRefused, UnknownPeriod
from whitestone.land.grouping import COLUMNS
from whitestone.land.restating import tally
from whitestone.programme import accounts, periods_freezing
from whitestone.programme.opening import open_programme
from whitestone.programme.periods import close_period, list_periods, reopen_period
from whitestone.programme.periods_stored import closed_ledger, find_period, load_snapshot
from whitestone.programme.restatements import restatements
from whitestone.programme.revising import decide
from whitestone.programme.safekeeping import back_up, prove, restore_to
from whitestone.programme.sameness import declare_same


@pytest.fixture
def desk(target: str) -> Iterator[Desk]:
    made = make(target)
    with made.programme:
        yield made


def figure(answer: dict[str, Any], column: str, by: str = "total", row: str = "total") -> dict[str, Any]:
    """Take one restated figure, and check what every one of them must obey."""
    for each in answer["figures"]:
        parts = [line.get("difference_m2", line.get("difference")) for line in each["lines"]]
        assert round(sum(parts), 2) == round(each["new"] - each["old"], 2) == each["difference"], each
        assert all(line["moved_by"] or line["cause"] for line in each["lines"])
    return next(each for each in answer["figures"] if (each["by"], each["row"], each["column"]) == (by, row, column))


def natures(answer: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [answer["revisions"][own]["nature"] for line in found["lines"] for own in line["moved_by"]]


def test_a_closed_year_is_frozen_signed_and_read_back(desk: Desk) -> None:
    names = valley(desk)
    live = desk.ledger("2024-12-31", "2024-01-01")
    told = close_period(desk.programme, "2024")
    assert (told["closed_by"], told["is_signed"], told["number"]) == ("anna", True, 1)
    frozen = closed_ledger(desk.programme, "2024")
    for part in ("rows", "total", "reclassified", "beside", "from", "to", "by", "rule", "notes"):
        assert frozen[part] == live[part], part
    assert frozen["proof"] == live["proof"]
    explained = closed_ledger(desk.programme, "2024", by="hazard", explain="North")["explained"]
    (cleared,) = explained["columns"]["cleared"]
    assert (cleared["release"], round(cleared["m2"])) == (str(names["release"]), 5_000)
    listed = list_periods(desk.programme)
    assert listed["ok"]
    assert [row["year"] for row in listed["periods"]] == ["2024"]
    assert restatements(desk.programme, "2024")["figures"] == []


def test_every_frozen_figure_is_the_sum_of_its_records_in_every_dimension(desk: Desk) -> None:
    names = valley(desk)
    desk.say("release", {"outcome": "cancelled", "completed_on": "2024-06-01", "area_reported_m2": 700.0,
                         "hazard_ids": [str(names["south"])], "organisation_name": "Beta"})
    desk.say("hazard", {"classification": "sha", "status": "closed", "closed_on": "2024-03-01"},
             wkb(500, 0, 10, 10), information_date="2023-01-01")
    desk.say("hazard", {"classification": "sha"}, information_date="2023-01-01")
    close_period(desk.programme, "2024")
    snapshot = load_snapshot(desk.programme, find_period(desk.programme, "2024").closing)
    for by in snapshot.rows:
        frozen, sums = closed_ledger(desk.programme, "2024", by=by), tally(snapshot, by)
        for row in frozen["rows"]:
            for column in COLUMNS:
                counted = column in ("hazards", "size_unknown")
                said = row[column] if counted else round(row[f"{column}_m2"] * 100)
                assert sums.get(row["key"], {}).get(column, 0) == said, (by, row["key"], column)
    stated = closed_ledger(desk.programme, "2024", by="organisation", explain="Beta")["explained"]["columns"]
    assert [each["m2"] for each in stated["reported_only"]] == [700.0]


def test_late_paper_is_a_restatement_and_the_opening_says_so(desk: Desk) -> None:
    valley(desk)
    close_period(desk.programme, "2024")
    before = closed_ledger(desk.programme, "2024")
    assert desk.ledger("2025-12-31", "2025-01-01")["proof"]["difference_to_last_closing_m2"] == 0.0
    assert desk.ledger("2025-12-31")["proof"]["difference_to_last_closing_m2"] is None
    assert desk.ledger("2025-12-31", "2025-02-01")["proof"]["difference_to_last_closing_m2"] is None
    late = desk.say("release", {"outcome": "reduced", "completed_on": "2024-07-01", "local_id": "R-2"},
                    wkb(50, 0, 20, 100), information_date="2024-07-01", author="boris", why="found in a drawer")
    answer = restatements(desk.programme, "2024")
    closing = figure(answer, "closing_m2")
    assert round(closing["difference"]) == -2_000
    assert natures(answer, closing) == ["late record"]
    (about,) = answer["revisions"].values()
    assert (about["author"], about["reason"], about["label"]) == ("boris", "found in a drawer", "R-2")
    assert closing["lines"][0]["release"] == str(late)
    opened = desk.ledger("2025-12-31", "2025-01-01")
    assert opened["proof"]["difference_to_last_closing_m2"] == closing["difference"]
    assert opened["last_closing"]["opening_m2"] == opened["total"]["opening_m2"]
    assert opened["last_closing"]["explained"][0]["release"] == str(late)
    assert closed_ledger(desk.programme, "2024") == before
    known = desk.programme.clocks(known="2001-01-01").known_on
    with pytest.raises(UnknownPeriod):
        restatements(desk.programme, "2024", known=known)


def test_each_nature_of_later_knowledge_is_named(desk: Desk) -> None:
    names = valley(desk)
    waiting = desk.say("release", {"outcome": "cleared", "completed_on": "2024-08-01"}, wkb(0, -500, 10, 100),
                       information_date="2024-08-01", workflow=Workflow.SUBMITTED)
    first = desk.programme.journal.history(names["south"])[0]
    close_period(desk.programme, "2024")
    decide(desk.programme, waiting, "approved", reason="checked")
    answer = restatements(desk.programme, "2024")
    assert set(natures(answer, figure(answer, "cleared_m2"))) == {"approval"}
    decide(desk.programme, names["release"], "withdrawn", reason="the wrong valley")
    answer = restatements(desk.programme, "2024")
    assert set(natures(answer, figure(answer, "cleared_m2", "hazard", str(names["north"])))) == {"withdrawal"}
    desk.say("hazard", {}, wkb(0, -500, 100, 90), record_id=names["south"], information_date="2016-01-01",
             nature=Nature.CORRECTION, corrects=first.revision_id, why="the outline was drawn wrongly")
    answer = restatements(desk.programme, "2024")
    assert "correction" in natures(answer, figure(answer, "opening_m2", "hazard", str(names["south"])))
    desk.say("hazard", {"classification": "cha"}, record_id=names["north"], information_date="2023-02-01")
    answer = restatements(desk.programme, "2024")
    assert "late paper" in natures(answer, figure(answer, "closing_m2", "class", "cha"))
    desk.say("hazard", {"remarks": "seen"}, record_id=names["north"], information_date="2023-03-01")
    desk.say("hazard", {"classification": "sha"}, record_id=names["north"], information_date="2025-03-01")
    moved = restatements(desk.programme, "2024")["revisions"].values()
    assert not [each for each in moved if each["states"] == ["remarks"]]
    assert not [each for each in moved if each["information_date"] == "2025-03-01"]


def test_what_was_said_of_a_later_day_explains_an_opening_without_a_restatement(desk: Desk) -> None:
    """The closing asks of its last day; a later ledger takes work as it was stated since, known before the closing."""
    names = valley(desk)
    desk.say("release", {}, wkb(0, 0, 60, 100), record_id=names["release"], information_date="2025-03-01",
             author="dora")
    close_period(desk.programme, "2024")
    assert restatements(desk.programme, "2024")["figures"] == []
    opened = desk.ledger("2025-12-31", "2025-01-01")
    assert round(opened["proof"]["difference_to_last_closing_m2"]) == -1_000
    (about,) = opened["last_closing"]["revisions"].values()
    assert (about["nature"], about["author"]) == ("said of a later day", "dora")
    assert desk.ledger("2025-01-31", "2025-01-01")["proof"]["difference_to_last_closing_m2"] == 0.0


def test_ground_that_a_neighbour_took_names_the_neighbour(desk: Desk) -> None:
    names = valley(desk)
    close_period(desk.programme, "2024")
    taker = desk.say("hazard", {"classification": "cha", "local_id": "Taker"}, wkb(80, 0, 100, 100),
                     information_date="2014-01-01")
    answer = restatements(desk.programme, "2024")
    lost = figure(answer, "closing_m2", "hazard", str(names["north"]))
    assert round(lost["difference"]) == -2_000
    moved = [answer["revisions"][own]["record"] for line in lost["lines"] for own in line["moved_by"]]
    assert moved == [str(taker)]


def test_records_declared_the_same_and_settings_are_causes_too(desk: Desk) -> None:
    names = valley(desk)
    twin = desk.say("hazard", {"classification": "cha", "local_id": "Twin"}, wkb(10, -500, 100, 100),
                    information_date="2016-05-01")
    desk.say("release", {"outcome": "cleared", "completed_on": "2023-12-20", "approved_on": "2024-01-10"},
             wkb(0, -500, 10, 100), information_date="2023-12-20")
    close_period(desk.programme, "2024")
    declare_same(desk.programme, names["south"], twin, reason="one field")
    answer = restatements(desk.programme, "2024")
    assert "declared the same" in natures(answer, figure(answer, "closing_m2"))
    desk.programme.set({"approval_rule": "completed"}, reason="the new standard")
    answer = restatements(desk.programme, "2024")
    cleared = figure(answer, "cleared_m2")
    assert [line.get("cause") for line in cleared["lines"]] == ["settings changed since: approval_rule"]
    assert round(cleared["difference"]) == -1_000
    assert answer["settings"][0]["changed"][0]["reason"] == "the new standard"
    assert {line.get("cause") for line in figure(answer, "closing_m2")["lines"]} == {None}


def test_the_order_in_which_years_are_closed(desk: Desk) -> None:
    valley(desk)
    programme = desk.programme
    with pytest.raises(PeriodRefused, match="is not over"):
        close_period(programme, str(programme.today().year))
    with pytest.raises(InvalidValue, match="reporting year"):
        close_period(programme, "2023/2024")
    close_period(programme, "2022")
    with pytest.raises(PeriodRefused, match="was closed by anna"):
        close_period(programme, "2022")
    with pytest.raises(PeriodRefused, match="are open"):
        close_period(programme, "2024")
    with pytest.raises(PeriodRefused, match="are open"):
        close_period(programme, "2020", reason="why not")
    with pytest.raises(PeriodRefused, match="a later year is closed"):
        close_period(programme, "2021")
    close_period(programme, "2021", reason="the donor asks for it")
    assert close_period(programme, "2023")["proof"]["difference_to_last_closing_m2"] == 0.0
    with pytest.raises(UnknownPeriod):
        reopen_period(programme, "2024", reason="?")
    with pytest.raises(PeriodRefused, match="no reason"):
        reopen_period(programme, "2022", reason=" ")
    assert reopen_period(programme, "2022", reason="a district was left out")["later_closed_years"] == ["2023"]
    with pytest.raises(UnknownPeriod):
        closed_ledger(programme, "2022")
    with pytest.raises(PeriodRefused, match="a later year is closed"):
        close_period(programme, "2022")
    again = close_period(programme, "2022", reason="the district is in")
    assert again["number"] == 2
    row = list_periods(programme)["periods"][1]
    assert (row["number"], len(row["earlier_closings"]), row["reopened"][0]["reason"]) == (
        2, 1, "a district was left out")
    assert row["earlier_closings"][0]["is_signed"]


def test_a_reporting_year_may_begin_in_july(target: str) -> None:
    with make(target, reporting_year_start="07-01").programme as programme:
        desk = Desk(programme)
        valley(desk)
        close_period(programme, "2023/2024")
        frozen = closed_ledger(programme, "2023/2024", by="year")
        assert (frozen["from"], frozen["to"]) == ("2023-07-01", "2024-06-30")
        assert [row["key"] for row in frozen["rows"]] == ["2023/2024"]
        programme.set({"reporting_year_start": "01-01"}, reason="calendar years from now on")
        with pytest.raises(PeriodRefused, match="shares days"):
            close_period(programme, "2024", reason="the calendar year")


def test_a_changed_byte_is_found_and_named(desk: Desk) -> None:
    valley(desk)
    told = close_period(desk.programme, "2024")
    files = desk.programme.journal.attachments.files
    for part in ("figures", "snapshot"):
        path = files.path(bytes.fromhex(told[f"{part}_sha256"]), sealed=False)
        whole = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
        (row,) = list_periods(desk.programme)["periods"]
        assert told[f"{part}_sha256"] in row["fault"]
        assert part in row["fault"]
        proved = prove(desk.programme)
        assert not proved["ok"]
        assert part in proved["periods"][0]["why"]
        with pytest.raises(ClosingBroken, match=part):
            restatements(desk.programme, "2024")
        opened = desk.ledger("2025-12-31", "2025-01-01")
        assert opened["proof"]["difference_to_last_closing_m2"] is None
        assert "does not hold" in opened["notes"][-1]
        path.write_bytes(whole)
    assert prove(desk.programme)["ok"]


def test_another_signature_or_another_total_is_found(desk: Desk) -> None:
    valley(desk)
    told = close_period(desk.programme, "2024")
    period = find_period(desk.programme, "2024")
    body = desk.programme.journal.revision(period.closing.revision_id).body
    forged = {**body, "signature": "00" * 64}
    desk.say("period", forged, record_id=period.record_id, information_date="2026-01-01")
    assert "signature" in list_periods(desk.programme)["periods"][0]["fault"]
    total = {**body["figures"]["total"], "closing_m2": 1.0}
    desk.say("period", {**body, "figures": {**body["figures"], "total": total}}, record_id=period.record_id)
    with pytest.raises(ClosingBroken, match="differ in the total"):
        closed_ledger(desk.programme, "2024")
    assert list_periods(desk.programme)["periods"][0]["earlier_closings"][0]["figures_sha256"] == told["figures_sha256"]


def test_without_the_nodes_key_nothing_is_closed(desk: Desk, keys_dir: Path) -> None:
    valley(desk)
    (key,) = keys_dir.glob("*.node")
    key.rename(keys_dir / "away")
    with pytest.raises(KeyMissing):
        close_period(desk.programme, "2024")
    assert list_periods(desk.programme)["periods"] == []


def test_a_ledger_that_does_not_add_up_is_not_closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    valley(desk)
    proves = accounts.prove

    def off(*given: Any, **more: Any) -> Any:
        return msgspec.structs.replace(proves(*given, **more), residual_m2=0.01)

    with monkeypatch.context() as patched:
        patched.setattr(accounts, "prove", off)
        with pytest.raises(PeriodRefused, match=r"residual is 0\.01 m2"):
            close_period(desk.programme, "2024")
    desk.say("item", {"category": "uxo"})  # another head: the book is made again
    lists = periods_freezing.bookings_of

    def short(*given: Any) -> Any:
        return lists(*given)[1:]

    with monkeypatch.context() as patched:
        patched.setattr(periods_freezing, "bookings_of", short)
        with pytest.raises(PeriodRefused, match="is not the sum of the bookings"):
            close_period(desk.programme, "2024")
    assert list_periods(desk.programme)["periods"] == []


def test_a_restored_copy_on_the_other_engine_proves_the_old_nodes_signature(
    desk: Desk, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    valley(desk)
    told = close_period(desk.programme, "2024")
    before = closed_ledger(desk.programme, "2024")
    back_up(desk.programme, tmp_path / "kept.backup")
    other = str(tmp_path / "other") if "://" in target else str(request.getfixturevalue("database_url"))
    if other == target:
        other = str(tmp_path / "other")
    restore_to(other, tmp_path / "kept.backup")
    with open_programme(other, "carla") as copy:
        assert copy.journal.node_id != desk.programme.journal.node_id
        listed = list_periods(copy)
        assert listed["ok"]
        assert listed["periods"][0]["signed_by"] == told["signed_by"]
        assert closed_ledger(copy, "2024") == before
        assert restatements(copy, "2024")["figures"] == []
        assert prove(copy)["ok"]
        close_period(copy, "2025")
        assert list_periods(copy)["ok"]


KILLED = """
import os, signal, sys
from whitestone.journal import append, attachments
from whitestone.programme import periods
from whitestone.programme.opening import open_programme
point, target = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if point == "between the files":
    add, seen = attachments.Attachments.add, []
    def counted(self, *args, **more):
        if seen:
            die()
        seen.append(1)
        return add(self, *args, **more)
    attachments.Attachments.add = counted
if point == "before signing":
    periods.sign_digest = die
if point == "before the commit":
    append.Batch.finish = die
with open_programme(target, "anna") as programme:
    periods.close_period(programme, "2024")
"""


@pytest.mark.parametrize("point", ["between the files", "before signing", "before the commit"])
def test_a_kill_in_the_middle_leaves_no_half_closed_year(desk: Desk, target: str, point: str) -> None:
    valley(desk)
    head = desk.programme.journal.head()
    ran = subprocess.run([sys.executable, "-c", KILLED, point, target], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert desk.programme.journal.head() == head
    assert list_periods(desk.programme) == {"ok": True, "periods": []}
    assert prove(desk.programme)["ok"]
    close_period(desk.programme, "2024")
    assert list_periods(desk.programme)["ok"]


def test_of_two_who_close_one_year_at_once_one_is_told(desk: Desk, target: str) -> None:
    valley(desk)
    outcomes: list[str] = []

    def close() -> None:
        with open_programme(target, "two") as programme:
            try:
                close_period(programme, "2024")
                outcomes.append("closed")
            except PeriodRefused:
                outcomes.append("refused")

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed", "refused"]
    assert len(list_periods(desk.programme)["periods"][0]["earlier_closings"]) == 0


def test_the_commands_from_end_to_end(desk: Desk, target: str) -> None:
    valley(desk)

    def run(*words: str, code: int = 0) -> str:
        ran = run_whitestone("-C", target, "--who", "anna", *words)
        assert ran.returncode == code, ran.stderr
        assert "Traceback" not in ran.stderr
        return ran.stdout if code == 0 else ran.stdout + ran.stderr

    assert "No year is closed" in run("period", "list")
    assert json.loads(run("period", "list", "--json")) == {"ok": True, "periods": []}
    assert "unknown-period" in run("ledger", "--closed", "2024", code=2)
    assert "signature and digests hold" in run("period", "close", "2024", "--reason", "the annual report")
    assert "period-refused" in run("period", "close", "2024", code=2)
    frozen = json.loads(run("ledger", "--closed", "2024", "--by", "organisation", "--json"))
    assert {row["key"] for row in frozen["rows"]} == {"Alpha", "(not attributed)"}
    assert "FROZEN" in run("ledger", "--closed", "2024", "--explain", "total")
    assert "wrong-call" in run("ledger", "--closed", "2024", "--from", "2024", code=2)
    assert "Every frozen figure would be the same" in run("period", "restatements", "2024")
    desk.say("release", {"outcome": "reduced", "completed_on": "2024-07-01", "local_id": "R-2"}, wkb(50, 0, 20, 100),
             information_date="2024-07-01", author="boris", why="found in a drawer")
    assert json.loads(run("period", "restatements", "2024", "--json"))["counts"]["totals"] == 4
    text = run("period", "restatements", "2024", "--limit", "2")
    assert "late record of release R-2" in text
    assert "boris: found in a drawer" in text
    assert "difference to last year's closing (2024)" in run("ledger", "--from", "2025-01-01")
    assert "open again" in run("period", "reopen", "2024", "--reason", "R-2 belongs in")
    assert "OPEN AGAIN" in run("period", "list")
    assert "period-refused" in run("period", "close", "2024", code=2)
    closed = json.loads(run("period", "close", "2024", "--reason", "with R-2", "--json"))
    assert closed["number"] == 2
    path = desk.programme.journal.attachments.files.path(bytes.fromhex(closed["figures_sha256"]), sealed=False)
    path.chmod(0o600)
    path.write_bytes(b"no")
    assert "DOES NOT HOLD" in run("period", "list", code=1)
    assert "closing-broken" in run("ledger", "--closed", "2024", code=1)
    assert "Closing 2 of 2024" in run("verify", code=1)


def test_a_closed_year_is_read_without_anything_heavy(target: str) -> None:
    with make(target).programme as programme:
        valley(Desk(programme))
        close_period(programme, "2024")
    code = (
        "import sys; from whitestone.programme.opening import open_programme as o;"
        "from whitestone.programme.periods_stored import closed_ledger; from whitestone.programme.periods import *;"
        f"p = o({target!r}, 'x', readonly=True); closed_ledger(p, '2024', explain='total'); list_periods(p);"
        "print(sorted({'shapely', 'pyproj', 'numba', 'pandas', 'geopandas', 'sqlalchemy'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert ran.stdout.strip() == "[]"
