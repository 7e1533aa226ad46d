"""RE2 patterns with Prometheus' meaning: anchored at both ends, `.` matches line breaks too.

RE2 takes time linear in the text, but the time to read a pattern grows with its repetitions: a hundred times
any letter is fifteen characters and takes 50 ms. So the memory of a pattern is bounded, and with it the time.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# C++ RE2 knows \C, one byte; Go's, which Prometheus uses, does not.
_SINGLE_BYTE = re.compile(r"(?:[^\\]|\\[^C])*?\\C", re.DOTALL)


LARGEST = 1 << 18
"""Bytes of memory that a pattern may need."""

TOO_LARGE = "pattern too large"


def why_invalid(pattern: str) -> str | None:
    """Return what is wrong with a pattern, TOO_LARGE if that is its size, or None if it can be used."""
    if _SINGLE_BYTE.match(pattern):
        return r"invalid escape sequence: \C"
    engine = _engine()
    try:
        engine.compile(pattern, options=_options())
    except (engine.error, UnicodeEncodeError) as invalid:
        reason = invalid.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return TOO_LARGE if text.startswith(TOO_LARGE) else text
    return None


@lru_cache(maxsize=16_384)
def matches(pattern: str, value: str) -> bool:
    """Tell whether a valid pattern matches all of a label value."""
    return _matcher(pattern)(value) is not None


@lru_cache(maxsize=2_048)
def _matcher(pattern: str) -> "Callable[[str], object]":
    compiled = _engine().compile(pattern, options=_options())
    fullmatch: Callable[[str], object] = compiled.fullmatch
    return fullmatch


@lru_cache(maxsize=1)
def _options() -> Any:  # noqa: ANN401 - google-re2 has no type information
    options = _engine().Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = LARGEST
    options.never_capture = True  # whether it matches is all that is asked, which takes less time than where
    return options


def _engine() -> Any:  # noqa: ANN401 - google-re2 has no type information
    """Import RE2 on first use: most configurations have no pattern, and the import would slow their start."""
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - see above; it ships no types

    return re2
