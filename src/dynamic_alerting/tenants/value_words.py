"""Values in the words of the language."""

from datetime import UTC, datetime
from typing import Any

from dynamic_alerting.exporter.exposition import number
from dynamic_alerting.model.values import Custom, Disabled, Scheduled, TimeBoxed, UseDefault


def written(value: Any) -> str:  # noqa: ANN401 - a threshold's or a state's value, whole or plain
    """A value as it stands in a file, on one line: `70:critical`, `default 100, 22:00-06:00 200`."""
    if isinstance(value, TimeBoxed):
        reason = f" ({value.reason})" if value.reason else ""
        return f"{written(value.value)} until {instant(value.expires)}{reason}"
    if isinstance(value, Scheduled):
        parts = [f"{override.window.text} {written(override.value)}" for override in value.overrides]
        return ", ".join([f"default {written(value.default)}", *parts])
    if isinstance(value, Custom):
        return f"{number(value.number)}:{value.severity}" if value.severity else number(value.number)
    if isinstance(value, Disabled):
        return "disable"
    if isinstance(value, UseDefault):
        return "default"
    return "enable" if value else "disable"


def instant(at: datetime) -> str:
    """An instant in UTC: `2026-12-01T06:00:00Z`; fractions of a second only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
