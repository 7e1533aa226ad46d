"""A pattern that matched nothing for a week."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.model.catalogue import Presence
from dynamic_alerting.model.dimensions import applies
from dynamic_alerting.model.discovery import OpenKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dynamic_alerting.config.asked.presences import Presences
    from dynamic_alerting.config.asked.signals import Signals
    from dynamic_alerting.model.catalogue import Catalogue, KeySpec
    from dynamic_alerting.model.configuration import Entry
    from dynamic_alerting.model.thresholds import Labels


def unmatched_of_tenants(
    patterns: Mapping[str, Mapping[str, tuple[Entry, ...]]],
    catalogue: Catalogue,
    signals: Signals,
    presences: Presences,
) -> Iterator[Finding]:
    """Find the tenants' patterns that matched nothing, of signals that the tenants had all the time.

    Args:
        patterns: by key name and tenant, the tenant's thresholds with a pattern.
        catalogue: the packs' keys.
        signals: who answers.
        presences: what is known already.

    Raises:
        SignalsUnknown: there is no usable answer.
    """
    for name, tenants in patterns.items():
        spec = catalogue.specs[name]
        if spec.presence is Presence.SPORADIC:
            continue
        having = presences.having(spec)
        asked = {tenant: entries for tenant, entries in tenants.items() if tenant in having}
        if asked:
            asked = _without_matched(asked, signals.label_sets(_open(spec, asked)))
        if asked:
            throughout = signals.throughout(spec, sorted(asked))
            asked = {tenant: entries for tenant, entries in asked.items() if tenant in throughout}
        if asked:
            asked = _without_matched(asked, signals.past_label_sets(_open(spec, asked)))
        for tenant, entries in asked.items():
            yield from (_finding(entry, spec, f"of tenant '{tenant}' ") for entry in entries)


def unmatched_of_platform(
    patterns: Mapping[str, tuple[Entry, ...]], catalogue: Catalogue, signals: Signals, presences: Presences
) -> Iterator[Finding]:
    """Find the platform's patterns that matched nothing of any tenant.

    Args:
        patterns: by key name, the platform's thresholds with a pattern.
        catalogue: the packs' keys.
        signals: who answers.
        presences: what is known already.

    Raises:
        SignalsUnknown: there is no usable answer.
    """
    for name, entries in patterns.items():
        spec = catalogue.specs[name]
        tenants = presences.having(spec) if spec.presence is not Presence.SPORADIC else ()
        for entry in entries if tenants else ():
            keys = OpenKeys(spec, dict.fromkeys(tenants, (entry.key,)))
            if _match(entry, signals.label_sets(keys)):
                continue
            if signals.throughout(spec, tenants) and not _match(entry, signals.past_label_sets(keys)):
                yield _finding(entry, spec, "of any tenant ")


def _open(spec: KeySpec, asked: Mapping[str, tuple[Entry, ...]]) -> OpenKeys:
    return OpenKeys(
        spec, {tenant: tuple(entry.key for entry in entries) for tenant, entries in asked.items()}
    )


def _without_matched(
    asked: Mapping[str, tuple[Entry, ...]], present: Mapping[str, Iterable[Labels]]
) -> dict[str, tuple[Entry, ...]]:
    left = {
        tenant: tuple(entry for entry in entries if not _applies(entry, present.get(tenant, ())))
        for tenant, entries in asked.items()
    }
    return {tenant: entries for tenant, entries in left.items() if entries}


def _match(entry: Entry, present: Mapping[str, Iterable[Labels]]) -> bool:
    return any(_applies(entry, sets) for sets in present.values())


def _applies(entry: Entry, sets: Iterable[Labels]) -> bool:
    return any(applies(entry.key, dict(labels)) for labels in sets)


def _finding(entry: Entry, spec: KeySpec, whose: str) -> Finding:
    labels = " and ".join(label for label, _ in entry.key.patterns)
    base = replace(entry.key, matchers=())
    return Finding(
        "DA120",
        *entry.origin,
        entry.key.text,
        f"This pattern never fires: within a week no {spec.signal} {whose}matched it.",
        f"Write a pattern that matches a {labels} that there is, as sum by ({labels}) ({spec.signal}) shows, "
        f"or delete the line: {base} is for all that no other key matches.",
    )
