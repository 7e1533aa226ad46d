"""The quick reader gives libyaml's own trees, or none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dynamic_alerting.config.builder import DEEPEST_NESTING, DocumentRefused, build_with_libyaml
from dynamic_alerting.config.nodes import Mapping, Node, Scalar
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.simple_yaml import read_simple

_KEYS = (
    "a",
    "b",
    "tenants",
    "_packs",
    'redis_queue{q="x, {1,2}"}',
    "\"k{q='x'}\"",
    "'k'",
    "<<",
    "-x",
    "7",
    "k k",
)
_SCALARS = ("70", '"70"', "'a # b'", '"a: b"', "70:critical", "-3", "-", "~", "null", "x y", "a:", ".5", "%a")
_FLOWS = (
    "[a, b]",
    "{}",
    "[]",
    '{default: "1", overrides: [{window: "22:00-06:00", value: "2"}, {window: \'x\', value: 3 } ] }',
    "{a: 1, a: 2}",
    "{a: [b, {c: d}], e: -1}",
    "[a, ]",
    "[ a , b ]",
    "{a: 1} x",
    "[a: b]",
    "[22:00]",
    "{a, b: c}",
    "{a: 1 # x}",
    "[[a], [b]]",
    "[a] [b]",
    "{a: {b: 1}",
    "&x [a]",
)
_TAILS = ("", "", "", " ", " # said", " #", "# no", "\t")
_LINES = st.one_of(
    st.builds(
        "{}{}{}:{}{}{}".format,
        st.sampled_from(["", "", "  ", "    ", "      ", "\t"]),
        st.sampled_from(["", "", "", "- ", "-   "]),
        st.sampled_from(_KEYS),
        st.sampled_from([" ", "  ", ""]),
        st.sampled_from(("", *_SCALARS, *_FLOWS)),
        st.sampled_from(_TAILS),
    ),
    st.sampled_from(
        ["", "   ", "# said", "    # said", "- a", "  - a", "---", "...", "a", "%YAML 1.2", "  x"]
    ),
)
_TEXTS = st.builds(
    lambda lines, end: "\n".join(lines) + end, st.lists(_LINES, max_size=9), st.sampled_from(["\n", "\n", ""])
)


def _shown(node: Node | None) -> object:
    """Everything that a tree says, places included."""
    if node is None or isinstance(node, Scalar):
        return node
    if isinstance(node, Mapping):
        pairs = [(text, key, _shown(value)) for text, (key, value) in node.pairs.items()]
        return "mapping", node.start, node.end, pairs
    return "list", node.start, node.end, [_shown(item) for item in node.items]


def _by_libyaml(text: str) -> object:
    report = FileReport("a.yaml", text)
    try:
        root = build_with_libyaml(text, report)
    except DocumentRefused:
        return "refused"
    return "reported" if report.findings else _shown(root)


@given(_TEXTS)
@example("a:\n  - b: 1\n    c: 2\n  - b: 3\nd: 4\n")
@example("a:\n- b: 1\n")
@example("a:\nb: 1\n")
@example("a: 1\n  b: 2\n")
def test_a_tree_is_the_one_that_libyaml_gives(text: str) -> None:
    root = read_simple(text)
    assert root is None or _shown(root) == _by_libyaml(text)


@given(st.text(alphabet="ab:-#'\" {}[],\n", max_size=30))
def test_no_text_is_read_otherwise(text: str) -> None:
    root = read_simple(text)
    assert root is None or _shown(root) == _by_libyaml(text)


@pytest.mark.parametrize(
    "text",
    [
        'tenants:\n  db-a:\n    mysql_connections: "70"\n',
        "# said\n\ntenants:\n  db-a:\n    _packs: [mariadb, redis]  # two\n",
        "tenants:\n  db-a:\n    redis_queue_length{queue=~\"a|b{1,2}\", priority='x'}: 5:critical\n",
        'a:\n  b:\n    d: "1"\n    o:\n      - w: "22:00-06:00"\n        value: "2"\n  c: off\n',
        'a: {default: "1", overrides: [{window: "Mon 01:00-02:00 Asia/Taipei", value: "2"}]}\n',
        "\"redis_queue_length{queue='email'}\": disable\n",
    ],
)
def test_what_people_write_is_read_quickly(text: str) -> None:
    assert _shown(read_simple(text)) == _by_libyaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a: 1",
        "a: &x 1\n",
        "a: |\n  b\n",
        "a: 1\na: 2\n",
        "é: 1\n",
        'a: "\\n"\n',
        f"{'a' * 600}: 1\n",
    ],
)
def test_everything_else_is_left_to_libyaml(text: str) -> None:
    assert read_simple(text) is None


@pytest.mark.parametrize("levels", range(1, DEEPEST_NESTING + 2))
def test_what_is_nested_too_deeply_is_left_to_libyaml(levels: int) -> None:
    for text in (
        f"a: {'[' * levels}b{']' * levels}\n",
        "".join(f"{'  ' * level}- a:\n" if level % 2 else f"{'  ' * level}a:\n" for level in range(levels))
        + f"{'  ' * levels}a: [[[[[[[[b]]]]]]]]\n",
    ):
        root = read_simple(text)
        assert root is None or _shown(root) == _by_libyaml(text)


def test_a_hostile_line_takes_no_time() -> None:
    """Each of these would keep a careless expression busy for hours."""
    for line in (
        "a{" * 300_000,
        "a: [" + "] #" * 300_000 + "\t",
        " " * 900_000 + "x",
        "a: " + "{a: " * 200_000,
    ):
        assert read_simple(f"{line}\n") is None
    short = "a: [" + "] #" * 160 + "\t"
    assert read_simple(f"{short}\n" * 2_000) is None
