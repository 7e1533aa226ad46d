"""Certificates and keys as bytes, and loading them into an SSLContext.

Python loads a certificate and its key from files only. What was read is handed over in files that only this
process sees, so that inline material works, and so that what was compared is what is used.
"""

import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from dynamic_alerting.exporter.web_config.errors import WebConfigError
from dynamic_alerting.exporter.web_config.reading import read_small_file
from dynamic_alerting.exporter.web_config.tls_settings import TlsSettings

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_KEY = b"PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Material:
    """The content of everything that TLS settings name.

    Attributes:
        cert: PEM: the server's certificate and its chain.
        key: PEM: its private key.
        client_ca: PEM: who signs clients' certificates; None for the system's own CAs.
    """

    cert: bytes
    key: bytes = field(repr=False)
    client_ca: bytes | None


def read_material(tls: TlsSettings) -> Material:
    """Reads what the settings name.

    Raises:
        WebConfigError: A file cannot be read, or does not hold what it should.
    """
    client_ca = None
    if tls.client_ca is not None:
        client_ca = _pem(tls.client_ca, "client_ca", _CERTIFICATE)
    return Material(_pem(tls.cert, "cert", _CERTIFICATE), _pem(tls.key, "key", _KEY), client_ca)


def load_material(context: ssl.SSLContext, material: Material) -> None:
    """Puts certificates and key into a context.

    Raises:
        WebConfigError: They are damaged, or the key is not the certificate's, or it is encrypted.
    """
    try:
        with _as_file(material.cert) as cert, _as_file(material.key) as key:
            context.load_cert_chain(cert, key, password=_refuse_encrypted_key)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise WebConfigError("The key is not the key of the certificate.") from error
        raise WebConfigError(f"The certificate or the key is damaged or too weak: {error.reason}.") from error
    except OSError as error:
        raise WebConfigError(f"The certificate cannot be handed to OpenSSL: {error.strerror}.") from error
    if material.client_ca is None:
        return
    try:
        context.load_verify_locations(cadata=material.client_ca.decode("ascii", "replace"))
    except ssl.SSLError as error:
        raise WebConfigError(f"The client CA is damaged: {error.reason}.") from error


def _pem(source: str | Path, what: str, marker: bytes) -> bytes:
    if isinstance(source, Path):
        what = f"{what}_file {source}"
        content = read_small_file(source, what.split(" ", 1)[0])
    else:
        content = source.encode()
    if marker not in content:
        wanted = "certificate" if marker is _CERTIFICATE else "private key"
        raise WebConfigError(f"{what} holds no {wanted} in PEM form.")
    return content


def _refuse_encrypted_key() -> NoReturn:
    """Called by OpenSSL for a passphrase; without this it would ask at the terminal."""
    raise WebConfigError("The key is encrypted; store it without a passphrase, readable only by its user.")


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """A path at which the content can be read, while the context lasts."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("web-config", os.MFD_CLOEXEC)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
        return
    with tempfile.NamedTemporaryFile() as temporary:
        temporary.write(content)
        temporary.flush()
        yield temporary.name
