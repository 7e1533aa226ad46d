"""Two environments in one Prometheus, with tenants of the same names, do not know of each other."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.prometheus_3 import program_of_prometheus_3
from tests.rules.environments import (
    PROD,
    STAGING,
    in_one_environment,
    in_two_environments,
    load,
    not_confined,
    write_rules,
)

from dynamic_alerting.packs.environment import Environment
from dynamic_alerting.packs.renderings import rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynamic_alerting.packs.pack import Pack

pytestmark = pytest.mark.promtool

ROOT = Path(__file__).parents[2]
PACKS = sorted(path.parent.name for path in ROOT.glob("rule-packs/*/pack.yaml"))
CASES = {path.stem: path for path in (Path(__file__).parent / "fixtures" / "environments").glob("*.yaml")}
PROGRAMS = ["promtool", "promtool3"]
LABELS = ("environment", "env", "stage", "fleet")
MATCHER = re.compile(r'environment="prod",?')
LEFT_OUT = [
    ("mariadb", "mysql_global_status_threads_connected", "same-tenants"),
    ("mariadb", "user_threshold", "same-tenants"),
    ("mariadb", "user_state_filter", "same-tenants"),
    ("mariadb", "tenant:maintenance:active", "same-tenants"),
    ("mariadb", "ALERTS", "same-tenants"),
    ("mariadb", "threshold_exporter_config_loaded", "outage-of-one"),
    ("mariadb", "tenant:alert_threshold:mysql_connections", "outage-of-one"),
    ("redis", "redis_key_size", "same-tenants"),
    ("redis", "user_threshold", "same-tenants"),
    ("redis", "tenant:candidate:value", "same-tenants"),
    ("redis", "tenant:candidate:served_threshold", "same-tenants"),
    ("redis", "tenant:candidate:threshold", "same-tenants"),
    ("redis", "tenant:crossing:value", "same-tenants"),
    ("redis", "threshold_exporter_config_loaded", "outage-of-one"),
    ("platform", "threshold_exporter_config_loaded", "outage-of-one"),
    ("platform", "threshold_exporter_config_hash", "fleets-by-label"),
]
"""Packs, what a selector of theirs names, and the cases that notice if it is without the label."""
SOME = {"mariadb", "platform", "redis"}
QUICK = {"mariadb", "platform"}


def found(program: str) -> str:
    return program_of_prometheus_3(program, "DA_PROMTOOL_3") if program == "promtool3" else program


def answer(program: str, *arguments: str | Path) -> tuple[int, str]:
    command = [found(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def written(packs: list[Pack], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some packs' rules: for each environment, and as they are without one."""
    directory = tmp_path_factory.mktemp("written")
    for pack in packs:
        if pack.pack in SOME:
            write_rules(pack, directory, PROD, STAGING)
            (directory / f"{pack.pack}.yaml").write_text(rendered(pack, "prometheus")[1])
    return directory


@pytest.fixture
def pack_of(packs: list[Pack]) -> Callable[[str], Pack]:
    return {each.pack: each for each in packs}.__getitem__


@pytest.mark.parametrize("label", LABELS)
def test_every_selector_series_and_alert_has_the_label(label: str, packs: list[Pack]) -> None:
    environment = Environment(label, "prod")
    for pack in packs:
        document = load(rendered(pack, "prometheus", environment=environment)[1])
        assert not_confined(document, environment) == []


def test_a_selector_without_the_label_is_noticed_wherever_it_is(pack_of: Callable[[str], Pack]) -> None:
    document = load(rendered(pack_of("redis"), "prometheus", environment=PROD)[1])
    rules = [rule for group in document["groups"] for rule in group["rules"]]
    places = [(rule, place) for rule in rules for place in MATCHER.finditer(rule["expr"])]
    assert len(places) > len(rules)
    for rule, place in places:
        left_out = place.string[: place.start()] + place.string[place.end() :]
        alone = {"groups": [{"rules": [{**rule, "expr": left_out}]}]}
        assert len(not_confined(alone, PROD)) == 1
        assert not_confined({"groups": [{"rules": [{**rule, "labels": {}}]}]}, PROD)


@pytest.mark.parametrize(("pack", "metric", "cases"), LEFT_OUT)
def test_an_alert_minds_the_other_environment_where_a_selector_is_without_the_label(
    pack: str, metric: str, cases: str, written: Path, tmp_path: Path
) -> None:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    rules = tmp_path / f"prod-{pack}.yaml"
    text, count = re.subn(rf'(?<![\w:]){metric}{{environment="prod",?', f"{metric}{{", rules.read_text())
    assert count
    rules.write_text(text)
    assert answer("promtool", "check", "rules", rules)[0] == 0
    code, said = answer("promtool", "test", "rules", shutil.copy(CASES[cases], tmp_path))
    assert (code, "FAILED" in said) == (1, True), said


@pytest.mark.parametrize("program", PROGRAMS)
def test_rules_of_both_are_accepted_side_by_side(program: str, packs: list[Pack], tmp_path: Path) -> None:
    for pack in packs:
        write_rules(pack, tmp_path, PROD, STAGING)
    files = sorted(tmp_path.glob("*.yaml"))
    code, said = answer(program, "check", "rules", *files)
    assert (code, said.count("SUCCESS")) == (0, 2 * len(packs)), said
    assert "duplicate" not in said


def test_groups_of_both_have_names_of_their_own(packs: list[Pack]) -> None:
    names = [
        group["name"]
        for pack in packs
        for environment in (PROD, STAGING)
        for group in load(rendered(pack, "prometheus", environment=environment)[1])["groups"]
    ]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("pack", sorted(QUICK))
def test_every_alert_of_a_pack_is_the_same_with_the_label(
    pack: str, pack_of: Callable[[str], Pack], tmp_path: Path
) -> None:
    rules = write_rules(pack_of(pack), tmp_path, PROD)
    tests = yaml.safe_load((ROOT / "rule-packs" / pack / "tests.yaml").read_text())
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(in_one_environment(tests, rules)))
    code, said = answer("promtool", "test", "rules", tmp_path / "tests.yaml")
    assert code == 0, said


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "pack", [pytest.param(each, marks=() if each in QUICK else pytest.mark.slow) for each in PACKS]
)
def test_no_alert_of_a_pack_minds_what_happens_in_the_other_environment(
    pack: str, pack_of: Callable[[str], Pack], tmp_path: Path
) -> None:
    rules = write_rules(pack_of(pack), tmp_path, PROD, STAGING)
    tests = yaml.safe_load((ROOT / "rule-packs" / pack / "tests.yaml").read_text())
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(in_two_environments(tests, rules)))
    code, said = answer("promtool", "test", "rules", tmp_path / "tests.yaml")
    assert code == 0, said


@pytest.mark.parametrize("cases", CASES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_environments_are_told_apart(program: str, cases: str, written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    code, said = answer(program, "test", "rules", shutil.copy(CASES[cases], tmp_path))
    assert code == 0, said
