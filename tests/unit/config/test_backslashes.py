r"""compatibility.md 2: a backslash that begins no PromQL escape is taken as written, and said."""

from typing import Any

import pytest

from dynamic_alerting.config.findings import Finding

UNKNOWN = [
    (r'redis_queue_length{queue=~"a\.b"}', r"a\.b", r'redis_queue_length{queue=~"a\\.b"}', r"\."),
    (r'redis_queue_length{queue=~"\d+"}', r"\d+", r'redis_queue_length{queue=~"\\d+"}', r"\d"),
    (r"redis_queue_length{queue=~'\w\.\w'}", r"\w\.\w", r"redis_queue_length{queue=~'\\w\\.\\w'}", r"\w"),
    (r'redis_queue_length{queue="C:\Users"}', r"C:\Users", r'redis_queue_length{queue="C:\\Users"}', r"\U"),
    (r'redis_queue_length{queue=~"\\.\."}', r"\.\.", r'redis_queue_length{queue=~"\\.\\."}', r"\."),
    (r'redis_queue_length{queue=~"\x{41}"}', r"\x{41}", r'redis_queue_length{queue=~"\\x{41}"}', r"\x"),
]
CONTROL = [
    (r'redis_queue_length{queue="C:\temp"}', "C:\temp", r'redis_queue_length{queue="C:\\temp"}', "U+0009"),
    (r'redis_queue_length{queue=~"\bx\b"}', "\bx\b", r'redis_queue_length{queue=~"\\bx\\b"}', "U+0008"),
    (r'redis_queue_length{queue="\x1bx"}', "\x1bx", r'redis_queue_length{queue="\\x1bx"}', "U+001B"),
    (r'redis_queue_length{queue="a\nb"}', "a\nb", r'redis_queue_length{queue="a\\nb"}', "U+000A"),
    (
        r'redis_queue_length{queue="\177\u0085"}',
        "\x7f\x85",
        r'redis_queue_length{queue="\\177\\u0085"}',
        "U+007F",
    ),
]


def _found(confd: Any, key: str, value: str) -> list[Finding]:
    confd.write(db_a=f"tenants:\n  db-a:\n    {key}: 5\n")
    (entry,) = confd.tenant().entries
    assert [matcher.value for matcher in entry.key.matchers] == [value]
    return list(confd.findings())


@pytest.mark.parametrize(("key", "value", "doubled", "what"), UNKNOWN)
def test_a_backslash_that_is_no_escape_is_as_written_with_a_warning_that_shows_it_doubled(
    confd: Any, key: str, value: str, doubled: str, what: str
) -> None:
    (finding,) = _found(confd, key, value)
    assert (finding.id, finding.severity.value, finding.line) == ("DA110", "warning", 3)
    assert finding.message.startswith(f"{what} is no escape of PromQL")
    assert finding.advice.endswith(doubled)
    assert _found(confd, doubled, value) == []


@pytest.mark.parametrize(("key", "value", "doubled", "what"), CONTROL)
def test_an_escape_that_makes_a_control_character_is_a_warning(
    confd: Any, key: str, value: str, doubled: str, what: str
) -> None:
    (finding,) = _found(confd, key, value)
    assert (finding.id, finding.severity.value) == ("DA111", "warning")
    assert what in finding.message
    assert finding.advice.endswith(doubled)
    assert _found(confd, doubled, doubled.split(doubled[-2])[1].replace("\\\\", "\\")) == []


def test_both_in_one_key_are_two_warnings_with_one_spelling(confd: Any) -> None:
    first, second = _found(confd, r'redis_queue_length{queue="C:\temp\data"}', "C:\temp\\data")
    assert {first.id, second.id} == {"DA110", "DA111"}
    assert first.advice.endswith(r'redis_queue_length{queue="C:\\temp\\data"}')
    assert second.advice.endswith(r'redis_queue_length{queue="C:\\temp\\data"}')


@pytest.mark.parametrize(
    "key",
    [
        r"""'redis_queue_length{queue=~"\d"}'""",
        r'''"redis_queue_length{queue=~\"\\d\"}"''',
        r"""'redis_queue_length{queue=~''\d''}'""",
        r"""redis_queue_length{queue=~"\d"}""",
    ],
)
def test_the_spelling_that_is_shown_can_be_pasted(confd: Any, key: str) -> None:
    (finding,) = _found(confd, key, r"\d")
    assert finding.id == "DA110"
    instead = finding.advice.partition(": ")[2]
    assert instead[0] == key[0]
    assert _found(confd, instead, r"\d") == []


def test_every_tenant_hears_of_its_own(confd: Any) -> None:
    key = r'redis_queue_length{queue="\d"}'
    confd.write(db_a=f"tenants: {{db-a: {{'{key}': 5}}}}", db_b=f"tenants: {{db-b: {{'{key}': 5}}}}")
    confd.write(_defaults=f"defaults: {{'{key}': 5}}")
    assert [(one.id, one.file) for one in confd.findings()] == [
        ("DA110", "_defaults.yaml"),
        ("DA110", "db-a.yaml"),
        ("DA110", "db-b.yaml"),
    ]


def test_what_is_refused_is_not_warned_about_as_well(confd: Any) -> None:
    confd.write(
        db_a="tenants:\n  db-a:\n    redis_queue_length{topic=\"\\d\"}: 5\n    team_x{q=~'\\(['}: 5\n"
    )
    assert confd.ids() == ["DA043", "DA040"]
