"""A validation as text, and as annotations of a GitHub workflow run."""

from dataclasses import replace

from dynamic_alerting.config.findings import Finding, FindingSeverity
from dynamic_alerting.tenants.validation import Validation

_LEVELS = {
    FindingSeverity.ERROR: "error",
    FindingSeverity.WARNING: "warning",
    FindingSeverity.INFO: "notice",
}
_LARGEST_SHOWN = 3


def as_text(validation: Validation) -> str:
    """Every finding with its excerpt, then a summary with the tenants that have the most series."""
    found = [
        replace(finding, file=str(validation.path(finding))).explained() for finding in validation.findings
    ]
    return "\n\n".join([*found, _summary(validation)]) + "\n"


def _summary(validation: Validation) -> str:
    counts = [_counted(validation.count(severity), severity.value) for severity in FindingSeverity]
    tenants = validation.tenants
    series = sum(tenant.series for tenant in tenants)
    loaded = f"{_counted(len(validation.files), 'file')}, {_counted(len(tenants), 'tenant')}, {series} series"
    if validation.answered:
        counts.append(f"{len(validation.answered)} answered")
    lines = [f"{', '.join(counts)}: {loaded}"]
    largest = sorted(tenants, key=lambda tenant: (-tenant.series, tenant.tenant))[:_LARGEST_SHOWN]
    if largest:
        most = ", ".join(f"{tenant.tenant} {tenant.series}" for tenant in largest)
        lines.append(f"series of {'each' if len(largest) == len(tenants) else 'the largest'}: {most}")
    if validation.known is not None:
        lines.append(f"Prometheus could tell about {validation.known} of {_counted(len(tenants), 'tenant')}")
    return "\n".join(lines)


def _counted(number: int, noun: str) -> str:
    if noun == FindingSeverity.INFO:
        return f"{number} info"
    return f"{number} {noun}{'' if number == 1 else 's'}"


def annotations(validation: Validation) -> str:
    """A workflow command for each finding, which GitHub shows at its line of the change.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "".join(f"{_annotation(finding, validation)}\n" for finding in validation.findings)


def _annotation(finding: Finding, validation: Validation) -> str:
    properties = {
        "file": validation.path(finding).as_posix(),
        "line": str(finding.line),
        "col": str(finding.column),
        "title": f"{finding.id} {finding.kind.title}",
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_LEVELS[finding.severity]} {written}::{_data(f'{finding.message} {finding.advice}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
