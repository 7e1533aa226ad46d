"""Building PromQL selectors from values that people chose, with everything escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://prometheus.io/docs/concepts/data_model/ : names that need no quoting in any version.
_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\x00"}


def quote(value: str) -> str:
    r"""Write any text as a double-quoted PromQL string: ``a"b`` becomes ``"a\"b"``."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in value) + '"'


def selector(
    metric: str | None = None,
    equal: Mapping[str, str] | None = None,
    *,
    unequal: Mapping[str, str] | None = None,
    matching: Mapping[str, str] | None = None,
) -> str:
    """Build an instant selector: ``selector("up", {"tenant": "db-a"})`` is ``up{tenant="db-a"}``.

    Args:
        metric: the metric name; None selects by labels alone.
        equal: labels and the exact values they must have.
        unequal: labels and exact values that they must not have.
        matching: labels and RE2 patterns, anchored by Prometheus.

    Raises:
        ValueError: a name is not a metric or label name, or nothing is selected by.
    """
    if metric is not None and not _METRIC_NAME.fullmatch(metric):
        raise ValueError(f"{metric!r} is not a metric name: letters, digits, _ and : only")
    terms = [
        *_terms(equal or {}, "="),
        *_terms(unequal or {}, "!="),
        *_terms(matching or {}, "=~"),
    ]
    if metric is None and not terms:
        raise ValueError("a selector needs a metric name or a label")
    return (metric or "") + ("{" + ",".join(terms) + "}" if terms else "")


def _terms(matchers: Mapping[str, str], operator: str) -> list[str]:
    for label in matchers:
        if not _LABEL_NAME.fullmatch(label):
            raise ValueError(f"{label!r} is not a label name: letters, digits and _ only")
    return [f"{label}{operator}{quote(value)}" for label, value in matchers.items()]
