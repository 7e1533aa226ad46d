"""Lines of loaded files, read again for findings that are made after the load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.excerpts import excerpt, split_lines

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.model.configuration import Origin


class SourceLines:
    """Shows places of the files of one source.

    Args:
        source: the directory or the file that was loaded.
    """

    def __init__(self, source: Path) -> None:
        self._source = source
        self._is_directory = source.is_dir()
        self._file = ""
        self._lines: list[str] = []

    def excerpt(self, origin: Origin, text: str) -> str:
        """The line of a place with a caret below the text; empty where the file has no such line any more."""
        if origin.file != self._file:  # places of one file follow each other, so one file is kept
            self._file, self._lines = origin.file, self._read(origin.file)
        line = self._lines[origin.line - 1] if origin.line <= len(self._lines) else ""
        return excerpt(line, origin.line, origin.column, len(text))

    def _read(self, file: str) -> list[str]:
        path = self._source / file if self._is_directory else self._source
        try:
            return split_lines(path.read_text(encoding="utf-8-sig", errors="replace"))
        except OSError:
            return []
