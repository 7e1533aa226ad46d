"""The exporter's comparison with another checkout runs; which one is faster is no matter of a test."""

import json
from dataclasses import replace
from pathlib import Path

import yaml
from click.testing import CliRunner

from bench.exporter_against import defaults_file, main
from bench.measuring import ROOT
from bench.tenants import PACKS
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.bundled import load_catalogue


def test_a_checkout_beside_itself_serves_the_same_series_and_every_work_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "pairs.json"
    arguments = [str(ROOT), "--tenants", "3", "--rounds", "1", "--reloads", "2", "--scrapes", "1"]
    ended = CliRunner().invoke(main, [*arguments, "--json", str(file)], catch_exceptions=False)
    assert ended.exit_code == 0
    (pair,) = json.loads(file.read_text())["pairs"]
    assert pair["series"][0] == pair["series"][1] > 3 * 50
    assert "the other's" not in ended.output
    for work in ("cold load", "reload of one file", "scrape", "scrape, gzip"):
        assert all(seconds > 0 for side in pair["medians"][work] for seconds in side), work


def test_defaults_hold_what_both_declare_and_switch_off_what_only_one_does() -> None:
    ours = load_catalogue()
    keys = {spec.key: spec.pack for spec in ours.specs.values()}
    spec = next(spec for spec in ours.specs.values() if spec.pack in PACKS and spec.default is not None)
    new = replace(spec, key="mysql_new", metric="new")
    catalogue = Catalogue.of([*ours.specs.values(), new])
    written = yaml.safe_load(defaults_file(catalogue, {**keys, "mysql_old": spec.pack}))["defaults"]
    assert written[spec.key] == spec.default
    assert written["mysql_new"] == written["mysql_old"] == "disable"
    chosen = [spec for spec in ours.specs.values() if spec.pack in PACKS]
    assert {spec.key for spec in chosen if spec.default is None}.isdisjoint(written)
    assert all(
        written[f"{spec.key}_critical"] == spec.default_critical for spec in chosen if spec.default_critical
    )
