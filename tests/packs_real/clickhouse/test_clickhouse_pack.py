"""The ClickHouse pack on a real server (Debian's 18.16), threshold-exporter and Prometheus.

Real are the server, its numbers and the load. What Debian has is older than ClickHouse's own Prometheus
endpoint and has no clickhouse_exporter, so conftest.py stands in for both and names the numbers by their
rules: tenant `grid` as the endpoint does, tenant `shop` as the exporter does. The rules are the shipped ones
with `for` and windows of seconds (../conftest.py); thresholds that a small load cannot reach are lowered.

Not caused here, for want of replicas, Keeper, or numbers that 18.16 does not have: read-only replicas, data
loss, lag and queue of replication, Keeper errors, memory, the merge pool, slow and failed queries, files of
Distributed tables, disks. promtool tests these.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.stack

NEVER_MERGED = (
    "CREATE TABLE shop.events (day Date, v UInt64) ENGINE = MergeTree PARTITION BY day ORDER BY v "
    "SETTINGS parts_to_delay_insert = 10, parts_to_throw_insert = 20, max_delay_to_insert = 1"
)
LOWERED = {
    "_packs": ["clickhouse"],
    "clickhouse_parts": 15,
    "clickhouse_queries": 3,
    "clickhouse_connections": 3,
}
SHOP = {
    **LOWERED,
    'clickhouse_table_parts{table="events"}': 10,
    'clickhouse_table_bytes{database="shop",table="events"}': 1000,
}
SECONDS_TO_COUNT_PARTS = 75  # the server counts them once a minute
TENANTS = ("shop", "grid")


@pytest.fixture(scope="module")
def seen(watch: Callable[..., Any], names: dict[str, int]) -> Any:
    targets = {"shop": [names["exporter"]], "grid": [names["endpoint"]]}
    return watch("clickhouse", targets, {"shop": SHOP, "grid": LOWERED})


def both(seen: Any, *alerts: str) -> bool:
    """Whether each of the alerts fires for both tenants now."""
    firing = seen.firing()
    return all(f"{alert}{{tenant={tenant}}}" in firing for alert in alerts for tenant in TENANTS)


def test_a_healthy_server_is_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: len(seen.prometheus.instant("tenant:clickhouse_up:min == 1")) == len(TENANTS))
    assert not seen.firing()


def test_many_queries_and_connections(seen: Any, server: Any, until: Callable[..., Any]) -> None:
    def load() -> bool:
        waiting = [threading.Thread(target=server.ask, args=("SELECT sleep(3)",)) for _ in range(6)]
        for each in waiting:
            each.start()
        for each in waiting:
            each.join(timeout=2)
            if both(seen, "ClickHouseManyQueries", "ClickHouseHighConnections"):
                reached.append(True)
        return bool(reached)

    reached: list[bool] = []
    until(load, seconds=90)
    seen.await_resolved()


def test_a_shard_that_cannot_be_reached(seen: Any, server: Any, until: Callable[..., Any]) -> None:
    def look() -> bool:
        server.ask("SELECT * FROM remote('127.0.0.1:1', system.one)")
        return both(seen, "ClickHouseShardUnreachable")

    until(look, seconds=40)
    seen.await_resolved()


def test_inserts_that_merges_do_not_keep_up_with(seen: Any, server: Any, until: Callable[..., Any]) -> None:
    server.ask(NEVER_MERGED)
    server.ask("SYSTEM STOP MERGES")  # of the tables that there are
    insert = "INSERT INTO shop.events VALUES (today(), 1)"
    assert "Too many parts" in "".join(server.ask(insert) for _ in range(25))

    def look() -> bool:
        server.ask(insert)
        return both(seen, "ClickHouseInsertsRejected", "ClickHouseTooManyParts")

    until(look, seconds=SECONDS_TO_COUNT_PARTS)
    assert {"ClickHouseTableParts{table=events}", "ClickHouseTableLarge{database=shop}"} <= seen.firing()
    fired = seen.ever_fired()
    assert "ClickHouseInsertsDelayed" in fired


def test_merges_lose_against_inserts(seen: Any, server: Any, until: Callable[..., Any]) -> None:
    """Slowed down are inserts between the two limits, so the upper one is moved out of the way."""
    server.ask("DROP TABLE shop.events")
    server.ask(NEVER_MERGED.replace("parts_to_throw_insert = 20", "parts_to_throw_insert = 2000"))
    server.ask("SYSTEM STOP MERGES")

    def look() -> bool:
        server.ask("INSERT INTO shop.events VALUES (today(), 1)")
        return both(seen, "ClickHouseIngestOverloaded", "ClickHouseInsertsDelayed")

    until(look, seconds=SECONDS_TO_COUNT_PARTS)
    server.ask("DROP TABLE shop.events")
    server.ask("SYSTEM START MERGES")
    seen.await_resolved(seconds=SECONDS_TO_COUNT_PARTS)


def test_a_restart(seen: Any, server: Any, until: Callable[..., Any]) -> None:
    server.stop()
    server.start()
    until(lambda: both(seen, "ClickHouseRecentRestart"))
    seen.await_resolved()


def test_a_server_that_is_down_is_known_for_as_long_as_it_is_down(
    seen: Any, server: Any, until: Callable[..., Any]
) -> None:
    server.stop()
    until(lambda: both(seen, "ClickHouseDown", "ClickHouseExporterLost"))
    remembered = 'min_over_time((tenant:clickhouse_server:up{tenant="grid"} == 0)[20s:1s])'
    until(lambda: seen.prometheus.instant(remembered) and both(seen, "ClickHouseDown"), seconds=30)
    server.start()
    seen.await_resolved()
