"""One alert with one example, and what is scraped and fires when: what promtool cases are made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

from dynamic_alerting.packs.examples import EVALUATION, INSTANCE, STEP, labels_of, seconds, source_series
from dynamic_alerting.packs.pack import Alert, Example, Pack
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.wording import dashboard_url, printed, runbook_url

OUTAGE = 600  # how long every exporter is gone in the outage cases
REPLICAS = ("exporter-a", "exporter-b")
NO_LABELS: Mapping[str, str] = MappingProxyType({})

Firing = dict[str, object]


@dataclass(frozen=True)
class Limit:
    """One series that the threshold-exporter serves: of a key, or of a state filter."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    value: str

    def with_label(self, label: str, value: str) -> Self:
        """Return the same limit with one label set."""
        return replace(self, labels=tuple({**dict(self.labels), label: value}.items()))


@dataclass(frozen=True)
class Case:
    """One case of an alert: what is scraped, and what fires when.

    Attributes:
        name: what it is about, as in ``maintenance``.
        alert: the alert's name.
        series: promtool's input series, by name and labels.
        expected: what fires, by the seconds after which it is looked at.
        outage: whether every threshold-exporter goes away meanwhile.
        tenant: the tenant to which it happens; None for the platform as a whole.
    """

    name: str
    alert: str
    series: dict[str, str]
    expected: dict[int, list[Firing]]
    outage: bool
    tenant: str | None


@dataclass(frozen=True)
class Story:
    """One alert with one example: everything that its cases are made of."""

    pack: Pack
    alert: Alert
    example: Example
    labels: dict[str, str]
    limits: tuple[Limit, ...]
    folds_replicas: bool = True

    def of(self, case: str) -> Self:
        """Return the story as it happens to a tenant that is named after the case."""
        tenant = tenant_of(case)
        limits = tuple(limit.with_label("tenant", tenant) for limit in self.limits)
        return replace(self, labels={**self.labels, "tenant": tenant}, limits=limits)

    @property
    def at(self) -> int:
        """Seconds after which the alert fires: the example has settled and ``for`` has passed."""
        settled = seconds(self.example.at) + seconds(self.alert.for_)
        return -(-settled // EVALUATION) * EVALUATION

    @property
    def after_outage(self) -> int:
        """Seconds after which the exporters that went away when it fired have been gone long enough."""
        return self.at + EVALUATION + OUTAGE

    @property
    def end(self) -> int:
        """Seconds that the series last."""
        return self.at + OUTAGE + 2 * EVALUATION

    def firing(self, *severities: str) -> list[Firing]:
        """Return the alerts expected at these severities, with all labels and annotations."""
        return [self._fired({**self.labels, "severity": severity}) for severity in severities]

    def _fired(self, labels: dict[str, str]) -> Firing:
        texts = {
            "summary": self.alert.summary,
            "description": printed(self.alert.description, labels, self.example.prints),
            "runbook_url": runbook_url(self.pack.pack, self.alert.name),
            "dashboard_url": printed(dashboard_url(self.pack.pack, self.alert), labels, None),
        }
        return {"exp_labels": labels, "exp_annotations": texts}

    def all_fire(self) -> list[Firing]:
        """Return the alerts expected at the severities of the limits."""
        return self.firing(*self.severities())

    def severities(self) -> list[str]:
        """Return the severities that the limits carry."""
        return list(dict.fromkeys(dict(limit.labels)["severity"] for limit in self.limits))

    def sources(
        self, *, quiet: bool = False, instance: str = INSTANCE, target: Mapping[str, str] = NO_LABELS
    ) -> dict[str, str]:
        """Return the database's series; ``target`` are labels that its target has."""
        chosen = self.example.quiet if quiet else self.example.fires
        series = source_series(chosen, self.end, instance=instance, tenant=self.labels["tenant"])
        return {_labelled(name, target): values for name, values in series.items()}

    def served(
        self,
        *limits: Limit,
        replica: str = REPLICAS[0],
        until: int | None = None,
        target: Mapping[str, str] = NO_LABELS,
    ) -> dict[str, str]:
        """Return what one threshold-exporter serves, and its sign of health, until it goes away.

        Args:
            limits: What it serves.
            replica: Its instance.
            until: Seconds after which it goes away.
            target: Labels that its target has; a limit's own stay, as with ``honor_labels``.
        """
        steps = (self.end if until is None else until) // STEP
        gone = "" if until is None else " stale"
        health = f'threshold_exporter_config_loaded{{instance="{replica}"}}'
        series = {_labelled(health, target): f"1x{steps}{gone}"}
        for limit in limits:
            name = _labelled(limit_series(limit, replica), target)
            series[name] = f"{_repeated(limit.value, steps)}{gone}"
        return series

    def maintenance(self) -> Limit:
        """Return the state of maintenance of the story's tenant."""
        labels = {"tenant": self.labels["tenant"], "filter": "maintenance", "severity": "info"}
        return Limit("user_state_filter", tuple(labels.items()), "1")

    def case(
        self, name: str, series: dict[str, str], expected: dict[int, list[Firing]], *, outage: bool = False
    ) -> Case:
        """Return a case of this story."""
        return Case(name, self.alert.name, series, expected, outage, self.labels["tenant"])


def tenant_of(case: str) -> str:
    """Return the name of the tenant to which a case happens: ``two replicas`` to ``two-replicas``."""
    return re.sub(r"[^a-z0-9]+", "-", case.lower()).strip("-")


def limit_series(limit: Limit, replica: str) -> str:
    """Return the name and labels under which one replica serves a limit."""
    return selector(limit.metric, [(k, "=", v) for k, v in (*limit.labels, ("instance", replica))])


def _labelled(series: str, target: Mapping[str, str]) -> str:
    """Give a series the labels of its target that it has not itself."""
    if not target:
        return series
    labels = {**target, **labels_of(series)}
    name = series.split("{", maxsplit=1)[0]
    return selector(name, [(label, "=", value) for label, value in labels.items()])


def _repeated(value: str, steps: int) -> str:
    """Write one sample more than ``steps``; promtool cannot repeat infinity by ``x``."""
    return " ".join([value] * (steps + 1)) if "Inf" in value else f"{value}x{steps}"
