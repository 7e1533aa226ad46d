"""Generated files: stable, current or named, and written whole."""

import json
from collections.abc import Callable
from pathlib import Path

import yaml

from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.generation import generated_files, rules_text, stale_files, write_files
from dynamic_alerting.packs.pack import Pack

Load = Callable[[str], Pack]


def test_writing_again_changes_nothing(tmp_path: Path, load_text: Load, good_text: str) -> None:
    files = generated_files([load_text(good_text)])
    assert write_files(tmp_path, files) == list(files)
    assert write_files(tmp_path, files) == []
    assert stale_files(tmp_path, generated_files([load_text(good_text)])) == []


def test_a_change_of_the_pack_names_what_is_stale(tmp_path: Path, load_text: Load, good_text: str) -> None:
    write_files(tmp_path, generated_files([load_text(good_text)]))
    changed = load_text(good_text.replace("Many.", "Very many."))
    assert stale_files(tmp_path, generated_files([changed])) == ["docs/runbooks/web.md"]


def test_no_unfinished_file_is_left(tmp_path: Path, load_text: Load, good_text: str) -> None:
    write_files(tmp_path, generated_files([load_text(good_text)]))
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".new")] == []


def test_a_long_text_stays_readable_and_the_same(load_text: Load, good_text: str) -> None:
    text = rules_text(load_text(good_text.replace("are open.", "are open. " * 20)))
    rules = yaml.safe_load(text)["groups"][-1]["rules"]
    assert rules[-1]["annotations"]["description"].count("are open.") == 20
    (line,) = [line for line in text.splitlines() if "description:" in line]
    assert line.count("are open.") == 20


def test_an_expression_with_comments_tabs_and_blanks_stays_a_block(load_text: Load, good_text: str) -> None:
    written = "    expr: |\n      # why not the sum\n      web_connections  \n      \t> 0  # seen\n"
    pack = load_text(good_text.replace("    expr: web_connections\n", written, 1))
    text = rules_text(pack)
    assert "# why not the sum\n" in text
    assert "\\n" not in text
    (signal,) = pack.recorded()
    assert signal.expr == "# why not the sum\nweb_connections\n  > 0  # seen"
    assert "`web_connections > 0`" in generated_files([pack])["docs/rule-packs/web.md"]


def test_the_catalogue_says_what_the_pack_says(load_text: Load, good_text: str) -> None:
    document = json.loads(catalogue_of([load_text(good_text)]).to_json())
    (key,) = document["keys"]
    assert (key["key"], key["component"], key["metric"]) == ("web_connections", "web", "connections")
    assert key["default"] == "1000"
    assert key["signal"] == "tenant:web_connections:max"
