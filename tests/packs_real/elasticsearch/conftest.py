"""A recorded Elasticsearch cluster and its real exporter, for the tests of the Elasticsearch pack."""

from __future__ import annotations

import copy
import json
import shutil
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORDED = Path(__file__).with_name("recorded.json")
EXPORTER = "prometheus-elasticsearch-exporter"


@dataclass
class RecordedCluster:
    """What Elasticsearch 7.17.28 answered to its exporter (recorded.json), changed as a test wants it.

    Attributes:
        port: Where it listens while it runs.
        answers: The document of each path.
        edits: Per path, what changes a copy of its document; gets the seconds since it was set.
        refused: Paths that are answered with 503, as a node without a master answers.
    """

    port: int
    answers: dict[str, Any]
    edits: dict[str, tuple[Any, float]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen."""
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening, as a cluster that is down."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return the status and document for a path."""
        if path in self.refused:
            return HTTPStatus.SERVICE_UNAVAILABLE, b'{"error":{"type":"master_not_discovered_exception"}}'
        if path not in self.answers:
            return HTTPStatus.NOT_FOUND, b"{}"
        body = copy.deepcopy(self.answers[path])
        edit, since = self.edits.get(path, (None, 0.0))
        if edit is not None:
            edit(body, time.monotonic() - since)
        return HTTPStatus.OK, json.dumps(body).encode()

    def change(self, path: str, edit: Any) -> None:
        """From now on, let ``edit(document, seconds)`` change the document of a path."""
        self.edits[path] = (edit, time.monotonic())

    def heal(self) -> None:
        """Answer as recorded."""
        self.edits.clear()
        self.refused.clear()

    def start_exporter(self, stage: Any, port: int) -> None:
        """Start the real exporter on a port, asking this cluster."""
        stage.start(
            "exporter",
            shutil.which(EXPORTER) or EXPORTER,
            f"--web.listen-address=127.0.0.1:{port}",
            f"--es.uri=http://127.0.0.1:{self.port}",
            "--es.timeout=900ms",
            *("--es.all", "--es.indices", "--es.indices_settings", "--es.snapshots"),
        )


@pytest.fixture(scope="module")
def cluster(free_port: Callable[[], int]) -> Iterator[RecordedCluster]:
    """The recorded cluster, green and with a fresh snapshot."""
    if shutil.which(EXPORTER) is None:
        pytest.skip(f"{EXPORTER} is not installed: apt-get install {EXPORTER}")
    answers = json.loads(RECORDED.read_text())
    answers["/_cluster/health"] |= {"status": "green", "unassigned_shards": 0}
    answers["/_cluster/health"] |= {"number_of_nodes": 3, "number_of_data_nodes": 3}
    now = int(time.time() * 1000)
    (snapshot,) = answers["/_snapshot/backup/_all"]["snapshots"]
    snapshot |= {"start_time_in_millis": now, "end_time_in_millis": now}
    running = RecordedCluster(free_port(), answers)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def exporter_port(cluster: RecordedCluster, stage: Any, free_port: Callable[[], int]) -> int:
    """Where the real exporter of the recorded cluster listens."""
    port = free_port()
    cluster.start_exporter(stage, port)
    return port
