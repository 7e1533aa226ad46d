"""Redis servers and their exporters for the tests of the Redis pack."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
def servers(stage: Any, program: Callable[..., str], free_port: Callable[[], int]) -> Iterator[Servers]:
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

    master = make(
        "master", "--repl-diskless-sync-delay", "0", keys="db0=email,db0=news,db0=archive,db0=bulk-*"
    )
    replica = make("replica", "--replicaof", "127.0.0.1", str(master.port))
    # Without a port of its own the cluster's bus takes the server's plus 10,000, which may not even exist.
    node = make("node", "--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    running = Servers(master, replica, node)
    for each in running.all():
        each.start()
        each.start_exporter()
    for each in running.all():
        stage.await_up(lambda each=each: each.ask("PING") == "+PONG", each.name)
    node.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    stage.await_up(lambda: "master_link_status:up" in replica.ask("INFO", "replication"), replica.name)
    yield running
    for each in running.all():
        each.release()
