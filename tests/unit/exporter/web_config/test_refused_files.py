"""What a web configuration file may not say, and the sentence that says so."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynamic_alerting.exporter.web_config.errors import WebConfigError
from dynamic_alerting.exporter.web_config.file import WebConfigFile
from dynamic_alerting.exporter.web_config.settings import parse_web_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Issued
    from tests.unit.exporter.conftest import RunExporter

GOOD_TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key"

REFUSED = [
    # Shape
    ("tls_server_configs: {}", ":1:1: the file has no field 'tls_server_configs'. Did you mean"),
    ("\n\nhttp_server_config:\n  http3: true", ":4:3: http_server_config has no field 'http3'."),
    (GOOD_TLS + ", ca_file: x}", ":1:66: tls_server_config has no field 'ca_file'."),
    ("rate_limit: {burts: 3}", "rate_limit has no field 'burts'. Did you mean \"burst\"?"),
    ("- tls_server_config", ":1:1: the file is a mapping"),
    ("tls_server_config: on", ":1:20: tls_server_config is a mapping"),
    ("basic_auth_users: [alice]", ":1:19: basic_auth_users is a mapping"),
    ("tls_server_config: {cert_file: [a]}", "cert_file is a text, not a list."),
    ("basic_auth_users: {a: {b: c}}", "a is a text, not a mapping."),
    ("{[a]: b}", "A field's name in the file is a text, not a list."),
    ("basic_auth_users:\n  a: x\n  a: y", ":3:3: a is written twice"),
    ("a: [", ":1:5: This is not YAML"),
    ("a: *b", "This is not YAML: found undefined alias"),
    ("{}\n---\n{}", ":2:1: This is not YAML"),
    ("\x01", "This is not YAML"),
    ("[" * 100_000, "This is not YAML"),
    # TLS
    ("tls_server_config: {key_file: server.key}", "switches TLS on, but has no cert_file (and no cert)."),
    ("tls_server_config: {cert_file: server.pem}", "switches TLS on, but has no key_file (and no key)."),
    ("tls_server_config: {client_auth_type: NoClientCert}", "has no cert_file"),
    (GOOD_TLS + ", cert: x}", "cert and cert_file are both given"),
    (GOOD_TLS + ", min_version: TLS14}", "min_version cannot be 'TLS14'. Did you mean"),
    (GOOD_TLS + ", min_version: TLS10}", "min_version: TLS10 cannot be offered"),
    (GOOD_TLS + ", max_version: TLS11}", "max_version: TLS11 cannot be offered"),
    (GOOD_TLS + ", min_version: TLS13, max_version: TLS12}", "min_version leaves only TLS 1.3"),
    (
        GOOD_TLS + ", cipher_suites: [TLS_AES_128_GCM_SHA256], max_version: TLS12}",
        "cipher_suites leaves only TLS 1.3",
    ),
    (GOOD_TLS + ", cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}", "cannot be 'TLS_RSA_WITH_RC4_128_SHA'"),
    (GOOD_TLS + ", cipher_suites: TLS_AES_128_GCM_SHA256}", "cipher_suites is a list"),
    (GOOD_TLS + ", curve_preferences: [P256]}", "an item of curve_preferences cannot be 'P256'"),
    (GOOD_TLS + ", prefer_server_cipher_suites: maybe}", "is 'maybe'; write true or false"),
    (GOOD_TLS + ", client_auth_type: Require}", "client_auth_type cannot be 'Require'"),
    (GOOD_TLS + ", client_auth_type: RequestClientCert}", "asks for a certificate and does not verify it"),
    (GOOD_TLS + ", client_auth_type: RequireAnyClientCert}", "which Python's ssl cannot do"),
    (GOOD_TLS + ", client_auth_type: RequireClientCert}", "write RequireAndVerifyClientCert"),
    (GOOD_TLS + ", client_ca_file: test-authority.pem}", "but no client is asked for a certificate"),
    (GOOD_TLS + ", client_allowed_sans: [a]}", "needs client_auth_type: RequireAndVerifyClientCert"),
    (
        GOOD_TLS + ", client_auth_type: VerifyClientCertIfGiven, client_allowed_sans: [a]}",
        "needs client_auth_type: RequireAndVerifyClientCert",
    ),
    (
        GOOD_TLS + ", client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: []}",
        "client_allowed_sans is empty",
    ),
    # What TLS names
    ("tls_server_config: {cert_file: no.pem, key_file: server.key}", "no.pem cannot be read: No such file"),
    ("tls_server_config: {cert_file: server.key, key_file: server.key}", "server.key holds no certificate"),
    ("tls_server_config: {cert_file: server.pem, key_file: server.pem}", "server.pem holds no private key"),
    ("tls_server_config: {cert_file: ., key_file: server.key}", "cannot be read: Is a directory."),
    (
        "tls_server_config: {cert_file: test-authority.pem, key_file: server.key}",
        "The key is not the key of the certificate.",
    ),
    (
        GOOD_TLS + ", client_ca: x, client_auth_type: RequireAndVerifyClientCert}",
        "client_ca holds no certificate in PEM form",
    ),
    (
        GOOD_TLS
        + ', client_ca: "-----BEGIN CERTIFICATE-----\\nx", client_auth_type: VerifyClientCertIfGiven}',
        "The client CA is damaged",
    ),
    (
        'tls_server_config: {cert: "-----BEGIN CERTIFICATE-----\\nx", key_file: server.key}',
        "The certificate or the key is damaged",
    ),
    # HTTP
    ("http_server_config: {http2: maybe}", ":1:29: http2 is 'maybe'; write true or false."),
    ("http_server_config: {headers: {Server: x}}", "headers has no field 'Server'. There are: Content-"),
    ("http_server_config: {headers: {X-Frame-Options: DENY}}", "It is one of: deny, sameorigin."),
    ('http_server_config: {headers: {X-Frame-Options: ""}}', "X-Frame-Options cannot be ''"),
    ("http_server_config: {headers: {X-Content-Type-Options: sniff}}", "It is one of: nosniff."),
    ('http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb: c"}}', "a character that a header cannot"),
    # Users and rate
    ("basic_auth_users: {alice: secret}", "The password of user 'alice' is not a bcrypt hash; make one with"),
    ("basic_auth_users: {alice: }", "The password of user 'alice' is not a bcrypt hash"),
    ('basic_auth_users: {"\\ud800": x}', "is not UTF-8"),
    ("rate_limit: {interval: often}", "interval is 'often'; write a duration such as 1s"),
    ("rate_limit: {interval: -1s, burst: 2}", "interval is '-1s'"),
    ("rate_limit: {interval: 1s, burst: some}", "burst is 'some'; write a whole number"),
    ("rate_limit: {interval: 1s}", "its burst is 0: no request would be answered"),
]


@pytest.mark.parametrize(("content", "sentence"), REFUSED, ids=[sentence[:40] for _, sentence in REFUSED])
def test_what_cannot_be_done_is_refused_with_a_sentence(
    tmp_path: Path, server: Issued, content: str, sentence: str
) -> None:
    path = tmp_path / "web.yml"
    path.write_text(content)
    with pytest.raises(WebConfigError) as refusal:
        WebConfigFile(path)
    assert server.cert.parent == tmp_path
    assert str(path) in str(refusal.value)
    assert sentence in str(refusal.value)


def test_an_encrypted_key_is_refused_instead_of_asking_at_the_terminal(
    tmp_path: Path, server: Issued
) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - one test needs it

    key = serialization.load_pem_private_key(server.key.read_bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    )
    server.key.write_bytes(encrypted)
    (tmp_path / "web.yml").write_text(GOOD_TLS + "}")
    with pytest.raises(WebConfigError, match="key is encrypted"):
        WebConfigFile(tmp_path / "web.yml")


def test_a_file_that_is_not_utf8_too_large_or_not_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "web.yml"
    with pytest.raises(WebConfigError, match=r"web\.yml cannot be read: No such file"):
        WebConfigFile(path)
    path.write_bytes(b"\xff")
    with pytest.raises(WebConfigError, match="is not UTF-8"):
        WebConfigFile(path)
    path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(WebConfigError, match="is larger than 1 MiB"):
        WebConfigFile(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(WebConfigError, match="is not a regular file"):
        WebConfigFile(path)


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="Python 3.15 can set a list of curves")
def test_several_curves_are_refused_where_python_can_set_only_one(tmp_path: Path, server: Issued) -> None:
    (tmp_path / "web.yml").write_text(GOOD_TLS + ", curve_preferences: [X25519, CurveP256]}")
    with pytest.raises(WebConfigError, match=r"Python's ssl before 3\.15 can set one curve, not 2"):
        WebConfigFile(tmp_path / "web.yml")
    assert server.cert.exists()


@pytest.mark.usefixtures("server")
def test_a_curve_that_this_python_cannot_set_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynamic_alerting.exporter.web_config.names.can_set_curve", lambda _: False)
    (tmp_path / "web.yml").write_text(GOOD_TLS + ", curve_preferences: [X25519]}")
    with pytest.raises(WebConfigError, match="this Python's ssl cannot set X25519 by itself"):
        WebConfigFile(tmp_path / "web.yml")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.text() | st.binary())
def test_any_content_is_read_or_refused(tmp_path: Path, content: str | bytes) -> None:
    written = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    with contextlib.suppress(WebConfigError):
        parse_web_config(written, tmp_path / "web.yml")


def test_the_program_ends_with_status_2_and_the_sentence(
    run_exporter: RunExporter, conf_d: Path, tmp_path: Path
) -> None:
    (tmp_path / "web.yml").write_text("basic_auth_user: {}\n")
    ended = run_exporter("--config-dir", conf_d, "--web.config.file", tmp_path / "web.yml")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"threshold-exporter: {tmp_path}/web.yml:1:1: the file has no field 'basic_auth_user'. "
        'Did you mean "basic_auth_users"? '
        "There are: tls_server_config, http_server_config, basic_auth_users, rate_limit.\n"
    )
