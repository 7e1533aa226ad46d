"""What stands behind a key, from a plain number to a schedule of time-boxed values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeGuard, TypeVar

from dynamic_alerting.config.instants import parse_instant
from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.model.errors import LanguageError, WindowSyntaxError
from dynamic_alerting.model.schedule import Window, parse_window
from dynamic_alerting.model.values import Override, Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dynamic_alerting.config.reporting import FileReport

T = TypeVar("T")

_SCHEDULE: Final = ("default", "overrides")
_OVERRIDE: Final = ("window", "value")
_TIME_BOX: Final = ("value", "expires", "reason")
_EXAMPLE_OVERRIDE: Final = '{window: "22:00-06:00", value: "200"}'


def _is_schedule(node: Node) -> TypeGuard[Mapping]:
    return isinstance(node, Mapping) and not node.pairs.keys().isdisjoint(_SCHEDULE)


class ValueRefused(Exception):  # noqa: N818 - it is a decision, and the report holds the error
    """The value cannot be used; the report says why."""


class ValueReader(Generic[T]):
    """Reads values of one kind: thresholds or states.

    Args:
        parse: reads a value that is not a mapping; raises LanguageError.
        finding_id: what a refusal of ``parse`` is reported as.
        omitted: what an omitted value is.
        report: where everything wrong goes.

    Attributes:
        expiring: the instants at which values that were read end by themselves, and where they stand.
    """

    def __init__(self, parse: Callable[[str], T], finding_id: str, omitted: T, report: FileReport) -> None:
        self._parse = parse
        self._finding_id = finding_id
        self._omitted = omitted
        self._report = report
        self.expiring: list[tuple[datetime, Scalar]] = []

    def read(self, node: Node) -> T | Scheduled[T] | TimeBoxed[T]:
        """Read the value of one key.

        Raises:
            ValueRefused: some part of it cannot be used.
        """
        if type(node) is Scalar:
            return self.plain(node)
        expiring = len(self.expiring)
        try:
            if _is_schedule(node):
                return self._schedule(node)
            return self._time_box(node, inside_schedule=False)
        except ValueRefused:
            del self.expiring[expiring:]
            raise

    def plain(self, node: Scalar) -> T:
        """Read a value that is not a mapping.

        Raises:
            ValueRefused: it cannot be used.
        """
        try:
            return self._parse(node.text)
        except LanguageError as error:
            self._report.refused_text(self._finding_id, node, error)
            raise ValueRefused from error

    def _schedule(self, node: Mapping) -> Scheduled[T]:
        errors = self._report.errors
        self._check_fields(node, _SCHEDULE, "a schedule")
        default = node.get("default")
        value = self._omitted if default is None else self._attempt(default)
        overrides = self._overrides(node.get("overrides"))
        if value is None or self._report.errors > errors:
            raise ValueRefused
        return Scheduled(value, overrides)

    def _attempt(self, node: Node) -> T | TimeBoxed[T] | None:
        """Read a value inside a schedule; None where it is refused, so that all of its errors are found."""
        try:
            return (
                self.plain(node) if isinstance(node, Scalar) else self._time_box(node, inside_schedule=True)
            )
        except ValueRefused:
            return None

    def _overrides(self, node: Node | None) -> tuple[Override[T], ...]:
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return ()
        if not isinstance(node, Sequence):
            self._report.on(
                "DA051",
                node,
                f"overrides is {described(node)}; it is a list.",
                f"Write each override as an item of a list: - {_EXAMPLE_OVERRIDE}",
            )
            return ()
        read = [self._override(item) for item in node.items]
        return tuple(override for override in read if override is not None)

    def _override(self, node: Node) -> Override[T] | None:
        if not isinstance(node, Mapping):
            self._report.on(
                "DA051",
                node,
                f"An override is {described(node)}; it is a mapping of window and value.",
                f"Write {_EXAMPLE_OVERRIDE}.",
            )
            return None
        errors = self._report.errors
        self._check_fields(node, _OVERRIDE, "an override")
        has_strange_field = self._report.errors > errors  # which is then the missing one, mistyped
        for name in () if has_strange_field else _OVERRIDE:
            if name not in node.pairs:
                self._report.on(
                    "DA053", node, f"This override has no {name}.", f"Write {_EXAMPLE_OVERRIDE}.", text=name
                )
        window_node, value_node = node.get("window"), node.get("value")
        window = self._window(window_node) if window_node else None
        value = self._attempt(value_node) if value_node else None
        return None if window is None or value is None else Override(window, value)

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

    def _time_box(self, node: Node, *, inside_schedule: bool) -> TimeBoxed[T]:
        if not isinstance(node, Mapping) or node.pairs.keys().isdisjoint(_TIME_BOX):
            self._refuse_shape(node, inside_schedule=inside_schedule)
            raise ValueRefused
        errors = self._report.errors
        self._check_fields(node, _TIME_BOX, "a value that ends")
        value = self._boxed_value(node, inside_schedule=inside_schedule)
        expires = self._expires(node)
        reason = self._reason(node.get("reason"))
        if value is None or expires is None or self._report.errors > errors:
            raise ValueRefused
        return TimeBoxed(value, expires, reason)

    def _boxed_value(self, node: Mapping, *, inside_schedule: bool) -> T | Scheduled[T] | None:
        value = node.get("value")
        if value is None:
            self._report.on(
                "DA053",
                node,
                "The value is missing; expires and reason say only until when and why.",
                'Write {value: "200", expires: "2026-12-01T06:00:00Z"}.',
                text="value",
            )
            return None
        try:
            if isinstance(value, Scalar):
                return self.plain(value)
            if not inside_schedule and _is_schedule(value):
                return self._schedule(value)
            self._report.on(
                "DA051",
                value,
                f"The value is {described(value)} inside a value that ends.",
                "Write a number or a word; a schedule may stand here unless one is around it.",
            )
        except ValueRefused:
            return None
        return None

    def _expires(self, node: Mapping) -> datetime | None:
        expires = node.get("expires")
        if expires is None:
            self._report.on(
                "DA053",
                node,
                "The value never ends: expires is missing.",
                'Add expires: "2026-12-01T06:00:00Z", or write the value alone.',
                text="expires",
            )
            return None
        instant = parse_instant(expires.text) if isinstance(expires, Scalar) else None
        if instant is None or not isinstance(expires, Scalar):
            self._report.on(
                "DA055",
                expires,
                f"expires is {described(expires)}; it is an instant with its offset from UTC.",
                'Write it as in "2026-12-01T06:00:00Z" or "2026-12-01T14:00:00+08:00".',
            )
            return None
        self.expiring.append((instant, expires))
        return instant

    def _reason(self, node: Node | None) -> str | None:
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if isinstance(node, Scalar):
            return node.text
        self._report.on("DA051", node, f"reason is {described(node)}; it is a text.", 'Write reason: "…".')
        return None

    def _check_fields(self, node: Mapping, fields: tuple[str, ...], what: str) -> None:
        if node.repeated:
            raise ValueRefused
        for name, (key, _) in node.pairs.items():
            if name not in fields:
                self._report.on(
                    "DA052",
                    key,
                    f"{shortened(name)!r} is not a field of {what}.",
                    f"{did_you_mean(name, fields)}{what.capitalize()} has the fields {', '.join(fields)}.",
                )

    def _refuse_shape(self, node: Node, *, inside_schedule: bool) -> None:
        allowed = "a number, a word or {value: …, expires: …}"
        if not inside_schedule:
            allowed += ", or a schedule {default: …, overrides: […]}"
        names = f" with the keys {', '.join(node.pairs)}" if isinstance(node, Mapping) and node.pairs else ""
        self._report.on(
            "DA051",
            node,
            f"The value is {described(node)}{shortened(names)}.",
            f"Write {allowed}; the critical tier is a key of its own with the suffix _critical.",
        )
