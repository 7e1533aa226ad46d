"""The tree of one YAML document, with the place of every node.

Nodes are plain objects rather than Python's own dictionaries and lists because everything that is said
about a configuration names a line and a column, and because editing splices text at these places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

NULL_SPELLINGS: Final = frozenset({"", "~", "null", "Null", "NULL"})


class Mark(Protocol):
    """A place in a text, counted from zero: what the parser says, which is kept as it comes."""

    @property
    def line(self) -> int:
        """Lines before this place."""

    @property
    def column(self) -> int:
        """Characters before this place on its line."""


class Scalar(NamedTuple):
    """One scalar; a tuple, because a load makes millions of them.

    Attributes:
        text: its text after unescaping.
        plain: whether it was written without quotes.
        start: the place of its first character, quotes included.
        end: the place after its last character.
    """

    text: str
    plain: bool
    start: Mark
    end: Mark

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
