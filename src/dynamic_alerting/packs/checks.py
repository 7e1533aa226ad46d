"""What the shape of a pack cannot say: names that must agree, PromQL that must hold up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dynamic_alerting.model.built_in import MAINTENANCE
from dynamic_alerting.model.catalogue import NO_CATALOGUE
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.model.label_names import PATTERN_SUFFIX, RESERVED
from dynamic_alerting.packs import promql
from dynamic_alerting.packs.duplicates import duplicate_faults
from dynamic_alerting.packs.examples import ExampleError, source_series
from dynamic_alerting.packs.new_series import first_value_functions
from dynamic_alerting.packs.pack import Example, FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.served_faults import served_faults, value_fault
from dynamic_alerting.packs.wording import PLACEHOLDER, STATE
from dynamic_alerting.packs.yaml_source import Path

AREAS = ("availability", "saturation", "errors", "capacity")
MOST_DIMENSIONS = 2
VALUE = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?(:(info|warning|critical))?|disable")
RECORDS_OF_RULES = ("tenant:alert_threshold:", "tenant:state_filter:")  # see snapshots.py
SUFFIX_UNITS = {"_percent": "percent", "_ratio": "ratio", "_seconds": "seconds", "_bytes": "bytes"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong at a place of the file, and what to write instead."""

    path: Path
    message: str
    advice: str


def check_pack(pack: Pack, folder: str) -> list[Complaint]:
    """Return every complaint about a pack that has the right shape."""
    found = list(_references(pack))
    if found:  # what follows walks these references
        return found
    return [
        *_names(pack, folder),
        *_expressions(pack),
        *_thresholds(pack),
        *_further_alerts(pack),
        *_texts(pack),
        *_examples(pack),
        *(Complaint(*fault) for fault in served_faults(pack)),
    ]


def _references(pack: Pack) -> Iterator[Complaint]:
    records = {signal.record for signal in pack.signals}
    owners: list[tuple[Path, Threshold | FurtherAlert]] = []
    owners += [(("thresholds", index), each) for index, each in enumerate(pack.thresholds)]
    owners += [(("alerts", index), each) for index, each in enumerate(pack.alerts)]
    for path, owner in owners:
        if isinstance(owner.signal, str) and owner.signal not in records:
            message = f"no signal records `{owner.signal}`"
            yield Complaint((*path, "signal"), message, "write the signal here, or list it under `signals`")
    keys = {each.key for each in pack.thresholds}
    filters = {each.name for each in pack.state_filters}
    for index, alert in enumerate(pack.alerts):
        for key in set(alert.all_of or []) - keys:
            yield Complaint(
                ("alerts", index, "all_of"), f"no key `{key}` in this pack", "name a declared key"
            )
        if alert.state_filter is not None and alert.state_filter not in filters:
            message = f"no state filter `{alert.state_filter}` in this pack"
            yield Complaint(("alerts", index, "state_filter"), message, "declare it under `state_filters`")


def _names(pack: Pack, folder: str) -> Iterator[Complaint]:
    if pack.pack != folder:
        yield Complaint(("pack",), f"`{pack.pack}` stands in folder `{folder}`", "give both the same name")
    components = {pack.component} | {pack.component_of(each) for each in pack.thresholds}
    seen: set[tuple[str, str]] = set()
    for path, name, kind in declared(pack):
        if (kind, name) in seen:
            yield Complaint(path, f"{kind} `{name}` is declared twice", "rename one of the two")
        seen.add((kind, name))
        if kind == "state filter" and name == MAINTENANCE.name:
            yield Complaint(path, f"`{name}` is every platform's own state filter", "choose another name")
        if kind == "signal" and name.startswith(RECORDS_OF_RULES):
            advice = f"write tenant:{pack.component}_<another metric>:<operation>"
            yield Complaint(path, f"`{name}` is what the rules themselves record", advice)
        if kind == "alert" and not name.startswith(pack.word):
            yield Complaint(
                path, f"`{name}` does not start with `{pack.word}`", "start it with the pack's word"
            )
        if kind == "signal" and not any(name.startswith(f"tenant:{each}_") for each in components):
            advice = f"write tenant:{pack.component}_<metric>:<operation>"
            yield Complaint(path, f"`{name}` does not name the component", advice)


def declared(pack: Pack) -> Iterator[tuple[Path, str, str]]:
    """Every name that a pack gives, which no other pack may give: its place, the name and of what it is."""
    for index, signal in enumerate(pack.signals):
        yield ("signals", index, "record"), signal.record, "signal"
    for index, threshold in enumerate(pack.thresholds):
        yield ("thresholds", index, "key"), threshold.key, "key"
        yield ("thresholds", index, "alert", "name"), threshold.alert.name, "alert"
        if isinstance(threshold.signal, Signal):
            yield ("thresholds", index, "signal", "record"), threshold.signal.record, "signal"
    for index, alert in enumerate(pack.alerts):
        yield ("alerts", index, "name"), alert.name, "alert"
        if isinstance(alert.signal, Signal):
            yield ("alerts", index, "signal", "record"), alert.signal.record, "signal"
    for index, state in enumerate(pack.state_filters):
        yield ("state_filters", index, "name"), state.name, "state filter"


def _expressions(pack: Pack) -> Iterator[Complaint]:
    used: set[str] = set()
    recorded: set[str] = set()
    for path, expr, signal in _all_expressions(pack):
        record = None if signal is None else signal.record
        try:
            names = promql.metric_names(expr)
        except ValueError as error:
            yield Complaint(
                path, f"not PromQL: {error}", "try the expression in Prometheus' own expression browser"
            )
            continue
        if "" in names:
            names.remove("")
            yield Complaint(path, "a selector names no metric", "write each metric's name, joined by `or`")
        used |= names
        for name in sorted(names - set(pack.metrics) - recorded - {record}):  # its own last value is known
            advice = "list it under `metrics` with where it was verified"
            yield Complaint(path, f"source metric `{name}` is not declared", advice)
        for divisor in promql.unguarded_divisors(expr):
            yield Complaint(path, f"`{divisor}` may be zero", f"divide by `({divisor} > 0)`")
        for name in promql.unrated_counters(expr):
            if pack.metrics.get(name, "").startswith("gauge"):
                continue
            yield Complaint(
                path, f"`{name}` is a counter, and its raw value only grows", f"use rate({name}[5m])"
            )
        yield from _everywhere(path, expr, signal)
        if record is not None:
            recorded.add(record)
    for name in sorted(set(pack.metrics) - used):
        yield Complaint(("metrics", name), f"nothing reads `{name}`", "remove it")


def _everywhere(path: Path, expr: str, signal: Signal | None) -> Iterator[Complaint]:
    """Complain about what holds for one server and scraper, and not for every way to collect series."""
    aggregate = None if signal is None else signal.aggregate
    for fault in (*duplicate_faults(expr, aggregate), *first_value_functions(expr)):
        yield Complaint(path, fault.message, fault.advice)


def _all_expressions(pack: Pack) -> Iterator[tuple[Path, str, Signal | None]]:
    for index, signal in enumerate(pack.signals):
        yield ("signals", index, "expr"), signal.expr, signal
    for index, threshold in enumerate(pack.thresholds):
        if isinstance(threshold.signal, Signal):
            yield ("thresholds", index, "signal", "expr"), threshold.signal.expr, threshold.signal
    for index, alert in enumerate(pack.alerts):
        if isinstance(alert.signal, Signal):
            yield ("alerts", index, "signal", "expr"), alert.signal.expr, alert.signal
        if alert.expr is not None:
            yield ("alerts", index, "expr"), alert.expr, None


def _thresholds(pack: Pack) -> Iterator[Complaint]:
    last = 0
    for index, threshold in enumerate(pack.thresholds):
        path: Path = ("thresholds", index)
        component = pack.component_of(threshold)
        if not threshold.key.startswith(f"{component}_"):
            advice = f"name it {component}_…, or set `component`"
            yield Complaint((*path, "key"), f"`{threshold.key}` does not start with `{component}_`", advice)
        if threshold.key.endswith("_critical"):
            advice = "`_critical` is how tenants spell the second tier; choose another word"
            yield Complaint((*path, "key"), "a key must not end in `_critical`", advice)
        if AREAS.index(threshold.area) < last:
            yield Complaint(
                (*path, "area"), f"`{threshold.area}` stands too late", f"order: {', '.join(AREAS)}"
            )
        last = max(last, AREAS.index(threshold.area))
        yield from _values(path, threshold)
        yield from _unit(path, threshold)
        yield from _signal(pack, path, threshold)


def _values(path: Path, threshold: Threshold) -> Iterator[Complaint]:
    values: dict[Path, object] = {(*path, "default"): threshold.default}
    values[(*path, "default_critical")] = threshold.default_critical
    values |= {(*path, "dimensional_defaults", k): v for k, v in threshold.dimensional_defaults.items()}
    for where, value in values.items():
        if value is not None and not VALUE.fullmatch(str(value)):
            yield Complaint(where, f"`{value}` is no threshold", 'write a number, or "90:critical"')
        elif value is not None and (fault := value_fault(where, str(value))):
            yield Complaint(*fault)
    if ":" in str(threshold.default) and threshold.default_critical is not None:
        advice = "write the warning as `default` and the critical as `default_critical`"
        yield Complaint((*path, "default"), "a severity in `default` replaces the other tiers", advice)


def _unit(path: Path, threshold: Threshold) -> Iterator[Complaint]:
    for suffix, unit in SUFFIX_UNITS.items():
        if threshold.key.endswith(suffix) and threshold.unit != unit:
            message = f"`{threshold.key}` has unit `{threshold.unit}`"
            yield Complaint((*path, "unit"), message, f"a key ending in {suffix} has the unit `{unit}`")


def _signal(pack: Pack, path: Path, threshold: Threshold) -> Iterator[Complaint]:
    signal = pack.signal_of(threshold)
    for dimension in signal.dimensions:
        if dimension in RESERVED or dimension.endswith(PATTERN_SUFFIX):
            advice = "rename it in the signal with label_replace"
            yield Complaint((*path, "signal", "dimensions"), f"`{dimension}` cannot be a dimension", advice)
    if len(signal.dimensions) > MOST_DIMENSIONS:
        message = f"{len(signal.dimensions)} dimensions: every combination would need comparisons of its own"
        advice = f"keep the {MOST_DIMENSIONS} that people set thresholds for"
        yield Complaint((*path, "signal", "dimensions"), message, advice)
    if signal.when_gone is not None and not isinstance(threshold.signal, Signal):
        advice = "write the signal inside its threshold: it lasts as long as that threshold"
        yield Complaint((*path, "signal"), "`when_gone` belongs to one threshold", advice)
    if threshold.dimensional_defaults and not signal.dimensions:
        message = "the signal has no dimensions"
        yield Complaint((*path, "dimensional_defaults"), message, "give the signal `dimensions`")
    elif threshold.dimensional_defaults:
        yield from _dimensional_defaults(path, threshold, signal.dimensions)


def _dimensional_defaults(path: Path, threshold: Threshold, dimensions: list[str]) -> Iterator[Complaint]:
    for braces in threshold.dimensional_defaults:
        where = (*path, "dimensional_defaults", braces)
        try:
            key = parse_key(f"{threshold.key}{braces}", NO_CATALOGUE)
        except KeySyntaxError as error:
            yield Complaint(where, error.message, error.advice)
            continue
        for label in sorted({matcher.label for matcher in key.matchers} - set(dimensions)):
            advice = f"its dimensions are {', '.join(dimensions)}"
            yield Complaint(where, f"the signal has no dimension `{label}`", advice)


def _further_alerts(pack: Pack) -> Iterator[Complaint]:
    for index, alert in enumerate(pack.alerts):
        if alert.state_filter is not None and "reason" not in pack.signal_of(alert).dimensions:
            message = "the signal has no `reason`"
            yield Complaint(("alerts", index, "signal"), message, "add `reason` to its `dimensions`")


def _texts(pack: Pack) -> Iterator[Complaint]:
    for index, threshold in enumerate(pack.thresholds):
        allowed = {"tenant", "severity", "value", *pack.signal_of(threshold).dimensions}
        needed = {"tenant"} if threshold.unit == STATE else {"tenant", "value"}
        path = ("thresholds", index, "alert", "description")
        yield from _description(path, threshold.alert.description, needed, allowed)
    for index, alert in enumerate(pack.alerts):
        if alert.expr is not None:
            continue  # the platform's own alerts have the labels of their own expressions
        signal = pack.signal_of(pack.threshold(alert.all_of[0]) if alert.all_of else alert)
        allowed = {"tenant", "severity", "value", *signal.dimensions}
        yield from _description(("alerts", index, "description"), alert.description, {"tenant"}, allowed)


def _description(path: Path, text: str, needed: set[str], allowed: set[str]) -> Iterator[Complaint]:
    named = set(PLACEHOLDER.findall(text))
    for name in sorted(needed - named):
        yield Complaint(path, f"does not say the {name}", f"put {{{name}}} into the sentence")
    for name in sorted(named - allowed):
        advice = f"use one of {', '.join('{' + each + '}' for each in sorted(allowed))}"
        yield Complaint(path, f"the alert has no label `{name}`", advice)


def _examples(pack: Pack) -> Iterator[Complaint]:
    for path, example, threshold in _all_examples(pack):
        for field, series in (("fires", example.fires), ("quiet", example.quiet)):
            try:
                source_series(series, lasting=60)
            except ExampleError as error:
                yield Complaint((*path, field), str(error), "see `example` in rule-packs/README.md")
        value = threshold and (threshold.default if example.threshold is None else example.threshold)
        if threshold is not None and value in (None, "disable"):
            advice = "add `threshold:`, the value at which the example fires"
            yield Complaint(path, "the key has no default to compare with", advice)


def _all_examples(pack: Pack) -> Iterator[tuple[Path, Example, Threshold | None]]:
    for index, threshold in enumerate(pack.thresholds):
        yield ("thresholds", index, "example"), threshold.example, threshold
        for more, example in enumerate(threshold.more_examples):
            yield ("thresholds", index, "more_examples", more), example, threshold
    for index, alert in enumerate(pack.alerts):
        yield ("alerts", index, "example"), alert.example, None
        for more, example in enumerate(alert.more_examples):
            yield ("alerts", index, "more_examples", more), example, None
