"""Any text in any place of a file: the loader lives, others keep everything, the exposition is valid."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics

GOOD = {
    "_defaults.yaml": """\
defaults:
  mysql_cpu: 80
  mysql_cpu_critical: "95"
  redis_queue_length{queue="junk"}: disable
  redis_queue_length: {default: 5, overrides: [{window: "22:00-06:00", value: "9:critical"}]}
state_filters:
  pull: {reasons: [ErrImagePull, ImagePullBackOff], severity: critical}
  maintenance: {reasons: [], severity: info, default_state: disable}
ownership: warn
""",
    "db-a.yaml": """\
# a comment
tenants:
  db-a:
    _packs: [mariadb, redis]
    mysql_cpu: &anchor "70"
    mysql_connections: 70:critical
    mysql_connections_critical: 'disable'
    redis_queue_length{queue="email", priority=~"h{1,2}"}: 1000
    redis_queue_length:
      default: "100"
      overrides:
        - window: Mon-Fri 09:00-18:00 Asia/Taipei
          value: {value: 1.5e3, expires: "2126-12-01T06:00:00Z", reason: load test}
    team_latency{path='/a\\'b'}: *anchor
    _state_maintenance: {default: off, overrides: [{window: "Sun 02:00-04:00", value: on}]}
""",
    "db-b.yaml": 'tenants:\n  db-b:\n    mysql_connections: 5\n    redis_queue_length{queue="b"}: 6\n',
}
OWN_OF_B = {"mysql connections warning": 5.0, 'redis queue_length warning{queue="b"}': 6.0}
PIECES = st.sampled_from(
    [
        *(
            "tenants:",
            "defaults:",
            "db-b:",
            "db-a:",
            "db-c:",
            "ownership: strict",
            "state_filters:",
            "---",
            "...",
        ),
        *(
            "\n",
            "\n  ",
            "\n    ",
            "\t",
            " ",
            ": ",
            "- ",
            "? ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "'",
            '"',
            "#",
            "%",
            "!x",
            "|\n",
        ),
        *(
            "&a ",
            "*a",
            "*anchor",
            "<<: *anchor",
            "~",
            "\x00",
            "\x85",
            "\u2028",
            "\ufeff",
            "\\",
            "`",
            "@",
            ">-\n",
        ),
        *(
            "mysql_cpu",
            "_critical",
            "_state_",
            "_packs",
            "mysql_cpu_critical: 5",
            ":critical",
            "1e999",
            ".inf",
            "NaN",
        ),
        *(
            '{queue="a"}',
            '{queue=~"("}',
            '{tenant="db-b"}',
            "{a='\\n'}",
            "window:",
            "value:",
            "expires:",
            "24:00-24:00",
        ),
        *(
            "disable",
            "off",
            "on",
            "9" * 500,
            "[" * 30,
            "\ud7ff",
            "🙂",
            "reasons: ['', \"\\n\"]",
            "2026-02-30T00:00:00Z",
        ),
    ]
)
TEXT = st.one_of(
    st.lists(PIECES, max_size=6).map("".join),
    st.text(max_size=20),
    st.text(alphabet=st.characters(max_codepoint=127), max_size=40),
)


@st.composite
def _changes(draw: st.DrawFn) -> tuple[str, bytes]:
    """One of the good files with any text in the place of any part of it."""
    name = draw(st.sampled_from(["_defaults.yaml", "db-a.yaml"]))
    good = GOOD[name]
    start = draw(st.integers(0, len(good)))
    length = draw(st.one_of(st.just(0), st.integers(0, 40), st.just(len(good))))
    text = good[:start] + draw(TEXT) + good[start + length :]
    data = text.encode(errors="surrogatepass")
    return name, data if draw(st.integers(0, 9)) else data[: draw(st.integers(0, len(data)))] + b"\xfe\xff"


def _valid(exposition: str) -> None:
    """A strict parser reads it, and no label name was made by hand."""
    for family in openmetrics(exposition + "# EOF\n"):  # type: ignore[no-untyped-call] # untyped library
        for sample in family.samples:
            assert {"tenant", "severity"} <= sample.labels.keys()


@settings(max_examples=250)
@given(_changes())
@example(("db-a.yaml", b""))
@example(("_defaults.yaml", b"defaults: {mysql_cpu: 1e308}"))
@example(("db-a.yaml", b"tenants: {db-a: {'a_b{c=\"\\\\U0001f642\"}': 5, 'a_b{c=\"\\\\\\\\\"}': 6}}"))
def test_any_text_in_any_place_never_crashes_never_empties_others_and_never_breaks_the_exposition(
    worlds: Any, change: tuple[str, bytes]
) -> None:
    name, data = change
    first = worlds().write(GOOD)
    before = first.served()
    of_b = {identity: value for identity, value in before.items() if identity.startswith("db-b ")}
    assert OWN_OF_B.items() <= first.of("db-b").items()
    for world in (first, worlds().write(GOOD)):  # after a good state, and as the first one
        world.write({name: data})
        after = world.served()  # a series that is there twice would be an error here
        _valid(world.exposition())
        assert OWN_OF_B.items() <= world.of("db-b").items()
        if name == "db-a.yaml":
            assert {key: value for key, value in after.items() if key.startswith("db-b ")} == of_b
        for finding in world.findings():
            if finding.file == name:
                _is_well_placed(finding, data)
        assert world.explained("db-b") == world.of("db-b")


def _is_well_placed(finding: Any, data: bytes) -> None:
    assert finding.message
    assert finding.advice
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert finding.line >= 1
    assert finding.column >= 1
    assert finding.line <= len(lines) + 1


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=200), TEXT.map(lambda text: text.encode(errors="surrogatepass"))))
def test_any_bytes_as_a_file_are_no_danger(worlds: Any, data: bytes) -> None:
    world = worlds().write(GOOD).write({"db-c.yaml": data, "_site.yaml": data})
    assert OWN_OF_B.items() <= world.of("db-b").items()
    _valid(world.exposition())


def _batch() -> Iterator[tuple[str, str]]:
    """Tenants that try what an exposition could stumble over."""
    odd = ['a"b', "a\\b", "a\\nb", "ü€🙂", "{}", "a,b", " ", "\\t", "\\x01", "=~", "#", "\\u2028", "x" * 500]
    for number, value in enumerate(odd):
        quoted = value.replace('"', '\\"') if "\\" not in value else value
        key = f'odd_value{{label="{quoted}"}}'.replace("'", "''")
        yield f"odd-{number}", f"'{key}': {number}\n    '{key.replace('=', '=~', 1)}': disable"
    yield (
        "numbers",
        "\n    ".join(f"n_{n}: {v}" for n, v in enumerate(["1e308", "-1e-300", ".5", "1e22", "0"])),
    )
    yield "twice", "mysql_cpu: 1:critical\n    mysql_cpu_critical: 2\n    mysql_cpu: 3"


@pytest.mark.promtool
def test_promtool_finds_nothing_wrong_in_a_batch_of_odd_tenants(world: Any) -> None:
    world.write(GOOD)
    for tenant, lines in _batch():
        world.write({f"{tenant}.yaml": f"tenants:\n  {tenant}:\n    {lines}\n"})
    exposition = world.exposition()
    assert len({identity.partition(" ")[0] for identity in world.served()}) >= 15
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=exposition.encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_good_files_of_these_tests_are_good(world: Any) -> None:
    world.write(GOOD)
    assert world.ids() == ["DA044", "DA042"]  # a severity beside the critical key, and a team's own key
