"""From what the files say to the configuration.

Done anew after every change, however small: it only picks from what was compiled file by file, and costs
about a microsecond a tenant.
"""

from __future__ import annotations

from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from dynamic_alerting.config.later_findings import LaterFindings
from dynamic_alerting.config.ownership import Ownership, is_platform_file
from dynamic_alerting.config.platform_packs import platform_packs
from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.config.wording import listed
from dynamic_alerting.model.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.model.built_in import BuiltIn
    from dynamic_alerting.model.configuration import Entry, StateFilter, Tenant
    from dynamic_alerting.model.keys import ThresholdKey


class Combined(NamedTuple):
    """All files together."""

    configuration: Configuration
    later: LaterFindings


def combine(
    files: Sequence[CompiledFile], built_in: BuiltIn, now: datetime, *, is_directory: bool
) -> Combined:
    """Combine files.

    Args:
        files: all of them, in load order.
        built_in: what the packs say, below all files.
        now: which time-boxed values have ended.
        is_directory: whether tenants belong to files; a single file may define all of them.
    """
    later = LaterFindings()
    platform = list(takewhile(lambda file: is_platform_file(file.name), files)) if is_directory else files
    is_strict = any(file.ownership_strict for file in platform)
    if is_directory:
        owned = Ownership(files, later, is_strict=is_strict).tenants.values()
        tenants = tuple(sorted(owned, key=attrgetter("name")))
    else:
        tenants = tuple(sorted((tenant for file in files for tenant in file.tenants), key=attrgetter("name")))
    filters = _filters(platform, built_in.filters, later)
    packs = platform_packs(platform, later)
    _check_states(tenants, {one.name for one in filters}, {file.name: file for file in files}, later)
    _report_expired(files, now, later)
    defaults = _defaults(platform, later)
    return Combined(
        Configuration(defaults, filters, tenants, is_strict, packs, built_in.defaults),
        later,
    )


def _defaults(platform: Iterable[CompiledFile], later: LaterFindings) -> tuple[Entry, ...]:
    """The defaults of all platform files; of one key, the last."""
    defaults: dict[ThresholdKey, Entry] = {}
    for file in platform:
        for entry in file.defaults:
            before = defaults.pop(entry.key, None)
            defaults[entry.key] = entry
            if before is not None and before.origin.file != file.name:
                later.add(
                    file,
                    "DA046",
                    entry.origin,
                    text=entry.key.text,
                    message=f"This default replaces the one in {before.origin.file}:{before.origin.line}.",
                    advice="Keep one of them.",
                )
    return tuple(defaults.values())


def _filters(
    platform: Iterable[CompiledFile], built_in: Iterable[StateFilter], later: LaterFindings
) -> tuple[StateFilter, ...]:
    """The state filters of all platform files over the built-in ones; of one name, the last."""
    filters = {one.name: one for one in built_in}
    for file in platform:
        for state_filter in file.state_filters:
            before = filters.get(state_filter.name)
            filters[state_filter.name] = state_filter
            if before is not None and before.origin.line and before.origin.file != file.name:
                later.add(
                    file,
                    "DA063",
                    state_filter.origin,
                    text=state_filter.name,
                    message=f"This filter replaces the one in {before.origin.file}:{before.origin.line}.",
                    advice="Keep one of them.",
                )
    return tuple(filters.values())


def _check_states(
    tenants: Iterable[Tenant], known: set[str], files: dict[str, CompiledFile], later: LaterFindings
) -> None:
    for tenant in tenants:
        states = (
            (state for layer in tenant.layers for state in layer.states) if tenant.below else tenant.states
        )
        for state in states:
            if state.filter in known or state.origin.file not in files:
                continue
            file, text = files[state.origin.file], f"_state_{state.filter}"
            meant = "" if later.is_full(file) else did_you_mean(text, [f"_state_{name}" for name in known])
            later.add(
                file,
                "DA060",
                state.origin,
                text=text,
                message=f"There is no state filter {state.filter!r}, so this key switches nothing.",
                advice=f"{meant}The state_filters are: {listed(sorted(known)) if known else 'none'}.",
            )


def _report_expired(files: Iterable[CompiledFile], now: datetime, later: LaterFindings) -> None:
    for file in files:
        for deadline in file.deadlines:
            if deadline.expires <= now:
                later.take(deadline.finding)
