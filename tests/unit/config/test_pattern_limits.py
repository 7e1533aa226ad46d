"""Patterns cost time to read and to match; a file that has too many or too large ones is cut short."""

from typing import Any

import pytest

from dynamic_alerting.config.vocabulary import PATTERNS_OF_FILE, PATTERNS_OF_TENANT
from dynamic_alerting.model import key_grammar
from dynamic_alerting.model.patterns import why_invalid


def _patterns(count: int, start: int = 0) -> str:
    return "".join(
        f'    redis_queue_length{{queue=~"q{number}-.*"}}: {number}\n'
        for number in range(start, start + count)
    )


def test_a_tenant_has_a_limited_number_of_patterns(confd: Any) -> None:
    confd.write(db_a=f"tenants:\n  db-a:\n{_patterns(PATTERNS_OF_TENANT + 2)}    mysql_cpu: 7\n")
    loaded = confd.load()
    (tenant,) = loaded.configuration.tenants
    assert len(tenant.entries) == PATTERNS_OF_TENANT + 1
    assert [finding.id for finding in loaded.findings] == ["DA048", "DA048"]
    assert loaded.findings[0].line == PATTERNS_OF_TENANT + 3
    assert str(PATTERNS_OF_TENANT) in loaded.findings[0].message


def test_each_tenant_of_a_file_has_as_many(confd: Any) -> None:
    half = PATTERNS_OF_TENANT // 2 + 1
    confd.write(_more=f"tenants:\n  db-a:\n{_patterns(half)}  db-b:\n{_patterns(half)}")
    assert confd.ids() == []


def test_a_file_has_a_limited_number_of_patterns(confd: Any) -> None:
    tenants = PATTERNS_OF_FILE // PATTERNS_OF_TENANT
    blocks = [f"  db-{number}:\n{_patterns(PATTERNS_OF_TENANT)}" for number in range(tenants)]
    confd.write(_more=f"tenants:\n{''.join(blocks)}  db-last:\n{_patterns(1)}    mysql_cpu: 7\n")
    loaded = confd.load()
    assert [finding.id for finding in loaded.findings] == ["DA048"]
    assert len(loaded.configuration.tenants[-1].entries) == 1


def test_the_limit_holds_again_when_the_file_is_read_again(confd: Any) -> None:
    """Patterns that were read once are remembered, and still count."""
    text = f"tenants:\n  db-a:\n{_patterns(PATTERNS_OF_TENANT + 1)}"
    confd.write(db_a=text)
    before = confd.load()
    confd.write(db_a=f"{text}    mysql_cpu: 7\n")
    after = confd.load()
    assert [finding.id for finding in after.findings] == [finding.id for finding in before.findings]
    assert len(after.configuration.tenants[0].entries) == PATTERNS_OF_TENANT + 1


def test_a_pattern_that_is_too_large_is_refused(confd: Any) -> None:
    confd.write(
        db_a='tenants:\n  db-a:\n    redis_queue_length{queue=~"[\\\\pL]{1,100}"}: 1\n    mysql_cpu: 7\n'
    )
    (finding,) = confd.findings()
    assert (finding.id, finding.line) == ("DA049", 3)
    assert len(confd.load().configuration.tenants[0].entries) == 1


def test_ordinary_patterns_are_not_too_large(confd: Any) -> None:
    many = "|".join(f"customer-{number}-orders" for number in range(40))
    for pattern in (
        r"[\\p{L}\\p{N}_-]+",
        "(?i)(eu|us|apac)-orders-[0-9]{1,8}",
        many,
        ".{1,200}",
        "(a{1,500})",
    ):
        confd.write(db_a=f'tenants:\n  db-a:\n    redis_queue_length{{queue=~"{pattern}"}}: 1\n')
        assert confd.ids() == [], pattern


@pytest.fixture
def patterns_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every pattern that is given to RE2 to read, which is what takes the time."""
    read: list[str] = []

    def noting(pattern: str) -> str | None:
        read.append(pattern)
        return why_invalid(pattern)

    monkeypatch.setattr(key_grammar, "why_invalid", noting)
    return read


@pytest.mark.parametrize("pattern", ["([\\\\pL]{{1,100}}{n})", "(a{{1,500}}){n}", "(({n}"])
def test_a_file_of_patterns_is_not_read_to_its_end(
    pattern: str, confd: Any, patterns_read: list[str]
) -> None:
    """A megabyte of them would take RE2 from half a minute to a quarter of an hour."""
    keys = "".join(f'    redis_queue_length{{queue=~"{pattern.format(n=n)}"}}: 1\n' for n in range(15_000))
    confd.write(db_a=f"tenants:\n  db-a:\n{keys}", db_b="tenants:\n  db-b:\n    mysql_cpu: 7\n")
    loaded = confd.load()
    assert len(patterns_read) <= PATTERNS_OF_TENANT
    assert [len(tenant.entries) for tenant in loaded.configuration.tenants if tenant.name == "db-b"] == [1]
    assert "DA048" in {finding.id for finding in loaded.findings if finding.file == "db-a.yaml"}
    assert not [finding for finding in loaded.findings if finding.file == "db-b.yaml"]


def _exact(count: int) -> str:
    return "".join(f'    redis_queue_length{{queue="orders-{number:05}"}}: 1\n' for number in range(count))


def test_a_file_whose_patterns_would_take_long_to_match_loses_the_last_of_them(confd: Any) -> None:
    """Otherwise a megabyte of them takes most of a minute, each time that a schedule changes a value."""
    large = "".join(
        f'    redis_queue_length_critical{{queue=~"(.?){{1,100}}{number}"}}: 2\n' for number in range(90)
    )
    confd.write(db_a=f"tenants:\n  db-a:\n{_exact(2_000)}{large}    mysql_cpu: 7\n")
    loaded = confd.load()
    ids = [finding.id for finding in loaded.findings]
    (tenant,) = loaded.configuration.tenants
    kept = [entry.key.patterns[0][1] for entry in tenant.entries if entry.key.patterns]
    assert set(ids) == {"DA048"}
    assert kept == [f"(.?){{1,100}}{number}" for number in range(90 - len(ids))]
    assert kept
    assert len(tenant.entries) == 2_000 + len(kept) + 1


def test_many_ordinary_patterns_and_values_are_not_too_much(confd: Any) -> None:
    confd.write(db_a=f"tenants:\n  db-a:\n{_exact(1_000)}{_patterns(PATTERNS_OF_TENANT)}")
    assert confd.ids() == []


def test_what_follows_a_pattern_that_takes_long_is_still_looked_at(confd: Any) -> None:
    values = "".join(f'    redis_queue_length{{queue="{number}-{"x" * 900}"}}: 1\n' for number in range(900))
    large = '    redis_queue_length{queue=~"(.?){1,100}y"}: 2\n'
    confd.write(db_a=f"tenants:\n  db-a:\n{values}{large}{_patterns(1)}")
    loaded = confd.load()
    assert [finding.text for finding in loaded.findings] == ['redis_queue_length{queue=~"(.?){1,100}y"}']
    assert loaded.configuration.tenants[0].entries[-1].key.patterns == (("queue", "q0-.*"),)
