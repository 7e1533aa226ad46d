"""The promtool cases that every alert has, made from its examples."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from dynamic_alerting.packs.examples import (
    EVALUATION,
    INSTANCE,
    STEP,
    TENANT,
    seconds,
    source_series,
)
from dynamic_alerting.packs.pack import Alert, Example, FurtherAlert, Pack, Threshold
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.rules import alert_labels
from dynamic_alerting.packs.wording import dashboard_url, printed, runbook_url

OUTAGE = 600  # how long every exporter is gone in the outage cases
NEVER = {"above": "+Inf", "below": "-Inf"}  # a threshold that no value crosses
REPLICAS = ("exporter-a", "exporter-b")

TENANT_CASES = (
    "fires",
    "quiet just below",
    "maintenance",
    "disabled",
    "two replicas",
    "exporters gone for ten minutes",
    "exporters gone in maintenance",
    "disabled while firing",
)
TIER_CASES = ("both tiers",)
DIMENSION_CASES = ("exact dimension", "regex dimension", "disabled dimension", "base beside a dimension")
PLATFORM_CASES = ("fires", "quiet just below")

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

    def sources(self, *, quiet: bool = False, instance: str = INSTANCE) -> dict[str, str]:
        """Return the database's series."""
        chosen = self.example.quiet if quiet else self.example.fires
        return source_series(chosen, self.end, instance=instance, tenant=self.labels["tenant"])

    def served(self, *limits: Limit, replica: str = REPLICAS[0], until: int | None = None) -> dict[str, str]:
        """Return what one threshold-exporter serves, and its sign of health, until it goes away."""
        steps = (self.end if until is None else until) // STEP
        gone = "" if until is None else " stale"
        series = {f'threshold_exporter_config_loaded{{instance="{replica}"}}': f"1x{steps}{gone}"}
        for limit in limits:
            series[limit_series(limit, replica)] = f"{_repeated(limit.value, steps)}{gone}"
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


def pack_cases(pack: Pack) -> list[Case]:
    """Return all generated cases of a pack, in the order of its alerts in ``pack.yaml``."""
    cases: list[Case] = []
    for threshold in pack.thresholds:
        cases += _threshold_cases(pack, threshold)
    for alert in pack.alerts:
        cases += _platform_cases(pack, alert) if alert.expr else _further_cases(pack, alert)
    return cases


def expected_cases(pack: Pack) -> dict[str, set[str]]:
    """Return, per alert, the names of the cases that must exist; the coverage test compares."""
    wanted: dict[str, set[str]] = {}
    for threshold in pack.thresholds:
        dimensional = DIMENSION_CASES if pack.signal_of(threshold).dimensions else ()
        wanted[threshold.alert.name] = {*TENANT_CASES, *TIER_CASES, *dimensional}
    for alert in pack.alerts:
        tiers = TIER_CASES if alert.all_of else ()
        wanted[alert.name] = set(PLATFORM_CASES) if alert.expr else {*TENANT_CASES, *tiers}
    return wanted


def _threshold_cases(pack: Pack, threshold: Threshold) -> list[Case]:
    story = _story(pack, threshold, threshold.example)
    cases = [*_tenant_cases(story), _both_tiers(story)]
    if pack.signal_of(threshold).dimensions:
        cases += _dimension_cases(story, threshold)
    for example in threshold.more_examples:
        cases += _further_examples(_story(pack, threshold, example))
    return cases


def _further_cases(pack: Pack, alert: FurtherAlert) -> list[Case]:
    story = _further_story(pack, alert, alert.example)
    cases = _tenant_cases(story)
    if alert.all_of:
        cases.append(_both_tiers(story))
    for example in alert.more_examples:
        cases += _further_examples(_further_story(pack, alert, example))
    return cases


def _story(pack: Pack, threshold: Threshold, example: Example) -> Story:
    return Story(
        pack=pack,
        alert=threshold.alert,
        example=example,
        labels={"tenant": TENANT, **example.labels, **alert_labels(pack, threshold)},
        limits=(_limit(pack, threshold, example),),
        folds_replicas=pack.signal_of(threshold).aggregate in {"max", "min", "avg"},
    )


def _further_story(pack: Pack, alert: FurtherAlert, example: Example) -> Story:
    if alert.all_of:
        keys = [pack.threshold(key) for key in alert.all_of]
        limits = [_limit(pack, key, key.example) for key in keys]
        severity = dict(limits[0].labels)["severity"]  # a composite fires at the tiers all its keys have
        limits = [limit.with_label("severity", severity) for limit in limits]
        signals = [pack.signal_of(key) for key in keys]
    else:
        state = next(each for each in pack.state_filters if each.name == alert.state_filter)
        base = {"tenant": TENANT, "filter": state.name, "severity": state.severity}
        limits = [
            Limit("user_state_filter", tuple({**base, "reason": reason}.items()), "1")
            for reason in state.reasons
        ]
        signals = [pack.signal_of(alert)]
    labels = {"tenant": TENANT, **example.labels, **alert_labels(pack, alert)}
    folds = all(signal.aggregate in {"max", "min", "avg"} for signal in signals)
    return Story(pack, alert, example, labels, tuple(limits), folds)


def _limit(pack: Pack, threshold: Threshold, example: Example) -> Limit:
    value = str(threshold.default if example.threshold is None else example.threshold)
    number, _, severity = value.partition(":")
    labels = {
        "tenant": TENANT,
        "component": pack.component_of(threshold),
        "metric": pack.metric_of(threshold),
        "severity": severity or "warning",
    }
    return Limit("user_threshold", tuple(labels.items()), number)


def _tenant_cases(story: Story) -> list[Case]:
    return [
        _fires(story),
        _quiet(story),
        _maintained(story),
        _disabled(story),
        _two_replicas(story),
        _exporters_gone(story),
        _exporters_gone_in_maintenance(story),
        _disabled_while_firing(story),
    ]


def _fires(story: Story, name: str = "fires") -> Case:
    told = story.of(name)
    return told.case(name, {**told.sources(), **told.served(*told.limits)}, {told.at: told.all_fire()})


def _quiet(story: Story, name: str = "quiet just below") -> Case:
    told = story.of(name)
    return told.case(name, {**told.sources(quiet=True), **told.served(*told.limits)}, {told.at: []})


def _maintained(story: Story) -> Case:
    told = story.of("maintenance")
    served = told.served(*told.limits, told.maintenance())
    return told.case("maintenance", {**told.sources(), **served}, {told.at: []})


def _disabled(story: Story) -> Case:
    told = story.of("disabled")
    return told.case("disabled", {**told.sources(), **told.served()}, {told.at: []})


def _two_replicas(story: Story) -> Case:
    told = story.of("two replicas")
    series = {**told.sources(), **told.served(*told.limits), **told.served(*told.limits, replica=REPLICAS[1])}
    if told.folds_replicas:
        series |= told.sources(instance=f"{INSTANCE}-again")
    return told.case("two replicas", series, {told.at: told.all_fire()})


def _exporters_gone(story: Story) -> Case:
    told = story.of("exporters gone for ten minutes")
    series = {**told.sources(), **told.served(*told.limits, until=told.at)}
    expected = {told.at: told.all_fire(), told.after_outage: told.all_fire()}
    return told.case("exporters gone for ten minutes", series, expected, outage=True)


def _exporters_gone_in_maintenance(story: Story) -> Case:
    told = story.of("exporters gone in maintenance")
    served = told.served(*told.limits, told.maintenance(), until=told.at)
    expected: dict[int, list[Firing]] = {told.at: [], told.after_outage: []}
    return told.case("exporters gone in maintenance", {**told.sources(), **served}, expected, outage=True)


def _disabled_while_firing(story: Story) -> Case:
    told = story.of("disabled while firing")
    disabled_at = told.at + EVALUATION
    series = {**told.sources(), **told.served(), **_until(disabled_at, told.limits)}
    return told.case("disabled while firing", series, {told.at: told.all_fire(), disabled_at: []})


def _both_tiers(story: Story) -> Case:
    told = story.of("both tiers")
    limits = [limit.with_label("severity", tier) for limit in told.limits for tier in ("warning", "critical")]
    series = {**told.sources(), **told.served(*limits)}
    return told.case("both tiers", series, {told.at: told.firing("warning", "critical")})


def _dimension_cases(story: Story, threshold: Threshold) -> list[Case]:
    """Exact, regex and disabled dimensions, and the base for all other values of the dimension."""
    first = next(iter(story.example.labels))
    never = NEVER[threshold.direction]

    def case(name: str, limits: Callable[[Limit, Limit], list[Limit]], *, fires: bool) -> Case:
        told = story.of(name)
        (base,) = told.limits
        here = base
        for label, value in told.example.labels.items():
            here = here.with_label(label, value)
        series = {**told.sources(), **told.served(*limits(base, here))}
        return told.case(name, series, {told.at: told.all_fire() if fires else []})

    def off(limit: Limit) -> Limit:
        return replace(limit, value=never)

    def pattern(base: Limit) -> Limit:
        return base.with_label(f"{first}_re", ".*")

    return [
        case("exact dimension", lambda base, here: [off(base), here], fires=True),
        case("regex dimension", lambda base, here: [off(base), pattern(base), here], fires=True),
        case(
            "regex dimension that nothing matches yet",
            lambda base, _: [off(base), pattern(base)],
            fires=False,
        ),
        case("disabled dimension", lambda base, here: [base, off(here)], fires=False),
        case(
            "base beside a dimension",
            lambda base, here: [base, off(here.with_label(first, "another"))],
            fires=True,
        ),
    ]


def _further_examples(story: Story) -> list[Case]:
    note = story.example.note or "another example"
    return [_fires(story, f"fires ({note})"), _quiet(story, f"quiet just below ({note})")]


def _platform_cases(pack: Pack, alert: FurtherAlert) -> list[Case]:
    cases = []
    for number, example in enumerate([alert.example, *alert.more_examples]):
        labels = {**alert_labels(pack, alert), **example.labels}
        story = Story(pack, alert, example, labels, ())
        note = f" ({example.note or number + 1})" if number else ""
        firing = story.firing(labels["severity"])
        fires = source_series(example.fires, story.end, tenant=None)
        quiet = source_series(example.quiet, story.end, tenant=None)
        for name, series, expected in (
            (f"fires{note}", fires, firing),
            (f"quiet just below{note}", quiet, []),
        ):
            cases.append(Case(name, alert.name, series, {story.at: expected}, outage=False, tenant=None))
    return cases


def _repeated(value: str, steps: int) -> str:
    """Write one sample more than ``steps``; promtool cannot repeat infinity by ``x``."""
    return " ".join([value] * (steps + 1)) if "Inf" in value else f"{value}x{steps}"


def _until(at: int, limits: tuple[Limit, ...]) -> dict[str, str]:
    """Return limits that a healthy exporter no longer serves from ``at`` on."""
    return {limit_series(each, REPLICAS[0]): f"{each.value}x{at // STEP - 1} stale" for each in limits}
