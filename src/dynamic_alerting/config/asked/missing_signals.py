"""A tenant's threshold of a signal that does not exist although the pack's others do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.model.catalogue import Presence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dynamic_alerting.config.asked.presences import Presences
    from dynamic_alerting.config.asked.signals import Signals
    from dynamic_alerting.model.catalogue import Catalogue, KeySpec
    from dynamic_alerting.model.configuration import Entry


def missing_signals(
    own: Mapping[str, Mapping[str, Entry]], catalogue: Catalogue, signals: Signals, presences: Presences
) -> Iterator[Finding]:
    """Find them.

    Args:
        own: by key name and tenant, the first threshold that the tenant set itself.
        catalogue: the packs' keys.
        signals: who answers.
        presences: what is known already.

    Raises:
        SignalsUnknown: there is no usable answer.
    """
    for name, entries in own.items():
        spec = catalogue.specs[name]
        if spec.presence is Presence.SPORADIC:
            continue  # whether it would be there, nobody knows
        lasting = presences.lasting(spec.pack).intersection(entries)
        lacking = lasting - presences.having(spec) if lasting else lasting
        if lacking:
            never = lacking - signals.had([spec], sorted(lacking))
            yield from (_finding(entries[tenant], spec, tenant) for tenant in sorted(never))


def _finding(entry: Entry, spec: KeySpec, tenant: str) -> Finding:
    return Finding(
        "DA122",
        *entry.origin,
        entry.key.text,
        f"This threshold never fires: tenant '{tenant}' has signals of the pack {spec.pack}, but within a "
        f"week Prometheus had no {spec.signal} of it.",
        f"Delete the line, or have the exporter deliver what the pack {spec.pack} reads for {spec.key}.",
    )
