"""The section Files of the language: which files are read, in which order, and whose word counts."""

from typing import Any

import pytest

from dynamic_alerting.config.loader import Loader

ONE = "tenants: {db-a: {mysql_cpu: 1}}"
TWO = "tenants: {db-a: {mysql_cpu: 2}}"


@pytest.mark.parametrize("name", ["db-a.yaml", "db-a.yml"])
def test_yaml_and_yml_files_directly_in_the_directory_are_read(world: Any, name: str) -> None:
    world.write({name: ONE})
    assert world.of() == {"mysql cpu warning": 1}


@pytest.mark.parametrize("name", [".db-a.yaml", "db-a.yaml.tmp", "db-a.json", "db-a", "README.md"])
def test_names_starting_with_a_dot_and_other_names_are_skipped(world: Any, name: str) -> None:
    world.write({"db-b.yaml": "tenants: {db-b: {mysql_cpu: 2}}", name: ONE})
    assert world.served() == {"db-b mysql cpu warning": 2}
    assert world.ids() == []


def test_a_directory_inside_the_directory_is_not_read(world: Any) -> None:
    (world.path / "more").mkdir()
    (world.path / "more" / "db-a.yaml").write_text(ONE)
    world.write({"db-b.yaml": "tenants: {db-b: {mysql_cpu: 2}}"})
    assert world.served() == {"db-b mysql cpu warning": 2}


def test_one_single_file_in_place_of_a_directory_may_hold_every_block(world: Any) -> None:
    text = "defaults: {mysql_cpu: 80}\nstate_filters: {busy: {}}\ntenants: {db-a: {}, db-b: {mysql_cpu: 5}}\n"
    world.write({"everything.yaml": text})
    world.loader = Loader(world.path / "everything.yaml", world.catalogue)
    assert world.served() == {
        "db-a mysql cpu warning": 80,
        "db-a state busy warning": 1,
        "db-b mysql cpu warning": 5,
        "db-b state busy warning": 1,
    }
    assert world.ids() == []


def test_underscore_files_load_first_in_name_order_then_the_others(world: Any) -> None:
    names = ["01.yaml", "DB-A.yaml", "_b.yaml", "_defaults.yaml", "_a.yaml", "db-a.yml", "a.yaml"]
    world.write(dict.fromkeys(names, ""))
    order = [status.name for status in world.load().files]
    assert order == ["_a.yaml", "_b.yaml", "_defaults.yaml", "01.yaml", "DB-A.yaml", "a.yaml", "db-a.yml"]


@pytest.mark.parametrize("name", ["DB-A.yaml", "01.yaml", "$x.yaml"])
def test_defaults_come_first_even_beside_names_that_sort_before_it(world: Any, name: str) -> None:
    """A tenant of such a file is overruled by nothing that comes late, and still gets the defaults."""
    world.write({name: "tenants: {db-a: {mysql_cpu: 5}}"}).defaults("mysql_cpu: 80\nmysql_connections: 90")
    assert world.load().files[0].name == "_defaults.yaml"
    assert world.of() == {"mysql cpu warning": 5, "mysql connections warning": 90}


def test_of_two_platform_files_the_later_one_decides_and_says_so(world: Any) -> None:
    world.write({"_a.yaml": "defaults: {mysql_cpu: 1}", "_b.yaml": "defaults: {mysql_cpu: 2}"}).tenant("")
    assert world.of() == {"mysql cpu warning": 2}
    assert world.ids() == ["DA046"]


@pytest.mark.parametrize("block", ["defaults: {mysql_cpu: 1}", "state_filters: {a: {}}", "ownership: strict"])
def test_another_block_in_a_tenants_file_is_ignored_and_reported_and_its_tenants_still_load(
    world: Any, block: str
) -> None:
    world.write({"db-a.yaml": f"{block}\ntenants: {{db-a: {{mysql_connections: 5}}}}", "db-b.yaml": ""})
    world.tenant("", name="db-b")
    assert world.served() == {"db-a mysql connections warning": 5}
    (finding,) = world.findings()
    assert (finding.id, finding.severity, finding.place) == ("DA021", "error", "db-a.yaml:1:1")


def test_in_directory_mode_a_file_is_for_the_tenant_that_it_is_named_after(world: Any) -> None:
    world.write({"db-a.yaml": ONE})
    assert world.of() == {"mysql cpu warning": 1}
    assert world.ids() == []


def test_it_may_also_define_tenants_that_have_no_file_of_their_own_with_a_warning(world: Any) -> None:
    world.write({"db-a.yaml": "tenants:\n  db-a: {mysql_cpu: 1}\n  db-b: {mysql_cpu: 2}\n"})
    assert world.served() == {"db-a mysql cpu warning": 1, "db-b mysql cpu warning": 2}
    (finding,) = world.findings()
    assert (finding.id, finding.severity, finding.line) == ("DA031", "warning", 3)


def test_with_ownership_strict_in_the_defaults_that_is_an_error(world: Any) -> None:
    world.write({"_defaults.yaml": "ownership: strict"})
    world.write({"db-a.yaml": "tenants:\n  db-a: {mysql_cpu: 1}\n  db-b: {mysql_cpu: 2}\n"})
    assert world.served() == {"db-a mysql cpu warning": 1}
    (finding,) = world.findings()
    assert (finding.id, finding.severity, finding.line) == ("DA032", "error", 3)


def test_of_several_claims_the_file_named_after_the_tenant_wins(world: Any) -> None:
    """A platform file's is no claim: it lies below."""
    world.write({"_a.yaml": TWO, "a.yaml": TWO, "db-a.yaml": ONE, "z.yaml": TWO})
    assert world.of() == {"mysql cpu warning": 1}
    claims = [(finding.file, finding.id) for finding in world.findings()]
    assert claims == [("a.yaml", "DA033"), ("z.yaml", "DA033")]


def test_then_an_underscore_file_wins_and_every_other_claim_is_an_error_of_the_file_that_makes_it(
    world: Any,
) -> None:
    world.write({"_z.yaml": ONE, "a.yaml": TWO})
    assert world.of() == {"mysql cpu warning": 1}
    assert [(finding.file, finding.id) for finding in world.findings()] == [("a.yaml", "DA033")]


@pytest.mark.parametrize(
    "own", ["tenants: {db-a: {mysql_cpu: 1}}", "", "tenants: {", "tenants: {db-a: 5}", "5"]
)
def test_no_file_can_ever_change_a_tenant_that_has_its_own_file(world: Any, own: str) -> None:
    """Not even while that file is empty or broken."""
    world.write({"db-a.yaml": own, "db-b.yaml": "tenants: {db-a: {mysql_cpu: 666}, db-b: {mysql_cpu: 2}}"})
    assert 666 not in world.served().values()
    assert world.of("db-b") == {"mysql cpu warning": 2}
    assert "DA033" in world.errors()


@pytest.mark.parametrize(
    ("block", "meant"),
    [
        ("tenant", "tenants"),
        ("default", "defaults"),
        ("state_filter", "state_filters"),
        ("owner", "ownership"),
    ],
)
def test_unknown_top_level_blocks_are_errors_with_the_nearest_known_name(
    world: Any, block: str, meant: str
) -> None:
    world.write({"_defaults.yaml": f"{block}: {{}}\n"})
    (finding,) = world.findings()
    assert (finding.id, finding.severity) == ("DA020", "error")
    if block != "owner":  # not near enough to any
        assert f'"{meant}"' in finding.advice
    assert meant in finding.advice


def test_the_first_example_of_the_description_loads_unchanged(world: Any) -> None:
    text = '# conf.d/db-a.yaml\ntenants:\n  db-a:\n    mysql_connections: "100"\n  db-b:\n'
    world.write({"db-a.yaml": text + '    mysql_connections: "80"\n'})
    assert world.served() == {"db-a mysql connections warning": 100, "db-b mysql connections warning": 80}
    assert world.errors() == []
