"""RE2 patterns with Prometheus' meaning: anchored at both ends, `.` matches line breaks too."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# C++ RE2 knows \C, one byte; Go's, which Prometheus uses, does not.
_SINGLE_BYTE = re.compile(r"(?:[^\\]|\\[^C])*?\\C", re.DOTALL)


def why_invalid(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None if Prometheus would accept it."""
    if _SINGLE_BYTE.match(pattern):
        return r"invalid escape sequence: \C"
    engine = _engine()
    try:
        engine.compile(pattern, options=_options())
    except (engine.error, UnicodeEncodeError) as invalid:
        reason = invalid.args[0]
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return None


@lru_cache(maxsize=65_536)
def matches(pattern: str, value: str) -> bool:
    """Tell whether a valid pattern matches all of a label value."""
    return _matcher(pattern)(value) is not None


@lru_cache(maxsize=8192)
def _matcher(pattern: str) -> "Callable[[str], object]":
    compiled = _engine().compile(pattern, options=_options())
    fullmatch: Callable[[str], object] = compiled.fullmatch
    return fullmatch


@lru_cache(maxsize=1)
def _options() -> Any:  # noqa: ANN401 - google-re2 has no type information
    options = _engine().Options()
    options.dot_nl = True
    options.log_errors = False
    return options


def _engine() -> Any:  # noqa: ANN401 - google-re2 has no type information
    """Import RE2 on first use: most configurations have no pattern, and the import would slow their start."""
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - see above; it ships no types

    return re2
