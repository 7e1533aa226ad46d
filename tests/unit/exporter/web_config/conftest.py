"""The real program behind TLS and passwords, and clients that say exactly what happened to them."""

from __future__ import annotations

import http.client
import os
import re
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import bcrypt
import pytest

if TYPE_CHECKING:
    from tests.conftest import Authority, Issued

PROGRAM = Path(sys.executable).parent / "threshold-exporter"


@dataclass(frozen=True)
class Answer:
    """What a client got, and over which TLS version (None for plain HTTP)."""

    status: int
    headers: Mapping[str, str]
    body: str
    version: str | None = None


@dataclass
class Behind:
    """A running exporter with a web configuration file."""

    process: subprocess.Popen[bytes]
    log: Path
    web_config: Path
    authority: Authority
    port: int = 0
    connections: list[http.client.HTTPConnection] = field(default_factory=list)

    def trust(self, client: Issued | None = None) -> ssl.SSLContext:
        """A client's TLS settings: trusting the test's authority, perhaps with a certificate of its own."""
        context = ssl.create_default_context(cafile=str(self.authority.cert))
        if client is not None:
            context.load_cert_chain(client.cert, client.key)
        return context

    def connect(self, context: ssl.SSLContext | None = None) -> http.client.HTTPSConnection:
        """A TLS connection, which stays open."""
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=10, context=context or self.trust()
        )
        self.connections.append(connection)
        connection.connect()
        return connection

    def get(
        self,
        path: str = "/ready",
        *,
        login: tuple[str, str] | None = None,
        context: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a TLS connection of its own."""
        return self.ask(self.connect(context), path, login=login, headers=headers)

    def get_plain(
        self,
        path: str = "/ready",
        *,
        login: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request over plain HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.connections.append(connection)
        return self.ask(connection, path, login=login, headers=headers)

    def ask(
        self,
        connection: http.client.HTTPConnection,
        path: str = "/ready",
        *,
        login: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection that may be open already."""
        sent = dict(headers or {})
        if login is not None:
            sent["Authorization"] = "Basic " + b64encode(":".join(login).encode()).decode()
        connection.request("GET", path, headers=sent)
        version = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else None
        response = connection.getresponse()
        body = response.read().decode()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body, version)

    def logged(self) -> str:
        return self.log.read_text()

    def until_logged(self, pattern: str) -> re.Match[str]:
        """Waits for a log line."""
        deadline = time.monotonic() + 30
        while not (found := re.search(pattern, self.logged())):
            assert self.process.poll() is None, self.logged()
            assert time.monotonic() < deadline, self.logged()
            time.sleep(0.02)
        return found


StartBehind = Callable[..., Behind]


@pytest.fixture
def start_behind(tmp_path: Path, conf_d: Path, authority: Authority) -> Iterator[StartBehind]:
    """Starts the program with a web configuration file of some content, and ends it afterwards."""
    started: list[Behind] = []
    environment = {name: text for name, text in os.environ.items() if not name.startswith("THRESHOLD_")}

    def start(content: str, open_files: int | None = None, **more: str) -> Behind:
        web_config, log = tmp_path / "web.yml", tmp_path / f"exporter-{len(started)}.log"
        web_config.write_text(content)
        command = [PROGRAM, "--config-dir", conf_d, "--web.config.file", web_config]
        command += ["--web.listen-address", "127.0.0.1:0"]
        if open_files is not None:
            command = ["bash", "-c", f'ulimit -n {open_files} && exec "$0" "$@"', *command]
        with log.open("wb") as stream:
            process = subprocess.Popen(list(map(str, command)), stderr=stream, env=environment | more)
        behind = Behind(process, log, web_config, authority)
        started.append(behind)
        behind.port = int(behind.until_logged(r"listening address=\S*:(\d+)")[1])
        behind.until_logged("configuration loaded")
        return behind

    try:
        yield start
    finally:
        for behind in started:
            for connection in behind.connections:
                connection.close()
            behind.process.kill()
            behind.process.wait(10)


@pytest.fixture
def server(authority: Authority) -> Issued:
    """A certificate for the exporter: server.pem and server.key, beside the web configuration file."""
    return authority.issue("server")


Hash = Callable[..., str]


@pytest.fixture(scope="session")
def hash_of() -> Hash:
    """Makes a bcrypt hash, of a low cost because tests are many."""

    def make(password: str, cost: int = 4) -> str:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()

    return make
