"""Thresholds and states as exposition lines, equal in text format 0.0.4 and OpenMetrics 1.0.

Both formats write a gauge's sample the same way, so one rendering serves both. Rendering is the hot path of a
cold load (half a million lines), which is why repeated parts come from bounded caches.

Sources: https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenMetrics 1.0 specification.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from dynamic_alerting.model.resolution import ActiveState, Threshold

_CACHED = 1 << 15

#: Python writes floats from here on with an exponent; integers below are written without ".0".
_PLAIN_INTEGER = 1e16


def escape(value: str) -> str:
    """A label value as both formats write it: backslash, quote and line feed escaped, all else as it is."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


@lru_cache(maxsize=_CACHED)
def number(value: float) -> str:
    """A sample's value: the shortest text that any IEEE 754 parser reads back exactly; ``80``, ``+Inf``."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    if value.is_integer() and abs(value) < _PLAIN_INTEGER:
        return str(int(value))
    return repr(value)


def json_number(value: float) -> float | str:
    """JSON has no infinity; it is written as the exposition writes it."""
    return value if math.isfinite(value) else number(value)


@lru_cache(maxsize=_CACHED)
def _base_labels(component: str, metric: str, severity: str) -> str:
    return f'component="{escape(component)}",metric="{escape(metric)}",severity="{escape(severity)}"'


@lru_cache(maxsize=_CACHED)
def _dimension_labels(dimensions: tuple[tuple[str, str], ...], patterns: tuple[tuple[str, str], ...]) -> str:
    exact = "".join(f',{label}="{escape(value)}"' for label, value in dimensions)
    return exact + "".join(f',{label}_re="{escape(pattern)}"' for label, pattern in patterns)


def threshold_lines(tenant: str, thresholds: Iterable[Threshold]) -> dict[str, bytes]:
    """The ``user_threshold`` samples of one tenant, by severity."""
    start = f'user_threshold{{tenant="{escape(tenant)}",'
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for threshold in thresholds:
        labels = start + _base_labels(threshold.component, threshold.metric, threshold.severity)
        if threshold.dimensions or threshold.patterns:
            labels += _dimension_labels(threshold.dimensions, threshold.patterns)
        lines[threshold.severity].append(labels + "} " + number(threshold.value) + "\n")
    return {severity: "".join(some).encode() for severity, some in lines.items()}


@lru_cache(maxsize=_CACHED)
def _state_labels(state: str, severity: str, reason: str | None) -> str:
    labels = f'filter="{escape(state)}",severity="{escape(severity)}"'
    return labels if reason is None else f'{labels},reason="{escape(reason)}"'


def state_lines(tenant: str, states: Iterable[ActiveState]) -> dict[str, bytes]:
    """The ``user_state_filter`` samples of one tenant, one for each state (and reason) that is on.

    By all labels but the tenant, in the order in which Prometheus sorts them.
    """
    start = f'user_state_filter{{tenant="{escape(tenant)}",'
    return {
        f"{name} {reason or ''} {severity}": (
            f"{start}{_state_labels(name, severity, reason)}}} 1\n".encode()
        )
        for _, name, severity, reason in states
    }


def file_line(metric: str, file: str, value: int) -> bytes:
    """One per-file sample of the exporter's own health."""
    return f'{metric}{{file="{escape(file)}"}} {value}\n'.encode()


def family_header(metric: str, kind: str, help_text: str) -> bytes:
    """The HELP and TYPE lines of a family. The help texts of this project need no escaping."""
    return f"# HELP {metric} {help_text}\n# TYPE {metric} {kind}\n".encode()
