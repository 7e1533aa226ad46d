"""The process that holds a platform in the background after ``up`` has returned.

``python -m dynamic_alerting.stack.supervisor SETTINGS_AS_JSON``. Until all is healthy it tells its starter
on standard output, one JSON object a line: ``{"said": TEXT}``, at last ``{"ready": true}`` or
``{"failed": TEXT}``. SIGTERM ends it and the platform; SIGHUP makes it start again what ended by itself.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.platform import Platform
from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.settings import Settings
from dynamic_alerting.stack.signals import EndRequested, end_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOOK_EVERY_S = 1.0
_LOOK_FOR_STARTER_EVERY_MS = 200


class StarterGone(BaseException):
    """The process that waits for the platform ended before it was ready."""


def main() -> int:
    """Hold a platform until told to end."""
    settings = Settings.from_json(sys.argv[1])
    asked_to_repair = threading.Event()
    # From the beginning: without a handler, a request that comes while all is being started would end it.
    signal.signal(signal.SIGHUP, lambda *_: asked_to_repair.set())
    try:
        with (
            end_on((signal.SIGTERM, signal.SIGINT)),
            _starter_watched() as let_starter_go,
            Platform(settings, Programs.find(), _say) as platform,
        ):
            let_starter_go()
            _tell({"ready": True})
            _hold(platform, asked_to_repair)
    except StackError as error:
        _log(str(error))
        _tell({"failed": str(error)})
        return 2
    except EndRequested as request:
        _log(f"ended by {request}")
    except StarterGone:
        _log("ended: nobody waits for it any more")
    return 0


@contextmanager
def _starter_watched() -> Iterator[Callable[[], None]]:
    """Have this process asked to end when its starter dies; until the function it gives is called.

    What is told to a starter that is gone fails too, but minutes may pass in which nothing is to be told.
    """
    let_go = threading.Event()

    def watch() -> None:
        pipe = select.poll()
        pipe.register(sys.stdout.fileno(), 0)  # that nobody reads it any more is told in any case
        while not let_go.is_set():
            if pipe.poll(_LOOK_FOR_STARTER_EVERY_MS):
                _log("nobody waits for it any more")
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watching = threading.Thread(target=watch, name="starter", daemon=True)
    watching.start()

    def stop() -> None:
        let_go.set()
        watching.join()

    try:
        yield stop
    finally:
        stop()


def _hold(platform: Platform, asked_to_repair: threading.Event) -> NoReturn:
    """Watch the programs; ends by EndRequested only."""
    # The starter has returned: its end of the pipe is closed.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    known_dead: set[str] = set()
    while True:
        dead = set(platform.dead())
        for name in sorted(dead - known_dead):
            _log(f"{name} ended by itself; `da-tools stack up` starts it again")
        known_dead = dead
        if asked_to_repair.wait(_LOOK_EVERY_S):
            asked_to_repair.clear()
            try:
                platform.start_again(sorted(dead))
            except StackError as error:
                _log(str(error))


def _say(text: str) -> None:
    _log(text)
    _tell({"said": text})


def _tell(message: dict[str, object]) -> None:
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        # Python would try to flush the rest at exit, and complain.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        raise StarterGone from error


def _log(text: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
