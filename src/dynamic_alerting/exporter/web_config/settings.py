"""What a web configuration file says: read, checked, immutable. Nothing that it names is opened here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dynamic_alerting.exporter.web_config.errors import FieldError, WebConfigError
from dynamic_alerting.exporter.web_config.fields import Field, read_document
from dynamic_alerting.exporter.web_config.rate_limit import RateLimit, read_rate_limit
from dynamic_alerting.exporter.web_config.tls_settings import TlsSettings, read_tls_settings

SECTIONS = ("tls_server_config", "http_server_config", "basic_auth_users", "rate_limit")

HTTP_FIELDS = ("http2", "headers")

#: The headers that may be set, with the only values that some of them may have.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}

#: What an HTTP header's value may consist of, so that no value can end its line.
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")


@dataclass(frozen=True, slots=True)
class WebConfig:
    """A whole file.

    Attributes:
        tls: None for plain HTTP.
        ignored_tls: TLS settings are written, but none that switches TLS on.
        http2: HTTP/2 is asked for in so many words.
        headers: Added to every answer that does not set them itself.
        users: The bcrypt hash of each user's password; none for no authentication.
        rate_limit: None for no limit.
    """

    tls: TlsSettings | None = None
    ignored_tls: bool = False
    http2: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    rate_limit: RateLimit | None = None


def parse_web_config(content: bytes, path: Path) -> WebConfig:
    """Reads a file's content; relative paths in it are relative to its directory.

    Raises:
        WebConfigError: Something in it is unknown or wrong.
    """
    try:
        return _web_config(read_document(content.decode()), path.parent)
    except UnicodeError as error:
        raise WebConfigError(f"{path}: This file is not UTF-8, or holds half a character.") from error
    except FieldError as error:
        raise WebConfigError(f"{path}:{error.line}:{error.column}: {error.message}") from error


def _web_config(document: Field, directory: Path) -> WebConfig:
    sections = document.fields(SECTIONS)
    tls_section = sections.get("tls_server_config")
    tls = read_tls_settings(tls_section, directory) if tls_section is not None else None
    http = sections["http_server_config"].fields(HTTP_FIELDS) if "http_server_config" in sections else {}
    limit = sections.get("rate_limit")
    users = sections.get("basic_auth_users")
    return WebConfig(
        tls=tls,
        ignored_tls=tls is None and tls_section is not None and bool(tls_section.fields()),
        http2="http2" in http and not http["http2"].is_null and http["http2"].boolean(),
        headers=_headers(http["headers"]) if "headers" in http else {},
        users=_users(users) if users is not None else {},
        rate_limit=read_rate_limit(limit) if limit is not None else None,
    )


def _headers(section: Field) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, one in section.fields(HEADERS).items():
        allowed = HEADERS[name]
        value = one.one_of(allowed) if allowed else one.text()
        if not _HEADER_VALUE.fullmatch(value):
            one.refuse(f"{name} holds a character that a header cannot have; write printable ASCII.")
        if value:
            headers[name] = value
    return headers


def _users(section: Field) -> dict[bytes, bytes]:
    return {name.encode(): hashed.text().encode() for name, hashed in section.fields().items()}
