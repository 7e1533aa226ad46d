"""Before the first load has ended: alive, not ready, and honest about it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.config.loader import Loaded, SourceUnreadable
from dynamic_alerting.exporter.app import build_app
from dynamic_alerting.exporter.reloader import Reloader

if TYPE_CHECKING:
    from starlette.types import Message

    from dynamic_alerting.model.catalogue import Catalogue


class Unreadable:
    def load(self, *, reread: bool = False) -> Loaded:
        del reread
        raise SourceUnreadable("conf.d: <gone>")

    def load_changes(self) -> Loaded | None:
        raise AssertionError("there is nothing to compare with before the first load")


def ask(reloader: Reloader, path: str) -> tuple[int, bytes]:
    """One request to the application, without a server."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(build_app(lambda: reloader.served)(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def reloader(catalogue: Catalogue) -> Reloader:
    return Reloader(Unreadable(), catalogue)


@pytest.mark.parametrize("path", ["/ready", "/-/ready", "/api/v1/config", "/api/v1/findings"])
def test_what_needs_thresholds_answers_503_with_the_reason(reloader: Reloader, path: str) -> None:
    status, body = ask(reloader, path)
    assert status == 503
    assert json.loads(body)["errorType"] == "unavailable"
    assert "first load has not ended" in json.loads(body)["error"]
    reloader.look()
    assert "<gone>" in json.loads(ask(reloader, path)[1])["error"]


def test_it_is_alive_and_its_metrics_say_that_nothing_is_loaded(reloader: Reloader) -> None:
    for _ in range(2):
        assert ask(reloader, "/health")[0] == 200
        status, body = ask(reloader, "/metrics")
        assert status == 200
        assert b"\nthreshold_exporter_config_loaded 0.0\n" in body
        assert b"\nthreshold_exporter_config_last_reload_successful 0.0\n" in body
        assert b"user_threshold" not in body
        reloader.look()


def test_the_page_says_that_nothing_is_served_and_escapes_the_reason(reloader: Reloader) -> None:
    assert b"nothing yet" in ask(reloader, "/")[1]
    reloader.look()
    assert b"&lt;gone&gt;" in ask(reloader, "/")[1]


def test_one_outage_counts_as_one_failure(reloader: Reloader) -> None:
    for _ in range(5):
        reloader.look()
    assert reloader.served.health.failures == 1
