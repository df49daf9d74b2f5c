"""Who is refused, and what may the browser do with an answer?"""

from __future__ import annotations

import socket
from typing import Any

import pytest
from typer.testing import CliRunner

from whitestone.errors import Refused, WrongCall
from whitestone.web.serving import assert_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "10.0.0.1", "example.org", ""])
def test_only_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(Refused):
        assert_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_is_accepted(host: str) -> None:
    assert_loopback(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "169.254.169.254", "localhost.evil.example:8350"]
)
def test_another_host_name_is_refused(client: Any, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8350", "localhost", "[::1]:9000"])
def test_loopback_names_are_served(client: Any, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_pages_are_for_reading(client: Any, method: str) -> None:
    answer = getattr(client, method)("/records")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/map", "/nowhere", "/shape/00000000-0000-0000-0000-000000000000.json"])
def test_every_answer_carries_the_policy(client: Any, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_pages_hold_no_script_and_no_style_of_their_own(client: Any) -> None:
    for path in ("/", "/map", "/records/hazard", "/runs"):
        page = client.get(path).content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page
        scripts = [part.split(">", 1)[0] for part in page.split("<script")[1:]]
        assert all('src="/static/' in script or 'type="application/json"' in script for script in scripts)


def test_a_port_that_is_taken_is_told_and_not_a_fault(district: Any) -> None:
    from whitestone.cli import app, collect

    collect()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(WrongCall, match=f"Port {port}"):
            CliRunner().invoke(app, ["-C", str(district.target), "serve", "--port", port], catch_exceptions=False)
