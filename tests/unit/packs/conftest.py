"""A small pack that is right, for tests to spoil."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dynamic_alerting.packs.loading import PackError, load_pack
from dynamic_alerting.packs.pack import Pack

GOOD = """\
pack: web
title: Web servers
word: Web
component: web
owner: Web team
about: Load of web servers.
exporters:
- {name: web_exporter, url: "https://web.example", versions: all}
metrics:
  web_connections: open connections; README
thresholds:
- key: web_connections
  area: saturation
  unit: connections
  default: 1000
  meaning: Connections open at once.
  signal:
    record: tenant:web_connections:max
    aggregate: max
    expr: web_connections
  alert:
    name: WebHighConnections
    for: 1m
    summary: Many connections are open
    description: "{tenant}: {value} are open."
    means: Many.
    look_at: [one, two, three]
  example:
    fires: {web_connections: 1001}
    quiet: {web_connections: 1000}
    prints: 1.001k connections
"""


@pytest.fixture
def good_text() -> str:
    return GOOD


@pytest.fixture
def good_data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(GOOD)
    return data


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str], Pack]:
    """Load a pack from its text, in a folder called web."""

    def load(text: str) -> Pack:
        file = tmp_path / "web" / "pack.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return load_pack(file)

    return load


@pytest.fixture
def complaints(load_text: Callable[[str], Pack], tmp_path: Path) -> Callable[[str], list[str]]:
    """Return what is said about a text, each as ``line: place: message; advice``."""

    def said(text: str) -> list[str]:
        with pytest.raises(PackError) as caught:
            load_text(text)
        file = tmp_path / "web" / "pack.yaml"
        return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]

    return said
