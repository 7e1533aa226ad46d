"""A directory of packs of one's own: which ``pack.yaml`` it holds, and what is there without being one."""

from collections.abc import Iterator
from pathlib import Path

from dynamic_alerting.packs.problems import PackProblem

PACK_FILE = "pack.yaml"
_LOOK_ALIKES = frozenset({"pack.yaml", "pack.yml"})


def pack_files(directory: Path) -> tuple[list[Path], list[PackProblem]]:
    """Return every ``<pack>/pack.yaml`` of a directory, in name order, and what is wrong with the rest.

    Names that begin with a dot are passed over: Kubernetes keeps what it mounts in such folders.
    """
    try:
        entries = sorted(directory.iterdir())
    except OSError as error:
        return [], [_problem(directory, _reason(error), "name a directory that holds <pack>/pack.yaml")]
    files: list[Path] = []
    problems: list[PackProblem] = []
    for entry in entries:
        if not entry.name.startswith("."):
            problems += _look(entry, files)
    if not files and not problems:
        problems.append(_without_packs(directory))
    return files, problems


def _look(entry: Path, files: list[Path]) -> Iterator[PackProblem]:
    """Add the folder's pack to the files, or say why it has none although it seems to."""
    try:
        if entry.is_symlink() and not entry.exists():
            yield _problem(entry, "a link to nothing", "let it lead to the pack's folder, or delete it")
        if not entry.is_dir():
            return
        names = sorted(path.name for path in entry.iterdir())
    except OSError as error:
        yield _problem(entry, _reason(error), "let the program's user read the pack's folder")
        return
    if PACK_FILE in names:
        files.append(entry / PACK_FILE)
        return
    for name in names:
        if name.lower() in _LOOK_ALIKES:
            yield _problem(entry / name, "not read, because of its name", f"call it {PACK_FILE}")


def _without_packs(directory: Path) -> PackProblem:
    if (directory / PACK_FILE).is_file():
        above = directory.absolute().parent
        return _problem(directory, "this is a pack's own folder", f"name the one above it, {above}")
    advice = "write each pack as a folder with that file, or name another directory"
    return _problem(directory, f"no <pack>/{PACK_FILE} under {directory}", advice)


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror}"


def _problem(file: Path, message: str, advice: str) -> PackProblem:
    return PackProblem(file, 0, "", message, advice)
