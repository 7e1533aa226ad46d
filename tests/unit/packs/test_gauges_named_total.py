"""A gauge whose name ends in `_total`: read raw only where the pack says that it is one."""

from pathlib import Path

import pytest

from dynamic_alerting.packs.loading import PackError, load_pack

PACK = """\
{pack: disks, title: Disks, word: Disk, component: disk, owner: Nobody, about: Made up for tests.,
exporters: [{name: none, url: "https://disks.example", versions: all}],
metrics: {disk_size_total: "%s"},
thresholds: [{key: disk_size, area: capacity, unit: blocks, default: 10, meaning: Blocks of one disk.,
  signal: {record: "tenant:disk_size:max", aggregate: max, expr: disk_size_total},
  alert: {name: DiskLarge, for: 1m, summary: Large, description: "{tenant}: {value}.", means: Large.,
    look_at: [one, two, three]},
  example: {fires: {disk_size_total: 11}, quiet: {disk_size_total: 10}, prints: 11 blocks}}]}
"""


def pack_file(directory: Path, note: str) -> Path:
    folder = directory / "disks"
    folder.mkdir()
    file = folder / "pack.yaml"
    file.write_text(PACK % note, encoding="utf-8")
    return file


def test_a_declared_gauge_may_be_read_raw(tmp_path: Path) -> None:
    pack = load_pack(pack_file(tmp_path, "size of a disk, a gauge; made up"))
    assert pack.recorded()[0].expr == "disk_size_total"


@pytest.mark.parametrize("note", ["size of a disk; made up", "size on a gauged disk; made up"])
def test_anything_else_is_a_counter_and_must_be_rated(tmp_path: Path, note: str) -> None:
    with pytest.raises(PackError, match="say `a gauge` under `metrics`"):
        load_pack(pack_file(tmp_path, note))
