"""The grammar of threshold keys: `name`, or `name{label="value", label=~"pattern"}`."""

import re
from typing import NoReturn

from dynamic_alerting.model.errors import KeySyntaxError, PatternTooLargeError
from dynamic_alerting.model.label_names import check_label_name
from dynamic_alerting.model.matchers import Matcher
from dynamic_alerting.model.patterns import LARGEST, TOO_LARGE, why_invalid
from dynamic_alerting.model.promql_strings import QUOTES, quote, read_string

CRITICAL_SUFFIX = "_critical"
_SPACE = " \t\r\n"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORD = re.compile(r"[^\s=!~{}(),:'\"]*")
_OPERATOR = re.compile(r"[=!~:<>]+")
_BARE_VALUE = re.compile(r"[^\s,{}'\"]+")
_LONGEST_SHOWN = 60
_TYPOGRAPHIC_QUOTES = "\u2018\u2019\u201c\u201d`"


def read_key(text: str) -> tuple[str, tuple[Matcher, ...]]:
    """Read a key's name, as spelled, and its matchers, sorted by label.

    Raises:
        KeySyntaxError: the text is not a key.
    """
    return _Reader(text).key()


class _Reader:
    """Reads one key from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def key(self) -> tuple[str, tuple[Matcher, ...]]:
        self._skip_space()
        name = _NAME.match(self.text, self.at)
        if name is None:
            self._refuse_name()
        self.at = name.end()
        self._skip_space()
        if self._is_at_end():
            return name[0], ()
        if not self._take("{"):
            self._refuse_name()
        matchers = self._matchers(name[0])
        self._skip_space()
        if not self._is_at_end():
            self._refuse_rest(name[0])
        return name[0], matchers

    def _matchers(self, name: str) -> tuple[Matcher, ...]:
        matchers: dict[str, Matcher] = {}
        opening = self.at - 1
        while True:
            self._skip_space()
            if self._take("}"):
                break
            if self._is_at_end():
                raise KeySyntaxError("the brace { is never closed", offset=opening, advice=self._closed(name))
            start = self.at
            matcher = self._matcher()
            if matchers.setdefault(matcher.label, matcher) is not matcher:
                raise KeySyntaxError(
                    f"the label {matcher.label!r} is named twice",
                    offset=start,
                    advice=f'name each label once; {matcher.label}=~"a|b" matches one value or the other',
                )
            self._skip_space()
            if not self._take(",") and not self._is_at_end() and self.text[self.at] != "}":
                raise KeySyntaxError(
                    f"{self.text[self.at]!r} cannot follow a matcher",
                    offset=self.at,
                    advice='put "," between matchers and "}" after the last',
                )
        if not matchers:
            raise KeySyntaxError("the braces are empty", offset=opening, advice=f"write {name}")
        return tuple(sorted(matchers.values()))

    def _matcher(self) -> Matcher:
        start = self.at
        label = self._match(_WORD)
        check_label_name(label, start)
        self._skip_space()
        operator_at = self.at
        operator = self._match(_OPERATOR)
        self._skip_space()
        if operator not in ("=", "=~"):
            self._refuse_operator(label, operator, operator_at)
        value_at = self.at
        value = self._value(label, operator)
        if operator == "=~":
            _check_pattern(value, value_at)
        if not value:
            raise KeySyntaxError(
                f"the value of {label!r} is empty, which to Prometheus is the same as having no label",
                offset=value_at,
                advice="leave the matcher out",
            )
        return Matcher(label, value, is_regex=operator == "=~")

    def _value(self, label: str, operator: str) -> str:
        if not self._is_at_end() and self.text[self.at] in QUOTES:
            value, self.at = read_string(self.text, self.at, keep_unknown=True)
            return value
        bare = _BARE_VALUE.match(self.text, self.at)
        word = bare[0].strip(_TYPOGRAPHIC_QUOTES) if bare else "value"
        raise KeySyntaxError(
            f"the value of {label!r} is not quoted",
            offset=min(self.at, len(self.text)),
            advice=f"write {label}{operator}{quote(word)}",
        )

    def _refuse_operator(self, label: str, operator: str, offset: int) -> NoReturn:
        if operator.startswith("!"):
            raise KeySyntaxError(
                f"{operator} is not supported: a key names what it is for",
                offset=offset,
                advice="set the base key for everything else, and a dimensional key for each exception",
            )
        message = f"{operator!r} is not an operator" if operator else f"the label {label!r} has no operator"
        raise KeySyntaxError(message, offset=offset, advice=f'write {label}="value" or {label}=~"pattern"')

    def _refuse_name(self) -> NoReturn:
        """Refuse what stands where a name or an opening brace should, and say which name would do."""
        rest = self.text[self.at :]
        spelled, brace, matchers = self.text.strip().partition("{")
        corrected = re.sub(r"[^A-Za-z0-9]+", "_", spelled).strip("_")
        if not rest:
            raise KeySyntaxError("the key is empty", advice="write <component>_<metric>")
        if rest[0] == "_":
            raise KeySyntaxError(
                'keys that start with "_" belong to the language itself',
                offset=self.at,
                advice=f"write _packs, _state_<filter>, or without the underscore: {corrected}",
            )
        advice = 'write letters, digits and "_", starting with a letter'
        if _NAME.fullmatch(corrected):
            advice = f"write {corrected}{brace}{matchers}"
        raise KeySyntaxError(f"{rest[0]!r} cannot stand in the name of a key", offset=self.at, advice=advice)

    def _refuse_rest(self, name: str) -> NoReturn:
        rest = self.text[self.at :].rstrip(_SPACE)
        advice = "end the key after the closing brace"
        if rest == CRITICAL_SUFFIX:
            braces = self.text[self.text.index("{") : self.at].rstrip(_SPACE)
            advice = f"write {name}{CRITICAL_SUFFIX}{braces}"
        raise KeySyntaxError(f"{rest!r} cannot follow the closing brace", offset=self.at, advice=advice)

    def _closed(self, name: str) -> str:
        spelled = self.text.strip().rstrip(f",{_SPACE}")
        return f"write {name}" if spelled.endswith("{") else f"write {spelled}}}"

    def _is_at_end(self) -> bool:
        return self.at >= len(self.text)

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def _take(self, character: str) -> bool:
        taken = self.text.startswith(character, self.at)
        self.at += taken
        return taken

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]


def _check_pattern(pattern: str, offset: int) -> None:
    reason = why_invalid(pattern)
    if reason == TOO_LARGE:
        shown = pattern if len(pattern) <= _LONGEST_SHOWN else f"{pattern[:_LONGEST_SHOWN]}…"
        raise PatternTooLargeError(
            f"the pattern {shown!r} needs more than {LARGEST // 1024} KiB",
            offset=offset,
            advice="repeat less: + in place of {1,100}, [a-z] in place of \\pL; or write several keys",
        )
    if reason is not None:
        raise KeySyntaxError(
            f"{pattern!r} is not a RE2 pattern: {reason}",
            offset=offset,
            advice="correct the pattern; to match its text literally, use = instead of =~",
        )
