"""Everything that Prometheus can tell about a configuration.

Every finding needs something that is there, and was there before: what has just been set up, is not there
yet, or is in an outage, is no mistake of the configuration. The number of questions depends on the packs and
on the number of different keys, not on the number of tenants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dynamic_alerting.config.asked.missing_signals import missing_signals
from dynamic_alerting.config.asked.own_keys import set_thresholds
from dynamic_alerting.config.asked.presences import Presences
from dynamic_alerting.config.asked.tenant_names import misspelled_tenants
from dynamic_alerting.config.asked.unmatched_patterns import unmatched_of_platform, unmatched_of_tenants
from dynamic_alerting.model.configuration import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dynamic_alerting.config.asked.signals import Signals
    from dynamic_alerting.config.findings import Finding
    from dynamic_alerting.config.source_lines import SourceLines
    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Configuration, Entry


@dataclass(frozen=True, slots=True)
class Answered:
    """What could be told.

    Attributes:
        findings: by file and place.
        known: the tenants of which anything could be told: they have signals, and have had for some hours.
    """

    findings: tuple[Finding, ...]
    known: frozenset[str]


def asked_findings(
    configuration: Configuration, catalogue: Catalogue, signals: Signals, at: datetime, lines: SourceLines
) -> Answered:
    """Find what is of no effect, because there is no signal for it.

    Args:
        configuration: what is loaded.
        catalogue: the keys that the rule packs declare.
        signals: who answers.
        at: the instant that tells which values have ended.
        lines: the files, for excerpts.

    Raises:
        SignalsUnknown: there is no usable answer.
        NoSignals: there are none of any pack.
    """
    presences = Presences(catalogue, signals)
    own: dict[str, dict[str, Entry]] = {}
    patterns: dict[str, dict[str, tuple[Entry, ...]]] = {}
    for tenant in configuration.tenants:
        for entry in set_thresholds(tenant.written, catalogue, at):
            own.setdefault(entry.key.name, {}).setdefault(tenant.name, entry)
            if entry.key.is_regex:
                by_tenant = patterns.setdefault(entry.key.name, {})
                by_tenant[tenant.name] = _with(by_tenant.get(tenant.name, ()), entry)
    of_platform: dict[str, tuple[Entry, ...]] = {}
    for entry in set_thresholds(configuration.defaults, catalogue, at):
        if entry.key.is_regex:
            of_platform[entry.key.name] = _with(of_platform.get(entry.key.name, ()), entry)
    found = [
        *unmatched_of_tenants(patterns, catalogue, signals, presences),
        *unmatched_of_platform(of_platform, catalogue, signals, presences),
        *misspelled_tenants(configuration.tenants, catalogue, signals, presences),
        *missing_signals(own, catalogue, signals, presences),
    ]
    found.sort(key=lambda finding: (finding.file, finding.line, finding.column, finding.id))
    names = {tenant.name for tenant in configuration.tenants}
    return Answered(tuple(_shown(found, lines)), presences.all_lasting() & names)


def _with(entries: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """The entries and one more; of a pattern with two tiers, the first stands for both."""
    is_known = any(one.key.selector == entry.key.selector for one in entries)
    return entries if is_known else (*entries, entry)


def _shown(found: Iterable[Finding], lines: SourceLines) -> Iterable[Finding]:
    for finding in found:
        origin = Origin(finding.file, finding.line, finding.column)
        yield replace(finding, excerpt=lines.excerpt(origin, finding.text))
