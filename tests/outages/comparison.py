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
    from collections.abc import Iterator

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
    have scraped a change of a signal just before an evaluation and the other just behind it: at the first or
    last evaluation of an alert in the twin, the other may be one evaluation off.
    """
    begin = since - 2 * lost.interval_s  # for the neighbours of the first evaluation
    evaluations, of_twin = _evaluations(lost, begin), _evaluations(twin, begin)
    in_both = {group: set(at) & set(of_twin[group]) for group, at in evaluations.items()}
    ours, theirs = lost.samples(FIRING, begin), twin.samples(FIRING, begin)
    wrong: Counter[Labels] = Counter()
    missing: Counter[Labels] = Counter()
    for labels in ours.keys() | theirs.keys():
        instants = sorted(in_both[_group(labels, in_both)])
        mine, true = set(ours.get(labels, ())), set(theirs.get(labels, ()))
        for at, neighbours in _with_neighbours(instants):
            if at < since:
                continue
            if at in mine and at not in true and not any(each in true for each in neighbours):
                wrong[labels] += 1
            if at in true and at not in mine and all(each in true for each in neighbours):
                missing[labels] += 1
    disturbed = (*_disturbed(lost, since), *_disturbed(twin, since))
    return Differences(dict(wrong), dict(missing), disturbed)


def _evaluations(server: Server, since: float) -> dict[str, tuple[float, ...]]:
    return {dict(each)["pack"]: at for each, at in server.samples(PULSE, since).items()}


def _group(labels: Labels, groups: dict[str, set[float]]) -> str:
    """The pack of an alert, which its tenant is named after."""
    tenant = dict(labels)["tenant"]
    return next(each for each in groups if tenant.startswith(f"{each}-"))


def _with_neighbours(instants: list[float]) -> Iterator[tuple[float, list[float]]]:
    for number, at in enumerate(instants):
        yield at, instants[max(number - 1, 0) : number] + instants[number + 1 : number + 2]


def _disturbed(server: Server, since: float) -> Iterator[str]:
    """Signals that were not scraped, and evaluations that were left out while it ran."""
    window = written(time.time() - since)
    if server.client.instant(f'min_over_time(up{{job="{SIGNALS}"}}[{window}]) == 0'):
        yield f"{server.name} could not scrape the signals"
    for group, instants in _evaluations(server, since).items():
        gaps = [later - at for at, later in pairwise(instants) if later - at > 1.5 * server.interval_s]
        if len(gaps) > server.restarts:
            yield f"{server.name} did not evaluate {group} for {max(gaps):.1f} s"


def _text(labels: Labels) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels) if name != "__name__")
