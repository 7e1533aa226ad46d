"""Reading ``pack.yaml``: every complaint at once, each with file, line and what to write instead."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dynamic_alerting.packs.all_dimensions import with_all_dimensions
from dynamic_alerting.packs.checks import check_pack
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.yaml_source import Source, SourceError, read_source

ADVICE = {
    "missing": "add this field; rule-packs/README.md shows it in an example",
    "string_pattern_mismatch": "see rule-packs/README.md for the allowed spelling",
    "literal_error": "use one of the words named",
    "too_short": "add the missing entries",
}


@dataclass(frozen=True, slots=True)
class PackProblem:
    """One complaint about a ``pack.yaml``."""

    file: Path
    line: int
    place: str
    message: str
    advice: str

    def __str__(self) -> str:
        """Return ``file:line: place: message; advice``."""
        return f"{self.file}:{self.line}: {self.place}: {self.message}; {self.advice}"


class PackError(ValueError):
    """A pack that cannot be used. ``problems`` holds every complaint."""

    def __init__(self, problems: list[PackProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_packs(directory: Path) -> list[Pack]:
    """Read every ``<pack>/pack.yaml`` under ``directory``, in name order.

    Raises:
        PackError: With the complaints about all packs.
        FileNotFoundError: There is no pack at all.
    """
    files = sorted(directory.glob("*/pack.yaml"))
    if not files:
        raise FileNotFoundError(f"no <pack>/pack.yaml under {directory}")
    packs, problems = [], []
    for file in files:
        try:
            packs.append(load_pack(file))
        except PackError as error:
            problems += error.problems
    problems += shared_names(directory, packs)
    if problems:
        raise PackError(problems)
    return with_all_dimensions(packs)


def load_pack(file: Path) -> Pack:
    """Read one ``pack.yaml``.

    Raises:
        PackError: With every complaint about the file.
        OSError: The file cannot be read.
    """
    try:
        source = read_source(file.read_text(encoding="utf-8"))
    except SourceError as error:
        raise PackError([PackProblem(file, error.line, "yaml", error.message, error.advice)]) from error
    try:
        pack = Pack.model_validate(source.data)
    except ValidationError as error:
        raise PackError([_problem(file, source, each) for each in error.errors()]) from error
    problems = [
        PackProblem(file, source.line(each.path), _place(each.path), each.message, each.advice)
        for each in check_pack(pack, file.parent.name)
    ]
    if problems:
        raise PackError(problems)
    return pack


def _problem(file: Path, source: Source, error: ErrorDetails) -> PackProblem:
    path = tuple(step for step in error["loc"] if _is_step(step))
    message = error["msg"].removeprefix("Value error, ")
    advice = ADVICE.get(error["type"], "correct the value")
    if error["type"] == "extra_forbidden":
        message = f"unknown field `{path[-1]}`"
        advice = _nearest(str(path[-1]))
    return PackProblem(file, source.line(path), _place(path), message, advice)


def _is_step(step: str | int) -> bool:
    """Tell a step in the file from pydantic's own names of union members, such as ``Signal``."""
    return isinstance(step, int) or not (step[:1].isupper() or "[" in step or step in {"str", "int", "float"})


def _nearest(field: str) -> str:
    known = {(info.alias or name) for model in _models() for name, info in model.model_fields.items()}
    close = get_close_matches(field, sorted(known), n=1)
    return f"did you mean `{close[0]}`?" if close else "remove it; rule-packs/README.md lists the fields"


def _models() -> list[type[Pack]]:
    from dynamic_alerting.packs import pack as module  # noqa: PLC0415 - only when something is wrong

    return [
        each for each in vars(module).values() if isinstance(each, type) and hasattr(each, "model_fields")
    ]


def _place(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "pack"


def shared_names(directory: Path, packs: list[Pack]) -> list[PackProblem]:
    """Complain about keys, alerts, signals and state filters that two packs declare."""
    problems, owners = [], dict[tuple[str, str], str]()
    for pack in packs:
        names = [("key", each.key) for each in pack.thresholds]
        names += [("alert", each.alert.name) for each in pack.thresholds]
        names += [("alert", each.name) for each in pack.alerts]
        names += [("signal", each.record) for each in pack.recorded()]
        names += [("state filter", each.name) for each in pack.state_filters]
        for name in names:
            owner = owners.setdefault(name, pack.pack)
            if owner != pack.pack:
                file = directory / pack.pack / "pack.yaml"
                message = f"{name[0]} `{name[1]}` is already declared by pack {owner}"
                problems.append(PackProblem(file, 1, name[1], message, "rename one of the two"))
    return problems
