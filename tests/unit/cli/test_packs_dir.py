"""`--packs.dir` in every tool that knows packs, and da-tools schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from dynamic_alerting.cli.main import main
from dynamic_alerting.cli.packs_dir import packs_dir_option
from dynamic_alerting.packs.bundled import checkout_root, load_catalogue
from dynamic_alerting.packs.versions import packs_version

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Shell

PACK = Path(__file__).parents[2] / "stack" / "own_packs" / "rabbitmq" / "pack.yaml"
KNOW_PACKS = (
    ("validate", "conf.d"),
    ("explain", "db-a"),
    ("schema", "tenant"),
    ("inhibition", "render"),
    ("inhibition", "check", "alertmanager.yml"),
    ("rule-packs", "list"),
    ("rule-packs", "show", "mariadb"),
    ("rule-packs", "render", "mariadb"),
    ("rule-packs", "check"),
    ("rule-packs", "generate"),
    ("rule-packs", "new", "nginx"),
)


@pytest.fixture
def own(shell: Shell) -> Path:
    directory = shell.root / "own"
    (directory / "rabbitmq").mkdir(parents=True)
    (directory / "rabbitmq" / "pack.yaml").write_text(PACK.read_text())
    shell.write({"db-a.yaml": "tenants:\n  db-a:\n    rabbitmq_connections: 9\n"})
    return directory


def test_one_option_declared_once_is_that_of_all_commands() -> None:
    declared = click.Command("any", params=[])
    packs_dir_option(declared)
    (expected,) = declared.params
    for name, *rest in KNOW_PACKS:
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest[0])
        assert command is not None
        (option,) = (each for each in command.params if "--packs.dir" in each.opts)
        assert option.to_info_dict() == expected.to_info_dict(), name


@pytest.mark.parametrize("arguments", KNOW_PACKS)
@pytest.mark.parametrize("by", ["flag", "environment"])
def test_every_command_refuses_packs_that_cannot_be_used(
    shell: Shell, own: Path, arguments: tuple[str, ...], by: str
) -> None:
    (own / "rabbitmq" / "pack.yaml").write_text(PACK.read_text().replace("title:", "titel:"))
    (shell.root / "alertmanager.yml").write_text("inhibit_rules: []\n")
    if by == "flag":
        done = shell(*arguments, "--packs.dir", own)
    else:
        done = shell(*arguments, env={"DA_PACKS_DIR": str(own)})
    assert (done.code, done.out) == (2, "")
    assert f"{own}/rabbitmq/pack.yaml:2: titel: unknown field `titel`; did you mean `title`?" in done.err


def test_without_the_packs_the_key_is_unknown_and_with_them_known(shell: Shell, own: Path) -> None:
    assert "DA042" in shell("validate", "conf.d").out
    done = shell("validate", "conf.d", "--output", "json", env={"DA_PACKS_DIR": f"{own}:"})
    assert (done.code, done.json["findings"]) == (0, [])
    assert done.json["packs"]["sha256"] != packs_version(load_catalogue()).sha256
    assert "pack rabbitmq" in shell("explain", "db-a", "rabbitmq_connections", "--packs.dir", own).out
    explained = shell("explain", "db-a", "rabbitmq_connections", "--output", "json", "--packs.dir", own)
    assert [key["pack"] for key in explained.json["keys"]] == ["rabbitmq"]


def test_list_says_where_packs_come_from_and_their_version(shell: Shell, own: Path) -> None:
    shipped = shell("rule-packs", "list", "--output", "json").json
    assert shipped["sha256"] == packs_version(load_catalogue()).sha256
    assert {row["origin"] for row in shipped["packs"]} == {"shipped"}
    text = shell("rule-packs", "list", "--packs.dir", own).out
    assert f"own, from {own}/rabbitmq/pack.yaml" in text


def test_schema_prints_what_the_repository_has(shell: Shell) -> None:
    for kind in ("tenant", "defaults"):
        expected = (checkout_root() / "schemas" / f"{kind}.schema.json").read_text()
        assert shell("schema", kind).out == expected


def test_schema_writes_both_files_and_shows_what_it_would_write(shell: Shell, own: Path) -> None:
    arguments = ("schema", "--packs.dir", own, "--output-dir", "schemas")
    shown = shell(*arguments, "--dry-run")
    assert "+++ b/tenant.schema.json" in shown.out
    assert not (shell.root / "schemas").exists()
    assert shell(*arguments).out == ""
    assert {path.name for path in (shell.root / "schemas").iterdir()} == {
        "tenant.schema.json",
        "defaults.schema.json",
    }
    schema = json.loads((shell.root / "schemas" / "tenant.schema.json").read_text())
    assert "rabbitmq_connections" in schema["$defs"]["tenant"]["properties"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say which to print, tenant or defaults, or give --output-dir for both"),
        (("tenants",), "is not one of 'tenant', 'defaults'"),
        (("tenant", "--dry-run"), "--dry-run goes with --output-dir"),
        (("--output-dir", "conf.d/db-a.yaml"), "is a file"),
        (("--output-dir", "conf.d/db-a.yaml/schemas"), "Not a directory"),
    ],
)
def test_schema_says_what_it_needs(shell: Shell, own: Path, arguments: tuple[str, ...], told: str) -> None:
    assert own.is_dir()
    done = shell("schema", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_new_writes_the_first_pack_of_a_directory_that_is_not_there_yet(shell: Shell) -> None:
    done = shell("rule-packs", "new", "nginx", "--packs.dir", "mine")
    assert (done.code, done.err) == (0, "")
    assert "written: mine/nginx/pack.yaml" in done.out
    assert "nginx_connections" in shell("rule-packs", "show", "nginx", "--packs.dir", "mine").out
    again = shell("rule-packs", "new", "nginx", "--packs.dir", "mine")
    assert (again.code, "exists; edit its pack.yaml" in again.err) == (2, True)


def test_new_writes_into_the_last_directory(shell: Shell, own: Path) -> None:
    both = ("--packs.dir", own, "--packs.dir", "mine")
    assert shell("rule-packs", "new", "nginx", *both, "--dry-run").out.startswith("--- /dev/null")
    assert not (shell.root / "mine").exists()
    taken = shell("rule-packs", "new", "rabbit", "--component", "rabbitmq", *both)
    assert taken.code == 2
    assert "key `rabbitmq_connections` is already declared by pack rabbitmq" in taken.err
    assert shell("rule-packs", "new", "nginx", *both).code == 0
    assert (shell.root / "mine" / "nginx" / "pack.yaml").is_file()


def test_new_copies_a_shipped_pack_and_does_not_replace_it_by_ten_lines(shell: Shell) -> None:
    arguments = ("rule-packs", "new", "mariadb", "--packs.dir", "mine")
    refused = shell(*arguments)
    assert (refused.code, "give --copy to replace it by a copy" in refused.err) == (2, True)
    assert shell(*arguments, "--copy").code == 0
    copied = (shell.root / "mine" / "mariadb" / "pack.yaml").read_text()
    assert copied == (checkout_root() / "rule-packs" / "mariadb" / "pack.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("new", "nosuch", "--copy", "--packs.dir", "mine"), "no pack nosuch ships with this program"),
        (("new", "mariadb", "--copy"), "--copy goes with --packs.dir"),
        (("new", "mariadb", "--copy", "--word", "X", "--packs.dir", "mine"), "--copy keeps the pack's title"),
        (("new", "nginx", "--packs.dir", "conf.d/db-a.yaml"), "Not a directory"),
        (("check", "--root", ".", "--packs.dir", "own"), "give either --root, a checkout, or --packs.dir"),
        (("list", "--packs", "own"), "Did you mean '--packs.dir'?"),
    ],
)
def test_what_cannot_be_done_is_exit_2(
    shell: Shell, own: Path, arguments: tuple[str, ...], told: str
) -> None:
    assert own.is_dir()
    done = shell("rule-packs", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_checkout_that_is_named_wins_over_the_environment(shell: Shell, own: Path) -> None:
    (shell.root / "rule-packs").mkdir()
    done = shell("rule-packs", "check", "--root", ".", env={"DA_PACKS_DIR": str(own)})
    assert (done.code, "no <pack>/pack.yaml under rule-packs" in done.err) == (2, True)
