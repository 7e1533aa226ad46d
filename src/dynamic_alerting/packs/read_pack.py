"""One ``pack.yaml`` as it was read: the pack, its file, and the line of everything in it."""

from dataclasses import dataclass
from pathlib import Path

from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.yaml_source import Source


@dataclass(frozen=True, slots=True)
class ReadPack:
    """A pack with where it stands.

    Attributes:
        pack: the pack.
        file: its ``pack.yaml``.
        source: knows the line of every field.
    """

    pack: Pack
    file: Path
    source: Source


def place_name(path: tuple[str | int, ...]) -> str:
    """Return a field as complaints name it, such as ``thresholds[0].alert.name``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "pack"
