"""Whatever stands in a file, loading neither fails nor changes what other files say."""

import difflib
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dynamic_alerting.config.finding_kinds import FINDING_KINDS
from dynamic_alerting.config.key_suggestions import KeySuggestions
from dynamic_alerting.config.loader import Loaded, Loader
from dynamic_alerting.config.tenants import is_tenant_name
from dynamic_alerting.model import schedule
from dynamic_alerting.model.catalogue import Catalogue

PLATFORM = """\
defaults:
  mysql_connections: 80
  mysql_cpu_critical: "95"
  redis_queue_length{queue="junk"}: disable
state_filters:
  maintenance: {reasons: [], severity: info, default_state: disable}
"""
TENANT = """\
tenants:
  db-a:
    _packs: [mariadb, redis]
    _state_maintenance: {value: enable, expires: "2126-12-01T06:00:00Z", reason: upgrade}
    mysql_connections: "100" # a comment
    mysql_cpu: "70:critical"
    redis_queue_length{queue="email"}: 1000
    oracle_tablespace_used_percent_critical{tablespace=~"SYS.*"}: 95
    mysql_threads_running:
      default: "100"
      overrides:
        - window: "Mon-Fri 22:00-06:00 Asia/Taipei"
          value: &night "200"
        - {window: "12:00-13:00", value: *night}
"""
OTHER = "tenants: {db-b: {mysql_connections: 1, _state_maintenance: on}}\n"

Mutation = Callable[[random.Random, str], str | bytes]


def _cut(rng: random.Random, text: str) -> str:
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.randrange(1, 60) :]


def _truncate(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text))]


def _swap_lines(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    first, second = rng.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return "".join(lines)


def _repeat_line(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    position = rng.randrange(len(lines))
    return "".join([*lines[:position], lines[position], *lines[position:]])


def _insert(what: Callable[[random.Random], str]) -> Mutation:
    def mutate(rng: random.Random, text: str) -> str:
        position = rng.randrange(len(text) + 1)
        return text[:position] + what(rng) + text[position:]

    return mutate


def _any_character(rng: random.Random) -> str:
    return "".join(
        chr(code) for code in rng.choices([*range(1, 0xD800), *range(0xE000, 0x11000)], k=rng.randrange(1, 8))
    )


def _punctuation(rng: random.Random) -> str:
    return "".join(rng.choices("{}[]:,&*!|>%@`'\"#?-~=\\ \n\t<", k=rng.randrange(1, 6)))


def _nesting(rng: random.Random) -> str:
    return rng.choice("[{") * rng.randrange(1, 3000)


def _indent(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    position = rng.randrange(len(lines))
    lines[position] = rng.choice([" ", "  ", "\t"]) + lines[position]
    return "".join(lines)


def _flip_byte(rng: random.Random, text: str) -> bytes:
    data = bytearray(text.encode())
    data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _replace_word(rng: random.Random, text: str) -> str:
    word = rng.choice(
        ["true", "22:30", "NaN", "null", "!!binary x", "*night", "<<", "[1]", "{a: b}", "", "0x1f"]
    )
    parts = text.split(" ")
    parts[rng.randrange(len(parts))] = word
    return " ".join(parts)


MUTATIONS: dict[str, Mutation] = {
    "cut": _cut,
    "truncate": _truncate,
    "swap lines": _swap_lines,
    "repeat line": _repeat_line,
    "any character": _insert(_any_character),
    "punctuation": _insert(_punctuation),
    "nesting": _insert(_nesting),
    "indent": _indent,
    "flip byte": _flip_byte,
    "replace word": _replace_word,
}


def _mutants(text: str) -> Iterator[Any]:
    for name, mutate in MUTATIONS.items():
        for seed in range(25):
            mutant = mutate(random.Random(f"{name}{seed}"), text)
            yield pytest.param(
                mutant if isinstance(mutant, bytes) else mutant.encode(errors="surrogatepass"),
                id=f"{name} {seed}",
            )


def _check(loaded: Loaded, data: bytes) -> None:
    """What must hold of every load, however bad the files are."""
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for finding in loaded.findings:
        assert finding.id in FINDING_KINDS
        assert finding.message.strip()
        assert finding.advice.strip()
        assert 1 <= finding.line <= max(lines, 20)
        assert finding.column >= 1
        assert str(finding).encode()
        assert finding.explained().encode()
    names = [tenant.name for tenant in loaded.configuration.tenants]
    assert names == sorted(set(names))
    assert all(is_tenant_name(name) for name in names)
    for tenant in loaded.configuration.tenants:
        keys = [entry.key for entry in tenant.entries]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("mutant", list(_mutants(TENANT)))
def test_a_broken_tenant_file_costs_nobody_else_anything(confd: Any, mutant: bytes) -> None:
    confd.write(_defaults=PLATFORM, db_a=TENANT, db_b=OTHER)
    before = confd.load()
    assert before.findings == ()
    confd.write(db_a=mutant)
    after = confd.load()
    _check(after, mutant)
    assert confd.tenant("db-b") == before.configuration.tenants[1]
    assert after.configuration.defaults == before.configuration.defaults
    assert after.configuration.state_filters == before.configuration.state_filters
    status = next(status for status in after.files if status.name == "db-a.yaml")
    if not status.accepted:
        assert after.configuration == before.configuration
        assert any(finding.severity.value == "error" for finding in after.findings)
    confd.write(db_a=TENANT)
    assert confd.load().configuration == before.configuration
    assert confd.findings() == []


@pytest.mark.parametrize("mutant", list(_mutants(PLATFORM))[::2])
def test_a_broken_platform_file_costs_no_tenant_anything(confd: Any, mutant: bytes) -> None:
    confd.write(_defaults=PLATFORM, db_a=TENANT)
    before = confd.load()
    confd.write(_defaults=mutant)
    after = confd.load()
    _check(after, mutant)
    assert confd.tenant() == before.configuration.tenants[0]
    confd.write(_defaults=PLATFORM)
    assert confd.load().configuration == before.configuration


@pytest.mark.parametrize("mutant", list(_mutants(TENANT))[::3])
def test_a_broken_file_on_a_first_start_costs_nobody_else_anything(confd: Any, mutant: bytes) -> None:
    confd.write(_defaults=PLATFORM, db_a=mutant, db_b=OTHER)
    _check(confd.load(), mutant)
    assert "db-b" in confd.tenants()


ANY_TEXT = st.one_of(
    st.text(max_size=300).map(str.encode),
    st.binary(max_size=300),
    st.text(alphabet="abdefnstu_-:{}[]\"'=~,.|&*!#\n 0123456789", max_size=300).map(str.encode),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["_defaults.yaml", "db-a.yaml", "db-c.yaml", "_x.yml"]), data=ANY_TEXT)
@example(name="db-a.yaml", data=b"tenants: {db-b: {mysql_cpu: 1}}")
@example(name="_x.yml", data=b"ownership: strict\ntenants: {db-b: {mysql_cpu: 1}}")
def test_any_text_in_any_file_leaves_other_tenants_as_they_are(
    shared: Path, catalogue: Catalogue, name: str, data: bytes
) -> None:
    for path in shared.iterdir():
        path.unlink()
    (shared / "db-b.yaml").write_text(OTHER)
    (shared / name).write_bytes(data)
    loaded = Loader(shared, catalogue).load()
    _check(loaded, data)
    (other,) = (tenant for tenant in loaded.configuration.tenants if tenant.name == "db-b")
    assert [entry.origin.file for entry in other.entries] == ["db-b.yaml"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), text=st.text(max_size=40))
def test_any_text_in_any_place_of_a_file_leaves_other_tenants_as_they_are(
    shared: Path, catalogue: Catalogue, data: st.DataObject, text: str
) -> None:
    position = data.draw(st.integers(0, len(TENANT)))
    content = (TENANT[:position] + text + TENANT[position:]).encode()
    for path in shared.iterdir():
        path.unlink()
    (shared / "_defaults.yaml").write_text(PLATFORM)
    (shared / "db-a.yaml").write_text(TENANT)
    (shared / "db-b.yaml").write_text(OTHER)
    loader = Loader(shared, catalogue)
    before = loader.load()
    (shared / "db-a.yaml").write_bytes(content)
    after = loader.load()
    _check(after, content)
    other = [tenant for tenant in after.configuration.tenants if tenant.name == "db-b"]
    assert other == [before.configuration.tenants[1]]
    assert after.configuration.defaults == before.configuration.defaults


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(st.sampled_from(["good", "bad value", "unusable", "gone"]), max_size=8))
def test_any_sequence_of_good_and_bad_states_serves_the_last_good_one(
    shared: Path, catalogue: Catalogue, versions: list[str]
) -> None:
    for path in shared.iterdir():
        path.unlink()
    (shared / "db-b.yaml").write_text(OTHER)
    loader = Loader(shared, catalogue)
    expected: dict[str, float] = {}
    file = shared / "db-a.yaml"
    for number, version in enumerate(versions):
        if version == "good":
            file.write_text(f"tenants: {{db-a: {{mysql_cpu: {number}}}}}")
            expected = {"mysql_cpu": number}
        elif version == "bad value":
            file.write_text(f"tenants: {{db-a: {{mysql_cpu: bad{number}}}}}")
        elif version == "unusable":
            file.write_text(f"tenants: [{number}")
        else:
            file.unlink(missing_ok=True)
            expected = {}
        loaded = loader.load()
        served = {
            entry.key.text: entry.value.number  # type: ignore[union-attr] # a plain number in every version
            for tenant in loaded.configuration.tenants
            if tenant.name == "db-a"
            for entry in tenant.entries
        }
        assert served == expected


def test_a_file_of_ten_thousand_errors_is_read_and_reported_briefly(confd: Any) -> None:
    keys = "\n".join(f"    mysql_metric{n}: bad" for n in range(10_000))
    confd.write(db_a=f"tenants:\n  db-a:\n{keys}\n")
    loaded = confd.load()
    assert len(loaded.findings) == 201
    assert loaded.findings[-1].id == "DA090"
    assert loaded.files[0].rejected_keys == 10_000


def test_thousands_of_unknown_keys_looks_for_suggestions_only_for_those_that_are_listed(
    confd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = []
    monkeypatch.setattr(KeySuggestions, "nearest", lambda _self, text: looked_for.append(text))
    confd.write(
        db_a="tenants: {db-a: {" + ", ".join(f"mysql_x{n}: 1" for n in range(8_000)) + "}}",
        db_b="tenants: {db-b: {" + ", ".join(f"x{n}: 1" for n in range(8_000)) + "}}",
    )
    loaded = confd.load()
    assert len(looked_for) <= 400
    assert len(loaded.findings) == 402
    assert [status.rejected_keys for status in loaded.files] == [0, 8_000]


def test_thousands_of_values_that_become_bad_keeps_them_all(confd: Any) -> None:
    for value in ("1", "bad"):
        keys = ", ".join(f"mysql_x{n}: {value}, _state_x{n}: {value}" for n in range(4_000))
        confd.write(db_a=f"tenants: {{db-a: {{{keys}}}}}".replace("_state_x0: 1,", "_state_x0: on,"))
        assert len(confd.tenant().entries) == 4_000


def test_ten_thousand_unknown_states_are_counted_and_reported_briefly(confd: Any) -> None:
    confd.write(db_a="tenants: {db-a: {" + ", ".join(f"_state_x{n}: on" for n in range(10_000)) + "}}")
    loaded = confd.load()
    assert len(loaded.findings) == 200
    assert loaded.files[0].rejected_keys == 10_000


@pytest.mark.parametrize(
    ("value", "module", "search"),
    [
        ("disabel{n}", difflib, "get_close_matches"),
        ('"80:crittical{n}"', difflib, "get_close_matches"),
        ('{{overrides: [{{window: "22:00-06:00 Asia/Taipeh{n}", value: 1}}]}}', schedule, "nearest_zone"),
        ('{{overrides: [{{window: "22-6 Asia/Taipeh{n}", value: 1}}]}}', schedule, "nearest_zone"),
    ],
)
def test_thousands_of_bad_values_looks_for_advice_only_for_those_that_are_listed(
    confd: Any, monkeypatch: pytest.MonkeyPatch, value: str, module: Any, search: str
) -> None:
    looked_for = []
    real = getattr(module, search)

    def counted(*arguments: Any, **named: Any) -> Any:
        looked_for.append(arguments)
        return real(*arguments, **named)

    monkeypatch.setattr(module, search, counted)
    lines = "".join(f"    mysql_x{n}: {value.format(n=n)}\n" for n in range(2_000))
    confd.write(db_a=f"tenants:\n  db-a:\n{lines}")
    loaded = confd.load()
    assert loaded.files[0].rejected_keys == 2_000
    assert 0 < len(looked_for) <= 200
