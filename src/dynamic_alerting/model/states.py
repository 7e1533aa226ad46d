"""What stands behind a `_state_<filter>` key."""

from functools import lru_cache
from typing import TypeAlias

from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.values import (
    DEFAULT_WORDS,
    DISABLE_WORDS,
    USE_DEFAULT,
    Scheduled,
    TimeBoxed,
    UseDefault,
)

PlainState: TypeAlias = bool | UseDefault
StateValue: TypeAlias = PlainState | Scheduled[PlainState] | TimeBoxed[PlainState]

ENABLE_WORDS = frozenset({"enable", "enabled", "on", "true"})


@lru_cache(maxsize=1024)
def parse_state(text: str) -> PlainState:
    """Read the value of a `_state_<filter>` key that is not a mapping.

    Returns:
        Whether the filter is on, or USE_DEFAULT when that is left to the filter's own default.

    Raises:
        ValueSyntaxError: the text is none of the words, in any case.
    """
    word = text.strip().lower()
    if word in ENABLE_WORDS:
        return True
    if word in DISABLE_WORDS:
        return False
    if word in DEFAULT_WORDS:
        return USE_DEFAULT
    raise ValueSyntaxError(f"{text!r} does not switch a state filter", advice="write enable or disable")
