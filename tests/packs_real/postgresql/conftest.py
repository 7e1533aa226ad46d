"""A PostgreSQL primary with a standby, and their exporters, for the tests of the PostgreSQL pack."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.stack.identity import send_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUERIES = Path(__file__).parents[3] / "rule-packs" / "postgresql" / "queries.yaml"
SERVER = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
max_connections = 20
shared_buffers = 1MB
deadlock_timeout = 100ms
max_standby_streaming_delay = 0
max_wal_size = 16MB
min_wal_size = 2MB
autovacuum = off
archive_mode = on
"""


@dataclass
class Postgres:
    """A PostgreSQL server, its exporter, and sessions that are kept open."""

    stage: Any
    name: str
    port: int
    exporter_port: int
    bin: Path
    exporter: str
    sessions: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        directory: Path = self.stage.directory / self.name
        return directory

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's own programs to its end, as the user who owns the data."""
        command = [*_as_owner(), str(self.bin / program), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=self.stage.directory)

    def start(self) -> None:
        command = [*_as_owner(), str(self.bin / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        self.stage.start(self.name, *command)

    def stop(self) -> None:
        """Stop it without waiting for its clients."""
        send_signal(self.stage.children[self.name].identity, signal.SIGINT)
        self.stage.end(self.name)

    def start_exporter(self) -> None:
        source = f"DATA_SOURCE_NAME=postgresql://postgres@127.0.0.1:{self.port}/postgres?sslmode=disable"
        listen = f"--web.listen-address=127.0.0.1:{self.exporter_port}"
        command = ["env", source, self.exporter, listen, f"--extend.query-path={QUERIES}"]
        self.stage.start(f"{self.name}-exporter", *command)

    def psql(self, *options: str) -> list[str]:
        to = f"postgresql://postgres@127.0.0.1:{self.port}/app"
        return [str(self.bin / "psql"), "--no-psqlrc", "-qAt", *options, to]

    def ask(self, sql: str, *, may_fail: bool = False) -> str:
        """Run statements, each as a transaction of its own, in the database `app`."""
        stop = "0" if may_fail else "1"
        command = self.psql("-v", f"ON_ERROR_STOP={stop}")
        done = subprocess.run(
            command, input=sql, text=True, capture_output=True, timeout=60, check=not may_fail
        )
        return done.stdout.strip()

    def hold(self, sql: str) -> None:
        """Open a session that says this and then waits."""
        quiet = subprocess.DEVNULL
        session = subprocess.Popen(self.psql(), stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        self.sessions.append(session)
        assert session.stdin is not None
        session.stdin.write(f"{sql}\n".encode())
        session.stdin.flush()

    def release(self) -> None:
        """End the sessions, also those that are busy."""
        own = "datname = 'app' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")
        self.hang_up()

    def hang_up(self) -> None:
        """End the programs at this end of the sessions."""
        while self.sessions:
            session = self.sessions.pop()
            session.terminate()
            session.communicate()

    def is_up(self) -> bool:
        command = [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


def _as_owner() -> list[str]:
    # The server refuses to run as root. pdeathsig: it must not outlive this process, whatever happens.
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=KILL", "--"]


@dataclass
class Servers:
    primary: Postgres
    standby: Postgres
    archive_fails: Path


@pytest.fixture(scope="module")
def servers(stage: Any, program: Callable[..., str], free_port: Callable[[], int]) -> Iterator[Servers]:
    debian = tuple(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    binaries = Path(program("postgres", package="postgresql", directories=debian)).resolve().parent
    exporter = program(
        "prometheus-postgres-exporter", "postgres_exporter", package="prometheus-postgres-exporter"
    )
    if os.geteuid() == 0:
        shutil.chown(stage.directory, "nobody")

    def make(name: str) -> Postgres:
        return Postgres(stage, name, free_port(), free_port(), binaries, exporter)

    primary, standby, switch = make("primary"), make("standby"), stage.directory / "archive-fails"
    primary.run("initdb", "-D", primary.data, "-U", "postgres", "-A", "trust", "-N", "--wal-segsize=1")
    with (primary.data / "postgresql.conf").open("a") as settings:
        settings.write(f"{SERVER}archive_command = 'test ! -e {switch}'\n")
    primary.start()
    stage.await_up(primary.is_up, primary.name)
    _create(primary)
    source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby1"
    standby.run("pg_basebackup", "-d", source, "-D", standby.data, "-R", "-C", "-S", "standby1", "-c", "fast")
    standby.start()
    stage.await_up(standby.is_up, standby.name)
    for each in (primary, standby):
        each.start_exporter()
    yield Servers(primary, standby, switch)
    for each in (primary, standby):
        each.hang_up()
        if each.name in stage.children:
            each.stop()


def _create(primary: Postgres) -> None:
    command = primary.psql("-c", "CREATE DATABASE app")
    command[-1] = command[-1].replace("/app", "/postgres")
    subprocess.run(command, check=True, capture_output=True)
    tables = "SELECT format('CREATE TABLE part_%s ()', n) FROM generate_series(1, 300) n \\gexec\n"
    primary.ask(f"{tables} CREATE TABLE small AS SELECT 1 AS id; CREATE TABLE large (row text);")
