from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.stack.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings in a directory of the test's own, with a pack of one rule and two tenants' files."""
    config = tmp_path / "conf.d"
    config.mkdir()
    for tenant in ("db-a", "db-b"):
        (config / f"{tenant}.yaml").write_text(f"tenants:\n  {tenant}:\n    mysql_connections: 70\n")
    pack = tmp_path / "packs" / "mini"
    pack.mkdir(parents=True)
    (pack / "rules.yaml").write_text("groups: [{name: mini, rules: [{record: 'a:b:c', expr: up}]}]\n")
    return Settings(tmp_path / "state", config, tmp_path / "packs")
