"""config-language.md, Reports: a bad file never empties what was good, and a bad key loses only itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynamic_alerting.config.loader import Loader, SourceUnreadable
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.values import Custom

TenantFile = Callable[[str], str]
GOOD = 'tenants:\n  db-a:\n    mysql_connections: "100"\n    _state_maintenance: on\n    _packs: [redis]\n'
DEFAULTS = "defaults: {mysql_cpu: 80}\nstate_filters: {maintenance: {severity: info}}\n"

UNUSABLE = {
    "syntax": "tenants: [",
    "tab": "tenants:\n\tdb-a: {}",
    "repeated block": "tenants: {db-a: {}}\ntenants: {db-a: {}}",
    "tag": "tenants: !x {}",
    "documents": "tenants: {}\n---\ntenants: {}",
    "merge key": "tenants: {db-a: {<<: {}}}",
    "alias": "tenants: *x",
    "depth": "tenants: " + "[" * 40,
    "list": "- tenants",
    "encoding": b"\xff\xfe",
    "null character": "tenants: {}\0",
    "size": "#" * (1024 * 1024 + 1),
}


@pytest.fixture(params=list(UNUSABLE))
def unusable(request: pytest.FixtureRequest) -> Any:
    return UNUSABLE[request.param]


def _accepted(confd: Any, name: str = "db-a.yaml") -> bool:
    return next(bool(status.accepted) for status in confd.load().files if status.name == name)


def test_valid_invalid_valid(confd: Any, unusable: Any) -> None:
    confd.write(_defaults=DEFAULTS, db_a=GOOD, db_b="tenants: {db-b: {mysql_cpu: 1}}").load()
    assert confd.findings() == []
    before = confd.load().configuration

    confd.write(db_a=unusable)
    assert confd.load().configuration == before
    assert not _accepted(confd)
    assert _accepted(confd, "db-b.yaml")
    assert confd.findings()
    assert all(finding.file == "db-a.yaml" for finding in confd.findings())
    assert "Its last valid state stays in force." in confd.findings()[-1].message

    confd.write(db_a=GOOD.replace("100", "120"))
    assert confd.values() == {"mysql_connections": Custom(120.0)}
    assert confd.findings() == []
    assert _accepted(confd)


def test_an_unusable_platform_file_keeps_defaults_and_filters(confd: Any, unusable: Any) -> None:
    confd.write(_defaults=DEFAULTS, db_a=GOOD).load()
    before = confd.load().configuration
    confd.write(_defaults=unusable)
    assert confd.load().configuration == before


def test_on_a_first_start_the_good_files_are_served(confd: Any, unusable: Any) -> None:
    confd.write(_defaults=DEFAULTS, db_a=unusable, db_b="tenants: {db-b: {mysql_cpu: 1}}")
    assert confd.tenants() == ["db-b"]
    assert "Nothing of this file is loaded." in confd.findings()[-1].message
    confd.write(db_a=GOOD)
    assert confd.tenants() == ["db-a", "db-b"]


def test_the_last_state_outlives_several_bad_ones(confd: Any) -> None:
    confd.write(_defaults=DEFAULTS, db_a=GOOD).load()
    for content in ("tenants: [", "}", "tenants: {db-a: {mysql_connections: bad}}", "\x01", "- 5"):
        confd.write(db_a=content)
        assert confd.values() == {"mysql_connections": Custom(100.0)}


def test_a_bad_value_keeps_what_the_key_last_validly_had(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("mysql_connections: 100\nmysql_cpu: 5")).load()
    confd.write(db_a=tenant_file("mysql_connections: 1OO\nmysql_cpu: 6"))
    assert confd.values() == {"mysql_connections": Custom(100.0), "mysql_cpu": Custom(6.0)}
    assert confd.findings()[0].message.endswith("Its last valid value stays in force.")
    assert confd.load().files[0].rejected_keys == 1
    confd.write(db_a=tenant_file("mysql_connections: 120\nmysql_cpu: 6"))
    assert confd.values() == {"mysql_connections": Custom(120.0), "mysql_cpu": Custom(6.0)}
    assert confd.findings() == []
    assert confd.load().files[0].rejected_keys == 0


def test_the_kept_value_says_where_it_stood(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("mysql_connections: 100")).load()
    confd.write(db_a=tenant_file("mysql_cpu: 1\nmysql_connections: bad"))
    assert [entry.origin.line for entry in confd.tenant().entries] == [3, 3]


@pytest.mark.parametrize(
    "bad",
    [
        "mysql_connections: 70:urgent",
        "mysql_connections: [1]",
        "mysql_connections: {default: x}",
        "mysql_connections: 1\nmysql_connections: 2",
        "mysql_connections: {value: 1}",
        "mysql_connections: true",
    ],
)
def test_whatever_is_wrong_with_it(confd: Any, tenant_file: TenantFile, bad: str) -> None:
    confd.write(db_a=tenant_file("mysql_connections: 100")).load()
    confd.write(db_a=tenant_file(bad))
    assert confd.values() == {"mysql_connections": Custom(100.0)}


def test_a_key_that_is_deleted_is_gone(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("mysql_connections: 100")).load()
    confd.write(db_a=tenant_file("mysql_cpu: 1")).load()
    confd.write(db_a=tenant_file("mysql_cpu: 1\nmysql_connections: bad"))
    assert confd.values() == {"mysql_cpu": Custom(1.0)}


def test_each_tier_and_dimension_keeps_its_own_value(confd: Any, tenant_file: TenantFile) -> None:
    keys = (
        "mysql_cpu",
        "mysql_cpu_critical",
        'redis_queue_length{queue="a"}',
        'redis_queue_length{queue="b"}',
    )
    confd.write(db_a=tenant_file("\n".join(f"{key}: {n}" for n, key in enumerate(keys)))).load()
    confd.write(db_a=tenant_file("\n".join(f"{key}: bad" for key in keys)))
    assert [entry.value for entry in confd.tenant().entries] == [Custom(float(n)) for n in range(4)]


def test_a_default_keeps_its_value(confd: Any) -> None:
    confd.write(_defaults="defaults: {mysql_cpu: 80}").load()
    confd.write(_defaults="defaults: {mysql_cpu: eighty, mysql_connections: 5}")
    assert confd.defaults() == {"mysql_cpu": Custom(80.0), "mysql_connections": Custom(5.0)}


def test_a_tenant_that_is_no_mapping_keeps_what_it_had(confd: Any) -> None:
    confd.write(_defaults=DEFAULTS, db_a=GOOD).load()
    before = confd.tenant()
    for content in ("tenants: {db-a: 5}", "tenants: {db-a: {}, db-a: {}}", "tenants: [db-a]", "tenants: 5"):
        confd.write(db_a=content)
        assert confd.tenant() == before
        assert _accepted(confd)


@pytest.mark.parametrize("block", ["defaults: []", "defaults: 5", "state_filters: []"])
def test_a_block_of_the_wrong_shape_keeps_what_it_said(confd: Any, block: str) -> None:
    confd.write(_defaults=DEFAULTS).load()
    name = block.partition(":")[0]
    lines = [line for line in DEFAULTS.splitlines() if not line.startswith(name)]
    confd.write(_defaults="\n".join([*lines, block]))
    assert confd.ids() == ["DA022"]
    assert confd.defaults() == {"mysql_cpu": Custom(80.0)}
    assert len(confd.load().configuration.state_filters) == 1


def test_a_deleted_file_takes_its_tenants_with_it(confd: Any) -> None:
    confd.write(db_a=GOOD, db_b="tenants: {db-b: {}}").load()
    (confd.path / "db-a.yaml").unlink()
    assert confd.loader.changed()
    assert confd.tenants() == ["db-b"]
    assert [status.name for status in confd.load().files] == ["db-b.yaml"]


def test_a_file_that_returns_is_a_new_file(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("mysql_cpu: 1"), db_b="tenants: {db-b: {}}").load()
    (confd.path / "db-a.yaml").unlink()
    confd.load()
    confd.write(db_a=tenant_file("mysql_cpu: bad"))
    assert confd.values() == {}
    confd.write(db_a=tenant_file("mysql_cpu: 2"))
    assert confd.values() == {"mysql_cpu": Custom(2.0)}


def test_losing_all_files_at_once_is_a_failed_load(confd: Any) -> None:
    confd.write(_defaults=DEFAULTS, db_a=GOOD)
    before = confd.load()
    for path in confd.path.iterdir():
        path.unlink()
    assert confd.loader.changed()
    with pytest.raises(SourceUnreadable, match="all of its files are gone"):
        confd.load()
    confd.write(_defaults=DEFAULTS, db_a=GOOD)
    assert confd.load().configuration == before.configuration


def test_losing_the_directory_is_a_failed_load(confd: Any) -> None:
    confd.write(db_a=GOOD)
    before = confd.load()
    confd.path.rename(confd.path.with_name("elsewhere"))
    assert confd.loader.changed()
    with pytest.raises(SourceUnreadable, match=r"conf\.d: No such file or directory"):
        confd.load()
    confd.path.with_name("elsewhere").rename(confd.path)
    assert confd.load().configuration == before.configuration


@pytest.mark.parametrize("make", ["nothing", "fifo", "unreadable"])
def test_a_single_file_that_cannot_be_read_is_a_failed_load(
    tmp_path: Path, catalogue: Catalogue, make: str
) -> None:
    import os  # noqa: PLC0415 - only this test makes a FIFO

    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    loader = Loader(path, catalogue)
    before = loader.load()
    path.unlink()
    if make == "fifo":
        os.mkfifo(path)
    elif make == "unreadable":
        path.symlink_to("/proc/self/mem")
    with pytest.raises(SourceUnreadable):
        loader.load()
    path.unlink(missing_ok=True)
    path.write_text(GOOD)
    assert loader.load().configuration == before.configuration


def test_a_single_file_keeps_its_last_state(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(DEFAULTS + GOOD)
    loader = Loader(path, catalogue)
    before = loader.load().configuration
    path.write_text("tenants: [")
    assert loader.load().configuration == before


def test_without_a_last_state_a_bad_value_is_the_platform_default(
    confd: Any, tenant_file: TenantFile
) -> None:
    confd.write(db_a=tenant_file("mysql_connections: bad"))
    assert confd.values() == {}
    assert confd.findings()[0].message.endswith("It counts as omitted.")
