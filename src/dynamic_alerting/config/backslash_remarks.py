"""What there is to say about backslashes in a key's quoted values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.model.backslashes import doubled, odd_backslashes

if TYPE_CHECKING:
    from dynamic_alerting.config.nodes import Scalar
    from dynamic_alerting.config.reporting import FileReport

_LONGEST_SHOWN = 200


def remark_backslashes(node: Scalar, report: FileReport) -> None:
    """Warn about backslashes that begin no escape, and about those that make a control character."""
    odd = odd_backslashes(node.text)
    if not odd:
        return
    instead = shortened(_as_written(node, doubled(node.text, odd), report), _LONGEST_SHOWN)
    for one in odd:
        if not one.makes:
            report.inside(
                "DA110",
                node,
                one.offset,
                f"{one.text} is no escape of PromQL, so its backslash is taken as written.",
                f"Write a backslash twice: {instead}",
            )
            break
    for one in odd:
        if one.makes:
            report.inside(
                "DA111",
                node,
                one.offset,
                f"{one.text} makes the control character U+{ord(one.makes):04X} here, as in PromQL.",
                f"If a backslash is meant, write it twice: {instead}",
            )
            break


def _as_written(node: Scalar, key: str, report: FileReport) -> str:
    """A key as it would be written in YAML, in the quotes that the node has."""
    quote = report.written(node)[:1]
    if quote == '"':
        return json.dumps(key, ensure_ascii=False)
    return "'{}'".format(key.replace("'", "''")) if quote == "'" else key
