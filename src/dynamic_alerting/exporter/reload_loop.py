"""The one background thread that looks at the files and the clock."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime

from dynamic_alerting.exporter.collection import bringing_to_stay
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.exporter.served import Served

#: Longest sleep in seconds while nothing is served yet: a first configuration is not left waiting.
_UNTIL_FIRST = 1.0

#: Shortest sleep in seconds, so that a boundary that lies a rounding error ahead does not make the loop spin.
_SHORTEST = 0.005

#: Shortest sleep in seconds before what a look left alone is looked at again.
_AGAIN = 0.05


class ReloadLoop(threading.Thread):
    """Looks at once, then whenever the interval has passed, a schedule changes, or somebody asks.

    Args:
        reloader: Does the work.
        interval: Seconds between two looks at the files.
        look_again_in: Seconds until a look may take what the last one left alone; None if it left nothing.
    """

    def __init__(
        self, reloader: Reloader, interval: float, look_again_in: Callable[[], float | None] = lambda: None
    ) -> None:
        super().__init__(name="reload", daemon=True)
        self._reloader = reloader
        self._interval = interval
        self._look_again_in = look_again_in
        self._wake = threading.Event()
        self._asked: deque[Future[Served]] = deque()
        self._stopping = threading.Event()

    def look_soon(self) -> None:
        """Makes the next look come now: something happened in the directory."""
        self._wake.set()

    def reload(self) -> Future[Served]:
        """Makes a load happen now, changed or not (SIGHUP, /-/reload); the future is what it led to."""
        done: Future[Served] = Future()
        self._asked.append(done)
        self._wake.set()
        return done

    def stop(self) -> None:
        """Ends the thread after the look that it is in; returns at once."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Looks until stopped."""
        with bringing_to_stay():
            self._reloader.look()
        while not self._stopping.is_set():
            self._wake.wait(self._sleep())
            # Cleared before the look: what is asked for during the look makes another one follow.
            self._wake.clear()
            if not self._stopping.is_set():
                self._look()

    def _look(self) -> None:
        """One look for everybody who asked until now; who asks during it gets the next one."""
        asked = [self._asked.popleft() for _ in range(len(self._asked))]
        self._reloader.look(forced=bool(asked))
        for done in asked:
            if done.set_running_or_notify_cancel():
                done.set_result(self._reloader.served)

    def _sleep(self) -> float:
        sleep = self._interval
        if self._reloader.served.snapshot is None:
            sleep = min(sleep, _UNTIL_FIRST)
        change = self._reloader.next_change
        if change is not None:
            sleep = min(sleep, max((change - datetime.now(UTC)).total_seconds(), _SHORTEST))
        again = self._look_again_in()
        return sleep if again is None else min(sleep, max(again, _AGAIN))
