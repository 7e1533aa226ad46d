"""Packs of one's own: "`--packs.dir DIR` (repeatable) adds or replaces packs from a directory"."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.packs.bundled import load_catalogue, rule_packs_directory
from dynamic_alerting.packs.in_force import catalogue_in_force
from dynamic_alerting.packs.own import packs_in_force
from dynamic_alerting.packs.problems import PackError
from dynamic_alerting.packs.versions import packs_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

if TYPE_CHECKING:
    Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write ``<directory>/<pack>/pack.yaml`` and return the directory."""

    def written(text: str, pack: str = "web", directory: str = "own") -> Path:
        folder = tmp_path / directory / pack
        folder.mkdir(parents=True)
        (folder / "pack.yaml").write_text(text)
        return tmp_path / directory

    return written


def shipped(name: str) -> str:
    return (rule_packs_directory() / name / "pack.yaml").read_text()


def complaints(*directories: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        packs_in_force(directories)
    return [str(problem) for problem in caught.value.problems]


def test_a_directory_adds_a_pack(write: Write, good_text: str) -> None:
    catalogue = catalogue_in_force([write(good_text)])
    assert catalogue.specs["web_connections"].pack == "web"
    assert catalogue.packs == load_catalogue().packs | {"web"}
    assert catalogue.component_metric("mysql_connections") == ("mysql", "connections")


def test_a_pack_of_one_s_own_replaces_the_whole_shipped_one(write: Write, good_text: str) -> None:
    text = good_text.replace("pack: web", "pack: mariadb")
    force = packs_in_force([write(text, "mariadb")])
    assert force.own == force.replaced == frozenset({"mariadb"})
    catalogue = catalogue_in_force([force.file("mariadb").parent.parent])
    assert {key for key, spec in catalogue.specs.items() if spec.pack == "mariadb"} == {"web_connections"}
    assert "mysql_connections" not in catalogue.specs


def test_later_directories_win_over_earlier_ones(write: Write, good_text: str) -> None:
    first = write(good_text, directory="first")
    second = write(good_text.replace("default: 1000", "default: 7"), directory="second")
    assert catalogue_in_force([first, second]).specs["web_connections"].default == "7"
    assert catalogue_in_force([second, first]).specs["web_connections"].default == "1000"


def test_the_platform_s_own_alerts_know_the_dimensions_of_own_packs(write: Write, good_text: str) -> None:
    text = good_text.replace("    aggregate: max", "    aggregate: max\n    dimensions: [vhost]", 1)
    force = packs_in_force([write(text)])
    (platform,) = (pack for pack in force.packs if pack.pack == "platform")
    assert any('{exported_vhost!=""}' in (alert.expr or "") for alert in platform.alerts)


def test_without_a_directory_nothing_that_reads_packs_is_imported() -> None:
    code = (
        "import sys; from dynamic_alerting.packs.in_force import catalogue_in_force; catalogue_in_force();"
        "print([name for name in ('pydantic', 'yaml', 'promql_parser') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["key `mysql_connections`", "alert `MariaDBDown`", "signal `tenant:mysql_threads_connected:max`"]
)
def test_a_name_of_a_shipped_pack_is_refused_with_both_places(write: Write, name: str) -> None:
    own = write(shipped("mariadb").replace("pack: mariadb", "pack: web", 1))
    (said,) = [each for each in complaints(own) if name in each]
    assert said.startswith(f"{own}/web/pack.yaml:")
    assert f"{name} is already declared by pack mariadb ({rule_packs_directory()}/mariadb/pack.yaml:" in said
    assert "rename this one, or call your pack mariadb, which replaces that one" in said


def test_a_state_filter_of_a_shipped_pack_is_refused_too(write: Write, good_text: str) -> None:
    states = """
state_filters:
- {name: container_crashloop, reasons: [x], severity: info, meaning: Mine.}
alerts:
- name: WebStuck
  area: errors
  state_filter: container_crashloop
  signal: {record: "tenant:web_stuck:max", aggregate: max, dimensions: [reason], expr: web_connections}
  unit: state
  for: 1m
  summary: It is stuck
  description: "{tenant}: {reason}."
  means: It is stuck.
  look_at: [one, two, three]
  example:
    fires: {'web_connections{reason="x"}': 1}
    quiet: {'web_connections{reason="y"}': 1}
    labels: {reason: x}
"""
    (said,) = complaints(write(good_text + states))
    assert "state filter `container_crashloop` is already declared by pack kubernetes" in said


def test_what_the_rules_themselves_record_is_no_signal_of_a_pack(write: Write, good_text: str) -> None:
    text = good_text.replace("component: web", "component: alert")
    text = text.replace("key: web_connections", "key: alert_connections")
    text = text.replace("tenant:web_connections:max", "tenant:alert_threshold:mysql_connections")
    (said,) = complaints(write(text))
    assert "`tenant:alert_threshold:mysql_connections` is what the rules themselves record" in said
    assert "write tenant:alert_<another metric>:<operation>" in said


def test_maintenance_is_every_platform_s_own_state_filter(write: Write, good_text: str) -> None:
    states = "\nstate_filters:\n- {name: maintenance, reasons: [x], severity: info, meaning: Mine.}\n"
    said = "\n".join(complaints(write(good_text + states)))
    assert "`maintenance` is every platform's own state filter; choose another name" in said


def test_a_replaced_pack_may_keep_the_names_of_the_one_that_it_replaces(write: Write) -> None:
    text = shipped("mariadb").replace("Queries", "Statements")
    assert catalogue_in_force([write(text, "mariadb")]).specs.keys() == load_catalogue().specs.keys()


def test_a_broken_replacement_says_nothing_of_the_shipped_pack(write: Write, good_text: str) -> None:
    own = write(shipped("mariadb").replace("pack: mariadb", "pakc: mariadb", 1), "mariadb")
    write(good_text.replace("web_", "mysql_").replace("component: web", "component: mysql"))
    said = complaints(own)
    assert all(each.startswith(f"{own}/mariadb/pack.yaml:") for each in said), said


def test_every_complaint_about_every_directory_is_said_at_once(
    write: Write, good_text: str, tmp_path: Path
) -> None:
    own = write(good_text.replace("area: saturation", "area: latency").replace("for: 1m", "for: soon"))
    write("pack: [", "worse")
    (tmp_path / "empty").mkdir()
    said = complaints(own, tmp_path / "empty", tmp_path / "nowhere", own / "web")
    for expected in (
        f"{own}/web/pack.yaml:13: thresholds[0].area: Input should be",
        f"{own}/web/pack.yaml:23: thresholds[0].alert.for: String should match",
        f"{own}/worse/pack.yaml:2: yaml: not YAML",
        f"{tmp_path}/empty: no <pack>/pack.yaml under",
        f"{tmp_path}/nowhere: cannot be read: No such file or directory; name a directory",
        f"{own}/web: this is a pack's own folder; name the one above it, {own}",
    ):
        assert any(each.startswith(expected) for each in said), (expected, said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"pack: \xff", ":1: not UTF-8 text; save it as UTF-8"),
        (b"pack: web\ntitle: \x07", ":2: yaml: not YAML: "),
        (b"pack: &a [*a]", "nested too deeply; write it without aliases"),
        (b"", "Input should be a valid dictionary"),
        (b"- pack: web\n", "Input should be a valid dictionary"),
        (b"pack: web\n---\npack: web\n", "yaml: not YAML"),
    ],
)
def test_what_is_no_pack_at_all_is_a_complaint(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "pack.yaml").write_bytes(content)
    assert any(said in each for each in complaints(tmp_path)), complaints(tmp_path)


def test_a_bomb_of_aliases_is_a_complaint(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "pack.yaml").write_text("\n".join(lines))
    (said,) = complaints(tmp_path)
    assert "more than 100000 values; write it without aliases" in said


def test_what_looks_like_a_pack_and_is_not_read_is_said(tmp_path: Path) -> None:
    for folder, name in (("a", "pack.yml"), ("b", "Pack.yaml")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("pack: a")
    (tmp_path / "c").symlink_to(tmp_path / "nowhere")
    (tmp_path / "d" / "pack.yaml").mkdir(parents=True)
    assert complaints(tmp_path) == [
        f"{tmp_path}/a/pack.yml: not read, because of its name; call it pack.yaml",
        f"{tmp_path}/b/Pack.yaml: not read, because of its name; call it pack.yaml",
        f"{tmp_path}/c: a link to nothing; let it lead to the pack's folder, or delete it",
        f"{tmp_path}/d/pack.yaml: cannot be read: Is a directory; put a file there that this user may read",
    ]


def test_a_mounted_config_map_is_read_once(tmp_path: Path, good_text: str) -> None:
    real = tmp_path / "..2026_12_01" / "web"
    real.mkdir(parents=True)
    (real / "pack.yaml").write_text(good_text)
    (tmp_path / "..data").symlink_to("..2026_12_01")
    (tmp_path / "web").symlink_to("..data/web")
    assert catalogue_in_force([tmp_path]).specs["web_connections"].pack == "web"


def test_the_version_is_that_of_what_is_declared(write: Write, good_text: str) -> None:
    plain = packs_version(load_catalogue())
    first = packs_version(catalogue_in_force([write(good_text, directory="first")]))
    again = packs_version(catalogue_in_force([write(f"# Other words\n{good_text}", directory="second")]))
    assert first == again != plain
    assert {name: first.by_pack[name] for name in plain.by_pack} == plain.by_pack
    changed = write(good_text.replace("default: 1000", "default: 7"), directory="third")
    other = packs_version(catalogue_in_force([changed]))
    assert other.sha256 != first.sha256
    assert {name for name in first.by_pack if first.by_pack[name] != other.by_pack[name]} == {"web"}


def test_packs_that_ship_have_the_same_version_read_from_their_files(tmp_path: Path) -> None:
    for name in ("mariadb", "redis"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").write_text(shipped(name))
    assert packs_version(catalogue_in_force([tmp_path])) == packs_version(load_catalogue())
