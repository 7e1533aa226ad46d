"""What stands behind a threshold key."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final, Generic, TypeAlias, TypeVar

from dynamic_alerting.model.schedule import Window
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.value_advice import why_not_a_value
from dynamic_alerting.model.words import (
    AROUND,
    AROUND_PATTERN,
    DEFAULT_WORDS,
    DISABLE_WORDS,
    pattern_of,
)


class UseDefault(Enum):
    """The type of USE_DEFAULT: the value is omitted, so the platform's applies."""

    USE_DEFAULT = "default"


class Disabled(Enum):
    """The type of DISABLED: there is to be no threshold."""

    DISABLED = "disable"


USE_DEFAULT: Final = UseDefault.USE_DEFAULT
DISABLED: Final = Disabled.DISABLED


@dataclass(frozen=True, slots=True)
class Custom:
    """A threshold number, with the severity it was given if any (`"70:critical"`)."""

    number: float
    severity: Severity | None = None


Plain: TypeAlias = Custom | UseDefault | Disabled
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TimeBoxed(Generic[T]):
    """A value that counts as omitted from `expires` (an aware instant) on."""

    value: "T | Scheduled[T]"
    expires: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Override(Generic[T]):
    """A value for the times inside a window."""

    window: Window
    value: T | TimeBoxed[T]


@dataclass(frozen=True, slots=True)
class Scheduled(Generic[T]):
    """The first override whose window contains the instant decides, else `default`."""

    default: T | TimeBoxed[T]
    overrides: tuple[Override[T], ...]


Value: TypeAlias = Plain | Scheduled[Plain] | TimeBoxed[Plain]

_NUMBER = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_SEVERITIES = {severity.value: severity for severity in Severity}
_COLON = r"[ \t]*:[ \t]*"
_CUSTOM = re.compile(rf"({_NUMBER})(?:{_COLON}({pattern_of(tuple(_SEVERITIES))}))?")


def _value_pattern(severities: Iterable[str]) -> str:
    number = rf"{_NUMBER}(?:{_COLON}(?:{pattern_of(tuple(severities))}))?"
    words = f"{pattern_of(DISABLE_WORDS)}|{pattern_of(DEFAULT_WORDS)}"
    return rf"^{AROUND_PATTERN}(?:{number}|{words}){AROUND_PATTERN}$"


VALUE_PATTERN = _value_pattern(_SEVERITIES)
"""What every valid plain value matches (in ECMA 262 syntax, for the JSON Schema)."""

CRITICAL_VALUE_PATTERN = _value_pattern([Severity.CRITICAL])
"""The same for a key with the `_critical` suffix, which no other severity can stand behind."""


@lru_cache(maxsize=16_384)
def parse_plain(text: str) -> Plain:
    """Read a value that is not a mapping: a number, `number:severity`, or a word.

    Raises:
        ValueSyntaxError: the text is none of these, or its number is too large or too small to be kept.
    """
    stripped = text.strip(AROUND)
    match = _CUSTOM.fullmatch(stripped)
    if match is not None:
        digits, severity = match.groups()
        # Adding zero turns -0.0, which nobody means, into 0.0.
        number = float(digits) + 0.0
        if math.isinf(number) or (number == 0 and _has_digit_above_zero(digits)):
            raise why_not_a_value(text)
        return Custom(number, _SEVERITIES[severity.lower()] if severity else None)
    word = stripped.lower()
    if word in DISABLE_WORDS:
        return DISABLED
    if word in DEFAULT_WORDS:
        return USE_DEFAULT
    raise why_not_a_value(text)


def _has_digit_above_zero(digits: str) -> bool:
    mantissa = digits.lower().partition("e")[0]
    return any(digit in "123456789" for digit in mantissa)
