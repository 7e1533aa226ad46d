"""Answers are those of Alertmanager 0.25, shortened; the real server is asked in tests/stack."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dynamic_alerting.prometheus.alertmanager import Alertmanager
from dynamic_alerting.prometheus.http import AnswerError

ALERT = {
    "annotations": {"summary": "Many client connections are open"},
    "endsAt": "2026-11-23T10:38:08.913Z",
    "fingerprint": "fc38eb99da213402",
    "receivers": [{"name": "db-a"}],
    "startsAt": "2026-11-23T10:34:08.913Z",
    "status": {"inhibitedBy": ["0123456789abcdef"], "silencedBy": [], "state": "suppressed"},
    "updatedAt": "2026-11-23T10:34:08.925Z",
    "labels": {"alertname": "MariaDBHighConnections", "severity": "warning", "tenant": "db-a"},
}
STATUS = {
    "cluster": {"peers": [], "status": "disabled"},
    "config": {"original": "route:\n  receiver: platform\n"},
    "uptime": "2026-11-23T10:33:59.802Z",
    "versionInfo": {"version": "0.25.0"},
}


def test_an_inhibited_alert_names_what_inhibits_it(server: Any) -> None:
    server.answer["/api/v2/alerts"] = (200, json.dumps([ALERT]))
    with Alertmanager(server.url) as alertmanager:
        (alert,) = alertmanager.alerts(['tenant="db-a"'])
    assert (alert.name, alert.state, alert.inhibited_by) == (
        "MariaDBHighConnections",
        "suppressed",
        ("0123456789abcdef",),
    )
    assert alert.receivers == ("db-a",)
    assert parse_qs(urlsplit(server.asked[0]).query) == {"filter": ['tenant="db-a"']}


def test_status_is_parsed(server: Any) -> None:
    server.answer["/api/v2/status"] = (200, json.dumps(STATUS))
    with Alertmanager(server.url) as alertmanager:
        status = alertmanager.status()
    assert (status.version, status.cluster) == ("0.25.0", "disabled")
    assert "receiver: platform" in status.configuration


@pytest.mark.parametrize("body", ["{}", '[{"labels": {}}]', "null"])
def test_an_answer_of_another_server_is_an_error(server: Any, body: str) -> None:
    server.answer["/api/v2/alerts"] = (200, body)
    with Alertmanager(server.url) as alertmanager, pytest.raises(AnswerError):
        alertmanager.alerts()
