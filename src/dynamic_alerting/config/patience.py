"""Files that are being written in place: their last state stays until they are quiet.

The beginning of a YAML file is mostly valid YAML with fewer keys, so a file that `cp`, an editor or a slow
program writes in place can say less for a moment, and nothing in it tells. What does tell is that the same
file, and not another one in its place, says less than before and changed just now. Such a file is left alone
until it has been quiet, and for no longer than a bound. Files that are replaced (a rename, a ConfigMap), and
changes that take nothing away, are never held up.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.config.readings import Reading
    from dynamic_alerting.config.sources import Signature
    from dynamic_alerting.model.configuration import Entry, Tenant


def _say_nothing(name: str, *, overdue: bool) -> None:
    del name, overdue


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long a file's last state outlives what the file says now. All durations in seconds.

    Attributes:
        emptied: for what is gone from a file that held it.
        quiet: without a further change, until a file counts as written.
        writing: at most, while a file goes on changing.
        missing: before a file that a directory does not list is looked for once more.
        steady: a clock that nobody sets, in seconds.
        say: called once with a file's name when its last state is kept because it is being written, and
            with ``overdue`` when it is not kept any longer although it still changes.
    """

    emptied: float = 300.0
    quiet: float = 1.5
    writing: float = 30.0
    missing: float = 0.05
    steady: Callable[[], float] = time.monotonic
    say: Callable[..., None] = _say_nothing


@dataclass(slots=True)
class _Change:
    """Since when a file has been changing, when it last did, and how it looked then."""

    since: float
    last: float
    signature: Signature


class FilesBeingWritten:
    """The files whose present content is not taken yet."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._changing: dict[str, _Change] = {}

    def __bool__(self) -> bool:
        return bool(self._changing)

    def __contains__(self, name: str) -> bool:
        return name in self._changing

    def forget(self, name: str) -> None:
        """The file says again what is held of it, or its content is taken."""
        self._changing.pop(name, None)

    def forget_others(self, names: Container[str]) -> None:
        """Files that are gone are not being written."""
        self._changing = {name: one for name, one in self._changing.items() if name in names}

    def left(self) -> float | None:
        """Seconds until the first of them may be quiet, negative afterwards; None where none is written."""
        now = self._patience.steady()
        due = (min(one.last + self._patience.quiet, self._due(one)) - now for one in self._changing.values())
        return min(due, default=None)

    def _due(self, change: _Change) -> float:
        return change.since + self._patience.writing

    def is_being_written(self, name: str, before: Signature | None, reading: Reading) -> bool:
        """Whether a content that says less is to be left alone for now.

        Args:
            name: the file.
            before: how it looked at the last look, whatever it said then.
            reading: its present content.
        """
        now = reading.signature
        if now is None or before is None or (now.device, now.inode) != (before.device, before.inode):
            self.forget(name)
            return False
        at = self._patience.steady()
        change = self._changing.get(name)
        if change is None:
            change = _Change(at, at, now)
        elif change.signature != now:
            change.last, change.signature = at, now
        is_changing = at - change.last < self._patience.quiet
        if is_changing and at < self._due(change):
            if name not in self._changing:
                self._changing[name] = change
                self._patience.say(name, overdue=False)
            return True
        if is_changing:
            self._patience.say(name, overdue=True)
        self.forget(name)
        return False


def says_less(last: CompiledFile, new: CompiledFile) -> bool:
    """Whether a content says less than what is held of the file, or is refused in more places."""
    if not new.accepted or new.rejected > last.rejected:
        return True
    if _lacks(last.defaults, new.defaults):
        return True
    if {one.name for one in last.state_filters} - {one.name for one in new.state_filters}:
        return True
    tenants = {tenant.name: tenant for tenant in new.tenants}
    return any(_tenant_lacks(tenant, tenants.get(tenant.name)) for tenant in last.tenants)


def _lacks(old: Iterable[Entry], new: Iterable[Entry]) -> bool:
    return bool({entry.key for entry in old} - {entry.key for entry in new})


def _tenant_lacks(old: Tenant, new: Tenant | None) -> bool:
    if new is None or (old.packs is not None and new.packs is None):
        return True
    if {one.filter for one in old.states} - {one.filter for one in new.states}:
        return True
    return _lacks(old.entries, new.entries)
