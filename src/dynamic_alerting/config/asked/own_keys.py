"""The thresholds that somebody set: what can be of no effect although it was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.model.values import Custom, Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Entry
    from dynamic_alerting.model.values import Value


def set_thresholds(entries: Iterable[Entry], catalogue: Catalogue, at: datetime) -> Iterator[Entry]:
    """The declared keys that are given a number: not disabled, not the default, and not ended.

    Args:
        entries: what a tenant, or the platform, wrote.
        catalogue: the keys that packs declare; nobody knows the signals of others.
        at: the instant that tells what has ended.
    """
    return (entry for entry in entries if entry.key.name in catalogue.specs and _is_set(entry.value, at))


def _is_set(value: Value, at: datetime) -> bool:
    if isinstance(value, TimeBoxed):
        return at < value.expires and _is_set(value.value, at)
    if isinstance(value, Scheduled):
        parts = (value.default, *(override.value for override in value.overrides))
        return any(_is_set(part, at) for part in parts)
    return isinstance(value, Custom)
