"""A real ClickHouse server, and what stands between it and Prometheus, for the tests of its pack."""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVER = "clickhouse-server"
CONFIG = """\
<yandex>
  <logger><level>warning</level><log>{home}/server.log</log><errorlog>{home}/server.err.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host><http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>
  <path>{home}/data/</path><tmp_path>{home}/tmp/</tmp_path><users_config>{home}/users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <mark_cache_size>100000000</mark_cache_size>
</yandex>
"""
USERS = """\
<yandex>
  <profiles><default/></profiles><quotas><default/></quotas>
  <users><default>
    <password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
  </default></users>
</yandex>
"""
TABLES = (
    "SELECT database, table, sum(bytes), count(), sum(rows) FROM system.parts WHERE active = 1 "
    "GROUP BY database, table"
)
# Today's servers count their uptime every second, this one once a minute: so it is asked for by itself.
NUMBERS = {
    "metrics": "SELECT metric, value FROM system.metrics",
    "asynchronous_metrics": (
        "SELECT metric, value FROM system.asynchronous_metrics WHERE metric != 'Uptime' "
        "UNION ALL SELECT 'Uptime', toFloat64(uptime())"
    ),
    "events": "SELECT event, value FROM system.events",
}
# Where clickhouse_exporter's names get an underscore (its exporter/exporter.go, toSnake).
WORDS = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")


@dataclass
class Server:
    """A real ClickHouse server that can be ended and started again."""

    stage: Any
    command: list[str]
    port: int

    def start(self) -> None:
        """Start it; it answers a moment later."""
        self.stage.start("clickhouse", *self.command)

    def stop(self) -> None:
        """End it and wait until it is gone."""
        self.stage.end("clickhouse")

    def ask(self, query: str) -> str:
        """Return the answer to a query; an error's text where it is refused.

        Raises:
            ConnectionError: It does not listen.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/", query)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def rows(self, query: str) -> list[list[str]]:
        """Return the rows of an answer."""
        return [line.split("\t") for line in self.ask(query).splitlines()]


def endpoint(server: Server) -> tuple[int, str]:
    """Answer as the server's own Prometheus endpoint would: not at all while the server is down."""
    prefixes = {"metrics": "Metrics", "asynchronous_metrics": "AsyncMetrics", "events": "ProfileEvents"}
    try:
        lines = [
            f"ClickHouse{prefix}_{name.replace('.', '_')} {value}"
            for kind, prefix in prefixes.items()
            for name, value in server.rows(NUMBERS[kind])
        ]
    except ConnectionError:
        return HTTPStatus.SERVICE_UNAVAILABLE, ""
    return HTTPStatus.OK, "\n".join(lines) + "\n"


def exporter(server: Server) -> tuple[int, str]:
    """Answer as clickhouse_exporter would: with ``clickhouse_up 0`` while the server is down."""
    suffixes = {"metrics": "", "asynchronous_metrics": "", "events": "_total"}
    try:
        lines = [
            f"clickhouse_{WORDS.sub('_', name).lower().replace('.', '_')}{suffix} {value}"
            for kind, suffix in suffixes.items()
            for name, value in server.rows(NUMBERS[kind])
        ]
        for database, table, size, parts, rows in server.rows(TABLES):
            labels = f'{{database="{database}",table="{table}"}}'
            lines.append(f"clickhouse_table_parts_bytes{labels} {size}")
            lines.append(f"clickhouse_table_parts_count{labels} {parts}")
            lines.append(f"clickhouse_table_parts_rows{labels} {rows}")
    except ConnectionError:
        return HTTPStatus.OK, "clickhouse_up 0\n"
    return HTTPStatus.OK, "\n".join([*lines, "clickhouse_up 1"]) + "\n"


@pytest.fixture(scope="module")
def server(stage: Any, free_port: Callable[[], int]) -> Server:
    """A running server with an empty database ``shop``."""
    program = shutil.which(SERVER) or shutil.which(SERVER, path="/usr/sbin")
    if program is None:
        pytest.skip(f"{SERVER} is not installed: apt-get install {SERVER}")
    home, http = stage.directory / "clickhouse", free_port()
    for folder in ("data", "tmp"):
        (home / folder).mkdir(parents=True)
    (home / "config.xml").write_text(CONFIG.format(home=home, http=http, tcp=free_port()))
    (home / "users.xml").write_text(USERS)
    running = Server(stage, [program, f"--config-file={home}/config.xml"], http)
    running.start()
    stage.await_up(lambda: running.ask("SELECT 1") == "1\n", "clickhouse")
    running.ask("CREATE DATABASE shop")
    return running


@pytest.fixture(scope="module")
def names(server: Server) -> Iterator[dict[str, int]]:
    """Ports at which the server's numbers are named as by its ``endpoint`` and as by the ``exporter``."""
    serving = {
        "endpoint": _served(lambda: endpoint(server)),
        "exporter": _served(lambda: exporter(server)),
    }
    yield {name: each.server_port for name, each in serving.items()}
    for each in serving.values():
        each.shutdown()
        each.server_close()


def _served(answer: Callable[[], tuple[int, str]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
    return listening
