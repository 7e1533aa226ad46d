"""compatibility.md 1: command lines and environments of the system that came before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from click.testing import CliRunner

from dynamic_alerting.exporter import main as program
from dynamic_alerting.exporter.old_spellings import OLD_ENVIRONMENT, OLD_FLAGS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from tests.unit.exporter.conftest import Exporter, RunExporter, StartExporter

PAGE = (Path(__file__).parents[3] / "docs" / "exporter.md").read_text()
VARIABLES = ("CONFIG_DIR", "CONFIG_PATH", "LISTEN_ADDR")


class Taken(NamedTuple):
    """What the program makes of a command line and an environment, or why it ends."""

    source: str
    address: str
    interval: float
    status: int
    sentence: str


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Taken]:
    """Runs the program up to the point where it would listen."""
    seen: dict[str, Any] = {}

    def start(source: Path, *_: Any, interval: float, **others: Any) -> int:
        seen.update(others, source=str(source), interval=interval)
        return 0

    def bind(address: object) -> None:
        seen["address"] = str(address)

    def end(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(program, "bind", bind)
    monkeypatch.setattr("dynamic_alerting.exporter.startup.start", start)
    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr(program, "configure_logs", lambda *_: None)
    monkeypatch.setattr("logging.shutdown", lambda: None)
    monkeypatch.setattr(program, "STANDARD_DIRECTORY", tmp_path / "etc" / "conf.d")
    monkeypatch.setattr(program, "STANDARD_FILE", tmp_path / "etc" / "config.yaml")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, **environment: object) -> Taken:
        seen.clear()
        variables = {name: str(value) for name, value in environment.items()}
        outcome = CliRunner().invoke(program.main, [str(one) for one in arguments], env=variables)
        return Taken(
            seen.get("source", ""),
            seen.get("address", ""),
            seen.get("interval", 0.0),
            outcome.exit_code,
            " ".join(outcome.output.split()),
        )

    return run


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "conf.d"
    path.mkdir()
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("tenants: {}\n")
    return path


def spellings(name: str, value: object) -> Iterator[list[str]]:
    for dashes in ("-", "--"):
        yield [f"{dashes}{name}", str(value)]
        yield [f"{dashes}{name}={value}"]


@pytest.mark.parametrize("form", range(4))
def test_config_dir_config_listen_and_reload_interval_with_one_dash_or_two_and_with_an_equals_sign(
    take: Callable[..., Taken], directory: Path, file: Path, form: int
) -> None:
    listen = [*spellings("listen", "127.0.0.2:9")][form]
    interval = [*spellings("reload-interval", "30s")][form]
    taken = take(*[*spellings("config-dir", directory)][form], *listen, *interval)
    assert taken == (str(directory), "127.0.0.2:9", 30.0, 0, "")
    taken = take(*interval, *[*spellings("config", file)][form], *listen)
    assert taken == (str(file), "127.0.0.2:9", 30.0, 0, "")


@pytest.mark.parametrize(
    ("typed", "address"), [(":9", ":9"), ("0.0.0.0:9", "0.0.0.0:9"), ("[::1]:9", "[::1]:9")]
)
def test_listen_takes_a_port_with_and_without_a_host(
    take: Callable[..., Taken], directory: Path, typed: str, address: str
) -> None:
    assert take("-config-dir", directory, "-listen", typed).address == address
    assert take("-config-dir", directory, LISTEN_ADDR=typed).address == address


@pytest.mark.parametrize(
    ("typed", "seconds"), [("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("0.5m", 30), ("1h", 3600)]
)
def test_reload_interval_takes_durations_as_go_writes_them(
    take: Callable[..., Taken], directory: Path, typed: str, seconds: float
) -> None:
    assert take("-config-dir", directory, "-reload-interval", typed).interval == seconds


@pytest.mark.parametrize("typed", ["30", "", "s", "1m 30s", "-5s", "1d", "2h", "1ms", "٣s"])
def test_what_is_no_duration_is_refused_with_a_sentence(
    take: Callable[..., Taken], directory: Path, typed: str
) -> None:
    taken = take("-config-dir", directory, f"-reload-interval={typed}")
    assert taken.status == 2
    assert "'--config.reload-interval'" in taken.sentence
    assert "is not a duration" in taken.sentence


def test_the_environment_is_taken(take: Callable[..., Taken], directory: Path, file: Path) -> None:
    assert take(CONFIG_DIR=directory, LISTEN_ADDR=":9")[:2] == (str(directory), ":9")
    assert take(CONFIG_PATH=file).source == str(file)


def test_an_empty_variable_says_nothing(take: Callable[..., Taken], file: Path) -> None:
    assert take(CONFIG_DIR="", CONFIG_PATH=file, LISTEN_ADDR="")[:2] == (str(file), "127.0.0.1:8080")


def test_config_path_may_be_a_directory(take: Callable[..., Taken], directory: Path) -> None:
    assert take(CONFIG_PATH=directory).source == str(directory)


def test_of_config_dir_and_config_path_the_directory_wins(
    take: Callable[..., Taken], directory: Path, file: Path
) -> None:
    assert take(CONFIG_DIR=directory, CONFIG_PATH=file).source == str(directory)


def test_a_flag_wins_over_the_environment(
    take: Callable[..., Taken], directory: Path, file: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "missing"
    assert take("-config-dir", directory, CONFIG_DIR=elsewhere).source == str(directory)
    assert take("--config-file", file, CONFIG_DIR=directory).source == str(file)
    assert take("-config", file, CONFIG_DIR=directory, CONFIG_PATH=elsewhere).source == str(file)
    assert take("--config-dir", directory, CONFIG_PATH=file).source == str(directory)
    assert take("-config-dir", directory, "-listen", ":9", LISTEN_ADDR="nonsense").address == ":9"
    assert take("--config-file", file, THRESHOLD_EXPORTER_CONFIG_DIR=directory).source == str(file)


def test_our_own_variables_win_over_the_old_ones(
    take: Callable[..., Taken], directory: Path, file: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "missing"
    assert take(THRESHOLD_EXPORTER_CONFIG_DIR=directory, CONFIG_DIR=elsewhere).source == str(directory)
    assert take(THRESHOLD_EXPORTER_CONFIG_FILE=file, CONFIG_DIR=directory).source == str(file)
    assert take(THRESHOLD_EXPORTER_CONFIG_DIR=directory, CONFIG_PATH=file).source == str(directory)
    taken = take(THRESHOLD_EXPORTER_WEB_LISTEN_ADDRESS=":7", LISTEN_ADDR=":9", CONFIG_DIR=directory)
    assert taken.address == ":7"


@pytest.mark.parametrize("how", ["flags", "variables"])
def test_a_directory_and_a_file_said_in_the_same_way_are_refused(
    take: Callable[..., Taken], directory: Path, file: Path, how: str
) -> None:
    if how == "flags":
        taken = take("-config-dir", directory, "-config", file)
    else:
        taken = take(THRESHOLD_EXPORTER_CONFIG_DIR=directory, THRESHOLD_EXPORTER_CONFIG_FILE=file)
    assert taken.status == 2
    assert "Give either --config-dir or --config-file, not both." in taken.sentence


def test_nothing_at_all_is_the_standard_directory_else_the_standard_file_else_a_sentence(
    take: Callable[..., Taken], tmp_path: Path
) -> None:
    taken = take()
    assert taken.status == 2
    assert "Give --config-dir DIR or --config-file FILE. Neither" in taken.sentence
    etc = tmp_path / "etc"
    (etc / "conf.d").mkdir(parents=True)
    (etc / "config.yaml").write_text("")
    assert take().source == str(etc / "conf.d")
    (etc / "conf.d").rmdir()
    assert take().source == str(etc / "config.yaml")
    (etc / "config.yaml").unlink()
    (etc / "config.yaml").mkdir()
    assert take().status == 2


def test_the_standard_places_are_those_that_were() -> None:
    assert str(program.STANDARD_DIRECTORY) == "/etc/threshold-exporter/conf.d"
    assert str(program.STANDARD_FILE) == "/etc/threshold-exporter/config.yaml"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LISTEN_ADDR": "8080"}, "LISTEN_ADDR in the environment: '8080' is not HOST:PORT"),
        (
            {"CONFIG_PATH": "missing.yaml", "THRESHOLD_EXPORTER_CONFIG_STRICT": "true"},
            "The configuration file missing.yaml does not exist.",
        ),
    ],
)
def test_a_bad_variable_is_named_or_shown(
    take: Callable[..., Taken], directory: Path, environment: dict[str, str], sentence: str
) -> None:
    source = {} if "CONFIG_PATH" in environment else {"CONFIG_DIR": directory}
    taken = take(**source, **environment)
    assert taken.status == 2
    assert sentence in taken.sentence


def test_any_flag_may_have_one_dash(take: Callable[..., Taken], directory: Path) -> None:
    assert take("-config.reload-interval", "5s", "-config-dir", directory).interval == 5
    for typed in ("-help", "-h"):
        assert "Usage: " in take(typed).sentence


@pytest.mark.parametrize(
    ("typed", "named"),
    [("-confg", "--confg"), ("-config-directory=x", "--config-directory"), ("--listen-on", "--listen-on")],
)
def test_an_unknown_flag_is_named_as_a_whole(take: Callable[..., Taken], typed: str, named: str) -> None:
    taken = take(typed)
    assert taken.status == 2
    assert f"No such option '{named}'" in taken.sentence


def test_what_is_after_two_dashes_is_no_flag(take: Callable[..., Taken], directory: Path) -> None:
    taken = take("-config-dir", directory, "--", "-listen")
    assert taken.status == 2
    assert "unexpected extra argument (-listen)" in taken.sentence


def test_help_speaks_of_our_flags_only(take: Callable[..., Taken]) -> None:
    text = take("--help").sentence
    assert "--config-dir" in text
    for old in ("-config ", " -config-dir", "--listen", "--reload-interval", "CONFIG_PATH"):
        assert old not in text


def test_the_page_lists_every_old_spelling_and_no_other() -> None:
    section = PAGE.split("\n## Old spellings\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `([^`\s]+)[^`]*` \| `([^`\s]+)[^`]*`", section, re.MULTILINE))
    assert rows == {**{f"-{old}": ours for old, ours in OLD_FLAGS.items()}, **OLD_ENVIRONMENT}
    for place in (program.STANDARD_DIRECTORY, program.STANDARD_FILE):
        assert f"`{place}`" in section


def test_the_old_command_line_gives_a_running_exporter_whose_old_paths_answer(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    exporter = start_exporter(
        "-config-dir", conf_d, "-listen", ":1", "-reload-interval", "30s", LISTEN_ADDR="x"
    )
    assert exporter.threshold("db-a") == 70
    for path in ("/metrics", "/health", "/ready", "/api/v1/config", "/api/v1/config?at=2026-12-01T06:00:00Z"):
        assert _status(exporter, path) == 200, path


def _status(exporter: Exporter, path: str) -> int:
    return exporter.request(path).status


def test_the_old_environment_gives_a_running_exporter(start_exporter: StartExporter, conf_d: Path) -> None:
    assert start_exporter(CONFIG_DIR=str(conf_d), LISTEN_ADDR=":1").threshold("db-a") == 70


def test_the_real_program_refuses_with_one_sentence(run_exporter: RunExporter, conf_d: Path) -> None:
    ended: subprocess.CompletedProcess[str] = run_exporter("-config-dir", conf_d, "-listen", "8080")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "'8080' is not HOST:PORT" in " ".join(ended.stderr.split())


@pytest.mark.parametrize("flag", ["-config-dir", "--config-dir", "-config", "--config", "--config-file"])
def test_an_empty_path_is_not_given_as_it_was_not_then(
    take: Callable[..., Taken], directory: Path, flag: str
) -> None:
    for empty in ([f"{flag}="], [flag, ""]):
        assert take(*empty, CONFIG_DIR=directory).source == str(directory)
        other = "--config-file" if "dir" in flag else "--config-dir"
        place = directory if other == "--config-dir" else directory.parent / "config.yaml"
        assert take(*empty, other, place).source == str(place)
        assert take(other, place, *empty).source == str(place)
        nothing = take(*empty)
        assert (nothing.status, nothing.source) == (2, "")
        assert "Give --config-dir DIR or --config-file FILE" in nothing.sentence


@pytest.mark.parametrize("flag", ["--web.config.file", "--prometheus.bearer-token-file"])
def test_an_empty_path_of_another_flag_is_refused_and_not_the_working_directory(
    take: Callable[..., Taken], directory: Path, flag: str
) -> None:
    refused = take("--config-dir", directory, flag, "")
    assert (refused.status, refused.source) == (2, "")
    assert f"{flag}': it is empty" in refused.sentence
