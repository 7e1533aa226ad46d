"""A small catalogue, and directories of configuration files to load."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.declared import declared

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.loader import Loaded, Loader
from dynamic_alerting.model.catalogue import Catalogue, Direction
from dynamic_alerting.model.configuration import Tenant

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of(
        [
            declared("mysql_connections", pack="mariadb"),
            declared("mysql_threads_running", pack="mariadb"),
            declared("mysql_cpu", pack="mariadb"),
            declared("redis_queue_length", "queue", "priority"),
            declared("oracle_tablespace_used_percent", "tablespace"),
            declared("redis_memory", unit="percent"),
            declared("mysql_up", pack="mariadb", unit="share", direction=Direction.BELOW),
            declared("elasticsearch_yellow", unit="state"),
            declared("mysql_slow_queries", pack="mariadb", unit="statements per minute"),
            declared("es_heap_percent", "node", component="elasticsearch"),
        ],
        packs=["platform"],
    )


class ConfD:
    """A conf.d directory, its loader, and short ways to ask what came out."""

    def __init__(self, root: Path, catalogue: Catalogue) -> None:
        self.path = root / "conf.d"
        self.path.mkdir()
        self.now = NOW
        self.loader = Loader(self.path, catalogue, clock=lambda: self.now)

    def write(self, **files: str | bytes) -> "ConfD":
        """Writes files by name; `db_a` stands for db-a.yaml, `_defaults` for _defaults.yaml."""
        for name, content in files.items():
            self.write_as(f"{name[0]}{name[1:].replace('_', '-')}.yaml", content)
        return self

    def write_as(self, name: str, content: str | bytes) -> "ConfD":
        data = content.encode() if isinstance(content, str) else content
        (self.path / name).write_bytes(data)
        return self

    def load(self) -> Loaded:
        return self.loader.load()

    def findings(self) -> list[Finding]:
        return list(self.load().findings)

    def ids(self) -> list[str]:
        return [finding.id for finding in self.load().findings]

    def tenants(self) -> list[str]:
        return [tenant.name for tenant in self.load().configuration.tenants]

    def tenant(self, name: str = "db-a") -> Tenant:
        return next(tenant for tenant in self.load().configuration.tenants if tenant.name == name)

    def values(self, name: str = "db-a") -> dict[str, object]:
        return {entry.key.text: entry.value for entry in self.tenant(name).entries}

    def defaults(self) -> dict[str, object]:
        return {entry.key.text: entry.value for entry in self.load().configuration.defaults}


@pytest.fixture
def confd(tmp_path: Path, catalogue: Catalogue) -> "ConfD":
    return ConfD(tmp_path, catalogue)


@pytest.fixture
def tenant_file() -> Callable[[str], str]:
    """The text of a file for db-a with these lines below its name."""

    def text(lines: str) -> str:
        return "tenants:\n  db-a:\n" + "".join(f"    {line}\n" for line in lines.splitlines())

    return text
