"""For which keys, and for whom, the label values of now have to be known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dynamic_alerting.model.catalogue import Catalogue, KeySpec
from dynamic_alerting.model.configuration import Configuration, Entry
from dynamic_alerting.model.dimensions import applies
from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.thresholds import Labels


@dataclass(frozen=True, slots=True)
class OpenKeys:
    """The keys of one name that are for more label sets than they spell: patterns, or dimensions left out.

    Attributes:
        spec: what the pack declares.
        tenants: for each tenant that such keys hold for, the keys: its own, the platform's, the pack's.
    """

    spec: KeySpec
    tenants: Mapping[str, tuple[ThresholdKey, ...]]

    def are_for(self, tenant: str, labels: Labels) -> bool:
        """Tell whether any of a tenant's keys is for a label set."""
        values = dict(labels)
        return any(applies(key, values) for key in self.tenants.get(tenant, ()))


def open_keys(configuration: Configuration, catalogue: Catalogue) -> Mapping[str, OpenKeys]:
    """Return, by name in order, the keys that have to be expanded to the label sets of now.

    The signal of a key that no pack declares is unknown, so such keys are served as written only.
    """
    platform = _open((*configuration.defaults, *configuration.pack_defaults), catalogue)
    found: dict[str, dict[str, tuple[ThresholdKey, ...]]] = {}
    for tenant in configuration.tenants:
        own = _open(tenant.written, catalogue)
        packs = configuration.packs_of(tenant) if platform else None
        for name in own.keys() | platform.keys():
            taken = packs is None or catalogue.specs[name].pack in packs
            keys = (*own.get(name, ()), *(platform.get(name, ()) if taken else ()))
            if keys:
                found.setdefault(name, {})[tenant.name] = keys
    return {name: OpenKeys(catalogue.specs[name], found[name]) for name in sorted(found)}


def _open(entries: Iterable[Entry], catalogue: Catalogue) -> dict[str, tuple[ThresholdKey, ...]]:
    by_name: dict[str, tuple[ThresholdKey, ...]] = {}
    for entry in entries:
        key = entry.key
        if key.matchers and key.name in catalogue.specs and _leaves_open(key, catalogue.specs[key.name]):
            by_name[key.name] = (*by_name.get(key.name, ()), key)
    return by_name


def _leaves_open(key: ThresholdKey, spec: KeySpec) -> bool:
    exact = {label for label, _ in key.exact}
    return not exact.issuperset(spec.dimensions)
