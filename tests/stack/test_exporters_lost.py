"""Threshold-exporters are killed while an alert fires: it goes on as if nothing had happened."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.stack.history import history

from dynamic_alerting.stack.load import hold_connections
from dynamic_alerting.stack.mariadb import client_file
from dynamic_alerting.stack.tenant_file import set_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dynamic_alerting.prometheus.client import Alert
    from dynamic_alerting.stack.observations import Observer
    from dynamic_alerting.stack.platform import Platform
    from dynamic_alerting.stack.settings import Settings

pytestmark = pytest.mark.stack
ALERT = "MariaDBHighConnections"
SEEN = (
    "up",
    'mysql_global_status_threads_connected{tenant="db-a"}',
    'user_threshold{tenant="db-a",component="mysql",metric="connections"}',
    'tenant:alert_threshold:mysql_connections{tenant="db-a"}',
    f'ALERTS{{alertname="{ALERT}"}}',
    'prometheus_rule_group_iterations_missed_total{rule_group=~".+;mariadb.*"}',
    'prometheus_rule_group_last_duration_seconds{rule_group=~".+;mariadb.*"}',
)


@pytest.fixture
def firing(
    platform: Platform, observer: Observer, fresh_config: Path, until: Callable[..., Any]
) -> Iterator[Alert]:
    """MariaDBHighConnections fires for db-a, which has 60 connections and a threshold of 50."""

    def served() -> list[float]:
        return list(observer.thresholds("db-a", "mysql_connections", "warning").values())

    # what the test before left may still be served and firing: both replicas have to have read 80, then 50
    until(lambda: served() == [80, 80] and not fires(observer))
    with hold_connections(client_file(platform.settings, "db-a", "load"), 60):
        set_value(fresh_config / "db-a.yaml", "db-a", "mysql_connections", '"50"')
        until(lambda: served() == [50, 50] and fires(observer))
        yield fires(observer)[0]


def fires(observer: Observer) -> list[Alert]:
    return [alert for alert in observer.alerts("db-a") if alert.name == ALERT and alert.state == "firing"]


def kill(platform: Platform, *names: str) -> None:
    for name in names:
        os.kill(platform.pid(name), signal.SIGKILL)


def require_unbroken(settings: Settings, observer: Observer, before: Alert, seconds: float) -> None:
    """For some seconds there is exactly the alert of before: never resolved, never twice."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        alerts = fires(observer)
        assert [(a.labels, a.active_at, a.value) for a in alerts] == [
            (before.labels, before.active_at, before.value)
        ], history(settings, SEEN)
        time.sleep(0.3)


def test_one_exporter_killed_changes_nothing(
    platform: Platform, observer: Observer, firing: Alert, until: Callable[..., Any]
) -> None:
    kill(platform, "threshold-exporter-1")
    until(lambda: len(observer.thresholds("db-a", "mysql_connections", "warning")) == 1)
    require_unbroken(platform.settings, observer, firing, 8)
    assert [alert.name for alert in observer.alerts("db-b")] == []
    platform.start_again(platform.dead())
    until(lambda: len(observer.thresholds("db-a", "mysql_connections", "warning")) == 2)
    require_unbroken(platform.settings, observer, firing, 3)


def test_both_exporters_killed_and_the_last_thresholds_keep_applying(
    platform: Platform, observer: Observer, firing: Alert, until: Callable[..., Any]
) -> None:
    kill(platform, "threshold-exporter-1", "threshold-exporter-2")
    until(lambda: not observer.thresholds("db-a", "mysql_connections", "warning"))
    require_unbroken(platform.settings, observer, firing, 8)
    until(
        lambda: [a for a in observer.alerts() if a.name == "ThresholdExporterAbsent" and a.state == "firing"]
    )
    require_unbroken(platform.settings, observer, firing, 8)
    platform.start_again(platform.dead())
    until(lambda: len(observer.thresholds("db-a", "mysql_connections", "warning")) == 2)
    require_unbroken(platform.settings, observer, firing, 3)
    until(lambda: not [a for a in observer.alerts() if a.name == "ThresholdExporterAbsent"])


def test_disable_ends_the_alert_at_once_while_an_exporter_is_there(
    platform: Platform, observer: Observer, firing: Alert, fresh_config: Path, until: Callable[..., Any]
) -> None:
    assert firing.value >= 60
    set_value(fresh_config / "db-a.yaml", "db-a", "mysql_connections", "disable")
    until(lambda: not fires(observer))
    assert platform.dead() == []
