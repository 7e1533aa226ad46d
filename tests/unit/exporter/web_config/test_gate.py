"""Passwords, headers and the rate limit before every endpoint of the program."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.exporter.web_config.conftest import Answer, Hash, StartBehind

PATHS = ["/", "/metrics", "/health", "/ready", "/-/healthy", "/-/reload", "/api/v1/config", "/nothing/here"]
LOGIN = ("prometheus", "s3cret")


def users(hash_of: Hash, **more: str) -> str:
    lines = {"prometheus": hash_of("s3cret"), **more}
    return "basic_auth_users:\n" + "".join(f"  {user}: '{hashed}'\n" for user, hashed in lines.items())


def assert_refused(answer: Answer, status: int, kind: str) -> None:
    assert answer.status == status
    body = json.loads(answer.body)
    assert (body["status"], body["errorType"]) == ("error", kind)
    assert "db-a" not in answer.body


def basic(credentials: bytes) -> str:
    return "Basic " + b64encode(credentials).decode()


@pytest.mark.usefixtures("server")
def test_every_path_needs_the_password_also_over_tls(start_behind: StartBehind, hash_of: Hash) -> None:
    tls = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
    behind = start_behind(tls + users(hash_of))
    for path in PATHS:
        answer = behind.get(path)
        assert_refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Basic"
        assert behind.get(path, login=LOGIN).status not in {401, 500}, path


def test_only_the_right_user_with_the_right_password_gets_in(
    start_behind: StartBehind, hash_of: Hash
) -> None:
    behind = start_behind(users(hash_of, **{"émile": hash_of("pass:wörd"), "007": hash_of("")}))
    for sent in (basic(b"prometheus:s3cret"), basic("émile:pass:wörd".encode()), basic(b"007:")):
        assert behind.get_plain(headers={"Authorization": sent}).status == 200
    lower = basic(b"prometheus:s3cret").replace("Basic", "bAsIc")
    assert behind.get_plain(headers={"Authorization": lower}).status == 200
    for sent in (
        "",
        "Basic",
        "Basic !",
        basic(b"prometheus"),
        basic(b"prometheus:"),
        basic(b":s3cret"),
        basic(b":"),
        basic(b"prometheus:S3cret"),
        basic(b"Prometheus:s3cret"),
        basic(b"prometheus:s3cret\0"),
        basic(b"prometheus:s3cret "),
        basic(b"007:s3cret"),
        basic(b"\xff\xfe:\xff"),
        basic(b"prometheus:s3cret").replace("Basic", "Bearer"),
        basic(b"prometheus:s3cret").replace("Basic ", ""),
        basic(b"prometheus:" + b"x" * 5000),
    ):
        assert_refused(behind.get_plain(headers={"Authorization": sent}), 401, "unauthorized")


def test_users_come_and_go_without_a_restart(start_behind: StartBehind, hash_of: Hash) -> None:
    behind = start_behind(users(hash_of))
    assert behind.get_plain(login=LOGIN).status == 200
    behind.web_config.write_text(users(hash_of, new=hash_of("x")))
    assert behind.get_plain(login=("new", "x")).status == 200
    behind.web_config.write_text("basic_auth_users:\n  prometheus: '" + hash_of("changed") + "'\n")
    assert behind.get_plain(login=LOGIN).status == 401
    assert behind.get_plain(login=("new", "x")).status == 401
    assert behind.get_plain(login=("prometheus", "changed")).status == 200
    behind.web_config.write_text("")
    assert behind.get_plain().status == 200


@pytest.mark.parametrize("broken", ["basic_auth_users: [", "basic_auth_user: {}", "a: {}", None])
def test_while_the_file_is_broken_every_request_is_500_and_the_log_says_why_once(
    start_behind: StartBehind, hash_of: Hash, broken: str | None
) -> None:
    behind = start_behind(users(hash_of))
    if broken is None:
        behind.web_config.unlink()
    else:
        behind.web_config.write_text(broken)
    for path in PATHS:
        assert_refused(behind.get_plain(path, login=LOGIN), 500, "internal")
    assert behind.logged().count("the web configuration is not usable, requests are answered 500") == 1
    behind.web_config.write_text(users(hash_of))
    assert behind.get_plain(login=LOGIN).status == 200
    assert behind.get_plain().status == 401


def test_a_bad_hash_later_shuts_out_its_user_only(start_behind: StartBehind, hash_of: Hash) -> None:
    behind = start_behind(users(hash_of))
    behind.web_config.write_text(users(hash_of, broken="s3cret"))
    assert behind.get_plain(login=("broken", "s3cret")).status == 401
    assert behind.get_plain(login=LOGIN).status == 200
    assert 'the password is not a bcrypt hash" user=broken' in behind.logged()


def test_tls_that_is_switched_on_later_needs_a_new_start_and_the_log_says_so(
    start_behind: StartBehind, hash_of: Hash
) -> None:
    behind = start_behind(users(hash_of))
    behind.web_config.write_text("tls_server_config: {cert_file: a, key_file: b}\n" + users(hash_of))
    assert behind.get_plain(login=LOGIN).status == 200
    assert "tls_server_config has no effect before a new start" in behind.logged()


@pytest.mark.parametrize("content", ["", "# nothing\n", "{}", "tls_server_config: {min_version: TLS13}"])
def test_an_empty_file_is_plain_http_for_everybody(start_behind: StartBehind, content: str) -> None:
    behind = start_behind(content)
    assert behind.get_plain("/metrics").status == 200
    assert ("it names no certificate" in behind.logged()) is ("min_version" in content)


def test_headers_are_added_also_to_refusals_but_do_not_replace_what_a_page_sets(
    start_behind: StartBehind, hash_of: Hash
) -> None:
    headers = (
        "http_server_config: {headers: {X-Frame-Options: deny, Strict-Transport-Security: max-age=1, "
        "X-XSS-Protection: '', Content-Security-Policy: default-src *, X-Content-Type-Options: nosniff}}\n"
    )
    behind = start_behind(headers + users(hash_of))
    for login in (None, LOGIN):
        sent = behind.get_plain("/metrics", login=login).headers
        assert (sent["x-frame-options"], sent["strict-transport-security"]) == ("deny", "max-age=1")
        assert sent["content-security-policy"] == "default-src *"
        assert "x-xss-protection" not in sent
    page = behind.get_plain("/", login=LOGIN).headers["content-security-policy"]
    assert page.startswith("default-src 'none'")
    behind.web_config.write_text("http_server_config: {headers: {X-Frame-Options: sameorigin}}")
    assert behind.get_plain().headers["x-frame-options"] == "sameorigin"


def test_the_rate_limit_is_shared_by_all_clients_and_comes_before_the_password(
    start_behind: StartBehind, hash_of: Hash
) -> None:
    behind = start_behind(users(hash_of) + "rate_limit: {interval: 1h, burst: 3}")
    assert [behind.get_plain(login=login).status for login in (None, LOGIN, None)] == [401, 200, 401]
    assert_refused(behind.get_plain(login=LOGIN), 429, "too_many_requests")


def test_a_scrape_does_not_pay_for_bcrypt_again_and_nobody_waits_for_it(
    start_behind: StartBehind, hash_of: Hash
) -> None:
    behind = start_behind(users(hash_of) + f"  slow: '{hash_of('s3cret', 12)}'\n")
    begun = time.monotonic()
    assert behind.get_plain(login=("slow", "s3cret")).status == 200
    first = time.monotonic() - begun
    begun = time.monotonic()
    for _ in range(5):
        assert behind.get_plain(login=("slow", "s3cret")).status == 200
    assert (time.monotonic() - begun) / 5 < first / 3
