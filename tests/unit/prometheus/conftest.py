"""A server that answers with what it is told, for the clients' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


class Answering(LocalServer):
    """An HTTP server: ``answer[path] = (status, body)``.

    ``asked`` lists what was asked for, and ``credentials`` by whom. The body of a redirect is its target.
    """

    def __init__(self) -> None:
        self.answer: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.credentials: list[str | None] = []
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(request.path)
        self.credentials.append(request.headers["Authorization"])
        status, body = self.answer.get(request.path.partition("?")[0], (404, "nothing here"))
        self.send(request, body, status, location=body if 300 <= status < 400 else None)


@pytest.fixture
def server() -> Iterator[Answering]:
    answering = Answering()
    yield answering
    answering.close()
