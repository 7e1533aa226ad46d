"""Files to configuration, again and again, without ever losing what was good."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.answers.applying import without_answered
from dynamic_alerting.config.collector import collector_paused
from dynamic_alerting.config.combining import combine
from dynamic_alerting.config.compiled import CompiledFile
from dynamic_alerting.config.emptied import with_what_it_lost, without_moved
from dynamic_alerting.config.file_reader import read_file, rejected
from dynamic_alerting.config.findings import Finding, place_in_file
from dynamic_alerting.config.loaded import FileStatus, Loaded
from dynamic_alerting.config.ownership import is_platform_file, load_order
from dynamic_alerting.config.patience import FilesBeingWritten, Patience, says_less
from dynamic_alerting.config.platform_packs import PacksNotRun
from dynamic_alerting.config.readings import Reading, read_listed
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.sense.tiers import TierSense
from dynamic_alerting.config.sense.unread import Unread
from dynamic_alerting.config.sources import (
    Listing,
    Signature,
    SourceUnreadable,
    list_source,
    still_there,
)
from dynamic_alerting.config.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from dynamic_alerting.model.catalogue import Catalogue

__all__ = ["FileStatus", "Loaded", "Loader", "SourceUnreadable"]

_ATTEMPTS: Final = 20  # to read one generation while others replace it
_OVERDUE: Final = 1.0  # seconds


@dataclass(slots=True)
class _Held:
    """What is remembered of one file.

    Attributes:
        compiled: what it says.
        status: how it is doing.
        problem: why it could not be read; empty where it could.
        fingerprint: its name and content, for the hash over all files.
        ends_a_line: whether the content that is used ended with a line break.
        kept_until: when what the file lost is no longer kept; None where nothing is, or without an end.
    """

    compiled: CompiledFile
    status: FileStatus
    problem: str
    fingerprint: bytes
    ends_a_line: bool
    kept_until: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Whether something is kept no longer."""
        return self.kept_until is not None and now >= self.kept_until


class Loader:
    """Loads a directory of configuration files, or one single file in place of a directory.

    Only files whose content changed are parsed again. A file whose content cannot be used keeps its last
    valid state, and a key whose value cannot be used keeps its last valid value, for as long as the loader
    and the file live. A deleted file takes its tenants with it.

    One caller at a time: calls from several threads wait for each other. What load() returns is immutable
    and may be shared freely.

    Args:
        source: the directory or the file.
        catalogue: the keys that the rule packs declare.
        clock: tells which time-boxed values have ended.
        patience: for how long a file that is emptied or being written keeps its last state; None for a
            loader that takes every content as it is.
        must_be_directory: refuse a source of the other kind; None to take both.
    """

    def __init__(
        self,
        source: Path,
        catalogue: Catalogue,
        clock: Callable[[], datetime] | None = None,
        *,
        patience: Patience | None = None,
        must_be_directory: bool | None = None,
    ) -> None:
        self._source = source
        self._must_be_directory = must_be_directory
        self._patience = patience
        self._writing = FilesBeingWritten(patience or Patience())
        self._vocabulary = Vocabulary(catalogue)
        self._clock = clock or _utc_now
        self._tiers = TierSense(source, catalogue, self._vocabulary.sense)
        self._packs_not_run = PacksNotRun(source, catalogue)
        self._unread = Unread(str(source), ())
        self._lock = Lock()
        self._held: dict[str, _Held] = {}
        self._order: list[str] = []
        self._signatures: dict[str, Signature] = {}
        self._problems: dict[str, str] = {}
        self._unsettled: set[str] = set()  # files of which an equal signature does not prove an equal content
        self._kept: set[str] = set()  # files of which something is kept for a while that they lost
        self._loaded: Loaded | None = None
        self._valid_until: datetime | None = None  # when the next time-boxed value ends

    def load(self, *, reread: bool = False) -> Loaded:
        """Load what changed since the last time.

        Args:
            reread: read and hash every file, even those whose status on disk says that they did not change.

        Returns:
            The same object as last time where nothing is different.

        Raises:
            SourceUnreadable: the directory or the single file cannot be read, does not hold still, or has
                lost all of its files (as when a volume is not mounted); what was loaded stays as it was.
        """
        with self._lock:
            return self._load(None, reread=reread)

    def load_changes(self) -> Loaded | None:
        """What load() gives where changed() is true, else None; looks at the files only once for both.

        Raises:
            SourceUnreadable: as load().
        """
        with self._lock:
            listing = self._list()
            if not self._is_news(listing):
                return None
            before = self._loaded
            loaded = self._load(listing, reread=False)
            return None if loaded is before and self._writing else loaded

    def look_again_in(self) -> float | None:
        """Seconds until a look may find something else although no file changes; None where it will not.

        That is when a file that is being written may be quiet, and when what a file lost is kept no longer.
        """
        now = self._clock()
        kept = [self._held[name].kept_until for name in self._kept if name in self._held]
        ends = [(until - now).total_seconds() for until in kept if until is not None]
        left = self._writing.left()
        first = min(ends if left is None else [*ends, left], default=None)
        # Overdue: something else is in the way, such as a directory that is gone. Looks go on as usual.
        return None if first is None or first < -_OVERDUE else first

    def changed(self) -> bool:
        """Whether load() may give something else than last time.

        Looks at names and status of the files, and reads only those that were written so shortly before
        they were read that their status proves nothing yet, and those that could not be read. It is also a
        change when a time-boxed value ends.
        """
        with self._lock:
            try:
                listing = self._list()
            except SourceUnreadable:
                return True
            return self._is_news(listing)

    def _list(self) -> Listing:
        listing = list_source(self._source)
        if self._must_be_directory is not None and listing.is_directory != self._must_be_directory:
            kind, flag = ("directory", "dir") if listing.is_directory else ("file", "file")
            raise SourceUnreadable(f"{self._source}: it is a {kind}; give it with --config-{flag}")
        return listing

    def _load(self, listing: Listing | None, *, reread: bool) -> Loaded:
        now = self._clock()
        listing, readings = self._read_generation(listing, now, reread=reread)
        with collector_paused():  # once: going on between the two would cost a walk through all that was read
            return self._take(listing, readings, now, reread=reread)

    def _take(
        self, listing: Listing, readings: Mapping[str, Reading], now: datetime, *, reread: bool
    ) -> Loaded:
        held = self._compile(listing, readings, now, reread=reread)
        unread = Unread(str(self._source), listing.others)
        is_news = held is not self._held or unread.names != self._unread.names
        if self._loaded is None or is_news or self._has_expired(now):
            if self._lost_everything(held):
                raise SourceUnreadable(f"{self._source}: none of its files says anything any more")
            self._unread = unread
            self._loaded = self._combine(held, now, is_directory=listing.is_directory)
            self._held = held
        self._remember(listing, readings)
        return self._loaded

    def _lost_everything(self, held: Mapping[str, _Held]) -> bool:
        """Whether a configuration was there, and nothing would be left of it."""
        if self._patience is None or self._loaded is None or not self._loaded.is_configuration:
            return False
        return not any(one.compiled.says_something for one in held.values())

    def _is_news(self, listing: Listing) -> bool:
        if listing.signatures != self._signatures or listing.problems != self._problems:
            return True
        if listing.others and Unread(str(self._source), listing.others).names != self._unread.names:
            return True
        if self._has_expired(self._clock()):
            return True
        return any(self._differs(name, listing) for name in tuple(self._unsettled))

    def _differs(self, name: str, listing: Listing) -> bool:
        reading = read_listed(name, listing)
        if reading is None or not _says_the_same(self._held[name], reading):
            return True
        if reading.is_settled:
            self._unsettled.discard(name)
        return False

    def _has_expired(self, now: datetime) -> bool:
        return self._valid_until is not None and now >= self._valid_until

    def _read_generation(
        self, listing: Listing | None, now: datetime, *, reread: bool
    ) -> tuple[Listing, dict[str, Reading]]:
        """Read what is not known to be unchanged, all from one generation: the listed one, or the present."""
        for _ in range(_ATTEMPTS):
            listing = self._settled(listing or self._list(), reread=reread)
            readings = self._read_changed(listing, now, reread=reread)
            if readings is None or not still_there(self._source, listing):
                listing = None
                continue
            if not listing.names() and self._loaded is not None and self._loaded.is_configuration:
                raise SourceUnreadable(f"{self._source}: all of its files are gone")
            return listing, readings
        raise SourceUnreadable(f"{self._source}: its files were replaced {_ATTEMPTS} times while being read")

    def _settled(self, listing: Listing, *, reread: bool) -> Listing:
        """The listing, or a later one: what is missing in two running is gone.

        Who deletes a file and writes it again, as `git checkout` does with every file, means no deletion.
        """
        patience = self._patience
        missing = self._held.keys() - listing.names()
        if patience is None or reread or not listing.is_directory:
            return listing
        for _ in range(_ATTEMPTS):
            if not missing:
                break
            time.sleep(patience.missing)
            listing, before = self._list(), missing
            missing = self._held.keys() - listing.names()
            if missing <= before:
                break
        return listing

    def _read_changed(self, listing: Listing, now: datetime, *, reread: bool) -> dict[str, Reading] | None:
        """None where a file went away since it was listed."""
        known, unsettled, kept = self._signatures, self._unsettled, self._kept
        readings: dict[str, Reading] = {}
        for name in listing.names():
            signature = listing.signatures.get(name)
            is_known = signature and signature == known.get(name) and name not in unsettled
            if is_known and not reread and not (name in kept and self._has_ended(name, now)):
                continue
            reading = read_listed(name, listing)
            if reading is None:
                return None
            readings[name] = reading
        return readings

    def _has_ended(self, name: str, now: datetime) -> bool:
        return name in self._held and self._held[name].has_ended(now)

    def _compile(
        self, listing: Listing, readings: Mapping[str, Reading], now: datetime, *, reread: bool
    ) -> dict[str, _Held]:
        """What is held of all files; the same object as before where no file says anything else."""
        names = listing.names()
        held = (
            self._held if names >= self._held.keys() else {n: self._held[n] for n in self._held if n in names}
        )
        changed: dict[str, _Held] = {}  # how files were held whose content is another now
        for name, reading in readings.items():
            before = held.get(name)
            is_same = before is not None and _says_the_same(before, reading)
            if is_same:
                self._writing.forget(name)
            if is_same and before is not None and not before.has_ended(now):
                continue
            if reading.data is None and not listing.is_directory:
                raise SourceUnreadable(f"{self._source}: {reading.problem}")
            compiled = self._read(name, reading, before, is_directory=listing.is_directory)
            if before is not None and not is_same and not reread and self._leave(reading, before, compiled):
                continue
            if held is self._held:
                held = held.copy()
            held[name] = _hold(reading, compiled)
            if before is not None:
                changed[name] = before
        if self._patience is not None:
            self._keep_lost(held, changed, now, self._patience)
        return held

    def _keep_lost(
        self, held: dict[str, _Held], changed: Mapping[str, _Held], now: datetime, patience: Patience
    ) -> None:
        """Give changed files for a while what they held and have lost, unless other files have it now."""

        def elsewhere(name: str) -> set[str]:
            others = (one.compiled for other, one in held.items() if other != name)
            return {tenant.name for file in others for tenant in file.tenants}

        for name, before in changed.items():
            one = held[name]
            until = before.kept_until or now + timedelta(seconds=patience.emptied)
            is_cut_off = _is_cut_off(before, one) and says_less(before.compiled, one.compiled)
            compiled, one.kept_until = with_what_it_lost(
                before.compiled, one.compiled, now, until, partial(elsewhere, name), is_cut_off=is_cut_off
            )
            if compiled is not one.compiled:
                one.compiled, one.status = compiled, _status(compiled, one.status.sha256)
                one.ends_a_line |= before.ends_a_line and not compiled.accepted
        candidates = self._kept | changed.keys()
        self._kept = {name for name in candidates if name in held and held[name].kept_until is not None}

    def _leave(self, reading: Reading, before: _Held, compiled: CompiledFile) -> bool:
        """Whether a content is left alone for now, because its file is being written."""
        name = compiled.name
        if self._patience is None or reading.data is None or not _seems_unfinished(before, reading, compiled):
            self._writing.forget(name)
            return False
        return self._writing.is_being_written(name, self._signatures.get(name), reading)

    def _remember(self, listing: Listing, readings: Mapping[str, Reading]) -> None:
        """Remember how the files looked when they were read."""
        self._signatures, self._problems = listing.signatures, listing.problems
        self._unsettled &= listing.names()
        self._writing.forget_others(listing.names())
        for name, reading in readings.items():
            if reading.signature is not None:
                self._signatures[name] = reading.signature
            if reading.is_settled and name not in self._writing:
                self._unsettled.discard(name)
            else:
                self._unsettled.add(name)

    def _read(self, name: str, reading: Reading, before: _Held | None, *, is_directory: bool) -> CompiledFile:
        last = before.compiled if before else None
        if reading.data is None:
            return _unreadable(name, reading.problem, last)
        is_platform = not is_directory or is_platform_file(name)
        return read_file(name, reading.data, self._vocabulary, last, is_platform=is_platform)

    def _combine(self, by_name: Mapping[str, _Held], now: datetime, *, is_directory: bool) -> Loaded:
        if by_name.keys() != self._held.keys():
            self._order = sorted(by_name, key=load_order)
        held = [by_name[name] for name in self._order]
        compiled = [one.compiled for one in held]
        if self._kept:
            compiled = without_moved(compiled)
        combined = combine(compiled, self._vocabulary.built_in, now, is_directory=is_directory)
        for finding in self._tiers.findings(combined.configuration, compiled, now, is_directory=is_directory):
            combined.later.take(finding)
        for finding in self._packs_not_run.findings(combined.configuration, compiled):
            combined.later.take(finding)
        ends = [deadline.expires for file in compiled for deadline in file.deadlines]
        ends += [end for name in self._kept if (end := by_name[name].kept_until) is not None]
        ends += [answer.until for file in compiled for answer in file.answers]
        unread, answered_unread = self._unread.findings(now)
        ends += [one.answer.until for one in answered_unread]
        self._valid_until = min((end for end in ends if end > now), default=None)
        findings = [finding for file in compiled for finding in file.findings] if held else [_no_files()]
        statuses = [one.status for one in held]
        if combined.later:
            findings = [
                finding
                for file in compiled
                for finding in _by_place(file.findings, combined.later.of(file.name))
            ]
            statuses = [_counting(status, combined.later.errors(status.name)) for status in statuses]
        findings, answered = without_answered(findings, compiled, now)
        total = hashlib.sha256(b"".join(one.fingerprint for one in held)).hexdigest()
        return Loaded(
            combined.configuration,
            (*findings, *unread),
            tuple(statuses),
            total,
            is_configuration=any(file.says_something for file in compiled),
            answered=(*answered, *answered_unread),
            answers={file.name: file.answers for file in compiled if file.answers},
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _hold(reading: Reading, compiled: CompiledFile) -> _Held:
    digest = reading.digest
    fingerprint = f"{compiled.name}\0{digest}\n".encode()
    return _Held(compiled, _status(compiled, digest), reading.problem, fingerprint, reading.ends_a_line)


def _status(compiled: CompiledFile, digest: str) -> FileStatus:
    return FileStatus(compiled.name, digest, compiled.accepted, compiled.rejected)


def _says_the_same(before: _Held, reading: Reading) -> bool:
    return before.problem == reading.problem and before.status.sha256 == reading.digest


def _seems_unfinished(before: _Held, reading: Reading, compiled: CompiledFile) -> bool:
    """Whether a content may be the beginning of one: it says less, or its last line has no end any more."""
    return _is_cut_off(before, reading) or says_less(before.compiled, compiled)


def _is_cut_off(before: _Held, now: _Held | Reading) -> bool:
    return before.ends_a_line and not now.ends_a_line


def _unreadable(name: str, problem: str, last: CompiledFile | None) -> CompiledFile:
    report = FileReport(name)
    report.at_position(
        "DA001",
        1,
        1,
        text=name,
        message=f"The file cannot be read: {problem}.",
        advice="Put a regular file that the exporter's user may read in its place, or delete it.",
    )
    return rejected(last or CompiledFile(name), report)


def _no_files() -> Finding:
    return Finding(
        "DA005",
        ".",
        1,
        1,
        "",
        "The directory holds no file that ends in .yaml or .yml, so there is nothing to serve.",
        "Put _defaults.yaml and a file for each tenant into it, or name another directory.",
    )


def _by_place(findings: Iterable[Finding], later: list[Finding]) -> Iterable[Finding]:
    if not later:
        return findings
    return sorted((*findings, *later), key=place_in_file)


def _counting(status: FileStatus, errors: int) -> FileStatus:
    return replace(status, rejected_keys=status.rejected_keys + errors) if errors else status
