from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.packs.loading import load_pack, load_packs

if TYPE_CHECKING:
    from dynamic_alerting.packs.pack import Pack

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def packs() -> list[Pack]:
    """The packs that ship with the program."""
    return load_packs(ROOT / "rule-packs")


@pytest.fixture(scope="session")
def few_packs() -> list[Pack]:
    """Three packs: without dimensions to speak of, with two of them, and the platform's own alerts."""
    files = ("tests/rules/fixtures/queues", "rule-packs/mariadb", "rule-packs/platform")
    return [load_pack(ROOT / file / "pack.yaml") for file in files]
