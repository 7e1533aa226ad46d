"""State filters, and the keys with which tenants switch them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.suggestions import did_you_mean, nearest
from dynamic_alerting.config.wording import listed
from dynamic_alerting.model.configuration import Origin, StateFilter
from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.states import parse_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.config.reporting import FileReport

FILTER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
FIELDS: Final = ("reasons", "severity", "default_state")


class FilterRefused(Exception):  # noqa: N818 - it is a decision, and the report holds the error
    """The filter cannot be used; the report says why."""


def read_filters(
    node: Mapping, report: FileReport, previous: Iterable[StateFilter]
) -> tuple[StateFilter, ...]:
    """Read the block ``state_filters``.

    A field that cannot be used keeps what it last was, or has its default; a filter of which nothing can be
    used keeps what it last was.

    Args:
        node: the block.
        report: where everything wrong goes.
        previous: the filters as they were: the built-in ones, then those of the file; of one name, the last.
    """
    last = {state_filter.name: state_filter for state_filter in previous}
    filters = []
    for name, (key, body) in node.pairs.items():
        found = len(report.findings)
        kept = last.get(name)
        try:
            filters.append(_read_filter(key, body, report, kept, is_repeated=name in node.repeated))
        except FilterRefused:
            consequence = "There is no such filter." if kept is None else "What it last was stays in force."
            report.append_consequence(found, consequence)
            filters.extend([] if kept is None else [kept])
    return tuple(filters)


def _read_filter(
    key: Scalar, body: Node, report: FileReport, last: StateFilter | None, *, is_repeated: bool
) -> StateFilter:
    if is_repeated:
        raise FilterRefused
    if not FILTER_NAME.fullmatch(key.text):
        _refuse(
            report,
            key,
            f"{shortened(key.text)!r} is not a name for a state filter.",
            "Write letters, digits, _ and -, starting with a letter.",
        )
        raise FilterRefused
    fields, lost = _fields(body, report)
    found = len(report.findings)
    enabled = None if "default_state" in lost else _default_state(fields.get("default_state"), report)
    if enabled is None:
        enabled = last.enabled_by_default if last else True
        words = "on" if enabled else "off"
        report.append_consequence(found, f"The filter is {words} by default{_since(last)}.")
    found = len(report.findings)
    severity = None if "severity" in lost else _severity(fields.get("severity"), report)
    if severity is None:
        severity = last.severity if last else Severity.WARNING
        report.append_consequence(found, f"Its severity is {severity}{_since(last)}.")
    reasons = last.reasons if last and "reasons" in lost else _reasons(fields.get("reasons"), report, last)
    origin = Origin(report.file, key.start.line + 1, key.start.column + 1)
    return StateFilter(key.text, reasons, severity, enabled, origin)


def _since(last: StateFilter | None) -> str:
    if last is None:
        return ""
    return ", as it last was" if last.origin.line else f", as that of {last.origin.file}"


def _refuse(report: FileReport, node: Node, message: str, advice: str) -> None:
    report.on("DA062", node, message, advice)


def _fields(body: Node, report: FileReport) -> tuple[dict[str, Node], set[str]]:
    """The fields that can be read, and the names of those that are lost: written twice, or mistyped."""
    if isinstance(body, Scalar) and body.is_null:
        return {}, set()
    if not isinstance(body, Mapping):
        _refuse(
            report,
            body,
            f"A state filter is {described(body)}; it is a mapping.",
            "Write {reasons: [CrashLoopBackOff], severity: critical}.",
        )
        raise FilterRefused
    lost = body.repeated.copy()
    for name, (key, _) in body.pairs.items():
        if name not in FIELDS:
            _refuse(
                report,
                key,
                f"{shortened(name)!r} is not a field of a state filter. Only this field is left out.",
                f"{did_you_mean(name, FIELDS)}Its fields are {listed(FIELDS)}.",
            )
            meant = nearest(name, FIELDS)
            lost |= {meant} - body.pairs.keys() if meant else set()
    return {name: value for name, (_, value) in body.pairs.items() if name not in lost}, lost


def _reasons(node: Node | None, report: FileReport, last: StateFilter | None) -> tuple[str, ...]:
    """The reasons that can be used."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return ()
    if not isinstance(node, Sequence):
        reasons = last.reasons if last else ()
        stay = f"They stay {listed(reasons)}" if reasons else "It has none until then"
        advice = (
            f"Write reasons: [{node.text}]." if isinstance(node, Scalar) else "Write reasons: [OOMKilled]."
        )
        _refuse(report, node, f"reasons is {described(node)}; it is a list. {stay}.", advice)
        return reasons
    read: list[str] = []
    for item in node.items:
        if not isinstance(item, Scalar) or not item.text or item.is_null:
            message = f"A reason is {described(item)}; it is a text. Only this one is left out."
            _refuse(report, item, message, "Write reasons: [OOMKilled].")
        elif item.text in read:
            _refuse(report, item, f"The reason {shortened(item.text)!r} is there twice.", "Keep one of them.")
        else:
            read.append(item.text)
    return tuple(read)


def _severity(node: Node | None, report: FileReport) -> Severity | None:
    """The severity, a warning unless something else is said; None where it cannot be used."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return Severity.WARNING
    if isinstance(node, Scalar) and node.text in {severity.value for severity in Severity}:
        return Severity(node.text)
    advice = f"Write severity: {' or '.join(Severity)}."
    _refuse(report, node, f"severity is {described(node)}, which is not a severity.", advice)
    return None


def _default_state(node: Node | None, report: FileReport) -> bool | None:
    """Whether it is on for tenants that say nothing; None where it cannot be used."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return True
    try:
        state = parse_state(node.text) if isinstance(node, Scalar) else None
    except ValueSyntaxError:
        state = None
    if isinstance(state, bool):
        return state
    advice = "Write default_state: enable or disable; omitted means enable."
    _refuse(report, node, f"default_state is {described(node)}.", advice)
    return None
