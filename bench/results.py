"""Results as files: what was measured, on which machine, with which command."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from bench.pages.blocks import Paragraph, Section
from bench.parts import PARTS, Part


@dataclass(frozen=True, slots=True)
class Measured:
    """One part's result.

    Attributes:
        part: what was measured.
        command: that does so again.
        machine: on which, how busy, and when.
        result: of the part's own type.
    """

    part: Part
    command: str
    machine: str
    result: Any

    def section(self) -> Section:
        """How it is shown, and where it comes from."""
        shown = self.part.section(self.result)
        return Section(shown.title, [*shown.blocks, Paragraph(f"`{self.command}`; {self.machine}")])

    def plain(self) -> dict[str, Any]:
        """As JSON's types."""
        return {
            "part": self.part.name,
            "command": self.command,
            "machine": self.machine,
            "result": _plain(self.result),
        }


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Dataclasses and named tuples as objects with their fields' names."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: _plain(part) for name, part in zip(value._fields, value, strict=True)}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def from_plain(plain: Mapping[str, Any]) -> Measured:
    """Reads what ``plain`` wrote.

    Raises:
        StopIteration: there is no such part.
        pydantic.ValidationError: the result is not one of that part.
    """
    part = next(one for one in PARTS if one.name == plain["part"])
    return Measured(part, plain["command"], plain["machine"], part.result.validate_python(plain["result"]))


def as_json(measured: Sequence[Measured]) -> str:
    """All results as one object."""
    return json.dumps({"parts": [one.plain() for one in measured]}, indent=1, ensure_ascii=False) + "\n"


def save(measured: Measured, directory: Path) -> None:
    """Write one part's result to a file of its name."""
    directory.mkdir(exist_ok=True)
    text = json.dumps(measured.plain(), indent=1, ensure_ascii=False) + "\n"
    (directory / f"{measured.part.name}.json").write_text(text, encoding="utf-8")


def saved(directory: Path) -> list[Measured]:
    """The results that were saved, in the order of the parts."""
    files = [directory / f"{part.name}.json" for part in PARTS]
    return [from_plain(json.loads(file.read_text(encoding="utf-8"))) for file in files if file.exists()]
