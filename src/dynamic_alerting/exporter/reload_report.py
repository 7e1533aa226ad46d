"""Log lines that say what a reload changed: files, tenants, findings."""

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from dynamic_alerting.config.findings import Finding, FindingSeverity
from dynamic_alerting.exporter.logs import log_event
from dynamic_alerting.exporter.served import Waiting
from dynamic_alerting.exporter.snapshot import Snapshot

#: Names written out in one log line; the rest is counted.
_NAMES = 20

#: Findings logged one by one at a reload; the rest is counted, and served at /api/v1/findings.
_FINDINGS = 100

_T = TypeVar("_T")

_LEVELS: dict[str, int] = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}


def report_reload(before: Snapshot | None, after: Snapshot, duration: float) -> None:
    """Logs what is different, findings that are new, and how many are gone."""
    files = _changed_files(before, after)
    tenants = _changed_tenants(before, after)
    new, gone = _difference(before.findings if before else (), after.findings)
    rejected = [status.name for status in after.loaded.files if not status.accepted]
    log_event(
        logging.INFO,
        "configuration loaded" if before is None else "configuration reloaded",
        files_changed=len(files),
        files=_some(files),
        tenants_changed=len(tenants),
        tenants=_some(tenants),
        rejected_files=_some(rejected) if rejected else None,
        findings=len(after.findings),
        findings_new=len(new),
        findings_gone=len(gone),
        series=after.series,
        sha256=after.loaded.sha256[:12],
        seconds=round(duration, 4),
    )
    _report_findings(new)


def report_waiting(before: Waiting | None, after: Waiting, level: int) -> None:
    """Logs why nothing is served yet, once, and findings that are new."""
    if before is None or before.reason != after.reason:
        log_event(level, "nothing is served yet", reason=after.reason)
    new, _ = _difference(before.findings if before else (), after.findings)
    _report_findings(new)


def report_findings(before: Snapshot, after: Snapshot) -> None:
    """Logs findings that are new although no file changed: tenants that came to be over the limit."""
    if before.findings is not after.findings:
        new, _ = _difference(before.findings, after.findings)
        _report_findings(new)


def report_expansion(before: Snapshot, after: Snapshot) -> None:
    """Logs whose keys are expanded to other label sets."""
    tenants = _changed_tenants(before, after)
    log_event(
        logging.INFO,
        "label values changed",
        tenants_changed=len(tenants),
        tenants=_some(tenants),
        label_sets=after.expansion.label_sets,
        expanded_series=after.expanded,
    )


def _difference(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Findings that came and that went; those of untouched files are the same objects and cost no hashing."""
    gone, new = _without_shared(before, after)
    old = set(gone)
    came = [finding for finding in new if finding not in old]
    return came, list(old.difference(new))


def _without_shared(before: Sequence[_T], after: Sequence[_T]) -> tuple[list[_T], list[_T]]:
    """Both without the objects that are in both, which are nearly all of them."""
    if len(before) == len(after):
        pairs = [(old, new) for old, new in zip(before, after, strict=True) if old is not new]
        before, after = [old for old, _ in pairs], [new for _, new in pairs]
    shared = set(map(id, before)) & set(map(id, after))
    return (
        [one for one in before if id(one) not in shared],
        [one for one in after if id(one) not in shared],
    )


def _report_findings(findings: list[Finding]) -> None:
    ranked = sorted(findings, key=lambda finding: -level_of(finding.severity))
    for finding in ranked[:_FINDINGS]:
        log_event(
            level_of(finding.severity),
            finding.message,
            finding=finding.id,
            at=f"{finding.file}:{finding.line}:{finding.column}",
            text=finding.text,
            advice=finding.advice,
        )
    if len(ranked) > _FINDINGS:
        log_event(
            logging.WARNING,
            "more findings than are logged, see /api/v1/findings",
            more=len(ranked) - _FINDINGS,
        )


def level_of(severity: FindingSeverity) -> int:
    """The log level of a finding's severity."""
    return _LEVELS[severity]


def _changed_files(before: Snapshot | None, after: Snapshot) -> list[str]:
    """Files that came, went, or have another content; those of untouched files are the same objects."""
    old, new = _without_shared(before.loaded.files if before else (), after.loaded.files)
    contents = {status.name: status.sha256 for status in old}
    changed = {status.name for status in new if contents.pop(status.name, None) != status.sha256}
    return sorted(changed | contents.keys())


def _changed_tenants(before: Snapshot | None, after: Snapshot) -> list[str]:
    """Tenants that came, went, or were rendered again (a change of the platform's defaults renders all)."""
    old, new = before.tenants if before else {}, after.tenants
    changed = [name for name, tenant in new.items() if old.get(name) is not tenant]
    return sorted(changed + [name for name in old if name not in new])


def _some(names: Collection[str]) -> str | None:
    if not names:
        return None
    shown: Iterable[str] = sorted(names)[:_NAMES]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ",".join(shown) + more
