"""What a load gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_alerting.config.answers.answer import Answer, Answered
    from dynamic_alerting.config.findings import Finding
    from dynamic_alerting.model.configuration import Configuration


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How one file is doing.

    Attributes:
        name: its name inside the directory.
        sha256: of its present content; empty where that cannot be read.
        accepted: False where the content cannot be used, and its last good state (or nothing) is served.
        rejected_keys: how many blocks, tenants, keys and values of an accepted content are refused.
    """

    name: str
    sha256: str
    accepted: bool
    rejected_keys: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """The outcome of one load.

    Attributes:
        configuration: what is in force.
        findings: everything wrong, by file in load order, then by place.
        files: every file, in load order.
        sha256: over all names and contents; equal wherever the files are equal.
        is_configuration: False where no file ever said anything: there is none, or none can be used, or all
            are empty. Nothing is not a configuration.
        answered: the warnings that are answered in their files, and not among the findings.
        answers: by file, for findings that are made after the load.
    """

    configuration: Configuration
    findings: tuple[Finding, ...]
    files: tuple[FileStatus, ...]
    sha256: str
    is_configuration: bool = True
    answered: tuple[Answered, ...] = ()
    answers: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
