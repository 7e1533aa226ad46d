"""One tenant's file, changed again and again: each change followed to its notification, and taken back."""

import random
import re
import time
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection
from threading import Event

from bench.hops import Change
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.prometheus.promql import selector
from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.receiver import Journal
from dynamic_alerting.stack.settings import Settings, local
from dynamic_alerting.stack.tenant_file import set_value

ALERT, KEY = "MariaDBHighConnections", "mysql_connections"
THRESHOLD = {"component": "mysql", "metric": "connections"}
QUIET, EXCEEDED = 80, 50
POLL_S = 0.02
_NOTICED_S = 0.2
_WITHIN_S = 120.0
"""Seconds that the alert's `for` and everything else may take; a change that is lost is an error."""


class EndedError(Exception):
    """Another tenant's change was lost, or somebody asked this program to end."""


def until(look: Callable[[], bool], complaint: str, ended: Event, pause_s: float = _NOTICED_S) -> None:
    """Look until something is so.

    Raises:
        StackError: it took too long.
        EndedError: the event was set.
    """
    deadline = time.monotonic() + _WITHIN_S
    while not look():
        if ended.wait(pause_s):
            raise EndedError
        if time.monotonic() > deadline:
            raise StackError(f"{complaint}, after {_WITHIN_S:.0f} s")


class TenantFile:
    """One tenant's file and what follows from it.

    Args:
        settings: of a running platform.
        name: the tenant; it has more connections open than its lower threshold allows.
        ended: set when this is to end.
    """

    def __init__(self, settings: Settings, name: str, ended: Event) -> None:
        self._settings = settings
        self._name = name
        self._ended = ended
        self._journal = Journal(settings.journal)
        self._chance = random.Random(name)  # noqa: S311 - nothing secret

    def changes(self, count: int, report: Callable[[str], None]) -> list[Change]:
        """Lower the threshold, wait for the notification, raise it, wait for that one, and again."""
        taken = []
        for number in range(1, count + 1):
            # A change comes at any moment between two scrapes.
            self._ended.wait(self._chance.uniform(0, 2 * self._settings.interval_s))
            taken.append(self._change())
            report(f"{self._name}: change {number} of {count} was notified of after {taken[-1].total:.1f} s")
        return taken

    def _change(self) -> Change:
        saved = self._write(EXCEEDED)
        served = self._until_served()
        notified = self._until_notified("firing", saved)
        scraped = self._first_samples("user_threshold", THRESHOLD, saved)
        pending = self._first_samples("ALERTS", {"alertname": ALERT, "alertstate": "pending"}, saved)
        firing = self._first_samples("ALERTS", {"alertname": ALERT, "alertstate": "firing"}, saved)
        if len(scraped) != self._settings.replicas or not firing:
            raise StackError(f"{self._name}: notified, but Prometheus has no samples of what led to it")
        self._until_notified("resolved", self._write(QUIET))
        return Change(
            tenant=self._name,
            saved=saved,
            served=served,
            scraped=max(scraped),
            pending=min(pending or firing),  # without `for` it never is
            firing=min(firing),
            notified=notified,
        )

    def _write(self, value: int) -> float:
        set_value(self._settings.config_dir / f"{self._name}.yaml", self._name, KEY, str(value))
        return time.time()

    def _until_served(self) -> float:
        for replica in range(1, self._settings.replicas + 1):
            connection = HTTPConnection("127.0.0.1", self._settings.threshold_exporter_port(replica))

            def serves(connection: HTTPConnection = connection) -> bool:
                connection.request("GET", "/metrics")
                return serves_threshold(connection.getresponse().read().decode(), self._name, EXCEEDED)

            try:
                until(
                    serves, f"{self._name}: exporter {replica} serves the old threshold", self._ended, POLL_S
                )
            finally:
                connection.close()
        return time.time()

    def _until_notified(self, status: str, since: float) -> float:
        told: list[float] = []

        def notified() -> bool:
            told.extend(notifications(self._journal.read(self._name), status, since))
            return bool(told)

        until(notified, f"{self._name}: no notification that {ALERT} is {status}", self._ended)
        return told[0]

    def _first_samples(self, metric: str, labels: dict[str, str], since: float) -> list[float]:
        """When Prometheus first had each series since the change; a threshold's with the new value."""
        series = selector(metric, {**labels, "tenant": self._name, "severity": "warning"})
        value = EXCEEDED if metric == "user_threshold" else 1
        with Prometheus(local(self._settings.prometheus_port)) as prometheus:
            query = (
                f"{series}[{int(time.time() - since) + 10}s]"  # the samples themselves, each with its time
            )
            answer = prometheus.json("/api/v1/query", {"query": query})["data"]["result"]
        return first_samples([one["values"] for one in answer], value, since)


def serves_threshold(exposition: str, tenant: str, value: float) -> bool:
    """Whether an exposition has the tenant's threshold for connections with a value."""
    served = re.search(
        rf'^user_threshold{{(?=[^}}]*tenant="{re.escape(tenant)}")(?=[^}}]*metric="connections")'
        r'(?=[^}]*severity="warning")[^}]*} (\S+)$',
        exposition,
        re.MULTILINE,
    )
    return served is not None and float(served[1]) == value


def notifications(journal: list[dict[str, str]], status: str, since: float) -> list[float]:
    """When the receiver was told of the alert in a state, from an instant on."""
    told = [
        datetime.fromisoformat(entry["at"]).timestamp()
        for entry in journal
        if (entry["alertname"], entry["status"]) == (ALERT, status)
    ]
    return [at for at in told if at >= since]


def first_samples(series: list[list[tuple[float, str]]], value: float, since: float) -> list[float]:
    """For each series that ever had a value from an instant on, when it first had it."""
    found = ([at for at, text in samples if at >= since and float(text) == value] for samples in series)
    return [times[0] for times in found if times]
