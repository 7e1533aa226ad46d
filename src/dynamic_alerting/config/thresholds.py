"""Threshold keys and their values, of a tenant or of the defaults."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.backslash_remarks import remark_backslashes
from dynamic_alerting.config.key_remarks import refuse_foreign_label, remark
from dynamic_alerting.config.nodes import Scalar
from dynamic_alerting.config.pattern_effort import pattern_efforts
from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.sense.schedules import has_parts_to_hide, remark_schedule
from dynamic_alerting.config.sense.values import Doubt, is_remarkable, look_again
from dynamic_alerting.config.severities import severities_of
from dynamic_alerting.config.value_nodes import ValueReader, ValueRefused
from dynamic_alerting.config.vocabulary import PATTERNS_OF_FILE, PATTERNS_OF_TENANT
from dynamic_alerting.config.what_stays import say_what_stays
from dynamic_alerting.model.configuration import Entry, Origin
from dynamic_alerting.model.errors import KeySyntaxError, PatternTooLargeError, ValueSyntaxError
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import USE_DEFAULT, Custom, Plain, Scheduled, TimeBoxed, parse_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dynamic_alerting.config.nodes import Mapping, Node
    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.vocabulary import KnownKey, Vocabulary
    from dynamic_alerting.model.keys import ThresholdKey
    from dynamic_alerting.model.values import Value

REFUSED_NAMES: Final = ("DA040", "DA043", "DA048", "DA049")
LAST_VALUE_STAYS: Final = "Its last valid value stays in force."
_WITH_PARTS: Final = (Scheduled, TimeBoxed)


class ThresholdReader:
    """Reads the threshold keys of one mapping.

    Args:
        vocabulary: what the packs declare.
        report: where everything wrong goes.
        previous: what the same mapping said before; a key whose value cannot be used keeps its entry.
        otherwise: what applies to a refused key that has no such entry, as a sentence.

    Attributes:
        values: the reader of their values.
        reserved: the keys of the mapping that start with an underscore, which are left to the caller.
        out_of_order: names of keys whose tiers may be in the wrong order.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        report: FileReport,
        previous: Sequence[Entry],
        otherwise: str,
    ) -> None:
        self.values: ValueReader[Plain] = ValueReader(parse_plain, "DA050", USE_DEFAULT, report)
        self.reserved: list[str] = []
        self.out_of_order: set[str] = set()
        self._vocabulary = vocabulary
        self._report = report
        self._previous = previous
        self._otherwise = otherwise
        self._written: dict[int, Scalar] = {}  # tier → the key that sets it
        self._patterns = 0
        self._remarked: set[str] = set()
        self._refuses_names = False
        self._doubts: list[Doubt] = []  # values that need a second look
        self._claims: list[tuple[KnownKey, Scalar]] = []  # keys whose value names the critical tier

    def read(self, node: Mapping) -> tuple[Entry, ...]:  # noqa: C901 - the hot path of a load: one loop
        """Read all threshold keys of a mapping; refused ones are reported and keep what they last were."""
        entries: list[Entry] = []
        found = len(self._report.findings)
        new = tuple.__new__  # a named tuple's own constructor takes twice as long, here for every threshold
        file = self._report.file
        usual = self._vocabulary.usual
        written = self._written
        is_plain = not node.repeated
        for text, (key_node, value_node) in node.pairs.items():
            hot = usual.get(text)
            if hot is None:
                known = self._key(key_node)
                if known is None:
                    continue
                hot = known.hot
            known, key, tier, pack, plain_values = hot
            if pack is None:
                self._remark(known, key_node)
            if written.setdefault(tier, key_node) is not key_node:
                self._refuse_second_spelling(known, key_node)
                continue
            # Nearly every value is a plain number that was met before; all else takes the longer way.
            value: Value | None = (
                plain_values.get(value_node.text) if is_plain and type(value_node) is Scalar else None
            )
            if value is None:
                value = self._new_value(known, key_node, value_node, is_repeated=text in node.repeated)
            if value is not None:
                start = key_node.start
                origin = new(Origin, (file, start.line + 1, start.column + 1))
                entries.append(new(Entry, (key, value, origin)))
            elif (kept := self._last(known)) is not None:
                entries.append(kept)
        self._report_replaced_values()
        if self._doubts:
            self.out_of_order = look_again(self._doubts, node, self._vocabulary.known, self._report)
        refused = self._refuse_effort(entries) if self._patterns else None
        if refused:
            entries = [entry for entry in entries if entry not in refused]
        if self._refuses_names:
            entries += self._gone(entries, found)
        return tuple(entries)

    def _gone(self, entries: Iterable[Entry], found: int) -> list[Entry]:
        """What the mapping had before and has no more: a key with a refused name may be one of these."""
        present = {entry.key for entry in entries}
        gone = [
            entry
            for key, entry in self._last_entries.items()
            if key not in present and self._vocabulary.key(key.text).tier not in self._written
        ]
        say_what_stays(self._report, found, REFUSED_NAMES, [entry.key.text for entry in gone])
        return gone

    def _key(self, node: Scalar) -> KnownKey | None:
        """A key that is not among the usual ones; None where it is not to be used."""
        if node.text.startswith("_"):
            self.reserved.append(node.text)
            return None
        known = self._readable_key(node)
        if known is not None and known.foreign_label is not None:
            refuse_foreign_label(known, node, self._vocabulary, self._report)
            known = None
        self._refuses_names |= known is None
        return known

    def _readable_key(self, node: Scalar) -> KnownKey | None:
        """The same for a key that does not start with an underscore."""
        if "=~" in node.text and not self._may_have_pattern():
            self._refuse_pattern(node)
            return None
        try:
            known = self._vocabulary.key(node.text)
        except KeySyntaxError as error:
            is_too_large = isinstance(error, PatternTooLargeError)
            self._report.refused_text("DA049" if is_too_large else "DA040", node, error)
            return None
        if "\\" in node.text and known.foreign_label is None:
            remark_backslashes(node, self._report)
        return known

    def _may_have_pattern(self) -> bool:
        """Count a pattern before it is read, which is what takes the time."""
        self._patterns += 1
        self._vocabulary.patterns_left -= 1
        return self._patterns <= PATTERNS_OF_TENANT and self._vocabulary.patterns_left >= 0

    def _refuse_pattern(self, node: Scalar) -> None:
        self._report.on(
            "DA048",
            node,
            f"{shortened(node.text)!r} is ignored: above it stand {PATTERNS_OF_TENANT} pattern keys of its "
            f"block, or {PATTERNS_OF_FILE} of the file.",
            'Join patterns that have one value, as in queue=~"a|b", or name the values with exact keys.',
            text=node.text,
        )

    def _refuse_effort(self, entries: Sequence[Entry]) -> set[Entry]:
        """The pattern keys that would take too long to match, which are reported."""
        refused = set()
        for entry, effort in pattern_efforts(entries):
            if effort <= self._vocabulary.effort_left:
                self._vocabulary.effort_left -= effort
                continue
            refused.add(entry)
            text = entry.key.text
            self._report.at_position(
                "DA048",
                entry.origin.line,
                entry.origin.column,
                text=text,
                message=f"{shortened(text)!r} is ignored: matching the file's patterns up to it against the "
                "values that exact keys name would take too long.",
                advice="Repeat less in patterns, as + in place of {1,100}; join those that have one value.",
            )
        return refused

    def _new_value(self, known: KnownKey, key_node: Scalar, node: Node, *, is_repeated: bool) -> Value | None:
        """A value that is not among those that need no further look; None where it is refused."""
        if type(node) is Scalar and not is_repeated:
            try:
                plain = parse_plain(node.text)
            except ValueSyntaxError:
                plain = USE_DEFAULT
            if type(plain) is Custom and plain.severity is None:
                if known.least <= plain.number <= known.most:
                    known.remember(node.text, plain)
                else:
                    self._doubts.append(tuple.__new__(Doubt, (known, key_node, node, plain)))
                return plain
        value = self._value(known, key_node, node, is_repeated=is_repeated)
        if value is not None and known.sense is not None and is_remarkable(value, known.least, known.most):
            self._doubts.append(Doubt(known, key_node, node, value))
        if type(value) in _WITH_PARTS and has_parts_to_hide(value):
            remark_schedule(node, self._report)
        return value

    def _value(self, known: KnownKey, key_node: Scalar, node: Node, *, is_repeated: bool) -> Value | None:
        """The value of one key; None where it is refused."""
        if is_repeated:
            return None
        found = len(self._report.findings)
        # A plain value keeps nothing of the last one, and most files are read for the first time.
        last = self._last(known) if self._previous and type(node) is not Scalar else None
        check = partial(self._check_severity, known, key_node) if known.key.is_critical else None
        try:
            value = self.values.read(node, last.value if last else None, check)
        except ValueRefused:
            last = self._last(known)
            self._report.append_consequence(found, self._otherwise if last is None else LAST_VALUE_STAYS)
            return None
        if not known.key.is_critical and Severity.CRITICAL in severities_of(value):
            self._claims.append((known, key_node))
        return value

    def _remark(self, known: KnownKey, node: Scalar) -> None:
        """Say what there is to say about a key, once for all tiers and dimensions of its name."""
        if known.key.name not in self._remarked:
            self._remarked.add(known.key.name)
            remark(known, node, self._vocabulary, self._report)

    def _last(self, known: KnownKey) -> Entry | None:
        return self._last_entries.get(known.key)

    @cached_property
    def _last_entries(self) -> dict[ThresholdKey, Entry]:
        return {entry.key: entry for entry in self._previous}

    def _check_severity(self, known: KnownKey, key_node: Scalar, value: Plain, node: Scalar) -> None:
        """Refuse a value of the critical tier that names another severity."""
        severity = value.severity if isinstance(value, Custom) else None
        if severity in (None, Severity.CRITICAL):
            return
        self._report.on(
            "DA045",
            node,
            f"{key_node.text!r} is the critical tier, but its value names another severity.",
            f'Write the number alone here, or {known.key.name}: "…:{severity}" for the other severity.',
        )
        raise ValueRefused

    def _refuse_second_spelling(self, known: KnownKey, node: Scalar) -> None:
        first = self._written[known.tier]
        self._report.on(
            "DA044",
            node,
            f"This is the same series as {shortened(first.text)!r} on line {first.start.line + 1}, "
            "which stays in force.",
            "Keep one of the two lines.",
            text=node.text,
        )

    def _report_replaced_values(self) -> None:
        for known, node in self._claims:
            other = self._written.get(known.critical_tier)
            if other is not None:
                self._report.on(
                    "DA044",
                    node,
                    f"{shortened(node.text)!r} sets the critical tier, and so does {shortened(other.text)!r} "
                    f"on line {other.start.line + 1}, which wins.",
                    'Take ":critical" away here, or keep only one of the two lines.',
                    text=node.text,
                )
