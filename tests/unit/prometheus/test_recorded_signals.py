"""How recorded signals are asked for: few and short questions, and no answer that is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.declared import declared

from dynamic_alerting.config.asked.signals import HOURS, SignalsUnknown
from dynamic_alerting.model.catalogue import NO_CATALOGUE
from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.prometheus.recorded_signals import RecordedSignals

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SPEC = declared("queue_items", "queue")


@pytest.fixture
def signals(server: Any) -> Iterator[RecordedSignals]:
    asking = RecordedSignals(server.url, timeout_s=5, clock=lambda: NOW)
    yield asking
    asking.close()


def vector(*labels: dict[str, str]) -> tuple[int, str]:
    result = [{"metric": each, "value": [0, "1"]} for each in labels]
    return 200, json.dumps({"data": {"resultType": "vector", "result": result}})


def asked(server: Any) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(path).query) for path in server.asked]


def test_who_is_alive_is_one_question_for_quantities_and_one_for_availability(
    server: Any, signals: RecordedSignals
) -> None:
    server.answer["/api/v1/query"] = vector({"tenant": "db-a"}, {})
    up = declared("queue_up")
    up = type(up)(**{name: getattr(up, name) for name in up.__slots__} | {"unit": "share"})
    specs = [SPEC, declared("queue_age"), up]
    assert signals.alive(specs, HOURS) == {"db-a"}
    assert [one["query"] for one in asked(server)] == [
        ['count by (tenant) ({__name__=~"tenant:queue_age:max|tenant:queue_items:max"} offset 10800s)'],
        ['count by (tenant) ({__name__=~"tenant:queue_up:max"} offset 10800s > 0)'],
    ]


def test_many_signals_are_asked_for_in_parts_that_stay_short(server: Any, signals: RecordedSignals) -> None:
    server.answer["/api/v1/query"] = vector({"tenant": "db-a"})
    specs = [declared(f"queue_{'long' * 8}_{number}") for number in range(200)]
    signals.alive(specs, timedelta(0))
    assert 1 < len(server.asked) < 10
    assert all(len(path) < 2500 for path in server.asked)
    named = "".join(one["query"][0] for one in asked(server))
    assert all(f"{spec.signal}" in named for spec in specs)


def test_the_past_is_read_from_the_index_of_the_week(server: Any, signals: RecordedSignals) -> None:
    server.answer["/api/v1/series"] = 200, json.dumps({"data": [{"tenant": "db-a", "queue": "x"}, {}]})
    assert signals.had([SPEC], ["db-a", "db-b"]) == {"db-a"}
    key = parse_key('queue_items{queue=~"x.*"}', NO_CATALOGUE)
    keys = OpenKeys(SPEC, {"db-a": (key,)})
    assert signals.past_label_sets(keys) == {"db-a": {(("queue", "x"),)}}
    had, labels = asked(server)
    assert had["match[]"] == [r'{__name__=~"tenant:queue_items:max",tenant=~"db\\-a|db\\-b"}']
    assert labels["match[]"] == [r'tenant:queue_items:max{tenant=~"db\\-a",queue=~"(?s:x.*)"}']
    for one in (had, labels):
        assert float(one["end"][0]) == NOW.timestamp()
        assert float(one["start"][0]) == (NOW - timedelta(days=7)).timestamp()


def test_of_more_tenants_than_are_asked_about_nothing_is_missed(
    server: Any, signals: RecordedSignals
) -> None:
    server.answer["/api/v1/series"] = 200, json.dumps({"data": []})
    tenants = [f"a-tenant-with-a-long-name-{number}" for number in range(10_000)]
    had = signals.had([SPEC], tenants)
    assert len(server.asked) == 20
    assert 500 < len(set(tenants) - had) < 9_000
    named = "".join(one["match[]"][0] for one in asked(server)).replace("\\", "")
    assert all(tenant in named for tenant in set(tenants) - had)


def test_a_signal_was_there_always_if_it_was_at_the_earliest_look_and_missed_at_most_one(
    server: Any, signals: RecordedSignals
) -> None:
    there = {
        "always": range(1, 8),
        "missed-one": (1, 2, 4, 5, 6, 7),
        "missed-two": (1, 2, 5, 6, 7),
        "new": range(1, 7),
    }
    days: list[int] = []

    def respond(request: Any) -> None:
        query = parse_qs(urlsplit(request.path).query)["query"][0]
        days.append(int(query.partition(" offset ")[2].removesuffix("s)")) // 86_400)
        found = [{"tenant": tenant} for tenant, seen in there.items() if days[-1] in seen]
        server.send(request, vector(*found)[1])

    server.respond = respond
    assert signals.throughout(SPEC, list(there)) == {"always", "missed-one"}
    assert days == [1, 2, 3, 4, 5, 6, 7]


def test_label_sets_of_now_are_those_of_the_dimensions(server: Any, signals: RecordedSignals) -> None:
    server.answer["/api/v1/query"] = vector({"tenant": "db-a", "queue": "x"}, {"tenant": "db-a"})
    key = parse_key('queue_items{queue=~".*"}', NO_CATALOGUE)
    assert signals.label_sets(OpenKeys(SPEC, {"db-a": (key,)})) == {"db-a": {(("queue", "x"),), ()}}
    assert signals.having(SPEC) == {"db-a"}


@pytest.mark.parametrize("status", [400, 503])
def test_what_prometheus_refuses_is_no_answer(server: Any, signals: RecordedSignals, status: int) -> None:
    refusal = json.dumps({"status": "error", "errorType": "timeout", "error": "query timed out"})
    server.answer |= {"/api/v1/query": (status, refusal), "/api/v1/series": (status, refusal)}
    with pytest.raises(SignalsUnknown, match="query timed out"):
        signals.having(SPEC)
    with pytest.raises(SignalsUnknown, match="query timed out"):
        signals.had([SPEC], ["db-a"])


def test_an_answer_that_is_none_is_said(server: Any, signals: RecordedSignals) -> None:
    server.answer["/api/v1/series"] = 200, '{"data": {"a": 1}}'
    with pytest.raises(SignalsUnknown, match="really a Prometheus"):
        signals.had([SPEC], ["db-a"])


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(SignalsUnknown, match="names no host"):
        RecordedSignals("http://", timeout_s=1)


@pytest.mark.parametrize(
    "part", [{"warnings": ["receive series from 10.0.0.7: connection refused"]}, {"isPartial": True}]
)
def test_an_incomplete_answer_tells_nothing_of_what_is_missing(
    server: Any, signals: RecordedSignals, part: dict[str, object]
) -> None:
    data = {"resultType": "vector", "result": [{"metric": {"tenant": "db-a"}, "value": [0, "1"]}]}
    server.answer["/api/v1/query"] = (200, json.dumps({"status": "success", "data": data, **part}))
    server.answer["/api/v1/series"] = (200, json.dumps({"status": "success", "data": [], **part}))
    with pytest.raises(SignalsUnknown, match="incomplete"):
        signals.having(SPEC)
    with pytest.raises(SignalsUnknown, match="incomplete"):
        signals.had([SPEC], ["db-a"])
