"""Saying what stays in force beside a name that is refused.

A key, a tenant or a block whose name cannot be used may be one that stood there before, written wrongly. So
whatever has gone from beside it stays, until the name is put right.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.wording import listed

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from dynamic_alerting.config.reporting import FileReport

_NAMED: Final = 5


def say_what_stays(report: FileReport, since: int, ids: Container[str], names: Sequence[str]) -> None:
    """Add to the first finding of some kinds what stays in force beside it.

    Args:
        report: the findings.
        since: the index of the first finding that may be meant.
        ids: the kinds.
        names: what stays; nothing is added where there is nothing.
    """
    if not names:
        return
    for index in range(since, len(report.findings)):
        finding = report.findings[index]
        if finding.id in ids:
            report.findings[index] = replace(finding, message=f"{finding.message} {_stays(names)}")
            return


def _stays(names: Sequence[str]) -> str:
    shown = [shortened(name) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        shown.append(f"{len(names) - _NAMED} more")
    return f"While that is so, what is gone from beside it stays in force: {listed(shown)}."
