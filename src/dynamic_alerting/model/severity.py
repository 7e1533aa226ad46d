"""The severities that a threshold, and so an alert, can have."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad it is when a threshold is crossed; the value of the `severity` label."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


TIERS = tuple(Severity)
"""All severities, the mildest first."""
