"""Threshold keys and their values, of a tenant or of the defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.key_remarks import remark
from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.severities import severities_of
from dynamic_alerting.config.value_nodes import ValueReader, ValueRefused
from dynamic_alerting.model.configuration import Entry, Origin
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import USE_DEFAULT, Custom, Plain, parse_plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from dynamic_alerting.config.nodes import Node, Scalar
    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.vocabulary import KnownKey, Vocabulary
    from dynamic_alerting.model.values import Value

LAST_VALUE_STAYS: Final = "Its last valid value stays in force."


class ThresholdReader:
    """Reads the threshold keys of one mapping.

    Args:
        vocabulary: what the packs declare.
        report: where everything wrong goes.
        previous: what the same mapping said before; a key whose value cannot be used keeps its entry.
        otherwise: what applies to a refused key that has no such entry, as a sentence.
    """

    def __init__(
        self, vocabulary: Vocabulary, report: FileReport, previous: Iterable[Entry], otherwise: str
    ) -> None:
        self.values: ValueReader[Plain] = ValueReader(parse_plain, "DA050", USE_DEFAULT, report)
        self._vocabulary = vocabulary
        self._report = report
        self._previous = previous
        self._otherwise = otherwise
        self._written: dict[int, Scalar] = {}  # tier → the key that sets it
        self._remarked: set[tuple[str, str | None]] = set()
        self._claims: list[tuple[KnownKey, Scalar]] = []  # keys whose value names the critical tier

    def read(
        self, pairs: Iterable[tuple[str, tuple[Scalar, Node]]], repeated: AbstractSet[str]
    ) -> tuple[Entry, ...]:
        """Read all pairs; refused ones are reported and keep what they last were.

        Args:
            pairs: key text, key and value, in the order of the file.
            repeated: the keys among them that are written twice.
        """
        entries = []
        file = self._report.file
        for text, (key_node, value_node) in pairs:
            try:
                known = self._vocabulary.key(text)
            except KeySyntaxError as error:
                self._report.refused_text("DA040", key_node, error)
                continue
            if known.is_remarkable and self._is_new(known):
                remark(known, key_node, self._vocabulary, self._report)
            if self._written.setdefault(known.tier, key_node) is not key_node:
                self._refuse_second_spelling(known, key_node)
                continue
            value = None if text in repeated else self._value(known, key_node, value_node)
            if value is not None:
                start = key_node.start
                entries.append(Entry(known.key, value, Origin(file, start.line + 1, start.column + 1)))
            elif (kept := self._last(known)) is not None:
                entries.append(kept)
        self._report_replaced_values()
        return tuple(entries)

    def _value(self, known: KnownKey, key_node: Scalar, node: Node) -> Value | None:
        """The value of one key; None where it is refused."""
        found = len(self._report.findings)
        try:
            value = self.values.read(node)
            if type(value) is not Custom or value.severity is not None:
                self._check_severities(known, value, key_node, node)
        except ValueRefused:
            last = self._last(known)
            self._report.append_consequence(found, self._otherwise if last is None else LAST_VALUE_STAYS)
            return None
        return value

    def _is_new(self, known: KnownKey) -> bool:
        """Whether nothing was said yet about this name, so that its tiers and dimensions do not repeat it."""
        subject = known.key.name, known.foreign_label
        is_new = subject not in self._remarked
        self._remarked.add(subject)
        return is_new

    def _last(self, known: KnownKey) -> Entry | None:
        return next((entry for entry in self._previous if entry.key == known.key), None)

    def _check_severities(self, known: KnownKey, value: Value, key_node: Scalar, node: Node) -> None:
        severities = set(severities_of(value))
        if known.key.is_critical and severities - {Severity.CRITICAL}:
            name = known.key.name
            self._report.on(
                "DA045",
                node,
                f"{key_node.text!r} is the critical tier, but its value names another severity.",
                f'Write the number alone here, or {name}: "…:{min(severities)}" for the other severity.',
            )
            raise ValueRefused
        if not known.key.is_critical and Severity.CRITICAL in severities:
            self._claims.append((known, key_node))

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
