"""The real program: how it starts, what it refuses, how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import RunExporter, StartExporter


@pytest.mark.parametrize("spelling", ["-config-dir", "--config-dir"])
def test_both_spellings_of_the_directory_flag_serve_thresholds(
    start_exporter: StartExporter, conf_d: Path, spelling: str
) -> None:
    exporter = start_exporter(spelling, conf_d)
    assert exporter.threshold("db-a") == 70
    assert exporter.threshold("db-b") == 80


def test_the_value_of_the_single_dash_flag_may_follow_an_equals_sign(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    assert start_exporter(f"-config-dir={conf_d}").threshold("db-a") == 70


def test_one_file_may_hold_everything(start_exporter: StartExporter, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text("defaults:\n  mysql_connections: 80\ntenants:\n  db-a: {}\n")
    exporter = start_exporter("--config-file", file)
    assert exporter.threshold("db-a") == 80
    file.write_text("defaults:\n  mysql_connections: 90\ntenants:\n  db-a: {}\n")
    exporter.until(lambda: exporter.threshold("db-a") == 90, 2)


def test_flags_have_environment_twins_and_win_over_them(
    start_exporter: StartExporter, conf_d: Path, tmp_path: Path
) -> None:
    elsewhere = str(tmp_path / "missing")
    exporter = start_exporter(
        "--log.format",
        "logfmt",
        THRESHOLD_EXPORTER_CONFIG_DIR=str(conf_d),
        THRESHOLD_EXPORTER_LOG_FORMAT="json",
        THRESHOLD_EXPORTER_LOG_LEVEL="info",
        THRESHOLD_EXPORTER_CONFIG_RELOAD_INTERVAL="500ms",
        THRESHOLD_EXPORTER_CONFIG_STRICT="true",
        THRESHOLD_EXPORTER_WEB_LISTEN_ADDRESS=elsewhere,  # not an address, but the flag is given
    )
    assert exporter.threshold("db-a") == 70
    assert exporter.logged().startswith("ts=")


def test_version(run_exporter: RunExporter) -> None:
    ended = run_exporter("--version")
    assert (ended.returncode, ended.stdout.split()[:2]) == (0, ["threshold-exporter", __version__])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give --config-dir DIR or --config-file FILE."),
        (["--config-dir", "{conf_d}", "--config-file", "x"], "not both"),
        (["--config-dir", "{conf_d}/missing", "--config.strict"], "missing does not exist."),
        (["--config-dir", "{conf_d}/db-a.yaml"], "is not a directory; give a file with --config-file."),
        (["--config-file", "{conf_d}/missing.yaml", "--config.strict"], "missing.yaml does not exist."),
        (["--config-file", "{conf_d}"], "is not a file; give a directory with --config-dir."),
        (["--config-dir", "{conf_d}", "--web.listen-address", "8080"], "is not HOST:PORT"),
        (["--config-dir", "{conf_d}", "--config.reload-interval", "1"], "is not a duration"),
        (["--config-dir", "{conf_d}", "--config.reload-interval", "2h"], "is not a duration"),
        (["--config-dir", "{conf_d}", "--log.format", "xml"], "'xml' is not one of"),
        (["--config-dirs", "{conf_d}"], "No such option"),
        (["--config-dir", "{conf_d}", "extra"], "unexpected extra argument"),
    ],
)
def test_wrong_use_ends_with_status_2_and_a_sentence(
    run_exporter: RunExporter, conf_d: Path, arguments: list[str], sentence: str
) -> None:
    ended = run_exporter(*(argument.replace("{conf_d}", str(conf_d)) for argument in arguments))
    assert ended.returncode == 2
    assert sentence in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_taken_port_ends_with_status_2_and_names_the_address(
    run_exporter: RunExporter, conf_d: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = run_exporter("--config-dir", conf_d, "--web.listen-address", address)
    assert ended.returncode == 2
    assert f"Cannot listen on {address}: another program uses this port." in ended.stderr


def test_strict_ends_with_status_1_and_prints_the_findings(run_exporter: RunExporter, conf_d: Path) -> None:
    (conf_d / "db-b.yaml").write_text("tenants:\n  db-b:\n    mysql_connections: many\n")
    ended = run_exporter("--config-dir", conf_d, "--config.strict", "--web.listen-address", "127.0.0.1:0")
    assert ended.returncode == 1
    assert "db-b.yaml:3:" in ended.stderr
    assert "--config.strict" in ended.stderr


def test_strict_serves_when_nothing_is_wrong(start_exporter: StartExporter, conf_d: Path) -> None:
    assert start_exporter("--config-dir", conf_d, "--config.strict").threshold("db-a") == 70


def test_without_strict_a_bad_file_at_the_start_leaves_the_good_ones_served(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    (conf_d / "db-b.yaml").write_text("tenants: [\n")
    exporter = start_exporter("--config-dir", conf_d)
    assert exporter.threshold("db-a") == 70
    assert exporter.value("threshold_exporter_config_loaded") == 1
    assert exporter.value("threshold_exporter_config_last_reload_successful") == 0
    assert exporter.value("threshold_exporter_config_file_accepted", file="db-b.yaml") == 0
    assert exporter.value("threshold_exporter_config_file_accepted", file="db-a.yaml") == 1
    assert "db-b.yaml:" in exporter.logged()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_a_second_even_with_idle_connections_open(
    start_exporter: StartExporter, conf_d: Path, number: signal.Signals
) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    with socket.create_connection(("127.0.0.1", exporter.port), timeout=5) as idle:
        idle.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        exporter.process.send_signal(number)
        assert exporter.process.wait(5) == 0
        assert time.monotonic() - begun < 1
    assert f"ending signal={number.name}" in exporter.logged()
    assert exporter.logged().rstrip().endswith("msg=ended")


def test_sighup_loads_again_even_if_nothing_changed(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    before = exporter.value("threshold_exporter_config_reloads_total", result="success") or 0
    exporter.process.send_signal(signal.SIGHUP)
    exporter.until(
        lambda: exporter.value("threshold_exporter_config_reloads_total", result="success") == before + 1
    )


def test_sighup_during_the_start_does_not_end_it(conf_d: Path) -> None:
    """Only before Python runs can the signal's default action still end the process."""
    code = (
        "import os, signal, sys; import dynamic_alerting.exporter.main as m;\n"
        "m.bind = lambda a: (os.kill(os.getpid(), signal.SIGHUP), sys.exit(7));\n"
        f"m.main(['--config-dir', {str(conf_d)!r}])"
    )
    ended = subprocess.run([sys.executable, "-c", code], timeout=30, check=False)
    assert ended.returncode == 7


def test_json_logs_are_one_object_a_line(start_exporter: StartExporter, conf_d: Path) -> None:
    (conf_d / "db-b.yaml").write_text("tenants: [\n")
    exporter = start_exporter("--config-dir", conf_d, "--log.format", "json")
    exporter.process.terminate()
    exporter.process.wait(5)
    records = [json.loads(line) for line in exporter.logged().splitlines()]
    assert records[0]["msg"] == "starting"
    assert records[-1]["msg"] == "ended"
    (loaded,) = [record for record in records if record["msg"] == "configuration loaded"]
    assert loaded["files_changed"] == 3
    assert any(record.get("at", "").startswith("db-b.yaml:") for record in records)


def test_after_sigkill_it_starts_again_and_serves_the_same(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    first = start_exporter("--config-dir", conf_d)
    served = first.value("threshold_exporter_config_hash"), first.threshold("db-a")
    first.process.kill()
    first.process.wait(5)
    second = start_exporter("--config-dir", conf_d)
    assert (second.value("threshold_exporter_config_hash"), second.threshold("db-a")) == served
