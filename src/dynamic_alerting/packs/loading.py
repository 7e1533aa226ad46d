"""Reading ``pack.yaml``: every complaint at once, each with file, line and what to write instead."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dynamic_alerting.packs.all_dimensions import with_all_dimensions
from dynamic_alerting.packs.checks import check_pack
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.problems import PackError, PackProblem
from dynamic_alerting.packs.read_pack import ReadPack, place_name
from dynamic_alerting.packs.shared_names import shared_names
from dynamic_alerting.packs.yaml_source import Source, SourceError, read_source

__all__ = ["PackError", "PackProblem", "load_pack", "load_packs", "read_files", "read_pack", "read_packs"]

ADVICE = {
    "missing": "add this field; rule-packs/README.md shows it in an example",
    "string_pattern_mismatch": "see rule-packs/README.md for the allowed spelling",
    "literal_error": "use one of the words named",
    "too_short": "add the missing entries",
}


def load_packs(directory: Path) -> list[Pack]:
    """Read every ``<pack>/pack.yaml`` under ``directory``, in name order.

    Raises:
        PackError: With the complaints about all packs.
        FileNotFoundError: There is no pack at all.
    """
    return with_all_dimensions([each.pack for each in read_packs(directory)])


def read_packs(directory: Path) -> list[ReadPack]:
    """Read every ``<pack>/pack.yaml`` under ``directory``, each as its file says it; raises as load_packs."""
    files = sorted(directory.glob("*/pack.yaml"))
    if not files:
        raise FileNotFoundError(f"no <pack>/pack.yaml under {directory}")
    read, problems = read_files(files)
    problems += shared_names(read)
    if problems:
        raise PackError(problems)
    return read


def read_files(files: Iterable[Path]) -> tuple[list[ReadPack], list[PackProblem]]:
    """Read some ``pack.yaml``: those that are right, and the complaints about all others."""
    read: list[ReadPack] = []
    problems: list[PackProblem] = []
    for file in files:
        try:
            read.append(read_pack(file))
        except PackError as error:
            problems += error.problems
    return read, problems


def load_pack(file: Path) -> Pack:
    """Read one ``pack.yaml``.

    Raises:
        PackError: With every complaint about the file.
    """
    return read_pack(file).pack


def read_pack(file: Path) -> ReadPack:
    """Read one ``pack.yaml``, and keep the line of everything in it.

    Raises:
        PackError: With every complaint about the file.
    """
    source = _source(file)
    try:
        pack = Pack.model_validate(source.data)
    except ValidationError as error:
        raise PackError([_problem(file, source, each) for each in error.errors()]) from error
    problems = [
        PackProblem(file, source.line(each.path), place_name(each.path), each.message, each.advice)
        for each in check_pack(pack, file.parent.name)
    ]
    if problems:
        raise PackError(problems)
    return ReadPack(pack, file, source)


def _source(file: Path) -> Source:
    try:
        return read_source(file.read_text(encoding="utf-8-sig"))
    except SourceError as error:
        raise PackError([PackProblem(file, error.line, "yaml", error.message, error.advice)]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PackError([PackProblem(file, line, "", "not UTF-8 text", "save it as UTF-8")]) from error
    except OSError as error:
        advice = "put a file there that this user may read"
        raise PackError([PackProblem(file, 0, "", f"cannot be read: {error.strerror}", advice)]) from error


def _problem(file: Path, source: Source, error: ErrorDetails) -> PackProblem:
    path = tuple(step for step in error["loc"] if _is_step(step))
    message = error["msg"].removeprefix("Value error, ")
    advice = ADVICE.get(error["type"], "correct the value")
    if error["type"] == "extra_forbidden":
        message = f"unknown field `{path[-1]}`"
        advice = _nearest(str(path[-1]))
    return PackProblem(file, source.line(path), place_name(path), message, advice)


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
