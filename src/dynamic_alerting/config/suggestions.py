"""Did you mean …?"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLOSE_ENOUGH: Final = 0.75
_LONGEST: Final = 100  # characters; nobody mistypes a longer name


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The name that somebody probably meant, or None where nothing is near."""
    return _nearest(text, tuple(names)) if text and len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _nearest(text: str, names: tuple[str, ...]) -> str | None:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(text)
    best, best_ratio = None, _CLOSE_ENOUGH
    for name in sorted(names):
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() > best_ratio and matcher.quick_ratio() > best_ratio:
            ratio = matcher.ratio()
            if ratio > best_ratio:
                best, best_ratio = name, ratio
    return best or _by_part(text, names)


def _by_part(text: str, names: tuple[str, ...]) -> str | None:
    """The one name of which the text is the beginning or the end: "connections" of mysql_connections."""
    ending = [name for name in names if name.endswith(f"_{text}") or name.startswith(f"{text}_")]
    return ending[0] if len(ending) == 1 else None


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """A sentence with the nearest name and a space after it, or nothing where there is none."""
    name = nearest(text, names)
    return f'Did you mean "{name}"? ' if name else ""
