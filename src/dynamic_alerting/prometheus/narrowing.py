"""Selectors of a recorded signal that give little more than some keys need."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from dynamic_alerting.prometheus.promql import selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dynamic_alerting.model.discovery import OpenKeys

#: Up to so many characters of tenants' names, and of patterns, narrow the query: addresses have to be short.
LONGEST_UNION = 1_500


def signal_selector(keys: OpenKeys) -> str:
    """The signal of some keys, narrowed to their tenants and values as far as that stays short."""
    unions = {"tenant": union(map(re.escape, keys.tenants))}
    unions |= {label: union(_patterns(keys, label)) for label in keys.spec.dimensions}
    return selector(keys.spec.signal, matching={label: text for label, text in unions.items() if text})


def union(patterns: Iterable[str]) -> str:
    """One pattern for what any of these matches; empty if it would be too long, or narrows nothing."""
    joined = "|".join(sorted(set(patterns)))
    return joined if len(joined) <= LONGEST_UNION else ""


def unions_of(names: Iterable[str]) -> Iterator[str]:
    """Patterns that together match some metric names, none of them too long."""
    return map(union, parts(sorted(set(names))))


def parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Some names in order, in parts whose union is not too long."""
    first, length = 0, 0
    for place, name in enumerate(names):
        longer = 1 + len(re.escape(name))
        if place > first and length + longer > LONGEST_UNION:
            yield names[first:place]
            first, length = place, 0
        length += longer
    if names:
        yield names[first:]


def _patterns(keys: OpenKeys, label: str) -> list[str]:
    """What all keys together allow for a label; nothing if one of them allows everything.

    (?s:) because a dot matches a line break in keys, and only since Prometheus 3 in selectors.
    """
    found = []
    for key in set(chain.from_iterable(keys.tenants.values())):
        matcher = next((matcher for matcher in key.matchers if matcher.label == label), None)
        if matcher is None:
            return []
        found.append(f"(?s:{matcher.value})" if matcher.is_regex else re.escape(matcher.value))
    return found
