"""Values that matchers of a configuration name, so that rules about certain tenants are tried on them."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from dynamic_alerting.model import patterns
from dynamic_alerting.routing.matchers import LabelMatcher

_MOST = 12
_TRIED = 64  # of one pattern
_PRIVATE = 0xE000  # where an escaped character waits, so that nobody takes it for a sign of the pattern
# What stands for one character in a pattern, and a text that may fit it.
_FILLED = (
    (re.compile(r"\\d|\[0-9\]"), "1"),
    (re.compile(r"\\w|\[a-z[^\]]*\]"), "a"),
    (re.compile(r"\\(.)"), lambda found: chr(_PRIVATE + ord(found.group(1)))),
    (re.compile(r"\[([^\]^])[^\]]*\]"), r"\1"),
    (re.compile(r"\{\d[^}]*\}"), ""),
    (re.compile(r"\(\?[a-zA-Z]*:"), "("),
)
_ANYTHING = re.compile(r"\.[*+]?\??")
_REPEATED = re.compile(r"(?<!\.)[?*+^$]")
_INNERMOST = re.compile(r"\(([^()]*)\)[?*+]*")
_NAMED_BY_NOBODY = "a value that nobody has named"


def named_values(matchers: Iterable[LabelMatcher], label: str) -> list[str]:
    """Return values of a label that the matchers are about, at most a dozen.

    Of a pattern, values are guessed, and kept if it matches them: of ``db-.+``, two.
    """
    about = (value for matcher in matchers if matcher.label == label for value in _values(matcher) if value)
    return list(islice(dict.fromkeys(about), _MOST))


def _values(matcher: LabelMatcher) -> list[str]:
    if not matcher.is_pattern:
        return [matcher.value]
    if patterns.matches(matcher.value, _NAMED_BY_NOBODY):
        return []  # whatever is tried
    guesses = (
        "".join(
            chr(ord(sign) - _PRIVATE) if _PRIVATE <= ord(sign) < _PRIVATE + 128 else sign for sign in guess
        )
        for alternative in islice(_alternatives(_simple(matcher.value)), _TRIED)
        for guess in (_ANYTHING.sub(filling, alternative) for filling in ("x", "y", ""))
    )
    return [guess for guess in dict.fromkeys(guesses) if patterns.matches(matcher.value, guess)]


def _simple(pattern: str) -> str:
    for part, filling in _FILLED:
        pattern = part.sub(filling, pattern)
    return pattern


def _alternatives(pattern: str) -> Iterator[str]:
    """Write ``a(b|c)`` as ``ab`` and ``ac``; what is repeated or optional stands once."""
    parts = _top_level(pattern)
    group = _INNERMOST.search(pattern)
    if len(parts) > 1:
        for part in parts:
            yield from _alternatives(part)
    elif group is None:
        yield _REPEATED.sub("", pattern)
    else:
        for choice in group.group(1).split("|"):
            yield from _alternatives(pattern[: group.start()] + choice + pattern[group.end() :])


def _top_level(pattern: str) -> list[str]:
    parts, depth = [""], 0
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
