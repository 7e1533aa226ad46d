"""The files of a configuration as they lie on disk, one generation at a time.

A ConfigMap or a projected volume is a directory of links into ``..data``, itself a link to a directory of
one generation; the kubelet swaps that one link. Following each file's link by itself can therefore read
half of two generations. Here ``..data`` is resolved once, everything is read from where it points, and the
caller asks afterwards whether it still points there. The same guards a directory that is itself a link.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from dynamic_alerting.config.source_text import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

SUFFIXES: Final = (".yaml", ".yml")
DATA_LINK: Final = "..data"
_LISTINGS: Final = 20  # of a directory that is replaced while it is listed
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
        # tuple.__new__: every look makes one for each file, and the constructor takes twice as long.
        return tuple.__new__(
            cls, (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        )


@dataclass(slots=True)
class Listing:
    """The files of one generation, by name.

    Attributes:
        place: the resolved directory that they lie in.
        is_directory: False for a configuration of one single file.
        signatures: of the files that can be read, as far as one can tell without reading.
        problems: why others cannot be read.
        elsewhere: the paths of files that do not lie in ``place``.
        others: the names of what lies there and is no configuration file; without those with a dot first.
    """

    place: str
    is_directory: bool = True
    signatures: dict[str, Signature] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def path(self, name: str) -> str:
        """Where a file lies."""
        return self.elsewhere.get(name) or f"{self.place}/{name}"

    def names(self) -> AbstractSet[str]:
        """All names."""
        return self.signatures.keys() | self.problems.keys() if self.problems else self.signatures.keys()


def list_source(source: Path) -> Listing:
    """The files of a directory, or the one file that stands in place of a directory.

    Raises:
        SourceUnreadable: it cannot be listed.
    """
    for _ in range(_LISTINGS):
        try:
            return _list_directory(source) if source.is_dir() else _list_single_file(source)
        except FileNotFoundError as error:
            if not source.exists():
                raise SourceUnreadable(f"{source}: {error.strerror}") from error
            # A generation was removed after the link to it was followed; there is a newer one.
        except OSError as error:
            raise SourceUnreadable(f"{source}: {error.strerror or error}") from error
    raise SourceUnreadable(f"{source}: it was replaced {_LISTINGS} times while being listed")


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
    try:
        return _read_unchanged(descriptor)
    except OSError as error:
        raise FileUnreadable(error.strerror or str(error)) from error
    finally:
        os.close(descriptor)


def _read_unchanged(descriptor: int) -> tuple[bytes, Signature]:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise FileUnreadable(_kind(status))
    for _ in range(_READS):
        before = Signature.of(status)
        data = os.pread(descriptor, min(status.st_size, LARGEST_FILE) + 1, 0)
        status = os.fstat(descriptor)
        if Signature.of(status) == before:
            break
    return data, before


def _place(source: Path) -> str:
    """The directory that holds the present generation."""
    resolved = os.path.realpath(source)
    link = f"{resolved}/{DATA_LINK}"
    return os.path.realpath(link) if os.path.islink(link) else resolved  # noqa: PTH114 - strings, for speed


def _list_single_file(source: Path) -> Listing:
    status = source.stat()
    if not stat.S_ISREG(status.st_mode):
        raise SourceUnreadable(f"{source}: {_kind(status)}")
    listing = Listing(str(source.parent), is_directory=False)
    listing.signatures[source.name] = Signature.of(status)
    listing.elsewhere[source.name] = str(source)
    return listing


def _list_directory(source: Path) -> Listing:
    listing = Listing(_place(source))
    _look(listing.place, listing)
    outside = os.path.realpath(source)
    if outside != listing.place:
        beside = Listing(outside)
        _look(outside, beside)
        listing.others += [name for name in beside.others if name not in listing.others]
        for name in beside.names() - listing.names():
            _add_from_beside(name, beside, listing)
    return listing


def _add_from_beside(name: str, beside: Listing, listing: Listing) -> None:
    """Add a file that lies beside ``..data``, unless it leads there and so belongs to a generation."""
    path = beside.path(name)
    if os.path.islink(path) and os.readlink(path).startswith(f"{DATA_LINK}/"):  # noqa: PTH114, PTH115 - strings
        return
    listing.elsewhere[name] = path
    if name in beside.problems:
        listing.problems[name] = beside.problems[name]
    else:
        listing.signatures[name] = beside.signatures[name]


def _look(directory: str, listing: Listing) -> None:
    signatures, of = listing.signatures, Signature.of
    with os.scandir(directory) as entries:
        for entry in entries:
            name = entry.name
            if not name.endswith(SUFFIXES) or name.startswith("."):
                if not name.startswith("."):
                    listing.others.append(name)
                continue
            try:
                status = entry.stat()
            except OSError as error:
                _note_unreadable(entry, error, listing)
                continue
            if stat.S_ISREG(status.st_mode) and name.isprintable():
                signatures[name] = of(status)
            elif name.isprintable():
                listing.problems[name] = _kind(status)
            else:
                listing.problems[_shown(name)] = "its name is not printable UTF-8 text"


def _note_unreadable(entry: os.DirEntry[str], error: OSError, listing: Listing) -> None:
    if not isinstance(error, FileNotFoundError):
        listing.problems[_shown(entry.name)] = error.strerror or str(error)
    elif entry.is_symlink():
        listing.problems[_shown(entry.name)] = "it is a link to a file that does not exist"
    # Else it was deleted a moment ago.


def _shown(name: str) -> str:
    """A file's name as text that can be printed and encoded."""
    if name.isprintable():
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace").encode("unicode_escape").decode("ascii")


def _kind(status: os.stat_result) -> str:
    return "it is a directory" if stat.S_ISDIR(status.st_mode) else "it is not a regular file"
