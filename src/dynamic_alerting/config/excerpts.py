"""The lines of a file around a place, with a caret under the offending text."""

from __future__ import annotations

import re
from typing import Final

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_WIDEST: Final = 120  # characters of a line that an excerpt shows
_BEFORE: Final = 60  # how many of them stand before the offending text where the line is longer


def split_lines(text: str) -> list[str]:
    """The lines as YAML counts them: unlike str.splitlines, only CR, LF and CRLF break a line."""
    return _LINE_BREAK.split(text) if "\r" in text else text.split("\n")


def excerpt(text: str, line: int, column: int, width: int) -> str:
    """One line of a file and a caret line below it.

    Args:
        text: the line.
        line: its number, counted from 1.
        column: where the offending text starts, counted from 1 in characters.
        width: how many characters it has; at least one caret is drawn.

    Returns:
        Two lines, or nothing where the line is empty.
    """
    if not text:
        return ""
    shown, offset = _clipped(text, column - 1)
    before = shown[: max(0, column - 1 - offset)]
    room = max(1, len(shown) - len(before))
    carets = "^" * max(1, min(width, room))
    gutter = f"{line:>5} | "
    # Tabs are repeated, so that the caret stands right at any tab width.
    indent = "".join("\t" if character == "\t" else " " for character in before)
    return f"{gutter}{shown}\n{' ' * (len(gutter) - 2)}| {indent}{carets}"


def _clipped(text: str, start: int) -> tuple[str, int]:
    if len(text) <= _WIDEST:
        return text, 0
    offset = max(0, min(start - _BEFORE, len(text) - _WIDEST))
    return text[offset : offset + _WIDEST], offset
