"""State filters, and the keys with which tenants switch them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.suggestions import did_you_mean
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
    """Read the block ``state_filters``; a filter that cannot be used keeps what it last was."""
    last = {state_filter.name: state_filter for state_filter in previous}
    filters = []
    for name, (key, body) in node.pairs.items():
        found = len(report.findings)
        try:
            filters.append(_read_filter(key, body, report, is_repeated=name in node.repeated))
        except FilterRefused:
            kept = last.get(name)
            consequence = "There is no such filter." if kept is None else "What it last was stays in force."
            report.append_consequence(found, consequence)
            filters.extend([] if kept is None else [kept])
    return tuple(filters)


def _read_filter(key: Scalar, body: Node, report: FileReport, *, is_repeated: bool) -> StateFilter:
    errors = report.errors
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
    fields = _fields(body, report)
    reasons = _reasons(fields.get("reasons"), report)
    severity = _severity(fields.get("severity"), report)
    enabled = _default_state(fields.get("default_state"), report)
    if report.errors > errors:
        raise FilterRefused
    origin = Origin(report.file, key.start.line + 1, key.start.column + 1)
    return StateFilter(key.text, reasons, severity, enabled, origin)


def _refuse(report: FileReport, node: Node, message: str, advice: str) -> None:
    report.on("DA062", node, message, advice)


def _fields(body: Node, report: FileReport) -> dict[str, Node]:
    if isinstance(body, Scalar) and body.is_null:
        return {}
    if not isinstance(body, Mapping):
        _refuse(
            report,
            body,
            f"A state filter is {described(body)}; it is a mapping.",
            "Write {reasons: [CrashLoopBackOff], severity: critical}.",
        )
        raise FilterRefused
    if body.repeated:
        raise FilterRefused
    for name, (key, _) in body.pairs.items():
        if name not in FIELDS:
            _refuse(
                report,
                key,
                f"{shortened(name)!r} is not a field of a state filter.",
                f"{did_you_mean(name, FIELDS)}Its fields are {listed(FIELDS)}.",
            )
    return {name: value for name, (_, value) in body.pairs.items()}


def _reasons(node: Node | None, report: FileReport) -> tuple[str, ...]:
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return ()
    if not isinstance(node, Sequence):
        _refuse(report, node, f"reasons is {described(node)}; it is a list.", "Write reasons: [OOMKilled].")
        return ()
    reasons: list[str] = []
    for item in node.items:
        if not isinstance(item, Scalar) or not item.text or item.is_null:
            _refuse(
                report, item, f"A reason is {described(item)}; it is a text.", "Write reasons: [OOMKilled]."
            )
        elif item.text in reasons:
            _refuse(report, item, f"The reason {shortened(item.text)!r} is there twice.", "Keep one of them.")
        else:
            reasons.append(item.text)
    return tuple(reasons)


def _severity(node: Node | None, report: FileReport) -> Severity:
    """The severity; like that of a threshold key, it is a warning unless something else is said."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return Severity.WARNING
    if isinstance(node, Scalar) and node.text in {severity.value for severity in Severity}:
        return Severity(node.text)
    advice = f"Write {' or '.join(Severity)}."
    _refuse(report, node, f"severity is {described(node)}, which is not a severity.", advice)
    return Severity.WARNING


def _default_state(node: Node | None, report: FileReport) -> bool:
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return True
    try:
        state = parse_state(node.text) if isinstance(node, Scalar) else None
    except ValueSyntaxError:
        state = None
    if isinstance(state, bool):
        return state
    _refuse(
        report, node, f"default_state is {described(node)}.", "Write enable or disable; omitted means enable."
    )
    return True
