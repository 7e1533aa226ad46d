"""What somebody writes although the layer below says the same.

Looked for on request, not at every load: it is no mistake, only worth knowing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.severities import severities_of
from dynamic_alerting.config.source_lines import SourceLines
from dynamic_alerting.model.values import DISABLED, USE_DEFAULT, Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Configuration, Entry, Origin, Tenant
    from dynamic_alerting.model.values import Value


def unused_overrides(configuration: Configuration, catalogue: Catalogue, source: Path) -> Iterator[Finding]:
    """Find the keys and states that could be deleted without any change of what is served.

    Only what is certain: a key is passed over where somebody says something else about the same name that
    could make a difference.

    Args:
        configuration: what is loaded.
        catalogue: the keys that the rule packs declare.
        source: the directory or the file that was loaded, for excerpts.
    """
    defaults = _Defaults(configuration, catalogue)
    lines = SourceLines(source)
    packs = _Entries(configuration.pack_defaults)
    for entry in configuration.defaults:
        default = packs.same(entry, configuration.defaults)
        if default is not None:
            yield _finding(entry.key.text, entry.origin, default.origin, lines)
    for tenant in configuration.tenants:
        for entry in tenant.entries:
            default = defaults.same(entry, tenant)
            if default is not None:
                yield _finding(entry.key.text, entry.origin, default.origin, lines)
        for state in tenant.states:
            state_filter = defaults.filters.get(state.filter)
            if state_filter is not None and state.value is state_filter.enabled_by_default:
                yield _finding(f"_state_{state.filter}", state.origin, state_filter.origin, lines)


class _Defaults:
    """What a tenant finds where it says nothing."""

    def __init__(self, configuration: Configuration, catalogue: Catalogue) -> None:
        self.filters = {one.name: one for one in configuration.state_filters}
        self._catalogue = catalogue
        self._configuration = configuration
        said = {entry.key.name for entry in configuration.defaults}
        # Where the platform says anything about a name, the pack's values of it may not be what is found.
        packs = (entry for entry in configuration.pack_defaults if entry.key.name not in said)
        self._entries = _Entries((*configuration.defaults, *packs))

    def same(self, entry: Entry, tenant: Tenant) -> Entry | None:
        """The default that makes a tenant's entry unnecessary."""
        spec = self._catalogue.specs.get(entry.key.name)
        packs = self._configuration.packs_of(tenant)
        if spec is not None and packs is not None and spec.pack not in packs:
            return None
        return self._entries.same(entry, tenant.entries)


class _Entries:
    """The entries of a layer, to be compared with those of a stronger one."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        self._by_key = {entry.key: entry for entry in entries}
        self._dimensional: dict[str, int] = {}  # key name → how many dimensional entries it has
        self._has_critical = {entry.key.name for entry in entries if entry.key.is_critical}
        for entry in entries:
            if entry.key.matchers:
                self._dimensional[entry.key.name] = self._dimensional.get(entry.key.name, 0) + 1

    def same(self, entry: Entry, layer: Iterable[Entry]) -> Entry | None:
        """The entry below that makes one entry of a stronger layer unnecessary."""
        below = self._by_key.get(entry.key)
        if below is None or below.value != entry.value or entry.value is USE_DEFAULT:
            return None
        others = [other for other in layer if other.key.name == entry.key.name and other is not entry]
        is_certain = self._is_certain_dimension if entry.key.matchers else self._is_certain_base
        return below if is_certain(entry, others) else None

    def _is_certain_dimension(self, entry: Entry, others: list[Entry]) -> bool:
        return not others and self._dimensional[entry.key.name] == 1

    def _is_certain_base(self, entry: Entry, others: list[Entry]) -> bool:
        """A base key hides the dimensional keys below, and other tiers where it says so."""
        name = entry.key.name
        if name in self._dimensional:
            return False
        if entry.key.is_critical:
            return all(_is_only_of_warning(other.value) for other in others if not other.key.matchers)
        return name not in self._has_critical or _is_only_of_warning(entry.value)


def _is_only_of_warning(value: Value) -> bool:
    """Whether a base key with this value says nothing of the critical tier."""
    return not _disables(value) and not tuple(severities_of(value))


def _disables(value: Value) -> bool:
    if isinstance(value, TimeBoxed):
        return _disables(value.value)
    if isinstance(value, Scheduled):
        return _disables(value.default) or any(_disables(override.value) for override in value.overrides)
    return value is DISABLED


def _finding(text: str, origin: Origin, default: Origin, lines: SourceLines) -> Finding:
    return Finding(
        "DA047",
        origin.file,
        origin.line,
        origin.column,
        text,
        f"{default.place} says the same, so this line changes nothing.",
        "Delete it to follow the default; keep it to stay as it is if the default changes.",
        lines.excerpt(origin, text),
    )
