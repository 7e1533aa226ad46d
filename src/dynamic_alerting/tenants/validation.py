"""Is a configuration right? The exporter's own loader, and what else is worth knowing about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from dynamic_alerting.config.findings import Finding, FindingSeverity
from dynamic_alerting.config.loader import FileStatus, Loader, SourceUnreadable
from dynamic_alerting.config.ownership import is_platform_file
from dynamic_alerting.config.sources import SUFFIXES
from dynamic_alerting.config.unused_overrides import unused_overrides
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.resolution import Resolver

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cardinality:
    """How many series one tenant has.

    Attributes:
        tenant: its name.
        file: where it is defined.
        thresholds: its `user_threshold` series.
        states: its `user_state_filter` series.
    """

    tenant: str
    file: str
    thresholds: int
    states: int

    @property
    def series(self) -> int:
        """All of them."""
        return self.thresholds + self.states


@dataclass(frozen=True, slots=True)
class Validation:
    """The outcome.

    Attributes:
        source: the directory or file that was loaded.
        file: the one file of the directory that was asked about; None for all.
        findings: everything wrong or worth knowing, in the order in which the files are loaded.
        files: how each file is doing.
        tenants: their series, by name.
    """

    source: Path
    file: str | None
    findings: tuple[Finding, ...]
    files: tuple[FileStatus, ...]
    tenants: tuple[Cardinality, ...]

    def count(self, severity: FindingSeverity) -> int:
        """How many findings have a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def is_good(self, *, strict: bool = False) -> bool:
        """Whether there is no error and, if strict, no warning either."""
        if self.count(FindingSeverity.ERROR):
            return False
        return not (strict and self.count(FindingSeverity.WARNING))

    def path(self, finding: Finding) -> Path:
        """Where the finding's file lies."""
        return self.source / finding.file if self.source.is_dir() else self.source


def validate(
    path: Path, catalogue: Catalogue, *, at: datetime | None = None, alone: bool = False
) -> Validation:
    """Validate a directory or a file, as the exporter would load it.

    A file that lies in a directory with platform files (`_defaults.yaml`) is loaded together with them, since
    what it may say depends on them; only what concerns the file is returned.

    Args:
        path: the directory or the file.
        catalogue: the keys that the rule packs declare.
        at: the instant of which expiry and series are told; now if not given.
        alone: take a file for the whole configuration, as `threshold-exporter --config-file` does.

    Raises:
        SourceUnreadable: it cannot be read, or holds no configuration file.
    """
    at = at or datetime.now(UTC)
    source, file = path, None
    if not alone and _is_member(path):
        source, file = path.parent, path.name
    loaded = Loader(source, catalogue, clock=_fixed(at)).load()
    if not loaded.files:
        raise SourceUnreadable(f"{path}: it holds no file that ends in {' or '.join(SUFFIXES)}")
    resolver = Resolver(loaded.configuration, catalogue)
    tenants = []
    for tenant in loaded.configuration.tenants:
        resolution = resolver.resolve(tenant, at)
        counts = len(resolution.thresholds), len(resolution.states)
        tenants.append(Cardinality(tenant.name, tenant.origin.file, *counts))
    extra = unused_overrides(loaded.configuration, catalogue, source)
    order = {status.name: place for place, status in enumerate(loaded.files)}
    findings = sorted(
        (*loaded.findings, *extra),
        key=lambda finding: (order.get(finding.file, -1), finding.line, finding.column),
    )
    return Validation(
        source,
        file,
        tuple(_of_file(file, findings, lambda finding: finding.file)),
        tuple(_of_file(file, loaded.files, lambda status: status.name)),
        tuple(_of_file(file, tenants, lambda tenant: tenant.file)),
    )


def _is_member(path: Path) -> bool:
    """Whether a file is one of a configuration directory's."""
    if not path.is_file() or path.suffix not in SUFFIXES or path.name.startswith("."):
        return False
    return any(is_platform_file(other.name) and other.suffix in SUFFIXES for other in path.parent.iterdir())


def _fixed(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def _of_file(file: str | None, things: Iterable[T], of: Callable[[T], str]) -> Iterable[T]:
    """What concerns one file; everything where none is asked about."""
    return things if file is None else (thing for thing in things if of(thing) == file)
