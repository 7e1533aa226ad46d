"""The limit of series per tenant: which are kept, who is told, and that nobody else notices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.discovery.expansion import NO_EXPANSION, Expansion
from dynamic_alerting.exporter.series_limit import first_series, resolve_within
from dynamic_alerting.exporter.snapshot import Snapshot, advance, build_snapshot
from dynamic_alerting.model.configuration import Origin
from dynamic_alerting.model.resolution import Layer, Resolver, Threshold
from dynamic_alerting.model.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.unit.exporter.conftest import RunExporter, StartExporter

    from dynamic_alerting.model.catalogue import Catalogue

NOW = datetime(2026, 11, 23, tzinfo=UTC)

TENANT = """tenants:
  db-a:
    zeta_size: 1
    redis_queue_length{queue=~"mail.*"}: 2
    alpha_size: 3
    alpha_size_critical: 4
"""
DEFAULTS = "defaults:\n  beta_size: 5\n  mysql_connections: 6\n"


def expanded(*queues: str) -> Expansion:
    sets = tuple((("queue", queue),) for queue in sorted(queues))
    return Expansion({"db-a": {("db-a", "redis_queue_length"): sets}})


@pytest.fixture
def written(tmp_path: Path, catalogue: Catalogue) -> Loader:
    directory = tmp_path / "limited"
    directory.mkdir()
    (directory / "_defaults.yaml").write_text(DEFAULTS)
    (directory / "db-a.yaml").write_text(TENANT)
    (directory / "db-b.yaml").write_text("tenants:\n  db-b: {}\n")
    return Loader(directory, catalogue)


def snapshot_of(
    loader: Loader, catalogue: Catalogue, limit: int, expansion: Expansion = NO_EXPANSION
) -> Snapshot:
    return build_snapshot(loader.load(), catalogue, NOW, None, expansion, limit=limit)


def threshold_lines(snapshot: Snapshot) -> list[str]:
    layers = snapshot.families.thresholds.values()
    return b"".join(chunk.plain for layer in layers for chunk in layer).decode().splitlines()


def kept(snapshot: Snapshot) -> list[str]:
    """What db-a is served, each as metric and dimension or value."""
    own = [line for line in threshold_lines(snapshot) if 'tenant="db-a"' in line]
    assert len(own) == len(set(own))
    return sorted(own)


@pytest.mark.parametrize(
    ("limit", "values"),
    [
        (2, ["1", "2"]),
        (3, ["1", "2", "3"]),
        (4, ["1", "2", "3", "4"]),
        (5, ["1", "2", "3", "4", "5"]),
        (6, ["1", "2", "3", "4", "5", "6"]),
        (7, ["1", "2", "2", "3", "4", "5", "6"]),
        (0, ["1", "2", "2", "2", "3", "4", "5", "6"]),
    ],
)
def test_own_keys_come_first_in_file_order_then_defaults_then_expansions(
    written: Loader, catalogue: Catalogue, limit: int, values: list[str]
) -> None:
    snapshot = snapshot_of(written, catalogue, limit, expanded("mail-b", "mail-a"))
    lines = kept(snapshot)
    assert sorted(line.rpartition(" ")[2] for line in lines) == values
    assert snapshot.dropped == ({"db-a": 8 - limit} if limit else {})
    assert snapshot.series == len(values) + 2
    if limit == 7:
        assert any('queue="mail-a"' in line for line in lines)


def test_other_tenants_lines_are_the_same(written: Loader, catalogue: Catalogue) -> None:
    def lines_of_b(snapshot: Snapshot) -> list[str]:
        return [line for line in threshold_lines(snapshot) if 'tenant="db-b"' in line]

    limited, free = (snapshot_of(written, catalogue, limit) for limit in (2, 0))
    assert lines_of_b(limited) == lines_of_b(free)
    assert len(lines_of_b(free)) == 2


def test_the_finding_names_tenant_file_line_and_counts(written: Loader, catalogue: Catalogue) -> None:
    snapshot = snapshot_of(written, catalogue, 4)
    finding = snapshot.findings[-1]
    assert (finding.id, finding.severity, finding.place) == ("DA080", "error", "db-a.yaml:2:3")
    assert "Tenant 'db-a' has 6 threshold series; 2 of them are not served" in finding.message
    assert snapshot_of(written, catalogue, 6).findings == written.load().findings


def test_a_new_label_value_displaces_nothing_that_somebody_wrote(
    written: Loader, catalogue: Catalogue
) -> None:
    before = snapshot_of(written, catalogue, 7, expanded("mail-x"))
    after = advance(before, NOW, expanded("mail-x", "mail-a"))
    assert before.dropped == {}
    assert after.dropped == {"db-a": 1}
    gone = set(kept(before)) - set(kept(after))
    assert [line for line in gone if 'queue="mail-x"' in line] == list(gone)
    assert (before.expanded, after.expanded) == (1, 1)
    assert kept(advance(after, NOW, expanded("mail-x"))) == kept(before)


def test_states_are_not_counted(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(
        "state_filters:\n  a: {reasons: [x, y], severity: info}\ntenants:\n  db-a: {alpha_size: 1}\n"
    )
    snapshot = snapshot_of(Loader(file, catalogue), catalogue, 1)
    assert (snapshot.series, snapshot.dropped) == (3, {})


thresholds = st.lists(
    st.builds(
        Threshold,
        st.just("db-a"),
        st.sampled_from(["x", "y"]),
        st.sampled_from(["m", "n"]),
        st.sampled_from(Severity),
        st.just(1.0),
        st.lists(st.tuples(st.just("d"), st.text(max_size=2)), max_size=1).map(tuple),
        st.just(()),
        st.just("k"),
        st.sampled_from(Layer),
        st.builds(Origin, st.sampled_from(["_a.yaml", "db-a.yaml"]), st.integers(1, 3), st.just(1)),
    ),
    unique_by=lambda one: one[1:4] + one[5:7],
)


@given(thresholds, st.integers(1, 10), st.data())
def test_what_is_kept_does_not_depend_on_the_order(
    some: list[Threshold], limit: int, data: st.DataObject
) -> None:
    by_hand = data.draw(st.lists(st.sampled_from(some)) if some else st.just([]))
    shuffled: Sequence[Threshold] = data.draw(st.permutations(some))
    first = first_series(some, by_hand, limit)
    assert set(first) == set(first_series(shuffled, by_hand, limit))
    assert len(first) == min(limit, len(some))
    assert list(first) == [one for one in some if one in first]
    assert set(first_series(some, by_hand, limit)) <= set(first_series(some, by_hand, limit + 1))


def test_within_the_limit_nothing_is_sorted_or_copied(written: Loader, catalogue: Catalogue) -> None:
    configuration = written.load().configuration
    resolver = Resolver(configuration, catalogue)
    resolved = resolve_within(resolver, configuration.tenants[0], NOW, {}, 6)
    assert resolved.thresholds is resolved.resolution.thresholds
    assert resolved.dropped == 0


def write_limited(conf_d: Path) -> None:
    """A tenant with five series, and nothing of any pack."""
    (conf_d / "_defaults.yaml").write_text("packs: []\ndefaults:\n  team_size: 80\n")
    (conf_d / "db-a.yaml").write_text(TENANT)
    (conf_d / "db-b.yaml").write_text("tenants:\n  db-b: {}\n")


def test_the_program_reports_it_in_metrics_findings_config_page_and_log(
    start_exporter: StartExporter, conf_d: Path
) -> None:
    write_limited(conf_d)
    exporter = start_exporter("--config-dir", conf_d, "--limit.series-per-tenant", "3")
    dropped = "threshold_exporter_tenant_series_dropped"
    assert exporter.value(dropped, tenant="db-a") == 2
    assert exporter.value(dropped, tenant="db-b") is None
    assert exporter.value("user_threshold", tenant="db-a", component="team") is None
    assert exporter.value("user_threshold", tenant="db-b", component="team") == 80
    findings = exporter.request("/api/v1/findings").json["data"]["findings"]
    assert "DA080" in [finding["id"] for finding in findings]
    config = exporter.request("/api/v1/config?tenant=db-a").json["data"]["tenants"][0]
    assert (len(config["thresholds"]), config["dropped"]) == (3, 2)
    assert "DA080" in exporter.request("/").body.decode()
    assert "finding=DA080 at=db-a.yaml:2:3 text=db-a" in exporter.logged()
    (conf_d / "db-a.yaml").write_text("tenants:\n  db-a: {}\n")
    exporter.until(lambda: exporter.value(dropped, tenant="db-a") is None)


def test_strict_refuses_a_tenant_over_the_limit(run_exporter: RunExporter, conf_d: Path) -> None:
    write_limited(conf_d)
    limit = ("--limit.series-per-tenant", "3", "--config.strict", "--web.listen-address", "127.0.0.1:0")
    ended = run_exporter("--config-dir", conf_d, *limit)
    assert ended.returncode == 1
    assert "error DA080: Tenant 'db-a' has 5 threshold series" in ended.stderr
