"""Which severities a value names itself, as in ``"70:critical"``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.model.values import Custom, Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynamic_alerting.model.severity import Severity
    from dynamic_alerting.model.values import Value


def severities_of(value: Value) -> Iterator[Severity]:
    """Every severity that is written anywhere in a value."""
    if isinstance(value, Custom):
        if value.severity is not None:
            yield value.severity
    elif isinstance(value, TimeBoxed):
        yield from severities_of(value.value)
    elif isinstance(value, Scheduled):
        yield from severities_of(value.default)
        for override in value.overrides:
            yield from severities_of(override.value)
