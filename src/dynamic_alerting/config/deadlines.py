"""Values that end by themselves, and what there is to say once they have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.compiled import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dynamic_alerting.config.nodes import Scalar
    from dynamic_alerting.config.reporting import FileReport


class Deadlines:
    """The deadlines of one file."""

    def __init__(self, report: FileReport) -> None:
        self._report = report
        self.noted: list[Deadline] = []

    def note(self, expiring: Iterable[tuple[datetime, Scalar]]) -> None:
        """Note instants and where they stand.

        The finding is made now, while the text of the file is at hand, and shown when its time has come.
        """
        for instant, node in expiring:
            finding = self._report.prepared(
                "DA056",
                node.start.line + 1,
                node.start.column + 1,
                text=node.text,
                message=f"This value ended at {instant:%Y-%m-%d %H:%M} UTC and counts as omitted since then.",
                advice="Delete it, or write a later instant.",
                width=len(self._report.written(node)),
            )
            self.noted.append(Deadline(instant, finding))
