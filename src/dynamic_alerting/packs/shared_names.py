"""Names that must belong to one pack only, because rules, series and files of all packs meet in one place."""

from collections.abc import Iterable

from dynamic_alerting.packs.checks import declared
from dynamic_alerting.packs.problems import PackProblem
from dynamic_alerting.packs.read_pack import ReadPack, place_name

RENAME = "rename one of the two"


def shared_names(
    packs: Iterable[ReadPack], *, replaceable: frozenset[str] = frozenset()
) -> list[PackProblem]:
    """Complain about keys, alerts, signals and state filters that two packs declare.

    A key's `component` and `metric` labels are its name, so only equal keys are served as one series.

    Args:
        packs: of two that share a name, the later one is complained about.
        replaceable: packs that one of the same name would replace; the advice then says so.
    """
    problems: list[PackProblem] = []
    owners: dict[tuple[str, str], tuple[ReadPack, int]] = {}
    for read in packs:
        for path, name, kind in declared(read.pack):
            line = read.source.line(path)
            owner, first = owners.setdefault((kind, name), (read, line))
            if owner is read:
                continue
            message = f"{kind} `{name}` is already declared by pack {owner.pack.pack} ({owner.file}:{first})"
            advice = RENAME
            if owner.pack.pack in replaceable:
                advice = f"rename this one, or call your pack {owner.pack.pack}, which replaces that one"
            problems.append(PackProblem(read.file, line, place_name(path), message, advice))
    return problems
