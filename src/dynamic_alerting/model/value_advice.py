"""Why a text is not a threshold, and what was probably meant."""

import difflib
import re
from collections.abc import Callable
from typing import TypeAlias

from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.words import AROUND, DEFAULT_WORDS, DISABLE_WORDS, ENABLE_WORDS

_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]+(?:[_' ][0-9]+)+(?:\.[0-9]+)?|[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_OTHER_BASE = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)")
_NOT_FINITE = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
_COMPARED = re.compile(r"(?:[<>]=?|==?|[\u2264\u2265])\s*(.*)")
_WITH_UNIT = re.compile(rf"({_NUMBER.pattern})\s*(%|[A-Za-z\u00b5/]+)")
_SPAN_OF_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}")
_SEVERITIES = ", ".join(Severity)
_ALSO_CALLED = {
    "crit": "critical",
    "error": "critical",
    "fatal": "critical",
    "page": "critical",
    "warn": "warning",
    "notice": "info",
    "information": "info",
}
_GENERAL_ADVICE = 'write a number such as "80", "80:critical", default or disable'
_NO_THRESHOLD = ("none", "no", "never", "n/a", "-", "deactivate")
# Longer texts are no typing mistakes, and looking at them would take time.
_LONGEST_EXPLAINED = 100


def why_not_a_value(text: str) -> ValueSyntaxError:
    """Return the error for a text that is not a plain value."""
    offset = len(text) - len(text.lstrip(AROUND))
    stripped = text.strip(AROUND)
    is_short = len(stripped) <= _LONGEST_EXPLAINED
    if is_short:
        for explain in _EXPLANATIONS:
            explained = explain(stripped)
            if explained is not None:
                explained.offset += offset
                return explained
    return ValueSyntaxError(
        f"{text!r} is neither a number nor one of the words",
        offset=offset,
        advice=(lambda: _nearest_word(stripped)) if is_short else _GENERAL_ADVICE,
    )


def _out_of_range(text: str) -> ValueSyntaxError | None:
    number, colon, severity = text.partition(":")
    if not _NUMBER.fullmatch(number.rstrip()) or (colon and severity.strip().lower() not in list(Severity)):
        return None
    return ValueSyntaxError(
        f"{text!r} is too large or too small a number", advice="write a number between 1e-300 and 1e300"
    )


def _severity(text: str) -> ValueSyntaxError | None:
    before, colon, severity = text.partition(":")
    if not colon or _SPAN_OF_TIME.search(text):
        return None
    number = before.strip()
    if not _NUMBER.fullmatch(number):
        if number.lower() not in (*DEFAULT_WORDS, *DISABLE_WORDS):
            return None
        return ValueSyntaxError(
            "only a number can have a severity",
            offset=len(before) + 1,
            advice=f"write {number or 'default'} on the key with the _critical suffix",
        )
    meant = severity.strip().lower()
    meant = _ALSO_CALLED.get(meant, meant)

    def advice() -> str:
        near = difflib.get_close_matches(meant, list(Severity), n=1, cutoff=0.7)
        if not near:
            return f'did you mean one of {_SEVERITIES}? For example "{number}:critical"'
        return f'write "{number}:{near[0]}"; the severities are {_SEVERITIES}'

    return ValueSyntaxError(f"{severity!r} is not a severity", offset=len(before) + 1, advice=advice)


def _window(text: str) -> ValueSyntaxError | None:
    if not _SPAN_OF_TIME.search(text):
        return None
    return ValueSyntaxError(
        "a time window is not a value",
        advice=f'write {{default: "80", overrides: [{{window: "{text}", value: "100"}}]}}',
    )


def _not_finite(text: str) -> ValueSyntaxError | None:
    if not _NOT_FINITE.fullmatch(text):
        return None
    return ValueSyntaxError(f"{text!r} is not a finite number", advice="write disable for no threshold")


def _other_notation(text: str) -> ValueSyntaxError | None:
    """Explain numbers that are written in a way that this language does not have."""
    if _OTHER_BASE.fullmatch(text) and not text.endswith("_"):
        plain = _in_decimal(text)
    elif _GROUPED.fullmatch(text):
        plain = re.sub(r"[_', ]", "", text)
    elif _DECIMAL_COMMA.fullmatch(text):
        plain = text.replace(",", ".")
    else:
        return None
    return ValueSyntaxError(f"{text!r} is not a plain decimal number", advice=f'write "{plain}"')


def _in_decimal(text: str) -> str:
    return str(int(re.sub("_", "", text), base=0))


def _compared(text: str) -> ValueSyntaxError | None:
    match = _COMPARED.fullmatch(text)
    if match is None:
        return None
    return ValueSyntaxError(
        "a threshold is compared by its rule, so it has no comparison of its own",
        advice=f'write "{match[1]}"',
    )


def _with_unit(text: str) -> ValueSyntaxError | None:
    match = _WITH_UNIT.fullmatch(text)
    if match is None:
        return None
    number, unit = match[1], match[2]
    if _ALSO_CALLED.get(unit.lower(), unit.lower()) in list(Severity):
        advice = f'write "{number}:{_ALSO_CALLED.get(unit.lower(), unit.lower())}"'
    elif unit == "%":
        advice = f'write "{number}"'
    else:
        advice = f'write the number in the unit of its key, without {unit!r}, for example "{number}"'
    return ValueSyntaxError(f"{unit!r} cannot follow the number", offset=match.start(2), advice=advice)


def _switched_on(text: str) -> ValueSyntaxError | None:
    if text.lower() not in (*ENABLE_WORDS, "yes"):
        return None
    return ValueSyntaxError(
        f"{text!r} is not a threshold",
        advice='write default for the platform\'s threshold, or a number such as "80"',
    )


def _nearest_word(text: str) -> str:
    word = text.lower()
    near = difflib.get_close_matches(word, [*_NO_THRESHOLD, *DISABLE_WORDS, "default"], n=1, cutoff=0.75)
    if not near:
        return _GENERAL_ADVICE
    return f"write {'disable' if near[0] in _NO_THRESHOLD else near[0]}"


_Explanation: TypeAlias = Callable[[str], ValueSyntaxError | None]
_EXPLANATIONS: tuple[_Explanation, ...] = (
    _out_of_range,
    _window,
    _severity,
    _not_finite,
    _other_notation,
    _compared,
    _with_unit,
    _switched_on,
)
