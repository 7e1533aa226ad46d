"""The section "Sense" of the language: what is legal and cannot be meant is said, sentence by sentence."""

import random
import re
from pathlib import Path
from typing import Any

import pytest

from bench.sensible import sensible_keys
from dynamic_alerting.config.finding_kinds import FINDING_KINDS
from dynamic_alerting.packs.bundled import load_catalogue
from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.tenants.validation import validate

ROOT = Path(__file__).parents[2]
PACKS = catalogue_of(load_packs(ROOT / "rule-packs"))  # with the ranges of the sources
SENSE = {finding_id for finding_id in FINDING_KINDS if "DA100" <= finding_id <= "DA109"}
NIGHT = '{{default: {}, overrides: [{{window: "22:00-06:00", value: {}}}]}}'


@pytest.fixture
def said(worlds: Any) -> Any:
    """What is said about some lines of a tenant, with the platform's defaults: (key's line, id, message)."""

    def of(lines: str, defaults: str = "") -> list[tuple[int, str, str]]:
        world = worlds(PACKS)
        block = "".join(f"    {line}\n" for line in lines.splitlines())
        world.write({"_defaults.yaml": defaults, "db-a.yaml": f"tenants:\n  db-a:\n{block}"})
        return [(one.line - 2, one.id, one.message) for one in world.findings()]

    return of


def ids(found: list[tuple[int, str, str]]) -> list[str]:
    return [finding_id for _, finding_id, _ in found]


@pytest.mark.parametrize(
    ("line", "finding_id", "direction"),
    [
        ("container_memory: 150", "DA101", "never fires"),
        ("container_memory: 100", "DA101", "never fires"),
        ("container_cpu: 250", "DA101", "never fires"),
        ("elasticsearch_disk_usage_percent_critical: 101", "DA101", "never fires"),
        ("mysql_up: 95", "DA101", "always fires"),
        ("mysql_up: 2", "DA101", "always fires"),
        ("mysql_up: 0", "DA101", "never fires"),
        ("redis_hit_percent: 130", "DA101", "always fires"),
        ("mysql_exporters: 0", "DA101", "never fires"),
        ('container_memory: "150:critical"', "DA101", "never fires"),
        ('elasticsearch_heap_percent{node="a"}: 850', "DA101", "never fires"),
    ],
)
def test_a_share_above_100_is_said_with_the_direction(
    said: Any, line: str, finding_id: str, direction: str
) -> None:
    found = said(line)
    assert ids(found) == [finding_id]
    assert direction in found[0][2]


@pytest.mark.parametrize(
    ("line", "direction"),
    [
        ("container_cpu: 0.8", "always fires"),
        ("redis_hit_percent: 0.9", "never fires"),
        ("redis_memory: .9", "always"),
    ],
)
def test_a_share_below_1_where_percent_is_meant_is_said_with_the_direction(
    said: Any, line: str, direction: str
) -> None:
    found = said(line)
    assert ids(found) == ["DA100"]
    assert direction in found[0][2]


@pytest.mark.parametrize(
    "line", ["mysql_buffer_pool_miss_percent: 0.5", "kubernetes_quota_used_percent: 120"]
)
def test_a_percentage_that_its_key_can_have_is_not_said(said: Any, line: str) -> None:
    assert ids(said(line)) == []


@pytest.mark.parametrize(
    ("line", "finding_id", "direction"),
    [
        ("elasticsearch_yellow: 5", "DA102", "never fires"),
        ("elasticsearch_yellow: 0.5", "DA102", "fires as with 0"),
        ("mongodb_member_health: 80", "DA102", "always fires"),
        ("elasticsearch_yellow: 1", "DA101", "never fires"),
        ("mongodb_member_health: 0", "DA101", "never fires"),
    ],
)
def test_a_state_key_other_than_0_or_1_is_said(said: Any, line: str, finding_id: str, direction: str) -> None:
    found = said(line)
    assert ids(found) == [finding_id]
    assert direction in found[0][2]


@pytest.mark.parametrize(
    ("line", "direction"),
    [
        ("mysql_connections: -1", "always fires"),
        ("mysql_replication_lag: -30", "always fires"),
        ("mysql_exporters: -1", "never fires"),
        ("pg_wal_size_bytes: -1", "always fires"),
    ],
)
def test_negative_counts_are_said(said: Any, line: str, direction: str) -> None:
    found = said(line)
    assert ids(found) == ["DA103"]
    assert direction in found[0][2]


@pytest.mark.parametrize("line", ["mysql_connections: 999999", "mysql_connections: 0", "mysql_up: disable"])
def test_a_choice_is_not_said(said: Any, line: str) -> None:
    assert ids(said(line)) == []


def test_each_value_of_a_schedule_and_of_a_value_that_ends_counts(said: Any) -> None:
    found = said(
        "container_memory:\n"
        "  default: 80\n"
        "  overrides:\n"
        '    - {window: "22:00-06:00", value: 300}\n'
        'redis_memory: {value: 0.9, expires: "2126-01-01T00:00:00Z"}\n'
        'mysql_up: {default: 95, overrides: [{window: "01:00-02:00", value: disable}]}'
    )
    assert [(line, finding_id) for line, finding_id, _ in found] == [(4, "DA101"), (5, "DA100"), (6, "DA101")]


@pytest.mark.parametrize(
    ("lines", "defaults", "line"),
    [
        ("mysql_connections: 97\nmysql_connections_critical: 95", "", 1),
        ("mysql_connections: 97", "mysql_connections_critical: 95", 1),
        ("mysql_connections_critical: 70", "mysql_connections: 80", 1),
        ("mysql_connections: 60\nmysql_connections_critical: 50", "mysql_connections: 80", 1),
        ("mongodb_oplog_window: 3600\nmongodb_oplog_window_critical: 14400", "", 1),
        (
            'redis_queue_length{queue="a"}: 500',
            "redis_queue_length: 300, redis_queue_length_critical: 400",
            1,
        ),
        ('redis_queue_length{queue="a"}: 9\nredis_queue_length_critical{queue="a"}: 8', "", 1),
        (
            "redis_queue_length: 300\nredis_queue_length_critical: 400\nredis_queue_length{queue='x'}: 500",
            "",
            3,
        ),
        (
            'mysql_connections: {default: 80, overrides: [{window: "22:00-06:00", value: 200}]}',
            "mysql_connections_critical: 95",
            1,
        ),
        (
            'mysql_connections: {value: 97, expires: "2126-01-01T00:00:00Z"}',
            "mysql_connections_critical: 95",
            1,
        ),
        ('mysql_connections: "97:info"\nmysql_connections_critical: 95', "", 1),
    ],
)
def test_a_tier_behind_another_is_said(said: Any, lines: str, defaults: str, line: int) -> None:
    found = said(lines, f"defaults: {{{defaults}}}" if defaults else "")
    assert [(number, finding_id) for number, finding_id, _ in found] == [(line, "DA104")]
    assert "never fires" in found[0][2]


@pytest.mark.parametrize(
    ("lines", "defaults"),
    [
        ("mysql_connections: 97\nmysql_connections_critical: 98", "mysql_connections_critical: 95"),
        ("mysql_connections: 97\nmysql_connections_critical: disable", "mysql_connections_critical: 95"),
        ('mysql_connections: "97:critical"', "mysql_connections: 80, mysql_connections_critical: 95"),
        ("_packs: []\nmysql_connections: 20", "mysql_connections: 5, mysql_connections_critical: 10"),
        ("mysql_connections: disable\nmysql_connections_critical: 50", "mysql_connections: 80"),
        ("mysql_connections: 80\nmysql_connections_critical: 80", ""),
        ('mysql_connections: {value: 97, expires: "2020-01-01T00:00:00Z"}', "mysql_connections_critical: 95"),
        (f"mysql_connections: {NIGHT.format(8, 20)}\nmysql_connections_critical: {NIGHT.format(9, 25)}", ""),
        ("ours_age: 97\nours_age_critical: 95", ""),
    ],
)
def test_tiers_in_order_are_not_said(said: Any, lines: str, defaults: str) -> None:
    found = said(lines, f"defaults: {{{defaults}}}" if defaults else "")
    assert "DA104" not in ids(found)


def test_a_platform_file_with_a_tier_behind_another_is_said_once(said: Any) -> None:
    found = said(
        "mysql_slow_queries: 5", "defaults:\n  mysql_connections: 97\n  mysql_connections_critical: 95\n"
    )
    assert [(line + 2, finding_id) for line, finding_id, _ in found] == [(2, "DA104")]


def test_tiers_are_judged_again_when_the_platform_changes(worlds: Any) -> None:
    world = worlds(PACKS)
    world.write(
        {
            "_defaults.yaml": "defaults: {mysql_connections_critical: 99}",
            "db-a.yaml": "tenants: {db-a: {mysql_connections: 97}}",
        }
    )
    assert world.ids() == []
    world.write({"_defaults.yaml": "defaults: {mysql_connections_critical: 95}"})
    assert world.ids() == ["DA104"]
    world.write({"db-a.yaml": "tenants: {db-a: {mysql_connections: 90}}"})
    assert world.ids() == []


@pytest.mark.parametrize(
    ("default", "overrides", "expected"),
    [
        ("1", ["08:00-20:00", "09:00-10:00"], ["DA105"]),
        ("", ["00:00-24:00", "Mon 09:00-10:00 Asia/Taipei"], ["DA105"]),
        ("1", ["08:00-20:00", "20:00-08:00"], ["DA106"]),
        ("1", ["Mon-Fri 00:00-24:00", "Sat,Sun 00:00-24:00"], ["DA106"]),
        ("1", ["00:00-24:00"], ["DA106"]),
        ("1", ["Sun 22:00-06:00", "Mon 01:00-05:00"], ["DA105"]),
        ("1", ["08:00-12:00", "12:00-20:00", "10:00-14:00"], ["DA105"]),
        ("1", ["08:00-20:00", "09:00-10:00 Asia/Taipei"], []),
        ("1", ["08:00-20:00", "19:00-21:00"], []),
        ("default", ["00:00-24:00"], []),
    ],
)
def test_a_schedule_that_never_applies_is_said(
    said: Any, default: str, overrides: list[str], expected: list[str]
) -> None:
    lines = [f"default: {default}"] if default else []
    lines += ["overrides:", *(f'  - {{window: "{window}", value: 2}}' for window in overrides)]
    assert ids(said("mysql_connections:\n" + "\n".join(f"  {line}" for line in lines))) == expected


def test_a_value_that_ends_hides_nothing_for_ever(said: Any) -> None:
    found = said(
        "mysql_connections:\n"
        "  default: 1\n"
        "  overrides:\n"
        '    - {window: "08:00-20:00", value: {value: 2, expires: "2126-01-01T00:00:00Z"}}\n'
        '    - {window: "09:00-10:00", value: 3}'
    )
    assert ids(found) == []


def test_a_schedule_of_a_state_that_never_applies_is_said(worlds: Any) -> None:
    world = worlds(PACKS)
    windows = '[{window: "00:00-24:00", value: on}, {window: "01:00-02:00", value: off}]'
    world.write(
        {
            "_defaults.yaml": "state_filters: {maintenance: {default_state: disable}}",
            "db-a.yaml": f"tenants: {{db-a: {{_state_maintenance: {{overrides: {windows}}}}}}}",
        }
    )
    assert world.ids() == ["DA105"]


@pytest.mark.parametrize(
    "name",
    [
        "db-b.YAML",
        "db-b.Yml",
        "db-b.yaml.bak",
        "db-b.yaml~",
        "db-b.yml.disabled",
        "db-b.bak",
        "#db-b.yaml#",
        "old/db-b.yaml",
        "old/deeper/db-b.yml",
    ],
)
def test_files_that_are_not_read_are_said(worlds: Any, name: str) -> None:
    world = worlds(PACKS)
    world.write({"db-a.yaml": "tenants: {db-a: {}}"})
    (world.path / name).parent.mkdir(parents=True, exist_ok=True)
    (world.path / name).write_text("tenants: {db-b: {}}")
    assert [(one.id, one.file) for one in world.findings()] == [("DA107", name)]


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        ".db-b.yaml.swp",
        "db-b.yaml.tmp",
        "..data_1/db-b.yaml",
        ".git/db-b.yaml",
        "docs/README.md",
    ],
)
def test_files_that_nobody_takes_for_configuration_are_not_said(worlds: Any, name: str) -> None:
    world = worlds(PACKS)
    world.write({"db-a.yaml": "tenants: {db-a: {}}"})
    (world.path / name).parent.mkdir(parents=True, exist_ok=True)
    (world.path / name).write_text("tenants: {db-b: {}}")
    assert world.ids() == []


def test_files_that_are_not_read_are_said_when_they_come_and_not_without_end(worlds: Any) -> None:
    world = worlds(PACKS)
    world.write({"db-a.yaml": "tenants: {db-a: {}}"})
    assert world.ids() == []
    (world.path / "old").mkdir()
    for number in range(30):
        (world.path / "old" / f"db-{number}.yaml").write_text("")
    found = world.findings()
    assert len(found) == 21
    assert found[-1].message == "10 more files are not read."


def test_did_you_mean_names_only_keys_of_the_same_component_and_never_a_state(said: Any) -> None:
    found = said("mysql_cpu: 80\nmysql_upp: 1\nredis_connections: 5\nes_heap: 80\nmysql_conections: 5")
    assert [finding_id for _, finding_id, _ in found] == ["DA042"] * 5


def test_validate_and_the_exporter_say_the_same(worlds: Any) -> None:
    world = worlds(PACKS)
    world.write({"db-a.yaml": "tenants: {db-a: {container_memory: 150}}", "db-b.yaml.bak": ""})
    found = validate(world.path, PACKS).findings
    assert sorted(one.id for one in found) == sorted(world.ids()) == ["DA101", "DA107"]


BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ON_PURPOSE = re.compile(r"# DA\d|# da: ok")


def _examples() -> list[tuple[str, str]]:
    """Every configuration of the documentation that is not an example of a finding."""
    pages = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name != "findings.md"]
    blocks = [
        (page.name, block)
        for page in (*pages, ROOT / "README.md")
        for block in BLOCK.findall(page.read_text())
    ]
    return [
        (name, block)
        for name, block in blocks
        if re.search(r"^(tenants|defaults):", block, re.MULTILINE) and not ON_PURPOSE.search(block)
    ]


def test_no_example_of_the_documentation_is_objected_to(worlds: Any) -> None:
    examples = _examples()
    assert len(examples) > 10
    for name, block in examples:
        world = worlds(load_catalogue())
        is_platform = re.search(r"^(defaults|state_filters):", block, re.MULTILINE)
        world.write({"_site.yaml" if is_platform else "db-a.yaml": block})
        assert not SENSE & set(world.ids()), (name, block)


def test_nothing_in_conf_d_is_objected_to() -> None:
    found = validate(ROOT / "conf.d", PACKS).findings
    assert [str(one) for one in found if one.id in SENSE] == []


def test_1000_sensible_tenants_are_not_objected_to(worlds: Any) -> None:
    world = worlds(PACKS)
    chance = random.Random(10)
    files = {}
    for number in range(1_000):
        specs = chance.sample(list(PACKS.specs.values()), 25)
        block = "".join(f"    {line}\n" for line in sensible_keys(specs, chance))
        files[f"t-{number}.yaml"] = f"tenants:\n  t-{number}:\n{block}"
    world.write(files)
    assert [str(one) for one in world.findings()] == []


@pytest.mark.parametrize(
    ("defaults", "expected"),
    [
        (
            "mysql_replication_lag: 700",
            "warning threshold 700 lies beyond the critical one, 600 in pack mariadb",
        ),
        (
            "mysql_connections_critical: 70",
            "critical threshold 70 lies before the warning one, 80 in pack mariadb",
        ),
        ("mysql_replication_lag: 500", ""),
        ("mysql_replication_lag: disable", ""),
    ],
)
def test_a_platforms_tier_behind_the_packs_is_said(worlds: Any, defaults: str, expected: str) -> None:
    world = worlds(PACKS)
    world.write({"_defaults.yaml": f"defaults: {{{defaults}}}"}).tenant("")
    assert [one.id for one in world.findings()] == (["DA104"] if expected else [])
    assert all(expected in one.message and one.file == "_defaults.yaml" for one in world.findings())


def test_a_tenants_tier_behind_the_packs_is_said(worlds: Any) -> None:
    world = worlds(PACKS)
    world.tenant("mysql_replication_lag: 700")
    (finding,) = world.findings()
    assert (finding.id, finding.file, finding.line) == ("DA104", "db-a.yaml", 3)
    assert "600 in pack mariadb" in finding.message


def test_where_the_platform_does_not_run_the_pack_no_tier_of_it_is_behind(worlds: Any) -> None:
    world = worlds(PACKS)
    world.write({"_defaults.yaml": "packs: [redis]"}).tenant("mysql_replication_lag: 700")
    assert [one.id for one in world.findings()] == ["DA079"]
    world.write({"_defaults.yaml": "packs: [mariadb]"})
    assert [one.id for one in world.findings()] == ["DA104"]


def test_a_platform_file_that_names_a_tenant_is_looked_at_too(worlds: Any) -> None:
    world = worlds(PACKS)
    world.write({"_site.yaml": "tenants: {db-a: {mysql_replication_lag: 700}}"}).tenant(
        "mysql_connections: 60"
    )
    (finding,) = world.findings()
    assert (finding.id, finding.file) == ("DA104", "_site.yaml")
