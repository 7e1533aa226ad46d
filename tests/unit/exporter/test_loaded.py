"""Start and reload under faults, by the real program: /ready, config_loaded, what is served, what is said.

config-language.md "Nothing is not a configuration" and "a bad file never empties what was good", and
compatibility.md 1.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from tests.unit.exporter.conftest import Exporter, RunExporter, StartExporter

LOADED = "threshold_exporter_config_loaded"
ACCEPTED = "threshold_exporter_config_file_accepted"
SUCCESSFUL = "threshold_exporter_config_last_reload_successful"
DEFAULTS = "defaults:\n  mysql_connections: 80\nstate_filters:\n  maintenance: {default_state: disable}\n"
TENANT = 'tenants:\n  db-a:\n    mysql_connections: "50"\n    mysql_slow_queries: 60\n'
PATTERN = "tenants: {db-a: {'redis_queue_length{queue=~\"mail.*\"}': 100}}\n"


class Seen(NamedTuple):
    """What an exporter says of itself at a moment."""

    ready: int
    loaded: float | None
    connections: float | None


def seen(exporter: Exporter) -> Seen:
    return Seen(exporter.request("/ready").status, exporter.value(LOADED), exporter.threshold("db-a"))


def reason(exporter: Exporter) -> str:
    return str(exporter.request("/ready").json.get("error", ""))


def findings(exporter: Exporter) -> list[str]:
    answer = exporter.request("/api/v1/findings").json
    return [finding["id"] for finding in answer.get("data", {}).get("findings", ())]


def becomes(exporter: Exporter, expected: Seen, seconds: float = 10) -> None:
    exporter.until(lambda: seen(exporter) == expected, seconds)


NOTHING = Seen(503, 0, None)


def _nothing(path: Path) -> None:
    path.mkdir()


def _other_files(path: Path) -> None:
    path.mkdir()
    (path / "README.md").write_text("# conf.d\n")
    (path / "db-a.yaml.bak").write_text(TENANT)
    (path / "more").mkdir()
    (path / "more" / "db-a.yaml").write_text(TENANT)


def _files(**files: str | bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.mkdir()
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            (path / f"{name.replace('__', '-')}.yaml").write_bytes(data)

    return write


#: What is no configuration → what /ready says, and which finding says it (none where nothing can be listed).
NO_CONFIGURATION: dict[str, tuple[Callable[[Path], None], str, str | None]] = {
    "empty directory": (_nothing, "holds no file", "DA005"),
    "other files only": (_other_files, "holds no file", "DA005"),
    "one broken file": (_files(db__a="tenants: [\n"), "its only file cannot be used", "DA010"),
    "broken files": (_files(_defaults="{", db__a="\t- x"), "none of its 2 files can be used", "DA010"),
    "no text": (_files(_defaults=b"\xff\xfe\x00"), "cannot be used", "DA002"),
    "an empty file": (_files(db__a=""), "its only file says nothing", "DA007"),
    "comments": (_files(_defaults="# defaults:\n", db__a="# none\n"), "none of its 2 files says", "DA007"),
    "files of something else": (_files(deployment="apiVersion: v1\nkind: Pod\n"), "cannot be used", "DA020"),
    "no tenant can be used": (
        _files(x="tenants: {DB_A: {mysql_slow_queries: 1}}\n"),
        "cannot be used",
        "DA030",
    ),
    "a bare block": (_files(db__a="tenants:\n"), "says nothing", "DA007"),
    "not there yet": (lambda _: None, "No such file or directory", None),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "No such file or directory", None),
}


@pytest.mark.parametrize("case", NO_CONFIGURATION)
def test_nothing_is_not_a_configuration_and_the_first_one_loads_by_itself(
    start_exporter: StartExporter, tmp_path: Path, case: str
) -> None:
    prepare, why, finding = NO_CONFIGURATION[case]
    conf_d = tmp_path / "conf.d"
    prepare(conf_d)
    exporter = start_exporter("--config-dir", conf_d, "--config.reload-interval", "60m", ready=False)
    exporter.until(lambda: why in reason(exporter))
    assert seen(exporter) == NOTHING
    assert exporter.value("threshold_exporter_tenants") is None
    assert exporter.value(SUCCESSFUL) == 0
    assert exporter.request("/health").status == 200
    assert why in exporter.request("/").body.decode()
    assert why in exporter.logged()
    if finding is not None:
        assert finding in findings(exporter)
        assert finding in exporter.logged()
    assert exporter.logged().count('msg="nothing is served yet"') == 1, "it is said once"
    if conf_d.is_symlink():
        (tmp_path / "nowhere").mkdir()
    elif not conf_d.exists():
        conf_d.mkdir()
    (conf_d / "db-a.yaml").unlink(missing_ok=True)
    (conf_d / "db-a.yaml").write_text(TENANT)
    becomes(exporter, Seen(200, 1, 50))


@pytest.mark.parametrize(
    "text", ["defaults: {mysql_slow_queries: 80}\n", "defaults: {}\n", "ownership: strict\n"]
)
def test_a_directory_with_only_readable_defaults_is_loaded(
    start_exporter: StartExporter, tmp_path: Path, text: str
) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "_defaults.yaml").write_text(text)
    exporter = start_exporter("--config-dir", tmp_path / "conf.d")
    assert (exporter.value(LOADED), exporter.value("threshold_exporter_tenants")) == (1, 0)


@pytest.mark.parametrize("kind", ["--config-dir", "--config-file"])
def test_a_source_below_directories_that_come_later_is_waited_for(
    start_exporter: StartExporter, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "mount" / "repository" / "conf.d"
    source = place if kind == "--config-dir" else place / "db-a.yaml"
    exporter = start_exporter(kind, source, "--config.reload-interval", "60m", ready=False)
    exporter.until(lambda: "No such file or directory" in reason(exporter))
    place.mkdir(parents=True)
    (place / "db-a.yaml").write_text(TENANT)
    becomes(exporter, Seen(200, 1, 50))
    (place / "db-a.yaml").write_text(TENANT.replace("50", "51"))
    becomes(exporter, Seen(200, 1, 51))  # by a notification: the next look is in an hour


def test_a_git_sync_side_car_swaps_its_link(start_exporter: StartExporter, tmp_path: Path) -> None:
    link = tmp_path / "current"
    exporter = start_exporter("--config-dir", link, "--config.reload-interval", "60m", ready=False)
    for number in (1, 2, 3):
        work_tree = tmp_path / f"work-tree-{number}"
        work_tree.mkdir()
        (work_tree / "db-a.yaml").write_text(TENANT.replace("50", str(number)))
        fresh = tmp_path / "fresh"
        fresh.symlink_to(work_tree.name)
        fresh.rename(link)
        becomes(exporter, Seen(200, 1, number))


def test_what_comes_as_the_other_kind_is_never_taken(start_exporter: StartExporter, tmp_path: Path) -> None:
    directory = start_exporter("--config-dir", tmp_path / "a", ready=False)
    file = start_exporter("--config-file", tmp_path / "b", ready=False)
    (tmp_path / "a").write_text(TENANT)
    (tmp_path / "b").mkdir()
    directory.until(lambda: "it is a file; give it with --config-file" in reason(directory))
    file.until(lambda: "it is a directory; give it with --config-dir" in reason(file))
    assert (seen(directory), seen(file)) == (NOTHING, NOTHING)


@pytest.mark.parametrize("case", NO_CONFIGURATION)
def test_strict_refuses_what_is_no_configuration(
    run_exporter: RunExporter, tmp_path: Path, case: str
) -> None:
    prepare, why, finding = NO_CONFIGURATION[case]
    prepare(tmp_path / "conf.d")
    arguments = (
        "--config-dir",
        tmp_path / "conf.d",
        "--config.strict",
        "--web.listen-address",
        "127.0.0.1:0",
    )
    ended = run_exporter(*arguments)
    if finding is None:
        assert (ended.returncode, "does not exist" in ended.stderr) == (2, True)
        return
    assert ended.returncode == 1
    assert why in ended.stderr
    assert finding in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture
def conf_d(tmp_path: Path) -> Path:
    """Defaults, and two tenants."""
    _files(_defaults=DEFAULTS, db__a=TENANT, db__b="tenants: {db-b: {}}\n")(tmp_path / "conf.d")
    return tmp_path / "conf.d"


@pytest.mark.parametrize("how", ["emptied", "gone", "unmounted"])
def test_a_directory_that_becomes_empty_or_goes_keeps_its_last_state_and_says_so(
    start_exporter: StartExporter, conf_d: Path, how: str
) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--config.emptied-retention", "0")
    away = conf_d.with_name("away")
    if how == "emptied":
        away.mkdir()
        for path in conf_d.iterdir():
            path.rename(away / path.name)
    else:
        conf_d.rename(away)
        if how == "unmounted":
            conf_d.mkdir()
    exporter.until(lambda: exporter.value(SUCCESSFUL) == 0)
    exporter.until(lambda: "the last snapshot stays served" in exporter.logged())
    assert seen(exporter) == Seen(200, 1, 50)
    assert ("are gone" if how != "gone" else "No such file") in exporter.request("/").body.decode()
    conf_d.mkdir(exist_ok=True)
    (conf_d / "db-a.yaml").write_text(TENANT.replace("50", "51"))
    becomes(exporter, Seen(200, 1, 51))
    assert exporter.value(SUCCESSFUL) == 1


EMPTIED = ["", "\n \n", "# later\n", "---\n", "null\n", "{}\n", "tenants:\n", "tenants:\n  db-a:\n", "\ufeff"]


@pytest.mark.parametrize("text", EMPTIED)
def test_a_file_that_is_emptied_keeps_its_last_state_for_a_bounded_time_and_says_so(
    start_exporter: StartExporter, conf_d: Path, text: str
) -> None:
    arguments = ("--config.emptied-retention", "3s", "--config.reload-interval", "60m")
    exporter = start_exporter("--config-dir", conf_d, *arguments)
    (conf_d / "db-a.yaml").write_text(text)
    exporter.until(lambda: findings(exporter) == ["DA006"])
    assert seen(exporter) == Seen(200, 1, 50)
    assert (exporter.value(ACCEPTED, file="db-a.yaml"), exporter.value(SUCCESSFUL)) == (0, 0)
    assert "finding=DA006" in exporter.logged()
    exporter.until(lambda: findings(exporter) == ["DA007"])
    assert exporter.threshold("db-a") == (80 if "db-a" in text else None)
    assert exporter.value(ACCEPTED, file="db-a.yaml") == 1
    assert exporter.request("/ready").status == 200
    assert exporter.threshold("db-b") == 80
    (conf_d / "db-a.yaml").write_text(TENANT)
    becomes(exporter, Seen(200, 1, 50))
    assert findings(exporter) == []


@pytest.mark.parametrize("text", ["", "state_filters:\n  maintenance: {default_state: disable}\n"])
def test_defaults_that_are_emptied_are_kept_too(
    start_exporter: StartExporter, conf_d: Path, text: str
) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--config.emptied-retention", "3s")
    (conf_d / "_defaults.yaml").write_text(text)
    exporter.until(lambda: findings(exporter) == ["DA006"])
    assert exporter.threshold("db-b") == 80
    exporter.until(lambda: findings(exporter) == ["DA007"])
    assert (conf_d / "_defaults.yaml").read_text() == text


def test_an_empty_mapping_or_deleting_the_file_takes_away_at_once(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    (conf_d / "db-a.yaml").write_text("tenants:\n  db-a: {}\n")
    becomes(exporter, Seen(200, 1, 80))
    assert findings(exporter) == []
    (conf_d / "db-a.yaml").write_text("")
    time.sleep(0.1)
    (conf_d / "db-a.yaml").unlink()
    becomes(exporter, Seen(200, 1, None))
    assert findings(exporter) == []


def test_all_files_emptied_at_once_are_no_configuration_either(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--config.emptied-retention", "1s")
    for path in conf_d.iterdir():
        path.write_text("")
    exporter.until(lambda: "none of its files says anything any more" in exporter.logged(), 15)
    assert seen(exporter) == Seen(200, 1, 50)
    assert exporter.value(SUCCESSFUL) == 0


KEYS = ["connections", "threads_running", "slow_queries", "deadlocks", "restarts", "replication_lag"]


class Watching(threading.Thread):
    """Scrapes without pause; which of its KEYS db-a had."""

    def __init__(self, exporter: Exporter) -> None:
        super().__init__(daemon=True)
        self._exporter = exporter
        self.ending = threading.Event()
        self.seen: list[frozenset[tuple[str, float]]] = []

    def run(self) -> None:
        while not self.ending.is_set():
            samples = self._exporter.samples()
            self.seen.append(
                frozenset(
                    (dict(labels)["metric"], value)
                    for (name, labels), value in samples.items()
                    if name == "user_threshold"
                    and {("tenant", "db-a"), ("component", "mysql"), ("severity", "warning")} <= set(labels)
                    and dict(labels)["metric"] in KEYS
                )
            )


def _many_keys(number: int) -> str:
    return "tenants:\n  db-a:\n" + "".join(f"    mysql_{key}: {number}{number}\n" for key in KEYS)


@pytest.mark.parametrize("step", ["lines", "characters"])
def test_a_file_that_is_written_slowly_takes_no_threshold_away(
    start_exporter: StartExporter, conf_d: Path, step: str
) -> None:
    file = conf_d / "db-a.yaml"
    file.write_text(_many_keys(1))
    exporter = start_exporter("--config-dir", conf_d)
    watching = Watching(exporter)
    watching.start()
    text = _many_keys(2)
    pieces = text.splitlines(keepends=True) if step == "lines" else list(text)
    with file.open("w") as stream:
        for piece in pieces:
            stream.write(piece)
            stream.flush()
            time.sleep(0.3 if step == "lines" else 0.02)
    exporter.until(lambda: exporter.threshold("db-a") == 22)
    watching.ending.set()
    watching.join(10)
    old, new = (frozenset((key, float(f"{number}{number}")) for key in KEYS) for number in (1, 2))
    unfinished = [dict(one - old - new) for one in watching.seen if {key for key, _ in one} != set(KEYS)]
    assert unfinished == [], "a scrape had fewer thresholds"
    assert {value for one in watching.seen for _, value in one} == {11, 22}, "a scrape had half a number"
    assert "a file is being written, its last state stays" in exporter.logged()
    assert findings(exporter) == []


def test_a_file_that_says_less_and_is_quiet_is_taken(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--config.reload-interval", "60m")
    (conf_d / "db-a.yaml").write_text("tenants:\n  db-a:\n    mysql_slow_queries: 60\n")
    becomes(exporter, Seen(200, 1, 80))
    assert findings(exporter) == []


def test_a_file_that_is_replaced_is_taken_at_once(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    fresh = conf_d / ".db-a.yaml.new"
    fresh.write_text("tenants:\n  db-a:\n    mysql_slow_queries: 60\n")
    fresh.rename(conf_d / "db-a.yaml")
    becomes(exporter, Seen(200, 1, 80))
    assert "a file is being written" not in exporter.logged()


def test_a_file_replaced_again_and_again_while_it_is_read_is_never_mixed(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    (conf_d / "db-a.yaml").write_text(_many_keys(9))
    exporter = start_exporter("--config-dir", conf_d, "--config.reload-interval", "100ms")
    watching = Watching(exporter)
    watching.start()
    for number in range(1, 200):
        fresh = conf_d / ".db-a.yaml.new"
        fresh.write_text(_many_keys(number % 9 + 1) + "# padding\n" * 5_000)
        fresh.rename(conf_d / "db-a.yaml")
        time.sleep(0.01)
    exporter.until(lambda: exporter.threshold("db-a") == 22)
    watching.ending.set()
    watching.join(10)
    mixed = [one for one in watching.seen if len(one) == len(KEYS) and len({value for _, value in one}) > 1]
    assert mixed == []
    assert "Traceback" not in exporter.logged()


class Answers(LocalServer):
    """Answers every query with one queue of db-a; or, while it is down, with an error."""

    def __init__(self) -> None:
        self.is_up = threading.Event()
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        if not self.is_up.is_set():
            self.send(request, json.dumps({"status": "error", "error": "starting"}), status=503)
            return
        result: list[Any] = [{"metric": {"tenant": "db-a", "queue": "mail-in"}, "value": [0, "1"]}]
        self.send(request, json.dumps({"data": {"resultType": "vector", "result": result}}))


@pytest.fixture
def answers() -> Iterator[Answers]:
    server = Answers()
    yield server
    server.close()


def test_with_patterns_nothing_is_served_before_prometheus_was_asked_once(
    start_exporter: StartExporter, conf_d: Path, answers: Answers
) -> None:
    (conf_d / "db-a.yaml").write_text(PATTERN)
    arguments = ("--prometheus.url", answers.url, "--discovery.interval", "1s")
    exporter = start_exporter("--config-dir", conf_d, *arguments, ready=False)
    exporter.until(lambda: "503" in reason(exporter))
    assert seen(exporter) == NOTHING
    assert exporter.value("user_threshold", queue_re="mail.*") is None
    assert "label values the patterns of redis_queue_length match" in reason(exporter)
    assert "nothing is served yet" in exporter.logged()
    answers.is_up.set()
    exporter.until(lambda: exporter.request("/ready").status == 200)
    assert exporter.value("user_threshold", queue="mail-in") == 100, "expanded from the first scrape on"
    assert exporter.value(LOADED) == 1
    assert "although patterns are not expanded" not in exporter.logged()


@pytest.mark.parametrize("address", ["answers", "nobody"])
def test_after_a_bounded_wait_thresholds_are_served_and_it_is_said_that_patterns_are_not_expanded(
    start_exporter: StartExporter, conf_d: Path, answers: Answers, address: str
) -> None:
    (conf_d / "db-a.yaml").write_text(PATTERN)
    url = answers.url if address == "answers" else "http://127.0.0.1:9"
    begun = time.monotonic()
    arguments = ("--prometheus.url", url, "--prometheus.startup-wait", "3s", "--discovery.interval", "1s")
    exporter = start_exporter("--config-dir", conf_d, *arguments, ready=False)
    assert seen(exporter) == Seen(503, 0, None)
    exporter.until(lambda: exporter.request("/ready").status == 200, 15)
    assert time.monotonic() - begun >= 3
    assert exporter.value("user_threshold", queue_re="mail.*") == 100
    assert exporter.value("threshold_exporter_expansion_last_success_timestamp_seconds") == 0
    exporter.until(lambda: "although patterns are not expanded yet" in exporter.logged())


@pytest.mark.parametrize("case", ["no patterns", "no Prometheus", "a wait of 0"])
def test_who_has_nothing_to_wait_for_does_not_wait(
    start_exporter: StartExporter, conf_d: Path, answers: Answers, case: str
) -> None:
    if case != "no patterns":
        (conf_d / "db-a.yaml").write_text(PATTERN)
    arguments = [] if case == "no Prometheus" else ["--prometheus.url", answers.url]
    arguments += ["--prometheus.startup-wait", "0" if case == "a wait of 0" else "1h"]
    exporter = start_exporter("--config-dir", conf_d, *arguments)
    assert exporter.value(LOADED) == 1
    assert "nothing is served yet" not in exporter.logged()


def test_a_reload_that_brings_the_first_patterns_takes_nothing_back(
    start_exporter: StartExporter, conf_d: Path, answers: Answers
) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--prometheus.url", answers.url)
    (conf_d / "db-a.yaml").write_text(TENANT + "    'redis_queue_length{queue=~\"mail.*\"}': 100\n")
    exporter.until(lambda: exporter.value("user_threshold", queue_re="mail.*") == 100)
    assert seen(exporter) == Seen(200, 1, 50)


def test_strict_waits_for_patterns_as_well(
    start_exporter: StartExporter, conf_d: Path, answers: Answers
) -> None:
    (conf_d / "db-a.yaml").write_text(PATTERN)
    arguments = ("--config.strict", "--prometheus.url", answers.url)
    exporter = start_exporter("--config-dir", conf_d, *arguments, ready=False)
    exporter.until(lambda: "label values" in reason(exporter))
    answers.is_up.set()
    exporter.until(lambda: exporter.value("user_threshold", queue="mail-in") == 100)


def test_reloading_over_http_says_that_nothing_is_served_yet(
    start_exporter: StartExporter, tmp_path: Path
) -> None:
    _nothing(tmp_path / "conf.d")
    exporter = start_exporter("--config-dir", tmp_path / "conf.d", "--web.enable-lifecycle", ready=False)
    answer = exporter.request("/-/reload", method="POST")
    assert answer.status == 500
    assert "holds no file" in answer.json["error"]
