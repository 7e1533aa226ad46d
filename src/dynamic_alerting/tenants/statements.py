"""What each thing that is written about a key says at an instant, by itself and with its layer's place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dynamic_alerting.model.configuration import Entry
from dynamic_alerting.model.moments import Moment
from dynamic_alerting.model.resolution import Layer
from dynamic_alerting.model.rungs import (
    PACK,
    PLATFORM,
    TENANT,
    Layers,
    Rung,
    Said,
    base_rung,
    dimensional_rung,
    listen,
)
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import Custom, TimeBoxed
from dynamic_alerting.tenants.value_words import written

_ASKED = tuple(Layer)
_AUTHORS = (TENANT, PLATFORM, PACK)


@dataclass(frozen=True, slots=True)
class Statement:
    """One entry of a tenant, of the platform's defaults or of a pack's, at an instant.

    Attributes:
        entry: what is written.
        layer: who says it, and how specifically.
        rung: what it says by itself, by tier; empty where it counts as omitted.
        said: the same without tiers; None where it counts as omitted.
        is_taken: False for a default of a pack that the tenant does not take.
        expired: when it ended by itself, if it has.
    """

    entry: Entry
    layer: Layer
    rung: Rung
    said: Said | None
    is_taken: bool
    expired: datetime | None

    @property
    def says(self) -> str:
        """What it comes to, as it would be written."""
        if self.said is None:
            return "default"
        if self.said.number is None:
            return "disable"
        severity = self.said.severity if self.names_its_severity else None
        return written(Custom(self.said.number, severity))

    @property
    def names_its_severity(self) -> bool:
        """Whether the tier is the value's own (`"70:critical"`) and not the key's."""
        said = self.said
        if said is None or said.number is None:
            return False
        return said.severity is not (Severity.CRITICAL if said.key.is_critical else Severity.WARNING)

    @property
    def author(self) -> int:
        """Who says it: 0 the tenant, 1 the platform, 2 the pack; a lower one goes before a higher one."""
        return next(place for place, layers in enumerate(_AUTHORS) if self.layer in layers)


def statements(
    own: Iterable[Entry],
    defaults: Iterable[Entry],
    pack_defaults: Iterable[Entry],
    moment: Moment,
    *,
    defaults_taken: bool,
) -> list[Statement]:
    """Everything that is written about one key name, in the order in which it is asked.

    Args:
        own: the tenant's entries of this name.
        defaults: the platform's.
        pack_defaults: the pack's.
        moment: the instant.
        defaults_taken: whether the tenant takes the defaults of the key's pack.
    """
    said = [
        *_of_author(own, moment, TENANT, is_taken=True),
        *_of_author(defaults, moment, PLATFORM, is_taken=defaults_taken),
        *_of_author(pack_defaults, moment, PACK, is_taken=defaults_taken),
    ]
    # Of equals, the critical spelling is asked first; the sort keeps the order of the file otherwise.
    return sorted(
        said,
        key=lambda one: (
            _ASKED.index(one.layer),
            -len(one.entry.key.matchers),
            bool(one.entry.key.matchers) or not one.entry.key.is_critical,
        ),
    )


def _of_author(
    entries: Iterable[Entry], moment: Moment, layers: Layers, *, is_taken: bool
) -> Iterator[Statement]:
    for entry in entries:
        key = entry.key
        layer = (layers.regex if key.is_regex else layers.exact) if key.matchers else layers.base
        heard = listen((entry,), moment, layers)
        said = next(iter((*heard.plain.values(), *heard.critical.values())), None)
        if key.matchers:
            said = next((one for several in heard.dimensional.values() for one in several), None)
        plain, critical = (None, said) if key.is_critical else (said, None)
        rung = dimensional_rung(plain, critical) if key.matchers else base_rung(plain, critical)
        ends = entry.value.expires if isinstance(entry.value, TimeBoxed) else None
        expired = ends if ends is not None and ends <= moment.at else None
        yield Statement(entry, layer, rung, said, is_taken, expired)
