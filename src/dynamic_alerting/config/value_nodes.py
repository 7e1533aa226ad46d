"""What stands behind a key, from a plain number to a schedule of time-boxed values.

What cannot be used loses as little as it can, but a value that was meant to end is used only with its end:
no slip makes it last for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from dynamic_alerting.config.instants import parse_instant
from dynamic_alerting.config.nodes import Mapping, Node, Scalar
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.schedule_nodes import ScheduleReader
from dynamic_alerting.config.value_fields import (
    FIELD_LEFT_OUT,
    TIME_BOX,
    ValueRefused,
    is_schedule,
    report_strange_field,
    strange_fields,
)
from dynamic_alerting.model.errors import LanguageError
from dynamic_alerting.model.values import Scheduled, TimeBoxed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dynamic_alerting.config.reporting import FileReport

__all__ = ["ValueReader", "ValueRefused"]

T = TypeVar("T")


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
        self._report = report
        self._check: Callable[[T, Scalar], None] | None = None
        self._omitted = omitted
        self.expiring: list[tuple[datetime, Scalar]] = []

    def read(
        self,
        node: Node,
        last: T | Scheduled[T] | TimeBoxed[T] | None = None,
        check: Callable[[T, Scalar], None] | None = None,
    ) -> T | Scheduled[T] | TimeBoxed[T]:
        """Read the value of one key.

        Args:
            node: the value.
            last: what the key last validly had; what a schedule cannot leave out is kept from it.
            check: reports and raises ValueRefused where a plain value cannot stand behind this key.

        Raises:
            ValueRefused: nothing of it can be used.
        """
        expiring = len(self.expiring)
        self._check = check
        try:
            if type(node) is Scalar:
                return self.plain(node)
            if is_schedule(node):
                return self._schedules().read(node, last)
            return self._time_box(node, last, is_inside=False)
        except ValueRefused:
            del self.expiring[expiring:]
            raise
        finally:
            self._check = None  # it refers to whoever has this reader: kept, the file's nodes would stay

    def plain(self, node: Scalar) -> T:
        """Read a value that is not a mapping.

        Raises:
            ValueRefused: it cannot be used.
        """
        try:
            value = self._parse(node.text)
        except LanguageError as error:
            self._report.refused_text(self._finding_id, node, error)
            raise ValueRefused from error
        if self._check is not None:
            self._check(value, node)
        return value

    def _schedules(self) -> ScheduleReader[T]:
        return ScheduleReader(self._inside, self._omitted, self.expiring, self._report)

    def _inside(self, node: Node) -> T | TimeBoxed[T] | None:
        """Read a value inside a schedule; None where it is refused, so that all of its errors are found."""
        expiring = len(self.expiring)
        try:
            return self.plain(node) if isinstance(node, Scalar) else self._time_box(node, is_inside=True)
        except ValueRefused:
            del self.expiring[expiring:]
            return None

    def _time_box(
        self, node: Node, last: T | Scheduled[T] | TimeBoxed[T] | None = None, *, is_inside: bool
    ) -> TimeBoxed[T]:
        """Read a value that ends; inside of a schedule there is none in it."""
        if not isinstance(node, Mapping) or node.pairs.keys().isdisjoint(TIME_BOX):
            self._refuse_shape(node, is_inside=is_inside)
            raise ValueRefused
        value = self._boxed_value(node, last, is_inside=is_inside)
        expires = self._expires(node)
        found = len(self._report.findings)
        for name in strange_fields(node, TIME_BOX):
            report_strange_field(node, name, TIME_BOX, "a value that ends", self._report)
        reason = self._reason(node)
        if value is None or expires is None or not node.repeated.isdisjoint(("value", "expires")):
            raise ValueRefused
        self._report.append_consequence(found, FIELD_LEFT_OUT)
        return TimeBoxed(value, expires, reason)

    def _boxed_value(
        self, node: Mapping, last: T | Scheduled[T] | TimeBoxed[T] | None, *, is_inside: bool
    ) -> T | Scheduled[T] | None:
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
            if not is_inside and is_schedule(value):
                return self._schedules().read(value, last.value if isinstance(last, TimeBoxed) else last)
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

    def _reason(self, box: Mapping) -> str | None:
        node = box.get("reason")
        if node is None or "reason" in box.repeated or (isinstance(node, Scalar) and node.is_null):
            return None
        if isinstance(node, Scalar):
            return node.text
        self._report.on("DA051", node, f"reason is {described(node)}; it is a text.", 'Write reason: "…".')
        return None

    def _refuse_shape(self, node: Node, *, is_inside: bool) -> None:
        allowed = "a number, a word or {value: …, expires: …}"
        if not is_inside:
            allowed += ", or a schedule {default: …, overrides: […]}"
        names = f" with the keys {', '.join(node.pairs)}" if isinstance(node, Mapping) and node.pairs else ""
        self._report.on(
            "DA051",
            node,
            f"The value is {described(node)}{shortened(names)}.",
            f"Write {allowed}; the critical tier is a key of its own with the suffix _critical.",
        )
