"""Matchers mean what Alertmanager takes them for; both of its readers were looked at."""

from __future__ import annotations

import pytest

from dynamic_alerting.routing.matchers import LabelMatcher, MatcherError, parse_matchers


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('severity="critical"', [("severity", "=", "critical")]),
        ("severity = critical", [("severity", "=", "critical")]),
        ("severity =~ warning|info", [("severity", "=~", "warning|info")]),
        (' tenant !~ ".+" ', [("tenant", "!~", ".+")]),
        ('{a="1", b!="2",}', [("a", "=", "1"), ("b", "!=", "2")]),
        ("a=1,b=2", [("a", "=", "1"), ("b", "=", "2")]),
        ('a="1,2"', [("a", "=", "1,2")]),
        (r'a="say \"hi\""', [("a", "=", 'say "hi"')]),
        ('a=""', [("a", "=", "")]),
        ("a=", [("a", "=", "")]),
        ("", []),
        ("{}", []),
        # The classic reader takes an unknown escape as it stands; the newer one would refuse it.
        (r'a=~"\d+"', [("a", "=~", r"\d+")]),
        (r'a=~"a\\.b"', [("a", "=~", r"a\.b")]),
        # Only the newer reader knows names in quotes, and Go's escapes in them.
        ('"träger.name"="x"', [("träger.name", "=", "x")]),
        (r'"a\u0062"="c"', [("ab", "=", "c")]),
        # The two disagree, so the classic one is right.
        (r'a="\x41"', [("a", "=", r"\x41")]),
        ("a=two words", [("a", "=", "two words")]),
        ("a={b}", [("a", "=", "{b")]),
    ],
)
def test_a_text_is_read_as_alertmanager_reads_it(text: str, read: list[tuple[str, str, str]]) -> None:
    assert [(each.label, each.operator, each.value) for each in parse_matchers(text)] == read


@pytest.mark.parametrize(
    "text",
    ["severity", "=critical", 'a="b', 'a="b"c"', 'a=~"("', "a=~[", '"a b"=~"["', ",", "a=b,,c=d"],
)
def test_what_alertmanager_refuses_is_refused(text: str) -> None:
    with pytest.raises(MatcherError):
        parse_matchers(text)


@pytest.mark.parametrize(
    ("matcher", "labels", "matches"),
    [
        (LabelMatcher("a", "=", "b"), {"a": "b"}, True),
        (LabelMatcher("a", "=", ""), {}, True),
        (LabelMatcher("a", "!=", ""), {}, False),
        (LabelMatcher("a", "!=", "b"), {}, True),
        (LabelMatcher("a", "=~", "b"), {"a": "bb"}, False),
        (LabelMatcher("a", "=~", "b|c"), {"a": "c"}, True),
        (LabelMatcher("a", "=~", ".*"), {}, True),
        (LabelMatcher("a", "=~", ".+"), {}, False),
        (LabelMatcher("a", "!~", ".+"), {}, True),
        (LabelMatcher("a", "!~", "b.*"), {"a": "ab"}, True),
    ],
)
def test_a_missing_label_is_empty_and_a_pattern_matches_all_of_a_value(
    matcher: LabelMatcher, labels: dict[str, str], *, matches: bool
) -> None:
    assert matcher.matches(labels) is matches


@pytest.mark.parametrize(
    "matcher",
    [
        LabelMatcher("a", "=~", r"x\.y|\"z\""),
        LabelMatcher("träger", "!=", "a\nb"),
        LabelMatcher("a", "=", ""),
    ],
)
def test_what_is_written_is_read_again(matcher: LabelMatcher) -> None:
    assert parse_matchers(str(matcher)) == (matcher,)
