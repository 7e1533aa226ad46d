"""Parts of a schedule that never apply because what stands above them covers all of their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.model.errors import LanguageError
from dynamic_alerting.model.schedule import parse_window
from dynamic_alerting.model.values import Scheduled, TimeBoxed
from dynamic_alerting.model.windows import MINUTES_PER_DAY
from dynamic_alerting.model.words import DEFAULT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.model.states import StateValue
    from dynamic_alerting.model.values import Value
    from dynamic_alerting.model.windows import Window

_DAYS: Final = 7
_WEEK: Final = _DAYS * MINUTES_PER_DAY
_WHOLE_WEEK: Final = (1 << _WEEK) - 1


class _Read(NamedTuple):
    """One override: its window, where it is written, and whether it stays."""

    window: Window
    node: Scalar
    is_lasting: bool


def has_parts_to_hide(value: Value | StateValue | None) -> bool:
    """Whether a value is a schedule that needs a look: most have one window, which is not open always."""
    if isinstance(value, TimeBoxed):
        return isinstance(value.value, Scheduled) and has_parts_to_hide(value.value)
    if not isinstance(value, Scheduled):
        return False
    if len(value.overrides) != 1:
        return bool(value.overrides)
    window = value.overrides[0].window
    return window.start == 0 and window.end == MINUTES_PER_DAY and len(window.days or range(_DAYS)) == _DAYS


def remark_schedule(value: Node, report: FileReport) -> None:
    """Report the overrides of a value that never apply, and a default that does not.

    Only what is certain: wall clocks of one zone are compared with each other, and with windows that are open
    always; a value that ends hides nothing for ever.

    Args:
        value: of one key; anything but a schedule (or a value that ends, with one inside) has no such parts.
        report: where the warnings go.
    """
    schedule = _schedule(value)
    if schedule is None:
        return
    taken: dict[str, int] = {}  # zone → minutes of the week that are decided already
    is_always_decided = False
    for override in _overrides(schedule):
        minutes = minutes_of_week(override.window)
        zone = override.window.zone
        before = _WHOLE_WEEK if is_always_decided else taken.get(zone, 0)
        if not minutes & ~before:
            report.on(
                "DA105",
                override.node,
                "This override never applies: the overrides above it cover all of its window, and the first "
                "whose window is open decides.",
                "Move it above them, change its window, or delete it.",
            )
        if override.is_lasting:
            taken[zone] = before | minutes
            is_always_decided = is_always_decided or taken[zone] == _WHOLE_WEEK
    default = schedule.pairs.get("default")
    if is_always_decided and default is not None and not _is_omitted(default[1]):
        report.on(
            "DA106",
            default[0],
            "The default of this schedule never applies: the windows of its overrides cover the whole week.",
            "Delete it, or leave a part of the week to it.",
        )


def minutes_of_week(window: Window) -> int:
    """The minutes of a week, as wall clocks show them, that are in a window: bit 0 is Monday's first."""
    length = (window.end - window.start) % MINUTES_PER_DAY or MINUTES_PER_DAY
    once = ((1 << length) - 1) << window.start
    minutes = 0
    for day in range(_DAYS) if window.days is None else window.days:
        minutes |= once << day * MINUTES_PER_DAY
    return (minutes | minutes >> _WEEK) & _WHOLE_WEEK  # Sunday's night ends on Monday


def _schedule(node: Node) -> Mapping | None:
    if not isinstance(node, Mapping):
        return None
    if "overrides" in node.pairs:
        return node
    inner = node.get("value")
    return _schedule(inner) if isinstance(inner, Mapping) else None


def _overrides(schedule: Mapping) -> Iterator[_Read]:
    """The overrides that can be read; the others are reported already, and hide nothing."""
    overrides = schedule.get("overrides")
    for item in overrides.items if isinstance(overrides, Sequence) else ():
        if not isinstance(item, Mapping):
            continue
        node, value = item.get("window"), item.get("value")
        if not isinstance(node, Scalar) or value is None or item.repeated:
            continue
        try:
            window = parse_window(node.text)
        except LanguageError:
            continue
        yield _Read(window, node, is_lasting=isinstance(value, Scalar))


def _is_omitted(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text.strip().lower() in DEFAULT_WORDS
