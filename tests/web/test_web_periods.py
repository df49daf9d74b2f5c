"""Do the pages of closed years show what is frozen, whether its signature holds, and what was learned since?"""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from test_web_browser import CONTRAST
from web_district import box, wait_ready

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.periods import close_period

PATHS = ["/periods", "/periods/2024", "/periods/2024?by=hazard", "/periods/2024/restatements",
         "/periods/2024/restatements?by=class", "/periods/2024/records?by=total&key=total&column=closing",
         "/periods/2024/records?by=class&key=sha&column=hazards"]  # fmt: skip


def say(programme: Programme, kind: str, body: dict[str, Any], shape: bytes, on: str, **act: Any) -> uuid.UUID:
    record = new_id()
    draft = Draft(kind=kind, record_id=record, body=body, geometry=shape, information_date=on)
    programme.journal.append(Act(**{"author": "anna", **act}), [draft])
    return record


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Make a programme with a closed year, and a report that came after the closing."""
    folder = tmp_path_factory.mktemp("closed")
    os.environ["WHITESTONE_KEYS"] = str(tmp_path_factory.mktemp("closed-keys"))
    settings = {"equal_area_lon": 18.0, "equal_area_lat": 44.0, "simulated": True}
    with init_programme(str(folder), name="Closed district", who="anna", settings=settings) as programme:
        say(programme, "hazard", {"local_id": "H-1", "classification": "sha"}, box(18.0, 44.0, 0.02), "2015-01-01")
        say(programme, "hazard", {"local_id": "H-2", "classification": "cha"}, box(18.1, 44.0, 0.01), "2016-01-01")
        say(programme, "release", {"local_id": "R-1", "outcome": "cleared", "completed_on": "2024-05-01"},
            box(18.0, 44.0, 0.005), "2024-05-01")
        close_period(programme, "2024", reason="the annual report")
        say(programme, "release", {"local_id": "R-2", "outcome": "reduced", "completed_on": "2024-08-01"},
            box(18.01, 44.01, 0.005), "2024-08-01", author="boris", organisation="Operator North",
            reason="<b>found</b> in a drawer")
    with open_programme(str(folder), "tester", readonly=True) as programme:
        yield programme


@pytest.fixture(scope="module")
def closed_desk(closed: Programme, desk: Any) -> Iterator[Any]:
    from whitestone.web.desk import Desk, install

    mine = Desk(closed)
    install(mine)
    yield mine
    install(desk)
    mine.close()


@pytest.fixture
def asking(closed_desk: Any) -> Any:
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


@pytest.fixture(scope="module")
def place(closed_desk: Any) -> Iterator[str]:
    from whitestone.web.serving import make_server

    server = make_server(closed_desk, 0)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


def text(answer: Any) -> str:
    plain = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
    return plain.replace("\u202f", " ").replace("\u2212", "-")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers_with_both_clocks_in_every_link(asking: Any, path: str) -> None:
    joint = "&" if "?" in path else "?"
    answer = wait_ready(asking, f"{path}{joint}on=2025-01-01&known=2100-01-01")
    assert answer.status_code == 200, text(answer)[:300]
    page = answer.content.decode()
    assert "Simulated data" in page
    links = re.findall(r'href="(/(?!static)[^"#]*)', page.replace('<a class="quiet" href', "<a back"))
    links = [link for link in links if "on=2024-12-31" not in link]  # today's figure of the year: on its last day
    assert [link for link in links if "on=2025-01-01" not in link or "known=2100-01-01" not in link] == []


def test_the_list_says_whether_the_signature_holds(asking: Any) -> None:
    said = text(asking.get("/periods"))
    assert "closed holds" in said
    assert "the annual report" in said
    assert "No year is closed" in text(asking.get("/periods?known=2001-01-01"))


def test_frozen_figures_open_their_records(asking: Any) -> None:
    page = asking.get("/periods/2024").content.decode()
    links = re.findall(r'href="(/periods/2024/records[^"]*)"', page)
    assert len(links) >= 10
    for link in links:
        assert asking.get(link.replace("&amp;", "&")).status_code == 200
    said = text(asking.get("/periods/2024/records?by=class&key=sha&column=cleared"))
    assert "Hazard H-1 , Release R-1" in said


def test_a_restatement_names_who_and_why_and_escapes_it(asking: Any) -> None:
    answer = wait_ready(asking, "/periods/2024/restatements")
    said = text(answer)
    assert "late record of release R-2" in said
    assert "boris (Operator North): " in said
    assert "<b>found</b>" not in answer.content.decode()
    (now, *_) = re.findall(r'href="(/ledger/records[^"]*)"', answer.content.decode())
    assert "Release" in text(wait_ready(asking, now.replace("&amp;", "&")))
    assert "&lt;b&gt;found&lt;/b&gt; in a drawer" in answer.content.decode()


def test_the_ledger_page_says_how_it_differs_from_the_last_closing(asking: Any) -> None:
    said = text(wait_ready(asking, "/ledger?from=2025-01-01&unit=m2"))
    assert "Difference to last year's closing (2024) -222 " in said.replace("&#x27;", "'")
    assert "last year's closing" not in text(wait_ready(asking, "/ledger?unit=m2")).replace("&#x27;", "'")


def test_the_report_says_since_when_a_year_is_frozen(closed: Programme) -> None:
    from whitestone.programme.reporting import FORMATS, situation
    from whitestone.reports.html import render_html

    made = situation(closed, closed.clocks("2025-12-31"), start=dt.date(2025, 1, 1))
    (section,) = [each for each in made.sections if each.title == "Closed years"]
    (row,) = section.table.rows
    assert (row[0], row[2], row[4], row[5]) == ("2024", "anna", "holds", 36)
    page = render_html(made)
    assert "as it was frozen on that day" in page
    assert "Difference to last year" in page
    assert FORMATS["pdf"](made).startswith(b"%PDF")
    assert FORMATS["xlsx"](made).startswith(b"PK")
    none = situation(closed, closed.clocks("2025-12-31", "2001-01-01"))
    assert "Closed years" not in [each.title for each in none.sections]


def test_a_year_that_was_never_closed_is_not_there(asking: Any) -> None:
    assert asking.get("/periods/2023").status_code == 404
    assert asking.get("/periods/2024?by=colour").status_code == 422
    assert asking.get("/periods/2024/records?by=colour").status_code == 422
    # Not "the figure is 0": there is no such figure.
    assert asking.get("/periods/2024/records?by=class&key=sha&column=colour").status_code == 422
    assert asking.get("/periods/2024/records?by=class&key=nowhere&column=closing").status_code == 422


def test_a_changed_byte_is_named_on_the_pages(asking: Any, closed: Programme) -> None:
    (row,) = [each for each in closed.journal.attachments.list() if "figures" in each.name]
    path = closed.journal.attachments.files.path(bytes.fromhex(row.sha256), sealed=False)
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        assert f"does not hold its figures (attachment {row.sha256}) has changed" in text(asking.get("/periods"))
        assert "not the ones that were signed" in text(asking.get("/periods/2024"))
        assert asking.get("/periods/2024/records").status_code == 409
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_a_browser_shows_it_at_both_widths(chromium: Any, place: str, path: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(place + path)
    page.wait_for_selector(".loading", state="detached", timeout=30_000)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    assert complaints == []
    if kept := os.environ.get("WHITESTONE_SCREENSHOTS"):
        page.screenshot(path=f"{kept}/{re.sub(r'[^a-z0-9]+', '-', path.strip('/'))}-{width}.png", full_page=True)
    context.close()
