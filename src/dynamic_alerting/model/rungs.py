"""One rung of the search for a threshold: what one layer says about a key's tiers.

The search asks, for each tier by itself, rung after rung; the first that says anything ends it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from dynamic_alerting.model.configuration import Entry, Origin
from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.moments import Moment
from dynamic_alerting.model.severity import TIERS, Severity
from dynamic_alerting.model.thresholds import Layer
from dynamic_alerting.model.values import USE_DEFAULT, Custom

# Looking a member up on its class costs more than a dictionary access, and this runs for every threshold.
WARNING: Final = Severity.WARNING
CRITICAL: Final = Severity.CRITICAL


class Said(NamedTuple):
    """What the value of one key comes to at an instant.

    Attributes:
        number: the threshold; None for no threshold.
        severity: the tier that the number is for.
        key: the key.
        layer: who says it.
        origin: where it is written.
        window: the schedule window in force.
        expires: when it ends by itself.
    """

    number: float | None
    severity: Severity
    key: ThresholdKey
    layer: Layer
    origin: Origin
    window: str | None
    expires: datetime | None


Rung: TypeAlias = dict[Severity, Said]


class Layers(NamedTuple):
    """The layers of one author."""

    base: Layer
    exact: Layer
    regex: Layer


TENANT = Layers(Layer.TENANT, Layer.TENANT_EXACT, Layer.TENANT_REGEX)
PLATFORM = Layers(Layer.DEFAULT, Layer.DEFAULT_EXACT, Layer.DEFAULT_REGEX)
PACK = Layers(Layer.PACK, Layer.PACK_EXACT, Layer.PACK_REGEX)


class Statements(NamedTuple):
    """Everything that one author says at an instant, by key name; omitted values say nothing.

    Attributes:
        plain: base keys.
        critical: base keys with the `_critical` suffix.
        dimensional: dimensional keys, in the order in which they are written.
        until: when what is said could next differ, for the names of which it ever can.
    """

    plain: dict[str, Said]
    critical: dict[str, Said]
    dimensional: dict[str, list[Said]]
    until: dict[str, datetime]

    def names(self) -> Iterable[str]:
        """Return the key names about which anything is said."""
        return self.plain | self.critical | self.dimensional


def listen(entries: Iterable[Entry], moment: Moment, layers: Layers) -> Statements:
    """Collect what entries say at an instant. Of one base key spelled twice, the first counts."""
    plain: dict[str, Said] = {}
    critical: dict[str, Said] = {}
    dimensional: dict[str, list[Said]] = {}
    changes: dict[str, datetime] = {}
    base = layers.base
    said_as = tuple.__new__  # the constructor of a NamedTuple takes twice as long, here for every entry
    for key, value, origin in entries:
        name, window, expires = key.name, None, None
        if type(value) is not Custom:
            value, window, expires, until = moment.value_of(value)  # noqa: PLW2901 - now the value at the instant
            if until is not None:
                changes[name] = min(until, changes.get(name, until))
            if value is USE_DEFAULT:
                continue
        number, severity = (value.number, value.severity) if type(value) is Custom else (None, None)
        is_critical = key.is_critical
        tier = CRITICAL if is_critical else severity or WARNING
        if key.matchers:
            layer = layers.regex if key.patterns else layers.exact
            one = said_as(Said, (number, tier, key, layer, origin, window, expires))
            dimensional.setdefault(name, []).append(one)
        else:
            one = said_as(Said, (number, tier, key, base, origin, window, expires))
            (critical if is_critical else plain).setdefault(name, one)
    return Statements(plain, critical, dimensional, changes)


def base_rung(plain: Said | None, critical: Said | None) -> Rung:
    """Return what a base key and its `_critical` spelling say together.

    A severity of its own (`"70:critical"`) replaces the warning tier; `disable` ends every tier that is
    not set; `K_critical` wins over `K: "70:critical"`.
    """
    rung = dimensional_rung(plain, critical)
    if plain is not None and plain.number is not None and plain.severity is not WARNING:
        rung[WARNING] = plain._replace(number=None)
    return rung


def dimensional_rung(plain: Said | None, critical: Said | None) -> Rung:
    """Return what a dimensional key and its `_critical` spelling say together.

    As on a base key, but a severity of its own leaves the warning tier to the rungs below.
    """
    rung: Rung = {}
    if plain is not None:
        rung = {plain.severity: plain} if plain.number is not None else dict.fromkeys(TIERS, plain)
    if critical is not None:
        rung[CRITICAL] = critical
    return rung
