"""What fired, evaluation by evaluation, in a Prometheus that lost its exporters and in one that did not."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.outages.accelerated import written
from tests.outages.servers import SIGNALS, Labels, Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIRING = 'ALERTS{alertstate="firing",component!="platform"}'
PULSE = "test:evaluation"
"""Recorded by a rule that the test adds to every group of alerts: when it was evaluated."""


@dataclass(frozen=True)
class Differences:
    """Alerts that differ from those of the twin, each with the number of evaluations.

    Attributes:
        wrong: They fire, and do not in the twin.
        missing: They do not fire, and do in the twin.
        disturbed: Why nothing can be said: the machine was too busy for the servers.
    """

    wrong: dict[Labels, int]
    missing: dict[Labels, int]
    disturbed: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"disturbed: {each}" for each in self.disturbed]
        for what, found in (("wrong", self.wrong), ("missing", self.missing)):
            lines += [f"{what} at {number} evaluations: {_text(each)}" for each, number in found.items()]
        return "\n".join(lines)


def differences(lost: Server, twin: Server, since: float) -> Differences:
    """Compare two servers' firing alerts at every evaluation that both have made since an instant.

    Both evaluate a group at the same instants, which hang on its name, its file and the interval. One may
    have scraped a change of a signal just before an evaluation and the other just behind it: where an alert
    of the twin begins or ends, the other may be one evaluation off, or as many as a busy machine left out.
    """
    begin = since - 2 * lost.interval_s  # for what is beside the first evaluation
    evaluated = [_evaluations(each, begin) for each in (lost, twin)]
    in_both = {group: sorted(set(at) & set(evaluated[1][group])) for group, at in evaluated[0].items()}
    reach = {group: _reach((lost, evaluated[0][group]), (twin, evaluated[1][group])) for group in in_both}
    ours, theirs = lost.samples(FIRING, begin), twin.samples(FIRING, begin)
    wrong: Counter[Labels] = Counter()
    missing: Counter[Labels] = Counter()
    for labels in ours.keys() | theirs.keys():
        group = _group(labels, in_both)
        mine, true = set(ours.get(labels, ())), set(theirs.get(labels, ()))
        for at in (each for each in in_both[group] if each >= since and (each in mine) != (each in true)):
            near = [each in true for each in in_both[group] if abs(each - at) <= reach[group]]
            if at in mine and not any(near):
                wrong[labels] += 1
            if at in true and all(near):
                missing[labels] += 1
    disturbed = (*_disturbed(lost, since, reach), *_disturbed(twin, since, reach))
    return Differences(dict(wrong), dict(missing), disturbed)


def _evaluations(server: Server, since: float) -> dict[str, tuple[float, ...]]:
    return {dict(each)["pack"]: at for each, at in server.samples(PULSE, since).items()}


def _reach(*evaluated: tuple[Server, tuple[float, ...]]) -> float:
    """The longest time between two evaluations of a group while its servers ran, and a little.

    Where they restarted, it is as much longer as one was away longer than the other.
    """
    gaps = [sorted((later - at for at, later in pairwise(at_all)), reverse=True) for _, at_all in evaluated]
    while_they_ran = [each[server.restarts :] for (server, _), each in zip(evaluated, gaps, strict=True)]
    longest = max((each[0] for each in while_they_ran if each), default=evaluated[0][0].interval_s)
    away = [sum(each[: server.restarts]) for (server, _), each in zip(evaluated, gaps, strict=True)]
    return longest + max(away) - min(away) + 0.01


def _group(labels: Labels, groups: Iterable[str]) -> str:
    """The pack of an alert, which its tenant is named after."""
    tenant = dict(labels)["tenant"]
    return next(each for each in groups if tenant.startswith(f"{each}-"))


def _disturbed(server: Server, since: float, reach: dict[str, float]) -> Iterator[str]:
    """Signals that were not scraped, and evaluations of which several in a row were left out."""
    window = written(time.time() - since)
    if server.client.instant(f'min_over_time(up{{job="{SIGNALS}"}}[{window}]) == 0'):
        yield f"{server.name} could not scrape the signals"
    for group, length_s in reach.items():
        if length_s > 4 * server.interval_s:
            yield f"{server.name} or its twin did not evaluate {group} for {length_s:.1f} s"


def _text(labels: Labels) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels) if name != "__name__")
