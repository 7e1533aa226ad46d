"""The section tls_server_config: read and checked; the files that it names are not opened here."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dynamic_alerting.exporter.web_config.fields import Field
from dynamic_alerting.exporter.web_config.names import (
    read_cipher_suites,
    read_client_auth,
    read_curves,
    read_version,
)

FIELDS = (
    "cert_file",
    "key_file",
    "cert",
    "key",
    "client_ca_file",
    "client_ca",
    "client_auth_type",
    "client_allowed_sans",
    "min_version",
    "max_version",
    "cipher_suites",
    "prefer_server_cipher_suites",
    "curve_preferences",
)

#: With none of these, the section does not switch TLS on (the toolkit's TLSConfig.IsEnabled).
_ENABLING = FIELDS[:7]


@dataclass(frozen=True, slots=True)
class Handshake:
    """What is negotiated with any client.

    Attributes:
        lowest: The lowest TLS version.
        highest: The highest TLS version.
        cipher_suites: OpenSSL names, up to TLS 1.2; empty for OpenSSL's own choice.
        server_order: The server's preference decides the suite, not the client's.
        curves: OpenSSL names; empty for OpenSSL's own list.
    """

    lowest: ssl.TLSVersion
    highest: ssl.TLSVersion
    cipher_suites: tuple[str, ...]
    server_order: bool
    curves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How to offer TLS.

    Attributes:
        handshake: What is negotiated.
        cert: The server's certificate with its chain: the PEM text itself, or the file that holds it.
        key: Its private key, likewise.
        client_ca: Who signs clients' certificates, likewise; None for the system's own CAs.
        client_auth: Whether clients must show a certificate.
        allowed_sans: Subject alternative names, one of which a client must have; None for any client.
    """

    handshake: Handshake
    cert: str | Path
    key: str | Path = field(repr=False)
    client_ca: str | Path | None
    client_auth: ssl.VerifyMode
    allowed_sans: frozenset[str] | None


def read_tls_settings(section: Field, directory: Path) -> TlsSettings | None:
    """Reads the section; None if it does not switch TLS on.

    Args:
        section: The section.
        directory: Relative paths start here.

    Raises:
        FieldError: Something in it is unknown, missing, contradictory, or impossible with Python's ssl.
    """
    fields = {name: one for name, one in section.fields(FIELDS).items() if not one.is_null}
    handshake = _handshake(fields)
    client_auth = ssl.CERT_NONE
    if "client_auth_type" in fields and fields["client_auth_type"].text():
        client_auth = read_client_auth(fields["client_auth_type"])
    allowed_sans = _allowed_sans(fields, client_auth)
    if not any(name in fields and fields[name].text() for name in _ENABLING):
        return None
    return TlsSettings(
        handshake,
        cert=_required(section, fields, "cert", directory),
        key=_required(section, fields, "key", directory),
        client_ca=_client_ca(fields, client_auth, directory),
        client_auth=client_auth,
        allowed_sans=allowed_sans,
    )


def _handshake(fields: Mapping[str, Field]) -> Handshake:
    lowest, highest = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    if "min_version" in fields:
        lowest = read_version(fields["min_version"])
    if "max_version" in fields:
        highest = read_version(fields["max_version"])
    suites: tuple[str, ...] = ()
    if "cipher_suites" in fields and fields["cipher_suites"].items():
        suites = read_cipher_suites(fields["cipher_suites"])
        if not suites:
            lowest = ssl.TLSVersion.TLSv1_3  # only its suites are named
    if lowest > highest:
        named = fields.get("min_version") or fields["cipher_suites"]
        named.refuse(f"{named.name} leaves only TLS 1.3, and max_version only TLS 1.2.")
    preference = fields.get("prefer_server_cipher_suites")
    return Handshake(
        lowest,
        highest,
        suites,
        server_order=preference is None or preference.boolean(),
        curves=read_curves(fields["curve_preferences"]) if "curve_preferences" in fields else (),
    )


def _allowed_sans(fields: Mapping[str, Field], client_auth: ssl.VerifyMode) -> frozenset[str] | None:
    field_ = fields.get("client_allowed_sans")
    if field_ is None:
        return None
    if client_auth is not ssl.CERT_REQUIRED:
        field_.refuse_name(
            "client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert; with any other type a "
            "client may come without a certificate, and its names would not be looked at."
        )
    names = frozenset(item.text() for item in field_.items())
    if not names:
        field_.refuse("client_allowed_sans is empty, which lets nobody in; list names, or leave it out.")
    return names


def _client_ca(
    fields: Mapping[str, Field], client_auth: ssl.VerifyMode, directory: Path
) -> str | Path | None:
    ca = _text_or_file(fields, "client_ca", directory)
    if ca is not None and client_auth is ssl.CERT_NONE:
        named = fields.get("client_ca_file") or fields["client_ca"]
        named.refuse_name(
            f"{named.name} is given, but no client is asked for a certificate; add "
            "client_auth_type: RequireAndVerifyClientCert."
        )
    return ca


def _required(section: Field, fields: Mapping[str, Field], name: str, directory: Path) -> str | Path:
    found = _text_or_file(fields, name, directory)
    if found is None:
        section.refuse_name(f"{section.name} switches TLS on, but has no {name}_file (and no {name}).")
    return found


def _text_or_file(fields: Mapping[str, Field], name: str, directory: Path) -> str | Path | None:
    """What is written in the file itself, or the path of where it is; None for neither."""
    written = {one: fields[one].text() for one in (name, f"{name}_file") if one in fields}
    written = {one: text for one, text in written.items() if text}
    if len(written) > 1:
        fields[name].refuse_name(f"{name} and {name}_file are both given; remove one of them.")
    if name in written:
        return written[name]
    return directory / written[f"{name}_file"] if written else None
