"""Who asks is shown to the server, and to nobody else."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.prometheus.http import RefusedError, UnreachableError

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}})


@pytest.fixture
def answering(server: Any) -> Any:
    server.answer["/api/v1/query"] = (200, EMPTY)
    return server


def test_without_credentials_none_are_sent(answering: Any) -> None:
    with Prometheus(answering.url) as prometheus:
        prometheus.instant("up")
    assert answering.credentials == [None]


def test_user_and_password_of_the_address_are_basic_authentication(answering: Any) -> None:
    url = answering.url.replace("http://", "http://us%40er:p%3Aw@")
    with Prometheus(url) as prometheus:
        prometheus.instant("up")
        assert prometheus.base_url == answering.url
    assert answering.credentials == ["Basic " + b64encode(b"us@er:p:w").decode()]


def test_a_password_is_in_no_message(server: Any) -> None:
    with Prometheus(server.url.replace("http://", "http://user:secret@")) as prometheus:
        with pytest.raises(RefusedError) as refused:
            prometheus.instant("up")
        server.close()
        with pytest.raises(UnreachableError) as unreachable:
            prometheus.instant("up")
    assert "secret" not in f"{refused.value} {unreachable.value}"


def test_a_bearer_token_is_read_at_every_request(answering: Any, tmp_path: Path) -> None:
    token = tmp_path / "token"
    with Prometheus(answering.url, bearer_token_file=token) as prometheus:
        for text in ("first\n", "second"):
            token.write_text(text)
            prometheus.instant("up")
    assert answering.credentials == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff"])
def test_a_token_that_cannot_be_used_names_its_file(
    answering: Any, tmp_path: Path, content: bytes | None
) -> None:
    token = tmp_path / "token"
    if content is not None:
        token.write_bytes(content)
    with Prometheus(answering.url, bearer_token_file=token) as prometheus:
        with pytest.raises(UnreachableError, match=r"token.*Write the token into this file"):
            prometheus.instant("up")
        assert not prometheus.is_ready()
    assert answering.asked == []


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_are_said_with_advice(server: Any, status: int) -> None:
    server.answer["/api/v1/query"] = (status, "who are you?")
    with Prometheus(server.url) as prometheus, pytest.raises(RefusedError, match="Give credentials"):
        prometheus.instant("up")


def test_a_redirect_is_not_followed_and_says_where_it_leads(server: Any) -> None:
    server.answer["/api/v1/query"] = (302, "https://login.example/")
    with (
        Prometheus(server.url) as prometheus,
        pytest.raises(RefusedError, match=r"302, a redirect to https://login\.example/.*give the address"),
    ):
        prometheus.instant("up")
