"""The background thread that asks Prometheus, round after round."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from dynamic_alerting.exporter.discovery.learned import DiscoveryHealth, Learned
from dynamic_alerting.exporter.discovery.memory import Memory
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.source import AskError, Source
from dynamic_alerting.exporter.logs import log_event, log_failure
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration
from dynamic_alerting.model.discovery import OpenKeys, open_keys

#: Seconds until the first repetition of a round that failed; doubled each time, up to the interval.
_FIRST_RETRY = 1.0

#: A round within this part of the interval before the next instant stands for it.
_EARLY = 0.05


def _prometheus(settings: DiscoverySettings) -> Source:
    # Imported when there is something to ask, in this thread: it costs as much as the rest of the start.
    from dynamic_alerting.exporter.discovery.asking import PrometheusSource  # noqa: PLC0415

    return PrometheusSource(settings)


class Discovery(threading.Thread):
    """Asks at multiples of the interval, and at once for a new configuration.

    Args:
        settings: Whom to ask, and how often.
        catalogue: The signals of keys.
        on_news: Called, in this thread, when ``learned`` is another object than before.
        connect: Makes the source at the first round that asks.
        clock: Wall clock, in seconds since the epoch.
        steady: A clock that nobody sets, in seconds.
    """

    def __init__(
        self,
        settings: DiscoverySettings,
        catalogue: Catalogue,
        on_news: Callable[[], None],
        *,
        connect: Callable[[DiscoverySettings], Source] = _prometheus,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="discovery", daemon=True)
        self._settings = settings
        self._catalogue = catalogue
        self._on_news = on_news
        self._connect = connect
        self._clock = clock
        self._steady = steady
        self._source: Source | None = None
        self._memory = Memory(settings.retention)
        self._answered: dict[str, float] = {}
        self._keys: Mapping[str, OpenKeys] = {}
        self._configuration: Configuration | None = None
        self._known: Configuration | None = None
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._failed_in_a_row = 0
        self.learned = Learned(health=DiscoveryHealth(configured=settings.url is not None))

    def follow(self, configuration: Configuration) -> None:
        """Says which configuration is served now; a new one is asked about at once."""
        if configuration is not self._configuration:
            self._configuration = configuration
            self._wake.set()

    def stop(self) -> None:
        """Ends the thread after the round that it is in; returns at once."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Asks until stopped."""
        while not self._stopping.is_set():
            self._wake.wait(self.pause())
            # Cleared before the round: a configuration that comes during the round makes another one follow.
            self._wake.clear()
            if not self._stopping.is_set():
                self.ask()

    def pause(self) -> float | None:
        """Seconds until the next round; None: until there is another configuration."""
        if not self._keys or self._settings.url is None:
            return None
        interval = self._settings.interval
        if self._failed_in_a_row:
            return min(interval, _FIRST_RETRY * 2.0 ** min(self._failed_in_a_row - 1, 30))
        # Replicas ask at the same instants, so they serve a new label set at about the same time.
        left = interval - self._clock() % interval
        # A wait that ended a little early must not make two rounds of one.
        return left if left > interval * _EARLY else left + interval

    def ask(self) -> None:
        """One round. Never raises an Exception: whatever goes wrong, the last expansion stays."""
        try:
            self._follow_configuration()
            if self._settings.url is not None:
                self._learn(self._round() if self._keys else None)
        except Exception as error:  # noqa: BLE001 - a defect must not end the only thread that asks
            log_failure("discovery failed unexpectedly, the last expansion stays", error)
            self._learn(f"{type(error).__name__}: {error}")

    def _follow_configuration(self) -> None:
        configuration = self._configuration
        if configuration is None or configuration is self._known:
            return
        names = tuple(self._keys)
        self._keys = open_keys(configuration, self._catalogue)
        self._known = configuration
        self._memory.forget_others(self._keys)
        if self._settings.url is None and self._keys and names != tuple(self._keys):
            log_event(
                logging.WARNING,
                "patterns are not expanded, because no Prometheus is given: they are served as written, and "
                "the label sets that they match keep the base threshold; give --prometheus.url",
                keys=",".join(self._keys),
            )
        health = replace(self.learned.health, names=tuple(self._keys), settled=self._is_settled())
        self._publish(Learned(self.learned.expansion, health, configuration))

    def _is_settled(self) -> bool:
        return all(name in self._answered for name in self._keys)

    def _round(self) -> str | None:
        """Asks for every key; the first problem, or None."""
        problem: str | None = None
        for name, keys in self._keys.items():
            try:
                if self._source is None:
                    self._source = self._connect(self._settings)
                answer = self._source.label_sets(keys)
            except AskError as error:
                problem = problem or str(error)
                if error.is_unreachable:
                    break
                continue
            now = self._steady()
            elapsed = min(now - self._answered.get(name, now), self._settings.interval)
            self._answered[name] = now
            self._memory.learn(name, keys, answer, elapsed)
        return problem

    def _learn(self, problem: str | None) -> None:
        """Publishes what a round brought, and logs what is new about it."""
        before = self.learned
        health = before.health
        if problem is None:
            self._failed_in_a_row = 0
            success = self._clock() if self._keys else None
            health = replace(health, last_success=success or health.last_success, problem=None)
        else:
            self._failed_in_a_row += 1
            health = replace(health, failures=health.failures + 1, problem=problem)
        health = replace(health, settled=self._is_settled())
        learned = Learned(self._memory.expansion(), health, self._known)
        report(before, learned)
        self._publish(learned)

    def _publish(self, learned: Learned) -> None:
        is_news = learned != self.learned
        if is_news or self._settings.url is not None:
            self.learned = learned
        if is_news:
            self._on_news()


def report(before: Learned, after: Learned) -> None:
    """Logs problems that came or went, and keys of tenants that came to have too many label sets."""
    old, new = before.health.problem, after.health.problem
    if new is not None and new != old:
        log_event(logging.WARNING, "label values cannot be asked for, the last expansion stays", reason=new)
    if new is None and old is not None:
        log_event(logging.INFO, "label values are known again", label_sets=after.expansion.label_sets)
    for (tenant, name), count in after.expansion.dropped.items():
        if (tenant, name) not in before.expansion.dropped:
            log_event(
                logging.WARNING,
                "patterns match more label sets than one key may have: the rest keeps the base threshold",
                tenant=tenant,
                key=name,
                dropped=count,
                advice="write a narrower pattern",
            )
