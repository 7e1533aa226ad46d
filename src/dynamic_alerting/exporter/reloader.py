"""Keeps what is served up to date: with the files, and with the clock."""

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from dynamic_alerting.config.answers.applying import answered_among
from dynamic_alerting.config.collector import collector_paused
from dynamic_alerting.config.loader import Loaded, SourceUnreadable
from dynamic_alerting.exporter.asked import Asker, NotAsking
from dynamic_alerting.exporter.discovery.expansion import Expansion
from dynamic_alerting.exporter.discovery.learned import Discoverer, NoDiscovery
from dynamic_alerting.exporter.logs import log_event, log_failure
from dynamic_alerting.exporter.own_metrics import ReloadHealth
from dynamic_alerting.exporter.reload_report import (
    report_expansion,
    report_findings,
    report_reload,
    report_waiting,
)
from dynamic_alerting.exporter.served import Served, Waiting, serve
from dynamic_alerting.exporter.snapshot import Snapshot, advance, build_snapshot
from dynamic_alerting.exporter.startup_wait import StartupWait, why_no_configuration
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.versions import packs_version


class Source(Protocol):
    """What is read again and again: config.loader.Loader."""

    def load(self, *, reread: bool = False) -> Loaded:
        """Reads everything that changed; with ``reread``, everything."""

    def load_changes(self) -> Loaded | None:
        """Does the same where anything may have changed, which is cheap to tell; else None."""


def utc_now() -> datetime:
    """The clock of the process."""
    return datetime.now(UTC)


class Reloader:
    """Looks at the source, the clock and discovery, and replaces what is served in one assignment.

    Only one thread may call look(); any thread may read ``served`` at any time, and gets one generation.
    """

    def __init__(
        self,
        source: Source,
        catalogue: Catalogue,
        *,
        clock: Callable[[], datetime] = utc_now,
        started: float | None = None,
        discovery: Discoverer | None = None,
        series_limit: int = 0,
        asker: Asker | None = None,
        startup_wait: float = 0,
    ) -> None:
        self._source = source
        self._catalogue = catalogue
        self._packs = packs_version(catalogue)
        self._discovery = discovery or NoDiscovery()
        self._learned = self._discovery.learned
        self._asker = asker or NotAsking()
        self._asked = self._asker.asked
        self._clock = clock
        self._series_limit = series_limit
        self._started = clock().timestamp() if started is None else started
        self._wait = StartupWait(startup_wait, catalogue, clock)
        self._health = ReloadHealth(discovery=self._learned.health)
        #: The first snapshot, once it is built and as long as it is not served.
        self.prepared: Snapshot | None = None
        self.served: Served = serve(None, self._health, self._started, self._packs)

    @property
    def next_change(self) -> datetime | None:
        """When a schedule or an expiry next changes something."""
        return self.served.snapshot.next_change if self.served.snapshot else None

    def look(self, *, forced: bool = False) -> None:
        """Loads again if the source changed (or always, if forced), else follows clock and discovery.

        Never raises an Exception: whatever goes wrong, the last snapshot stays served, and logs and metrics
        say why.
        """
        try:
            with collector_paused():  # over both halves of a load: the lines are as many objects again
                self._look(forced=forced)
        except SourceUnreadable as error:
            self._note_unreadable(str(error))
        except Exception as error:  # noqa: BLE001 - a defect must not end the only thread that reloads
            log_failure("reload failed unexpectedly, the last snapshot stays served", error)
            self._note_unreadable(f"{type(error).__name__}: {error}")

    def _look(self, *, forced: bool) -> None:
        begun = time.perf_counter()
        must_load = forced or self._must_load()
        loaded = self._source.load(reread=forced) if must_load else self._source.load_changes()
        if loaded is not None:
            self._take(loaded, begun)
        elif self._is_due():
            self._follow_clock()
        elif self._learned is not self._discovery.learned:
            self._follow_discovery()
        elif self._asked is not self._asker.asked:
            self._follow_asked()

    def _must_load(self) -> bool:
        """Nothing has been loaded yet, or the last attempt failed: there is nothing to compare with."""
        return self.served.snapshot is None or self._health.unreadable is not None

    def _take(self, loaded: Loaded, begun: float) -> None:
        """Serves what was loaded since the performance counter was at ``begun``."""
        before = self.served.snapshot
        if before is None and not loaded.is_configuration:
            self._note_unreadable(why_no_configuration(loaded), loaded)
            return
        expansion = self._take_learned()
        at, limit = self._clock(), self._series_limit
        if self.prepared is not None and self.prepared.loaded is loaded:
            snapshot = advance(self.prepared, at, expansion)
        else:
            last = before or self.prepared
            snapshot = build_snapshot(loaded, self._catalogue, at, last, expansion, limit=limit)
        snapshot = self._with_asked(snapshot)
        if before is None and (reason := self._wait.reason(loaded.configuration, self._learned)):
            self.prepared = snapshot
            self._health = replace(self._health, unreadable=None)
            level = logging.WARNING if self._learned.health.problem else logging.INFO
            self._publish_waiting(Waiting(reason, snapshot.findings, loaded.sha256), level)
            self._discovery.follow(loaded.configuration)
            return
        self.prepared = None
        duration = time.perf_counter() - begun
        successful = all(status.accepted for status in loaded.files)
        self._health = replace(
            self._health,
            successful=successful,
            last_success=self._clock().timestamp() if successful else self._health.last_success,
            successes=self._health.successes + successful,
            failures=self._health.failures + (not successful),
            duration=duration,
            unreadable=None,
        )
        self._publish(snapshot)
        report_reload(before, snapshot, duration)
        if before is None and self._wait.has_passed(loaded.configuration, self._learned):
            log_event(
                logging.WARNING,
                "thresholds are served although patterns are not expanded yet",
                keys=",".join(self._wait.names),
                reason=self._learned.health.problem,
            )
        # After all that: what follows walks through all tenants in other threads, which would hold this up.
        self._discovery.follow(loaded.configuration)
        self._asker.follow(loaded)
        if before is None:
            gc.freeze()  # what the first load made stays for long, in no cycle: nobody need walk through it

    def _is_due(self) -> bool:
        snapshot = self.served.snapshot
        if snapshot is None or snapshot.next_change is None:
            return False
        now = self._clock()
        return now >= snapshot.next_change or now < snapshot.at

    def _follow_clock(self) -> None:
        before = self.served.snapshot
        if before is None:
            return
        snapshot = self._with_asked(advance(before, self._clock(), self._take_learned()))
        self._publish(snapshot)
        following = snapshot.next_change.isoformat() if snapshot.next_change else None
        log_event(logging.INFO, "schedule followed", series=snapshot.series, next_change=following)
        report_findings(before, snapshot)

    def _follow_discovery(self) -> None:
        """Renders who has other label sets; mostly nobody, and only the health of discovery is news."""
        before = self.served.snapshot
        expansion = self._take_learned()
        if before is None or before.expansion is expansion:
            self._publish(before)
            return
        snapshot = self._with_asked(advance(before, self._clock(), expansion))
        self._publish(snapshot)
        report_expansion(before, snapshot)
        report_findings(before, snapshot)

    def _follow_asked(self) -> None:
        """Shows what Prometheus told about the configuration; what is served stays."""
        before = self.served.snapshot
        if before is None:
            return
        snapshot = self._with_asked(advance(before, self._clock(), before.expansion))
        self._publish(snapshot)
        report_findings(before, snapshot)

    def _with_asked(self, snapshot: Snapshot) -> Snapshot:
        self._asked = self._asker.asked
        told = self._asked.about(snapshot.loaded)
        if not told:
            return snapshot
        found = answered_among(told, snapshot.loaded.answers, self._clock()).shown
        return replace(snapshot, findings=(*snapshot.findings, *found))

    def _take_learned(self) -> Expansion:
        self._learned = self._discovery.learned
        self._health = replace(self._health, discovery=self._learned.health)
        return self._learned.expansion

    def _note_unreadable(self, reason: str, loaded: Loaded | None = None) -> None:
        """Says once per reason that loading fails; the look that repeats it every second is not news."""
        is_news = reason != self._health.unreadable
        if is_news:
            failures = self._health.failures + 1
            self._health = replace(self._health, successful=False, failures=failures, unreadable=reason)
        if self.served.snapshot is None:
            read = (loaded.findings, loaded.sha256) if loaded is not None else ((), "")
            self._publish_waiting(Waiting(reason, *read), logging.WARNING)
        elif is_news:
            log_event(
                logging.ERROR,
                "configuration cannot be loaded, the last snapshot stays served",
                reason=reason,
            )
            self._publish(self.served.snapshot)

    def _publish_waiting(self, waiting: Waiting, level: int) -> None:
        """Serves the reason why there is nothing else; says it once."""
        before = self.served.waiting
        if waiting != before or self.served.health != self._health:
            self.served = serve(None, self._health, self._started, self._packs, waiting)
            report_waiting(before, waiting, level)

    def _publish(self, snapshot: Snapshot | None) -> None:
        self.served = serve(snapshot, self._health, self._started, self._packs)
