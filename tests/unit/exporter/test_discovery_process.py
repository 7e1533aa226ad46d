"""The real program with a Prometheus of the test's own: flags, start, failures, what is never shown."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from tests.local_server import LocalServer

from dynamic_alerting.exporter.discovery.settings import UrlError, check_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from tests.unit.exporter.conftest import RunExporter, StartExporter

SUCCESS = "threshold_exporter_expansion_last_success_timestamp_seconds"
FAILURES = "threshold_exporter_expansion_failures_total"


class Answers(LocalServer):
    """Answers every query with the same queues of tenant db-a, or hangs."""

    def __init__(self) -> None:
        self.queues = ["mail-in"]
        self.credentials: list[str | None] = []
        self.hang = threading.Event()
        self.hang.set()
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.credentials.append(request.headers["Authorization"])
        self.hang.wait(20)
        found = [{"tenant": "db-a", "queue": queue} for queue in self.queues]
        result = [{"metric": labels, "value": [0, "1"]} for labels in found]
        self.send(request, json.dumps({"data": {"resultType": "vector", "result": result}}))

    def close(self) -> None:
        self.hang.set()
        super().close()


@pytest.fixture
def answers() -> Iterator[Answers]:
    server = Answers()
    yield server
    server.close()


@pytest.fixture
def patterns(conf_d: Path) -> Path:
    (conf_d / "db-a.yaml").write_text("tenants: {db-a: {'redis_queue_length{queue=~\"mail.*\"}': 100}}\n")
    return conf_d


def test_a_pattern_is_expanded_and_follows_new_values(
    start_exporter: StartExporter, patterns: Path, answers: Answers
) -> None:
    exporter = start_exporter(
        "--config-dir", patterns, "--prometheus.url", answers.url, "--discovery.interval", "1s"
    )
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-in") == 100)
    answers.queues.append("mail-out")
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-out") == 100)
    assert (exporter.value(SUCCESS) or 0) > time.time() - 10
    assert "label sets of redis_queue_length" in exporter.request("/").body.decode()
    assert 'msg="label values changed"' in exporter.logged()


def test_a_pattern_that_is_written_while_it_runs_is_asked_about_at_once(
    start_exporter: StartExporter, conf_d: Path, answers: Answers
) -> None:
    exporter = start_exporter(
        "--config-dir", conf_d, "--prometheus.url", answers.url, "--discovery.interval", "2m"
    )
    assert exporter.value(SUCCESS) is None
    (conf_d / "db-a.yaml").write_text("tenants: {db-a: {'redis_queue_length{queue=~\"mail.*\"}': 100}}\n")
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-in") == 100)
    (conf_d / "db-a.yaml").write_text("tenants: {db-a: {}}\n")
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-in") is None)
    exporter.until(lambda: exporter.value(SUCCESS) is None)


def test_a_prometheus_that_hangs_delays_neither_start_nor_scrapes(
    start_exporter: StartExporter, patterns: Path, answers: Answers
) -> None:
    answers.hang.clear()
    exporter = start_exporter(
        "--config-dir",
        patterns,
        "--prometheus.url",
        answers.url,
        "--discovery.timeout",
        "500ms",
        "--prometheus.startup-wait",
        "0",
    )
    assert exporter.value("user_threshold", queue_re="mail.*") == 100
    exporter.until(lambda: (exporter.value(FAILURES) or 0) >= 1)
    assert exporter.value(SUCCESS) == 0
    begun = time.monotonic()
    exporter.samples()
    assert time.monotonic() - begun < 1
    answers.hang.set()
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-in") == 100, 10)


def test_a_password_is_sent_and_never_shown(
    start_exporter: StartExporter, patterns: Path, answers: Answers
) -> None:
    url = answers.url.replace("http://", "http://reader:secret@")
    exporter = start_exporter("--config-dir", patterns, PROMETHEUS_URL=url)
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-in") == 100)
    assert answers.credentials[0] == "Basic cmVhZGVyOnNlY3JldA=="
    answers.close()
    (patterns / "db-b.yaml").write_text("tenants: {db-b: {'redis_queue_length{queue=~\"x\"}': 100}}\n")
    exporter.until(lambda: (exporter.value(FAILURES) or 0) >= 1)
    shown = exporter.logged() + "".join(
        exporter.request(path).body.decode() for path in ("/", "/metrics", "/api/v1/config")
    )
    assert "label values cannot be asked for" in shown
    assert "secret" not in shown


def test_a_bearer_token_is_sent(
    start_exporter: StartExporter, patterns: Path, answers: Answers, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("abc\n")
    exporter = start_exporter(
        "--config-dir", patterns, "--prometheus.url", answers.url, "--prometheus.bearer-token-file", token
    )
    exporter.until(lambda: answers.credentials == ["Bearer abc"])


def test_without_a_prometheus_a_warning_says_which_patterns_are_not_expanded(
    start_exporter: StartExporter, patterns: Path
) -> None:
    exporter = start_exporter("--config-dir", patterns)
    exporter.until(lambda: "patterns are not expanded" in exporter.logged())
    assert "keys=redis_queue_length" in exporter.logged()
    assert exporter.value("user_threshold", queue_re="mail.*") == 100
    assert exporter.value(SUCCESS) is None


def test_the_http_client_is_not_loaded_while_no_key_needs_it(
    start_exporter: StartExporter, conf_d: Path, answers: Answers
) -> None:
    arguments = ("--config-dir", conf_d, "--prometheus.url", answers.url)
    exporter = start_exporter(*arguments, PYTHONPROFILEIMPORTTIME="1")
    time.sleep(0.5)
    assert "starlette" in exporter.logged(), "imports are logged"
    assert "httpx" not in exporter.logged()
    assert answers.credentials == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prometheus.url", "prometheus:9090"], "'prometheus:9090' is not an address such as http://"),
        (["--prometheus.url", "ftp://user:secret@host"], "'host' is not an address such as http://"),
        (["--discovery.interval", "3m"], "is not a duration from 1s to 2m"),
        (["--discovery.timeout", "0s"], "is not a duration from 100ms to 1m"),
        (["--discovery.retention", "25h"], "is not a duration from 1s to 24h"),
        (
            ["--prometheus.url", "http://u:p@h", "--prometheus.bearer-token-file", "token"],
            "Give either a user and password in --prometheus.url or --prometheus.bearer-token-file",
        ),
    ],
)
def test_wrong_flags_end_with_status_2_and_a_sentence(
    run_exporter: RunExporter, conf_d: Path, arguments: list[str], sentence: str
) -> None:
    ended = run_exporter("--config-dir", conf_d, *arguments)
    assert ended.returncode == 2
    said = " ".join(ended.stderr.split())
    assert sentence in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "url", ["http://prometheus", "https://u:p@[::1]:9090/prefix/", "http://10.0.0.1:9090", "http://h/a%20b"]
)
def test_addresses(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url", ["", "/", "http://", "http://h:x", "http://[::1", "http://h?q=1", "http://h#f"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UrlError, match="is not an address such as http://prometheus:9090"):
        check_url(url)


def test_a_port_that_nobody_listens_at_is_said_once_with_advice(
    start_exporter: StartExporter, patterns: Path
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    exporter = start_exporter(
        "--config-dir",
        patterns,
        "--prometheus.url",
        url,
        "--discovery.interval",
        "1s",
        "--prometheus.startup-wait",
        "0",
    )
    exporter.until(lambda: (exporter.value(FAILURES) or 0) >= 3, 10)
    (line,) = [line for line in exporter.logged().splitlines() if "cannot be asked for" in line]
    assert f"{url}/api/v1/query" in line
    assert "Is Prometheus running there?" in line
