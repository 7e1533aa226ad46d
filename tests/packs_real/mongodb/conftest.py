"""A recorded MongoDB replica set and its real exporter, for the tests of the MongoDB pack.

`scripts/mongodb-exporter.sh` builds Percona's exporter, and keeps the documents that its own tests recorded
from MongoDB 4.2.8; DA_MONGODB_EXPORTER names the directory of both if it is another one.
"""

from __future__ import annotations

import copy
import json
import os
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.packs_real.mongodb.bson import ObjectId, Timestamp
from tests.packs_real.mongodb.wire import WireServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(os.environ.get("DA_MONGODB_EXPORTER", ROOT / ".state" / "mongodb"))
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
WIRE_VERSION = 8  # of MongoDB 4.2
OPLOG_S = 86_400
COLLECTION = ("shop", "orders")
# Not recorded: fields as https://www.mongodb.com/docs/manual/reference/command/dbStats/ and
# https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/ have them.
DATABASE_STATS = {"db": "shop", "collections": 1, "fsUsedSize": 4.0e10, "fsTotalSize": 1.0e11, "ok": 1.0}
COLLECTION_STATS = {"ns": "shop.orders", "storageStats": {"size": 20_000, "storageSize": 8_192, "count": 100}}


def with_types(value: Any) -> Any:
    """Return a recorded document with the types that JSON has not: dates, and MongoDB's timestamps."""
    if isinstance(value, dict):
        if value.keys() == {"T", "I"}:
            return Timestamp(value["T"], value["I"])
        return {key: with_types(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_types(each) for each in value]
    if isinstance(value, str) and DATE.fullmatch(value):
        return datetime.fromisoformat(value)
    return value


@dataclass
class RecordedServer:
    """Answers as the primary of a replica set did, changed as a test wants it.

    Attributes:
        port: Where it listens while it runs.
        edits: What change a copy of the diagnostic data; each gets the seconds since it was set.
        database, collection: The documents of dbStats and $collStats.
        oplog_s: From the oldest to the newest entry of the oplog.
    """

    port: int
    diagnostic_data: dict[str, Any]
    edits: list[tuple[Callable[[dict[str, Any], float], None], float]] = field(default_factory=list)
    database: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DATABASE_STATS))
    collection: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(COLLECTION_STATS))
    oplog_s: int = OPLOG_S
    started: float = field(default_factory=time.monotonic)
    server: WireServer | None = None

    def start(self) -> None:
        """Listen."""
        self.server = WireServer(self.port, self.answer)

    def stop(self) -> None:
        """Stop listening, as a server that is down."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    def change(self, edit: Callable[[dict[str, Any], float], None]) -> None:
        """From now on, let ``edit(data, seconds)`` change the diagnostic data."""
        self.edits.append((edit, time.monotonic()))

    def heal(self) -> None:
        """Answer as recorded."""
        self.edits.clear()
        self.database = copy.deepcopy(DATABASE_STATS)
        self.collection = copy.deepcopy(COLLECTION_STATS)
        self.oplog_s = OPLOG_S

    def data(self) -> dict[str, Any]:
        """The diagnostic data now."""
        data = copy.deepcopy(self.diagnostic_data)
        data["serverStatus"]["uptime"] += round(time.monotonic() - self.started)
        for edit, since in self.edits:
            edit(data, time.monotonic() - since)
        return data

    def answer(self, name: str, command: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a command; one that the recorded server was not asked is refused."""
        if name.lower() in {"ismaster", "hello"}:
            return self._greeting()
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "ping": dict,
            "endSessions": dict,
            "buildInfo": lambda: {"version": "4.2.8", "modules": []},
            "getCmdLineOpts": lambda: {"argv": ["mongod"], "parsed": {}},
            "getDiagnosticData": lambda: {"data": self.data()},
            "replSetGetStatus": self._members,
            "replSetGetConfig": self._configuration,
            "listDatabases": lambda: {"databases": [{"name": COLLECTION[0]}]},
            "listCollections": lambda: self._cursor(command, [{"name": COLLECTION[1], "type": "collection"}]),
            "dbStats": lambda: self.database,
            "aggregate": lambda: self._cursor(command, [self.collection]),
            "find": lambda: self._cursor(command, self._found(command)),
        }
        if name not in answers:
            return {
                "ok": 0.0,
                "code": 59,
                "codeName": "CommandNotFound",
                "errmsg": f"no such command: {name}",
            }
        return {**answers[name](), "ok": 1.0}

    def _greeting(self) -> dict[str, Any]:
        address = f"127.0.0.1:{self.port}"
        return {
            "ismaster": True,
            "secondary": False,
            "setName": self._set_name(),
            "hosts": [address],
            "me": address,
            "primary": address,
            "localTime": datetime.now(UTC),
            "maxBsonObjectSize": 1 << 24,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
            "minWireVersion": 0,
            "maxWireVersion": WIRE_VERSION,
            "readOnly": False,
            "ok": 1.0,
        }

    def _members(self) -> dict[str, Any]:
        """As the diagnostic data have it, but for the times of their own that they add to every part."""
        state = self.data()["replSetGetStatus"]
        return {name: value for name, value in state.items() if name not in {"start", "end"}}

    def _configuration(self) -> dict[str, Any]:
        settings = {"replicaSetId": ObjectId(bytes(12))}
        return {"config": {"_id": self._set_name(), "version": 1, "members": [], "settings": settings}}

    def _set_name(self) -> str:
        return str(self.diagnostic_data["replSetGetStatus"]["set"])

    def _found(self, command: dict[str, Any]) -> list[dict[str, Any]]:
        if command["find"] != "oplog.rs":
            return []
        newest_first = next(iter(command.get("sort", {"$natural": 1}).values())) == -1
        now = round(time.time())
        return [{"ts": Timestamp(now if newest_first else now - self.oplog_s, 1)}]

    def _cursor(self, command: dict[str, Any], documents: list[dict[str, Any]]) -> dict[str, Any]:
        collection = next(iter(command.values()))
        return {"cursor": {"id": 0, "ns": f"{command['$db']}.{collection}", "firstBatch": documents}}

    def start_exporter(self, stage: Any, port: int, *options: str) -> None:
        """Start the real exporter on a port, asking this server."""
        stage.start(
            f"exporter-{port}",
            PROGRAMS / "mongodb_exporter",
            f"--web.listen-address=127.0.0.1:{port}",
            f"--mongodb.uri=mongodb://127.0.0.1:{self.port}",
            "--mongodb.connect-timeout-ms=500",
            "--web.timeout-offset=0",
            f"--mongodb.collstats-colls={'.'.join(COLLECTION)}",
            *(
                f"--collector.{each}"
                for each in ("diagnosticdata", "replicasetstatus", "dbstats", "collstats")
            ),
            *options,
        )


@pytest.fixture(scope="module")
def server(free_port: Callable[[], int]) -> Iterator[RecordedServer]:
    """The recorded server; its replica set is healthy."""
    if not (PROGRAMS / "mongodb_exporter").exists():
        pytest.skip("no mongodb_exporter: run scripts/mongodb-exporter.sh, or set DA_MONGODB_EXPORTER")
    recorded = with_types(json.loads((PROGRAMS / "get_diagnostic_data.json").read_text()))
    running = RecordedServer(free_port(), recorded)
    running.start()
    yield running
    running.stop()


@dataclass(frozen=True)
class Exporters:
    """Ports of two exporters of the same server: one with today's names, one also with the old ones."""

    plain: int
    compatible: int


@pytest.fixture(scope="module")
def exporters(server: RecordedServer, stage: Any, free_port: Callable[[], int]) -> Exporters:
    """Both running exporters."""
    running = Exporters(free_port(), free_port())
    server.start_exporter(stage, running.plain)
    server.start_exporter(stage, running.compatible, "--compatible-mode")
    return running
