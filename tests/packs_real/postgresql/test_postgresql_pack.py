"""The PostgreSQL pack on real servers: PostgreSQL, postgres_exporter, threshold-exporter and Prometheus.

One tenant with a primary and a streaming standby. The rules are the shipped ones with `for` and windows of
seconds (../conftest.py); thresholds that a small load cannot reach are lowered in the tenant's file, as
tenants do it. The exporter is an old one (Debian 12 has 0.11.1), so it runs with the queries.yaml that is
shipped beside the pack.

Every alert of the pack is caused here. What is not: the names of exporters after 0.13 and of PostgreSQL 17
(promtool tests them), and an age of transactions that is really dangerous, which takes days.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.packs.loading import load_pack

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[3]
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


@pytest.fixture(scope="module")
def seen(servers: Any, watch: Callable[..., Any]) -> Any:
    targets = {"shop": [servers.primary.exporter_port, servers.standby.exporter_port]}
    # While its server is down, this exporter takes a little more than a second for each answer.
    return watch("postgresql", targets, {"shop": SHOP}, scrape_s=2)


def test_healthy_servers_are_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: seen.prometheus.instant('tenant:pg_standbys:max{tenant="shop"} == 1'))
    until(lambda: seen.prometheus.instant('tenant:pg_replication_slot_active:min{slot_name="standby1"} == 1'))
    until(lambda: not seen.firing())


def test_sessions_and_locks(seen: Any, servers: Any) -> None:
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


def test_errors_and_wasted_work(seen: Any, servers: Any) -> None:
    primary = servers.primary
    servers.archive_fails.touch()
    primary.ask(
        "INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 60000); SELECT pg_switch_wal();"
    )

    def deadlock() -> None:
        for first, second in ((1, 2), (2, 1)):
            locks = f"BEGIN; SELECT pg_advisory_xact_lock({first}); SELECT pg_sleep(0.3);"
            primary.hold(f"{locks} SELECT pg_advisory_xact_lock({second}); COMMIT;")

    def waste() -> None:
        deadlock()
        primary.ask(
            "SET work_mem = '64kB'; SELECT count(*) FROM (SELECT row FROM large ORDER BY row) AS sorted;"
        )
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


def test_transaction_age(seen: Any, servers: Any) -> None:
    primary = servers.primary
    primary.ask("SELECT txid_current();" * 1_100)
    seen.await_firing("PostgreSQLWraparoundNear{datname=app}")
    primary.ask("VACUUM (FREEZE)")
    seen.await_resolved()


def test_standby(seen: Any, servers: Any) -> None:
    primary, standby = servers.primary, servers.standby
    standby.ask("SELECT pg_wal_replay_pause()")
    primary.ask("INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
    seen.await_firing(
        "PostgreSQLReplicationLag/warning", "PostgreSQLStandbyBehind{application_name=standby1}"
    )
    standby.ask("SELECT pg_wal_replay_resume()")
    seen.await_resolved()

    def conflict() -> None:
        standby.hold("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM small; SELECT pg_sleep(5);")
        primary.ask("SELECT pg_sleep(0.3); UPDATE small SET id = id + 1; VACUUM small; SELECT pg_sleep(0.3);")
        standby.release()  # a session reports its statistics when it ends

    seen.await_firing("PostgreSQLRecoveryConflicts{datname=app}", meanwhile=conflict)

    standby.stop()
    primary.ask("INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
    slot = (
        "PostgreSQLReplicationSlotIdle{slot_name=standby1}",
        "PostgreSQLSlotRetainsWAL{slot_name=standby1}",
    )
    seen.await_firing("PostgreSQLDown/warning", "PostgreSQLStandbyMissing", *slot)
    assert "PostgreSQLDown/critical" not in seen.firing(), "the primary still answers"
    standby.start()
    seen.await_firing("PostgreSQLRecentRestart")
    standby.stage.end("standby-exporter")
    seen.await_firing("PostgreSQLExporterLost")
    standby.start_exporter()
    seen.await_resolved()


def test_everything_in_the_pack_was_seen(seen: Any) -> None:
    pack = load_pack(ROOT / "rule-packs" / "postgresql" / "pack.yaml")
    assert seen.never_seen(pack.metrics) == OTHER_VERSIONS
    assert seen.ever_fired() == {each.alert.name for each in pack.thresholds} | {
        each.name for each in pack.alerts
    }
