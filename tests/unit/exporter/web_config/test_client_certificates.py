"""Who must show a certificate, and which one is accepted."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Authorities, Authority, Issued
    from tests.unit.exporter.web_config.conftest import Behind, StartBehind

pytestmark = pytest.mark.usefixtures("server")

TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key"
REQUIRED = TLS + ", client_ca_file: test-authority.pem, client_auth_type: RequireAndVerifyClientCert"
IF_GIVEN = TLS + ", client_ca_file: test-authority.pem, client_auth_type: VerifyClientCertIfGiven"


@pytest.fixture
def client(authority: Authority) -> Issued:
    """A client's certificate with a name of each kind."""
    sans = ("prometheus.example", "10.1.2.3", "2001:db8::1", "ops@example.com", "spiffe://example/prometheus")
    return authority.issue("client", sans=sans, client=True)


def status(behind: Behind, shown: Issued | None) -> int:
    return behind.get(context=behind.trust(shown)).status


def refusal(behind: Behind, shown: Issued | None) -> str:
    """Why a client is not served: the alert, or that the connection was closed."""
    with pytest.raises((ssl.SSLError, ConnectionError)) as failure:
        behind.get(context=behind.trust(shown))
    return str(getattr(failure.value, "reason", "closed"))


def test_required_and_verified(
    start_behind: StartBehind, client: Issued, authority: Authority, new_authority: Authorities
) -> None:
    behind = start_behind(REQUIRED + "}")
    assert status(behind, client) == 200
    assert refusal(behind, None) == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert refusal(behind, new_authority("other").issue("stranger", client=True)) == "TLSV1_ALERT_UNKNOWN_CA"
    expired = authority.issue("expired", client=True, until=-timedelta(minutes=1))
    assert refusal(behind, expired) == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
    assert refusal(behind, authority.issue("a-server")) == "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"


def test_verified_if_given(start_behind: StartBehind, client: Issued, new_authority: Authorities) -> None:
    behind = start_behind(IF_GIVEN + "}")
    assert status(behind, client) == 200
    assert status(behind, None) == 200
    assert refusal(behind, new_authority("other").issue("stranger", client=True)) == "TLSV1_ALERT_UNKNOWN_CA"


def test_an_inline_ca_and_no_client_cert(
    start_behind: StartBehind, client: Issued, authority: Authority
) -> None:
    behind = start_behind(TLS + ", client_auth_type: NoClientCert}")
    assert status(behind, None) == status(behind, client) == 200
    ca = authority.cert.read_text().replace("\n", "\n    ")
    behind.web_config.write_text(
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
        f"  client_auth_type: RequireAndVerifyClientCert\n  client_ca: |\n    {ca}\n"
    )
    assert status(behind, client) == 200
    assert refusal(behind, None) == "TLSV13_ALERT_CERTIFICATE_REQUIRED"


def test_without_a_client_ca_the_systems_authorities_count(
    start_behind: StartBehind, client: Issued, authority: Authority
) -> None:
    behind = start_behind(TLS + ", client_auth_type: RequireAndVerifyClientCert}")
    assert refusal(behind, client) == "TLSV1_ALERT_UNKNOWN_CA"
    behind.process.kill()
    trusting = start_behind(
        TLS + ", client_auth_type: RequireAndVerifyClientCert}", SSL_CERT_FILE=str(authority.cert)
    )
    assert status(trusting, client) == 200


@pytest.mark.parametrize(
    "name",
    ["prometheus.example", "10.1.2.3", "2001:db8::1", "ops@example.com", "spiffe://example/prometheus"],
)
def test_one_of_the_names_must_be_allowed(start_behind: StartBehind, client: Issued, name: str) -> None:
    behind = start_behind(REQUIRED + f', client_allowed_sans: [elsewhere.example, "{name}"]}}')
    assert status(behind, client) == 200
    behind.web_config.write_text(REQUIRED + ", client_allowed_sans: [elsewhere.example, PROMETHEUS.example]}")
    refusal(behind, client)
    older = behind.trust(client)
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        behind.get(context=older)


def test_another_ca_is_in_force_at_the_next_connection(
    start_behind: StartBehind, client: Issued, authority: Authority, new_authority: Authorities
) -> None:
    behind = start_behind(REQUIRED + "}")
    other = new_authority("other")
    stranger = other.issue("stranger", client=True)
    assert status(behind, client) == 200
    trusted = authority.cert.read_bytes()
    authority.cert.write_bytes(other.cert.read_bytes())
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=trusted.decode())
    context.load_cert_chain(stranger.cert, stranger.key)
    assert behind.get(context=context).status == 200
    context.load_cert_chain(client.cert, client.key)
    with pytest.raises(ssl.SSLError):
        behind.get(context=context)


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_session_is_resumed_where_clients_are_verified(
    start_behind: StartBehind, client: Issued, highest: ssl.TLSVersion
) -> None:
    behind = start_behind(REQUIRED + "}")
    context = behind.trust(client)
    context.maximum_version = highest
    first = behind.connect(context)
    assert behind.ask(first).status == 200
    assert isinstance(first.sock, ssl.SSLSocket)
    session = first.sock.session

    with (
        socket.create_connection(("127.0.0.1", behind.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost", session=session) as second,
    ):
        assert not second.session_reused
