"""The background thread that asks Prometheus, now and then, which thresholds have no signal.

A thread of its own: discovery decides what is served and must not wait for questions that take seconds.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from dynamic_alerting.config.asked.signals import NoSignals, Signals, SignalsUnknown
from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.loader import Loaded
from dynamic_alerting.exporter.asked import Asked, asked_about
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.logs import log_event, log_failure
from dynamic_alerting.model.catalogue import Catalogue

#: Seconds from a change of the configuration to the question about it: several changes are one question.
SOON = 15.0

#: Seconds between two questions at least, and after one that failed.
AT_LEAST = 300.0

#: Seconds between two questions about a configuration that does not change.
USUALLY = 3600.0

#: The same while there are findings: what was put right, or is only new in Prometheus, goes sooner.
WITH_FINDINGS = 900.0


class ClosableSignals(Signals, Protocol):
    """Signals that are asked through a connection."""

    def close(self) -> None:
        """Closes the connection, which nobody needs for the next hour."""


def _prometheus(settings: DiscoverySettings) -> ClosableSignals:
    # Imported when there is something to ask, in this thread: it costs as much as the rest of the start.
    from dynamic_alerting.prometheus.recorded_signals import RecordedSignals  # noqa: PLC0415

    return RecordedSignals(
        settings.url or "", timeout_s=settings.timeout, bearer_token_file=settings.bearer_token_file
    )


class AskingThread(threading.Thread):
    """Asks soon after a configuration was loaded, and every hour; with findings, more often.

    Args:
        settings: Whom to ask.
        catalogue: The signals of keys.
        source: The configuration directory or file, for excerpts.
        on_news: Called, in this thread, when ``asked`` is another object than before.
        connect: Makes the connection of one round.
        steady: A clock that nobody sets, in seconds.
    """

    def __init__(
        self,
        settings: DiscoverySettings,
        catalogue: Catalogue,
        source: Path,
        on_news: Callable[[], None],
        *,
        connect: Callable[[DiscoverySettings], ClosableSignals] = _prometheus,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="asking", daemon=True)
        self._settings = settings
        self._catalogue = catalogue
        self._source = source
        self._on_news = on_news
        self._connect = connect
        self._steady = steady
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._loaded: Loaded | None = None
        self._changed: float | None = None  # when the first change came that was not asked about
        self._last: float | None = None  # when it was asked last
        self._problem: str | None = None
        self.asked = Asked()

    def follow(self, loaded: Loaded) -> None:
        """Says what is served now; it is asked about soon if it is new."""
        if loaded is not self._loaded:
            self._loaded = loaded
            # In this order, and in ask() in the other one, so that no configuration is forgotten.
            self._changed = self._steady() if self._changed is None else self._changed
            self._wake.set()

    def stop(self) -> None:
        """Ends the thread after the round that it is in; returns at once."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Asks until stopped."""
        while not self._stopping.is_set():
            self._wake.wait(self.pause())
            self._wake.clear()
            if not self._stopping.is_set() and self.pause() == 0:
                self.ask()

    def pause(self) -> float | None:
        """Seconds until the next question; None: until there is a configuration."""
        if self._loaded is None:
            return None
        due = []
        if self._changed is not None:
            due.append(self._changed + SOON)
        if self._last is not None:
            hurried = bool(due) or self._problem is not None
            usually = WITH_FINDINGS if self.asked.findings else USUALLY
            due.append(self._last + (AT_LEAST if hurried else usually))
        return max(0.0, max(due, default=0.0) - self._steady())

    def ask(self) -> None:
        """One round. Never raises an Exception: whatever goes wrong, the last findings stay."""
        self._changed = None
        loaded = self._loaded
        if loaded is None:
            return
        try:
            asked = asked_about(self._findings(loaded), loaded)
        except SignalsUnknown as error:
            level = logging.INFO if isinstance(error, NoSignals) else logging.WARNING
            self._note(str(error), level)
        except Exception as error:  # noqa: BLE001 - a defect must not end the only thread that asks
            if self._problem != repr(error):
                log_failure("asking for signals failed unexpectedly, the last findings stay", error)
            self._problem = repr(error)
        else:
            self._note(None, logging.INFO)
            if asked != self.asked:
                self.asked = asked
                self._on_news()
        self._last = self._steady()

    def _findings(self, loaded: Loaded) -> tuple[Finding, ...]:
        # Imported here, because most of the time, and at the start, there is nothing to ask.
        from dynamic_alerting.config.asked.findings import asked_findings  # noqa: PLC0415
        from dynamic_alerting.config.source_lines import SourceLines  # noqa: PLC0415

        signals = self._connect(self._settings)
        try:
            lines = SourceLines(self._source)
            at = datetime.now(UTC)
            return asked_findings(loaded.configuration, self._catalogue, signals, at, lines).findings
        finally:
            signals.close()

    def _note(self, problem: str | None, level: int) -> None:
        """Says once what is in the way, and once that it is gone."""
        if problem == self._problem:
            return
        if problem is None:
            log_event(level, "signals are known again")
        else:
            log_event(level, "which thresholds have no signal cannot be asked", reason=problem)
        self._problem = problem
