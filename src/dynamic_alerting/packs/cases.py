"""The promtool cases that every alert has, made from its examples."""

from collections.abc import Callable
from dataclasses import replace

from dynamic_alerting.packs.case_story import REPLICAS, Case, Firing, Limit, Story, limit_series
from dynamic_alerting.packs.examples import EVALUATION, INSTANCE, STEP, TENANT, source_series
from dynamic_alerting.packs.pack import Example, FurtherAlert, Pack, Threshold
from dynamic_alerting.packs.rules import alert_labels

NEVER = {"above": "+Inf", "below": "-Inf"}  # a threshold that no value crosses
PROMETHEUS_REPLICAS = ("prometheus-a", "prometheus-b")  # two servers that write to one store

TENANT_CASES = (
    "fires",
    "quiet just below",
    "maintenance",
    "disabled",
    "two replicas",
    "seen by two Prometheus servers",
    "exporters gone for ten minutes",
    "exporters gone in maintenance",
    "disabled while firing",
)
TIER_CASES = ("both tiers",)
DIMENSION_CASES = (
    "exact dimension",
    "regex dimension",
    "disabled dimension",
    "base beside a dimension",
    "base with labels of the target",
    "disabled dimension beside labels of the target",
)
PLATFORM_CASES = ("fires", "quiet just below")


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
        _seen_twice(story),
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


def _seen_twice(story: Story) -> Case:
    """Every series is there twice, told apart by a label of the Prometheus server that scraped it."""
    name = "seen by two Prometheus servers"
    told = story.of(name)
    series: dict[str, str] = {}
    for server in PROMETHEUS_REPLICAS:
        scraped = {"prometheus_replica": server}
        series |= told.sources(target=scraped)
        for replica in REPLICAS:
            series |= told.served(*told.limits, replica=replica, target=scraped)
    return told.case(name, series, {told.at: told.all_fire()})


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

    def at_a_target_with_labels(
        name: str, limits: Callable[[Limit, Limit], list[Limit]], *, fires: bool
    ) -> Case:
        """The exporter's target has labels called as the dimensions; each series has them, or its own."""
        target = dict.fromkeys(story.example.labels, "of-the-target")
        told = story.of(name)
        (base,) = told.limits
        here = base
        for label, value in told.example.labels.items():
            here = here.with_label(label, value)
        served = told.served(*limits(base, here), replica="exporter-with-labels", target=target)
        return told.case(name, {**told.sources(), **served}, {told.at: told.all_fire() if fires else []})

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
        at_a_target_with_labels("base with labels of the target", lambda base, _: [base], fires=True),
        at_a_target_with_labels(
            "disabled dimension beside labels of the target",
            lambda base, here: [base, off(here)],
            fires=False,
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


def _until(at: int, limits: tuple[Limit, ...]) -> dict[str, str]:
    """Return limits that a healthy exporter no longer serves from ``at`` on."""
    return {limit_series(each, REPLICAS[0]): f"{each.value}x{at // STEP - 1} stale" for each in limits}
