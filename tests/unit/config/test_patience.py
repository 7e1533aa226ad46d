"""Files that are being written or were emptied: their last state stays for a bounded time, and it is said."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dynamic_alerting.config import loader as loader_module
from dynamic_alerting.config.loader import Loader, SourceUnreadable
from dynamic_alerting.config.patience import Patience
from dynamic_alerting.config.sources import list_source
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.values import Custom

TenantFile = Callable[[str], str]
GOOD = "mysql_connections: 100\nmysql_cpu: 60"
BOTH = {"mysql_connections": Custom(100.0), "mysql_cpu": Custom(60.0)}


class Time:
    """A steady clock that is moved, and what was said."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.said: list[tuple[str, bool]] = []

    def say(self, name: str, *, overdue: bool) -> None:
        self.said.append((name, overdue))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def patient(confd: Any, catalogue: Catalogue, time: Time) -> Any:
    """The directory with a loader as the exporter's, and other files that stay as they are."""
    patience = Patience(emptied=300, quiet=1.5, writing=30, steady=lambda: time.now, say=time.say)
    confd.loader = Loader(confd.path, catalogue, clock=lambda: confd.now, patience=patience)
    return confd.write(_defaults="defaults: {mysql_cpu: 80}\n", db_b="tenants: {db-b: {mysql_cpu: 1}}\n")


@pytest.fixture
def good(patient: Any, tenant_file: TenantFile) -> Any:
    patient.write(db_a=tenant_file(GOOD)).load()
    return patient


def test_a_file_that_says_less_is_left_alone_until_it_is_quiet(
    good: Any, time: Time, tenant_file: TenantFile
) -> None:
    good.write(db_a=tenant_file("mysql_cpu: 60"))
    assert good.values() == BOTH
    assert time.said == [("db-a.yaml", False)]
    assert good.loader.look_again_in() == 1.5
    time.now += 1
    good.write(db_a=tenant_file("mysql_cpu: 60\n# more"))
    assert good.values() == BOTH
    time.now += 1.4
    assert good.values() == BOTH
    time.now += 0.2
    assert good.loader.changed()
    assert good.values() == {"mysql_cpu": Custom(60.0)}
    assert good.loader.look_again_in() is None
    assert time.said == [("db-a.yaml", False)]


@pytest.mark.parametrize(
    "less",
    [
        "",
        "tenants:\n",
        "tenants: [\n",
        "tenants: {db-b: {mysql_cpu: 5}}\n",
        "tenants: {db-a: {mysql_cpu: bad, mysql_connections: 100}}\n",
        "tenants: {db-a: {mysql_cpu: 60, mysql_connections: 10",
        "tenants: {db-a: {mysql_cpu: 60, mysql_connections: 100}}",
    ],
)
def test_whatever_it_says_less(good: Any, time: Time, less: str) -> None:
    good.write(db_a=less)
    assert good.values() == BOTH
    assert good.ids() == []
    assert time.said == [("db-a.yaml", False)]


@pytest.mark.parametrize("more", ["mysql_connections: 5\nmysql_cpu: 6", f"{GOOD}\nmysql_threads_running: 7"])
def test_a_change_that_takes_nothing_away_is_not_held_up(
    good: Any, time: Time, tenant_file: TenantFile, more: str
) -> None:
    good.write(db_a=tenant_file(more))
    assert good.values() != BOTH
    assert time.said == []


def test_a_file_in_the_place_of_another_is_not_held_up(
    good: Any, time: Time, tenant_file: TenantFile
) -> None:
    good.write_as(".new", tenant_file("mysql_cpu: 60"))
    (good.path / ".new").rename(good.path / "db-a.yaml")
    assert good.values() == {"mysql_cpu": Custom(60.0)}
    assert time.said == []


def test_who_asks_for_a_load_is_not_held_up(good: Any, time: Time, tenant_file: TenantFile) -> None:
    good.write(db_a=tenant_file("mysql_cpu: 60"))
    loaded = good.loader.load(reread=True)
    assert [len(tenant.entries) for tenant in loaded.configuration.tenants] == [1, 1]
    assert good.loader.look_again_in() is None
    assert time.said == []


def test_a_file_that_never_holds_still_is_taken_in_the_end_and_that_is_said(
    good: Any, time: Time, tenant_file: TenantFile
) -> None:
    for second in range(30):
        good.write(db_a=tenant_file(f"mysql_cpu: 60\n# {second}"))
        assert good.values() == BOTH
        time.now += 1
    good.write(db_a=tenant_file("mysql_cpu: 60\n# at last"))
    assert good.values() == {"mysql_cpu": Custom(60.0)}
    assert time.said == [("db-a.yaml", False), ("db-a.yaml", True)]


def test_a_look_at_a_file_that_is_being_written_is_no_load(good: Any, tenant_file: TenantFile) -> None:
    good.write(db_a=tenant_file("mysql_cpu: 60"))
    assert good.loader.load_changes() is None


def test_a_file_that_says_again_what_it_said_is_forgotten(good: Any, tenant_file: TenantFile) -> None:
    before = good.load()
    good.write(db_a="").load()
    good.write(db_a=tenant_file(GOOD))
    assert good.load() is before
    assert good.loader.look_again_in() is None
    good.write(db_a="").load()
    (good.path / "db-a.yaml").unlink()
    assert good.tenants() == ["db-b"]
    assert good.loader.look_again_in() is None


def test_others_are_not_held_up(good: Any) -> None:
    good.write(db_a="", db_b="tenants: {db-b: {mysql_cpu: 2}}\n")
    assert good.values("db-b") == {"mysql_cpu": Custom(2.0)}
    assert good.values() == BOTH


class Quiet:
    """The directory after each write has been quiet for long enough."""

    def __init__(self, confd: Any, time: Time) -> None:
        self.confd, self._time = confd, time

    def write(self, **files: str) -> list[str]:
        self.confd.write(**files).load()
        self._time.now += 2
        return [finding.id for finding in self.confd.load().findings]


@pytest.fixture
def quiet(good: Any, time: Time) -> Quiet:
    return Quiet(good, time)


EMPTY = ["", " \n", "# nothing\n", "---\n", "null\n", "{}\n", "tenants:\n", "tenants: ~\n"]


@pytest.mark.parametrize("text", EMPTY)
def test_an_emptied_file_is_kept_until_the_time_that_the_finding_says(quiet: Quiet, text: str) -> None:
    confd = quiet.confd
    assert quiet.write(db_a=text) == ["DA006"]
    (finding,) = confd.findings()
    assert "db-a stood in it" in finding.message
    assert "until 2026-06-01 12:05:00 UTC" in finding.message
    assert "delete the file" in finding.advice
    status = next(one for one in confd.load().files if one.name == "db-a.yaml")
    assert not status.accepted
    assert confd.values() == BOTH
    confd.now += timedelta(seconds=299)
    assert not confd.loader.changed()
    confd.now += timedelta(seconds=1)
    assert confd.loader.changed()
    assert confd.tenants() == ["db-b"]
    assert confd.ids() == ["DA007"]
    assert not confd.loader.changed()


def test_touching_an_emptied_file_does_not_keep_it_longer(quiet: Quiet) -> None:
    quiet.write(db_a="")
    quiet.confd.now += timedelta(seconds=200)
    assert quiet.write(db_a="# still nothing\n") == ["DA006"]
    quiet.confd.now += timedelta(seconds=100)
    assert quiet.confd.tenants() == ["db-b"]


def test_what_is_put_back_is_as_it_was_and_may_be_lost_anew(quiet: Quiet, tenant_file: TenantFile) -> None:
    quiet.write(db_a="")
    quiet.confd.now += timedelta(seconds=200)
    assert quiet.write(db_a=tenant_file(GOOD)) == []
    quiet.write(db_a="")
    assert "until 2026-06-01 12:08:20 UTC" in quiet.confd.findings()[0].message


def test_an_emptied_file_of_the_platform_keeps_all_that_it_said(quiet: Quiet) -> None:
    quiet.write(_defaults="defaults: {mysql_cpu: 80}\nownership: strict\nstate_filters: {busy: {}}\n")
    before = quiet.confd.load().configuration
    assert quiet.write(_defaults="") == ["DA006"]
    assert quiet.confd.load().configuration == before


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ownership: warn\n", ["mysql_cpu"]),
        ("defaults:\nownership: warn\n", ["mysql_cpu"]),
        ("defaults: {}\n", []),
        ("defaults: {mysql_connections: 5}\n", ["mysql_connections"]),
    ],
)
def test_a_block_that_is_gone_is_kept_and_one_that_is_written_empty_is_empty(
    quiet: Quiet, text: str, kept: list[str]
) -> None:
    ids = quiet.write(_defaults=text)
    assert list(quiet.confd.defaults()) == kept
    assert ids == (["DA006"] if "mysql_cpu" in kept else [])


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("tenants:\n  db-a:\n", True),
        ("tenants:\n  db-a:\n    _packs:\n", True),
        ("tenants:\n  db-a: {}\n", False),
        ("tenants:\n  db-a: {mysql_connections: default}\n", False),
        ("tenants:\n  db-x: {mysql_cpu: 1}\n", True),
        ("tenants: {}\n", False),
    ],
)
def test_what_counts_as_gone(quiet: Quiet, text: str, *, is_kept: bool) -> None:
    ids = quiet.write(db_a=text)
    assert ("DA006" in ids) is is_kept
    assert ("db-a" in quiet.confd.tenants() and quiet.confd.values() == BOTH) is is_kept


def test_one_tenant_of_several_that_goes_is_an_ordinary_change(patient: Any, time: Time) -> None:
    both = "tenants:\n  db-c: {mysql_cpu: 1}\n  db-d: {mysql_cpu: 2}\n"
    patient.write(shared=both).load()
    assert Quiet(patient, time).write(shared=both.splitlines()[0] + "\n  db-c: {mysql_cpu: 1}\n") == ["DA031"]
    assert patient.tenants() == ["db-b", "db-c"]


def test_a_tenant_that_another_file_has_now_is_not_kept(quiet: Quiet) -> None:
    confd = quiet.confd
    confd.write(shared="tenants: {db-c: {mysql_cpu: 1}}\n").load()
    assert quiet.write(shared="# moved\n", db_c="tenants: {db-c: {mysql_cpu: 2}}\n") == ["DA007"]
    assert confd.values("db-c") == {"mysql_cpu": Custom(2.0)}


def test_a_tenant_that_another_file_has_later_is_taken_from_there(quiet: Quiet) -> None:
    confd = quiet.confd
    confd.write(a_shared="tenants: {db-c: {mysql_cpu: 1}}\n").load()
    assert quiet.write(a_shared="# moved\n") == ["DA006", "DA031"]
    assert quiet.write(other="tenants: {db-c: {mysql_cpu: 2}}\n") == ["DA006", "DA031"]
    assert confd.values("db-c") == {"mysql_cpu": Custom(2.0)}


def test_a_file_that_is_cut_off_keeps_all_that_it_said(quiet: Quiet, tenant_file: TenantFile) -> None:
    """On a full disk: the beginning is valid, and its last number may be a part of one."""
    assert quiet.write(db_a=tenant_file("mysql_connections: 1").rstrip("\n")) == ["DA006"]
    assert quiet.confd.values() == BOTH
    assert "ends in the middle of a line" in quiet.confd.findings()[0].message
    assert quiet.write(db_a=tenant_file("mysql_connections: 1")) == []
    assert quiet.confd.values() == {"mysql_connections": Custom(1.0)}


def test_a_file_without_a_last_line_break_that_takes_nothing_away_is_no_fault(
    quiet: Quiet, tenant_file: TenantFile
) -> None:
    assert quiet.write(db_a=tenant_file("mysql_connections: 1\nmysql_cpu: 2").rstrip("\n")) == []
    assert quiet.confd.values() == {"mysql_connections": Custom(1.0), "mysql_cpu": Custom(2.0)}
    assert quiet.write(db_a=tenant_file("mysql_connections: 1").rstrip("\n")) == []


def test_what_a_file_with_errors_lost_stays_as_long_as_it_has_errors(quiet: Quiet) -> None:
    assert "DA006" in quiet.write(db_a="tenants:\n  db-a:\n  mysql_connections: 5\n")
    quiet.confd.now += timedelta(days=1)
    assert quiet.confd.values() == BOTH


def test_all_files_emptied_are_no_configuration(good: Any, time: Time) -> None:
    before = good.load()
    for path in good.path.iterdir():
        path.write_text("")
    good.load()
    time.now += 2
    assert good.load().configuration == before.configuration
    good.now += timedelta(seconds=300)
    with pytest.raises(SourceUnreadable, match="none of its files says anything any more"):
        good.load()
    good.write(db_a="tenants: {db-a: {mysql_cpu: 7, mysql_connections: 8}}\n")
    assert good.values() == {"mysql_cpu": Custom(7.0), "mysql_connections": Custom(8.0)}


def test_without_patience_every_content_is_taken_as_it_is(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file(GOOD), db_b="tenants: {db-b: {mysql_cpu: 1}}\n").load()
    confd.write(db_a="")
    assert confd.tenants() == ["db-b"]


@pytest.mark.parametrize(
    ("bad", "finding"),
    [
        ("mysql connections: 5\nmysql_cpu: 1", "DA040"),
        ('mysql_connections{queue="a"}: 5\nmysql_cpu: 1', "DA043"),
        ('redis_queue_length{queue=~"("}: 5\nmysql_cpu: 1', "DA040"),
    ],
)
def test_a_key_that_was_there_stays_beside_one_that_cannot_be_used(
    good: Any, tenant_file: TenantFile, bad: str, finding: str
) -> None:
    good.write(db_a=tenant_file(bad))
    loaded = good.loader.load(reread=True)
    (tenant,) = [one for one in loaded.configuration.tenants if one.name == "db-a"]
    values = {entry.key.text: entry.value for entry in tenant.entries}
    assert values == {"mysql_connections": Custom(100.0), "mysql_cpu": Custom(1.0)}
    (said,) = [one for one in loaded.findings if one.id == finding]
    assert said.message.endswith("what is gone from beside it stays in force: mysql_connections.")


def test_a_state_that_was_there_stays_beside_a_misspelled_one(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(_defaults="state_filters: {maintenance: {}}")
    confd.write(db_a=tenant_file("_packs: [redis]\n_state_maintenance: on")).load()
    confd.write(db_a=tenant_file("_stat_maintenance: on"))
    assert [state.filter for state in confd.tenant().states] == ["maintenance"]
    assert confd.tenant().packs == frozenset({"redis"})
    assert "in force: _state_maintenance and _packs." in confd.findings()[0].message


def test_a_tenant_that_was_there_stays_beside_one_with_an_impossible_name(confd: Any) -> None:
    confd.write(db_a="tenants:\n  db-a: {mysql_cpu: 1}\n").load()
    confd.write(db_a="tenants:\n  db_a: {mysql_cpu: 2}\n")
    assert confd.values() == {"mysql_cpu": Custom(1.0)}
    assert confd.findings()[0].message.endswith("stays in force: db-a.")


@pytest.mark.parametrize("block", ["tenant", "Tenants", "defaults"])
def test_a_block_that_was_there_stays_beside_one_that_is_refused(confd: Any, block: str) -> None:
    confd.write(db_a="tenants:\n  db-a: {mysql_cpu: 1}\n").load()
    confd.write(db_a=f"{block}:\n  db-a: {{mysql_cpu: 2}}\n")
    assert confd.values() == {"mysql_cpu": Custom(1.0)}
    assert "What the file last said of tenants stays in force." in confd.findings()[0].message


def test_another_file_of_the_same_name_ends_the_waiting(good: Any, tenant_file: TenantFile) -> None:
    good.write(db_a="").load()
    good.write_as(".new", tenant_file("mysql_cpu: 5"))
    (good.path / ".new").rename(good.path / "db-a.yaml")
    assert good.values() == {"mysql_cpu": Custom(5.0)}
    assert good.loader.look_again_in() is None


@pytest.mark.parametrize("looks", [1, 2])
def test_a_file_that_is_missing_for_an_instant_was_replaced_and_not_deleted(
    good: Any, monkeypatch: pytest.MonkeyPatch, tenant_file: TenantFile, looks: int
) -> None:
    """`git checkout` deletes each file and writes it again, and a listing may find neither."""
    whole = list_source
    missing = iter([{"db-a.yaml"}, {"db-b.yaml"}][:looks])

    def list_without(source: Path) -> Any:
        listing = whole(source)
        for name in next(missing, set()):
            del listing.signatures[name]
        return listing

    monkeypatch.setattr(loader_module, "list_source", list_without)
    good.write(db_a=tenant_file("mysql_connections: 5\nmysql_cpu: 6"))
    loaded = good.loader.load_changes()
    assert [len(tenant.entries) for tenant in loaded.configuration.tenants] == [2, 1]
    assert good.values()["mysql_cpu"] == Custom(6.0)


def test_a_file_that_is_deleted_is_taken_away_at_once(good: Any) -> None:
    (good.path / "db-a.yaml").unlink()
    assert [tenant.name for tenant in good.loader.load_changes().configuration.tenants] == ["db-b"]
