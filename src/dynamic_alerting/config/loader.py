"""Files to configuration, again and again, without ever losing what was good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.answers.applying import without_answered
from dynamic_alerting.config.collector import collector_paused
from dynamic_alerting.config.combining import combine
from dynamic_alerting.config.compiled import CompiledFile
from dynamic_alerting.config.file_reader import read_file, rejected
from dynamic_alerting.config.findings import Finding, place_in_file
from dynamic_alerting.config.loaded import FileStatus, Loaded
from dynamic_alerting.config.ownership import is_platform_file, load_order
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


@dataclass(slots=True)
class _Held:
    """What is remembered of one file.

    Attributes:
        compiled: what it says.
        status: how it is doing.
        problem: why it could not be read; empty where it could.
        fingerprint: its name and content, for the hash over all files.
    """

    compiled: CompiledFile
    status: FileStatus
    problem: str
    fingerprint: bytes


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
    """

    def __init__(
        self, source: Path, catalogue: Catalogue, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._source = source
        self._vocabulary = Vocabulary(catalogue)
        self._clock = clock or _utc_now
        self._tiers = TierSense(source, catalogue)
        self._unread = Unread(str(source), ())
        self._lock = Lock()
        self._held: dict[str, _Held] = {}
        self._order: list[str] = []
        self._signatures: dict[str, Signature] = {}
        self._problems: dict[str, str] = {}
        self._unsettled: set[str] = set()  # files of which an equal signature does not prove an equal content
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
            listing = list_source(self._source)
            return self._load(listing, reread=False) if self._is_news(listing) else None

    def changed(self) -> bool:
        """Whether load() may give something else than last time.

        Looks at names and status of the files, and reads only those that were written so shortly before
        they were read that their status proves nothing yet, and those that could not be read. It is also a
        change when a time-boxed value ends.
        """
        with self._lock:
            try:
                listing = list_source(self._source)
            except SourceUnreadable:
                return True
            return self._is_news(listing)

    def _load(self, listing: Listing | None, *, reread: bool) -> Loaded:
        listing, readings = self._read_generation(listing, reread=reread)
        with collector_paused():
            held = self._compile(listing, readings)
        now = self._clock()
        unread = Unread(str(self._source), listing.others)
        is_news = held is not self._held or unread.names != self._unread.names
        if self._loaded is None or is_news or self._has_expired(now):
            self._unread = unread
            with collector_paused():
                self._loaded = self._combine(held, now, is_directory=listing.is_directory)
            self._held = held
        self._remember(listing, readings)
        return self._loaded

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
        self, listing: Listing | None, *, reread: bool
    ) -> tuple[Listing, dict[str, Reading]]:
        """Read what is not known to be unchanged, all from one generation: the listed one, or the present."""
        for _ in range(_ATTEMPTS):
            listing = listing or list_source(self._source)
            readings = self._read_changed(listing, reread=reread)
            if readings is None or not still_there(self._source, listing):
                listing = None
                continue
            if self._held and not listing.names():
                raise SourceUnreadable(f"{self._source}: all of its files are gone")
            return listing, readings
        raise SourceUnreadable(f"{self._source}: its files were replaced {_ATTEMPTS} times while being read")

    def _read_changed(self, listing: Listing, *, reread: bool) -> dict[str, Reading] | None:
        """None where a file went away since it was listed."""
        known, unsettled = self._signatures, self._unsettled
        readings: dict[str, Reading] = {}
        for name in listing.names():
            signature = listing.signatures.get(name)
            if signature and signature == known.get(name) and name not in unsettled and not reread:
                continue
            reading = read_listed(name, listing)
            if reading is None:
                return None
            readings[name] = reading
        return readings

    def _compile(self, listing: Listing, readings: Mapping[str, Reading]) -> dict[str, _Held]:
        """What is held of all files; the same object as before where no file says anything else."""
        names = listing.names()
        held = (
            self._held if names >= self._held.keys() else {n: self._held[n] for n in self._held if n in names}
        )
        for name, reading in readings.items():
            before = held.get(name)
            if before is not None and _says_the_same(before, reading):
                continue
            if reading.data is None and not listing.is_directory:
                raise SourceUnreadable(f"{self._source}: {reading.problem}")
            if held is self._held:
                held = held.copy()
            held[name] = self._hold(name, reading, before, is_directory=listing.is_directory)
        return held

    def _remember(self, listing: Listing, readings: Mapping[str, Reading]) -> None:
        """Remember how the files looked when they were read."""
        self._signatures, self._problems = listing.signatures, listing.problems
        self._unsettled &= listing.names()
        for name, reading in readings.items():
            if reading.signature is not None:
                self._signatures[name] = reading.signature
            if reading.is_settled:
                self._unsettled.discard(name)
            else:
                self._unsettled.add(name)

    def _hold(self, name: str, reading: Reading, before: _Held | None, *, is_directory: bool) -> _Held:
        last = before.compiled if before else None
        if reading.data is None:
            compiled = _unreadable(name, reading.problem, last)
        else:
            is_platform = not is_directory or is_platform_file(name)
            compiled = read_file(name, reading.data, self._vocabulary, last, is_platform=is_platform)
        digest = reading.digest
        status = FileStatus(name, digest, compiled.accepted, compiled.rejected)
        fingerprint = f"{name}\0{digest}\n".encode()
        return _Held(compiled, status, reading.problem, fingerprint)

    def _combine(self, by_name: Mapping[str, _Held], now: datetime, *, is_directory: bool) -> Loaded:
        if by_name.keys() != self._held.keys():
            self._order = sorted(by_name, key=load_order)
        held = [by_name[name] for name in self._order]
        compiled = [one.compiled for one in held]
        combined = combine(compiled, now, is_directory=is_directory)
        for finding in self._tiers.findings(combined.configuration, compiled, now, is_directory=is_directory):
            combined.later.take(finding)
        ends = [deadline.expires for file in compiled for deadline in file.deadlines]
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
            (*answered, *answered_unread),
            {file.name: file.answers for file in compiled if file.answers},
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _says_the_same(before: _Held, reading: Reading) -> bool:
    return before.problem == reading.problem and before.status.sha256 == reading.digest


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
