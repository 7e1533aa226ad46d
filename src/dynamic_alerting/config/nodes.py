"""The tree of one YAML document, with the place of every node.

Nodes are plain objects rather than Python's own dictionaries and lists because everything that is said
about a configuration names a line and a column, and because editing splices text at these places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

NULL_SPELLINGS: Final = frozenset({"", "~", "null", "Null", "NULL"})


class Mark(Protocol):
    """A place as libyaml gives it: line and column counted from zero, in characters."""

    @property
    def line(self) -> int:
        """Lines before this place."""

    @property
    def column(self) -> int:
        """Characters before this place on its line."""

    @property
    def index(self) -> int:
        """Characters before this place in the text."""


class Scalar:
    """One scalar: its text after unescaping, and whether it was written plain (without quotes)."""

    __slots__ = ("end", "plain", "start", "text")

    def __init__(self, text: str, plain: bool, start: Mark, end: Mark) -> None:  # noqa: FBT001 - hot path
        self.text = text
        self.plain = plain
        self.start = start
        self.end = end

    @property
    def is_null(self) -> bool:
        """Whether YAML 1.2's core schema reads this scalar as null."""
        return self.plain and self.text in NULL_SPELLINGS


class Sequence:
    """One sequence and its items."""

    __slots__ = ("end", "items", "start")

    def __init__(self, start: Mark) -> None:
        self.start = start
        self.end = start
        self.items: list[Node] = []


class Mapping:
    """One mapping, by the text of its keys.

    Attributes:
        pairs: key text → (key, value). Of a key that is written twice, the first.
        repeated: the keys that are written more than once; neither of their values may be trusted.
    """

    __slots__ = ("end", "pairs", "repeated", "start")

    def __init__(self, start: Mark) -> None:
        self.start = start
        self.end = start
        self.pairs: dict[str, tuple[Scalar, Node]] = {}
        self.repeated: set[str] = set()

    def get(self, key: str) -> Node | None:
        """The value of a key, or None where the key is absent."""
        pair = self.pairs.get(key)
        return None if pair is None else pair[1]


Node = Scalar | Sequence | Mapping


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below one node, keys included, in the order of the file."""
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Mapping):
        for key, value in node.pairs.values():
            yield key
            yield value
