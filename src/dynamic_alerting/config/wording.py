"""Turning the model's error fragments into sentences, and naming what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def sentence(fragment: str) -> str:
    """The fragment with a capital at its start and a full stop at its end."""
    text = fragment.strip()
    ended = text if text.endswith((".", "!", "?")) else f"{text}."
    return ended[:1].upper() + ended[1:]


def listed(names: Iterable[str]) -> str:
    """Names for a sentence: "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
