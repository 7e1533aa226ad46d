"""config-language.md, Files: names, order, boundary and ownership."""

from pathlib import Path
from typing import Any

import pytest

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.values import Custom

TENANT = 'tenants:\n  {}:\n    mysql_connections: "{}"\n'


def _file(tenant: str, value: object = 80) -> str:
    return TENANT.format(tenant, value)


def test_yaml_and_yml_files_load(confd: Any) -> None:
    confd.write_as("db-a.yaml", _file("db-a")).write_as("db-b.yml", _file("db-b"))
    assert confd.tenants() == ["db-a", "db-b"]
    assert confd.findings() == []


@pytest.mark.parametrize("name", [".db-a.yaml", "..2026.yaml", "db-a.yaml.bak", "db-a.json", "README.md"])
def test_other_names_are_skipped(confd: Any, name: str) -> None:
    confd.write(db_b=_file("db-b")).write_as(name, _file("db-a"))
    assert confd.tenants() == ["db-b"]
    assert [status.name for status in confd.load().files] == ["db-b.yaml"]


def test_files_in_subdirectories_are_skipped(confd: Any) -> None:
    (confd.path / "old").mkdir()
    confd.write(db_b=_file("db-b")).write_as("old/db-a.yaml", _file("db-a"))
    assert confd.tenants() == ["db-b"]


def test_platform_files_load_first_whatever_the_byte_order_says(confd: Any) -> None:
    for name in ("DB-A.yaml", "01.yaml", "_b.yaml", "_defaults.yaml", "a.yml", "_a.yaml"):
        confd.write_as(name, "")
    names = [status.name for status in confd.load().files]
    assert names == ["_a.yaml", "_b.yaml", "_defaults.yaml", "01.yaml", "DB-A.yaml", "a.yml"]


def test_of_one_default_in_several_platform_files_the_last_counts_with_a_warning(confd: Any) -> None:
    confd.write(_a="defaults: {mysql_connections: 1}", _b="defaults: {mysql_connections: 2}")
    assert confd.defaults() == {"mysql_connections": Custom(2.0)}
    (finding,) = confd.findings()
    assert (finding.id, finding.file) == ("DA046", "_b.yaml")
    assert "_a.yaml:1" in finding.message


def test_one_single_file_may_hold_every_block(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "defaults: {mysql_connections: 80}\nstate_filters: {maintenance: {severity: info}}\n"
        "ownership: strict\ntenants: {db-b: {mysql_connections: 70}, db-a: {_state_maintenance: on}}\n"
    )
    loaded = Loader(path, catalogue).load()
    assert loaded.findings == ()
    assert [tenant.name for tenant in loaded.configuration.tenants] == ["db-a", "db-b"]
    assert len(loaded.configuration.defaults) == len(loaded.configuration.state_filters) == 1


@pytest.mark.parametrize("block", ["defaults", "state_filters", "ownership"])
def test_another_block_in_a_tenant_file_is_ignored_and_reported_and_the_tenants_load(
    confd: Any, block: str
) -> None:
    confd.write(db_a=f"{block}: {{mysql_connections: 1}}\n{_file('db-a')}")
    assert confd.ids() == ["DA021"]
    assert confd.tenants() == ["db-a"]
    assert confd.defaults() == {}


@pytest.mark.parametrize(
    ("file", "block", "meant"),
    [
        ("db_a", "tenant", "tenants"),
        ("_defaults", "default", "defaults"),
        ("_defaults", "state_filter", "state_filters"),
        ("_defaults", "owners", None),
    ],
)
def test_an_unknown_block_is_an_error_with_the_nearest_name(
    confd: Any, file: str, block: str, meant: str | None
) -> None:
    confd.write(**{file: f"{block}: {{}}\n"})
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value, finding.text) == ("DA020", "error", block)
    assert (f'Did you mean "{meant}"?' in finding.advice) is (meant is not None)


def test_a_tenant_file_may_define_a_tenant_without_a_file_with_a_warning(confd: Any) -> None:
    confd.write(db_a=f"{_file('db-a')}  db-b:\n    mysql_connections: 70\n")
    assert confd.tenants() == ["db-a", "db-b"]
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value, finding.line, finding.column) == ("DA031", "warning", 4, 3)
    assert "db-b:" in finding.excerpt


def test_with_strict_ownership_that_is_an_error(confd: Any) -> None:
    confd.write(_defaults="ownership: strict", db_a=f"{_file('db-a')}  db-b:\n    mysql_connections: 70\n")
    assert confd.tenants() == ["db-a"]
    assert confd.ids() == ["DA032"]
    assert confd.load().configuration.ownership_strict


def test_strict_ownership_stays_while_its_file_is_broken(confd: Any) -> None:
    confd.write(_defaults="ownership: strict", db_a=_file("db-b")).load()
    confd.write(_defaults="ownership: [strict")
    assert confd.tenants() == []


def test_a_tenant_of_a_platform_file_is_served_without_a_finding_even_under_strict_ownership(
    confd: Any,
) -> None:
    confd.write(_defaults=f"ownership: strict\n{_file('db-a')}")
    assert confd.tenants() == ["db-a"]
    assert confd.findings() == []


def test_of_several_claims_the_file_named_after_the_tenant_wins(confd: Any) -> None:
    confd.write(_defaults=_file("db-a", 1), aaa=_file("db-a", 2), db_a=_file("db-a", 3), zzz=_file("db-a", 4))
    assert confd.values() == {"mysql_connections": Custom(3.0)}
    assert [(finding.id, finding.file) for finding in confd.findings()] == [
        ("DA033", "aaa.yaml"),
        ("DA033", "zzz.yaml"),
    ]


def test_then_a_platform_file_wins(confd: Any) -> None:
    confd.write(_defaults=_file("db-a", 1), aaa=_file("db-a", 2))
    assert confd.values() == {"mysql_connections": Custom(1.0)}
    assert [(finding.id, finding.file) for finding in confd.findings()] == [("DA033", "aaa.yaml")]


def test_then_the_first_by_name_wins(confd: Any) -> None:
    confd.write(bbb=_file("db-a", 2), aaa=_file("db-a", 1))
    assert confd.values() == {"mysql_connections": Custom(1.0)}
    claims = [(finding.id, finding.file) for finding in confd.findings()]
    assert claims == [("DA031", "aaa.yaml"), ("DA033", "bbb.yaml")]


def test_of_yaml_and_yml_the_first_by_name_wins(confd: Any) -> None:
    confd.write_as("db-a.yml", _file("db-a", 2)).write_as("db-a.yaml", _file("db-a", 1))
    assert confd.values() == {"mysql_connections": Custom(1.0)}
    assert [(finding.id, finding.file) for finding in confd.findings()] == [("DA033", "db-a.yml")]


@pytest.mark.parametrize("content", ["", "tenants: {db-c: {}}", "tenants: [", b"\xff"])
def test_no_tenant_file_can_take_a_tenant_that_has_a_file_whatever_is_in_it(
    confd: Any, content: str | bytes
) -> None:
    confd.write(db_a=content, db_b=_file("db-a", 900))
    assert "db-a" not in confd.tenants()
    assert "DA033" in confd.ids()


def test_a_foreign_tenant_moves_to_its_own_file_when_it_gets_one(confd: Any) -> None:
    confd.write(db_a=_file("db-b", 1))
    assert confd.values("db-b") == {"mysql_connections": Custom(1.0)}
    confd.write(db_b=_file("db-b", 2))
    assert confd.values("db-b") == {"mysql_connections": Custom(2.0)}


def test_the_refused_claims_count_as_rejected_keys_of_the_file_that_makes_them(confd: Any) -> None:
    confd.write(db_a=_file("db-a"), db_b=_file("db-a"))
    assert [(status.name, status.rejected_keys) for status in confd.load().files] == [
        ("db-a.yaml", 0),
        ("db-b.yaml", 1),
    ]


@pytest.mark.parametrize(
    "name", ["a", "0", "db-a", "x" * 63, "123", "a--b"], ids=lambda name: name[:5] + str(len(name))
)
def test_a_dns_label_names_a_tenant(confd: Any, name: str) -> None:
    confd.write(_defaults=_file(f'"{name}"'))
    assert confd.tenants() == [name]
    assert confd.findings() == []


@pytest.mark.parametrize(
    "name",
    ["DB-A", "db_a", "-a", "a-", "x" * 64, "a.b", "", " ", "é", "a b", "~", "a/b", "../etc", '"', "\uff41"],
    ids=ascii,
)
def test_nothing_else_does(confd: Any, name: str) -> None:
    written = name.replace('"', '\\"')
    confd.write(_defaults=f'{_file("db-a")}  "{written}": {{}}\n')
    assert confd.tenants() == ["db-a"]
    assert confd.ids() == ["DA030"]


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n", "tenants:\n", "tenants: {}\n", "\ufeff"])
def test_an_empty_file_is_empty(confd: Any, content: str) -> None:
    confd.write(db_a=content)
    assert confd.tenants() == []
    assert confd.ids() == ["DA007"]
    assert confd.load().files[0].accepted


def test_a_tenant_with_nothing_below_its_name_has_the_defaults(confd: Any) -> None:
    confd.write(db_a="tenants:\n  db-a:\n")
    assert confd.tenants() == ["db-a"]
    assert confd.findings() == []


def test_a_byte_order_mark_is_no_part_of_the_text(confd: Any) -> None:
    confd.write(db_a="\ufeff" + _file("db-a"))
    assert confd.tenants() == ["db-a"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_count_lines_the_same(confd: Any, end: str) -> None:
    confd.write(db_a="tenants:\n  db-a:\n    mysql_connections: x\n".replace("\n", end).encode())
    (finding,) = confd.findings()
    assert (finding.line, finding.column) == (3, 24)
    assert "mysql_connections: x" in finding.excerpt


@pytest.mark.parametrize(
    ("data", "finding_id"),
    [
        (b"# " + b"x" * 1024 * 1024, "DA003"),
        ("tenants: {}".encode("utf-16"), "DA002"),
        (b"tenants: {} # \xe9", "DA002"),
        (b"tenants: {} # \xed\xa0\x80", "DA002"),
        (b"tenants: {}\x00", "DA004"),
        (b"tenants: {} # \x1b[31m", "DA004"),
        (b"tenants: {} # \x7f", "DA004"),
        ("tenants: {} # \u2028".encode(), "DA004"),
        ("tenants: {} # \x85".encode(), "DA004"),
        ("tenants: {} # \ufffe".encode(), "DA004"),
    ],
)
def test_a_file_that_is_too_large_or_no_text_is_refused(confd: Any, data: bytes, finding_id: str) -> None:
    confd.write_as("db-a.yaml", data).write(db_b=_file("db-b"))
    assert confd.ids() == [finding_id]
    assert [(status.name, status.accepted) for status in confd.load().files] == [
        ("db-a.yaml", False),
        ("db-b.yaml", True),
    ]


def test_a_file_of_exactly_one_mebibyte_loads(confd: Any) -> None:
    text = _file("db-a")
    confd.write(db_a=text + "#" * (1024 * 1024 - len(text)))
    assert confd.findings() == []
    assert confd.tenants() == ["db-a"]


def test_any_other_character_may_stand_in_a_file(confd: Any) -> None:
    confd.write(db_a=_file("db-a") + "# Ünïcödé 漢字 🐬 \u00a0\n")
    assert confd.findings() == []
