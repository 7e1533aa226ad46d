"""The section YAML of the language: the 1.2 core schema everywhere, and bounds."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    "word", ["on", "yes", "no", "On", "NO", "y", "22:30", "1:30:00", "0o17x", "2026-01-01"]
)
def test_yaml_1_1_words_and_times_are_strings_and_so_no_threshold(world: Any, word: str) -> None:
    """YAML 1.1 makes booleans of these words, and the number 1350 of 22:30."""
    world.tenant(f"mysql_connections: {word}\nmysql_cpu: 5")
    assert world.of() == {"mysql cpu warning": 5}
    assert world.ids() == ["DA050"]


def test_off_is_the_word_and_disables(world: Any) -> None:
    world.defaults("mysql_cpu: 80").tenant("mysql_cpu: off")
    assert world.of() == {}
    assert world.ids() == []


def test_on_is_the_word_and_enables_a_state(world: Any) -> None:
    world.write({"_defaults.yaml": "state_filters: {maintenance: {default_state: off}}"})
    world.tenant("_state_maintenance: on")
    assert world.of() == {"state maintenance warning": 1}


def test_a_window_needs_no_quotes(world: Any) -> None:
    world.tenant("mysql_cpu: {default: 1, overrides: [{window: 11:30-12:30, value: 2}]}")
    assert world.of() == {"mysql cpu warning": 2}


def test_duplicate_keys_are_errors_with_both_lines_named(world: Any) -> None:
    world.tenant("mysql_cpu: 5\nmysql_connections: 6\nmysql_cpu: 7")
    assert world.of() == {"mysql connections warning": 6}
    (finding,) = world.findings()
    assert (finding.id, finding.line) == ("DA011", 5)
    assert "line 3" in finding.message


def test_aliases_and_anchors_are_allowed(world: Any) -> None:
    world.tenant("mysql_cpu: &night {default: 1, overrides: [{window: 11:00-13:00, value: 2}]}")
    text = (world.path / "db-a.yaml").read_text() + "    mysql_connections: *night\n"
    world.write({"db-a.yaml": text})
    assert world.of() == {"mysql cpu warning": 2, "mysql connections warning": 2}
    assert world.ids() == []


def test_but_no_billion_laughs(world: Any) -> None:
    laughs = "a: &a0 [x, x, x, x, x, x, x, x, x]\n"
    laughs += "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    world.write({"db-a.yaml": laughs}).tenant("mysql_cpu: 5", name="db-b")
    assert world.served() == {"db-b mysql cpu warning": 5}
    assert world.ids() == ["DA016"]


@pytest.mark.parametrize("tag", ["!custom", "!!python/object/apply:os.system", "!!set", "!!binary", "!<x:y>"])
def test_custom_tags_are_errors(world: Any, tag: str) -> None:
    world.tenant(f"mysql_cpu: {tag} 5")
    assert world.of() == {}
    assert world.ids() == ["DA012"]


def test_a_file_over_one_mebibyte_is_refused(world: Any) -> None:
    text = "tenants: {db-a: {mysql_cpu: 5}}\n"
    world.write({"db-a.yaml": text + "#" * (1024 * 1024 - len(text))})
    assert world.of() == {"mysql cpu warning": 5}
    world.write({"db-b.yaml": "#" * (1024 * 1024 + 1)})
    assert world.ids() == ["DA003"]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_is_not_utf_8_is_refused(world: Any, encoding: str) -> None:
    world.write({"db-a.yaml": "tenants: {db-a: {mysql_cpu: 5}} # für".encode(encoding)})
    assert world.of() == {}
    assert world.ids() == ["DA002"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "null\n", "\ufeff", "tenants:\n"])
def test_empty_files_are_empty(world: Any, text: str) -> None:
    world.write({"db-a.yaml": text}).tenant("mysql_cpu: 5", name="db-b")
    assert world.served() == {"db-b mysql cpu warning": 5}
    assert world.ids() == ["DA007"]
