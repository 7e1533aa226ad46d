"""Alerts as the packs can make them: every name, severity and combination of labels, of several tenants."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from dynamic_alerting.model.severity import Severity
from dynamic_alerting.packs.pack import FurtherAlert, Pack, Threshold
from dynamic_alerting.packs.rules import alert_labels

MADE_UP = ("value-1", "value-2")


@dataclass(frozen=True, slots=True)
class AlertKind:
    """An alerting rule of a pack, as far as its labels go.

    Attributes:
        labels: those that all its alerts have, its name among them.
        dimensions: labels in which two alerts of it differ, with values that it is known to have.
        severities: those that it can have; of a threshold's or state's alert, the tenant decides.
        of_tenants: whether its alerts are about a tenant.
    """

    labels: Mapping[str, str]
    dimensions: Mapping[str, tuple[str, ...]]
    severities: tuple[str, ...]
    of_tenants: bool

    @property
    def name(self) -> str:
        """The ``alertname``."""
        return self.labels["alertname"]


@dataclass(frozen=True, slots=True, eq=False)
class PossibleAlert:
    """One alert that can fire.

    Attributes:
        kind: the rule that makes it.
        labels: all its labels.
    """

    kind: AlertKind
    labels: Mapping[str, str]

    @property
    def tenant(self) -> str:
        """Whose it is; empty for an alert about the platform."""
        return self.labels.get("tenant", "")

    @property
    def severity(self) -> str:
        """Its tier."""
        return self.labels["severity"]

    def __str__(self) -> str:
        """Return its labels as Alertmanager shows them, those that all alerts of its name have left out."""
        told = {name: value for name, value in self.labels.items() if name not in {"component", "metric_key"}}
        return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(told.items())) + "}"


def alert_kinds(packs: Sequence[Pack]) -> list[AlertKind]:
    """Return every alerting rule of the packs."""
    kinds: list[AlertKind] = []
    for pack in packs:
        kinds += [_kind(pack, threshold) for threshold in pack.thresholds]
        kinds += [_kind(pack, alert) for alert in pack.alerts]
    return kinds


def in_two_environments(kinds: Sequence[AlertKind], label: str) -> list[AlertKind]:
    """Return the rules as they are where every alert has an environment's label, with two values of it."""
    return [replace(kind, dimensions={label: MADE_UP, **kind.dimensions}) for kind in kinds]


def possible_alerts(
    kinds: Sequence[AlertKind],
    tenants: Sequence[str],
    values: Mapping[str, Sequence[str]],
    further: Mapping[str, str],
) -> Iterator[PossibleAlert]:
    """Make alerts of each kind, one for each severity, tenant and combination of its dimensions' values.

    Args:
        kinds: the rules.
        tenants: whose alerts to make.
        values: further values of dimensions, by label.
        further: labels that every alert has: a Prometheus' ``external_labels``.
    """
    for kind in kinds:
        owners = [{"tenant": tenant} for tenant in tenants] if kind.of_tenants else [{}]
        choices = [
            [(label, value) for value in dict.fromkeys((*known, *values.get(label, ())))]
            for label, known in kind.dimensions.items()
        ]
        for owner, severity, chosen in product(owners, kind.severities, product(*choices)):
            labels = {**further, **kind.labels, **owner, "severity": severity, **dict(chosen)}
            yield PossibleAlert(kind, labels)


def info_inhibitor(alert: PossibleAlert) -> PossibleAlert:
    """Return what kube-prometheus makes of an info alert: it has all its labels under another name.

    https://runbooks.prometheus-operator.dev/runbooks/general/infoinhibitor/
    """
    labels = {**alert.labels, "alertname": "InfoInhibitor", "severity": "none"}
    return PossibleAlert(replace(alert.kind, labels=labels), labels)


def _kind(pack: Pack, owner: Threshold | FurtherAlert) -> AlertKind:
    alert = owner.alert if isinstance(owner, Threshold) else owner
    fixed = {name: value for name, value in alert_labels(pack, owner).items() if value}
    severity = fixed.pop("severity", None)
    labels = {"alertname": alert.name, **fixed}
    if isinstance(owner, FurtherAlert) and owner.expr is not None:
        seen = {name: value for name, value in owner.example.labels.items() if name != "tenant"}
        dimensions = {name: (value, MADE_UP[1]) for name, value in seen.items()}
        return AlertKind(labels, dimensions, (severity or "warning",), "tenant" in owner.example.labels)
    severities = tuple(each.value for each in Severity)
    return AlertKind(labels, _dimensions(pack, owner), severities, of_tenants=True)


def _dimensions(pack: Pack, owner: Threshold | FurtherAlert) -> dict[str, tuple[str, ...]]:
    """Return the labels beside the tenant; an alert of several keys has those of the first."""
    if isinstance(owner, FurtherAlert) and owner.all_of is not None:
        owner = pack.threshold(owner.all_of[0])
    dimensions: dict[str, tuple[str, ...]] = dict.fromkeys(pack.signal_of(owner).dimensions, MADE_UP)
    if isinstance(owner, FurtherAlert):
        filters = {each.name: each for each in pack.state_filters}
        reasons = filters[owner.state_filter or ""].reasons
        return {label: tuple(reasons) if label == "reason" else made for label, made in dimensions.items()}
    return dimensions
