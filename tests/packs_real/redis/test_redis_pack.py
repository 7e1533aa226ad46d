"""The Redis pack on real servers: Redis, redis_exporter, threshold-exporter and Prometheus.

Two tenants: `shop` has a master and a replica, `grid` one node in cluster mode. The rules are the shipped
ones with `for` and windows of seconds (../conftest.py); thresholds that a small load cannot reach are
lowered in the tenants' files, as tenants do it.

Every alert of the pack is caused here. What is not: a failed write of the append-only file (it takes a full
disk; the other half of RedisPersistenceFailed is caused), NOSCRIPT and other harmless errors, and the names
of exporters after 1.45 (promtool tests them). A regular expression for a queue is tested as soon as the
threshold-exporter expands patterns.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.packs.loading import load_pack
from dynamic_alerting.stack.identity import send_signal

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[3]
SINCE_1_68 = {"redis_max_clients"}
CLOSED_PORT = "1"
SHOP = {
    "_packs": ["redis"],
    "redis_exporters": 2,
    "redis_replicas": 1,
    "redis_memory": "80",
    "redis_replication_lag": 3,
    "redis_replication_lag_bytes": 1_000_000,
    "redis_connected_clients": 20,
    "redis_blocked_clients": 5,
    "redis_evicted_keys": 10,
    "redis_hit_percent": 80,
    "redis_keys{db='db1'}": 100,
    "redis_queue_length": 50,
    "redis_queue_length{queue='email'}": 1000,
    "redis_queue_length{queue=~'bulk-.*'}": 300,
    "redis_queue_length{queue='archive'}": "disable",
}
GRID = {"_packs": ["redis"], "redis_up": "disable"}


@pytest.fixture(scope="module")
def seen(servers: Any, watch: Callable[..., Any]) -> Any:
    shop = [servers.master.exporter_port, servers.replica.exporter_port]
    targets = {"shop": shop, "grid": [servers.node.exporter_port]}
    return watch("redis", targets, {"shop": SHOP, "grid": GRID})


def test_healthy_servers_are_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: seen.prometheus.instant('tenant:redis_replication_link:min{tenant="shop"} == 1'))
    until(lambda: seen.prometheus.instant('tenant:redis_cluster_state:min{tenant="grid"} == 1'))
    until(lambda: not seen.firing())


def test_many_clients_and_long_queues(seen: Any, servers: Any) -> None:
    master = servers.master
    master.ask("CONFIG", "SET", "maxclients", 40)
    master.hold(24)
    master.hold(8, "BLPOP", "nothing", 0)
    lengths = {"email": 1001, "news": 51, "archive": 5000, "bulk-a": 200}
    for queue, length in lengths.items():
        master.ask("RPUSH", queue, *range(length))
    master.many(("SELECT", 1), *(("SET", key, "") for key in range(101)))
    names = ("RedisHighConnections", "RedisBlockedClients", "RedisConnectionsNearLimit/warning")
    seen.await_firing(
        *names, "RedisManyKeys{db=db1}", "RedisQueueLong{queue=email}", "RedisQueueLong{queue=news}"
    )
    assert "RedisQueueLong{queue=archive}" not in seen.firing(), "it is disabled"
    assert "RedisManyKeys{db=db0}" not in seen.firing(), "only db1 has a threshold"

    master.release()
    master.ask("LPOP", "email", 1)
    master.many(("DEL", "news", "archive", "bulk-a"), ("SELECT", 1), ("FLUSHDB",))
    seen.await_resolved()
    assert master.ask("LLEN", "email") == ":1000", "just at its own threshold, far above the base one"
    master.many(("DEL", "email"), ("CONFIG", "SET", "maxclients", 10000))


def test_a_queue_by_regular_expression(seen: Any, servers: Any) -> None:
    if not seen.expands_patterns:
        pytest.skip("this threshold-exporter has no --prometheus.url: patterns are served, but not expanded")
    servers.master.ask("RPUSH", "bulk-b", *range(200))
    servers.master.ask("RPUSH", "bulk-c", *range(301))
    seen.await_firing("RedisQueueLong{queue=bulk-c}", seconds=60)
    seen.await_resolved("RedisQueueLong{queue=bulk-b}", seconds=60)
    servers.master.ask("DEL", "bulk-b", "bulk-c")
    seen.await_resolved()


def test_memory_errors_and_slow_commands(seen: Any, servers: Any) -> None:
    master = servers.master
    master.many(("CONFIG", "SET", "maxmemory", "6mb"), ("CONFIG", "SET", "slowlog-log-slower-than", 1000))
    numbers = iter(range(1_000_000))
    block = "x" * 10_000

    def write() -> None:
        master.many(*(("SET", f"page-{next(numbers)}", block) for _ in range(100)))

    def write_and_crawl() -> None:
        write()
        master.ask("EVAL", "local n = 0 for i = 1, 500000 do n = n + i end return n", 0)

    writing = ("RedisHighMemory", "RedisWritesRefused{err=OOM}", "RedisErrorReplies", "RedisSlowCommands")
    seen.await_firing(*writing, meanwhile=write_and_crawl)

    def write_and_miss() -> None:
        write()
        master.many(*(("GET", f"page-{number}") for number in range(30)))

    master.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    seen.await_firing("RedisKeysEvicted", "RedisLowHitRatio", "RedisCacheTooSmall", meanwhile=write_and_miss)

    master.many(
        ("CONFIG", "SET", "maxmemory", 0), ("CONFIG", "SET", "maxmemory-policy", "noeviction"), ("FLUSHALL",)
    )
    seen.await_resolved()


def test_disk_and_cluster(seen: Any, servers: Any) -> None:
    master, obstacle = servers.master, servers.master.stage.directory / "master" / "dump.rdb"
    obstacle.unlink(missing_ok=True)  # left by the replica's first synchronization
    obstacle.mkdir()
    seen.configure("shop", {**SHOP, "redis_snapshot_age_seconds": 6})
    servers.node.ask("CLUSTER", "DELSLOTS", 7)
    master.ask("CONFIG", "SET", "save", "3600 1000000")

    def save_and_write() -> None:
        master.many(("BGSAVE",), ("SET", "page", "1"))

    causing = (
        "RedisPersistenceFailed",
        "RedisWritesRefused{err=MISCONF}",
        "RedisSnapshotOld",
        "RedisClusterFailed",
    )
    seen.await_firing(*causing, meanwhile=save_and_write)

    obstacle.rmdir()
    servers.node.ask("CLUSTER", "ADDSLOTS", 7)
    for server in (master, servers.replica):  # the oldest of the tenant's counts
        server.ask("BGSAVE")
    seen.await_resolved("RedisSnapshotOld", seconds=5)  # 6 s later it is old again
    seen.configure("shop", SHOP)
    master.ask("CONFIG", "SET", "save", "")
    seen.await_resolved()


def test_replication(seen: Any, servers: Any) -> None:
    master, replica = servers.master, servers.replica
    frozen = replica.stage.children["replica"].identity
    send_signal(frozen, signal.SIGSTOP)
    master.ask("SET", "page", "x" * 2_000_000)
    # Its exporter waits for it longer than a scrape may take.
    seen.await_firing("RedisReplicationLag/warning", "RedisReplicaBehind", "RedisExporterLost")
    send_signal(frozen, signal.SIGCONT)
    seen.await_resolved()

    replica.ask("REPLICAOF", "127.0.0.1", CLOSED_PORT)
    seen.await_firing("RedisReplicationBroken", "RedisReplicasMissing")
    master.ask("CONFIG", "SET", "min-replicas-to-write", 1)
    seen.await_firing("RedisWritesRefused{err=NOREPLICAS}", meanwhile=lambda: master.ask("SET", "page", 1))
    replica.ask("REPLICAOF", "127.0.0.1", master.port)
    seen.await_firing("RedisWritesRefused{err=READONLY}", meanwhile=lambda: replica.ask("SET", "page", 1))
    master.many(("CONFIG", "SET", "min-replicas-to-write", 0), ("DEL", "page"))
    seen.await_resolved()


def test_refused_clients(seen: Any, servers: Any, until: Callable[..., Any]) -> None:
    master = servers.master
    master.ask("CONFIG", "SET", "maxclients", 12)
    master.hold(30)  # the later ones are told to go
    seen.await_firing("RedisDown")  # the exporter is refused like everybody else
    master.release()
    seen.await_firing("RedisConnectionsRejected/critical")
    until(lambda: master.ask("CONFIG", "SET", "maxclients", 10000) == "+OK")
    seen.await_resolved()


def test_restart_and_lost_exporter(seen: Any, servers: Any) -> None:
    master, stage = servers.master, servers.master.stage
    stage.end("master")
    stage.end("node-exporter")
    seen.await_firing("RedisDown/warning", "RedisReplicationBroken", "RedisExporterLost{tenant=grid}")
    assert "RedisDown/critical" not in seen.firing(), "the replica still answers"
    master.start()
    servers.node.start_exporter()
    seen.await_firing("RedisRecentRestart")
    seen.await_resolved()


def test_everything_in_the_pack_was_seen(seen: Any) -> None:
    pack = load_pack(ROOT / "rule-packs" / "redis" / "pack.yaml")
    assert seen.never_seen(pack.metrics) == SINCE_1_68
    assert seen.ever_fired() == {each.alert.name for each in pack.thresholds} | {
        each.name for each in pack.alerts
    }
