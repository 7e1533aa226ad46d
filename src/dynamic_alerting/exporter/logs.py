"""Structured log lines on stderr: logfmt or JSON, one event with its fields per line."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal, TypeAlias

LogFormat: TypeAlias = Literal["logfmt", "json"]

FORMATS: tuple[LogFormat, ...] = ("logfmt", "json")
LEVELS = ("debug", "info", "warning", "error")

LOGGER = logging.getLogger("dynamic_alerting.exporter")

Field: TypeAlias = str | int | float | bool | None

_BARE = re.compile(r"[^\s\"=\\\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def log_event(level: int, message: str, **fields: Field) -> None:
    """Logs one event. Fields that are None are left out."""
    LOGGER.log(level, message, extra={"fields": fields})


def log_failure(message: str, error: BaseException) -> None:
    """Logs an error that nobody expected, with its traceback in one field."""
    LOGGER.error(message, exc_info=error, extra={"fields": {"error": f"{type(error).__name__}: {error}"}})


def configure_logs(log_format: LogFormat, level: str) -> None:
    """Sends every log record of the process to stderr in the wanted form.

    Args:
        log_format: logfmt or json.
        level: The least severe level that is written, one of LEVELS.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_EventFormatter(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(level.upper())


class _EventFormatter(logging.Formatter):
    def __init__(self, log_format: LogFormat) -> None:
        super().__init__()
        self._json = log_format == "json"

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Field] = {
            "ts": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "msg": record.getMessage(),
        }
        if record.name != LOGGER.name:
            fields["logger"] = record.name
        fields |= {key: value for key, value in getattr(record, "fields", {}).items() if value is not None}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False) if self._json else _logfmt(fields)


def _logfmt(fields: dict[str, Field]) -> str:
    return " ".join(f"{key}={_logfmt_value(value)}" for key, value in fields.items())


def _logfmt_value(value: Field) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
