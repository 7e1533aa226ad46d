from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from dynamic_alerting.stack.receiver import Journal, application

if TYPE_CHECKING:
    from pathlib import Path

WEBHOOK = {
    "version": "4",
    "status": "firing",
    "receiver": "db-a",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "MariaDBHighConnections", "severity": "warning", "tenant": "db-a"},
            "annotations": {"summary": "Many client connections are open"},
            "startsAt": "2026-11-23T10:34:08.913Z",
            "endsAt": "0001-01-01T00:00:00Z",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "ThresholdExporterDown"},
            "annotations": {},
            "startsAt": "2026-11-23T10:34:08.913Z",
            "endsAt": "2026-11-23T10:35:08.913Z",
        },
    ],
}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "notifications.jsonl"


def test_each_alert_of_a_notification_is_written_down_and_read_back(journal: Path) -> None:
    client = TestClient(application(Journal(journal)))
    assert client.post("/notify/db-a", json=WEBHOOK).status_code == 204
    first, second = client.get("/notifications", params={"tenant": "db-a"}).json()
    assert (first["alertname"], first["severity"], first["status"]) == (
        "MariaDBHighConnections",
        "warning",
        "firing",
    )
    assert (second["tenant"], second["status"]) == (None, "resolved")
    assert [json.loads(line) for line in journal.read_text().splitlines()] == [first, second]


def test_a_tenant_sees_what_it_was_notified_of_and_nothing_else(journal: Path) -> None:
    client = TestClient(application(Journal(journal)))
    client.post("/notify/db-ab", json=WEBHOOK)
    assert client.get("/notifications", params={"tenant": "db-a"}).json() == []
    assert len(client.get("/notifications").json()) == 2


def test_what_is_no_webhook_is_refused_and_not_written_down(journal: Path) -> None:
    client = TestClient(application(Journal(journal)))
    for body in ("{}", "[]", "no json", '{"alerts": [{"status": "firing"}]}'):
        assert client.post("/notify/db-a", content=body).status_code == 400
    assert not journal.exists()


def test_a_journal_survives_a_restart_of_the_receiver(journal: Path) -> None:
    TestClient(application(Journal(journal))).post("/notify/db-a", json=WEBHOOK)
    again = TestClient(application(Journal(journal)))
    again.post("/notify/db-a", json=WEBHOOK)
    assert len(again.get("/notifications").json()) == 4
