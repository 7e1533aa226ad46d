"""The exposition of a configuration that fills many chunks."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.reloader import Reloader

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.exporter.served import Exposition, Served
    from dynamic_alerting.model.catalogue import Catalogue

COUNT = 400
KEYS = 60


def tenant_file(index: int, number: int) -> str:
    keys = "".join(f"    mysql_made_up_{key}: {number}\n" for key in range(KEYS))
    return f"tenants:\n  db-{index:04}:\n{keys}"


@pytest.fixture(scope="module")
def generations(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> tuple[Served, Served]:
    """Before and after one of many tenants changed."""
    directory = tmp_path_factory.mktemp("many")
    for index in range(COUNT):
        (directory / f"db-{index:04}.yaml").write_text(tenant_file(index, 1))
    reloader = Reloader(Loader(directory, catalogue), catalogue)
    reloader.look()
    before = reloader.served
    change(directory, reloader)
    return before, reloader.served


def change(directory: Path, reloader: Reloader) -> None:
    (directory / "db-0200.yaml").write_text(tenant_file(200, 2))
    reloader.look()


def body(exposition: Exposition, tail: bytes = b"tail\n") -> bytes:
    plain = b"".join(exposition.plain_parts(tail))
    assert gzip.decompress(b"".join(exposition.gzip_parts(tail))) == plain
    return plain


def test_plain_and_compressed_parts_hold_the_same(generations: tuple[Served, Served]) -> None:
    for served in generations:
        assert body(served.text).endswith(b"tail\n")
        assert body(served.openmetrics).endswith(b"tail\n")


def test_a_change_of_one_tenant_changes_its_lines_only(generations: tuple[Served, Served]) -> None:
    before, after = (
        [line for line in body(served.text).splitlines() if line.startswith(b"user_threshold{")]
        for served in generations
    )
    assert len(before) == len(after) == COUNT * KEYS
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == KEYS
    assert all(b'"db-0200"' in line and line.endswith(b" 2") for line in changed)


def test_every_header_is_there_once(generations: tuple[Served, Served]) -> None:
    headers = [line for line in body(generations[1].text).splitlines() if line.startswith(b"# TYPE")]
    assert len(set(headers)) == len(headers)


def test_what_did_not_change_is_the_same_object(generations: tuple[Served, Served]) -> None:
    old, new = (served.snapshot for served in generations)
    assert old is not None
    assert new is not None
    assert [name for name in new.tenants if new.tenants[name] is not old.tenants[name]] == ["db-0200"]
    assert list(old.families.thresholds) == list(new.families.thresholds) == ["warning"]
    chunks = zip(*(each.families.thresholds["warning"] for each in (old, new)), strict=True)
    assert sum(before is not after for before, after in chunks) == 1
    assert old.families.states == new.families.states


def test_the_parts_are_few_and_large(generations: tuple[Served, Served]) -> None:
    text = generations[1].text
    assert len(text.deflated) <= 2 + sum(map(len, text.deflated)) / 2**18
    assert len(text.plain) <= 2 + 2 * sum(map(len, text.plain)) / 2**18
