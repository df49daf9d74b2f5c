"""Who may send something to a page, and into what does it write?"""

from __future__ import annotations

from typing import Any

import pytest

from whitestone.web.writing import TOKEN

PATH = "/minefields/check"
SHEET = b'{"id": "A-1"}'


def send(client: Any, **headers: str) -> Any:
    return client.post(PATH, SHEET, content_type="application/json", headers=headers)


@pytest.mark.parametrize("origin", ["http://127.0.0.1", "null"])
def test_a_page_of_ours_may_send(client: Any, origin: str) -> None:
    answer = send(client, **{"X-Whitestone-Token": TOKEN, "Origin": origin, "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert answer.json()["facts"] == {}  # nothing of the sheet has a place


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Whitestone-Token": ""},
        {"X-Whitestone-Token": TOKEN[:-1]},
        {"X-Whitestone-Token": "ключ"},
        {"X-Whitestone-Token": TOKEN, "Origin": "http://evil.example"},
        {"X-Whitestone-Token": TOKEN, "Origin": "null"},
        {"X-Whitestone-Token": TOKEN, "Origin": "http://127.0.0.1:9999"},
        {"X-Whitestone-Token": TOKEN, "Sec-Fetch-Site": "cross-site"},
        {"X-Whitestone-Token": TOKEN, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_nobody_else_may(client: Any, headers: dict[str, str]) -> None:
    answer = send(client, **headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "refused"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_a_writing_page_takes_no_other_method(client: Any, method: str) -> None:
    answer = getattr(client, method)(PATH, headers={"X-Whitestone-Token": TOKEN})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b'"x"', b"\xff\xfe", b"{" * 3000])
def test_what_is_no_sheet_is_told(client: Any, body: bytes) -> None:
    answer = client.post(PATH, body, content_type="application/json",
                         headers={"X-Whitestone-Token": TOKEN, "Accept": "application/json"})  # fmt: skip
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid-value"


def test_the_word_of_this_process_is_in_no_answer_to_others(client: Any) -> None:
    assert TOKEN not in client.get("/").content.decode()
    assert TOKEN in client.get("/minefields/enter").content.decode()
