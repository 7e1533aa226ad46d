"""What it will take to match a block's patterns, known before anything is matched.

A pattern is matched against every label set that an exact key of its name has. RE2's slowest engine takes
about 5 ns for each instruction of the pattern and each character, and any match takes 4 µs even where there
is next to nothing to do. So an effort of 200 million is at most about a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dynamic_alerting.model.patterns import size_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dynamic_alerting.model.configuration import Entry

EFFORT_OF_FILE: Final = 200_000_000
"""Instructions times characters, as below."""

_PER_LABEL_SET: Final = 800  # the instructions and characters that take as long as a match by itself


def pattern_efforts(entries: Sequence[Entry]) -> Iterator[tuple[Entry, int]]:
    """Each entry with a pattern, and the most that it takes to match it against the block's label sets."""
    label_sets: dict[str, int] = {}
    characters: dict[str, int] = {}
    with_patterns = []
    for entry in entries:
        key = entry.key
        if key.patterns:
            with_patterns.append(entry)
        elif key.exact:
            label_sets[key.name] = label_sets.get(key.name, 0) + 1
            length = sum(len(value) for _, value in key.exact)
            characters[key.name] = characters.get(key.name, 0) + length
    for entry in with_patterns:
        key = entry.key
        size = sum(size_of(pattern) for _, pattern in key.patterns)
        yield entry, size * characters.get(key.name, 0) + _PER_LABEL_SET * label_sets.get(key.name, 0)
