"""da-tools validate --prometheus: no data is never a pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


class Signals(LocalServer):
    """Has always had the same series, or none."""

    def __init__(self) -> None:
        self.names = ["tenant:mysql_threads_connected:max"]
        self.credentials: list[str | None] = []
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.credentials.append(request.headers["Authorization"])
        address = urlsplit(request.path)
        query = parse_qs(address.query).get("query", [""])[0]
        found = [{"tenant": "db-a"}] if any(name in query for name in self.names) else []
        result = [{"metric": labels, "value": [0, "1"]} for labels in found]
        vector = {"resultType": "vector", "result": result}
        self.send(request, json.dumps({"data": [] if address.path.endswith("series") else vector}))


@pytest.fixture
def signals() -> Iterator[Signals]:
    server = Signals()
    yield server
    server.close()


@pytest.fixture
def confd(shell: Any) -> Any:
    text = "tenants:\n  db-a:\n    mysql_connections: 120\n    mysql_replication_lag: 30\n"
    return shell.write({"db-a.yaml": text, "db-b.yaml": "tenants:\n  db-b:\n    mysql_connections: 5\n"})


def test_a_threshold_without_a_signal_is_a_warning(confd: Any, signals: Signals) -> None:
    done = confd("validate", "conf.d", "--prometheus", signals.url)
    assert done.code == 0
    assert "conf.d/db-a.yaml:4:5: warning DA122: This threshold never fires" in done.out
    assert "    4 |     mysql_replication_lag: 30\n      |     ^^^^^^^^^^^^^^^^^^^^^\n" in done.out
    assert done.out.endswith("Prometheus could tell about 1 of 2 tenants\n")
    assert confd("validate", "conf.d", "--strict", "--prometheus", signals.url).code == 1


def test_ci_gets_an_annotation_and_programs_get_json(confd: Any, signals: Signals) -> None:
    options = ("--prometheus", signals.url, "--output")
    assert "::warning file=conf.d/db-a.yaml,line=4," in confd("validate", "conf.d", *options, "github").out
    answer = confd("validate", "conf.d", *options, "json").json
    assert [one["id"] for one in answer["findings"]] == ["DA122"]
    assert answer["tenants_with_signals"] == 1
    assert confd("validate", "conf.d", "--output", "json").json["tenants_with_signals"] is None


def test_of_one_file_only_its_findings_and_tenants_are_told(shell: Any, confd: Any, signals: Signals) -> None:
    shell.write({"_defaults.yaml": "defaults: {mysql_connections: 80}\n"})
    done = confd("validate", "conf.d/db-b.yaml", "--prometheus", signals.url)
    assert "DA122" not in done.out
    assert done.out.endswith("Prometheus could tell about 0 of 1 tenant\n")


def test_the_environment_names_prometheus_and_a_flag_wins(confd: Any, signals: Signals) -> None:
    nobody = "http://127.0.0.1:1"
    assert "DA122" in confd("validate", "conf.d", env={"PROMETHEUS_URL": signals.url}).out
    done = confd("validate", "conf.d", "--prometheus", signals.url, env={"PROMETHEUS_URL": nobody})
    assert "DA122" in done.out
    assert confd("validate", "conf.d", env={"PROMETHEUS_URL": ""}).code == 0


def test_a_prometheus_that_cannot_be_reached_exits_2_with_the_reason(confd: Any) -> None:
    done = confd("validate", "conf.d", "--prometheus", "http://reader:secret@127.0.0.1:1")
    assert (done.code, done.out) == (2, "")
    assert "Error: http://127.0.0.1:1/api/v1/query: " in done.err
    assert "Is Prometheus running there?" in done.err
    assert "secret" not in done.err


def test_a_prometheus_without_any_signal_exits_2_with_the_reason(confd: Any, signals: Signals) -> None:
    signals.names = []
    done = confd("validate", "conf.d", "--prometheus", signals.url)
    assert (done.code, done.out) == (2, "")
    assert "does it evaluate the packs' rules" in done.err


@pytest.mark.parametrize("url", ["prometheus:9090", "http://", "http://host:9090?x=1"])
def test_an_address_that_is_none_exits_2(confd: Any, url: str) -> None:
    done = confd("validate", "conf.d", "--prometheus", url)
    assert (done.code, done.out) == (2, "")
    assert "is not an address such as http://prometheus:9090" in done.err


def test_credentials_are_sent(confd: Any, signals: Signals, shell: Any) -> None:
    (shell.root / "token").write_text("abc\n")
    confd("validate", "conf.d", "--prometheus", signals.url, "--bearer-token-file", "token")
    assert set(signals.credentials) == {"Bearer abc"}
    both = signals.url.replace("http://", "http://a:b@")
    done = confd("validate", "conf.d", "--prometheus", both, "--bearer-token-file", "token")
    assert done.code == 2
    assert "not both" in done.err
