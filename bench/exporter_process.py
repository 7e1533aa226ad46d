"""The real threshold-exporter as a process of its own: start, scrapes, CPU time and memory."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import IO, Self

from bench.measuring import ROOT, private_bytes

_PROGRAM = Path(sys.executable).parent / "threshold-exporter"
_MARKS = ("msg=listening", 'msg="configuration loaded"')
_RELOADED = 'msg="configuration reloaded"'
_PATIENCE = 120.0


class ExporterProcess:
    """Runs the program on a free port from ``with`` to its end.

    Its log says when it is ready: asking it again and again would take CPU time from the load.

    Args:
        directory: The configuration.
        checkout: Whose program; this one's without it.
        flags: More flags.

    Attributes:
        started_in: Seconds from its start until it is ready and its first scrape is answered.
    """

    def __init__(self, directory: Path, checkout: Path = ROOT, flags: Sequence[str] = ()) -> None:
        begun = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - this project's own program
            [
                _PROGRAM,
                "--config-dir",
                directory,
                "--web.listen-address",
                "127.0.0.1:0",
                "--web.enable-lifecycle",
                *flags,
            ],
            stderr=subprocess.PIPE,
            text=True,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout / "src")},
        )
        self._port = 0
        try:
            self._wait_until_ready()
            self.scrape()
        except BaseException:  # also Ctrl-C: nobody else can end it yet
            self._end()
            raise
        self.started_in = time.perf_counter() - begun
        self._reloads = 0
        self._reloaded = Condition()
        # A pipe that nobody empties would stop it some time.
        self._emptying = Thread(target=self._empty, daemon=True)
        self._emptying.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._emptying.join()
        self._log().close()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)

    def scrape(self, encoding: str = "identity") -> bytes:
        """One scrape, as Prometheus makes it."""
        return self._ask("GET", "/metrics", {"Accept-Encoding": encoding})

    def reload(self) -> None:
        """Has everything read again, and waits for it."""
        self._ask("POST", "/-/reload", {})

    def reload_after(self, change: Callable[[], object]) -> None:
        """Changes something, and waits until the log says that it is served.

        Raises:
            TimeoutError: It did not say so.
        """
        with self._reloaded:
            before = self._reloads
            change()
            if not self._reloaded.wait_for(lambda: self._reloads > before, _PATIENCE):
                raise TimeoutError("the exporter did not reload what was changed")

    def cpu_of(self, scrapes: int, *, encoding: str) -> float:
        """Seconds of CPU that one scrape takes the exporter, as the mean of several."""
        before = self.cpu()
        for _ in range(scrapes):
            self.scrape(encoding)
        return (self.cpu() - before) / scrapes

    def cpu(self) -> float:
        """Seconds of CPU of all its threads so far; the kernel counts them in nanoseconds."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def resident_bytes(self) -> int:
        """Its memory: the part that it shares with nothing else."""
        return private_bytes(self._process.pid)

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"{path} answered {response.status}")
        return body

    def _wait_until_ready(self) -> None:
        log = self._log()
        awaited = set(_MARKS)
        line = ""
        while awaited:
            before, line = line, log.readline()
            if not line:
                raise RuntimeError(f"the exporter ended with status {self._process.wait()}: {before.strip()}")
            address = re.search(r'msg=listening .*address="?127\.0\.0\.1:(\d+)', line)
            if address is not None:
                self._port = int(address[1])
            awaited = {mark for mark in awaited if mark not in line}

    def _empty(self) -> None:
        for line in self._log():
            if _RELOADED in line:
                with self._reloaded:
                    self._reloads += 1
                    self._reloaded.notify_all()

    def _log(self) -> IO[str]:
        if self._process.stderr is None:
            raise RuntimeError("the exporter's log is not connected")
        return self._process.stderr
