"""Schedules: a default, and overrides for the times inside of windows.

A part that cannot be used is left out by itself: an override, or a field that schedules do not have. A
default, and overrides that are no list, keep what they last validly were.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence, children
from dynamic_alerting.config.scalars import described
from dynamic_alerting.config.suggestions import nearest
from dynamic_alerting.config.value_fields import (
    FIELD_LEFT_OUT,
    OVERRIDE,
    SCHEDULE,
    ValueRefused,
    report_strange_field,
    strange_fields,
)
from dynamic_alerting.model.errors import WindowSyntaxError
from dynamic_alerting.model.schedule import Window, parse_window
from dynamic_alerting.model.values import Override, Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from dynamic_alerting.config.reporting import FileReport

T = TypeVar("T")

_EXAMPLE: Final = '{window: "22:00-06:00", value: "200"}'


class ScheduleReader(Generic[T]):
    """Reads schedules.

    Args:
        inside: reads a value inside of a schedule; None where it is refused.
        omitted: what an omitted value is.
        expiring: where the values that were read and end by themselves are noted.
        report: where everything wrong goes.
    """

    def __init__(
        self,
        inside: Callable[[Node], T | TimeBoxed[T] | None],
        omitted: T,
        expiring: list[tuple[datetime, Scalar]],
        report: FileReport,
    ) -> None:
        self._inside = inside
        self._omitted = omitted
        self._expiring = expiring
        self._report = report

    def read(self, node: Mapping, last: T | TimeBoxed[T] | Scheduled[T] | None) -> Scheduled[T]:
        """Read what can be used of a schedule.

        Args:
            node: the schedule.
            last: what validly stood in its place before.

        Raises:
            ValueRefused: nothing of it can be used, or it was meant to end and would not.
        """
        errors = self._report.errors
        before = _as_schedule(last)
        overrides = self._overrides(node, before)
        default = self._default(node, before)
        says_default = default is not None and "default" in node.pairs
        strange = strange_fields(node, SCHEDULE)
        if default is not None and overrides and not strange:
            return Scheduled(default, overrides)  # as nearly always
        for name in strange:
            self._refuse_field(node, name, before)
        # What is written twice was counted when the file was parsed.
        if "expires" in strange or (
            not says_default and not overrides and (self._report.errors > errors or _has_repeated_keys(node))
        ):
            raise ValueRefused
        if default is None or _is_mistyped("default", strange, node):
            default = before.default if before else self._omitted
        if overrides is None or _is_mistyped("overrides", strange, node):
            overrides = before.overrides if before else ()
        return Scheduled(default, overrides)

    def _default(self, schedule: Mapping, before: Scheduled[T] | None) -> T | TimeBoxed[T] | None:
        """What applies outside of all windows; None where it cannot be used."""
        node = schedule.get("default")
        if node is None:
            return self._omitted
        if "default" in schedule.repeated:
            return None
        found = len(self._report.findings)
        default = self._inside(node)
        if default is None:
            self._report.append_consequence(found, _kept("default", before))
        return default

    def _refuse_field(self, node: Mapping, name: str, before: Scheduled[T] | None) -> None:
        report_strange_field(node, name, SCHEDULE, "a schedule", self._report)
        meant = next((field for field in SCHEDULE if _stands_for(name, field, node)), None)
        consequence = _kept(meant, before) if meant else FIELD_LEFT_OUT
        self._report.append_consequence(len(self._report.findings) - 1, consequence)

    def _overrides(self, schedule: Mapping, before: Scheduled[T] | None) -> tuple[Override[T], ...] | None:
        """The overrides that can be used; None where there is no list of them."""
        node = schedule.get("overrides")
        if "overrides" in schedule.repeated:
            return None
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return ()
        if not isinstance(node, Sequence):
            self._report.on(
                "DA051",
                node,
                f"overrides is {described(node)}; it is a list. {_kept('overrides', before)}",
                f"Write each override as an item of a list: - {_EXAMPLE}",
            )
            return None
        read = [self._override(item) for item in node.items]
        return tuple(override for override in read if override is not None)

    def _override(self, node: Node) -> Override[T] | None:
        found, expiring = len(self._report.findings), len(self._expiring)
        override = self._read_override(node)
        if override is None:
            self._report.append_consequence(found, "This override is left out.")
            del self._expiring[expiring:]
        return override

    def _read_override(self, node: Node) -> Override[T] | None:
        if not isinstance(node, Mapping):
            self._report.on(
                "DA051",
                node,
                f"An override is {described(node)}; it is a mapping of window and value.",
                f"Write {_EXAMPLE}.",
            )
            return None
        if not node.repeated.isdisjoint(OVERRIDE):
            return None  # which is reported already
        strange = strange_fields(node, OVERRIDE)
        for name in () if strange else OVERRIDE:  # a strange field is probably the missing one, mistyped
            if name not in node.pairs:
                self._report.on(
                    "DA053", node, f"This override has no {name}.", f"Write {_EXAMPLE}.", text=name
                )
        window_node, value_node = node.get("window"), node.get("value")
        window = self._window(window_node) if window_node else None
        value = self._inside(value_node) if value_node else None
        found = len(self._report.findings)
        for name in strange:
            report_strange_field(node, name, OVERRIDE, "an override", self._report)
        if window is None or value is None or "expires" in strange:
            return None
        self._report.append_consequence(found, FIELD_LEFT_OUT)
        return Override(window, value)

    def _window(self, node: Node) -> Window | None:
        if not isinstance(node, Scalar):
            self._report.on(
                "DA054",
                node,
                f"A window is {described(node)}; it is a text.",
                'Write it as in "22:00-06:00"; one override has one window.',
            )
            return None
        try:
            return parse_window(node.text)
        except WindowSyntaxError as error:
            self._report.refused_text("DA054", node, error)
            return None


def _stands_for(name: str, field: str, schedule: Mapping) -> bool:
    """Whether a strange field is probably a missing one, mistyped."""
    return field not in schedule.pairs and (
        nearest(name, SCHEDULE) == field or (field, name) == ("default", "value")
    )


def _has_repeated_keys(node: Node) -> bool:
    if isinstance(node, Mapping) and node.repeated:
        return True
    return any(_has_repeated_keys(child) for child in children(node))


def _is_mistyped(field: str, strange: Iterable[str], schedule: Mapping) -> bool:
    return any(_stands_for(name, field, schedule) for name in strange)


def _kept(field: str, before: Scheduled[Any] | None) -> str:
    return f"The schedule keeps its last {field}." if before else f"The schedule has no {field} until then."


def _as_schedule(last: T | TimeBoxed[T] | Scheduled[T] | None) -> Scheduled[T] | None:
    """What a key last had, as a schedule whose parts can be kept; None where it had nothing."""
    if last is None or isinstance(last, Scheduled):
        return last
    if isinstance(last, TimeBoxed) and isinstance(last.value, Scheduled):
        inner = last.value
        # What was to end keeps its end.
        default = (
            inner.default if isinstance(inner.default, TimeBoxed) else replace(last, value=inner.default)
        )
        return Scheduled(default, ())
    return Scheduled(last, ())
