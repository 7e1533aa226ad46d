"""A variable that nobody set makes an empty path, which is not the working directory."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", ""],
        ["validate", "conf.d", "--prometheus", "http://127.0.0.1:1", "--bearer-token-file", ""],
        ["explain", "db-a", "--config-dir", ""],
        ["schema", "tenant", "--output-dir", ""],
        ["rule-packs", "check", "--root="],
        ["rule-packs", "new", "shop", "--root", " "],
        ["rule-packs", "render", "mariadb", "--output-dir", ""],
        ["inhibition", "check", ""],
        ["stack", "up", "--config-dir", ""],
    ],
)
def test_it_is_refused(shell: Any, arguments: list[str]) -> None:
    shell.write({"db-a.yaml": "tenants: {db-a: {mysql_connections: 5}}\n"})
    (shell.root / "db-a.yaml").write_text("tenants: {db-a: {mysql_connections: 5}}\n")
    before = sorted(shell.root.rglob("*"))
    done = shell(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "it is empty; name a path, or . for the working directory" in " ".join(done.err.split())
    assert sorted(shell.root.rglob("*")) == before


def test_an_empty_variable_is_none(shell: Any) -> None:
    shell.write({"db-a.yaml": "tenants: {db-a: {mysql_connections: 5}}\n"})
    assert shell("explain", "db-a", "mysql_connections", env={"CONFIG_DIR": ""}).code == 0
