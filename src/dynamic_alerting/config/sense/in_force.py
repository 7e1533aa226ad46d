"""The defaults in force for a name, from whichever layer they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynamic_alerting.model.configuration import Configuration, Entry


def defaults_in_force(configuration: Configuration) -> dict[str, tuple[Entry, ...]]:
    """All defaults, by the name of their key, of all layers below the tenants."""
    by_name: dict[str, list[Entry]] = {}
    for entry in configuration.defaults:
        by_name.setdefault(entry.key.name, []).append(entry)
    return {name: tuple(entries) for name, entries in by_name.items()}
