"""A real Prometheus scrapes an exporter behind TLS and a password, and sees what the toolkit would show it.

Every story is told twice with the same web configuration file: of threshold-exporter, and of an exporter that
is built with the Prometheus exporter-toolkit itself, mysqld_exporter (without a database, which it reports as
mysql_up 0).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import bcrypt
import pytest

from dynamic_alerting.prometheus.client import Prometheus, Target
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.stack.process import Child, end_all, spawn
from dynamic_alerting.stack.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Authority

pytestmark = pytest.mark.stack

TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
CLIENTS = "  client_ca_file: test-authority.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
USERS = f"basic_auth_users:\n  prometheus: '{bcrypt.hashpw(b's3cret', bcrypt.gensalt(8)).decode()}'\n"
OF_A_CLIENT = ", cert_file: client.pem, key_file: client.key"

#: What each of the two serves when all is well.
SERVES = {
    "threshold-exporter": 'user_threshold{tenant="db-a",component="mysql",metric="connections"}',
    "exporter-toolkit": "mysql_up",
}


class Until(Protocol):
    def __call__(self, look: Callable[[], Any], seconds: float = 30) -> Any: ...


@dataclass
class World:
    """A directory with an exporter, a Prometheus and everything that both read."""

    directory: Path
    exporter: str
    ports: tuple[int, int]
    until: Until
    programs: Programs
    children: list[Child]

    def write_web_config(self, content: str) -> None:
        (self.directory / "web.yml").write_text(content)

    def start_exporter(self) -> None:
        address = f"--web.listen-address=127.0.0.1:{self.ports[0]}"
        command = {
            "threshold-exporter": [
                str(Path(sys.executable).parent / "threshold-exporter"),
                f"--config-file={self.directory / 'tenants.yaml'}",
            ],
            "exporter-toolkit": [
                self.programs.mysqld_exporter,
                f"--config.my-cnf={self.directory / 'my.cnf'}",
            ],
        }[self.exporter]
        command += [address, f"--web.config.file={self.directory / 'web.yml'}"]
        self._start("exporter", command)

    def start_prometheus(self, tls: str = "") -> None:
        (self.directory / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
            "scrape_configs:\n"
            "  - job_name: exporter\n"
            "    scheme: https\n"
            "    basic_auth: {username: prometheus, password_file: password}\n"
            f"    tls_config: {{ca_file: test-authority.pem, server_name: localhost{tls}}}\n"
            f'    static_configs: [{{targets: ["127.0.0.1:{self.ports[0]}"]}}]\n'
        )
        self._start(
            "prometheus",
            [
                self.programs.prometheus,
                f"--config.file={self.directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{self.ports[1]}",
            ],
        )

    def end(self, name: str = "") -> None:
        """Ends a program, or all of them."""
        ending = [child for child in self.children if name in {child.name, ""}]
        end_all([child.identity for child in ending], grace_s=3)
        for child in ending:
            child.popen.wait(5)

    def until_up(self) -> None:
        """Waits until the last scrape was good, and what the exporter serves can be asked for."""
        self.until(lambda: (target := self._target()) is not None and target.health == "up")
        self.until(lambda: self._ask(SERVES[self.exporter]))
        assert self._ask("up") == [1.0]

    def until_down(self, error: str) -> None:
        """Waits until scrapes fail with this error."""
        self.until(lambda: (target := self._target()) is not None and error in target.last_error)
        self.until(lambda: self._ask("up") == [0.0])
        self.until(lambda: self._ask(SERVES[self.exporter]) == [])

    def _start(self, name: str, command: list[str]) -> None:
        self.children.append(spawn(name, command, log=self.directory / f"{name}.log"))

    def _target(self) -> Target | None:
        with Prometheus(f"http://127.0.0.1:{self.ports[1]}") as prometheus:
            try:
                targets = prometheus.targets()
            except ApiError:
                return None
        return targets[0] if targets else None

    def _ask(self, query: str) -> list[float]:
        with Prometheus(f"http://127.0.0.1:{self.ports[1]}") as prometheus:
            return [sample.value for sample in prometheus.instant(query)]


@pytest.fixture(params=SERVES)
def world(
    request: pytest.FixtureRequest, tmp_path: Path, port_base: int, until: Until, authority: Authority
) -> Iterator[World]:
    (tmp_path / "tenants.yaml").write_text("tenants:\n  db-a:\n    mysql_connections: 70\n")
    (tmp_path / "my.cnf").write_text("[client]\nuser=nobody\npassword=x\nhost=127.0.0.1\nport=1\n")
    (tmp_path / "password").write_text("s3cret")
    authority.issue("server")
    told = World(tmp_path, request.param, (port_base, port_base + 1), until, Programs.find(), [])
    try:
        yield told
    finally:
        told.end()


def test_thresholds_arrive_through_tls_and_password(world: World) -> None:
    world.write_web_config(TLS + USERS)
    world.start_exporter()
    world.start_prometheus()
    world.until_up()


def test_a_wrong_password_is_401_until_it_is_right(world: World) -> None:
    world.write_web_config(TLS + USERS)
    (world.directory / "password").write_text("wrong")
    world.start_exporter()
    world.start_prometheus()
    world.until_down("server returned HTTP status 401 Unauthorized")
    (world.directory / "password").write_text("s3cret")
    world.until_up()


def test_an_expired_certificate_is_refused_by_prometheus_until_it_is_renewed_without_a_restart(
    world: World, authority: Authority
) -> None:
    authority.issue("server", until=-timedelta(hours=1))
    world.write_web_config(TLS + USERS)
    world.start_exporter()
    world.start_prometheus()
    world.until_down("x509: certificate has expired or is not yet valid")
    authority.issue("server")
    world.until_up()


def test_a_file_that_broke_is_500_on_open_connections_and_an_alert_on_new_ones(world: World) -> None:
    world.write_web_config(TLS + USERS)
    world.start_exporter()
    world.start_prometheus()
    world.until_up()
    world.write_web_config(TLS + USERS + "basic_auth: {}\n")
    world.until_down("server returned HTTP status 500 Internal Server Error")
    world.end("prometheus")
    world.start_prometheus()
    world.until_down("remote error: tls: internal error")
    world.write_web_config(TLS + USERS)
    world.until_up()


def test_a_certificate_file_that_is_gone_is_an_alert_on_new_connections(world: World) -> None:
    world.write_web_config(TLS + USERS)
    world.start_exporter()
    key = world.directory / "server.key"
    world.until(lambda: "istening" in (world.directory / "exporter.log").read_text())
    key.rename(key.with_suffix(".away"))
    world.start_prometheus()
    world.until_down("remote error: tls: internal error")
    key.with_suffix(".away").rename(key)
    world.until_up()


def test_prometheus_without_a_certificate_is_refused_and_with_one_is_not(
    world: World, authority: Authority
) -> None:
    authority.issue("client", client=True)
    world.write_web_config(TLS + CLIENTS + USERS)
    world.start_exporter()
    world.start_prometheus()
    world.until_down("remote error: tls: ")
    world.end("prometheus")
    world.start_prometheus(OF_A_CLIENT)
    world.until_up()


def test_a_file_that_is_broken_at_the_start_ends_the_program(world: World) -> None:
    world.write_web_config("tls_server_config: {cert_files: server.pem}\n")
    world.start_exporter()
    exporter = world.children[0]
    world.until(lambda: exporter.popen.poll() is not None)
    assert exporter.popen.returncode != 0
    assert "cert_files" in exporter.log.read_text()
