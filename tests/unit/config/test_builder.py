"""YAML: the 1.2 core schema, positions, and what the language refuses."""

from collections.abc import Callable

import pytest
import yaml

from dynamic_alerting.config import builder
from dynamic_alerting.config.builder import DEEPEST_NESTING, DocumentRefused, build
from dynamic_alerting.config.expansion import LARGEST_EXPANSION
from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence
from dynamic_alerting.config.reporting import FileReport


def _build(text: str) -> Node | None:
    report = FileReport("a.yaml", text)
    root = build(text, report)
    assert report.findings == []
    return root


def _refused(text: str) -> tuple[str, int, int]:
    """Id, line and column of the finding for which a text is refused."""
    report = FileReport("a.yaml", text)
    with pytest.raises(DocumentRefused):
        build(text, report)
    (finding,) = report.findings
    return finding.id, finding.line, finding.column


def _mapping(text: str) -> Mapping:
    root = _build(text)
    assert isinstance(root, Mapping)
    return root


def test_every_node_knows_where_it_stands() -> None:
    root = _mapping("a:\n  b: [1, 'x']\n")
    b_key, items = root.pairs["a"][1].pairs["b"]  # type: ignore[union-attr] # the text shows the types
    assert (b_key.start.line, b_key.start.column) == (1, 2)
    assert isinstance(items, Sequence)
    assert [(item.start.column, item.end.column) for item in items.items] == [(6, 7), (9, 12)]


def test_columns_count_characters_not_bytes() -> None:
    root = _mapping("é: ü\n")
    assert root.pairs["é"][1].start.column == 3


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_text_without_nodes_is_nothing(text: str) -> None:
    assert _build(text) is None


@pytest.mark.parametrize("text", ["---\n", "null\n", "~\n", "--- # nothing\n...\n"])
def test_an_empty_document_is_a_null(text: str) -> None:
    root = _build(text)
    assert isinstance(root, Scalar)
    assert root.is_null


@pytest.mark.parametrize("value", ["on", "off", "yes", "no", "22:30", "1_000", "0b11", "2026-01-01", "="])
def test_words_of_yaml_1_1_are_texts(value: str) -> None:
    node = _mapping(f"a: {value}\n").get("a")
    assert isinstance(node, Scalar)
    assert node.text == value


def test_quotes_and_escapes_are_undone_and_remembered() -> None:
    root = _mapping("plain: a\nsingle: 'it''s'\ndouble: \"\\u00e9\\n\"\nblock: |\n  line\n")
    read = {key: (node.text, node.plain) for key, (_, node) in root.pairs.items() if isinstance(node, Scalar)}
    assert read == {
        "plain": ("a", True),
        "single": ("it's", False),
        "double": ("é\n", False),
        "block": ("line\n", False),
    }


def test_an_alias_is_the_node_that_it_names() -> None:
    root = _mapping("a: &x {k: 1}\nb: *x\nc: &x 2\nd: *x\n")
    assert root.get("b") is root.get("a")
    assert root.get("d") is root.get("c")


def test_an_alias_may_be_a_key() -> None:
    root = _mapping("a: &x k\n*x : 1\n")
    assert set(root.pairs) == {"a", "k"}


def test_a_core_tag_may_be_written() -> None:
    root = _mapping("a: !!str null\nb: !!map {}\nc: ! 1\nd: !!int 5\n")
    scalars = {key: node.plain for key, (_, node) in root.pairs.items() if isinstance(node, Scalar)}
    assert scalars == {"a": False, "c": False, "d": True}


def test_a_key_that_is_written_twice_names_both_lines_and_keeps_neither() -> None:
    text = "a: 1\nb: 2\na: 3\n'a': 4\n"
    report = FileReport("a.yaml", text)
    root = build(text, report)
    assert isinstance(root, Mapping)
    assert root.repeated == {"a"}
    assert [(finding.id, finding.line) for finding in report.findings] == [("DA011", 3), ("DA011", 4)]
    assert "on line 1" in report.findings[0].message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1, 2\n", ("DA010", 2, 1)),
        ("a:\n\t- b\n", ("DA010", 2, 1)),
        ("a: 'open\n", ("DA010", 2, 1)),
        ("a: b: c\n", ("DA010", 1, 5)),
        ("a: 1\n b: 2\n", ("DA010", 2, 3)),
        ("a: @x\n", ("DA010", 1, 4)),
        ("%FOO\n---\na: b\n", ("DA010", 1, 5)),
        ("a: !thing 1\n", ("DA012", 1, 4)),
        ("a: !!python/object:os.system {}\n", ("DA012", 1, 4)),
        ("a: !!timestamp 2026-01-01\n", ("DA012", 1, 4)),
        ("a: !!set {}\n", ("DA012", 1, 4)),
        ("a: 1\n---\nb: 2\n", ("DA013", 2, 1)),
        ("---\n---\n", ("DA013", 2, 1)),
        ("a: &x {k: 1}\nb:\n  <<: *x\n", ("DA014", 3, 3)),
        ("a: *x\n", ("DA015", 1, 4)),
        ("a: &x [1, *x]\n", ("DA015", 1, 11)),
        ("a: &x {k: *x}\n", ("DA015", 1, 11)),
        ("[a, b]: c\n", ("DA018", 1, 1)),
        ("? {a: b}\n: c\n", ("DA018", 1, 3)),
        ("{{ name }}: c\n", ("DA018", 1, 1)),
    ],
)
def test_what_the_language_does_not_have_refuses_the_document(
    text: str, expected: tuple[str, int, int]
) -> None:
    assert _refused(text) == expected


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert set(_mapping('"<<": 1\n').pairs) == {"<<"}


def test_nesting_is_allowed_up_to_its_bound() -> None:
    _build("[" * DEEPEST_NESTING + "]" * DEEPEST_NESTING)
    assert _refused("[" * (DEEPEST_NESTING + 1))[0] == "DA017"


def test_an_alias_cannot_nest_deeper_than_the_bound() -> None:
    half = DEEPEST_NESTING // 2
    text = f"a: &x {'[' * half}{']' * half}\nb: "
    _build(f"{text}{'[' * (half - 1)}*x{']' * (half - 1)}\n")
    assert _refused(f"{text}{'[' * half}*x{']' * half}\n")[0] == "DA017"


def test_aliases_expand_up_to_their_bound() -> None:
    hundred = f"a: &x [{', '.join('1' * 99)}]\n"
    times = LARGEST_EXPANSION // 100
    _build(f"{hundred}b: [{', '.join(['*x'] * times)}]\n")
    assert _refused(f"{hundred}b: [{', '.join(['*x'] * (times + 1))}]\n")[0] == "DA016"


def test_a_billion_laughs_are_not_laughed() -> None:
    lines = ["l0: &l0 [lol, lol]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert _refused("\n".join(lines))[0] == "DA016"


@pytest.mark.parametrize("unit", ["[", "{", "- ", "? ", "a: {", "&a [", "!!map {", "'", '"', "|\n", "#"])
def test_a_megabyte_of_one_thing_is_given_up_quickly(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    report = FileReport("a.yaml", text)
    try:
        build(text, report)
    except DocumentRefused:
        assert report.findings != []


@pytest.fixture
def pure_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "_new_parser", yaml.SafeLoader)


@pytest.mark.usefixtures("pure_parser")
@pytest.mark.parametrize(
    "test",
    [
        test_every_node_knows_where_it_stands,
        test_columns_count_characters_not_bytes,
        test_quotes_and_escapes_are_undone_and_remembered,
        test_an_alias_is_the_node_that_it_names,
        test_a_core_tag_may_be_written,
        test_a_key_that_is_written_twice_names_both_lines_and_keeps_neither,
        test_a_billion_laughs_are_not_laughed,
    ],
)
def test_the_parser_without_libyaml_gives_the_same(test: Callable[[], None]) -> None:
    test()
