"""What tests of several kinds share: certificates made on the spot, and a table in the summary."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.outages.summary import pytest_terminal_summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["pytest_terminal_summary"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key: as PEM, and where they were written."""

    cert: Path
    key: Path

    @property
    def pem(self) -> tuple[str, str]:
        return self.cert.read_text(), self.key.read_text()


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def general_name(text: str) -> x509.GeneralName:
    """A subject alternative name of the kind that the text looks like."""
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        if "://" in text:
            return x509.UniformResourceIdentifier(text)
        return x509.RFC822Name(text) if "@" in text else x509.DNSName(text)


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, directory: Path, name: str = "test authority") -> None:
        self._directory = directory
        self._name = named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        own = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 10 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.cert = directory / f"{name.replace(' ', '-')}.pem"
        self.cert.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        name: str,
        *,
        sans: Sequence[str] = ("localhost", "127.0.0.1"),
        client: bool = False,
        until: timedelta = DAY,
        curve: ec.EllipticCurve | None = None,
    ) -> Issued:
        """Writes NAME.pem and NAME.key, valid from two days ago until some time from now."""
        key = ec.generate_private_key(curve or ec.SECP256R1())
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + until)
            .add_extension(x509.SubjectAlternativeName([general_name(san) for san in sans]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        issued = Issued(self._directory / f"{name}.pem", self._directory / f"{name}.key")
        issued.cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        issued.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return issued


class Authorities:
    """Makes authorities; test modules cannot import this one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(self, name: str = "test authority") -> Authority:
        return Authority(self._directory, name)


@pytest.fixture
def new_authority(tmp_path: Path) -> Authorities:
    """Makes certificate authorities whose files lie in the test's directory."""
    return Authorities(tmp_path)


@pytest.fixture
def authority(new_authority: Authorities) -> Authority:
    """One certificate authority."""
    return new_authority()
