"""da-tools rule-packs new: ten lines that are a pack at once, and nothing of anybody else's touched."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.cli.rule_packs import command
from dynamic_alerting.packs.loading import load_pack
from dynamic_alerting.packs.skeleton import NewPackError, names_of, skeleton


@pytest.fixture
def checkout(tmp_path: Path, good_text: str) -> Path:
    file = tmp_path / "rule-packs" / "web" / "pack.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(good_text)
    return tmp_path


def new(checkout: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["new", *arguments, "--root", str(checkout)])


@pytest.mark.promtool
def test_ten_lines_pass_check_and_promtool(checkout: Path) -> None:
    assert new(checkout, "nginx-plus").exit_code == 0
    file = checkout / "rule-packs" / "nginx-plus" / "pack.yaml"
    assert len([line for line in file.read_text().splitlines() if not line.startswith("#")]) <= 10
    assert CliRunner().invoke(command, ["generate", "--root", str(checkout)]).exit_code == 0
    assert CliRunner().invoke(command, ["check", "--root", str(checkout)]).exit_code == 0
    for subject in ("rules", "tests"):
        verb = {"rules": "check", "tests": "test"}[subject]
        arguments = ["promtool", verb, "rules", str(file.with_name(f"{subject}.yaml"))]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_names_may_be_chosen(checkout: Path) -> None:
    result = new(
        checkout, "postgres", "--word", "PostgreSQL", "--component", "pg", "--title", 'The "elephant"'
    )
    assert result.exit_code == 0, result.stderr
    pack = load_pack(checkout / "rule-packs" / "postgres" / "pack.yaml")
    assert (pack.word, pack.component, pack.title) == ("PostgreSQL", "pg", 'The "elephant"')
    assert pack.thresholds[0].alert.name == "PostgreSQLHighConnections"


def test_an_existing_pack_is_left_alone(checkout: Path, good_text: str) -> None:
    result = new(checkout, "web")
    assert result.exit_code == 2
    assert "exists; edit its pack.yaml" in result.stderr
    assert (checkout / "rule-packs" / "web" / "pack.yaml").read_text() == good_text


def test_a_name_of_another_pack_is_refused(checkout: Path) -> None:
    result = new(checkout, "website", "--component", "web", "--word", "Web")
    assert result.exit_code == 2
    assert "key `web_connections` is already declared by pack web" in result.stderr
    assert not (checkout / "rule-packs" / "website").exists()


@pytest.mark.parametrize(
    "name", ["Nginx", "1nginx", "ng inx", "ng_inx", "../nginx", "nginx/x", "", "-x", "x\n"]
)
def test_a_wrong_name_is_refused_with_what_to_write(checkout: Path, name: str) -> None:
    result = CliRunner().invoke(command, ["new", "--root", str(checkout), "--", name])
    assert result.exit_code == 2
    assert "write small letters, digits and `-`" in result.stderr
    assert [path.name for path in (checkout / "rule-packs").iterdir()] == ["web"]


@pytest.mark.parametrize("name", ["null", "true", "false"])
def test_a_name_that_yaml_takes_for_something_else_writes_nothing(checkout: Path, name: str) -> None:
    assert new(checkout, name).exit_code == 2
    assert not (checkout / "rule-packs" / name).exists()


def test_a_dry_run_shows_and_writes_nothing(checkout: Path) -> None:
    result = new(checkout, "nginx", "--dry-run")
    assert "+++ b/rule-packs/nginx/pack.yaml" in result.stdout
    assert not (checkout / "rule-packs" / "nginx").exists()


@given(st.text())
def test_any_text_is_a_name_or_refused(name: str) -> None:
    try:
        names = names_of(name)
    except NewPackError:
        return
    assert skeleton(names).count(f"key: {names.component}_") == 1
