"""A signal and the key it is compared with: what every part of a pack's rules is written from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SEVERITIES = ("critical", "warning", "info")

Matchers = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A signal, the key it is compared with, and the side that is bad.

    Attributes:
        signal: PromQL of one value per tenant and dimensions.
        key: the key that tenants write.
        component: the component of its thresholds.
        metric: the metric of its thresholds.
        direction: the side that is bad.
        dimensions: the labels, beside the tenant, that signal and thresholds have.
    """

    signal: str
    key: str
    component: str
    metric: str
    direction: Literal["above", "below"]
    dimensions: tuple[str, ...] = ()

    @property
    def worst(self) -> str:
        """The aggregation that keeps the last threshold of several replicas to be crossed."""
        return "max" if self.direction == "above" else "min"

    @property
    def first(self) -> str:
        """The aggregation that keeps the first of several thresholds to be crossed."""
        return "min" if self.direction == "above" else "max"

    @property
    def operator(self) -> str:
        """The comparison that is true when it is bad."""
        return ">" if self.direction == "above" else "<"

    @property
    def matchers(self) -> Matchers:
        """What selects the key's thresholds, base and dimensional, and no patterns."""
        return [*threshold_matchers(self.component, self.metric), *no_patterns(self.dimensions)]


def threshold_matchers(component: str, metric: str) -> Matchers:
    """Return what selects one key's thresholds, base and dimensional."""
    return [("component", "=", component), ("metric", "=", metric)]


def no_patterns(dimensions: Sequence[str]) -> Matchers:
    """Return what leaves out the series of regex keys: the exporter serves what they match beside them."""
    return [(f"{dimension}_re", "=", "") for dimension in dimensions]


def any_of(label: str, values: Sequence[str]) -> tuple[str, str, str]:
    """Return what selects one or several values of a label."""
    return (label, "=", values[0]) if len(values) == 1 else (label, "=~", "|".join(values))


def grouped(text: str) -> str:
    """Put parentheses around PromQL, on lines of their own around several lines."""
    if "\n" not in text:
        return f"({text})"
    return f"(\n{indented(text)}\n)"


def indented(text: str) -> str:
    """Indent every line of PromQL by two spaces."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def aggregated(operation: str, labels: Sequence[str], text: str) -> str:
    """Write an aggregation by labels."""
    return f"{operation} by ({joined(*labels)}) {grouped(text)}"


def joined(*labels: str) -> str:
    """Write a list of labels."""
    return ", ".join(labels)
