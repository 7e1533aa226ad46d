"""The story that the demo plays: one tenant changes one value, and only its own alert follows."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from dynamic_alerting.stack.load import hold_connections
from dynamic_alerting.stack.mariadb import client_file
from dynamic_alerting.stack.observations import Notification, Observer
from dynamic_alerting.stack.steps import Outcome, Seen, Step, play
from dynamic_alerting.stack.tenant_file import set_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynamic_alerting.stack.platform import Platform

ALERT = "MariaDBHighConnections"
KEY = "mysql_connections"
CONNECTIONS = 60
_SOON_S = 30.0
_FIRES_S = 75.0
"""Seconds for an alert to fire: its `for` is 30 s, the rest is scraping and a busy machine."""


class Demo:
    """The story, played on a healthy platform with the tenants db-a and db-b.

    Args:
        platform: started with the example conf.d, without history.
        observer: of the same platform.
    """

    def __init__(self, platform: Platform, observer: Observer) -> None:
        self._platform = platform
        self._observer = observer
        self._settings = platform.settings
        self._held = ExitStack()

    def play(self, tell: Callable[[Step], None], told: Callable[[Outcome], None]) -> list[Outcome]:
        """Play step after step, up to the first that is not as expected.

        Args:
            tell: told of each step before it is looked at.
            told: told of its outcome.

        Raises:
            StackError: a program ended, or refused.
            ApiError: an API did not answer.
        """
        outcomes = []
        with self._held:
            for step in self.steps():
                tell(step)
                outcome = play(step, self._platform.require_alive)
                outcomes.append(outcome)
                told(outcome)
                if not outcome.as_expected:
                    break
        return outcomes

    def steps(self) -> Iterator[Step]:
        """Every step; what a step does is done when it is asked for."""
        a_while = 3.0 * self._settings.interval_s
        yield Step("nothing is done yet", "all targets up, no alert", self._quiet, _SOON_S, a_while)

        self._held.enter_context(hold_connections(client_file(self._settings, "db-a", "load"), CONNECTIONS))
        yield Step(
            f"{CONNECTIONS} connections are held open on db-a's server",
            f"at least {CONNECTIONS} counted, still no alert (default 80)",
            self._loaded_but_quiet,
            _SOON_S,
            a_while,
        )
        self._write(KEY, '"50"')
        yield Step(f'{KEY}: "50" is written into db-a.yaml', *self._served("warning", 50), _SOON_S)
        yield Step(
            "db-a is over its new threshold for 30 s",
            f"{ALERT} fires for db-a as warning; none for db-b",
            lambda: self._fires({"warning"}),
            _FIRES_S,
        )
        yield Step(
            "Alertmanager notifies",
            "db-a's receiver has the warning; db-b's has nothing",
            lambda: self._notified("firing", "warning"),
            _SOON_S,
        )
        self._write(f"{KEY}_critical", '"55"')
        yield Step(f'{KEY}_critical: "55" adds a tier', *self._served("critical", 55), _SOON_S)
        yield Step(
            "db-a is over both tiers for 30 s",
            f"{ALERT} fires as warning and as critical",
            lambda: self._fires({"warning", "critical"}),
            _FIRES_S,
        )
        yield Step(
            "Alertmanager tells only the worse one",
            "db-a's receiver has the critical; the warning is inhibited by it",
            self._inhibited,
            _SOON_S,
        )
        self._write("_state_maintenance", "enable")
        yield Step(
            "_state_maintenance: enable is written",
            "silent: no alert of db-a in Prometheus or Alertmanager",
            self._silent,
            _SOON_S,
        )
        self._write("_state_maintenance", "disable")
        yield Step(
            "_state_maintenance: disable is written",
            f"{ALERT} fires again, as it is still over both tiers",
            lambda: self._fires({"warning", "critical"}),
            _FIRES_S,
        )
        self._held.close()
        yield Step(
            "the connections are closed",
            "resolved, and db-a's receiver was told; db-b heard nothing at all",
            self._resolved,
            _SOON_S,
        )

    def _write(self, key: str, value: str) -> None:
        set_value(self._settings.config_dir / "db-a.yaml", "db-a", key, value)

    def _quiet(self) -> Seen:
        missing = [tenant for tenant in ("db-a", "db-b") if self._observer.connections(tenant) is None]
        if missing:
            return Seen(False, f"no metrics of {' and '.join(missing)} yet")
        not_right = [*self._observer.targets_down(), *self._observer.unhealthy_rules()]
        if not_right:
            return Seen(False, "; ".join(not_right))
        alerts = self._alerts(None)
        return Seen(not alerts, _listed(alerts))

    def _loaded_but_quiet(self) -> Seen:
        connections = self._observer.connections("db-a")
        alerts = self._alerts(None)
        text = f"{connections or 0:.0f} connections, {_listed(alerts)}"
        return Seen(connections is not None and connections >= CONNECTIONS and not alerts, text)

    def _served(self, severity: str, value: float) -> tuple[str, Callable[[], Seen]]:
        def look() -> Seen:
            served = self._observer.thresholds("db-a", KEY, severity)
            text = ", ".join(f"{instance} serves {number:g}" for instance, number in sorted(served.items()))
            right = len(served) == self._settings.replicas and set(served.values()) == {value}
            return Seen(right, text or f"no {severity} threshold")

        return f"both replicas serve {value:g} as {severity}", look

    def _fires(self, severities: set[str]) -> Seen:
        alerts = self._alerts(None)
        wanted = {(ALERT, "db-a", severity, "firing") for severity in severities}
        return Seen(alerts == wanted, _listed(alerts))

    def _notified(self, status: str, severity: str) -> Seen:
        told, others = self._observer.notifications("db-a"), self._observer.notifications("db-b")
        right = Notification(status, ALERT, severity, "db-a") in told and not others
        return Seen(right, f"db-a: {_told(told)}; db-b: {_told(others)}")

    def _inhibited(self) -> Seen:
        notified = self._notified("firing", "critical")
        routed = {alert.labels["severity"]: alert for alert in self._observer.routed("db-a")}
        if not {"warning", "critical"} <= set(routed):
            return Seen(False, f"Alertmanager has only: {', '.join(routed) or 'nothing'}")
        warning, critical = routed["warning"], routed["critical"]
        inhibited = warning.inhibited_by == (critical.fingerprint,) and critical.state == "active"
        text = f"{notified.text}; warning is {warning.state}"
        return Seen(notified.as_expected and inhibited, text + (" by the critical" if inhibited else ""))

    def _silent(self) -> Seen:
        alerts = self._alerts("db-a")
        routed = self._observer.routed("db-a")
        text = f"{_listed(alerts)}; {len(routed)} in Alertmanager"
        return Seen(not alerts and not routed, text)

    def _resolved(self) -> Seen:
        alerts = self._alerts(None)
        told, others = self._observer.notifications("db-a"), self._observer.notifications("db-b")
        last = {(entry.alert, entry.severity): entry.status for entry in told}
        right = not alerts and set(last.values()) == {"resolved"} and not others
        return Seen(right, f"{_listed(alerts)}; db-a: {_told(told[-2:])}; db-b: {_told(others)}")

    def _alerts(self, tenant: str | None) -> set[tuple[str, str, str, str]]:
        return {
            (alert.name, alert.labels.get("tenant", "platform"), alert.labels["severity"], alert.state)
            for alert in self._observer.alerts(tenant)
        }


def _listed(alerts: set[tuple[str, str, str, str]]) -> str:
    if not alerts:
        return "no alert"
    return ", ".join(
        f"{name} {tenant} {severity} {state}" for name, tenant, severity, state in sorted(alerts)
    )


def _told(notifications: list[Notification]) -> str:
    if not notifications:
        return "nothing"
    return ", ".join(f"{entry.severity} {entry.status}" for entry in notifications)
