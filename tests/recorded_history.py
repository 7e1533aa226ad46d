"""Recorded signals as data: which series there were, and when, for tests that ask about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from dynamic_alerting.config.asked.signals import WEEK, SignalsUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from dynamic_alerting.model.catalogue import KeySpec
    from dynamic_alerting.model.discovery import OpenKeys
    from dynamic_alerting.model.thresholds import Labels

ALWAYS = timedelta(days=30)
_NOW = timedelta(0)


@dataclass(frozen=True)
class Recorded:
    """One series: its labels, its value, and from when to when it was there, each as a time ago."""

    name: str
    labels: Mapping[str, str]
    since: timedelta = ALWAYS
    until: timedelta = _NOW
    value: float = 1

    def is_there(self, ago: timedelta) -> bool:
        return self.until <= ago <= self.since


@dataclass
class RecordedHistory:
    """Answers what is asked about signals, or raises the problem."""

    series: list[Recorded] = field(default_factory=list)
    problem: SignalsUnknown | None = None
    asked: int = 0

    @classmethod
    def of_selectors(cls, text: str) -> RecordedHistory:
        """Series that were always there, one a line, as PromQL writes them."""
        history = cls()
        for name, labels in re.findall(r"^([\w:]+)\{(.*)\}$", text, re.MULTILINE):
            history.has(name, **dict(re.findall(r'(\w+)="([^"]*)"', labels)))
        return history

    def has(
        self,
        name: str,
        tenant: str,
        *,
        since: timedelta = ALWAYS,
        until: timedelta = _NOW,
        value: float = 1,
        **labels: str,
    ) -> RecordedHistory:
        self.series.append(Recorded(name, {"tenant": tenant, **labels}, since, until, value))
        return self

    def alive(self, specs: Collection[KeySpec], ago: timedelta) -> frozenset[str]:
        units = {spec.signal: spec.unit for spec in specs}
        return frozenset(
            each.labels["tenant"]
            for each in self._all()
            if each.name in units and each.is_there(ago)
            if each.value > 0 or units[each.name] not in {"share", "state"}
        )

    def having(self, spec: KeySpec) -> frozenset[str]:
        return frozenset(self._at(spec, _NOW))

    def had(self, specs: Collection[KeySpec], tenants: Collection[str]) -> frozenset[str]:
        names = {spec.signal for spec in specs}
        found = {each.labels["tenant"] for each in self._all() if each.name in names and each.until <= WEEK}
        return frozenset(found.intersection(tenants))

    def throughout(self, spec: KeySpec, tenants: Collection[str]) -> frozenset[str]:
        days = [self._at(spec, timedelta(days=day)) for day in range(8)]
        return frozenset(tenants).intersection(*days)

    def label_sets(self, keys: OpenKeys) -> Mapping[str, Iterable[Labels]]:
        return self._sets(keys, lambda each: each.is_there(_NOW))

    def past_label_sets(self, keys: OpenKeys) -> Mapping[str, Iterable[Labels]]:
        return self._sets(keys, lambda each: each.until <= WEEK)

    def close(self) -> None:
        """Nothing is open."""

    def _all(self) -> list[Recorded]:
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return self.series

    def _at(self, spec: KeySpec, ago: timedelta) -> set[str]:
        return {
            each.labels["tenant"] for each in self._all() if each.name == spec.signal and each.is_there(ago)
        }

    def _sets(self, keys: OpenKeys, is_meant: Callable[[Recorded], bool]) -> Mapping[str, list[Labels]]:
        found: dict[str, list[Labels]] = {}
        for each in self._all():
            if each.name == keys.spec.signal and is_meant(each):
                labels = tuple(sorted((k, v) for k, v in each.labels.items() if k in keys.spec.dimensions))
                found.setdefault(each.labels["tenant"], []).append(labels)
        return found
