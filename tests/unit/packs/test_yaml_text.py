"""Generated YAML reads as it was meant: nothing folded, comments where they belong, the same data."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamic_alerting.packs.promql import metric_names
from dynamic_alerting.packs.yaml_text import HEADER, Commented, dump

LONG = "max by (tenant) (100 * " + " + ".join(f"redis_memory_used_bytes_{n}" for n in range(20)) + " > 0)"


@pytest.mark.parametrize("text", [LONG, f"{{{LONG}}}", f'"{LONG}": x', f"{LONG}: § \\ '"])
def test_one_line_stays_one_line(text: str) -> None:
    written = dump({"expr": text, "annotations": {"description": text}})
    assert len(written.splitlines()) == 4
    assert yaml.safe_load(written) == {"expr": text, "annotations": {"description": text}}


def test_several_lines_are_a_literal_block_with_the_expressions_own_comments() -> None:
    expr = "# why the first\nmax by (tenant) (\n  up  # as scraped\n)\n# and the end"
    written = dump({"expr": expr})
    assert written == HEADER + "expr: |-\n" + "".join(f"  {line}\n" for line in expr.splitlines())
    assert metric_names(expr) == {"up"}


def test_a_comment_stands_above_its_group_and_above_its_rule() -> None:
    rule = Commented({"record": "a", "expr": "b"}, "What people\n\n  search for: #1")
    group = Commented({"name": "web", "rules": [rule, {"record": "c"}]}, "How to read it.")
    assert dump({"groups": [group], "spec": Commented({"x": 1}, "of a value")}, header="") == (
        "groups:\n"
        "  # How to read it.\n"
        "  - name: web\n"
        "    rules:\n"
        "      # What people\n"
        "      #\n"
        "      #   search for: #1\n"
        "      - record: a\n"
        "        expr: b\n"
        "      - record: c\n"
        "spec:\n"
        "  # of a value\n"
        "  x: 1\n"
    )


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Zl", "Zp"])))
def test_a_comment_changes_no_data(comment: str) -> None:
    plain = {"name": "web", "rules": [{"record": "a"}], "other": {}}
    assert yaml.safe_load(dump({"groups": [Commented(plain, comment)]})) == {"groups": [plain]}
