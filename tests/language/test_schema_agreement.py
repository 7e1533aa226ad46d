"""The editors' schemas and the loader agree, except where a schema cannot know.

Every file here is given to both. The schema sees it as YAML's core schema types it.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dynamic_alerting.config.builder import DocumentRefused, build
from dynamic_alerting.config.nodes import Mapping, Node, Scalar
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.scalars import resolve
from dynamic_alerting.config.schema import defaults_schema, tenant_schema
from dynamic_alerting.model.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
FILTERS = {"maintenance": "Silences everything."}


def _as_json(node: Node | None) -> Any:
    """A document as an editor sees it: the core schema's types, keys as text."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return resolve(node)
    if isinstance(node, Mapping):
        return {key: _as_json(value) for key, (_, value) in node.pairs.items()}
    return [_as_json(item) for item in node.items]


def _ecma(schema: Any) -> Any:
    """In Python, unlike in ECMAScript, $ also matches before a line break at the end."""
    if isinstance(schema, dict):
        return {
            _anchored(key) if key.startswith("^") else key: _ecma(value)
            if key != "pattern"
            else _anchored(value)
            for key, value in schema.items()
        }
    return [_ecma(item) for item in schema] if isinstance(schema, list) else schema


def _anchored(pattern: str) -> str:
    return re.sub(r"\$$|(?<=\|)\$(?=\))", r"(?!\\n)$", pattern)


class Judges:
    """The loader's verdict and the schema's about one file."""

    def __init__(self, worlds: Any, catalogue: Catalogue) -> None:
        self._worlds = worlds
        self._validators = {
            "db-a.yaml": Draft202012Validator(_ecma(json.loads(tenant_schema(catalogue)))),
            "_defaults.yaml": Draft202012Validator(_ecma(json.loads(defaults_schema(catalogue)))),
        }

    def loader(self, name: str, text: str) -> list[str]:
        return [finding.id for finding in self._errors(name, text)]

    def messages(self, name: str, text: str) -> list[str]:
        return [finding.message for finding in self._errors(name, text)]

    def _errors(self, name: str, text: str) -> list[Any]:
        world = self._worlds()
        world.write({"_a.yaml": "state_filters: {maintenance: {}}", name: text})
        return [
            finding for finding in world.findings() if finding.severity == "error" and finding.file == name
        ]

    def schema(self, name: str, text: str) -> list[str]:
        try:
            document = _as_json(build(text, FileReport(name, text)))
        except DocumentRefused:
            return ["not YAML"]
        return [error.message for error in self._validators[name].iter_errors(document)]


@pytest.fixture
def judges(worlds: Any, catalogue: Catalogue) -> Judges:
    return Judges(worlds, catalogue)


def _tenant(line: str) -> str:
    return f"tenants:\n  db-a:\n    {line}\n"


GOOD = [
    "mysql_connections: 70",
    "mysql_connections: '70'",
    "mysql_connections: 1.5e9",
    "mysql_connections: -3",
    "mysql_connections: +.5",
    "mysql_connections: 5.",
    "mysql_connections: ' 70 '",
    "mysql_connections: 70:critical",
    "mysql_connections: '70:info'",
    "mysql_connections:",
    "mysql_connections: null",
    "mysql_connections: ~",
    "mysql_connections: ''",
    "mysql_connections: Default",
    "mysql_connections: disable",
    "mysql_connections: DISABLED",
    "mysql_connections: off",
    "mysql_connections: false",
    "mysql_connections: False",
    "mysql_connections: 'FALSE'",
    "mysql_connections_critical: 90",
    "mysql_connections_critical: 90:critical",
    "mysql_connections_critical: disable",
    'redis_queue_length{queue="email"}: 5',
    "redis_queue_length{queue='email'}: 5",
    "redis_queue_length{queue=~'h{1,2}', priority=\"a,b\"}: 5",
    "'redis_queue_length { queue = \"a\" , }': 5",
    'redis_queue_length_critical{queue="email"}: 5',
    r"redis_queue_length{queue='\x41\u00e9\101\n\\\''}: 5",
    "team_latency: 5",
    "team_latency_critical: 5",
    'team_latency{any_label="x"}: 5',
    'team_latency_critical{any_label=~"x.*"}: 5',
    "a_b_c: 5",
    "a_critical_critical: 5",
    "' mysql_connections ': 5",
    "mysql_connections: {default: 100}",
    "mysql_connections: {overrides: []}",
    "mysql_connections: {overrides: }",
    "mysql_connections: {default: '100', overrides: [{window: 22:00-06:00, value: '200'}]}",
    "mysql_connections: {default: , overrides: [{window: 'Mon-Fri 09:00-24:00 Asia/Taipei', value: }]}",
    "mysql_connections: {overrides: [{window: 'Sat,Sun 00:00-24:00', value: disable}]}",
    "mysql_connections: {value: 200, expires: '2126-12-01T06:00:00Z', reason: load test}",
    "mysql_connections: {value: 200, expires: 2126-12-01T06:00:00+08:00, reason: 5}",
    "mysql_connections: {value: 200, expires: '2126-12-01 06:00Z'}",
    "mysql_connections: {value: {default: 1, overrides: []}, expires: '2126-12-01T06:00:00Z'}",
    "mysql_connections: {default: {value: 1, expires: '2126-12-01T06:00:00Z'}}",
    "mysql_cpu: {overrides: [{window: 01:00-02:00, value: {value: 1, expires: 2126-12-01t06:00:00z}}]}",
    "_packs: [mariadb, redis]",
    "_packs: []",
    "_packs:",
    "_state_maintenance: enable",
    "_state_maintenance: on",
    "_state_maintenance: true",
    "_state_maintenance: FALSE",
    "_state_maintenance: Off",
    "_state_maintenance:",
    "_state_maintenance: {default: off, overrides: [{window: 'Sun 02:00-04:00', value: on}]}",
    "_state_maintenance: {value: on, expires: '2126-12-01T06:00:00Z', reason: move}",
]

BAD = [
    "mysql_connections: many",
    "mysql_connections: 70:urgent",
    "mysql_connections: 70 :critical",
    "mysql_connections: true",
    "mysql_connections: on",
    "mysql_connections: .inf",
    "mysql_connections: -.INF",
    "mysql_connections: Infinity",
    "mysql_connections: 1e400",
    "mysql_connections: 1_000",
    "mysql_connections: '0x1F'",
    "mysql_connections: 22:30",
    "mysql_connections: 80%",
    "mysql_connections: |\n      80",
    "mysql_connections: []",
    "mysql_connections: {}",
    "mysql_connections: {critical: 5}",
    "mysql_connections_critical: 90:warning",
    "mysql_connections_critical: {default: 90:info}",
    "mysql_connections_critical: {overrides: [{window: 01:00-02:00, value: 90:info}]}",
    "mysql_connections: {default: [1]}",
    "mysql_connections: {default: {default: 1}}",
    "mysql_connections: {overrides: 5}",
    "mysql_connections: {overrides: [5]}",
    "mysql_connections: {overrides: [{window: 01:00-02:00}]}",
    "mysql_connections: {overrides: [{value: 5}]}",
    "mysql_connections: {overrides: [{window: , value: 5}]}",
    "mysql_connections: {overrides: [{window: 25:00-02:00, value: 5}]}",
    "mysql_connections: {overrides: [{window: 1:00-02:00, value: 5}]}",
    "mysql_connections: {overrides: [{window: Fri 01:00-02:00 UTC extra, value: 5}]}",
    "mysql_connections: {overrides: [{window: 01:00-02:00, value: 5, note: x}]}",
    "mysql_connections: {default: 5, override: []}",
    "mysql_connections: {value: 5}",
    "mysql_connections: {expires: '2126-12-01T06:00:00Z'}",
    "mysql_connections: {value: 5, expires: tomorrow}",
    "mysql_connections: {value: 5, expires: '2126-12-01'}",
    "mysql_connections: {value: 5, expires: '2126-12-01T06:00:00Z', reason: [x]}",
    "mysql_cpu: {value: {value: 5, expires: 2126-12-01T06:00:00Z}, expires: 2126-12-01T06:00:00Z}",
    "mysql_connections: {default: {value: {default: 1}, expires: '2126-12-01T06:00:00Z'}}",
    'mysql_connections{queue="a"}: 5',
    'redis_queue_length{topic="a"}: 5',
    'redis_queue_length{queue="a", topic="b"}: 5',
    "redis_queue_length{}: 5",
    "redis_queue_length{queue=a}: 5",
    'redis_queue_length{queue=""}: 5',
    'redis_queue_length{queue!="a"}: 5',
    'redis_queue_length{queue="a"}_critical: 5',
    'redis_queue_length{queue="a": 5',
    r"redis_queue_length{queue='\z'}: 5",
    'team_latency{tenant="db-b"}: 5',
    'team_latency{severity="info"}: 5',
    'team_latency{__name="x"}: 5',
    'team_latency{queue_re="x"}: 5',
    'team_latency{1a="x"}: 5',
    "elasticsearch_heap_percent: 5",
    'elasticsearch_heap_percent_critical{node="a"}: 5',
    "connections: 5",
    "connections_: 5",
    "connections_critical: 5",
    "connections__critical: 5",
    "mysql-connections: 5",
    "_packs: mariadb",
    "_packs: [nothing]",
    "_packs: [[mariadb]]",
    "_pack: [mariadb]",
    "_state_: on",
    "_state_maintenance: yes",
    "_state_maintenance: 1",
    "_state_maintenance: 0",
    "_state_maintenance: {default: 5}",
    "_other: 5",
    "80: 5",
]

GOOD_FILES = [
    "",
    "# nothing\n",
    "tenants:\n",
    "tenants: {}\n",
    "tenants:\n  db-a:\n",
    "tenants: {db-a: {mysql_cpu: 5}, db-9: {}}\n",
]
BAD_FILES = [
    "[]\n",
    "5\n",
    "tenants: []\n",
    "tenants: {DB_A: {}}\n",
    "tenants: {db-a: 5}\n",
    "tenants: {db-a: [mysql_cpu]}\n",
    "db-a: {mysql_cpu: 5}\n",
    "defaults: {mysql_cpu: 5}\n",
    "state_filters: {}\n",
]
GOOD_DEFAULTS = [
    "defaults: {mysql_cpu: 5, mysql_cpu_critical: '6', 'redis_queue_length{queue=\"a\"}': disable}\n",
    "defaults: {mysql_cpu: {default: 5, overrides: []}, team_x: 5}\n",
    "state_filters: {maintenance: {reasons: [], severity: info, default_state: disable}}\n",
    "state_filters: {a-b: {reasons: [OOMKilled, 5]}, c: , d: {severity: , default_state: , reasons: }}\n",
    "state_filters: {a: {default_state: true}, b: {default_state: 'OFF'}}\n",
    "ownership: strict\ntenants: {db-x: {mysql_cpu: 5}}\n",
    "ownership: warn\n",
    "ownership:\n",
]
BAD_DEFAULTS = [
    "defaults: []\n",
    "defaults: {mysql_cpu: many}\n",
    "defaults: {_state_maintenance: on}\n",
    "defaults: {_packs: []}\n",
    'defaults: {mysql_cpu{core="1"}: 5}\n',
    "state_filters: []\n",
    "state_filters: {a b: {}}\n",
    "state_filters: {a: 5}\n",
    "state_filters: {a: {reasons: OOMKilled}}\n",
    "state_filters: {a: {reasons: ['']}}\n",
    "state_filters: {a: {reasons: [[]]}}\n",
    "state_filters: {a: {reasons: [x, x]}}\n",
    "state_filters: {a: {severity: Critical}}\n",
    "state_filters: {a: {default_state: default}}\n",
    "state_filters: {a: {default_state: ''}}\n",
    "state_filters: {a: {default_state: 1}}\n",
    "state_filters: {a: {severty: info}}\n",
    "ownership: loose\n",
    "ownership: true\n",
    "tenant: {}\n",
]


def _corpus() -> Iterator[tuple[str, str, str]]:
    yield from (("db-a.yaml", _tenant(line), "good") for line in GOOD)
    yield from (("db-a.yaml", _tenant(line), "bad") for line in BAD)
    yield from (("db-a.yaml", text, "good") for text in GOOD_FILES)
    yield from (("db-a.yaml", text, "bad") for text in BAD_FILES)
    yield from (("_defaults.yaml", text, "good") for text in GOOD_DEFAULTS)
    yield from (("_defaults.yaml", text, "bad") for text in BAD_DEFAULTS)
    yield from (("_defaults.yaml", f"defaults:\n  {line}\n", "good") for line in GOOD if line[0] != "_")
    yield from (("_defaults.yaml", f"defaults:\n  {line}\n", "bad") for line in BAD if "|" not in line)


@pytest.mark.parametrize(("name", "text", "verdict"), list(_corpus()))
def test_schema_and_loader_agree(judges: Judges, name: str, text: str, verdict: str) -> None:
    refused_by = {"loader": judges.loader(name, text), "schema": judges.schema(name, text)}
    verdicts = {by: "bad" if refused else "good" for by, refused in refused_by.items()}
    assert verdicts == {"loader": verdict, "schema": verdict}, refused_by


CANNOT_SAY = {
    "a key written twice": "mysql_cpu: 5\n    mysql_cpu: 6",
    "the same series spelled two ways": "team_x{a=\"b\"}: 5\n    team_x{a='b'}: 6",
    "a severity of its own beside the critical key": "mysql_cpu: 90:critical\n    mysql_cpu_critical: 95",
    "a label named twice": 'redis_queue_length{queue="a", queue="b"}: 5',
    "whether a pattern is RE2": 'redis_queue_length{queue=~"["}: 5',
    "how large a pattern is": r'redis_queue_length{queue=~"[\\pL]{1,100}"}: 5',
    "how many keys have a pattern": "\n    ".join(
        f'redis_queue_length{{queue=~"q{number}.*"}}: 5' for number in range(101)
    ),
    "whether escapes make UTF-8": r"redis_queue_length{queue='\xff'}: 5",
    "whether a time zone exists": "mysql_cpu: {overrides: [{window: 01:00-02:00 Mars/Base, value: 5}]}",
    "a window that ends when it starts": "mysql_cpu: {overrides: [{window: 01:00-01:00, value: 5}]}",
    "a day that the calendar does not have": "mysql_cpu: {value: 5, expires: 2126-02-30T00:00:00Z}",
    "numbers written as hexadecimal or octal": "mysql_cpu: 0x1F",
    "NaN": "mysql_cpu: .nan",
    "numbers too small to be kept": "mysql_cpu: 1e-400",
    "numbers in quotes that are too large": "mysql_cpu: '1e400'",
    "state filters that the platform does not have": "_state_mantenance: on",
    "blanks around a key and what is wrong beside them": "' mysql_cpu_critical ': 5:info",
}


@pytest.mark.parametrize("what", CANNOT_SAY)
def test_what_a_schema_cannot_say_is_refused_by_the_loader_alone(judges: Judges, what: str) -> None:
    text = _tenant(CANNOT_SAY[what])
    assert judges.loader("db-a.yaml", text) != []
    assert judges.schema("db-a.yaml", text) == []


def test_what_a_schema_cannot_say_is_documented() -> None:
    page = (ROOT / "docs/language.md").read_text()
    _, _, section = page.partition("## What an editor cannot tell")
    documented = re.findall(r"^\* (.+?)(?:,? such as .*)?[;.]$", section.partition("\n## ")[0], re.MULTILINE)
    files = ["whose tenant a file may define", "the size, encoding, tags and aliases of a file"]
    assert documented == [*CANNOT_SAY, *files]


PIECES = st.sampled_from(
    [
        *(line.partition(":")[2].strip() for line in (*GOOD, *BAD) if line.count("\n") == 0),
        *("5", "off", "{", "}", "default", "expires", "'", '"', "[]", "null", "0", "-", "e9", ":critical"),
    ]
)
KEYS = st.sampled_from(
    [
        "mysql_cpu",
        "mysql_cpu_critical",
        'redis_queue_length{queue="a"}',
        "team_x",
        "_state_maintenance",
        "_packs",
    ]
)


def _is_exotic(value: Any) -> bool:
    """Numbers that the core schema knows and the language does not, which a schema cannot tell apart."""
    if isinstance(value, dict):
        return any(map(_is_exotic, value.values()))
    if isinstance(value, list):
        return any(map(_is_exotic, value))
    return isinstance(value, float) and (math.isnan(value) or 0 < abs(value) < 1e-300)


@settings(max_examples=300)
@given(key=KEYS, value=PIECES | st.builds(lambda *parts: "".join(parts), PIECES, PIECES))
@example(key="mysql_cpu", value="{default: 1, default: 2}")
def test_whatever_stands_behind_a_key_both_say_the_same(judges: Judges, key: str, value: str) -> None:
    text = _tenant(f"{key}: {value}")
    try:
        document = build(text, FileReport("db-a.yaml", text))
    except DocumentRefused:
        document = None
    assume(document is not None and not re.search(r"0[xo]|e-?\d{3}", value))
    assume(not _is_exotic(_as_json(document)))
    said = judges.loader("db-a.yaml", text)
    assume(not {"DA011", "DA044"}.intersection(said))
    assert (said == []) == (judges.schema("db-a.yaml", text) == []), said


NAMES = st.sampled_from(
    [
        *(
            "mysql_cpu",
            "redis_queue_length",
            "es_heap_percent",
            "elasticsearch_heap_percent",
            "team_x",
            "team",
        ),
        *(
            "db2_log_used_percent",
            "a_b_c",
            "a_",
            "_a",
            "_",
            "a__critical",
            "_packs",
            "_state_a",
            "_state_",
            "1_a",
        ),
    ]
)
SUFFIXES = st.sampled_from(["", "", "_critical", "_critical_critical", "_", "-x", ".y", " "])
MATCHERS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["queue", "priority", "node", "topic", "tenant", "a_re", "__a", "_a", "9", ""]),
        st.sampled_from(["", " "]),
        st.sampled_from(["=", "=~", "!=", "", ":"]),
        st.sampled_from(["", " "]),
        st.sampled_from(['"a"', "'b'", '""', "a", r'"\""', r'"\n\x41"', r'"\z"', "'a\"b{},'", '"x', '"é"']),
    ),
)
BRACES = st.builds(
    lambda opening, matchers, between, closing: opening + between.join(matchers) + closing,
    st.sampled_from(["{", " {", "{ "]),
    st.lists(MATCHERS, max_size=3),
    st.sampled_from([",", ", ", " ,", "", ";"]),
    st.sampled_from(["}", " }", ",}", "", "}}", "} ", "}_critical"]),
)


@settings(max_examples=400)
@given(st.builds(lambda *parts: "".join(parts), NAMES, SUFFIXES, BRACES | st.just("")))
@example('team_x {a = "b" , c =~ "d" , }')
def test_whatever_stands_before_the_colon_both_say_the_same(judges: Judges, key: str) -> None:
    assume(key == key.strip())  # blanks around are on the list above
    state_or_number = "on" if key.startswith("_state_") else "5"
    text = _tenant(f"{json.dumps(key, ensure_ascii=False)}: {state_or_number}")
    said = judges.messages("db-a.yaml", text)
    assume(not any("named twice" in one or "There is no state filter" in one for one in said))
    assert (said == []) == (judges.schema("db-a.yaml", text) == []), said


def test_the_schemas_are_valid_and_of_draft_2020_12(schemas: Any) -> None:
    for schema in schemas.values():
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(schema)


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (key for key in schema if key.startswith("^"))
        yield from (value for key, value in schema.items() if key == "pattern")
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _patterns(value)


def test_the_patterns_are_ecmascript_also_with_the_unicode_flag(schemas: Any) -> None:
    """Validators of editors compile them with it; then only these escapes are known, and no named groups."""
    for schema in schemas.values():
        for pattern in _patterns(schema):
            assert set(re.findall(r"\\(.)", pattern)) <= set("\\{}.dsStrn"), pattern
            assert not re.search(r"\(\?(?![:=!])", pattern), pattern


def test_an_editor_shows_meaning_unit_and_default_of_each_key(schemas: Any) -> None:
    key = schemas["tenant"]["$defs"]["tenant"]["properties"]["mysql_connections"]
    assert key["description"] == (
        "Client connections open at once on one server. Unit: connections; fires above the threshold. "
        "Default: 80. Pack: mariadb."
    )
    assert key["default"] == "80"


@pytest.mark.parametrize("path", sorted((ROOT / "conf.d").glob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_name_their_schema_and_fit_it(path: Path) -> None:
    text = path.read_text()
    name = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert name is not None
    schema = json.loads((path.parent / name[1]).resolve().read_text())
    document = _as_json(build(text, FileReport(path.name, text)))
    assert [error.message for error in Draft202012Validator(_ecma(schema)).iter_errors(document)] == []
    is_platform = path.name.startswith("_")
    assert name[1].endswith("defaults.schema.json" if is_platform else "tenant.schema.json")
