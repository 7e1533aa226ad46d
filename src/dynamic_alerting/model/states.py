"""What stands behind a `_state_<filter>` key."""

import difflib
from functools import lru_cache
from typing import TypeAlias

from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.values import USE_DEFAULT, Scheduled, TimeBoxed, UseDefault
from dynamic_alerting.model.words import (
    AROUND,
    AROUND_PATTERN,
    DEFAULT_WORDS,
    DISABLE_WORDS,
    ENABLE_WORDS,
    pattern_of,
)

PlainState: TypeAlias = bool | UseDefault
StateValue: TypeAlias = PlainState | Scheduled[PlainState] | TimeBoxed[PlainState]

STATE_PATTERN = (
    rf"^{AROUND_PATTERN}(?:{pattern_of(ENABLE_WORDS)}|{pattern_of(DISABLE_WORDS)}|{pattern_of(DEFAULT_WORDS)})"
    rf"{AROUND_PATTERN}$"
)
"""What every valid plain state matches (in ECMA 262 syntax, for the JSON Schema)."""

_MEANT = {"yes": "enable", "y": "enable", "1": "enable", "no": "disable", "n": "disable", "0": "disable"}


@lru_cache(maxsize=1024)
def parse_state(text: str) -> PlainState:
    """Read the value of a `_state_<filter>` key that is not a mapping.

    Returns:
        Whether the filter is on, or USE_DEFAULT when that is left to the filter's own default.

    Raises:
        ValueSyntaxError: the text is none of the words, in any case.
    """
    word = text.strip(AROUND).lower()
    if word in ENABLE_WORDS:
        return True
    if word in DISABLE_WORDS:
        return False
    if word in DEFAULT_WORDS:
        return USE_DEFAULT
    raise ValueSyntaxError(f"{text!r} does not switch a state filter on or off", advice=lambda: _advice(word))


def _advice(word: str) -> str:
    words = [*_MEANT, *ENABLE_WORDS, *DISABLE_WORDS]
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.7)
    return f"write {_MEANT.get(near[0], near[0])}" if near else "write enable or disable"
