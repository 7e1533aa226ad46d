"""The program speaks TLS as its web configuration says, at each connection anew."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.exporter.web_config.names import can_set_curve

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Authority, Issued
    from tests.unit.exporter.web_config.conftest import Behind, StartBehind

TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key"


def shown_serial(behind: Behind) -> object:
    """The serial number of the certificate that the server shows."""
    connection = behind.connect()
    assert isinstance(connection.sock, ssl.SSLSocket)
    return (connection.sock.getpeercert() or {})["serialNumber"]


def refusal(behind: Behind, context: ssl.SSLContext | None = None) -> str | None:
    """Why a connection fails, as OpenSSL says it: an alert that the server sent."""
    with pytest.raises(ssl.SSLError) as failure:
        behind.get(context=context)
    return failure.value.reason


@pytest.mark.usefixtures("server")
def test_metrics_come_over_tls_1_3_and_1_2_and_nothing_older(start_behind: StartBehind) -> None:
    behind = start_behind(TLS + "}")
    answer = behind.get("/metrics")
    assert (answer.status, answer.version) == (200, "TLSv1.3")
    assert 'user_threshold{tenant="db-a"' in answer.body
    older = behind.trust()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    assert behind.get(context=older).version == "TLSv1.2"
    url = f"https://localhost:{behind.port}/ready"
    curl = ["curl", "-sS", "--cacert", str(behind.authority.cert), url]
    assert subprocess.run(curl, capture_output=True, check=True).stdout.startswith(b'{"status":"success"')
    oldest = subprocess.run([*curl, "--tls-max", "1.1"], capture_output=True, check=False)
    assert b"alert protocol version" in oldest.stderr


def test_inline_certificates_do_what_files_do(start_behind: StartBehind, server: Issued) -> None:
    cert, key = (text.strip().replace("\n", "\n    ") for text in server.pem)
    server.cert.unlink()
    server.key.unlink()
    behind = start_behind(f"tls_server_config:\n  cert: |\n    {cert}\n  key: |\n    {key}\n")
    assert behind.get().status == 200


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("name", [None, "localhost", "unknown.example"])
def test_clients_with_any_server_name_or_none_shake_hands(
    start_behind: StartBehind, name: str | None
) -> None:
    behind = start_behind(TLS + "}")
    context = behind.trust()
    context.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", behind.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        assert secure.version() == "TLSv1.3"


@pytest.mark.usefixtures("server")
def test_a_new_certificate_is_shown_without_a_restart_and_open_connections_go_on(
    start_behind: StartBehind, authority: Authority
) -> None:
    behind = start_behind(TLS + "}")
    kept = behind.connect()
    first = shown_serial(behind)
    assert shown_serial(behind) == first
    authority.issue("server")
    assert shown_serial(behind) != first
    assert behind.ask(kept).status == 200


@pytest.mark.usefixtures("server")
def test_settings_are_those_of_the_moment_of_the_connection(start_behind: StartBehind) -> None:
    behind = start_behind(TLS + "}")
    older = behind.trust()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    assert behind.get(context=older).status == 200
    behind.web_config.write_text(TLS + ", min_version: TLS13}")
    assert refusal(behind, older) == "TLSV1_ALERT_PROTOCOL_VERSION"
    assert behind.get().version == "TLSv1.3"
    behind.web_config.write_text(TLS + ", max_version: TLS12}")
    assert behind.get().version == "TLSv1.2"


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("tls_server_config: [", "This is not YAML"),
        (TLS + ", min_version: TLS99}", "min_version cannot be"),
        (TLS.replace("server.key", "missing.key") + "}", "missing.key cannot be read"),
        (TLS.replace("server.key", "test-authority.pem") + "}", "holds no private key"),
        ("", "no longer switches TLS on"),
    ],
)
def test_while_the_file_is_broken_handshakes_end_with_an_alert_and_nothing_is_served_in_plain(
    start_behind: StartBehind, broken: str, reason: str
) -> None:
    behind = start_behind(TLS + "}")
    assert behind.get().status == 200
    behind.web_config.write_text(broken)
    begun = time.monotonic()
    for _ in range(2):
        assert refusal(behind) == "TLSV1_ALERT_INTERNAL_ERROR"
    assert time.monotonic() - begun < 2
    assert behind.get_plain().status == 400
    behind.web_config.write_text(TLS + "}")
    assert behind.get().status == 200
    logged = behind.logged()
    assert logged.count("TLS connections are refused") == 1
    assert reason in logged
    assert "the web configuration is usable again" in logged


@pytest.mark.usefixtures("server")
def test_a_file_that_is_gone_refuses_everybody(start_behind: StartBehind) -> None:
    behind = start_behind(TLS + "}")
    kept = behind.connect()
    behind.web_config.unlink()
    assert refusal(behind) == "TLSV1_ALERT_INTERNAL_ERROR"
    assert behind.ask(kept).status == 500


@pytest.mark.usefixtures("server")
def test_who_speaks_http_to_the_tls_port_is_told_so(start_behind: StartBehind) -> None:
    answer = start_behind(TLS + "}").get_plain()
    assert (answer.status, answer.body) == (400, "Client sent an HTTP request to an HTTPS server.\n")


@pytest.mark.usefixtures("server")
def test_http_2_is_accepted_in_the_file_and_not_offered(start_behind: StartBehind) -> None:
    behind = start_behind(TLS + "}\nhttp_server_config: {http2: true}\n")
    url = f"https://localhost:{behind.port}/ready"
    command = ["curl", "-sS", "--http2", "-o", "/dev/null", "-w", "%{http_code} %{http_version}"]
    command += ["--cacert", str(behind.authority.cert), url]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "200 1.1"
    assert "http2: true has no effect, HTTP/1.1 is served" in behind.logged()


def suite_of(behind: Behind, context: ssl.SSLContext) -> str:
    connection = behind.connect(context)
    assert isinstance(connection.sock, ssl.SSLSocket)
    return (connection.sock.cipher() or ("",))[0]


@pytest.mark.usefixtures("server")
def test_cipher_suites_and_whose_order_counts(start_behind: StartBehind) -> None:
    two = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    behind = start_behind(TLS + f", cipher_suites: [{two}]}}")
    context = behind.trust()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305")
    assert suite_of(behind, context) == "ECDHE-ECDSA-CHACHA20-POLY1305"
    behind.web_config.write_text(TLS + f", cipher_suites: [{two}], prefer_server_cipher_suites: false}}")
    assert suite_of(behind, context) == "ECDHE-ECDSA-AES128-GCM-SHA256"
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    assert refusal(behind, context) == "SSLV3_ALERT_HANDSHAKE_FAILURE"
    behind.web_config.write_text(TLS + ", cipher_suites: [TLS_AES_128_GCM_SHA256]}")
    assert refusal(behind, context) == "TLSV1_ALERT_PROTOCOL_VERSION"
    assert behind.get().version == "TLSv1.3"


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("curve", "name", "other"),
    [
        ("X25519", "X25519", "secp521r1"),
        ("CurveP256", "prime256v1", "secp521r1"),
        ("CurveP384", "secp384r1", "prime256v1"),
        ("CurveP521", "secp521r1", "prime256v1"),
    ],
)
def test_one_curve_may_be_chosen(start_behind: StartBehind, curve: str, name: str, other: str) -> None:
    if not can_set_curve(name):
        pytest.skip(
            f"this Python's ssl cannot set {name}; the file is refused, which test_refused_files shows"
        )
    behind = start_behind(TLS + f", curve_preferences: [{curve}]}}")
    context = behind.trust()
    context.set_ecdh_curve(name)
    assert behind.get(context=context).status == 200
    context.set_ecdh_curve(other)
    assert refusal(behind, context) == "SSLV3_ALERT_HANDSHAKE_FAILURE"


@pytest.mark.usefixtures("server")
def test_paths_are_relative_to_the_web_configuration_and_not_to_where_the_program_runs(
    start_behind: StartBehind, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "server.key").rename(tmp_path / "deep" / "server.key")
    (tmp_path / "absolute.pem").symlink_to(tmp_path / "server.pem")
    text = f"tls_server_config: {{cert_file: {tmp_path}/absolute.pem, key_file: deep/server.key}}"
    assert start_behind(text).get().status == 200


@pytest.mark.usefixtures("server")
def test_it_ends_within_two_seconds_with_idle_tls_connections_open(start_behind: StartBehind) -> None:
    behind = start_behind(TLS + "}")
    idle = behind.connect()
    assert behind.ask(idle).status == 200
    with socket.create_connection(("127.0.0.1", behind.port)):
        begun = time.monotonic()
        behind.process.terminate()
        assert behind.process.wait(10) == 0
    assert time.monotonic() - begun < 2
