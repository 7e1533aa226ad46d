"""Reading a list of rule packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.nodes import Node, Scalar, Sequence
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.config.reporting import FileReport


def read_pack_names(key: str, node: Node, known: Iterable[str], report: FileReport) -> frozenset[str] | None:
    """The packs that a list names; None where some of them cannot be used, which is reported.

    Args:
        key: what the list stands behind: `_packs` of a tenant, `packs` of the platform.
        node: the list.
        known: the packs that there are.
        report: where everything wrong goes.
    """
    if not isinstance(node, Sequence):
        report.on(
            "DA070",
            node,
            f"{key} is {described(node)}; it is a list of rule packs.",
            f"Write {key}: [{node.text if isinstance(node, Scalar) else 'mariadb'}].",
        )
        return None
    packs = [_pack_name(key, item, known, report) for item in node.items]
    named = frozenset(pack for pack in packs if pack is not None)
    return None if None in packs else named


def _pack_name(key: str, node: Node, known: Iterable[str], report: FileReport) -> str | None:
    if not isinstance(node, Scalar):
        report.on(
            "DA070", node, f"A rule pack is {described(node)}; it is a name.", f"Write {key}: [mariadb]."
        )
        return None
    if node.text not in known:
        report.on(
            "DA071",
            node,
            f"There is no rule pack {shortened(node.text)!r}.",
            f"{did_you_mean(node.text, known)}The packs are {', '.join(sorted(known)) or 'none'}; "
            "a platform's own are known where --packs.dir names them.",
            text=node.text,
        )
        return None
    return node.text
