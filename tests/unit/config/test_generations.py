"""What is read from disk, when, and that it is never a mixture of two generations."""

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynamic_alerting.config import readings, sources
from dynamic_alerting.config.loader import Loader, SourceUnreadable
from dynamic_alerting.config.sources import list_source
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.values import Custom

NAMES = ("_defaults.yaml", "db-a.yaml", "db-b.yaml", "db-c.yaml")


def _content(name: str, number: int) -> str:
    if name.startswith("_"):
        return f"defaults: {{mysql_cpu: {number}}}\n"
    return f"tenants: {{{name.removesuffix('.yaml')}: {{mysql_cpu: {number}}}}}\n"


class ConfigMap:
    """A volume as the kubelet's atomic writer keeps it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.current: Path | None = None

    def update(self, number: int, names: tuple[str, ...] = NAMES) -> None:
        """Writes one generation, every value of which is the number, and swaps the link to it."""
        generation = self.path / f"..2026_{number:06}"
        generation.mkdir()
        for name in names:
            (generation / name).write_text(_content(name, number))
            os.utime(generation / name, (0, 0))  # a ConfigMap's times say nothing
        link = self.path / "..data_tmp"
        link.symlink_to(generation.name)
        link.rename(self.path / "..data")
        for name in names:
            if not (self.path / name).is_symlink():
                (self.path / name).symlink_to(f"..data/{name}")
        for path in self.path.glob("*.yaml"):
            if path.name not in names:
                path.unlink()
        if self.current is not None:
            for path in self.current.iterdir():
                path.unlink()
            self.current.rmdir()
        self.current = generation


@pytest.fixture
def config_map(tmp_path: Path) -> ConfigMap:
    return ConfigMap(tmp_path / "volume")


def _numbers(loader: Loader) -> set[object]:
    configuration = loader.load().configuration
    entries = [
        *configuration.defaults,
        *(entry for tenant in configuration.tenants for entry in tenant.entries),
    ]
    return {entry.value for entry in entries}


def test_a_swapped_config_map_is_seen_and_read(config_map: ConfigMap, catalogue: Catalogue) -> None:
    config_map.update(1)
    loader = Loader(config_map.path, catalogue)
    assert _numbers(loader) == {Custom(1.0)}
    assert [status.name for status in loader.load().files] == list(NAMES)
    config_map.update(2)
    assert loader.changed()
    assert _numbers(loader) == {Custom(2.0)}
    assert not loader.changed()


def test_files_come_and_go_with_a_config_map(config_map: ConfigMap, catalogue: Catalogue) -> None:
    config_map.update(1, NAMES[:2])
    loader = Loader(config_map.path, catalogue)
    assert [tenant.name for tenant in loader.load().configuration.tenants] == ["db-a"]
    config_map.update(2, NAMES[2:])
    assert [tenant.name for tenant in loader.load().configuration.tenants] == ["db-b", "db-c"]


def test_a_swap_to_equal_content_changes_nothing(config_map: ConfigMap, catalogue: Catalogue) -> None:
    config_map.update(1)
    loader = Loader(config_map.path, catalogue)
    before = loader.load()
    generation = config_map.current
    assert generation is not None
    copy = generation.with_name("..copy")
    copy.mkdir()
    for path in generation.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (config_map.path / "..data_tmp").symlink_to(copy.name)
    (config_map.path / "..data_tmp").rename(config_map.path / "..data")
    assert loader.load() is before


def test_a_plain_file_beside_a_config_map_is_read_too(config_map: ConfigMap, catalogue: Catalogue) -> None:
    config_map.update(1)
    (config_map.path / "db-x.yaml").write_text(_content("db-x.yaml", 7))
    (config_map.path / "db-y.yaml").symlink_to("..data/gone.yaml")
    loaded = Loader(config_map.path, catalogue).load()
    assert [tenant.name for tenant in loaded.configuration.tenants] == ["db-a", "db-b", "db-c", "db-x"]
    assert loaded.findings == ()


def test_a_swap_in_the_middle_of_reading_is_read_again(
    config_map: ConfigMap, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_map.update(1)
    loader = Loader(config_map.path, catalogue)
    swaps = iter(range(2, 5))
    read = sources.read_bytes

    def read_and_swap(path: str) -> Any:
        result = read(path)
        if (number := next(swaps, None)) is not None:
            config_map.update(number)
        return result

    monkeypatch.setattr(readings, "read_bytes", read_and_swap)
    assert _numbers(loader) == {Custom(4.0)}


def test_a_source_that_never_holds_still_is_a_failed_load(
    config_map: ConfigMap, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_map.update(1)
    loader = Loader(config_map.path, catalogue)
    before = loader.load()
    config_map.update(2)
    numbers = iter(range(3, 1000))
    read = sources.read_bytes

    def read_and_swap(path: str) -> Any:
        result = read(path)
        config_map.update(next(numbers))
        return result

    with monkeypatch.context() as patch:
        patch.setattr(readings, "read_bytes", read_and_swap)
        with pytest.raises(SourceUnreadable, match="replaced"):
            loader.load()
    assert loader.load().configuration.tenants != before.configuration.tenants


def test_a_hundred_swaps_during_loads_are_never_mixed(config_map: ConfigMap, catalogue: Catalogue) -> None:
    config_map.update(1)
    loader = Loader(config_map.path, catalogue)
    done = threading.Event()

    def swap() -> None:
        for number in range(2, 102):
            config_map.update(number)
            time.sleep(0.002)
        done.set()

    thread = threading.Thread(target=swap)
    thread.start()
    seen = []
    while not done.is_set():
        numbers = _numbers(loader)
        assert len(numbers) == 1
        seen.append(numbers)
    thread.join()
    assert len(seen) > 2
    assert _numbers(loader) == {Custom(101.0)}


def test_a_directory_that_is_itself_a_link_is_one_generation(tmp_path: Path, catalogue: Catalogue) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        for name in NAMES:
            (tmp_path / str(number) / name).write_text(_content(name, number))
    link = tmp_path / "current"
    link.symlink_to("1")
    loader = Loader(link, catalogue)
    assert _numbers(loader) == {Custom(1.0)}
    (tmp_path / "next").symlink_to("2")
    (tmp_path / "next").rename(link)
    assert loader.changed()
    assert _numbers(loader) == {Custom(2.0)}


_open = os.open


@pytest.fixture
def unreadable(confd: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts something in place of db-a.yaml that cannot be read as a file."""
    path = confd.path / "db-a.yaml"

    def put(kind: str) -> None:
        path.unlink(missing_ok=True)
        if kind == "directory":
            path.mkdir()
        elif kind == "fifo":
            os.mkfifo(path)
        elif kind == "dangling link":
            path.symlink_to("nowhere.yaml")
        elif kind == "loop":
            path.symlink_to("db-a.yaml")
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            path.write_text(_content("db-a.yaml", 2))
            monkeypatch.setattr(os, "open", _as_somebody_else)

    return put


def _as_somebody_else(path: Any, flags: int, *arguments: Any, **keywords: Any) -> int:
    """Opens files like os.open, for a user who may not read db-a.yaml; root always may."""
    if str(path).endswith("db-a.yaml"):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return _open(path, flags, *arguments, **keywords)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("directory", "it is a directory"),
        ("fifo", "it is not a regular file"),
        ("device", "it is not a regular file"),
        ("dangling link", "it is a link to a file that does not exist"),
        ("loop", "Too many levels of symbolic links"),
        ("permission", "Permission denied"),
    ],
)
def test_what_cannot_be_read_is_a_finding_and_its_last_state_stays(
    confd: Any, unreadable: Callable[[str], None], kind: str, why: str
) -> None:
    confd.write(db_a=_content("db-a.yaml", 1), db_b=_content("db-b.yaml", 1)).load()
    unreadable(kind)
    assert confd.loader.changed()
    loaded = confd.load()
    assert confd.values() == {"mysql_cpu": Custom(1.0)}
    (finding,) = loaded.findings
    assert (finding.id, finding.file, finding.line) == ("DA001", "db-a.yaml", 1)
    assert why in finding.message
    assert [(status.name, status.accepted) for status in loaded.files] == [
        ("db-a.yaml", False),
        ("db-b.yaml", True),
    ]
    assert not confd.loader.changed()
    assert confd.load() is loaded


def test_a_file_that_can_be_read_again_is_read(confd: Any, unreadable: Callable[[str], None]) -> None:
    confd.write(db_a=_content("db-a.yaml", 1), db_b="tenants: {db-b: {}}").load()
    unreadable("dangling link")
    assert confd.ids() == ["DA001"]
    (confd.path / "nowhere.yaml").write_text(_content("db-a.yaml", 3))
    assert confd.loader.changed()
    assert confd.values() == {"mysql_cpu": Custom(3.0)}


@pytest.mark.parametrize("name", [b"db-\xff.yaml", b"db-\n.yaml", b"db-\x1b[1m.yaml"])
def test_a_file_name_that_is_no_text_is_a_finding_that_can_be_printed(confd: Any, name: bytes) -> None:
    confd.write(db_b=_content("db-b.yaml", 1))
    with open(os.fsencode(confd.path) + b"/" + name, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"tenants: {}")
    assert confd.ids() == ["DA001"]
    assert confd.tenants() == ["db-b"]
    loaded = confd.load()
    for text in (*(status.name for status in loaded.files), str(loaded.findings[0])):
        assert text.isprintable()
        text.encode()


def test_an_empty_directory_is_said_on_a_first_load(confd: Any) -> None:
    loaded = confd.load()
    assert loaded.files == ()
    assert [finding.id for finding in loaded.findings] == ["DA005"]
    confd.write(db_a=_content("db-a.yaml", 1))
    assert confd.loader.changed()
    assert confd.ids() == []


def test_nothing_new_gives_the_same_object(confd: Any) -> None:
    confd.write(db_a=_content("db-a.yaml", 1))
    loaded = confd.load()
    assert not confd.loader.changed()
    assert confd.load() is loaded
    assert confd.loader.load(reread=True) is loaded


def test_touching_a_file_changes_nothing_that_is_served(confd: Any) -> None:
    confd.write(db_a=_content("db-a.yaml", 1))
    loaded = confd.load()
    os.utime(confd.path / "db-a.yaml", (1, 1))
    assert confd.loader.changed()
    assert confd.load() is loaded
    assert not confd.loader.changed()


def test_only_changed_files_are_parsed_again(confd: Any) -> None:
    for name in NAMES:
        confd.write_as(name, _content(name, 1))
    before = {tenant.name: tenant for tenant in confd.load().configuration.tenants}
    confd.write_as("db-b.yaml", _content("db-b.yaml", 2))
    after = {tenant.name: tenant for tenant in confd.load().configuration.tenants}
    assert after["db-a"] is before["db-a"]
    assert after["db-c"] is before["db-c"]
    assert after["db-b"] is not before["db-b"]


def test_files_that_have_settled_are_not_read_again(confd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        confd.write_as(name, _content(name, 1))
    monkeypatch.setattr(readings, "_SETTLED_AFTER", -(10**12))
    confd.load()
    confd.write_as("db-b.yaml", _content("db-b.yaml", 2))
    read = []

    def note(path: str) -> Any:
        read.append(Path(path).name)
        return sources.read_bytes(path)

    monkeypatch.setattr(readings, "read_bytes", note)
    confd.load()
    assert read == ["db-b.yaml"]


def test_a_file_written_again_within_one_tick_of_its_clock_is_noticed(
    confd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes can have equal times and sizes; then only the content tells them apart."""
    same = sources.Signature(1, 1, 1, time.time_ns(), time.time_ns())
    monkeypatch.setattr(sources.Signature, "of", classmethod(lambda _class, _status: same))
    confd.write(db_a=_content("db-a.yaml", 1)).load()
    assert not confd.loader.changed()
    confd.write(db_a=_content("db-a.yaml", 2))
    assert confd.loader.changed()
    assert confd.values() == {"mysql_cpu": Custom(2.0)}


def test_rereading_does_not_trust_the_status_of_files(confd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    same = sources.Signature(1, 1, 1, 1, 1)
    monkeypatch.setattr(sources.Signature, "of", classmethod(lambda _class, _status: same))
    confd.write(db_a=_content("db-a.yaml", 1)).load()
    confd.write(db_a=_content("db-a.yaml", 2))
    assert not confd.loader.changed()
    confd.loader.load(reread=True)
    assert confd.values() == {"mysql_cpu": Custom(2.0)}


def test_replicas_with_equal_files_have_equal_hashes(tmp_path: Path, catalogue: Catalogue) -> None:
    hashes = set()
    for replica, order in (("one", NAMES), ("two", NAMES[::-1])):
        (tmp_path / replica).mkdir()
        for name in order:
            (tmp_path / replica / name).write_text(_content(name, 1))
        hashes.add(Loader(tmp_path / replica, catalogue).load().sha256)
    assert len(hashes) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda path: (path / "db-a.yaml").write_text("#"),
        lambda path: (path / "db-a.yaml").unlink(),
        lambda path: (path / "db-z.yaml").write_text(""),
        lambda path: (path / "db-a.yaml").rename(path / "db-d.yaml"),
    ],
)
def test_the_hash_covers_names_and_contents(confd: Any, change: Callable[[Path], None]) -> None:
    for name in NAMES:
        confd.write_as(name, _content(name, 1))
    before = confd.load().sha256
    change(confd.path)
    assert confd.load().sha256 != before


def test_callers_of_several_threads_wait_for_each_other(confd: Any) -> None:
    for name in NAMES:
        confd.write_as(name, _content(name, 1))
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(confd.load())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(loaded is seen[0] for loaded in seen)


def test_changes_are_loaded_where_there_are_any(confd: Any) -> None:
    confd.write(db_a=_content("db-a.yaml", 1))
    first = confd.loader.load_changes()
    assert first is not None
    assert confd.loader.load_changes() is None
    confd.write(db_a=_content("db-a.yaml", 2))
    second = confd.loader.load_changes()
    assert second is not None
    assert second is confd.load()
    assert confd.values() == {"mysql_cpu": Custom(2.0)}
    assert confd.loader.load_changes() is None


def test_changes_are_looked_for_only_once(confd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    confd.write(db_a=_content("db-a.yaml", 1)).load()
    looks = []

    def counted(source: Path) -> object:
        looks.append(source)
        return list_source(source)

    monkeypatch.setattr("dynamic_alerting.config.loader.list_source", counted)
    confd.write(db_a=_content("db-a.yaml", 2))
    assert confd.loader.load_changes() is not None
    assert len(looks) == 1


def test_a_generation_that_goes_between_look_and_read_is_not_read(
    config_map: ConfigMap, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_map.update(1)
    loader = Loader(config_map.path, catalogue)
    loader.load()
    config_map.update(2)

    def overtaken(source: Path) -> object:
        listing = list_source(source)
        monkeypatch.undo()
        config_map.update(3)
        return listing

    monkeypatch.setattr("dynamic_alerting.config.loader.list_source", overtaken)
    assert loader.load_changes() is not None
    assert _numbers(loader) == {Custom(3.0)}
