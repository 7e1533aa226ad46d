"""Reading many files for the first time, in several processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.compiled import CompiledFile
from dynamic_alerting.config.crew import Work
from dynamic_alerting.config.file_reader import read_file
from dynamic_alerting.config.packed_files import PackedFile, pack, unpack
from dynamic_alerting.config.vocabulary import Vocabulary
from dynamic_alerting.model.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_alerting.config.crew import Crew
    from dynamic_alerting.config.worker import Worker

NamedData = tuple[str, bytes]


class Reader:
    """In a process that reads for another: what it has read, by name."""

    def __init__(self) -> None:
        self.vocabulary: Vocabulary | None = None
        self.files: dict[str, CompiledFile] = {}


READER = Reader()


def begin(catalogue: str) -> None:
    """Get ready, in another process, to read against a catalogue (as JSON)."""
    READER.vocabulary = Vocabulary(Catalogue.from_json(catalogue))


def read_there(batch: Sequence[NamedData]) -> list[PackedFile]:
    """Read tenants' files in another process, which keeps them.

    Raises:
        RuntimeError: begin() was not called.
    """
    if READER.vocabulary is None:
        raise RuntimeError("no catalogue to read against")
    files = [read_file(name, data, READER.vocabulary, None, is_platform=False) for name, data in batch]
    READER.files.update((file.name, file) for file in files)
    return [pack(file) for file in files]


def read_together(files: Sequence[NamedData], vocabulary: Vocabulary, crew: Crew) -> dict[str, CompiledFile]:
    """Read tenants' files that were never read before: the same as if all of them were read here.

    Args:
        files: their names and contents.
        vocabulary: what the packs declare.
        crew: who reads them; it remembers who keeps which.
    """
    read: dict[str, CompiledFile] = {}

    def here(batch: Sequence[NamedData]) -> list[CompiledFile]:
        return [read_file(name, data, vocabulary, None, is_platform=False) for name, data in batch]

    def take(_: Sequence[NamedData], results: Sequence[CompiledFile | PackedFile], by: Worker | None) -> None:
        for result in results:
            file = result if isinstance(result, CompiledFile) else unpack(result, vocabulary)
            read[file.name] = file
            if by is not None:
                crew.holders[file.name] = by

    arguments = (vocabulary.catalogue.to_json(),)
    crew.share(files, Work(begin, arguments, read_there, here, take))
    return read
