"""What stands behind a threshold key."""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final, Generic, TypeAlias, TypeVar

from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.schedule import Window
from dynamic_alerting.model.severity import Severity


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

_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SEVERITIES = {severity.value: severity for severity in Severity}
DEFAULT_WORDS = frozenset({"", "default", "null", "~"})
DISABLE_WORDS = frozenset({"disable", "disabled", "off", "false"})


@lru_cache(maxsize=65_536)
def parse_plain(text: str) -> Plain:
    """Read a value that is not a mapping.

    Raises:
        ValueSyntaxError: the text is neither a number, a number with a severity, nor one of the words.
    """
    number, colon, severity = text.strip().partition(":")
    if _NUMBER.fullmatch(number) and math.isfinite(float(number)):
        if not colon:
            return Custom(float(number))
        if severity in _SEVERITIES:
            return Custom(float(number), _SEVERITIES[severity])
        raise ValueSyntaxError(
            f"{severity!r} is not a severity",
            offset=len(number) + 1,
            advice="write one of info, warning, critical",
        )
    word = text.strip().lower()
    if word in DEFAULT_WORDS:
        return USE_DEFAULT
    if word in DISABLE_WORDS:
        return DISABLED
    raise ValueSyntaxError(f"{text!r} is not a threshold", advice='write a number such as "80", or disable')
