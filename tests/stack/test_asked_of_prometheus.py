"""What a real Prometheus is asked about signals, and what da-tools and the exporter make of its answers.

Its data is written as blocks of eight days; nothing is scraped. Samples lie up to an hour ahead, so that
what is there now stays there while the test runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from tests.prometheus_3 import program_of_prometheus_3

from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.process import end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from dynamic_alerting.stack.platform import Platform

pytestmark = pytest.mark.stack
HOUR_S, DAY_S, STEP_S = 3600, 86_400, 240
ALWAYS, NOW = 8 * DAY_S + 2 * HOUR_S, -HOUR_S
CONNECTIONS, UP, RESTARTS, EXPORTERS = (
    "tenant:mysql_threads_connected:max",
    "tenant:mysql_up:share",
    "tenant:mysql_restarts:resets15m",
    "tenant:mysql_exporters:count",
)
QUEUE = "tenant:redis_queue_length:max"

#: By series: seconds ago of its first and last sample, and its value.
HISTORY = {
    (CONNECTIONS, 'tenant="db-a"'): (ALWAYS, NOW, 1),
    (UP, 'tenant="db-a"'): (ALWAYS, NOW, 1),
    (QUEUE, 'tenant="db-a",queue="mail-in"'): (ALWAYS, NOW, 1),
    (QUEUE, 'tenant="db-a",queue="old-1"'): (6 * DAY_S, 5 * DAY_S, 1),
    (QUEUE, 'tenant="db-a",queue="gone-1"'): (ALWAYS, 7 * DAY_S + 8 * HOUR_S, 1),
    # The signals of db-b have another name.
    (CONNECTIONS, 'tenant="db_b"'): (ALWAYS, NOW, 1),
    # Those of db-c are new, those of db-d are gone for now, and those of db-f are of a database that is down.
    (CONNECTIONS, 'tenant="db-c"'): (HOUR_S, NOW, 1),
    (QUEUE, 'tenant="db-c",queue="mail-in"'): (HOUR_S, NOW, 1),
    (CONNECTIONS, 'tenant="db-d"'): (ALWAYS, 2 * HOUR_S, 1),
    (EXPORTERS, 'tenant="db-d"'): (ALWAYS, NOW, 0),
    (UP, 'tenant="db-f"'): (ALWAYS, NOW, 0),
    # Of db-g, another signal was there some days ago.
    (CONNECTIONS, 'tenant="db-g"'): (ALWAYS, NOW, 1),
    (RESTARTS, 'tenant="db-g"'): (4 * DAY_S, 3 * DAY_S, 1),
}

FILES = {
    "db-a": """
    mysql_connections: 90
    mysql_replication_lag: 30
    redis_queue_length{queue=~"mail-.*"}: 5
    redis_queue_length{queue=~"mail_.*"}: 6
    redis_queue_length{queue=~"old-.*"}: 7
    redis_queue_length{queue=~"gone-.*"}: 8
    mysql_slow_queries: disable
""",
    "db-b": "\n    mysql_connections: 90\n",
    "db-c": '\n    mysql_replication_lag: 30\n    redis_queue_length{queue=~"x"}: 5\n',
    "db-d": "\n    mysql_replication_lag: 30\n",
    "db-e": "\n    mysql_replication_lag: 30\n",
    "db-f": "\n    mysql_replication_lag: 30\n",
    "db-g": "\n    mysql_restarts: 3\n",
}

EXPECTED = [
    "DA122 db-a.yaml:4",
    "DA120 db-a.yaml:6",
    "DA120 db-a.yaml:8",
    "DA121 db-b.yaml:2",
]


@pytest.fixture(scope="module", params=["2", "3"])
def prometheus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_port_base: int
) -> Iterator[str]:
    """The address of a Prometheus that has the history."""
    program = (
        "prometheus" if request.param == "2" else program_of_prometheus_3("prometheus3", "DA_PROMETHEUS_3")
    )
    directory = tmp_path_factory.mktemp("asked")
    _backfill(directory)
    (directory / "prometheus.yml").write_text("{}\n")
    port = shared_port_base + int(request.param)
    command = [
        program,
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    child = spawn("prometheus", command, log=directory / "prometheus.log")
    try:
        with Prometheus(f"http://127.0.0.1:{port}") as server:
            deadline = time.monotonic() + 60
            while not server.is_ready():
                assert time.monotonic() < deadline, (directory / "prometheus.log").read_text()
                child.require_alive()
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        end_children([child])


def _backfill(directory: Path) -> None:
    now = int(time.time())
    lines: list[str] = []
    for (name, labels), (first, last, value) in sorted(HISTORY.items()):
        if not lines or not lines[-1].startswith(f"{name}{{"):
            lines.append(f"# TYPE {name} gauge")
        lines += [f"{name}{{{labels}}} {value} {at}" for at in range(now - first, now - last, STEP_S)]
    text = directory / "history.txt"
    text.write_text("\n".join([*lines, "# EOF\n"]))
    database = str(directory / "tsdb")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=24h"]
    done = subprocess.run(
        [*command, "--quiet", str(text), database], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def conf_d(tmp_path: Path) -> Path:
    directory = tmp_path / "conf.d"
    directory.mkdir()
    for tenant, lines in FILES.items():
        (directory / f"{tenant}.yaml").write_text(f"tenants:\n  {tenant}:{lines}")
    return directory


def validate(conf_d: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "from dynamic_alerting.cli.main import main; main()"
    command = [sys.executable, "-P", "-c", code, "validate", str(conf_d), "--output", "json", *options]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PROMETHEUS_")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=kept | environment)


def asked(findings: list[Mapping[str, Any]]) -> list[str]:
    return [f"{one['id']} {one['file']}:{one['line']}" for one in findings if one["id"] >= "DA120"]


def test_validate_warns_of_what_a_real_prometheus_has_no_signal_of(prometheus: str, conf_d: Path) -> None:
    done = validate(conf_d, "--prometheus", prometheus)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert asked(answer["findings"]) == EXPECTED
    assert answer["tenants_with_signals"] == 2
    assert validate(conf_d, "--strict", PROMETHEUS_URL=prometheus).returncode == 1


def test_of_a_platform_that_just_started_nothing_is_said(
    platform: Platform, until: Callable[..., Any], tmp_path: Path
) -> None:
    """Its rules record real signals, of a database without replicas, and have done so for seconds."""
    (tmp_path / "db-a.yaml").write_text("tenants:\n  db-a:\n    mysql_replication_lag: 30\n")
    url = f"http://127.0.0.1:{platform.settings.prometheus_port}"

    def answered() -> Any:
        done = validate(tmp_path, "--prometheus", url)
        assert done.returncode == 0 or "no signal of any pack" in done.stderr, done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else None

    answer = until(answered, 60)
    assert asked(answer["findings"]) == []
    assert answer["tenants_with_signals"] == 0


def test_validate_asks_nobody_unless_it_is_told_to(conf_d: Path) -> None:
    done = validate(conf_d)
    assert done.returncode == 0
    assert asked(json.loads(done.stdout)["findings"]) == []
    assert json.loads(done.stdout)["tenants_with_signals"] is None


def test_the_exporter_shows_them_and_serves_the_same(
    prometheus: str, conf_d: Path, tmp_path: Path, shared_port_base: int, until: Callable[..., Any]
) -> None:
    port = shared_port_base
    command = [sys.executable, "-P", "-c", "from dynamic_alerting.exporter.main import main; main()"]
    command += [f"--config-dir={conf_d}", f"--web.listen-address=127.0.0.1:{port}"]
    child = spawn("exporter", [*command, f"--prometheus.url={prometheus}"], log=tmp_path / "exporter.log")

    def get(path: str) -> str:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except (URLError, ConnectionError):
            return ""

    def thresholds() -> list[str]:
        lines = get("/metrics").splitlines()
        return [line for line in lines if line.startswith("user_threshold{") and "queue=" not in line]

    def shown() -> list[str]:
        answer = get("/api/v1/findings")
        return asked(json.loads(answer)["data"]["findings"]) if answer else []

    try:
        before = until(thresholds)
        assert until(shown, 90) == EXPECTED
        assert thresholds() == before
        assert "DA121" in get("/")
        assert (tmp_path / "exporter.log").read_text().count("finding=DA121") == 1

        (conf_d / "db-b.yaml").unlink()
        until(lambda: shown() and not any("db-b" in one for one in shown()))
        assert (tmp_path / "exporter.log").read_text().count("finding=DA120") == 2
    finally:
        end_children([child])
