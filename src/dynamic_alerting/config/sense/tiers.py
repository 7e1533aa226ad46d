"""Tiers in the wrong order: a warning that comes only after the critical alert, within a layer or across."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.ownership import is_platform_file
from dynamic_alerting.config.sense.limits import written
from dynamic_alerting.config.source_lines import SourceLines
from dynamic_alerting.model.configuration import Configuration, Origin, Tenant
from dynamic_alerting.model.resolution import Layer, Resolver, Threshold
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import USE_DEFAULT, Custom, Override, Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.config.sense.pivots import KeySense
    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Entry
    from dynamic_alerting.model.thresholds import Labels
    from dynamic_alerting.model.values import Plain, Value

    Sense = Callable[[str], KeySense | None]

_OF_TENANT: Final = frozenset({Layer.TENANT, Layer.TENANT_EXACT, Layer.TENANT_REGEX})
_OF_PLATFORM: Final = frozenset({Layer.DEFAULT, Layer.DEFAULT_EXACT, Layer.DEFAULT_REGEX})
_RANKS: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}
_WEEK: Final = timedelta(days=8)  # every window opens within it
_MOMENTS: Final = 500  # at most, of one key's week
_NOBODY: Final = Tenant("", (), (), None, Origin("", 0, 0))


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found of one tenant, and for what it holds."""

    tenant: Tenant
    names: frozenset[str]
    findings: tuple[Finding, ...]
    until: datetime | None


class TierSense:
    """Finds tiers in the wrong order, when all files are known.

    Remembers what it found of each tenant, for as long as neither the tenant nor the defaults change.

    Args:
        source: the directory or the file that is loaded, for excerpts.
        catalogue: the keys that the rule packs declare.
        sense: tells what is known of a declared key; None for others.
    """

    def __init__(self, source: Path, catalogue: Catalogue, sense: Sense) -> None:
        self._source = source
        self._catalogue = catalogue
        self._sense = sense
        self._platform = _Platform(Configuration((), (), ()), sense)
        self._found: dict[str, _Judged] = {}
        self._names: dict[str, tuple[Tenant, frozenset[str]]] = {}  # of the suspect names, a tenant's own

    def findings(
        self,
        configuration: Configuration,
        files: Sequence[CompiledFile],
        now: datetime,
        *,
        is_directory: bool,
    ) -> Iterator[Finding]:
        """What there is to say about tiers.

        Args:
            configuration: what is in force.
            files: all files, with the keys that need a look.
            now: which time-boxed values have ended.
            is_directory: whether tenants have files of their own.
        """
        if not self._platform.is_of(configuration):
            self._platform = _Platform(configuration, self._sense)
            self._found, self._names = {}, {}
        doubtful = _doubtful(files, is_directory=is_directory)
        suspect = self._platform.suspect
        found: dict[str, _Judged] = {}
        lines = SourceLines(self._source)
        platform = self._tenant(_NOBODY, self._platform.both_tiers, now, lines)
        found[""] = platform
        yield from platform.findings
        if doubtful or suspect:
            for tenant in configuration.tenants:
                names = doubtful.get(tenant.name)
                if suspect:
                    names = (names or frozenset()) | self._suspects(tenant, suspect)
                if names:
                    one = found[tenant.name] = self._tenant(tenant, names, now, lines)
                    yield from one.findings
        self._found = found

    def _suspects(self, tenant: Tenant, suspect: frozenset[str]) -> frozenset[str]:
        known = self._names.get(tenant.name)
        if known is None or known[0] is not tenant:
            names = frozenset([entry[0].name for entry in tenant.written if entry[0].name in suspect])
            known = self._names[tenant.name] = (tenant, names)
        return known[1]

    def _tenant(self, tenant: Tenant, names: frozenset[str], now: datetime, lines: SourceLines) -> _Judged:
        known = self._found.get(tenant.name)
        if (
            known is not None
            and known.tenant is tenant
            and known.names == names
            and (known.until is None or now < known.until)
        ):
            return known
        findings: dict[Origin, Finding] = {}
        until: list[datetime] = []
        for name in sorted(names):
            for finding in self._name(tenant, name, now, lines, until):
                findings.setdefault(Origin(finding.file, finding.line, finding.column), finding)
        return _Judged(tenant, names, tuple(findings.values()), min(until, default=None))

    def _name(
        self, tenant: Tenant, name: str, now: datetime, lines: SourceLines, until: list[datetime]
    ) -> Iterator[Finding]:
        sense = self._sense(name)
        if sense is None:
            return
        own = tuple(_lasting(entry, now, until) for entry in tenant.entries if entry.key.name == name)
        pair = _plain_pair(tenant, own, self._catalogue)
        if pair is not None:
            for lower, higher in _out_of_order(pair, sense):
                if (finding := _finding(lower, higher, lines, is_platform=False)) is not None:
                    yield finding
            return
        platform = self._platform.configuration_of(name, now, until)
        below = tuple(
            replace(layer, entries=tuple(_lasting(one, now, until) for one in layer.entries), states=())
            for layer in tenant.below
        )
        subject = replace(tenant, entries=own, states=(), below=below)
        resolver = Resolver(platform, self._catalogue)
        served = self._catalogue.component_metric(name)
        at: datetime | None = now
        for _ in range(_MOMENTS):
            if at is None or at > now + _WEEK:
                break
            resolved = resolver.resolve(subject, at)
            here = [one for one in resolved.thresholds if (one.component, one.metric) == served]
            for lower, higher in _out_of_order(here, sense):
                finding = _finding(lower, higher, lines, is_platform=tenant is _NOBODY)
                if finding is not None:
                    yield finding
            at = resolved.next_change


class _Platform:
    """The defaults, and what they mean for tiers.

    Attributes:
        both_tiers: names of which the platform alone may have two tiers.
        suspect: names of which a default lies where the pack's own would not: whoever sets such a key is
            looked at.
    """

    def __init__(self, configuration: Configuration, sense: Sense) -> None:
        self._configuration = configuration
        self._by_name = _by_name(configuration.defaults)
        self._packs_by_name = _by_name(configuration.pack_defaults)
        known = {name: known for name in self._by_name if (known := sense(name)) is not None}
        self.both_tiers = frozenset(
            name for name in known if len(self._by_name[name]) + len(self._packs_by_name.get(name, ())) > 1
        )
        self.suspect = frozenset(name for name in known if _is_suspect(self._by_name[name], known[name]))

    def is_of(self, configuration: Configuration) -> bool:
        """Whether these are the defaults of a configuration."""
        mine = self._configuration
        if mine.packs != configuration.packs or mine.pack_defaults is not configuration.pack_defaults:
            return False
        old, new = mine.defaults, configuration.defaults
        return len(old) == len(new) and all(one is other for one, other in zip(old, new, strict=True))

    def configuration_of(self, name: str, now: datetime, until: list[datetime]) -> Configuration:
        """A configuration of one name's defaults only."""
        entries = tuple(_lasting(entry, now, until) for entry in self._by_name.get(name, ()))
        packs = tuple(self._packs_by_name.get(name, ()))
        return replace(
            self._configuration, defaults=entries, pack_defaults=packs, state_filters=(), tenants=()
        )


def _by_name(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.key.name, []).append(entry)
    return by_name


def _doubtful(files: Sequence[CompiledFile], *, is_directory: bool) -> dict[str, frozenset[str]]:
    """By tenant, the names whose tiers may be in the wrong order.

    A platform's file may set some of a tenant's keys and the tenant's own file the others, which cannot be
    told when either is read.
    """
    doubtful: dict[str, frozenset[str]] = {}
    for file in files:
        if file.out_of_order:
            for tenant, names in file.out_of_order.items():
                doubtful[tenant] = doubtful.get(tenant, frozenset()) | names
    for file in takewhile(lambda file: is_platform_file(file.name), files) if is_directory else ():
        for one in file.tenants:
            names = frozenset(entry.key.name for entry in one.entries)
            doubtful[one.name] = doubtful.get(one.name, frozenset()) | names
    return doubtful


def _is_suspect(entries: Sequence[Entry], sense: KeySense) -> bool:
    has_critical = any(entry.key.is_critical for entry in entries)
    for entry in entries:
        if entry.key.matchers and not has_critical:
            continue  # a pack's own dimensional defaults, mostly
        for value in _numbers(entry.value):
            is_critical = entry.key.is_critical or value.severity is Severity.CRITICAL
            if is_critical and not entry.key.is_critical and not entry.key.matchers:
                continue  # replaced by whoever sets the key
            first, second = (sense.pivot, value.number) if is_critical else (value.number, sense.pivot)
            if sense.is_beyond(first, second):
                return True
    return False


def _plain_pair(tenant: Tenant, own: Sequence[Entry], catalogue: Catalogue) -> list[Threshold] | None:
    """Both thresholds of a tenant that sets both as plain numbers, and so leaves nothing to other layers."""
    if len(own) != 2 or tenant is _NOBODY or own[0].key.is_critical is own[1].key.is_critical:  # noqa: PLR2004
        return None
    thresholds = []
    for key, value, origin in own:
        if key.matchers or not isinstance(value, Custom) or value.severity is not None:
            return None
        severity = Severity.CRITICAL if key.is_critical else Severity.WARNING
        served = catalogue.component_metric(key.name)
        here = (tenant.name, *served, severity, value.number, (), (), key.text, Layer.TENANT, origin)
        thresholds.append(Threshold(*here))
    return thresholds


def _numbers(value: Value | Plain) -> Iterator[Custom]:
    if isinstance(value, Custom):
        yield value
    elif isinstance(value, TimeBoxed):
        yield from _numbers(value.value)
    elif isinstance(value, Scheduled):
        yield from _numbers(value.default)
        for override in value.overrides:
            yield from _numbers(override.value)


def _lasting(entry: Entry, now: datetime, until: list[datetime]) -> Entry:
    """The entry as it is now, without the ends of its values; notes when they end."""
    return entry if type(entry.value) is Custom else entry._replace(value=_unboxed(entry.value, now, until))


def _unboxed(value: Value, now: datetime, until: list[datetime]) -> Plain | Scheduled[Plain]:
    if isinstance(value, TimeBoxed):
        if value.expires <= now:
            return USE_DEFAULT
        until.append(value.expires)
        return _unboxed(value.value, now, until)
    if not isinstance(value, Scheduled):
        return value
    default = value.default
    overrides: list[Override[Plain]] = []
    for override in value.overrides:
        inner = override.value
        if isinstance(inner, TimeBoxed):
            if inner.expires <= now:
                continue
            until.append(inner.expires)
        plain = _plain(inner.value) if isinstance(inner, TimeBoxed) else inner
        overrides.append(Override(override.window, plain))
    if isinstance(default, TimeBoxed):
        until.extend([default.expires] if default.expires > now else [])
        default = _plain(default.value) if default.expires > now else USE_DEFAULT
    return Scheduled(default, tuple(overrides))


def _plain(value: Plain | Scheduled[Plain]) -> Plain:
    return USE_DEFAULT if isinstance(value, Scheduled) else value  # a schedule has no schedule inside


def _out_of_order(thresholds: Iterable[Threshold], sense: KeySense) -> Iterator[tuple[Threshold, Threshold]]:
    """Pairs of a lower tier and the next higher one of the same series, the lower reached only after it."""
    groups: dict[tuple[Labels, Labels], dict[Severity, Threshold]] = {}
    for one in thresholds:
        groups.setdefault((one.dimensions, one.patterns), {})[one.severity] = one
    base = groups.get(((), ()), {})
    for group in groups.values():
        tiers = sorted({**base, **group}.values(), key=lambda one: _RANKS[one.severity])
        # What can't be meant by itself is reported as that.
        finite = [
            one for one in tiers if math.isfinite(one.value) and sense.limits.objection(one.value) is None
        ]
        for lower, higher in pairwise(finite):
            if sense.is_beyond(lower.value, higher.value):
                yield lower, higher


def _finding(lower: Threshold, higher: Threshold, lines: SourceLines, *, is_platform: bool) -> Finding | None:
    """What to say, at the line of the tenant; None where only lines of other layers are concerned."""
    own = _OF_PLATFORM if is_platform else _OF_TENANT
    is_of_lower = lower.layer in own
    here, other = (lower, higher) if is_of_lower else (higher, lower)
    if here.layer not in own:
        return None
    place = "beyond" if is_of_lower else "before"
    message = (
        f"The {here.severity} threshold {written(here.value)}{_when(here)} lies {place} the {other.severity} "
        f"one, {written(other.value)}{_when(other)} in {other.origin.place}: the "
        f"{lower.severity} alert never fires before the {higher.severity} one."
    )
    advice = f"Put the {lower.severity} threshold before the {higher.severity} one, or disable one of them."
    return Finding(
        "DA104",
        here.origin.file,
        here.origin.line,
        here.origin.column,
        here.key,
        message,
        advice,
        lines.excerpt(here.origin, here.key),
    )


def _when(threshold: Threshold) -> str:
    return f" in {threshold.window}" if threshold.window else ""
