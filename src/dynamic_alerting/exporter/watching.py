"""Directory notifications, which only make the next look at the files come sooner."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from dynamic_alerting.exporter.logs import log_event

#: Milliseconds without a further event before the look: a file that is being written is left to settle.
_SETTLE = 50

#: Milliseconds after which the look comes even though events keep coming.
_AT_MOST = 400

#: Milliseconds between two checks of whether to stop.
_STOP_CHECK = 200


class DirectoryWatch(threading.Thread):
    """Calls back when something happens in a directory.

    The directory is watched, never one file in it: a ConfigMap's files are symlinks whose targets are
    swapped, and a watch on such a file goes blind after the first swap. When no watch can be had (too many
    watches, a network file system), the regular look every second still finds every change.
    """

    def __init__(self, directory: Path, on_event: Callable[[], None]) -> None:
        super().__init__(name="directory-watch", daemon=True)
        self._directory = directory
        self._on_event = on_event
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends the watch; returns at once."""
        self._stopping.set()

    def run(self) -> None:
        """Watches until stopped, or until the directory can no longer be watched."""
        # Imported here, in the thread: the first load does not have to wait for it.
        from watchfiles import watch  # noqa: PLC0415

        try:
            for _ in watch(
                self._directory,
                watch_filter=None,
                stop_event=self._stopping,
                recursive=False,
                step=_SETTLE,
                debounce=_AT_MOST,
                rust_timeout=_STOP_CHECK,
                ignore_permission_denied=True,
            ):
                self._on_event()
        except (OSError, RuntimeError) as error:
            log_event(
                logging.WARNING,
                "directory notifications are not available, changes are found by looking",
                directory=str(self._directory),
                reason=str(error),
            )
