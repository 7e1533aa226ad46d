"""docs/web-config.md names every field, value and header of the code, and its example is accepted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dynamic_alerting.exporter.web_config import names, rate_limit, settings, tls_settings
from dynamic_alerting.exporter.web_config.settings import parse_web_config

PAGE = (Path(__file__).parents[4] / "docs" / "web-config.md").read_text()


def rows(section: str) -> list[list[list[str]]]:
    """Of each row of a section's tables, the code words of each cell."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[re.findall(r"`([^`]+)`", cell) for cell in line.strip("| ").split(" | ")] for line in lines]


def fields(section: str) -> set[str]:
    return {name for row in rows(section) for name in row[0]}


def test_every_section_has_its_heading() -> None:
    assert [line for line in PAGE.splitlines() if line[3:] in settings.SECTIONS] == [
        f"## {section}" for section in settings.SECTIONS
    ]


def test_every_field_is_documented_and_no_other() -> None:
    assert fields("tls_server_config") == set(tls_settings.FIELDS)
    assert fields("http_server_config") == set(settings.HTTP_FIELDS) | set(settings.HEADERS)
    assert fields("rate_limit") == set(rate_limit.FIELDS)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("client_auth_type", set(names.CLIENT_AUTH)),
        ("min_version", set(names.VERSIONS)),
        ("curve_preferences", set(names.CURVES)),
    ],
)
def test_every_value_is_documented(field: str, values: set[str]) -> None:
    documented = next(row[1] for row in rows("tls_server_config") if field in row[0])
    assert set(documented) == values


def test_the_values_of_headers_are_documented() -> None:
    documented = {row[0][0]: tuple(row[1]) for row in rows("http_server_config") if row[0][0][0].isupper()}
    assert documented == dict(settings.HEADERS)


def test_the_example_is_accepted() -> None:
    example = re.search(r"```yaml\n(tls_server_config.*?)```", PAGE, re.DOTALL)
    assert example is not None
    config = parse_web_config(example[1].encode(), Path("/etc/exporter/web.yml"))
    assert config.tls is not None
    assert config.tls.cert == Path("/etc/exporter/server.pem")
    assert list(config.users) == [b"prometheus"]
