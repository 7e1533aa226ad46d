"""A clock that is set back: what was true later is not true yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.declared import without_defaults

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.discovery.expansion import NO_EXPANSION
from dynamic_alerting.exporter.snapshot import Snapshot, advance, build_snapshot
from dynamic_alerting.packs.bundled import load_catalogue

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(hours=1)


def _lines(snapshot: Snapshot) -> bytes:
    return b"".join(chunk.plain for layer in snapshot.families.thresholds.values() for chunk in layer)


@pytest.mark.parametrize(
    "value",
    ['{value: 5, expires: "2026-11-23T11:30:00Z"}', '{overrides: [{window: "10:00-11:30", value: 5}]}'],
)
@pytest.mark.parametrize("is_reload", [True, False])
def test_what_ended_is_served_again(tmp_path: Path, value: str, *, is_reload: bool) -> None:
    (tmp_path / "db-a.yaml").write_text(f"tenants: {{db-a: {{mysql_connections: {value}}}}}")
    catalogue = without_defaults(load_catalogue())
    loaded = Loader(tmp_path, catalogue).load()
    later = build_snapshot(loaded, catalogue, NOON)
    assert _lines(later) == b""
    if is_reload:
        back = build_snapshot(loaded, catalogue, EARLIER, later)
    else:
        back = advance(later, EARLIER, NO_EXPANSION)
    assert _lines(back) == _lines(build_snapshot(loaded, catalogue, EARLIER)) != b""
