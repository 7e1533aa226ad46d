"""For which keys the label values of now have to be known."""

from collections.abc import Iterator

from dynamic_alerting.model.catalogue import Catalogue, KeySpec
from dynamic_alerting.model.configuration import Configuration
from dynamic_alerting.model.keys import ThresholdKey


def names_to_expand(configuration: Configuration, catalogue: Catalogue) -> frozenset[str]:
    """Return the declared key names that somebody restricts to more label sets than the key itself spells.

    These are names with a regex key, or with a key that leaves one of the pack's dimensions open. The
    signal of a key that no pack declares is unknown, so such keys are served as written only.
    """
    return frozenset(
        key.name
        for key in _dimensional_keys(configuration)
        if key.name in catalogue.specs and _leaves_open(key, catalogue.specs[key.name])
    )


def _dimensional_keys(configuration: Configuration) -> Iterator[ThresholdKey]:
    written = (configuration.defaults, *(tenant.entries for tenant in configuration.tenants))
    return (entry.key for entries in written for entry in entries if entry.key.matchers)


def _leaves_open(key: ThresholdKey, spec: KeySpec) -> bool:
    exact = {matcher.label for matcher in key.matchers if not matcher.is_regex}
    return not exact.issuperset(spec.dimensions)
