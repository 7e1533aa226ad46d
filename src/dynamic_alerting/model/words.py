"""The words that values are made of, beside numbers. Case does not matter in them."""

DEFAULT_WORDS = ("default", "null", "~", "")
"""The value counts as omitted."""

DISABLE_WORDS = ("disable", "disabled", "off", "false")
ENABLE_WORDS = ("enable", "enabled", "on", "true")

AROUND = " \t\r\n"
"""What may stand around a value: YAML's block scalars (`|`, `>`) end with a line break."""

AROUND_PATTERN = r"[ \t\r\n]*"
"""The same as an ECMA 262 pattern."""


def pattern_of(words: tuple[str, ...]) -> str:
    """Return an ECMA 262 pattern, for the JSON Schema, that matches each word in any case."""
    return "|".join(
        "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in word)
        for word in words
    )
