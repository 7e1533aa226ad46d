"""The Redis pack on real servers: Redis, redis_exporter, threshold-exporter and Prometheus.

Two tenants: `shop` has a master and a replica, `grid` one node in cluster mode. The rules are the shipped ones
with `for` and windows of seconds (conftest.py); thresholds that a small load cannot reach are lowered in the
tenants' files, as tenants do it.

Every alert of the pack is caused here. What is not: a failed write of the append-only file (it takes a full disk;
the other half of RedisPersistenceFailed is caused), NOSCRIPT and other harmless errors, and the names of exporters
after 1.45 (promtool tests them). A regular expression for a queue is tested as soon as the threshold-exporter
expands patterns.
"""

from __future__ import annotations

import signal
import socket
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
SINCE_1_68 = {"redis_max_clients"}
CLOSED_PORT = "1"
SHOP = {
    "_packs": ["redis"],
    "redis_exporters": 2,
    "redis_replicas": 1,
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


class Connection:
    """One connection to a Redis server, speaking its protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/)."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.lines = self.socket.makefile("rb")

    def send(self, *words: object) -> None:
        """Send a command and wait for nothing."""
        parts = [str(word).encode() for word in words]
        sized = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self.socket.sendall(b"*%d\r\n%s" % (len(parts), sized))

    def ask(self, *words: object) -> str:
        """Send a command; the answer, or of a longer one the first line. Errors begin with `-`."""
        self.send(*words)
        first = self.lines.readline().decode().strip()
        if first.startswith("$") and first != "$-1":
            return self.lines.read(int(first[1:]) + 2).decode().strip()
        return first

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


@dataclass
class Redis:
    """A Redis server and its exporter."""

    stage: Any
    name: str
    port: int
    exporter_port: int
    command: list[str]
    exporter_command: list[str]
    open: list[Connection] = field(default_factory=list)

    def start(self) -> None:
        self.stage.start(self.name, *self.command)

    def start_exporter(self) -> None:
        self.stage.start(f"{self.name}-exporter", *self.exporter_command)

    def ask(self, *words: object) -> str:
        """Ask once, on a connection of its own."""
        connection = Connection(self.port)
        try:
            return connection.ask(*words)
        finally:
            connection.close()

    def many(self, *commands: tuple[object, ...]) -> list[str]:
        connection = Connection(self.port)
        try:
            return [connection.ask(*command) for command in commands]
        finally:
            connection.close()

    def hold(self, count: int, *words: object) -> None:
        """Keep connections open, each waiting in a command if one is given."""
        for _ in range(count):
            self.open.append(Connection(self.port))
            if words:
                self.open[-1].send(*words)

    def release(self) -> None:
        while self.open:
            self.open.pop().close()


@dataclass
class Servers:
    master: Redis
    replica: Redis
    node: Redis

    def all(self) -> tuple[Redis, ...]:
        return (self.master, self.replica, self.node)


@pytest.fixture(scope="module")
def servers(
    stage: Any, program: Callable[..., str], free_port: Callable[[], int], until: Callable[..., Any]
) -> Iterator[Servers]:
    redis = program("redis-server", package="redis-server")
    exporter = program("prometheus-redis-exporter", "redis_exporter", package="prometheus-redis-exporter")

    def make(name: str, *options: str, keys: str = "") -> Redis:
        port, exporter_port = free_port(), free_port()
        home = stage.directory / name
        home.mkdir()
        own = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(home), "--save", ""]
        address = [f"-redis.addr=redis://127.0.0.1:{port}", f"-web.listen-address=127.0.0.1:{exporter_port}"]
        watched = [f"-check-keys={keys}"] if keys else []
        command, observed = [redis, *own, *options], [exporter, *address, *watched]
        return Redis(stage, name, port, exporter_port, command, observed)

    master = make("master", "--repl-diskless-sync-delay", "0", keys="db0=email,db0=news,db0=archive,db0=bulk-*")
    replica = make("replica", "--replicaof", "127.0.0.1", str(master.port))
    node = make("node", "--cluster-enabled", "yes")
    running = Servers(master, replica, node)
    for each in running.all():
        each.start()
        each.start_exporter()
    for each in running.all():
        until(lambda each=each: each.ask("PING") == "+PONG")
    node.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    until(lambda: "master_link_status:up" in replica.ask("INFO", "replication"))
    yield running
    for each in running.all():
        each.release()


@pytest.fixture(scope="module")
def seen(servers: Servers, watch: Callable[..., Any]) -> Any:
    shop = [servers.master.exporter_port, servers.replica.exporter_port]
    targets = {"shop": shop, "grid": [servers.node.exporter_port]}
    return watch("redis", targets, {"shop": SHOP, "grid": GRID})


def test_healthy_servers_are_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: seen.prometheus.instant('tenant:redis_replication_link:min{tenant="shop"} == 1'))
    until(lambda: seen.prometheus.instant('tenant:redis_cluster_state:min{tenant="grid"} == 1'))
    until(lambda: not seen.firing())


def test_many_clients_and_long_queues(seen: Any, servers: Servers) -> None:
    master = servers.master
    master.ask("CONFIG", "SET", "maxclients", 40)
    master.hold(24)
    master.hold(8, "BLPOP", "nothing", 0)
    lengths = {"email": 1001, "news": 51, "archive": 5000, "bulk-a": 200}
    for queue, length in lengths.items():
        master.ask("RPUSH", queue, *range(length))
    master.many(("SELECT", 1), *(("SET", key, "") for key in range(101)))
    names = ("RedisHighConnections", "RedisBlockedClients", "RedisConnectionsNearLimit/warning")
    seen.await_firing(*names, "RedisManyKeys{db=db1}", "RedisQueueLong{queue=email}", "RedisQueueLong{queue=news}")
    assert "RedisQueueLong{queue=archive}" not in seen.firing(), "it is disabled"
    assert "RedisManyKeys{db=db0}" not in seen.firing(), "only db1 has a threshold"

    master.release()
    master.ask("LPOP", "email", 1)
    master.many(("DEL", "news", "archive", "bulk-a"), ("SELECT", 1), ("FLUSHDB",))
    seen.await_resolved()
    assert master.ask("LLEN", "email") == ":1000", "just at its own threshold, far above the base one"
    master.many(("DEL", "email"), ("CONFIG", "SET", "maxclients", 10000))


def test_a_queue_by_regular_expression(seen: Any, servers: Servers) -> None:
    if not seen.expands_patterns:
        pytest.skip("this threshold-exporter has no --prometheus.url: patterns are served, but not expanded")
    servers.master.ask("RPUSH", "bulk-b", *range(200))
    servers.master.ask("RPUSH", "bulk-c", *range(301))
    seen.await_firing("RedisQueueLong{queue=bulk-c}", seconds=60)
    seen.await_resolved("RedisQueueLong{queue=bulk-b}", seconds=60)
    servers.master.ask("DEL", "bulk-b", "bulk-c")
    seen.await_resolved()


def test_memory_errors_and_slow_commands(seen: Any, servers: Servers) -> None:
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

    master.many(("CONFIG", "SET", "maxmemory", 0), ("CONFIG", "SET", "maxmemory-policy", "noeviction"), ("FLUSHALL",))
    seen.await_resolved()


def test_disk_and_cluster(seen: Any, servers: Servers) -> None:
    master, obstacle = servers.master, servers.master.stage.directory / "master" / "dump.rdb"
    obstacle.unlink(missing_ok=True)  # left by the replica's first synchronization
    obstacle.mkdir()
    seen.configure("shop", {**SHOP, "redis_snapshot_age_seconds": 6})
    servers.node.ask("CLUSTER", "DELSLOTS", 7)
    master.ask("CONFIG", "SET", "save", "3600 1000000")

    def save_and_write() -> None:
        master.many(("BGSAVE",), ("SET", "page", "1"))

    causing = ("RedisPersistenceFailed", "RedisWritesRefused{err=MISCONF}", "RedisSnapshotOld", "RedisClusterFailed")
    seen.await_firing(*causing, meanwhile=save_and_write)

    obstacle.rmdir()
    servers.node.ask("CLUSTER", "ADDSLOTS", 7)
    for server in (master, servers.replica):  # the oldest of the tenant's counts
        server.ask("BGSAVE")
    seen.await_resolved("RedisSnapshotOld", seconds=5)  # 6 s later it is old again
    seen.configure("shop", SHOP)
    master.ask("CONFIG", "SET", "save", "")
    seen.await_resolved()


def test_replication(seen: Any, servers: Servers) -> None:
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


def test_refused_clients(seen: Any, servers: Servers, until: Callable[..., Any]) -> None:
    master = servers.master
    master.ask("CONFIG", "SET", "maxclients", 12)
    master.hold(30)  # the later ones are told to go
    seen.await_firing("RedisDown")  # the exporter is refused like everybody else
    master.release()
    seen.await_firing("RedisConnectionsRejected/critical")
    until(lambda: master.ask("CONFIG", "SET", "maxclients", 10000) == "+OK")
    seen.await_resolved()


def test_restart_and_lost_exporter(seen: Any, servers: Servers) -> None:
    master, stage = servers.master, servers.master.stage
    stage.end("master")
    stage.end("node-exporter")
    seen.await_firing("RedisDown/critical", "RedisReplicationBroken", "RedisExporterLost{tenant=grid}")
    master.start()
    servers.node.start_exporter()
    seen.await_firing("RedisRecentRestart")
    seen.await_resolved()


def test_everything_in_the_pack_was_seen(seen: Any) -> None:
    (pack,) = [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack == "redis"]
    assert seen.never_seen(pack.metrics) == SINCE_1_68
    assert seen.ever_fired() == {each.alert.name for each in pack.thresholds} | {each.name for each in pack.alerts}
