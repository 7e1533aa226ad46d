"""The PostgreSQL pack on real servers: PostgreSQL, postgres_exporter, threshold-exporter and Prometheus.

One tenant with a primary and a streaming standby. The rules are the shipped ones with `for` and windows of seconds
(conftest.py); thresholds that a small load cannot reach are lowered in the tenant's file, as tenants do it. The
exporter is an old one (Debian 12 has 0.11.1), so it runs with the queries.yaml that is shipped beside the pack.

Every alert of the pack is caused here. What is not: the names of exporters after 0.13 and of PostgreSQL 17
(promtool tests them), and an age of transactions that is really dangerous, which takes days.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.stack.identity import send_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "rule-packs" / "postgresql" / "queries.yaml"
OTHER_VERSIONS = {"pg_replication_lag", "pg_stat_checkpointer_num_requested_total"}
MIB = 1024 * 1024
SHOP = {
    "_packs": ["postgresql"],
    "pg_exporters": 2,
    "pg_standbys": 1,
    "pg_replication_lag": 2,
    "pg_standby_lag_bytes": 1 * MIB,
    "pg_slot_retained_bytes": 2 * MIB,
    "pg_connections": 10,
    "pg_idle_in_transaction_seconds": 2,
    "pg_transaction_seconds": 2,
    "pg_lock_usage_percent": 20,
    "pg_temp_writes": 1_000_000,
    "pg_wal_size_bytes": 40 * MIB,
    "pg_database_size_bytes{datname='app'}": 60 * MIB,
    "pg_transaction_age{datname='app'}": 1_000,
}
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
def servers(
    stage: Any, program: Callable[..., str], free_port: Callable[[], int], until: Callable[..., Any]
) -> Iterator[Servers]:
    debian = tuple(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    binaries = Path(program("postgres", package="postgresql", directories=debian)).resolve().parent
    exporter = program("prometheus-postgres-exporter", "postgres_exporter", package="prometheus-postgres-exporter")
    if os.geteuid() == 0:
        shutil.chown(stage.directory, "nobody")

    def make(name: str) -> Postgres:
        return Postgres(stage, name, free_port(), free_port(), binaries, exporter)

    primary, standby, switch = make("primary"), make("standby"), stage.directory / "archive-fails"
    primary.run("initdb", "-D", primary.data, "-U", "postgres", "-A", "trust", "-N", "--wal-segsize=1")
    with (primary.data / "postgresql.conf").open("a") as settings:
        settings.write(f"{SERVER}archive_command = 'test ! -e {switch}'\n")
    primary.start()
    until(primary.is_up)
    _create(primary)
    source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby1"
    standby.run("pg_basebackup", "-d", source, "-D", standby.data, "-R", "-C", "-S", "standby1", "-c", "fast")
    standby.start()
    until(standby.is_up)
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


@pytest.fixture(scope="module")
def seen(servers: Servers, watch: Callable[..., Any]) -> Any:
    targets = {"shop": [servers.primary.exporter_port, servers.standby.exporter_port]}
    # While its server is down, this exporter takes a little more than a second for each answer.
    return watch("postgresql", targets, {"shop": SHOP}, scrape_s=2)


def test_healthy_servers_are_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: seen.prometheus.instant('tenant:pg_standbys:max{tenant="shop"} == 1'))
    until(lambda: seen.prometheus.instant('tenant:pg_replication_slot_active:min{slot_name="standby1"} == 1'))
    until(lambda: not seen.firing())


def test_sessions_and_locks(seen: Any, servers: Servers) -> None:
    primary = servers.primary
    tables = ", ".join(f"part_{number}" for number in range(1, 301))
    primary.hold(f"BEGIN; LOCK TABLE {tables} IN ACCESS SHARE MODE; UPDATE small SET id = 2;")
    primary.hold("SELECT pg_sleep(60);")
    for _ in range(13):  # they wait for the row of the first
        primary.hold("UPDATE small SET id = 3;")
    names = ("PostgreSQLHighConnections", "PostgreSQLIdleInTransaction", "PostgreSQLLongTransaction")
    causing = [f"{name}{{datname=app}}" for name in (*names, "PostgreSQLBlockedByIdleTransaction")]
    seen.await_firing(*causing, "PostgreSQLConnectionsNearLimit/warning", "PostgreSQLLockTableFilling")
    primary.release()
    seen.await_resolved()


def test_errors_and_wasted_work(seen: Any, servers: Servers) -> None:
    primary = servers.primary
    servers.archive_fails.touch()
    primary.ask("INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 60000); SELECT pg_switch_wal();")

    def deadlock() -> None:
        for first, second in ((1, 2), (2, 1)):
            locks = f"BEGIN; SELECT pg_advisory_xact_lock({first}); SELECT pg_sleep(0.3);"
            primary.hold(f"{locks} SELECT pg_advisory_xact_lock({second}); COMMIT;")

    def waste() -> None:
        deadlock()
        primary.ask("SET work_mem = '64kB'; SELECT count(*) FROM (SELECT row FROM large ORDER BY row) AS sorted;")
        primary.ask("BEGIN; SELECT 1; ROLLBACK;" * 20 + "CHECKPOINT; SELECT count(*) FROM large;")
        primary.release()

    names = ("Deadlocks", "ManyRollbacks", "TemporaryFiles", "LowCacheHitRatio", "LargeDatabase")
    causing = [f"PostgreSQL{name}{{datname=app}}" for name in names]
    seen.await_firing(*causing, "PostgreSQLManyCheckpoints", "PostgreSQLArchivingFails", meanwhile=waste)
    seen.await_firing("PostgreSQLLargeWAL")  # what is not archived is kept

    def clean_up() -> None:
        # A new segment wakes the archiver up, which otherwise waits a minute before it tries again.
        primary.ask("INSERT INTO large VALUES (''); SELECT pg_switch_wal(); CHECKPOINT;")
        servers.standby.ask("CHECKPOINT")

    servers.archive_fails.unlink()
    primary.ask("TRUNCATE large")
    seen.await_resolved("PostgreSQLLargeWAL", meanwhile=clean_up)
    seen.await_resolved()


def test_transaction_age(seen: Any, servers: Servers) -> None:
    primary = servers.primary
    primary.ask("SELECT txid_current();" * 1_100)
    seen.await_firing("PostgreSQLWraparoundNear{datname=app}")
    primary.ask("VACUUM (FREEZE)")
    seen.await_resolved()


def test_standby(seen: Any, servers: Servers) -> None:
    primary, standby = servers.primary, servers.standby
    standby.ask("SELECT pg_wal_replay_pause()")
    primary.ask("INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
    seen.await_firing("PostgreSQLReplicationLag/warning", "PostgreSQLStandbyBehind{application_name=standby1}")
    standby.ask("SELECT pg_wal_replay_resume()")
    seen.await_resolved()

    def conflict() -> None:
        standby.hold("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM small; SELECT pg_sleep(5);")
        primary.ask("SELECT pg_sleep(0.3); UPDATE small SET id = id + 1; VACUUM small; SELECT pg_sleep(0.3);")
        standby.release()  # a session reports its statistics when it ends

    seen.await_firing("PostgreSQLRecoveryConflicts{datname=app}", meanwhile=conflict)

    standby.stop()
    primary.ask("INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
    slot = ("PostgreSQLReplicationSlotIdle{slot_name=standby1}", "PostgreSQLSlotRetainsWAL{slot_name=standby1}")
    seen.await_firing("PostgreSQLDown/critical", "PostgreSQLStandbyMissing", *slot)
    standby.start()
    seen.await_firing("PostgreSQLRecentRestart")
    standby.stage.end("standby-exporter")
    seen.await_firing("PostgreSQLExporterLost")
    standby.start_exporter()
    seen.await_resolved()


def test_everything_in_the_pack_was_seen(seen: Any) -> None:
    (pack,) = [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack == "postgresql"]
    assert seen.never_seen(pack.metrics) == OTHER_VERSIONS
    assert seen.ever_fired() == {each.alert.name for each in pack.thresholds} | {each.name for each in pack.alerts}
