"""Changes of files and of the time, seen by scrapes of the running program."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import Exporter, ReadSamples, StartExporter

#: What the specification promises between a change and the scrape that shows it.
PROMISED = 2.0

CONNECTIONS = {"component": "mysql", "metric": "connections", "severity": "warning"}
TENANTS = [f"db-{index:02}" for index in range(20)]


def tenant_file(tenant: str, number: int) -> str:
    return f"tenants:\n  {tenant}:\n    mysql_connections: {number}\n"


class ConfigMap:
    """A directory as the kubelet makes it: files are symlinks through ``..data``, swapped at once."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self._generations = 0

    def swap(self, files: dict[str, str]) -> None:
        self._generations += 1
        generation = self.directory / f"..generation_{self._generations}"
        generation.mkdir()
        for name, text in files.items():
            (generation / name).write_text(text)
        data = self.directory / "..data"
        old = data.readlink() if data.is_symlink() else None
        fresh = self.directory / "..data_tmp"
        fresh.symlink_to(generation.name)
        fresh.rename(data)
        for name in files:
            link = self.directory / name
            if not link.is_symlink():
                link.symlink_to(f"..data/{name}")
        if old is not None:
            for file in (self.directory / old).iterdir():
                file.unlink()
            (self.directory / old).rmdir()


def test_a_changed_file_is_served_within_two_seconds(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    for number in (10, 11, 12):
        (conf_d / "db-a.yaml").write_text(tenant_file("db-a", number))
        exporter.until(lambda number=number: exporter.threshold("db-a") == number, PROMISED)  # type: ignore[misc]


def test_a_change_that_keeps_size_and_modification_time_is_served(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    file = conf_d / "db-a.yaml"
    before = file.stat()
    file.write_text(file.read_text().replace("70", "71"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    exporter.until(lambda: exporter.threshold("db-a") == 71, PROMISED)


def test_without_notifications_the_look_every_second_suffices(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    """A directory that is replaced as a whole leaves the notification behind on the old one."""
    exporter = start_exporter("--config-dir", conf_d)
    conf_d.rename(conf_d.with_name("old"))
    conf_d.mkdir()
    (conf_d / "db-a.yaml").write_text(tenant_file("db-a", 5))
    exporter.until(lambda: exporter.threshold("db-a") == 5, PROMISED)
    (conf_d / "db-a.yaml").write_text(tenant_file("db-a", 6))
    exporter.until(lambda: exporter.threshold("db-a") == 6, PROMISED)


def test_a_configmap_swap_is_served_within_two_seconds(start_exporter: StartExporter, tmp_path: Path) -> None:
    mounted = ConfigMap(tmp_path / "mounted")
    mounted.swap({"db-a.yaml": tenant_file("db-a", 1)})
    exporter = start_exporter("--config-dir", mounted.directory)
    for number in (2, 3, 4):
        mounted.swap({"db-a.yaml": tenant_file("db-a", number)})
        exporter.until(lambda number=number: exporter.threshold("db-a") == number, PROMISED)  # type: ignore[misc]


class Scraper(threading.Thread):
    """Scrapes without pause and keeps the set of values that each scrape held."""

    def __init__(self, exporter: Exporter, read_samples: ReadSamples) -> None:
        super().__init__(daemon=True)
        self._exporter, self._read = exporter, read_samples
        self.ending = threading.Event()
        self.seen: list[tuple[frozenset[float], int, float | None]] = []
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            while not self.ending.is_set():
                samples = self._exporter.samples()
                numbers = [
                    number
                    for (name, labels), number in samples.items()
                    if name == "user_threshold" and CONNECTIONS.items() <= dict(labels).items()
                ]
                digest = self._read.one(samples, "threshold_exporter_config_hash")
                self.seen.append((frozenset(numbers), len(numbers), digest))
        except Exception as problem:  # noqa: BLE001 - handed to the test, which raises it
            self.problem = problem


def test_a_hundred_swaps_under_scrapes_never_mix_two_generations(
    start_exporter: StartExporter, tmp_path: Path, read_samples: ReadSamples
) -> None:
    mounted = ConfigMap(tmp_path / "mounted")

    def generation(number: int) -> dict[str, str]:
        return {f"{tenant}.yaml": tenant_file(tenant, number) for tenant in TENANTS}

    mounted.swap(generation(0))
    exporter = start_exporter("--config-dir", mounted.directory)
    scrapers = [Scraper(exporter, read_samples) for _ in range(2)]
    for scraper in scrapers:
        scraper.start()
    for number in range(1, 101):
        mounted.swap(generation(number))
        time.sleep(0.03)
    exporter.until(lambda: exporter.threshold(TENANTS[0]) == 100, PROMISED)
    for scraper in scrapers:
        scraper.ending.set()
        scraper.join(10)
        assert scraper.problem is None
    seen = [one for scraper in scrapers for one in scraper.seen]
    assert {len(numbers) for numbers, _, _ in seen} == {1}, "a scrape held two generations"
    assert {count for _, count, _ in seen} == {len(TENANTS)}
    generations = {numbers for numbers, _, _ in seen}
    assert len(generations) > 5, "the test swapped faster than anything was served"
    by_hash = {(digest, numbers) for numbers, _, digest in seen}
    assert len(by_hash) == len({digest for digest, _ in by_hash}) == len(generations)


def test_an_expiry_is_followed_within_a_second(start_exporter: StartExporter, conf_d: Path) -> None:
    exporter = start_exporter("--config-dir", conf_d, "--config.reload-interval", "60m")
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    (conf_d / "db-a.yaml").write_text(
        "tenants:\n  db-a:\n    mysql_connections: "
        f'{{value: "200", expires: "{expires:%Y-%m-%dT%H:%M:%SZ}", reason: load test}}\n'
    )
    exporter.reload()
    assert exporter.threshold("db-a") == 200
    announced = exporter.value("threshold_exporter_next_schedule_change_timestamp_seconds")
    assert announced == expires.timestamp()
    time.sleep((expires - datetime.now(UTC)).total_seconds() + 1)
    assert exporter.threshold("db-a") == 80


@pytest.mark.parametrize("number", [7, 42])
def test_killed_in_the_middle_of_changes_it_comes_back_with_the_last_one(
    start_exporter: StartExporter, conf_d: Path, number: int
) -> None:
    exporter = start_exporter("--config-dir", conf_d)
    for step in range(20):
        (conf_d / "db-a.yaml").write_text(tenant_file("db-a", number + step))
        if step == number % 20:
            exporter.process.kill()
    exporter.process.wait(5)
    assert start_exporter("--config-dir", conf_d).threshold("db-a") == number + 19
