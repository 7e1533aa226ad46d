"""The defaults below the tenants, by the name of their key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.model.configuration import Configuration, Entry


def defaults_in_force(configuration: Configuration) -> dict[str, tuple[Entry, ...]]:
    """The platform's defaults, by the name of their key."""
    return _by_name(configuration.defaults)


def packs_in_force(configuration: Configuration) -> dict[str, tuple[Entry, ...]]:
    """The packs' defaults, by the name of their key."""
    return _by_name(configuration.pack_defaults)


def _by_name(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.key.name, []).append(entry)
    return {name: tuple(several) for name, several in by_name.items()}
