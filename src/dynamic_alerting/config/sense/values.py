"""The thresholds of one block that need a second look, while its nodes are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.model.errors import LanguageError
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import Custom, Scheduled, TimeBoxed, parse_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Mapping_

    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.sense.pivots import KeySense
    from dynamic_alerting.config.vocabulary import KnownKey
    from dynamic_alerting.model.values import Plain, Value


class Doubt(NamedTuple):
    """A declared key with a value that is not certainly unremarkable."""

    known: KnownKey
    key_node: Scalar
    value_node: Node
    value: Value


def is_remarkable(value: Value, least: float, most: float) -> bool:
    """Whether a number of a value does not lie between two, or has a severity of its own."""
    if type(value) is Custom:
        return value.severity is not None or not least <= value.number <= most
    if type(value) is Scheduled:
        if is_remarkable(value.default, least, most):
            return True
        return any(is_remarkable(override.value, least, most) for override in value.overrides)
    return isinstance(value, TimeBoxed) and is_remarkable(value.value, least, most)


def look_again(
    doubts: Iterable[Doubt], block: Mapping, known_keys: Mapping_[str, KnownKey], report: FileReport
) -> set[str]:
    """Report values that cannot be meant, and note tiers that may be in the wrong order.

    Args:
        doubts: what to look at.
        block: the keys of a tenant or of the defaults.
        known_keys: keys by their text, those of the block among them.
        report: where warnings go.

    Returns:
        The names of which the tiers may be in the wrong order; whether they are can be told only when all
        files are known.
    """
    out_of_order: set[str] = set()
    for doubt in doubts:
        known, _, _, value = doubt
        sense, key = known.sense, known.key
        if sense is None:
            continue
        if type(value) is not Custom or value.severity is not None:
            _object(doubt, sense, report)
        elif not sense.limits.quiet_from <= value.number <= sense.limits.quiet_to:
            if _object(doubt, sense, report):
                continue
        elif (key.matchers or not sense.has_dimensions) and _is_in_order(value, known, sense, block):
            continue
        if key.name not in out_of_order and _may_be_behind(sense, block, known_keys):
            out_of_order.add(key.name)
    return out_of_order


def _is_in_order(value: Custom, known: KnownKey, sense: KeySense, block: Mapping) -> bool:
    """What most second looks come to: a number, and a number or nothing as the other tier."""
    key = known.key
    pair = block.pairs.get(known.twin)
    if pair is not None:
        said = _plain(pair[1])
        if type(said) is not Custom or said.severity is not None:
            return False
        other = said.number
    elif key.matchers:
        return False
    else:
        default = sense.warning if key.is_critical else sense.critical
        if default is None:
            return True
        other = default
    if key.is_critical is sense.limits.is_above:
        return other <= value.number
    return value.number <= other


def _object(doubt: Doubt, sense: KeySense, report: FileReport) -> bool:
    """Report what cannot be meant; whether there is any."""
    found = False
    for scalar in value_scalars(doubt.value_node):
        said = _plain(scalar)
        objection = sense.limits.objection(said.number) if isinstance(said, Custom) else None
        if objection is not None:
            found = True
            place = scalar if scalar.start.line >= doubt.key_node.start.line else doubt.key_node  # an alias
            report.on(objection.id, place, objection.message, objection.advice)
    return found


def _may_be_behind(sense: KeySense, block: Mapping, known_keys: Mapping_[str, KnownKey]) -> bool:
    """Whether a warning may lie beyond a critical threshold: of the block, or else of the pack."""
    base = _Tiers([], [])
    base.take(block.get(sense.name), is_critical=False)
    base.take(block.get(sense.critical_name), is_critical=True)
    if not base.warnings and sense.warning is not None:
        base.warnings.append(sense.warning)
    if not base.criticals and sense.critical is not None:
        base.criticals.append(sense.critical)
    if base.may_be_behind(base, sense):
        return True
    if not sense.has_dimensions:
        return False
    by_selector: dict[str, _Tiers] = {}
    for text, (_, node) in block.pairs.items():
        if not text.startswith(sense.name) or "{" not in text or text not in known_keys:
            continue
        key = known_keys[text].key
        if key.name == sense.name:
            tiers = by_selector.setdefault(key.selector, _Tiers([], []))
            tiers.take(node, is_critical=key.is_critical)
    return any(tiers.may_be_behind(base, sense) for tiers in by_selector.values())


class _Tiers(NamedTuple):
    """The numbers of the lower tiers and of the critical one of some series."""

    warnings: list[float]
    criticals: list[float]

    def take(self, node: Node | None, *, is_critical: bool) -> None:
        """Add those of one key."""
        for scalar in () if node is None else (node,) if type(node) is Scalar else value_scalars(node):
            said = _plain(scalar)
            if type(said) is Custom:
                is_higher = is_critical or said.severity is Severity.CRITICAL
                (self.criticals if is_higher else self.warnings).append(said.number)

    def may_be_behind(self, base: _Tiers, sense: KeySense) -> bool:
        """Whether a warning lies beyond a critical threshold; what is not set here is the base's."""
        warnings, criticals = self.warnings or base.warnings, self.criticals or base.criticals
        if not warnings or not criticals:
            return False
        if sense.limits.is_above:
            return max(warnings) > min(criticals)
        return min(warnings) < max(criticals)


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


def _plain(node: Node) -> Plain | None:
    """A value that is not a mapping; None for another, and for one that cannot be read and is reported."""
    try:
        return parse_plain(node.text) if isinstance(node, Scalar) else None
    except LanguageError:
        return None
