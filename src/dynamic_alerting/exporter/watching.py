"""Directory notifications, which only make the next look at the files come sooner."""

import logging
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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

    A directory that is not there yet, or goes, is waited for where it would appear: in the nearest directory
    above it that exists. One that another takes the place of (a link that is swapped) is left for that one.
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
        """Watches until stopped, or until there are no notifications to be had."""
        while not self._stopping.is_set():
            place = _nearest(self._directory)
            try:
                self._watch(place)
            except (OSError, RuntimeError) as error:
                if _nearest(self._directory) == place:
                    log_event(
                        logging.WARNING,
                        "directory notifications are not available, changes are found by looking",
                        directory=str(self._directory),
                        reason=str(error),
                    )
                    return
            # Whatever happened between two watches, nobody was told.
            self._on_event()

    def _watch(self, place: "_Place") -> None:
        """Watches one place until stopped, or until another is the nearest."""
        # Imported here, in the thread: the first load does not have to wait for it.
        from watchfiles import watch  # noqa: PLC0415

        is_it = place.path == self._directory
        for events in watch(
            place.path,
            watch_filter=None,
            stop_event=self._stopping,
            recursive=False,
            step=_SETTLE,
            debounce=_AT_MOST,
            rust_timeout=_STOP_CHECK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if _nearest(self._directory) != place:
                return
            if events and is_it:
                self._on_event()


class _Place(NamedTuple):
    """A directory, and which one it is."""

    path: Path
    device: int
    inode: int


def _nearest(directory: Path) -> _Place:
    """The directory, or the nearest one above it that exists."""
    for path in (directory, *directory.absolute().parents):
        try:
            status = path.stat()
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            return _Place(path, status.st_dev, status.st_ino)
    return _Place(Path("/"), 0, 0)
