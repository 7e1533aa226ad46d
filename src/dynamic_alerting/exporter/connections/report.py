"""What the log says about closed connections: one line a minute with counts, however many they are."""

import logging
from collections import Counter

from dynamic_alerting.exporter.connections.table import Connections, Reason
from dynamic_alerting.exporter.logs import log_event

_EVERY = 60.0


class Report:
    """Counts since the last line.

    Args:
        connections: The table that counts.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._said: Counter[Reason] = Counter()
        self._failures = 0
        self._error: str | None = None
        self._next = 0.0

    def not_accepted(self, error: OSError) -> None:
        """Counts a connection that could not be accepted."""
        self._failures += 1
        self._error = error.strerror or str(error)

    def say(self) -> None:
        """Logs what happened, if anything did and the last line is long enough ago."""
        now = self._connections.clock()
        if now < self._next:
            return
        closed = self._connections.closed - self._said
        del closed[Reason.IDLE_TIMEOUT]  # in order, and counted in the metrics
        if not closed and not self._failures:
            return
        log_event(
            logging.WARNING,
            "connections closed or not accepted",
            **{reason.value: closed[reason] for reason in Reason if closed[reason]},
            not_accepted=self._failures or None,
            error=self._error,
            open=len(self._connections),
            most=self._connections.limits.connections,
        )
        self._said = self._connections.closed.copy()
        self._failures, self._error = 0, None
        self._next = now + _EVERY
