"""1,000 half-open, slow and idle connections at `ulimit -n 256`: scrapes go on, the log stays short."""

from __future__ import annotations

import re
import selectors
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.exporter.connections.open_files import raise_soft_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.exporter.conftest import Exporter, StartExporter

HOSTILE = 1000
TENANTS = 2000

#: What a client sends at once, and what then again and again, a byte at a time.
KINDS = [
    (b"", b""),
    (b"GET /metrics HTTP/1.1\r\nHost: x\r\n", b""),
    (b"GET /metrics HTTP/1.1\r\nX-Slow: ", b"a"),
    (b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"a"),
    (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b""),
    (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b""),
    (b"\x16\x03\x01\x02\x00\x01", b""),
]


class Crowd:
    """Clients that hold connections, and a thread that sends a byte a second for those that are slow."""

    def __init__(self, port: int) -> None:
        raise_soft_limit()
        self._port = port
        self._clients: list[socket.socket] = []
        self._slow: list[tuple[socket.socket, bytes]] = []
        self._ending = threading.Event()
        self._dribbling = threading.Thread(target=self._dribble)
        self._dribbling.start()

    def join(self, number: int) -> None:
        """One more of them."""
        at_once, again = KINDS[number % len(KINDS)]
        client = socket.socket()
        self._clients.append(client)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(10)
        client.connect(("127.0.0.1", self._port))
        client.setblocking(False)
        with suppress(OSError):
            client.send(at_once)
        if again:
            self._slow.append((client, again))

    def closed(self) -> int:
        """How many of them see that their connection was closed."""
        with selectors.PollSelector() as selector:
            for client in self._clients:
                selector.register(client, selectors.EVENT_READ)
            return sum(ended(key.fileobj) for key, _ in selector.select(0))

    def leave(self) -> None:
        self._ending.set()
        self._dribbling.join(10)
        for client in self._clients:
            client.close()

    def _dribble(self) -> None:
        while not self._ending.wait(1):
            for client, byte in list(self._slow):
                with suppress(OSError):
                    client.send(byte)


def ended(client: object) -> bool:
    assert isinstance(client, socket.socket)
    try:
        while data := client.recv(1 << 16):
            del data
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@pytest.fixture
def exporter(start_exporter: StartExporter, tmp_path: Path) -> Exporter:
    """One with a page of some megabytes, at a limit of 256 open files."""
    keys = ["connections", "cpu", "slow_queries", "replication_lag", "open_files", "aborted_clients"]
    values = "".join(f"    own_{key}: {number + 1}\n" for number, key in enumerate(keys))
    (tmp_path / "conf.d").mkdir()
    tenants = "".join(f"  db-{number}:\n{values}" for number in range(TENANTS))
    (tmp_path / "conf.d" / "all.yaml").write_text(f"tenants:\n{tenants}")
    return start_exporter("--config-dir", tmp_path / "conf.d", open_files=256)


@pytest.fixture
def crowd(exporter: Exporter) -> Iterator[Crowd]:
    crowd = Crowd(exporter.port)
    try:
        yield crowd
    finally:
        crowd.leave()


def own(page: str, name: str) -> float:
    """The exporter's own sample of this name, whose labels may stand in the name."""
    return float(re.findall(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)[0])


def test_scrapes_go_on_and_the_log_stays_short(exporter: Exporter, crowd: Crowd) -> None:
    # What the load has to say is logged after it is served: the last of it says how many are left out.
    exporter.until(lambda: "more findings than are logged" in exporter.logged())
    lines_before = exporter.logged().count("\n")
    begun = time.monotonic()
    scrapes = 0

    def scrape() -> str:
        """One scrape on a connection of its own; the client waits for 10 s, as Prometheus does."""
        nonlocal scrapes
        answer = exporter.request("/metrics")
        assert answer.status == 200
        scrapes += 1
        return answer.body.decode()

    for number in range(HOSTILE):
        crowd.join(number)
        if number % 50 == 49:
            page = scrape()
            assert page.count('component="own"') == 6 * TENANTS
    most = own(page, "threshold_exporter_http_max_connections")
    assert (own(page, "process_max_fds"), most) == (256, 192)
    assert own(page, "threshold_exporter_http_connections") <= most
    assert own(page, "process_open_fds") < 256
    closed = "threshold_exporter_http_connections_closed_total"
    exporter.until(lambda: own(scrape(), f'{closed}{{reason="request_timeout"}}') > 10, 60)
    page = scrape()
    assert own(page, f'{closed}{{reason="limit"}}') >= HOSTILE / 2
    assert crowd.closed() >= HOSTILE - most
    assert scrapes > 20
    said = exporter.logged().splitlines()[lines_before:]
    about = [line for line in said if "connections closed or not accepted" in line]
    assert 1 <= len(about) <= 1 + (time.monotonic() - begun) // 60
    assert said == about
