"""A process of one's own to call functions in."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_MODULE: Final = "dynamic_alerting.config.worker_process"
_GRACE: Final = 1.0  # seconds that a process has to end when its stdin is closed


class WorkerLost(Exception):  # noqa: N818 - what happened; whoever asked does the work itself
    """The process cannot be started, ended, or failed at a call."""


class Worker:
    """Starts a new interpreter, never a copy of this process: other threads may hold any lock just now.

    One caller at a time.

    Attributes:
        pid: the process.

    Raises:
        WorkerLost: it cannot be started.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", _MODULE]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this project's own program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except (OSError, ValueError) as error:  # no processes or descriptors left, no interpreter
            raise WorkerLost(str(error)) from error
        self.pid = self._process.pid

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401 - whatever it gives
        """Call a function of a module, with arguments that can be pickled, and wait for what it gives.

        Raises:
            WorkerLost: there is no answer, and there will be none to further calls.
        """
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise WorkerLost("it has no pipes")
        try:
            requests.write(pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL))
            requests.flush()
            is_good, answer = pickle.load(answers)  # noqa: S301 - from a process that this one started
        except (OSError, EOFError, ValueError, pickle.PickleError) as error:
            status = self._process.poll()
            ended = f"ended with status {status}" if status is not None else "gives no answer"
            raise WorkerLost(f"it {ended}: {type(error).__name__} {error}".rstrip()) from error
        if not is_good:
            raise WorkerLost(str(answer))
        return answer

    def close(self) -> None:
        """End the process, and wait until it has ended."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass  # a request that was not read any more
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
