"""Instants as people write them: RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

# Python reads more than this (week dates, no separators, no offset), which other readers would not.
_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:[Zz]|[-+]\d{2}:\d{2})", re.ASCII
)

INSTANT_PATTERN: Final = f"^{_INSTANT.pattern}$"
"""The shape of every valid instant (in ECMA 262 syntax, for the JSON Schema)."""


def parse_instant(text: str) -> datetime | None:
    """The instant in UTC; None where the text is no such instant."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # a 31st of June; a year that UTC's calendar does not have
        return None
