"""The files of a configuration as they lie on disk, one generation at a time.

A ConfigMap or a projected volume is a directory of links into ``..data``, itself a link to a directory of
one generation; the kubelet swaps that one link. Following each file's link by itself can therefore read
half of two generations. Here ``..data`` is resolved once, everything is read from where it points, and the
caller asks afterwards whether it still points there. The same guards a directory that is itself a link.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from dynamic_alerting.config.source_text import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUFFIXES: Final = (".yaml", ".yml")
DATA_LINK: Final = "..data"
_READS: Final = 3  # of a file that changes while it is read


class SourceUnreadable(Exception):  # noqa: N818 - names the state of the source, as the interface asks
    """The directory or the single file cannot be read at all; nothing was changed."""


class FileUnreadable(Exception):  # noqa: N818 - as above
    """One file of a directory cannot be read."""


class Signature(NamedTuple):
    """What tells, without reading, that a file is another than before. Times in nanoseconds."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result) -> Signature:
        """The signature in a file's status."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Located:
    """One file of a listing: its path, and its signature or why it cannot be read."""

    path: str
    signature: Signature | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of one generation, by name.

    Attributes:
        place: the resolved directory that they lie in.
        files: where they are.
        is_directory: False for a configuration of one single file.
    """

    place: str
    files: Mapping[str, Located]
    is_directory: bool


def list_source(source: Path) -> Listing:
    """The files of a directory, or the one file that stands in place of a directory.

    Raises:
        SourceUnreadable: it cannot be listed.
    """
    try:
        if source.is_dir():
            return _list_directory(source)
        return _list_single_file(source)
    except OSError as error:
        raise SourceUnreadable(f"{source}: {error.strerror or error}") from error


def still_there(source: Path, listing: Listing) -> bool:
    """Whether a listing is of the generation that is there now."""
    return not listing.is_directory or _place(source) == listing.place


def read_bytes(path: str) -> tuple[bytes, Signature]:
    """The content of a file, up to one byte more than is allowed, and the signature it was read with.

    Raises:
        FileUnreadable: it is no file, or may not be read.
        FileNotFoundError: it is gone.
    """
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FileUnreadable(error.strerror or str(error)) from error
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        try:
            return _read_unchanged(file)
        except OSError as error:
            raise FileUnreadable(error.strerror or str(error)) from error


def _read_unchanged(file: BinaryIO) -> tuple[bytes, Signature]:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise FileUnreadable(_kind(status))
    for _ in range(_READS):
        before = Signature.of(status)
        file.seek(0)
        data = file.read(LARGEST_FILE + 1)
        status = os.fstat(file.fileno())
        if Signature.of(status) == before:
            break
    return data, before


def _place(source: Path) -> str:
    link = os.path.join(os.path.realpath(source), DATA_LINK)  # noqa: PTH118 - called for every look
    return os.path.realpath(link) if os.path.islink(link) else os.path.dirname(link)  # noqa: PTH114, PTH120 - as above


def _list_single_file(source: Path) -> Listing:
    status = source.stat()
    if not stat.S_ISREG(status.st_mode):
        raise SourceUnreadable(f"{source}: {_kind(status)}")
    located = Located(str(source), Signature.of(status))
    return Listing(str(source.parent), {source.name: located}, is_directory=False)


def _list_directory(source: Path) -> Listing:
    place = _place(source)
    files = dict(_located(place))
    outside = os.path.realpath(source)
    if outside != place:
        for name, located in _located(outside):
            if not _leads_into_data(located.path):
                files.setdefault(name, located)
    return Listing(place, files, is_directory=True)


def _leads_into_data(path: str) -> bool:
    return os.path.islink(path) and os.readlink(path).startswith(f"{DATA_LINK}/")  # noqa: PTH114, PTH115 - strings


def _located(directory: str) -> Iterator[tuple[str, Located]]:
    with os.scandir(directory) as entries:
        for entry in entries:
            name = entry.name
            if not name.endswith(SUFFIXES) or name.startswith("."):
                continue
            if not name.isprintable():
                shown = (
                    os.fsencode(name).decode("utf-8", "backslashreplace").encode("unicode_escape").decode()
                )
                yield shown, Located(entry.path, None, "its name is not printable UTF-8 text")
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:
                if entry.is_symlink():
                    yield name, Located(entry.path, None, "it is a link to a file that does not exist")
                continue  # else it was deleted a moment ago
            except OSError as error:
                yield name, Located(entry.path, None, error.strerror or str(error))
                continue
            if stat.S_ISREG(status.st_mode):
                yield name, Located(entry.path, Signature.of(status))
            else:
                yield name, Located(entry.path, None, _kind(status))


def _kind(status: os.stat_result) -> str:
    if stat.S_ISDIR(status.st_mode):
        return "it is a directory"
    return "it is not a regular file"
