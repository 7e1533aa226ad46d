"""Every example of every pack as a scene of real time: who has which data and thresholds, and what fires."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.example_timelines import Timeline, expanded

from dynamic_alerting.packs.examples import STEP, seconds, source_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dynamic_alerting.packs.pack import Example, FurtherAlert, Pack, Threshold

LASTING_S = 30 * 60
MARGIN = 0.02
"""Real scrapes are some milliseconds early or late, and so is a rate: thresholds give way by this part."""
UNTIL_GONE_S = 40
"""From the start of a scene until those series end that end in the example; the rules have seen them."""
LOOKBACK_S = 5 * 60
"""A history ends without a marker of staleness and is read for this long after; what ends later ends live."""
JOB = "examples"
"""The job that scrapes the series: history and what is scraped must be the same series."""
_LABEL_VALUE = re.compile(r'(?<==")')


@dataclass(frozen=True)
class Scene:
    """One side of one example.

    Attributes:
        alert: The alert that the example is about.
        fires: Whether it fires then.
        labels: Labels that it has when it fires.
        series: Promtool's series and values.
        settles_s: Seconds from the first sample until the alert's expression is true.
        tenant: Whose data it is; None for the platform's own alerts.
        keys: What the tenant's file says.
    """

    alert: str
    fires: bool
    labels: dict[str, str]
    series: dict[str, str]
    settles_s: int
    tenant: str | None = None
    keys: dict[str, object] = field(default_factory=dict)

    def timelines(self, start: float, clocks: set[str]) -> Iterator[Timeline]:
        """The series, with the clock set so that the expression is true at an instant, or soon becomes so."""
        values = {name: expanded(text) for name, text in self.series.items()}
        gone_s = max(((len(each) - 1) * STEP for each in values.values() if each[-1] is None), default=0)
        ends_soon = gone_s > self.settles_s - LOOKBACK_S
        began = start + UNTIL_GONE_S - gone_s if ends_soon else start - self.settles_s
        for name, samples in values.items():
            yield Timeline(_with_job(name), samples, began, is_clock=name.partition("{")[0] in clocks)


def scenes(packs: Iterable[Pack]) -> Iterator[Scene]:
    """Both sides of every example of every alert."""
    for pack in packs:
        numbers = itertools.count(1)
        for threshold in pack.thresholds:
            for example in (threshold.example, *threshold.more_examples):
                keys = [_Key(threshold, example)]
                yield from _of_tenant(pack, threshold.alert.name, example, keys, next(numbers))
        for alert in pack.alerts:
            for example in (alert.example, *alert.more_examples):
                if alert.expr:
                    yield from _of_platform(alert, example, next(numbers))
                else:
                    yield from _of_tenant(pack, alert.name, example, _keys(pack, alert), next(numbers))


def clocks(packs: Iterable[Pack]) -> set[str]:
    """The metrics whose values are instants: what an expression subtracts from ``time()``."""
    return {
        name
        for pack in packs
        for expr in (*(each.expr for each in pack.recorded()), *(each.expr or "" for each in pack.alerts))
        for name in re.findall(r"time\(\) - (?:max_over_time\()?(\w+)", expr)
    }


def _with_job(series: str) -> str:
    name, _, labels = series.partition("{")
    if 'job="' in labels:
        return series
    return f'{name}{{job="{JOB}",{labels}' if labels else f'{name}{{job="{JOB}"}}'


@dataclass(frozen=True)
class _Key:
    """A key with the value that an example is made for: its own, or the default."""

    threshold: Threshold
    example: Example

    @property
    def severity(self) -> str:
        return self._value.partition(":")[2] or "warning"

    def written(self, severity: str, *, fires: bool) -> str:
        """The value for one side of the example, with the margin that real time needs."""
        easier = fires == (self.threshold.direction == "below")
        factor = 1 + MARGIN if easier else 1 - MARGIN
        return f"{float(self._value.partition(':')[0]) * factor!r}:{severity}"

    @property
    def _value(self) -> str:
        default, own = self.threshold.default, self.example.threshold
        return str(default if own is None else own)


def _keys(pack: Pack, alert: FurtherAlert) -> list[_Key]:
    """The keys that a composite alert reads; none for an alert of a state."""
    return [_Key(each, each.example) for each in map(pack.threshold, alert.all_of or ())]


def _of_tenant(pack: Pack, alert: str, example: Example, keys: list[_Key], number: int) -> Iterator[Scene]:
    states = {each.name: str(each.severity) for each in pack.state_filters}
    filters = {each.name: states[each.state_filter] for each in pack.alerts if each.state_filter}
    severity = keys[0].severity if keys else filters[alert]
    for fires in (True, False):
        tenant = f"{pack.pack}-{number}-{'fires' if fires else 'quiet'}"
        chosen = example.fires if fires else example.quiet
        written = {each.threshold.key: each.written(severity, fires=fires) for each in keys}
        yield Scene(
            alert,
            fires,
            {"tenant": tenant, "severity": severity, **example.labels},
            source_series(chosen, LASTING_S, tenant=tenant),
            seconds(example.at),
            tenant,
            {"_packs": [pack.pack], **written},
        )


def _of_platform(alert: FurtherAlert, example: Example, number: int) -> Iterator[Scene]:
    """The platform's examples share names, so each one's label values get a prefix."""
    for fires in (True, False):
        prefix = f"{number}-{'fires' if fires else 'quiet'}-"
        series = source_series(example.fires if fires else example.quiet, LASTING_S, tenant=None)
        yield Scene(
            alert.name,
            fires,
            {name: f"{prefix}{value}" for name, value in example.labels.items()},
            {_LABEL_VALUE.sub(prefix, name): values for name, values in series.items()},
            seconds(example.at),
        )
