"""What can be seen of a running platform from outside: through its HTTP APIs, as a person would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from dynamic_alerting.prometheus.alertmanager import Alertmanager, RoutedAlert
from dynamic_alerting.prometheus.client import Alert, Prometheus
from dynamic_alerting.prometheus.http import JsonApi
from dynamic_alerting.prometheus.promql import quote, selector
from dynamic_alerting.stack.settings import local

if TYPE_CHECKING:
    from types import TracebackType

    from dynamic_alerting.stack.settings import Settings


@dataclass(frozen=True, slots=True)
class Notification:
    """One alert in one notification to one receiver."""

    status: str
    alert: str
    severity: str
    tenant: str | None


class Observer:
    """Asks the platform's Prometheus, Alertmanager and receiver; a context manager.

    Every method raises the errors of ``prometheus.http``.
    """

    def __init__(self, settings: Settings) -> None:
        self._prometheus = Prometheus(local(settings.prometheus_port))
        self._alertmanager = Alertmanager(local(settings.alertmanager_port))
        self._receiver = JsonApi(local(settings.receiver_port), program="the receiver of notifications")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for api in (self._prometheus, self._alertmanager, self._receiver):
            api.close()

    def connections(self, tenant: str) -> float | None:
        """Open connections of the tenant's server, as last scraped; None before the first scrape."""
        query = selector("mysql_global_status_threads_connected", {"tenant": tenant})
        samples = self._prometheus.instant(query)
        return samples[0].value if samples else None

    def thresholds(self, tenant: str, key: str, severity: str) -> dict[str, float]:
        """What each replica serves for a key such as ``mysql_connections``: value by instance."""
        component, _, metric = key.partition("_")
        labels = {"tenant": tenant, "component": component, "metric": metric, "severity": severity}
        samples = self._prometheus.instant(selector("user_threshold", labels))
        return {sample.labels["instance"]: sample.value for sample in samples}

    def states(self, tenant: str, state_filter: str) -> set[str]:
        """The replicas that serve a state filter of the tenant as on."""
        labels = {"tenant": tenant, "filter": state_filter}
        return {s.labels["instance"] for s in self._prometheus.instant(selector("user_state_filter", labels))}

    def alerts(self, tenant: str | None = None) -> list[Alert]:
        """Pending and firing alerts, of all or of one tenant."""
        alerts = self._prometheus.alerts()
        return [alert for alert in alerts if tenant is None or alert.labels.get("tenant") == tenant]

    def unhealthy_rules(self) -> list[str]:
        """Rules whose last evaluation failed: name and error."""
        return [
            f"{rule.name}: {rule.last_error or rule.health}"
            for group in self._prometheus.rules()
            for rule in group.rules
            if rule.health == "err"  # "unknown" is a slower group that was not evaluated yet
        ]

    def targets_down(self) -> list[str]:
        """Scrape targets that do not answer, or were not scraped yet: address and error."""
        targets = self._prometheus.targets()
        return [f"{t.scrape_url}: {t.last_error or t.health}" for t in targets if t.health != "up"]

    def routed(self, tenant: str) -> list[RoutedAlert]:
        """The tenant's alerts in Alertmanager that have not ended."""
        return list(self._alertmanager.alerts([f"tenant={quote(tenant)}"]))

    def notifications(self, receiver: str) -> list[Notification]:
        """What a receiver was told, oldest first."""
        entries: list[dict[str, Any]] = self._receiver.json("/notifications", {"tenant": receiver})
        return [
            Notification(entry["status"], entry["alertname"], entry["severity"], entry["tenant"])
            for entry in entries
        ]
