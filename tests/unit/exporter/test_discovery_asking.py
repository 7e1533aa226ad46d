"""What Prometheus is asked, and what is made of its answers."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import promql_parser
import pytest
from tests.declared import declared
from tests.local_server import LocalServer

from dynamic_alerting.exporter.discovery.asking import (
    PrometheusSource,
    label_sets_of,
    query_for,
)
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.source import AskError
from dynamic_alerting.model.catalogue import NO_CATALOGUE
from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.prometheus.client import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

SPEC = declared("queue_items", "vhost", "queue")


def keys(*tenants: str, written: tuple[str, ...] = ('{vhost="web"}', '{queue="news"}')) -> OpenKeys:
    own = tuple(parse_key(f"queue_items{matchers}", NO_CATALOGUE) for matchers in written)
    return OpenKeys(SPEC, dict.fromkeys(tenants, own))


def query(selector: str, lookback: str = "600000ms") -> str:
    return (
        f"count by (tenant, vhost, queue) (present_over_time(tenant:queue_items:max{selector}[{lookback}]))"
    )


def test_the_query_names_the_tenants_that_need_it_in_order() -> None:
    assert query_for(keys("db-b", "db-a"), 600) == query(r'{tenant=~"db\\-a|db\\-b"}')


def test_half_seconds_are_whole_milliseconds() -> None:
    assert query_for(keys("db"), 0.5) == query('{tenant=~"db"}', "500ms")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (['{queue=~"mail.*"}'], r',queue=~"(?s:mail.*)"'),
        (['{queue=~"mail.*"}', '{queue=~"a|b"}'], r',queue=~"(?s:a|b)|(?s:mail.*)"'),
        (['{queue=~"mail.*"}', '{queue=~"mail.*", vhost="web"}'], r',queue=~"(?s:mail.*)"'),
        (['{queue=~"mail.*"}', '{vhost="web"}'], ""),
        (['{vhost="a.b"}', '{vhost=~".+", queue=~"x"}'], r',vhost=~"(?s:.+)|a\\.b"'),
        ([r'{vhost=~"v\\.x", queue=~"\"q"}'], r',vhost=~"(?s:v\\.x)",queue=~"(?s:\"q)"'),
    ],
)
def test_what_all_keys_together_leave_out_is_not_asked_for(written: list[str], asked: str) -> None:
    assert query_for(keys("db", written=tuple(written)), 600) == query(f'{{tenant=~"db"{asked}}}')


def test_what_would_be_too_long_an_address_is_not_narrowed() -> None:
    many = [f'{{queue=~"mail-{n}.*"}}' for n in range(200)]
    assert query_for(keys(*(f"db-{n}" for n in range(500)), written=tuple(many)), 600) == query("")


@pytest.mark.parametrize("count", [1, 20, 30, 1000])
def test_every_query_is_promql_and_fits_an_address(count: int) -> None:
    names = [f"{n:03}".ljust(63, "x") for n in range(count)]
    written = tuple(f'{{queue=~"{n}.{{,9}}[^\\\\s]"}}' for n in range(count))
    asked = query_for(keys(*names, written=written), 86_400)
    promql_parser.parse(asked)
    assert len(asked) < 4096


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


class Answers(LocalServer):
    """A server that answers queries with what it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.result: list[dict[str, object]] = []
        self.queries: list[str] = []
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.queries += parse_qs(urlsplit(request.path).query)["query"]
        body: dict[str, object] = {"data": {"resultType": "vector", "result": self.result}}
        if self.status != 200:
            body = {"status": "error", "errorType": "execution", "error": "too many samples"}
        self.send(request, json.dumps(body), self.status)


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
