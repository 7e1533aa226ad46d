"""What the endpoints answer, in the program as it runs."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import Answer, Exporter, StartExporter

PATHS = ["/", "/metrics", "/health", "/ready", "/-/healthy", "/-/ready", "/api/v1/config", "/api/v1/findings"]


@pytest.fixture(scope="module")
def exporter(start_shared_exporter: StartExporter, shared_conf_d: Path) -> Exporter:
    (shared_conf_d / "db-c.yaml").write_text(
        "tenants:\n"
        "  db-c:\n"
        '    redis_queue_length{queue="<b>"}: disable\n'
        '    redis_queue_length{queue=~"mail.*"}: 5\n'
        "    mysql_connections: many\n"
    )
    return start_shared_exporter("--config-dir", shared_conf_d)


def assert_error(answer: Answer, status: int, kind: str) -> str:
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json.keys() == {"status", "errorType", "error"}
    assert (answer.json["status"], answer.json["errorType"]) == ("error", kind)
    return str(answer.json["error"])


def test_every_path_answers_get_and_head_alike(exporter: Exporter) -> None:
    for path in PATHS:
        got, head = exporter.request(path), exporter.request(path, method="HEAD")
        assert (got.status, head.status, head.body) == (200, 200, b""), path
        assert head.headers.get("content-type") == got.headers["content-type"], path


def test_other_methods_and_paths_have_the_one_error_shape(exporter: Exporter) -> None:
    for path in PATHS:
        answer = exporter.request(path, method="POST")
        assert "only GET, HEAD" in assert_error(answer, 405, "method_not_allowed")
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    for path in ("/metric", "/metrics/", "/api/v1/", "/api/v1/config/x", "/-/quit", "/%00"):
        assert_error(exporter.request(path), 404, "not_found")


def test_unknown_query_parameters_are_refused(exporter: Exporter) -> None:
    for path in PATHS:
        assert "'x'" in assert_error(exporter.request(f"{path}?x=1"), 400, "bad_data")
    assert_error(exporter.request("/api/v1/config?tenant=db-a&tenant=db-b"), 400, "bad_data")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "application/openmetrics-text;version=1.0.0",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
    ],
)
def test_plain_and_gzip_hold_the_same(exporter: Exporter, accept: str, content_type: str) -> None:
    plain = exporter.request("/metrics", {"Accept": accept})
    packed = exporter.request("/metrics", {"Accept": accept, "Accept-Encoding": "gzip"})
    assert plain.headers["content-type"] == packed.headers["content-type"] == content_type
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    assert int(packed.headers["content-length"]) == len(packed.body)
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    unpacked = decompressor.decompress(packed.body)
    assert decompressor.eof
    assert decompressor.unused_data == b""
    assert unpacked == gzip.decompress(packed.body)
    assert without_process(unpacked) == without_process(plain.body)
    assert plain.body.endswith(b"# EOF\n") is bool(accept)
    assert plain.body.count(b"# EOF") == bool(accept)


def without_process(exposition: bytes) -> list[bytes]:
    return [line for line in exposition.splitlines() if b"process_" not in line]


def test_health_and_readiness(exporter: Exporter) -> None:
    assert exporter.request("/health").json == {"status": "success", "data": {"healthy": True}}
    ready = exporter.request("/ready").json["data"]
    assert (ready["ready"], ready["tenants"]) == (True, 3)


def test_config_says_where_each_value_comes_from(exporter: Exporter) -> None:
    (tenant,) = exporter.request("/api/v1/config?tenant=db-a").json["data"]["tenants"]
    (threshold,) = [one for one in tenant["thresholds"] if one["key"] == "mysql_connections"]
    assert threshold == {
        "key": "mysql_connections",
        "component": "mysql",
        "metric": "connections",
        "severity": "warning",
        "value": 70.0,
        "dimensions": {},
        "patterns": {},
        "layer": "tenant",
        "file": "db-a.yaml",
        "line": 3,
        "column": 5,
        "window": None,
        "expires": None,
    }
    assert (tenant["file"], tenant["next_change"], tenant["states"]) == ("db-a.yaml", None, [])


def test_config_shows_dimensions_patterns_and_infinity_as_valid_json(exporter: Exporter) -> None:
    answer = exporter.request("/api/v1/config?tenant=db-c")
    json.loads(answer.body, parse_constant=pytest.fail)
    (tenant,) = answer.json["data"]["tenants"]
    assert all("value" in threshold for threshold in tenant["thresholds"])
    assert [one["patterns"] for one in tenant["thresholds"] if one["patterns"]] == [{"queue": "mail.*"}]


def test_config_without_a_tenant_holds_all(exporter: Exporter) -> None:
    tenants = exporter.request("/api/v1/config").json["data"]["tenants"]
    assert [tenant["tenant"] for tenant in tenants] == ["db-a", "db-b", "db-c"]


def test_an_unknown_tenant_is_not_found(exporter: Exporter) -> None:
    assert "'db-x'" in assert_error(exporter.request("/api/v1/config?tenant=db-x"), 404, "not_found")


@pytest.mark.parametrize(
    "at", ["2026-12-01T06:00:00Z", "2026-12-01T06:00:00%2B00:00", "1796104800", "1796104800.0"]
)
def test_config_at_an_instant(exporter: Exporter, at: str) -> None:
    assert exporter.request(f"/api/v1/config?at={at}").json["data"]["at"] == "2026-12-01T06:00:00+00:00"


@pytest.mark.parametrize(
    "at", ["", "now", "2026-12-01T06:00:00", "2026-13-01T00:00:00Z", "99999999999", "NaN"]
)
def test_what_is_not_an_instant_is_refused(exporter: Exporter, at: str) -> None:
    assert "write 2026-12-01T06:00:00Z" in assert_error(
        exporter.request(f"/api/v1/config?at={at}"), 400, "bad_data"
    )


def test_findings_carry_everything_that_a_repair_needs(exporter: Exporter) -> None:
    findings = exporter.request("/api/v1/findings").json["data"]["findings"]
    (finding,) = [one for one in findings if one["text"] == "many"]
    assert (finding["file"], finding["line"], finding["severity"]) == ("db-c.yaml", 5, "error")
    assert finding["id"].startswith("DA")
    assert finding["advice"]
    assert finding["anchor"]


def test_the_page_shows_version_tenants_and_findings_and_escapes_them(exporter: Exporter) -> None:
    answer = exporter.request("/")
    page = answer.body.decode()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert __version__ in page
    assert "/api/v1/config?tenant=db-a" in page
    assert "db-c.yaml:5:" in page
    assert "<b>" not in page


@pytest.mark.parametrize("authority", ["x", "x:8080", "[::1]:8080"])
def test_a_target_may_be_a_whole_address(exporter: Exporter, authority: str) -> None:
    assert exporter.request(f"http://{authority}/health").json["data"] == {"healthy": True}
    assert exporter.request(f"HTTPS://{authority}/api/v1/config?tenant=db-a").status == 200
    assert exporter.request(f"http://{authority}").headers["content-type"].startswith("text/html")
    assert "/nowhere." in assert_error(exporter.request(f"http://{authority}/nowhere"), 404, "not_found")
