"""A validation as JSON."""

from typing import Any

from dynamic_alerting.config.findings import FindingSeverity
from dynamic_alerting.exporter.api import finding_view
from dynamic_alerting.packs.versions import PacksVersion
from dynamic_alerting.tenants.validation import Validation


def validation_view(validation: Validation, packs: PacksVersion, *, strict: bool) -> dict[str, Any]:
    """Everything in it; `ok` is what the exit code says."""
    return {
        "source": str(validation.source),
        "file": validation.file,
        "packs": packs.view(),
        "ok": validation.is_good(strict=strict),
        "errors": validation.count(FindingSeverity.ERROR),
        "warnings": validation.count(FindingSeverity.WARNING),
        "infos": validation.count(FindingSeverity.INFO),
        "tenants_with_signals": validation.known,
        "findings": [
            {**finding_view(finding), "path": str(validation.path(finding))}
            for finding in validation.findings
        ],
        "answered": [
            {
                **finding_view(one.finding),
                "path": str(validation.path(one.finding)),
                "until": one.answer.until.isoformat(),
                "reason": one.answer.reason,
                "answer_line": one.answer.line,
            }
            for one in validation.answered
        ],
        "files": [
            {"name": status.name, "accepted": status.accepted, "rejected_keys": status.rejected_keys}
            for status in validation.files
        ],
        "tenants": [
            {
                "tenant": tenant.tenant,
                "file": tenant.file,
                "series": tenant.series,
                "thresholds": tenant.thresholds,
                "states": tenant.states,
            }
            for tenant in validation.tenants
        ],
    }
