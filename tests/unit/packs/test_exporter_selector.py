"""Rules narrowed to one's own threshold-exporters."""

from collections.abc import Iterator

import promql_parser
import pytest

from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.exporter_selector import ExporterSelectorError, checked_selector, narrowed
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.rules import rule_file

OWN = 'job="te",env=~"prod|live"'


@pytest.mark.parametrize("text", [OWN, f"{{{OWN}}}", f" {OWN}, "])
def test_matchers_may_stand_in_braces(text: str) -> None:
    assert checked_selector(text) == OWN


@pytest.mark.parametrize(
    "text", ["", "{}", "job", "job=te", 'job="te"} or vector(1', 'job="te",,', "up", 'job=~"("']
)
def test_what_is_no_list_of_matchers_is_refused(text: str) -> None:
    with pytest.raises(ExporterSelectorError):
        checked_selector(text)


def test_strings_comments_and_other_names_are_left_alone() -> None:
    expr = (
        "# user_threshold\n"
        'label_replace(user_threshold, "a", "user_threshold", "", "")\n'
        "or my:user_threshold or user_threshold_x"
    )
    assert narrowed(expr, 'job="te"') == expr.replace("(user_threshold", '(user_threshold{job="te"}')


def test_every_selector_of_what_exporters_serve_is_narrowed_and_no_other() -> None:
    for pack in load_packs(rule_packs_directory()):
        for expr in _expressions(pack):
            before, after = _selectors(expr), _selectors(narrowed(expr, OWN))
            assert [each.name for each in before] == [each.name for each in after]
            for was, now in zip(before, after, strict=True):
                served = str(now.name).startswith(("user_", "threshold_exporter_"))
                added = [(each.name, each.value) for each in now.matchers.matchers][: 2 if served else 0]
                assert added == ([("job", "te"), ("env", "prod|live")] if served else [])
                assert len(now.matchers.matchers) == len(was.matchers.matchers) + len(added)


def _expressions(pack: Pack) -> Iterator[str]:
    for group in rule_file(pack)["groups"]:  # type: ignore[attr-defined]
        yield from (rule["expr"] for rule in group["rules"])


def _selectors(expr: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return [each for each in found if isinstance(each, promql_parser.VectorSelector)]
