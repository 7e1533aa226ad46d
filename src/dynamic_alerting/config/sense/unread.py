"""Files beside the configuration that look as if they belonged to it, and are not read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.answers.judging import judge
from dynamic_alerting.config.answers.reading import may_hold_answers, read_answers
from dynamic_alerting.config.excerpts import split_lines
from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.sources import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dynamic_alerting.config.answers.answer import Answered

LISTED: Final = 20  # files; what is beyond is counted
_LOOKED_AT: Final = 1_000  # entries of sub-directories
_DEEPEST: Final = 4  # directories below each other
_HEAD: Final = 4_096  # bytes of a file in which its answers stand

_NEARLY: Final = re.compile(r"\.(?:ya?ml(?![a-z])|ymal|yalm|ylm|yam$)", re.IGNORECASE)
_BACKUP: Final = re.compile(r"[^.]+\.(?:bak|backup|old|orig|save|disabled|off)", re.IGNORECASE)
# What programs put there while they write.
_PASSING: Final = (".tmp", ".temp", ".swp", ".swx", ".part", ".lock")


def resembles_configuration(name: str) -> bool:
    """Whether a file's name is nearly that of a configuration file, or that of a copy of one."""
    if name.startswith(".") or name.endswith(SUFFIXES) or name.lower().endswith(_PASSING):
        return False
    return _NEARLY.search(name) is not None or _BACKUP.fullmatch(name) is not None


class Unread:
    """The files of one directory that are not read.

    Args:
        directory: where the configuration lies.
        others: the names of what lies there and is no configuration file.

    Attributes:
        names: of the files, with their sub-directories; sorted, at most a bounded number.
    """

    def __init__(self, directory: str, others: Iterable[str]) -> None:
        self._directory = directory
        self.names = sorted(_found(directory, others)) if others else []

    def findings(self, now: datetime) -> tuple[list[Finding], list[Answered]]:
        """A warning for each file, unless it is answered in the comments at the file's head."""
        shown: list[Finding] = []
        answered: list[Answered] = []
        for name in self.names[:LISTED]:
            head = self._head(name)
            report = FileReport(name, head)
            answers = read_answers(head, report) if may_hold_answers(head) else ()
            judged = judge([_finding(name)], answers, now)
            shown += [*judged.shown, *report.findings]
            answered += judged.answered
        if len(self.names) > LISTED:
            shown.append(_and_more(len(self.names) - LISTED))
        return shown, answered

    def _head(self, name: str) -> str:
        """The comments before a file's first content."""
        try:
            descriptor = os.open(f"{self._directory}/{name}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return ""
        try:
            text = os.read(descriptor, _HEAD).decode("utf-8", errors="replace")
        except OSError:
            return ""
        finally:
            os.close(descriptor)
        lines = split_lines(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
        length = next((at for at, line in enumerate(lines) if not line.lstrip().startswith("#")), len(lines))
        return "\n".join(lines[:length])


def _found(directory: str, others: Iterable[str]) -> Iterator[str]:
    left = [_LOOKED_AT]
    for name in sorted(others):
        if not name.isprintable() or name.startswith("."):
            continue
        path = f"{directory}/{name}"
        if os.path.isdir(path):  # noqa: PTH112 - strings, as the listing
            yield from _inside(path, name, left, _DEEPEST)
        elif resembles_configuration(name):
            yield name


def _inside(path: str, shown: str, left: list[int], depth: int) -> Iterator[str]:
    """The files of a sub-directory that would be read if they lay above."""
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                left[0] -= 1
                if left[0] < 0:
                    return
                name = entry.name
                if name.startswith(".") or not name.isprintable():
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth > 1:
                        yield from _inside(entry.path, f"{shown}/{name}", left, depth - 1)
                elif name.endswith(SUFFIXES):
                    yield f"{shown}/{name}"
    except OSError:  # it may not be read, or has just gone: nothing can be said about it
        return


def _finding(name: str) -> Finding:
    folder, _, file = name.rpartition("/")
    if folder:
        message = (
            f"This file is not read: it lies in {folder}, and only files of the directory itself are read."
        )
        advice = "Move it up, or out of the configuration's directory."
    else:
        message = "This file is not read: its name does not end in .yaml or .yml."
        advice = "Delete it, or move it out of the configuration's directory."
        if (meant := _meant(file)) is not None:
            advice = (
                f"Name it {meant} if it is to be read; else move it out of the configuration's directory."
            )
    return Finding("DA107", name, 1, 1, file, message, advice)


def _meant(name: str) -> str | None:
    """The name that is read, where only the spelling of its end is wrong."""
    stem, dot, suffix = name.rpartition(".")
    is_spelling = suffix.lower() in {"yaml", "yml", "ymal", "yalm", "ylm", "yam"}
    return f"{stem}.yaml" if dot and is_spelling else None


def _and_more(count: int) -> Finding:
    return Finding(
        "DA107",
        ".",
        1,
        1,
        "",
        f"{count} more {'file is' if count == 1 else 'files are'} not read.",
        "Move them out of the configuration's directory.",
    )
