"""A process that answers calls of the one that started it.

Requests and answers are pickles on stdin and stdout. It ends when its stdin does, so it cannot outlive the
process that started it, however that one ends.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import sys
from typing import BinaryIO


def answer_calls(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer calls until there are no more; what a call raises is its answer."""
    while True:
        try:
            function, arguments = pickle.load(requests)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        try:
            answer = True, function(*arguments)
        except Exception as error:  # noqa: BLE001 - whoever asked decides what it means
            answer = False, f"{type(error).__name__}: {error}"
        answers.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        answers.flush()


def main() -> None:
    """Answer calls on stdin."""
    # Ctrl-C in a terminal goes to all processes; this one ends when its stdin does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # it lives for one load, and nothing that it makes is in a cycle
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody else may write where the answers go
    with contextlib.suppress(BrokenPipeError, pickle.UnpicklingError):  # the process that asked is gone
        answer_calls(sys.stdin.buffer, answers)
    # Without the interpreter's farewell, which frees what was loaded object by object.
    os._exit(0)


if __name__ == "__main__":
    main()
