"""A new pack in ten lines: valid at once, every word of it to be replaced."""

import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from dynamic_alerting.packs.loading import read_pack
from dynamic_alerting.packs.read_pack import ReadPack
from dynamic_alerting.packs.shared_names import shared_names

NAME = re.compile(r"[a-z][a-z0-9-]*")
WORD = re.compile(r"[A-Z][A-Za-z0-9]*")
COMPONENT = re.compile(r"[a-z][a-z0-9_]*")


class NewPackError(ValueError):
    """The pack cannot be made: a name is wrong, or taken."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a pack is called: its folder, its alerts' first word, its keys' first word, its title."""

    name: str
    word: str
    component: str
    title: str


def names_of(
    name: str, *, word: str | None = None, component: str | None = None, title: str | None = None
) -> Names:
    """Return a pack's names, those not given derived from the folder's.

    Raises:
        NewPackError: One has letters that it must not have.
    """
    _require(NAME, "NAME", name, "small letters, digits and `-`, such as `nginx`")
    camel = "".join(part.capitalize() for part in name.split("-"))
    word = word or camel
    component = component or name.replace("-", "_")
    _require(WORD, "--word", word, "letters and digits in CamelCase, such as `Nginx`")
    _require(COMPONENT, "--component", component, "small letters, digits and `_`, such as `nginx`")
    return Names(name, word, component, title or word)


def skeleton(names: Names) -> str:
    """Return the text of a ten-line ``pack.yaml`` that is valid as it stands."""
    template = Template(files(__package__).joinpath("skeleton.yaml.template").read_text(encoding="utf-8"))
    return template.substitute(
        name=names.name,
        word=names.word,
        component=names.component,
        title=json.dumps(names.title, ensure_ascii=False),  # a JSON string is a YAML string
    )


def require_free(directory: Path, names: Names, text: str, packs: Iterable[ReadPack]) -> None:
    """Make sure that nothing of the new pack is there already.

    Raises:
        NewPackError: The folder exists, or another pack declares one of its names.
        PackError: It would not be a pack, because of a title or a name that YAML takes for something else.
    """
    folder = directory / names.name
    if folder.exists():
        raise NewPackError(f"{folder} exists; edit its pack.yaml, or choose another name")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / names.name / "pack.yaml"
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        new = read_pack(file)
    if taken := shared_names([*packs, new]):
        said = "; ".join(problem.message for problem in taken)
        raise NewPackError(f"{said}; choose another --component or --word")


def _require(pattern: re.Pattern[str], what: str, text: str, advice: str) -> None:
    if not pattern.fullmatch(text):
        raise NewPackError(f"{what} `{text}` is not allowed; write {advice}")
