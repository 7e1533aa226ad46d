"""1,000 connections that do not shake hands at `ulimit -n 256`: scrapes go on, the log stays short."""

from __future__ import annotations

import re
import socket
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.exporter.connections.open_files import raise_soft_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Issued
    from tests.unit.exporter.web_config.conftest import Behind, StartBehind

HOSTILE = 1000
TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key}"


@pytest.fixture
def behind(start_behind: StartBehind, server: Issued) -> Behind:
    assert server.cert.exists()
    return start_behind(TLS, open_files=256)


@pytest.fixture
def clients() -> Iterator[list[socket.socket]]:
    raise_soft_limit()
    opened: list[socket.socket] = []
    try:
        yield opened
    finally:
        for client in opened:
            client.close()


def hello(behind: Behind) -> bytes:
    """What a client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = behind.trust().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def samples(behind: Behind) -> dict[str, float]:
    """The exporter's own samples, through a scrape on a connection of its own that may take 10 s."""
    kept = len(behind.connections)
    answer = behind.get("/metrics")
    for connection in behind.connections[kept:]:
        connection.close()
    assert (answer.status, answer.version) == (200, "TLSv1.3")
    found = re.findall(r"^((?:threshold_exporter_http|process)_\S+) (\S+)$", answer.body, re.MULTILINE)
    return {name: float(value) for name, value in found}


def timed_out(behind: Behind) -> float:
    return samples(behind)['threshold_exporter_http_connections_closed_total{reason="request_timeout"}']


def test_scrapes_go_on_and_the_log_stays_short(behind: Behind, clients: list[socket.socket]) -> None:
    lines_before = behind.logged().count("\n")
    begun = time.monotonic()
    whole = hello(behind)
    kinds = [b"", whole[:20], whole, b"GET /metrics HTTP/1.1\r\n"]
    for number in range(HOSTILE):
        client = socket.create_connection(("127.0.0.1", behind.port), timeout=10)
        clients.append(client)
        with suppress(OSError):
            client.sendall(kinds[number % len(kinds)])
        if number % 50 == 49:
            found = samples(behind)
            assert found["threshold_exporter_http_connections"] <= 192
            assert found["process_open_fds"] < 256
    while (found := samples(behind))["threshold_exporter_http_connections"] > 10:
        assert time.monotonic() - begun < 120, found
        time.sleep(0.2)
    closed = "threshold_exporter_http_connections_closed_total"
    assert found[f'{closed}{{reason="limit"}}'] > HOSTILE / 4
    assert found[f'{closed}{{reason="request_timeout"}}'] > 0
    said = behind.logged().splitlines()[lines_before:]
    about = [line for line in said if "connections closed or not accepted" in line]
    assert 1 <= len(about) <= 1 + (time.monotonic() - begun) // 60
    assert said == about


def test_a_handshake_that_never_ends_is_closed_after_ten_seconds(
    behind: Behind, clients: list[socket.socket]
) -> None:
    begun = time.monotonic()
    clients.append(socket.create_connection(("127.0.0.1", behind.port), timeout=60))
    clients[0].sendall(hello(behind)[:50])
    assert clients[0].recv(100) == b""
    assert 8 < time.monotonic() - begun < 30
    assert timed_out(behind) == 1


def test_headers_that_never_end_after_a_handshake_are_closed_after_ten_seconds(behind: Behind) -> None:
    secure = behind.connect()
    secure.sock.sendall(b"GET /metrics HTTP/1.1\r\n")
    secure.sock.settimeout(60)
    with suppress(ssl.SSLEOFError):
        assert secure.sock.recv(100) == b""
    assert timed_out(behind) == 1


def test_a_connection_over_tls_is_used_again_after_a_while(behind: Behind) -> None:
    kept = behind.connect()
    assert behind.ask(kept).status == 200
    time.sleep(11)  # longer than a request may take
    assert behind.ask(kept).status == 200
