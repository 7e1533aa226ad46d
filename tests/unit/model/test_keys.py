"""The table "Keys under a tenant" of the configuration language, and what is refused."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.model.catalogue import NO_CATALOGUE, Catalogue
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.keys import ThresholdKey, parse_key
from dynamic_alerting.model.label_names import RESERVED
from dynamic_alerting.model.matchers import Matcher


def test_a_plain_key(catalogue: Catalogue) -> None:
    assert parse_key("mysql_connections", catalogue) == ThresholdKey("mysql_connections", is_critical=False)


@pytest.mark.parametrize("name", ["mysql_connections", "kafka_consumer_lag"])
def test_the_critical_suffix_works_for_every_key(catalogue: Catalogue, name: str) -> None:
    assert parse_key(f"{name}_critical", catalogue) == ThresholdKey(name, is_critical=True)


def test_a_declared_key_that_ends_in_critical_is_that_key(catalogue: Catalogue) -> None:
    assert parse_key("db2_logs_critical", catalogue) == ThresholdKey("db2_logs_critical", is_critical=False)
    tier = parse_key("db2_logs_critical_critical", catalogue)
    assert tier == ThresholdKey("db2_logs_critical", is_critical=True)


@pytest.mark.parametrize("quoted", ['"email"', "'email'"])
def test_a_dimensional_key_quotes_its_value_either_way(catalogue: Catalogue, quoted: str) -> None:
    key = parse_key(f"redis_queue_length{{queue={quoted}}}", catalogue)
    assert key == ThresholdKey("redis_queue_length", is_critical=False, matchers=(Matcher("queue", "email"),))


def test_a_regex_key(catalogue: Catalogue) -> None:
    key = parse_key('oracle_tablespace_used_percent{tablespace=~"SYS.*"}', catalogue)
    assert key.matchers == (Matcher("tablespace", "SYS.*", is_regex=True),)
    assert key.is_regex


def test_several_matchers_with_commas_and_braces_inside_quotes(catalogue: Catalogue) -> None:
    key = parse_key('redis_queue_length{queue="a,b", priority=~"h{1,2}"}', catalogue)
    assert key.matchers == (Matcher("priority", "h{1,2}", is_regex=True), Matcher("queue", "a,b"))


def test_the_critical_tier_of_a_dimensional_key(catalogue: Catalogue) -> None:
    key = parse_key('oracle_tablespace_used_percent_critical{tablespace="USERS"}', catalogue)
    assert key.is_critical
    assert key.name == "oracle_tablespace_used_percent"


def test_space_and_order_and_a_last_comma_do_not_matter(catalogue: Catalogue) -> None:
    one = parse_key(' redis_queue_length { queue = "a" ,\tpriority =~ "b" , } ', catalogue)
    assert one == parse_key("redis_queue_length{priority=~'b',queue='a'}", catalogue)
    assert one.text == 'redis_queue_length{priority=~"b", queue="a"}'


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"a\"b"', 'a"b'),
        (r"'a\'b'", "a'b"),
        (r'"a\\b"', r"a\b"),
        (r'"a\nb\tc"', "a\nb\tc"),
        (r'"\a\b\f\r\v"', "\a\b\f\r\v"),
        (r'"\101\x41\u0041\U00000041"', "AAAA"),
        (r'"\xe5\x8f\xb0"', "\u53f0"),
        (r'"\u53f0"', "\u53f0"),
        ('"\u53f0\u5317 \U0001f600"', "\u53f0\u5317 \U0001f600"),
        ('"it\'s"', "it's"),
        ('"}"', "}"),
        ('"tab\there"', "tab\there"),
    ],
)
def test_escapes_as_in_promql_strings(written: str, value: str) -> None:
    assert parse_key(f"redis_queue_length{{queue={written}}}", NO_CATALOGUE).matchers[0].value == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"a\.b"', r"a\.b"),
        (r'"\d+"', r"\d+"),
        (r'"C:\Users\x"', r"C:\Users\x"),
        (r'"C:\data"', r"C:\data"),
        (r'"\x4g\u53f\U0001f60"', r"\x4g\u53f\U0001f60"),
        (r'"\8\18\0"', r"\8\18\0"),
        (r'"\\."', r"\."),
        (r"""'\"'""", r"""\""""),
        (r"""'\''""", "'"),
    ],
)
def test_a_backslash_that_begins_no_escape_is_taken_as_written(written: str, value: str) -> None:
    key = parse_key(f"redis_queue_length{{queue={written}}}", NO_CATALOGUE)
    assert key.matchers[0].value == value
    assert parse_key(key.text, NO_CATALOGUE) == key


@pytest.mark.parametrize("label", sorted(RESERVED))
def test_labels_of_the_served_series_are_refused(label: str) -> None:
    with pytest.raises(KeySyntaxError, match="sets itself"):
        parse_key(f'redis_queue_length{{{label}="x"}}', NO_CATALOGUE)


def test_reserved_labels_are_those_that_would_collide() -> None:
    served = {"tenant", "component", "metric", "severity", "filter", "reason"}
    of_rules = {"pack", "metric_key", "direction", "alertname", "alertstate"}
    assert served | of_rules | {"job", "instance", "le"} == RESERVED


@pytest.mark.parametrize("label", sorted(RESERVED))
@pytest.mark.parametrize("matcher", ['{}=~"x.*"', 'queue="a",{}="x"', "{} =~ 'x'"])
def test_labels_of_the_served_series_are_refused_as_patterns_and_beside_others(
    label: str, matcher: str
) -> None:
    with pytest.raises(KeySyntaxError, match="sets itself") as refused:
        parse_key(f"mysql_jobs{{{matcher.format(label)}}}", NO_CATALOGUE)
    assert f'own_{label}="' in refused.value.advice


REFUSED = [
    ("", 0, "write <component>_<metric>"),
    ("a-b", 1, "write a_b"),
    ('a b{x="y"}', 2, 'write a_b{x="y"}'),
    ("mysql.connections", 5, "write mysql_connections"),
    ("\u65e5_x", 0, "write x"),
    ("9lives", 0, 'write letters, digits and "_", starting with a letter'),
    ("_unknown", 0, "write _packs, _state_<filter>, or without the underscore: unknown"),
    ("mysql", 0, "write <component>_<metric>, for example mysql_connections"),
    (" mysql_critical", 1, "write <component>_<metric>, for example mysql_connections"),
    ("elasticsearch_heap_percent", 0, "write es_heap_percent"),
    ('elasticsearch_heap_percent_critical{node="a"}', 0, 'write es_heap_percent_critical{node="a"}'),
    ('r_q{a="x"}_critical', 10, 'write r_q_critical{a="x"}'),
    ('r_q{a="x"}}', 10, "end the key after the closing brace"),
    ("r_q{}", 3, "write r_q"),
    ("r_q{", 3, "write r_q"),
    ('r_q{a="x"', 3, 'write r_q{a="x"}'),
    ('r_q{a="x",', 3, 'write r_q{a="x"}'),
    ("r_q{queue}", 9, 'write queue="value" or queue=~"pattern"'),
    ('r_q{queue=="x"}', 9, 'write queue="value" or queue=~"pattern"'),
    ('r_q{queue: "x"}', 9, 'write queue="value" or queue=~"pattern"'),
    (
        'r_q{queue!="x"}',
        9,
        "set the base key for everything else, and a dimensional key for each exception",
    ),
    ("r_q{queue=email}", 10, 'write queue="email"'),
    ("r_q{queue=\u201cemail\u201d}", 10, 'write queue="email"'),
    ("r_q{queue=`email`}", 10, 'write queue="email"'),
    ("r_q{queue=}", 10, 'write queue="value"'),
    ("r_q{queue=", 10, 'write queue="value"'),
    ('r_q{queue="email}', 10, 'end the value with "'),
    ('r_q{queue="a\nb"}', 12, r"write the line break as \n"),
    ('r_q{a=""}', 6, "leave the matcher out"),
    ('r_q{a=~""}', 7, "leave the matcher out"),
    ('r_q{a="1", a="2"}', 11, 'name each label once; a=~"a|b" matches one value or the other'),
    ('r_q{a="1" b="2"}', 10, 'put "," between matchers and "}" after the last'),
    ('r_q{"email"}', 4, 'write a Prometheus label of letters, digits and "_", for example queue="email"'),
    ('r_q{x_re="x"}', 4, 'write x=~"pattern" for a pattern'),
    ('r_q{__x="x"}', 4, "name a label of the signal that Prometheus stores"),
    ('r_q{a="x\\', 6, 'end the value with "'),
    ('r_q{a="x\\"}', 6, 'end the value with "'),
    ('r_q{a="x\\\n"}', 9, r"write the line break as \n"),
    (r'r_q{a="\ud800"}', 7, "write the character itself"),
    (r'r_q{a="\777"}', 7, "write the character itself"),
    (r'r_q{a="\xff"}', 6, "write the characters themselves instead of their bytes"),
    ('r_q{a="\ud800"}', 6, "write the characters themselves instead of their bytes"),
    ('r_q{a=~"("}', 7, "correct the pattern; to match its text literally, use = instead of =~"),
    ('r_q{a=~"(?=x)"}', 7, "correct the pattern; to match its text literally, use = instead of =~"),
    (r'r_q{a=~"\\C"}', 7, "correct the pattern; to match its text literally, use = instead of =~"),
    (r'r_q{a=~"(a)\\1"}', 7, "correct the pattern; to match its text literally, use = instead of =~"),
]


@pytest.mark.parametrize(("text", "offset", "advice"), REFUSED, ids=[ascii(case[0]) for case in REFUSED])
def test_anything_else_is_refused_with_its_place_and_advice(
    catalogue: Catalogue, text: str, offset: int, advice: str
) -> None:
    with pytest.raises(KeySyntaxError) as refused:
        parse_key(text, catalogue)
    assert (refused.value.offset, refused.value.advice) == (offset, advice)
    assert refused.value.message


@pytest.mark.parametrize(
    "text",
    ["mysql.connections", 'r_q{a="x"}_critical', "elasticsearch_heap_percent", 'r_q{a="x",', 'a b{x="y"}'],
)
def test_a_corrected_key_in_advice_can_be_read(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(KeySyntaxError) as refused:
        parse_key(text, catalogue)
    parse_key(refused.value.advice.removeprefix("write "), catalogue)


def test_reading_plain_keys_does_not_load_the_regex_engine() -> None:
    program = (
        "import sys\n"
        "from dynamic_alerting.model.keys import parse_key\n"
        "from dynamic_alerting.model.catalogue import NO_CATALOGUE\n"
        "import dynamic_alerting.model.resolution\n"
        "parse_key('a_b{c=\"d\"}', NO_CATALOGUE)\n"
        "sys.exit('re2' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}_[A-Za-z0-9_]{1,12}", fullmatch=True)
_LABELS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda label: label not in RESERVED and not label.endswith("_re")
)
_EXACT = st.builds(Matcher, _LABELS, st.text(st.characters(codec="utf-8"), min_size=1), st.just(value=False))
_REGEX = st.builds(
    Matcher,
    _LABELS,
    st.text(st.characters(codec="utf-8"), min_size=1).map(re.escape).filter(lambda text: text.isascii()),
    st.just(value=True),
)
_KEYS = st.builds(
    lambda name, critical, matchers: ThresholdKey(
        name.removesuffix("_critical"), critical, tuple(sorted(matchers))
    ),
    _NAMES,
    st.booleans(),
    st.lists(st.one_of(_EXACT, _REGEX), max_size=4, unique_by=lambda matcher: matcher.label),
).filter(lambda key: re.fullmatch(r"[A-Za-z0-9]+_\w+", key.name) and not key.name.endswith("_critical"))


@given(_KEYS)
def test_a_formatted_key_reads_back_as_the_same_key(key: ThresholdKey) -> None:
    assert parse_key(key.text, NO_CATALOGUE) == key


def _refusal(text: str) -> KeySyntaxError | None:
    try:
        parse_key(text, NO_CATALOGUE)
    except KeySyntaxError as refused:
        return refused
    return None


@given(st.one_of(st.text(), st.text("ab_{}='\"~!,\\ xu01cr", max_size=30)))
def test_any_text_is_a_key_or_a_syntax_error_inside_it(text: str) -> None:
    refused = _refusal(text)
    if refused is None:
        key = parse_key(text, NO_CATALOGUE)
        assert parse_key(key.text, NO_CATALOGUE) == key
    else:
        assert 0 <= refused.offset <= len(text)
        assert refused.message
        assert refused.advice


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_between_braces_is_matchers_or_a_syntax_error(inside: str) -> None:
    text = f"redis_queue_length{{{inside}}}"
    refused = _refusal(text)
    assert refused is None or 0 <= refused.offset <= len(text)
