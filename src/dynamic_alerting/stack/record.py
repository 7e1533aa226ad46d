"""What runs in a state directory, written down so that another process can see it or clean it up."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from dynamic_alerting.stack.errors import AlreadyRunningError, StackError
from dynamic_alerting.stack.identity import Identity
from dynamic_alerting.stack.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

RECORD_NAME = "running.json"
LOCK_NAME = "lock"


@dataclass(frozen=True, slots=True)
class ProgramRecord:
    """A process that was started for the platform."""

    name: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Record:
    """A platform: who holds it, with which settings, and every process that was started for it."""

    holder: Identity
    settings: Settings
    ready: bool
    programs: tuple[ProgramRecord, ...]

    def write(self) -> None:
        """Replace the record in the state directory, in one step."""
        body = {
            "holder": asdict(self.holder),
            "settings": json.loads(self.settings.to_json()),
            "ready": self.ready,
            "programs": [asdict(program) for program in self.programs],
        }
        write_atomically(self.settings.state_dir / RECORD_NAME, json.dumps(body, indent=2) + "\n")

    @classmethod
    def read(cls, state_dir: Path) -> Self | None:
        """Read the record of a state directory; None when nothing was left running in it.

        Raises:
            StackError: the file is not such a record.
        """
        path = state_dir / RECORD_NAME
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                holder=Identity(**body["holder"]),
                settings=Settings.from_json(json.dumps(body["settings"])),
                ready=body["ready"],
                programs=tuple(
                    ProgramRecord(entry["name"], Identity(**entry["identity"])) for entry in body["programs"]
                ),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            advice = "see which of the processes in it still run, end them, and delete the file"
            raise StackError(f"{path} is damaged ({error!r}): {advice}") from error

    @staticmethod
    def remove(state_dir: Path) -> None:
        """Forget the platform, after its last process has ended."""
        with suppress(FileNotFoundError):
            (state_dir / RECORD_NAME).unlink()


class StateLock:
    """Holding a state directory. The system lets go of it when the holder ends, however it ends."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the directory.

        Raises:
            AlreadyRunningError: another process holds it.
        """
        self._state_dir.mkdir(parents=True, exist_ok=True)
        # Not inherited by children: they would keep holding it after this process is gone.
        self._file = os.open(self._state_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            advice = "look with `da-tools stack status`, end it with `da-tools stack down`"
            raise AlreadyRunningError(f"the platform in {self._state_dir} runs already: {advice}") from error

    def release(self) -> None:
        """Let go of the directory."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old or the new text, also after a crash."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
