"""POST /-/reload: off unless it is asked for, and answered when the load is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import StartExporter

#: Slower than any test, so that only /-/reload can have made a load happen.
RARELY = ("--config.reload-interval", "60m")


def test_it_is_off_unless_it_is_asked_for(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    for method in ("POST", "PUT"):
        answer = exporter.request("/-/reload", method=method)
        assert (answer.status, answer.json["errorType"]) == (403, "forbidden")
        assert answer.json["error"] == (
            "The lifecycle API is not enabled; start with --web.enable-lifecycle."
        )
    assert exporter.value("threshold_exporter_config_reloads_total", result="success") == 1


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_was_written_before_is_served_after_the_answer(
    start_exporter: StartExporter, conf_d: Path, method: str
) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle", *RARELY)
    for value in range(100, 110):
        (conf_d / "db-a.yaml").write_text(f"tenants:\n  db-a:\n    mysql_connections: {value}\n")
        answer = exporter.request("/-/reload", method=method)
        assert (answer.status, answer.json["status"]) == (200, "success")
        assert exporter.threshold("db-a") == value
    assert answer.json["data"]["sha256"] == exporter.request("/ready").json["data"]["sha256"]
    assert answer.json["data"]["tenants"] == 2


def test_it_reloads_even_if_nothing_changed(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle")
    before = exporter.value("threshold_exporter_config_reloads_total", result="success") or 0
    assert exporter.request("/-/reload", method="POST").status == 200
    assert exporter.value("threshold_exporter_config_reloads_total", result="success") == before + 1


def test_get_is_not_allowed_and_parameters_are_refused(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle")
    answer = exporter.request("/-/reload")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, PUT")
    assert answer.json["error"] == "/-/reload does not answer GET, only POST, PUT."
    assert exporter.request("/-/reload?force=1", method="POST").status == 400


def test_a_rejected_file_is_500_with_its_errors_and_the_last_good_state_stays(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle", *RARELY)
    (conf_d / "db-a.yaml").write_text("tenants: [\n")
    answer = exporter.request("/-/reload", method="POST")
    assert (answer.status, answer.json["errorType"]) == (500, "internal")
    lines = answer.json["error"].splitlines()
    assert lines[0] == "Rejected, and served as they last were: db-a.yaml."
    assert lines[1].startswith("db-a.yaml:")
    assert "error DA010" in lines[1]
    assert exporter.threshold("db-a") == 70


def test_a_bad_key_is_200_and_counted(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle", *RARELY)
    (conf_d / "db-a.yaml").write_text("tenants:\n  db-a:\n    mysql_connections: many\n")
    answer = exporter.request("/-/reload", method="POST")
    assert (answer.status, answer.json["data"]["findings"]) == (200, {"error": 1})


def test_more_errors_than_are_named_are_counted(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle", *RARELY)
    for number in range(14):
        (conf_d / f"t{number}.yaml").write_text("tenants: [\n")
    error = exporter.request("/-/reload", method="POST").json["error"]
    assert error.splitlines()[-1] == "4 more errors: /api/v1/findings"


def test_a_source_that_is_gone_is_500_with_the_reason(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle", *RARELY)
    conf_d.rename(conf_d.with_name("elsewhere"))
    answer = exporter.request("/-/reload", method="POST")
    assert answer.status == 500
    assert "The configuration cannot be loaded: " in answer.json["error"]
    assert str(conf_d) in answer.json["error"]
    conf_d.with_name("elsewhere").rename(conf_d)
    assert exporter.request("/-/reload", method="POST").status == 200


def test_many_at_once_are_all_answered(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--web.enable-lifecycle", *RARELY)
    with ThreadPoolExecutor(16) as many:
        answers = list(many.map(lambda _: exporter.request("/-/reload", method="POST").status, range(64)))
    assert answers == [200] * 64
