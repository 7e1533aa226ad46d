"""da-tools rule-packs: what it prints, and what its exit code says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dynamic_alerting.cli.rule_packs import command


@pytest.fixture
def checkout(tmp_path: Path, good_text: str) -> Path:
    file = tmp_path / "rule-packs" / "web" / "pack.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(good_text)
    return tmp_path


def test_list_names_the_packs() -> None:
    result = CliRunner().invoke(command, ["list", "--output", "json"])
    assert {"mariadb", "platform"} <= {row["pack"] for row in json.loads(result.stdout)["packs"]}
    assert "mariadb" in CliRunner().invoke(command, ["list"]).stdout


def test_show_prints_keys_with_unit_direction_and_default(checkout: Path) -> None:
    arguments = ["show", "web", "--packs.dir", str(checkout / "rule-packs")]
    assert (
        "web_connections (connections, above; default 1000)" in CliRunner().invoke(command, arguments).stdout
    )
    details = json.loads(CliRunner().invoke(command, [*arguments, "--output", "json"]).stdout)
    assert details["keys"][0]["alert"] == "WebHighConnections"


def test_an_unknown_pack_is_exit_2() -> None:
    result = CliRunner().invoke(command, ["show", "nosuch"])
    assert result.exit_code == 2
    assert "there is no pack nosuch; there are " in result.stderr


def test_render_prints_the_rule_file() -> None:
    shipped = Path(__file__).parents[3] / "rule-packs" / "mariadb" / "rules.yaml"
    assert CliRunner().invoke(command, ["render", "mariadb"]).stdout == shipped.read_text()


def test_generate_then_check_then_stale(checkout: Path) -> None:
    root = ["--root", str(checkout)]
    stale = CliRunner().invoke(command, ["check", *root])
    assert stale.exit_code == 1
    assert "out of date: rule-packs/web/rules.yaml" in stale.stdout
    assert CliRunner().invoke(command, ["generate", "--check", *root]).exit_code == 1
    assert CliRunner().invoke(command, ["generate", *root]).exit_code == 0
    current = CliRunner().invoke(command, ["check", *root, "--output", "json"])
    assert (current.exit_code, json.loads(current.stdout)) == (0, {"stale": []})


def test_a_broken_pack_is_exit_2_with_its_line(checkout: Path) -> None:
    file = checkout / "rule-packs" / "web" / "pack.yaml"
    file.write_text(file.read_text().replace("default: 1000", "defualt: 1000"))
    result = CliRunner().invoke(command, ["generate", "--root", str(checkout)])
    assert result.exit_code == 2
    assert f"{file}:15: thresholds[0].defualt: unknown field" in result.stderr
    assert not (checkout / "conf.d").exists()
