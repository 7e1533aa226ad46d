"""Is a configuration right? The exporter's own loader, and what else is worth knowing about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dynamic_alerting.config.answers.answer import Answered
from dynamic_alerting.config.answers.applying import answered_among
from dynamic_alerting.config.asked.findings import Answered as AnsweredByPrometheus
from dynamic_alerting.config.asked.findings import asked_findings
from dynamic_alerting.config.asked.signals import Signals
from dynamic_alerting.config.collector import collector_paused
from dynamic_alerting.config.findings import Finding, FindingSeverity
from dynamic_alerting.config.loader import FileStatus, Loaded, Loader, SourceUnreadable
from dynamic_alerting.config.ownership import is_platform_file
from dynamic_alerting.config.series_limit import DEFAULT_SERIES_LIMIT, over_series_limit
from dynamic_alerting.config.source_lines import SourceLines
from dynamic_alerting.config.sources import SUFFIXES
from dynamic_alerting.config.unused_overrides import unused_overrides
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.resolution import Resolver


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
        answered: warnings that are answered in their files, and do not count.
        known: of how many of these tenants Prometheus could tell anything; None if it was not asked.
    """

    source: Path
    file: str | None
    findings: tuple[Finding, ...]
    files: tuple[FileStatus, ...]
    tenants: tuple[Cardinality, ...]
    answered: tuple[Answered, ...] = ()
    known: int | None = None

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
    path: Path,
    catalogue: Catalogue,
    *,
    at: datetime | None = None,
    alone: bool = False,
    series_limit: int = DEFAULT_SERIES_LIMIT,
    signals: Signals | None = None,
) -> Validation:
    """Validate a directory or a file, as the exporter would load it.

    A file that lies in a directory with platform files (`_defaults.yaml`) is loaded together with them, since
    what it may say depends on them; only what concerns the file is returned.

    Args:
        path: the directory or the file.
        catalogue: the keys that the rule packs declare.
        at: the instant of which expiry and series are told; now if not given.
        alone: take a file for the whole configuration, as `threshold-exporter --config-file` does.
        series_limit: the most threshold series of one tenant; 0 for no limit.
        signals: knows which signals tenants have; None for not asking.

    Raises:
        SourceUnreadable: it cannot be read, or holds no configuration file.
        SignalsUnknown: signals were to be asked for, and there is no usable answer.
    """
    at = at or datetime.now(UTC)
    source, file = path, None
    if not alone and _is_member(path):
        source, file = path.parent, path.name
    with collector_paused():
        loaded = Loader(source, catalogue, lambda: at).load()
        if not loaded.files:
            raise SourceUnreadable(f"{path}: it holds no file that ends in {' or '.join(SUFFIXES)}")
        if not loaded.is_configuration and not any(one.severity == "error" for one in loaded.findings):
            raise SourceUnreadable(f"{path}: nothing in it says anything, which is no configuration")
        tenants = _cardinalities(loaded, catalogue, at)
        told = _told(loaded, catalogue, signals, at, SourceLines(source))
        beyond = answered_among(
            [
                *unused_overrides(loaded.configuration, catalogue, source),
                *_over_limit(loaded, tenants, series_limit, SourceLines(source)),
                *(told.findings if told else ()),
            ],
            loaded.answers,
            at,
        )
        found = [*loaded.findings, *beyond.shown]
    order = {status.name: place for place, status in enumerate(loaded.files)}
    found.sort(key=lambda finding: (order.get(finding.file, -1), finding.line, finding.column))
    return Validation(
        source,
        file,
        tuple(finding for finding in found if file in {None, finding.file}),
        tuple(status for status in loaded.files if file in {None, status.name}),
        tuple(tenant for tenant in tenants if file in {None, tenant.file}),
        tuple(one for one in (*loaded.answered, *beyond.answered) if file in {None, one.finding.file}),
        _known(told, loaded, file),
    )


def _known(told: AnsweredByPrometheus | None, loaded: Loaded, file: str | None) -> int | None:
    if told is None:
        return None
    tenants = loaded.configuration.tenants
    return sum(one.name in told.known for one in tenants if file in {None, one.origin.file})


def _told(
    loaded: Loaded, catalogue: Catalogue, signals: Signals | None, at: datetime, lines: SourceLines
) -> AnsweredByPrometheus | None:
    return asked_findings(loaded.configuration, catalogue, signals, at, lines) if signals else None


def _cardinalities(loaded: Loaded, catalogue: Catalogue, at: datetime) -> list[Cardinality]:
    resolver = Resolver(loaded.configuration, catalogue)
    tenants = []
    for tenant in loaded.configuration.tenants:
        resolution = resolver.resolve(tenant, at)
        counts = len(resolution.thresholds), len(resolution.states)
        tenants.append(Cardinality(tenant.name, tenant.origin.file, *counts))
    return tenants


def _over_limit(
    loaded: Loaded, tenants: Iterable[Cardinality], limit: int, lines: SourceLines
) -> Iterator[Finding]:
    for tenant, cardinality in zip(loaded.configuration.tenants, tenants, strict=True):
        if limit and cardinality.thresholds > limit:
            finding = over_series_limit(tenant, cardinality.thresholds, limit)
            yield replace(finding, excerpt=lines.excerpt(tenant.origin, tenant.name))


def _is_member(path: Path) -> bool:
    """Whether a file is one of a configuration directory's."""
    if not path.is_file() or path.suffix not in SUFFIXES or path.name.startswith("."):
        return False
    return any(is_platform_file(other.name) and other.suffix in SUFFIXES for other in path.parent.iterdir())
