"""Answers are those of Prometheus 2.42, shortened; the real servers are asked in tests/stack."""

from __future__ import annotations

import json
import math
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dynamic_alerting.prometheus.client import Prometheus, Sample
from dynamic_alerting.prometheus.http import AnswerError, ApiError, RefusedError, UnreachableError

ALERTS = {
    "alerts": [
        {
            "labels": {"alertname": "MariaDBHighConnections", "severity": "warning", "tenant": "db-a"},
            "annotations": {"summary": "Many client connections are open"},
            "state": "firing",
            "activeAt": "2026-11-23T10:34:04.913140289Z",
            "value": "6.1e+01",
        }
    ]
}
RULES = {
    "groups": [
        {
            "name": "mini",
            "file": "/packs/mini/rules.yaml",
            "rules": [
                {
                    "state": "firing",
                    "name": "High",
                    "query": "up > 50",
                    "duration": 4,
                    "keepFiringFor": 0,
                    "labels": {"severity": "warning"},
                    "annotations": {},
                    "alerts": [],
                    "health": "ok",
                    "evaluationTime": 0.003294967,
                    "lastEvaluation": "2026-11-23T10:34:10.9Z",
                    "type": "alerting",
                },
                {
                    "name": "a:b:c",
                    "query": "up",
                    "health": "err",
                    "lastError": "many-to-many",
                    "evaluationTime": 0.1,
                    "lastEvaluation": "2026-11-23T10:34:10.9Z",
                    "type": "recording",
                },
            ],
            "interval": 2,
            "limit": 0,
            "evaluationTime": 0.003620035,
            "lastEvaluation": "2026-11-23T10:34:10.9Z",
        }
    ]
}


def success(data: object) -> tuple[int, str]:
    return 200, json.dumps({"status": "success", "data": data})


def vector(*values: str) -> dict[str, object]:
    result = [{"metric": {"n": str(n)}, "value": [1795430050.552, value]} for n, value in enumerate(values)]
    return {"resultType": "vector", "result": result}


def test_an_instant_vector_is_parsed_with_every_kind_of_number(server: Any) -> None:
    server.answer["/api/v1/query"] = success(vector("61", "+Inf", "-Inf", "NaN", "1e-09"))
    with Prometheus(server.url) as prometheus:
        samples = prometheus.instant("up")
    assert samples[0] == Sample({"n": "0"}, 61.0, 1795430050.552)
    assert samples[1].value == math.inf
    assert samples[2].value == -math.inf
    assert math.isnan(samples[3].value)
    assert samples[4].value == 1e-9


def test_a_scalar_is_one_sample_without_labels(server: Any) -> None:
    server.answer["/api/v1/query"] = success({"resultType": "scalar", "result": [1.5, "2"]})
    with Prometheus(server.url) as prometheus:
        assert prometheus.instant("2") == (Sample({}, 2.0, 1.5),)


def test_a_query_reaches_the_server_as_written_and_at_its_time(server: Any) -> None:
    server.answer["/api/v1/query"] = success(vector())
    query = 'up{tenant="a&b=c+d ü"}'
    with Prometheus(server.url + "/") as prometheus:
        assert prometheus.instant(query, datetime(2026, 1, 1, tzinfo=UTC)) == ()
    asked = parse_qs(urlsplit(server.asked[0]).query)
    assert asked == {"query": [query], "time": ["1767225600.0"]}


def test_a_range_is_parsed(server: Any) -> None:
    result = [{"metric": {"a": "b"}, "values": [[1, "2"], [3, "4"]]}]
    server.answer["/api/v1/query_range"] = success({"resultType": "matrix", "result": result})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with Prometheus(server.url) as prometheus:
        (series,) = prometheus.range("up", start, start + timedelta(hours=1), timedelta(seconds=30))
    assert series.labels == {"a": "b"}
    assert series.points == ((1.0, 2.0), (3.0, 4.0))
    assert parse_qs(urlsplit(server.asked[0]).query)["step"] == ["30.0"]


def test_alerts_are_parsed(server: Any) -> None:
    server.answer["/api/v1/alerts"] = success(ALERTS)
    with Prometheus(server.url) as prometheus:
        (alert,) = prometheus.alerts()
    assert (alert.name, alert.state, alert.value) == ("MariaDBHighConnections", "firing", 61.0)
    assert alert.active_at == datetime(2026, 11, 23, 10, 34, 4, 913140, tzinfo=UTC)


def test_rules_are_parsed_alerts_and_records(server: Any) -> None:
    server.answer["/api/v1/rules"] = success(RULES)
    with Prometheus(server.url) as prometheus:
        (group,) = prometheus.rules()
    alerting, recording = group.rules
    assert (group.interval_s, alerting.for_s, alerting.state, alerting.health) == (2.0, 4.0, "firing", "ok")
    assert (recording.kind, recording.state, recording.for_s) == ("recording", None, None)
    assert recording.last_error == "many-to-many"


def test_a_refused_query_says_what_the_server_said(server: Any) -> None:
    body = {"status": "error", "errorType": "bad_data", "error": "invalid parameter: parse error"}
    server.answer["/api/v1/query"] = (400, json.dumps(body))
    with Prometheus(server.url) as prometheus, pytest.raises(RefusedError) as refused:
        prometheus.instant("up{")
    assert "bad_data: invalid parameter: parse error" in str(refused.value)
    assert server.url in str(refused.value)


def test_nobody_listening_is_said_with_the_address_and_advice() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with Prometheus(url) as prometheus:
        with pytest.raises(UnreachableError, match=url) as unreachable:
            prometheus.instant("up")
        assert not prometheus.is_ready()
    assert "Is Prometheus running there?" in unreachable.value.advice


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "[]",
        "{}",
        '{"data": null}',
        '{"data": {"resultType": "vector", "result": [{"metric": {}}]}}',
        '{"data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "x"]}]}}',
        '{"data": {"resultType": "string", "result": [1, "x"]}}',
    ],
)
def test_an_answer_of_another_server_is_an_error_and_never_no_data(server: Any, body: str) -> None:
    server.answer["/api/v1/query"] = (200, body)
    with Prometheus(server.url) as prometheus, pytest.raises(AnswerError):
        prometheus.instant("up")


@pytest.mark.parametrize("url", ["localhost", "", "http://", "http://[::1"])
def test_an_address_without_a_host_is_refused_at_once(url: str) -> None:
    with pytest.raises(ApiError, match="http://host:port"):
        Prometheus(url)


def test_a_proxy_from_the_environment_is_not_used_for_this_machine(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer["/-/ready"] = (200, "ready")
    with Prometheus(server.url) as prometheus:
        assert prometheus.is_ready()


def test_warnings_of_the_server_are_logged(server: Any, caplog: pytest.LogCaptureFixture) -> None:
    body = {"status": "success", "data": vector(), "warnings": ["a store is missing"]}
    server.answer["/api/v1/query"] = (200, json.dumps(body))
    with Prometheus(server.url) as prometheus:
        prometheus.instant("up")
    assert "a store is missing" in caplog.text


@pytest.mark.parametrize(
    "result",
    [
        [{"metric": {"tenant": 5}, "value": [0, "1"]}],
        [{"metric": {"tenant": None}, "value": [0, "1"]}],
        [{"metric": ["tenant"], "value": [0, "1"]}],
    ],
)
def test_labels_that_are_no_texts_are_an_unusable_answer(server: Any, result: object) -> None:
    server.answer["/api/v1/query"] = success({"resultType": "vector", "result": result})
    server.answer["/api/v1/series"] = success([one["metric"] for one in result])  # type: ignore[attr-defined] # a list
    with Prometheus(server.url) as prometheus:
        with pytest.raises(AnswerError, match="Is this address really a Prometheus"):
            prometheus.instant("up")
        with pytest.raises(AnswerError, match="Is this address really a Prometheus"):
            prometheus.series("up", datetime.now(UTC), datetime.now(UTC))


def test_an_answer_nested_without_end_is_unusable(server: Any) -> None:
    server.answer["/api/v1/query"] = (200, "[" * 200_000)
    with Prometheus(server.url) as prometheus, pytest.raises(AnswerError, match="is not JSON"):
        prometheus.instant("up")
    server.answer["/api/v1/query"] = (500, "[" * 200_000)
    with Prometheus(server.url) as prometheus, pytest.raises(RefusedError, match="answered 500"):
        prometheus.instant("up")


def test_an_error_names_the_address_without_the_long_question(server: Any) -> None:
    server.answer["/api/v1/query"] = (503, "starting")
    with Prometheus(server.url) as prometheus, pytest.raises(RefusedError) as caught:
        prometheus.instant("up or " * 500 + "up")
    assert str(caught.value) == (
        f"{server.url}/api/v1/query: answered 503: starting. See the log of Prometheus"
    )


def test_warnings_that_are_null_are_none(server: Any) -> None:
    answer = {"status": "success", "data": vector("1"), "warnings": None}
    server.answer["/api/v1/query"] = (200, json.dumps(answer))
    with Prometheus(server.url) as prometheus:
        assert len(prometheus.instant("up")) == 1


def test_a_warning_of_every_answer_is_logged_once(server: Any, caplog: pytest.LogCaptureFixture) -> None:
    def answer(*warnings: str) -> None:
        body = {"status": "success", "data": vector("1"), "warnings": warnings}
        server.answer["/api/v1/query"] = (200, json.dumps(body))

    with Prometheus(server.url) as prometheus:
        for warnings in (
            ["a store is gone"],
            ["a store is gone"],
            ["a store is gone", "so is b"],
            [],
            ["so is b"],
        ):
            answer(*warnings)
            prometheus.instant("up")
    assert [record.getMessage().partition("query: ")[2] for record in caplog.records] == [
        "a store is gone",
        "so is b",
        "so is b",
    ]
