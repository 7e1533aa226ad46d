"""Matchers as Alertmanager reads them: ``severity="critical"``, ``tenant=~".+"``, ``alertname != Watchdog``.

Alertmanager has two readers, and by default asks both: the newer one knows any label name in quotes and Go's
escapes, the classic one takes nearly anything for a value. Where they understand a text differently, the
classic one is right. https://prometheus.io/docs/alerting/latest/configuration/#label-matchers
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dynamic_alerting.model import patterns
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.promql_strings import quote, read_string

_CLASSIC = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*(.*?)\s*", re.DOTALL)
_CLASSIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"=~|!~|!=|=")
_UNQUOTED = re.compile(r"""[^\s{}!=~,\\"'`]+""")
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}


class MatcherError(ValueError):
    """A text that Alertmanager would refuse as a matcher."""


@dataclass(frozen=True, slots=True)
class LabelMatcher:
    """A condition on one label; a label that an alert does not have counts as empty.

    Attributes:
        label: its name.
        operator: ``=``, ``!=``, ``=~`` or ``!~``.
        value: the value, or a RE2 pattern that has to match all of it.

    Raises:
        MatcherError: the pattern is none.
    """

    label: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        if self.is_pattern and (reason := patterns.why_invalid(self.value)) is not None:
            raise MatcherError(f"{self.value!r} is no regular expression: {reason}")

    @property
    def is_pattern(self) -> bool:
        """Whether the value is a pattern."""
        return self.operator.endswith("~")

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an alert with these labels meets the condition."""
        seen = labels.get(self.label, "")
        found = patterns.matches(self.value, seen) if self.is_pattern else seen == self.value
        return found is not self.operator.startswith("!")

    def __str__(self) -> str:
        """Return the form that both readers understand alike."""
        label = self.label if _CLASSIC_NAME.fullmatch(self.label) else quote(self.label)
        return f"{label}{self.operator}{quote(self.value)}"


def all_match(matchers: Iterable[LabelMatcher], labels: Mapping[str, str]) -> bool:
    """Tell whether an alert meets every condition; without conditions, every alert does."""
    return all(matcher.matches(labels) for matcher in matchers)


def parse_matchers(text: str) -> tuple[LabelMatcher, ...]:
    """Read one entry of a list of matchers, which may hold several: ``{a="1",b=~"2|3"}``.

    Raises:
        MatcherError: neither of Alertmanager's readers understands it.
    """
    try:
        newer = _parse_newer(text)
    except (MatcherError, KeySyntaxError):
        return _parse_classic(text)
    try:
        return _parse_classic(text)
    except MatcherError:
        return newer


class _Reader:
    """A place in a text, and what stands there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def next_is(self, character: str) -> bool:
        self._skip()
        return self._text[self._at : self._at + 1] == character

    def take(self, character: str) -> bool:
        if not self.next_is(character):
            return False
        self._at += 1
        return True

    def at_end(self) -> bool:
        return self.next_is("")

    def word(self) -> str:
        if self.next_is('"'):
            value, self._at = read_string(self._text, self._at)
            return value
        return self._token(_UNQUOTED, "a name or a value")

    def operator(self) -> str:
        self._skip()
        return self._token(_OPERATOR, "=, !=, =~ or !~")

    def _token(self, pattern: re.Pattern[str], wanted: str) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise MatcherError(
                f"{self._text!r} is no matcher: {wanted} is missing at character {self._at + 1}"
            )
        self._at = found.end()
        return found.group()

    def _skip(self) -> None:
        if (space := _SPACE.match(self._text, self._at)) is not None:
            self._at = space.end()


def _parse_newer(text: str) -> tuple[LabelMatcher, ...]:
    reader = _Reader(text)
    braces = reader.take("{")
    matchers = []
    while not reader.at_end() and not reader.next_is("}"):
        matchers.append(LabelMatcher(reader.word(), reader.operator(), reader.word()))
        if not reader.take(","):
            break
    if reader.take("}") is not braces or not reader.at_end():
        raise MatcherError(f"{text!r} is no list of matchers")
    return tuple(matchers)


def _parse_classic(text: str) -> tuple[LabelMatcher, ...]:
    body = text.removeprefix("{").removesuffix("}")
    parts = _split(body)
    if parts and not parts[-1].strip():
        parts.pop()
    return tuple(_classic_matcher(part) for part in parts)


def _split(text: str) -> list[str]:
    """Split at the commas outside of quotes."""
    parts, part, quoted, escaped = [], "", False, False
    for character in text:
        if character == "," and not quoted:
            parts.append(part)
            part, escaped = "", False
            continue
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and not escaped
        part += character
    return [*parts, part]


def _classic_matcher(text: str) -> LabelMatcher:
    found = _CLASSIC.fullmatch(text)
    if found is None:
        raise MatcherError(f'{text!r} is no matcher; write label="value", with =, !=, =~ or !~')
    label, operator, raw = found.groups()
    return LabelMatcher(label, operator, _classic_value(raw))


def _classic_value(raw: str) -> str:
    quoted = raw.startswith('"')
    rest = raw.removeprefix('"')
    value, at = "", 0
    while at < len(rest):
        character = rest[at]
        if character == "\\" and at + 1 < len(rest):
            following = rest[at + 1]
            value += _ESCAPES.get(following, f"\\{following}")
            at += 2
            continue
        if character == '"':
            if quoted and at == len(rest) - 1:
                return value
            raise MatcherError(f'{raw!r} has a quote in its middle; write it as \\"')
        value += character
        at += 1
    if quoted:
        raise MatcherError(f"{raw!r} has an opening quote and no closing one")
    return value
