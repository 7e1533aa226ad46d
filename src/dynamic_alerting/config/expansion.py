"""How much an alias stands for: the guard against documents that double themselves line by line."""

from __future__ import annotations

from typing import Final, NamedTuple

from dynamic_alerting.config.nodes import Node, Scalar, children

LARGEST_EXPANSION: Final = 10_000  # nodes that all aliases of a file together may add


class Extent(NamedTuple):
    """The size of a subtree with all aliases in it expanded.

    Attributes:
        nodes: how many nodes it has, itself included.
        levels: how many mappings and lists are nested in it, 0 for a scalar.
    """

    nodes: int
    levels: int


def extent_of(node: Node, known: dict[int, Extent]) -> Extent:
    """The extent of a finished subtree.

    Args:
        node: its root. Recursion ends at the builder's bound on nesting.
        known: extents already counted, by id of the node; kept up to date, so that nodes that many
            aliases share are counted once.
    """
    if isinstance(node, Scalar):
        return Extent(1, 0)
    extent = known.get(id(node))
    if extent is None:
        below = [extent_of(child, known) for child in children(node)]
        nodes = 1 + sum(child.nodes for child in below)
        extent = Extent(nodes, 1 + max((child.levels for child in below), default=0))
        known[id(node)] = extent
    return extent
