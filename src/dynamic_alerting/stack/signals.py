"""Turning the signals that ask a process to end into an exception, so that ``with`` blocks are left."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ASK_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndRequested(BaseException):
    """Somebody asked this process to end: Ctrl-C, ``kill``, a closed terminal."""


@contextmanager
def end_on(numbers: tuple[signal.Signals, ...] = ASK_TO_END) -> Iterator[None]:
    """Raise EndRequested in the main thread when one of the signals comes."""

    def request(number: int, _: FrameType | None) -> NoReturn:
        raise EndRequested(signal.Signals(number).name)

    before = {number: signal.signal(number, request) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
