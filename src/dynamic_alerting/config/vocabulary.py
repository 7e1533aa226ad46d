"""The threshold keys as the installed rule packs know them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from dynamic_alerting.config.key_suggestions import KeySuggestions
from dynamic_alerting.config.pattern_effort import EFFORT_OF_FILE
from dynamic_alerting.config.reporting import LISTED_FINDINGS
from dynamic_alerting.config.sense.pivots import KeySense
from dynamic_alerting.model.built_in import built_in
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.keys import CRITICAL_SUFFIX, ThresholdKey, parse_key

if TYPE_CHECKING:
    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.matchers import Matcher
    from dynamic_alerting.model.values import Custom

_VALUES_OF_KEY: Final = 1_024  # that are remembered: tenants share most of theirs, too
_REMEMBERED: Final = 65_536  # spellings; tenants of one platform share most of theirs

#: Each of a tenant's patterns is matched against every label value that the tenant's other keys name.
PATTERNS_OF_TENANT: Final = 100

#: Reading a pattern can take a millisecond.
PATTERNS_OF_FILE: Final = 2_000


class KnownKey(NamedTuple):
    """A key's text, read once.

    Attributes:
        key: the key.
        tier: a number that all spellings of the same series and tier share.
        critical_tier: the same for the series' critical tier.
        pack: the pack that declares it, or None.
        foreign_label: the first of its labels that the pack's signal does not have, or None.
        is_unusual: whether each place where it stands has to be looked at: it has a pattern, a backslash or a
            foreign label.
        least: a smaller number needs a second look.
        most: and so does a larger one.
        sense: what is known of its thresholds; None where no pack declares it.
        twin: the same series' other tier: the critical one of a warning, and the other way round.
        plain_values: by their text, numbers that need no further look, of those that were met.
    """

    key: ThresholdKey
    tier: int
    critical_tier: int
    pack: str | None
    foreign_label: str | None
    is_unusual: bool
    least: float
    most: float
    sense: KeySense | None
    twin: str
    plain_values: dict[str, Custom]

    @property
    def hot(self) -> HotKey:
        """What a load asks of every key."""
        return self, self.key, self.tier, self.pack, self.plain_values

    def remember(self, text: str, value: Custom) -> None:
        """Note a plain number that needs no further look behind this key."""
        if len(self.plain_values) < _VALUES_OF_KEY:
            self.plain_values[text] = value


HotKey: TypeAlias = "tuple[KnownKey, ThresholdKey, int, str | None, dict[str, Custom]]"
"""A key, and its key, tier, pack and plain values: a plain tuple is unpacked much faster."""


class Vocabulary:
    """Reads keys against a catalogue, remembering what it has read.

    Attributes:
        catalogue: what the packs declare.
        built_in: what they say by themselves.
        known: every key that was read, by its text.
        usual: those that need no look where they stand, for loops that cannot afford a call.
        patterns_left: how many more pattern keys the present file may have; whoever reads one counts.
        effort_left: how much more matching them may take; whoever accepts one counts.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.built_in = built_in(catalogue)
        self._suggestions = KeySuggestions(catalogue.specs)
        self._suggestions_left = LISTED_FINDINGS
        self.patterns_left = PATTERNS_OF_FILE
        self.effort_left = EFFORT_OF_FILE
        self.known: dict[str, KnownKey] = {}
        self.usual: dict[str, HotKey] = {}
        self._tiers: dict[tuple[str, tuple[Matcher, ...], bool], int] = {}
        self._senses: dict[str, KeySense] = {}

    def begin_file(self) -> None:
        """Get ready for another file.

        Forgets everything if it has become too much; not while a file is read, because its tiers have
        numbers. Renews the number of patterns and that of suggestions: looking for one takes as long as
        reading fifty keys.
        """
        self._suggestions_left = LISTED_FINDINGS
        self.patterns_left = PATTERNS_OF_FILE
        self.effort_left = EFFORT_OF_FILE
        if len(self.known) > _REMEMBERED:
            self.known.clear()
            self.usual.clear()
            self._tiers.clear()

    def key(self, text: str) -> KnownKey:
        """Read one key.

        Raises:
            KeySyntaxError: the text is not a threshold key.
        """
        known = self.known.get(text)
        if known is None:
            known = self.known[text] = self._read(text)
            if not known.is_unusual:
                self.usual[text] = known.hot
        return known

    def _read(self, text: str) -> KnownKey:
        try:
            key = parse_key(text, self.catalogue)
        except KeySyntaxError as error:
            meant = self.suggestion(text) if text.isalnum() else None
            if meant is None:
                raise
            raise KeySyntaxError(error.message, offset=error.offset, advice=f'write "{meant}"') from error
        spec = self.catalogue.specs.get(key.name)
        labels = (matcher.label for matcher in key.matchers)
        foreign = next((label for label in labels if spec and label not in spec.dimensions), None)
        sense = self.sense(key.name)
        least, most = -math.inf, math.inf
        if sense is not None:
            least, most = sense.criticals if key.is_critical else sense.warnings
        return KnownKey(
            key,
            tier=self._tier(key.name, key.matchers, is_critical=key.is_critical),
            critical_tier=self._tier(key.name, key.matchers, is_critical=True),
            pack=spec.pack if spec else None,
            foreign_label=foreign,
            is_unusual=key.is_regex or "\\" in text or foreign is not None,
            least=least,
            most=most,
            sense=sense,
            twin=f"{key.name}{'' if key.is_critical else CRITICAL_SUFFIX}{key.selector}",
            plain_values={},
        )

    def sense(self, name: str) -> KeySense | None:
        """What is known of a declared key's thresholds; None where no pack declares it."""
        known = self._senses.get(name)
        if known is None and (spec := self.catalogue.specs.get(name)) is not None:
            known = self._senses[name] = KeySense(spec)
        return known

    def _tier(self, name: str, matchers: tuple[Matcher, ...], *, is_critical: bool) -> int:
        return self._tiers.setdefault((name, matchers, is_critical), len(self._tiers))

    def suggestion(self, name: str) -> str | None:
        """The declared key that was probably meant by a name that is not declared.

        None where there is no such key, or the file has used up its suggestions.
        """
        self._suggestions_left -= 1
        if self._suggestions_left < 0:
            return None
        return self._suggestions.nearest(name)
