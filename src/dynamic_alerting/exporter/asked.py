"""What Prometheus told about the configuration, and how long that holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.loader import Loaded


@dataclass(frozen=True, slots=True)
class Asked:
    """The findings of the last answer.

    Attributes:
        findings: What is of no effect, because there is no signal for it.
        contents: The SHA-256 of each file that they are about, when it was asked.
    """

    findings: tuple[Finding, ...] = ()
    contents: Mapping[str, str] = field(default_factory=dict)

    def about(self, loaded: Loaded) -> tuple[Finding, ...]:
        """Those about files that still are as they were; about the others will be asked soon."""
        if not self.findings:
            return ()
        same = {status.name for status in loaded.files if self.contents.get(status.name) == status.sha256}
        return tuple(finding for finding in self.findings if finding.file in same)


def asked_about(findings: tuple[Finding, ...], loaded: Loaded) -> Asked:
    """The findings of an answer about what was loaded."""
    files = {finding.file for finding in findings}
    return Asked(findings, {status.name: status.sha256 for status in loaded.files if status.name in files})


class Asker(Protocol):
    """What the reload thread needs of whoever asks."""

    @property
    def asked(self) -> Asked:
        """The last answer; another object whenever anything is new."""

    def follow(self, loaded: Loaded) -> None:
        """Says what is served now; returns at once."""


class NotAsking:
    """Asks nobody."""

    asked = Asked()

    def follow(self, loaded: Loaded) -> None:
        """Does nothing."""
