"""The thresholds of one block that need a second look, while its nodes are at hand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.model.errors import LanguageError
from dynamic_alerting.model.keys import CRITICAL_SUFFIX
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import Custom, parse_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.sense.pivots import KeySense
    from dynamic_alerting.config.vocabulary import KnownKey, Vocabulary


class Doubt(NamedTuple):
    """A declared key with a value that is not certainly unremarkable."""

    known: KnownKey
    key_node: Scalar
    value_node: Node


class _Tiers(NamedTuple):
    """The numbers of the lower tiers and of the critical one."""

    warnings: list[float]
    criticals: list[float]


def value_scalars(node: Node) -> Iterator[Scalar]:
    """Every scalar that is a value: the node itself, or those of a schedule and of a value that ends."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for name in ("value", "default"):
            inner = node.get(name)
            if inner is not None:
                yield from value_scalars(inner)
        overrides = node.get("overrides")
        for item in overrides.items if isinstance(overrides, Sequence) else ():
            inner = item.get("value") if isinstance(item, Mapping) else None
            if inner is not None:
                yield from value_scalars(inner)


def numbers(node: Node) -> Iterator[tuple[Scalar, Custom]]:
    """Every number of a value, and where it stands."""
    for scalar in value_scalars(node):
        try:
            value = parse_plain(scalar.text)
        except LanguageError:  # reported already
            continue
        if isinstance(value, Custom):
            yield scalar, value


class SecondLook:
    """Looks again at some thresholds of one block.

    Args:
        block: the keys of a tenant or of the defaults.
        vocabulary: what the packs declare.
        report: where warnings go.

    Attributes:
        out_of_order: names of which the tiers may be in the wrong order; who is right can be told only when
            all files are known.
    """

    def __init__(self, block: Mapping, vocabulary: Vocabulary, report: FileReport) -> None:
        self._block = block
        self._vocabulary = vocabulary
        self._report = report
        self.out_of_order: set[str] = set()

    def look(self, doubts: Iterable[Doubt]) -> None:
        """Report values that cannot be meant, and note tiers that may be in the wrong order."""
        for doubt in doubts:
            sense = doubt.known.sense
            if sense is None:
                continue
            self._object(doubt, sense)
            if doubt.known.key.name not in self.out_of_order and self._may_be_behind(doubt, sense):
                self.out_of_order.add(doubt.known.key.name)

    def _object(self, doubt: Doubt, sense: KeySense) -> None:
        for scalar, value in numbers(doubt.value_node):
            objection = sense.limits.objection(value.number)
            if objection is not None:
                place = scalar if scalar.start.line >= doubt.key_node.start.line else doubt.key_node  # an alias
                self._report.on(objection.id, place, objection.message, objection.advice)

    def _may_be_behind(self, doubt: Doubt, sense: KeySense) -> bool:
        """Whether a warning may lie beyond a critical threshold: of the block, or else of the pack."""
        key = doubt.known.key
        base = self._tiers(key.name, "")
        warnings = base.warnings or _known(sense.warning)
        criticals = base.criticals or _known(sense.critical)
        if not key.matchers and _is_behind(warnings, criticals, sense):
            return True
        selectors = self._selectors.get(key.name, ()) if not key.matchers else (key.selector,)
        for selector in selectors:
            own = self._tiers(key.name, selector)
            if _is_behind(own.warnings or warnings, own.criticals or criticals, sense):
                return True
        return False

    def _tiers(self, name: str, selector: str) -> _Tiers:
        """The numbers that the block gives to a series."""
        tiers = _Tiers([], [])
        for suffix, tier in (("", tiers.warnings), (CRITICAL_SUFFIX, tiers.criticals)):
            node = self._value(f"{name}{suffix}{selector}", is_dimensional=bool(selector))
            for _, value in numbers(node) if node is not None else ():
                (tiers.criticals if value.severity is Severity.CRITICAL else tier).append(value.number)
        return tiers

    def _value(self, text: str, *, is_dimensional: bool) -> Node | None:
        node = self._block.get(text)
        return self._by_canonical_text.get(text) if node is None and is_dimensional else node

    @cached_property
    def _by_canonical_text(self) -> dict[str, Node]:
        """The values of the dimensional keys."""
        known = self._vocabulary.known
        return {
            known[text].key.text: node
            for text, (_, node) in self._block.pairs.items()
            if "{" in text and text in known
        }

    @cached_property
    def _selectors(self) -> dict[str, set[str]]:
        """By name, the dimensions that keys of the block are for."""
        known = self._vocabulary.known
        selectors: dict[str, set[str]] = {}
        for text in self._block.pairs:
            if "{" in text and text in known:
                selectors.setdefault(known[text].key.name, set()).add(known[text].key.selector)
        return selectors


def _known(number: float | None) -> list[float]:
    return [] if number is None else [number]


def _is_behind(warnings: list[float], criticals: list[float], sense: KeySense) -> bool:
    if not warnings or not criticals:
        return False
    if sense.limits.is_above:
        return max(warnings) > min(criticals)
    return min(warnings) < max(criticals)
