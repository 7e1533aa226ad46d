"""Two files, loaded."""

from pathlib import Path
from typing import Any

import pytest
from tests.declared import declared

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.model.catalogue import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of([declared("mysql_cpu", pack="mariadb"), declared("redis_queue_length", "queue")])


@pytest.fixture
def loaded(tmp_path: Path, catalogue: Catalogue) -> Any:
    """Load defaults and the file of db-a, each given as lines."""

    def load(defaults: str, tenant: str, filters: str = "") -> Any:
        lines = "".join(f"  {line}\n" for line in defaults.splitlines())
        (tmp_path / "_defaults.yaml").write_text(f"defaults:\n{lines}{filters}")
        lines = "".join(f"    {line}\n" for line in tenant.splitlines())
        (tmp_path / "db-a.yaml").write_text(f"tenants:\n  db-a:\n{lines}")
        return Loader(tmp_path, catalogue).load()

    return load
