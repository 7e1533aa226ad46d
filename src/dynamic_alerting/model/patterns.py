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

_MATCHING = 4 * LARGEST
"""Bytes that matching may use: with the rest of the pattern's own, RE2 takes an engine six times as slow."""

TOO_LARGE = "pattern too large"


def why_invalid(pattern: str) -> str | None:
    """Return what is wrong with a pattern, TOO_LARGE if that is its size, or None if it can be used."""
    if _SINGLE_BYTE.match(pattern):
        return r"invalid escape sequence: \C"
    engine = _engine()
    try:
        engine.compile(pattern, options=_options(LARGEST))
    except (engine.error, UnicodeEncodeError) as invalid:
        reason = invalid.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return TOO_LARGE if text.startswith(TOO_LARGE) else text
    return None


@lru_cache(maxsize=16_384)
def matches(pattern: str, value: str) -> bool:
    """Tell whether a valid pattern matches all of a label value."""
    # Of text, the engine's wrapper would also count characters, for places that nobody asks for.
    return _matcher(pattern)(value.encode()) is not None


@lru_cache(maxsize=16_384)
def size_of(pattern: str) -> int:
    """Return how many instructions RE2 makes of a valid pattern."""
    size: int = _engine().compile(pattern, options=_options(LARGEST)).programsize
    return size


@lru_cache(maxsize=512)
def _matcher(pattern: str) -> "Callable[[bytes], object]":
    compiled = _engine().compile(pattern, options=_options(_MATCHING))
    fullmatch: Callable[[bytes], object] = compiled.fullmatch
    return fullmatch


@lru_cache(maxsize=2)
def _options(memory: int) -> Any:  # noqa: ANN401 - google-re2 has no type information
    options = _engine().Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = memory
    options.never_capture = True  # whether it matches is all that is asked, which takes less time than where
    return options


def _engine() -> Any:  # noqa: ANN401 - google-re2 has no type information
    """Import RE2 on first use: most configurations have no pattern, and the import would slow their start."""
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - see above; it ships no types

    return re2
