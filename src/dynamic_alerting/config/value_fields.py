"""The fields of a value that is a mapping: which there are, and which are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeGuard

from dynamic_alerting.config.nodes import Mapping, Node
from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.suggestions import did_you_mean

if TYPE_CHECKING:
    from dynamic_alerting.config.reporting import FileReport

SCHEDULE: Final = ("default", "overrides")
OVERRIDE: Final = ("window", "value")
TIME_BOX: Final = ("value", "expires", "reason")

FIELD_LEFT_OUT: Final = "Only this field is left out."

_END: Final = 'expires: "2026-12-01T06:00:00Z"'
_ENDING: Final[dict[tuple[str, ...], str]] = {
    SCHEDULE: f"Write {{value: {{default: …, overrides: […]}}, {_END}}} to end all of it.",
    OVERRIDE: f'Write value: {{value: "200", {_END}}} in the override.',
}


class ValueRefused(Exception):  # noqa: N818 - it is a decision, and the report holds the error
    """The value cannot be used; the report says why."""


def is_schedule(node: Node) -> TypeGuard[Mapping]:
    """Whether a value is meant as a schedule: it has one of a schedule's fields."""
    return isinstance(node, Mapping) and not node.pairs.keys().isdisjoint(SCHEDULE)


def strange_fields(node: Mapping, fields: tuple[str, ...]) -> list[str]:
    """The fields of a mapping that it does not have."""
    return [name for name in node.pairs if name not in fields]


def report_strange_field(
    node: Mapping, name: str, fields: tuple[str, ...], what: str, report: FileReport
) -> None:
    """Report a field that ``what`` (such as "an override") does not have."""
    advice = f"{did_you_mean(name, fields)}{what.capitalize()} has the fields {', '.join(fields)}."
    if name == "expires":
        advice = _ENDING[fields]
    report.on("DA052", node.pairs[name][0], f"{shortened(name)!r} is not a field of {what}.", advice)
