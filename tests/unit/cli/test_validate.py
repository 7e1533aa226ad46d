"""da-tools validate: what it prints and what it exits with."""

from typing import Any

import pytest

DEFAULTS = "defaults:\n  mysql_connections: 90\nstate_filters: {maintenance: {default_state: disable}}\n"
GOOD = "tenants:\n  db-a:\n    mysql_connections: 120\n    _packs: []\n"
WARNS = "tenants:\n  db-a:\n    mysql_conections: 120\n"
BAD = 'tenants:\n  db-a:\n    mysql_connections: "70:urgent"\n    _packs: []\n'


@pytest.fixture
def confd(shell: Any) -> Any:
    return shell.write({"_defaults.yaml": DEFAULTS, "db-a.yaml": GOOD})


def test_a_good_directory_exits_0_with_a_summary(confd: Any) -> None:
    done = confd("validate", "conf.d")
    assert done.code == 0
    assert done.out == "0 errors, 0 warnings, 0 info: 2 files, 1 tenant, 1 series\nseries of each: db-a 1\n"
    assert done.err == ""


def test_an_error_exits_1_and_shows_place_excerpt_caret_advice_and_documentation(confd: Any) -> None:
    done = confd.write({"db-a.yaml": BAD})("validate", "conf.d")
    assert done.code == 1
    assert done.out.startswith(
        "conf.d/db-a.yaml:3:28: error DA050: 'urgent' is not a severity. It counts as omitted.\n"
        '    3 |     mysql_connections: "70:urgent"\n'
        "      |                            ^^^^^^\n"
        "  Did you mean one of info, warning, critical?"
    )
    assert "\n  docs/findings.md#da050\n" in done.out
    assert done.out.splitlines()[-2] == "1 error, 0 warnings, 0 info: 2 files, 1 tenant, 0 series"


def test_warnings_are_shown_and_count_only_if_strict(confd: Any) -> None:
    confd.write({"db-a.yaml": WARNS})
    for flags, code in (((), 0), (("--strict",), 1)):
        done = confd("validate", "conf.d", *flags)
        assert done.code == code
        assert "warning DA042" in done.out
        assert 'Did you mean "mysql_connections"?' in done.out


def test_an_unused_override_is_only_info_even_if_strict(confd: Any) -> None:
    confd.write({"db-a.yaml": "tenants:\n  db-a:\n    mysql_connections: 90\n    _state_maintenance: off\n"})
    done = confd("validate", "conf.d", "--strict")
    assert done.code == 0
    assert done.out.count("info DA047: _defaults.yaml:") == 2
    assert "    3 |     mysql_connections: 90\n      |     ^^^^^^^^^^^^^^^^^\n" in done.out


def test_too_many_series_of_a_tenant_are_an_error(confd: Any) -> None:
    confd.write(
        {"db-b.yaml": "tenants: {db-b: {_packs: [], mysql_connections: 5, mysql_connections_critical: 6}}"}
    )
    assert confd("validate", "conf.d", "--series-limit", 2).code == 0
    done = confd("validate", "conf.d", "--series-limit", 1)
    assert done.code == 1
    assert "conf.d/db-b.yaml:1:11: error DA080: Tenant 'db-b' has 2 threshold series" in done.out
    assert confd("validate", "conf.d", "--series-limit", 0).code == 0


@pytest.mark.parametrize("path", ["nowhere", "nowhere/db-a.yaml", "conf.d/sub"])
def test_what_cannot_be_read_exits_2_and_says_so_on_stderr(shell: Any, path: str) -> None:
    (shell.confd / "sub").touch(mode=0o000)
    done = shell("validate", path) if path != "conf.d/sub" else shell("validate", "/dev/null")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")


def test_a_directory_without_files_is_never_a_pass(shell: Any) -> None:
    done = shell("validate", "conf.d")
    assert (done.code, done.out) == (2, "")
    assert "holds no file that ends in .yaml or .yml" in done.err


@pytest.mark.parametrize("text", ["", "# nothing\n", "tenants:\n", "{}\n"])
def test_files_that_say_nothing_are_never_a_pass(shell: Any, text: str) -> None:
    done = shell.write({"_defaults.yaml": text, "db-a.yaml": text})("validate", "conf.d")
    assert (done.code, done.out) == (2, "")
    assert "nothing in it says anything, which is no configuration" in done.err


def test_files_that_cannot_be_used_are_no_pass_and_say_why(shell: Any) -> None:
    done = shell.write({"db-a.yaml": "tenants: ["})("validate", "conf.d")
    assert done.code == 1
    assert "DA010" in done.out


def test_a_file_of_a_directory_is_judged_with_it_and_only_its_findings_are_shown(confd: Any) -> None:
    confd.write({"db-a.yaml": f"{GOOD}    _state_maintenance: on\n", "db-b.yaml": GOOD})
    alone = confd("validate", "conf.d/db-a.yaml")
    assert alone.code == 0
    assert alone.out == "0 errors, 0 warnings, 0 info: 1 file, 1 tenant, 2 series\nseries of each: db-a 2\n"
    other = confd("validate", "conf.d/db-b.yaml")
    assert other.code == 1
    assert [line.split()[2] for line in other.out.splitlines() if line.startswith("conf.d/")] == ["DA033:"]


def test_the_platform_file_is_judged_with_the_tenants_too(confd: Any) -> None:
    done = confd.write({"_defaults.yaml": "defaults: {mysql_connections: many}"})(
        "validate", "conf.d/_defaults.yaml"
    )
    assert done.code == 1
    assert "conf.d/_defaults.yaml:1:31: error DA050" in done.out


def test_alone_a_file_is_the_whole_configuration(confd: Any) -> None:
    confd.write({"db-a.yaml": f"{DEFAULTS}{GOOD}  db-z: {{_packs: []}}\n"})
    assert confd("validate", "conf.d/db-a.yaml").code == 1
    done = confd("validate", "conf.d/db-a.yaml", "--alone")
    assert done.code == 0
    assert "1 file, 2 tenants, 1 series" in done.out


def test_json_is_alone_on_stdout_and_complete(confd: Any) -> None:
    done = confd.write({"db-a.yaml": BAD})("validate", "conf.d", "--output", "json")
    assert (done.code, done.err) == (1, "")
    answer = done.json
    assert (answer["ok"], answer["errors"], answer["warnings"], answer["infos"]) == (False, 1, 0, 0)
    (finding,) = answer["findings"]
    assert (finding["id"], finding["line"], finding["column"], finding["path"]) == (
        "DA050",
        3,
        28,
        "conf.d/db-a.yaml",
    )
    assert answer["files"][1] == {"name": "db-a.yaml", "accepted": True, "rejected_keys": 1}
    assert answer["tenants"] == [
        {"tenant": "db-a", "file": "db-a.yaml", "series": 0, "thresholds": 0, "states": 0}
    ]


def test_github_annotations_are_escaped(confd: Any) -> None:
    confd.write({"db-a.yaml": "tenants:\n  db-a:\n    'mysql_cpu{core=\"100%\"}': 1\n    x: 5\n"})
    done = confd("validate", "conf.d", "--output", "github")
    assert done.code == 1
    for line in done.out.splitlines():
        assert line.startswith(("::error file=conf.d/db-a.yaml,line=", "::warning file="))
    confd.write({"db-a.yaml": "tenants:\n  db-a:\n    mysql_connections: '5%\\n'\n"})
    (line,) = confd("validate", "conf.d", "--output", "github").out.splitlines()
    assert line.startswith("::error file=conf.d/db-a.yaml,line=3,col=")
    assert ",title=DA050 Value that cannot be parsed::" in line
    assert "%25" in line


def test_infos_are_notices_on_github(confd: Any) -> None:
    confd.write({"db-a.yaml": "tenants:\n  db-a:\n    mysql_connections: 90\n"})
    assert confd("validate", "conf.d", "--output", "github").out.startswith("::notice file=conf.d/db-a.yaml,")


def test_the_help_has_an_example_and_the_exit_codes(shell: Any) -> None:
    done = shell("validate", "--help")
    assert done.code == 0
    assert "Example: da-tools validate conf.d" in done.out
    assert "Exit codes: 0 no errors, 1 errors" in " ".join(done.out.split())
