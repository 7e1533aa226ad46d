"""What Prometheus is asked, and what is made of its answers."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import promql_parser
import pytest

from dynamic_alerting.exporter.discovery.asking import (
    NAMED_TENANTS,
    PrometheusSource,
    label_sets_of,
    query_for,
)
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.source import AskError
from dynamic_alerting.model.catalogue import Direction, KeySpec
from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.prometheus.client import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = KeySpec(
    key="queue_items",
    pack="queues",
    component="queue",
    metric="items",
    unit="items",
    direction=Direction.ABOVE,
    default=None,
    default_critical=None,
    dimensions=("vhost", "queue"),
    signal="tenant:queue_items:max",
    meaning="Items in one queue.",
)


def keys(*tenants: str) -> OpenKeys:
    return OpenKeys(SPEC, dict.fromkeys(tenants, ()))


def test_the_query_names_the_tenants_that_need_it_in_order() -> None:
    assert query_for(keys("db-b", "db-a"), 600) == (
        "count by (tenant, vhost, queue) "
        '(present_over_time(tenant:queue_items:max{tenant=~"db\\\\-a|db\\\\-b"}[600000ms]))'
    )


def test_many_tenants_are_not_named_and_half_seconds_are_whole_milliseconds() -> None:
    many = keys(*(f"db-{n}" for n in range(NAMED_TENANTS + 1)))
    assert query_for(many, 0.5) == (
        "count by (tenant, vhost, queue) (present_over_time(tenant:queue_items:max[500ms]))"
    )


@pytest.mark.parametrize("count", [1, NAMED_TENANTS, NAMED_TENANTS + 1])
def test_every_query_is_promql_and_fits_an_address(count: int) -> None:
    names = [f"{n:03}".ljust(63, "x") for n in range(count)]
    query = query_for(keys(*names), 86_400)
    promql_parser.parse(query)
    assert len(query) < 4096


def sample(**labels: str) -> Sample:
    return Sample(labels, 1, 0)


def test_an_answer_is_sorted_by_tenant_with_labels_in_order() -> None:
    answer = [
        sample(tenant="db-a", vhost="web", queue="mail"),
        sample(tenant="db-a", queue="news"),
        sample(tenant="db-b", vhost="", queue="ünïcode {\"'\n"),
        sample(tenant="db-b"),
        sample(vhost="web", queue="mail"),
    ]
    assert label_sets_of(answer, SPEC.dimensions) == {
        "db-a": {(("queue", "mail"), ("vhost", "web")), (("queue", "news"),)},
        "db-b": {(("queue", "ünïcode {\"'\n"),)},
    }


class Answers:
    """A server that answers queries with what it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.result: list[dict[str, object]] = []
        self.queries: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.queries += parse_qs(urlsplit(self.path).query)["query"]
                body: dict[str, object] = {"data": {"resultType": "vector", "result": outer.result}}
                if outer.status != 200:
                    body = {"status": "error", "errorType": "execution", "error": "too many samples"}
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def answers() -> Iterator[Answers]:
    server = Answers()
    yield server
    server.close()


def test_a_source_asks_and_reads(answers: Answers) -> None:
    answers.result = [{"metric": {"tenant": "db-a", "vhost": "web", "queue": "mail"}, "value": [0, "2"]}]
    source = PrometheusSource(DiscoverySettings(answers.url, retention=60))
    assert source.label_sets(keys("db-a")) == {"db-a": {(("queue", "mail"), ("vhost", "web"))}}
    assert answers.queries == [query_for(keys("db-a"), 60)]


def test_a_refused_query_names_address_reason_and_advice(answers: Answers) -> None:
    answers.status = 422
    with pytest.raises(AskError, match=rf"{answers.url}.*too many samples.*See the log") as refused:
        PrometheusSource(DiscoverySettings(answers.url)).label_sets(keys("db-a"))
    assert not refused.value.is_unreachable


def test_nobody_there_is_told_from_a_refusal() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(AskError, match=rf"{url}.*Is Prometheus running there") as unreachable:
        PrometheusSource(DiscoverySettings(url)).label_sets(keys("db-a"))
    assert unreachable.value.is_unreachable


def test_an_address_that_cannot_be_one_is_an_ask_error_too() -> None:
    with pytest.raises(AskError, match="http://host:port"):
        PrometheusSource(DiscoverySettings("http://"))
