"""Test files for promtool in which every target is scraped at its own second, as by a real Prometheus.

promtool's samples lie on a raster; here it is five seconds wide, and a target scraped once a minute has a
sample on every twelfth line, from the line on that its phase says. promtool runs slow groups at the
evaluation interval too: what happens between two runs of one is tested in tests/outages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RASTER_S = 5
Value = float | None


@dataclass(frozen=True)
class Target:
    """What is scraped every so often, from a second on, until it cannot be scraped any more."""

    interval_s: int
    phase_s: int
    gone_at_s: int | None = None

    def values(self, lasting_s: int, value_at: Callable[[int], Value]) -> str:
        """Write a series' samples; the first failed scrape ends it, as does a scrape without it."""
        tokens, was_there = [], False
        for at in range(0, lasting_s, RASTER_S):
            if at < self.phase_s or (at - self.phase_s) % self.interval_s:
                tokens.append("_")
                continue
            gone = self.gone_at_s is not None and at >= self.gone_at_s
            value = None if gone else value_at(at)
            tokens.append(f"{value!r}" if value is not None else "stale" if was_there else "_")
            was_there = value is not None
        return " ".join(tokens)


@dataclass
class Case:
    """One test of a test file."""

    name: str
    lasting_s: int
    series: list[dict[str, str]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def add(self, series: str, target: Target, value_at: Callable[[int], Value]) -> None:
        self.series.append({"series": series, "values": target.values(self.lasting_s, value_at)})

    def expect(self, at_s: int, expr: str, samples: Iterable[tuple[dict[str, str], float]]) -> None:
        """Expect exactly these labels and values of an expression."""
        expected = [{"labels": _labels(labels), "value": value} for labels, value in samples]
        self.checks.append({"eval_time": f"{at_s}s", "expr": expr, "exp_samples": expected})

    def expect_firing(self, at_s: int, pairs: Iterable[tuple[str, str]]) -> None:
        """Expect that exactly these (alert, tenant) pairs fire."""
        samples = [({"alertname": alert, "tenant": tenant}, 1.0) for alert, tenant in sorted(pairs)]
        self.expect(at_s, 'group by (alertname, tenant) (ALERTS{alertstate="firing"})', samples)

    @property
    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "interval": f"{RASTER_S}s",
            "input_series": self.series,
            "promql_expr_test": self.checks,
        }


def document_of(rules: Iterable[str], evaluation_s: int, cases: Iterable[Case]) -> dict[str, Any]:
    """Return a test file's document."""
    return {
        "rule_files": list(rules),
        "evaluation_interval": f"{evaluation_s}s",
        "tests": [case.document for case in cases],
    }


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
