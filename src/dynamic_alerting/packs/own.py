"""The packs in force where a platform has some of its own: added to those that ship, or in place of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dynamic_alerting.packs.all_dimensions import with_all_dimensions
from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.loading import read_files
from dynamic_alerting.packs.own_directories import pack_files
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.problems import PackError, PackProblem
from dynamic_alerting.packs.read_pack import ReadPack
from dynamic_alerting.packs.shared_names import shared_names


@dataclass(frozen=True, slots=True)
class PacksInForce:
    """All packs that apply together.

    Attributes:
        read: each as its file says it, those that ship first.
        packs: all of them in name order, each with what it says of every dimension of all filled in.
        own: the names of those that come from directories of one's own.
        replaced: the names of those that ship and are replaced by one's own.
    """

    read: tuple[ReadPack, ...]
    packs: list[Pack]
    own: frozenset[str]
    replaced: frozenset[str]

    def file(self, name: str) -> Path:
        """Return the ``pack.yaml`` of a pack."""
        return next(each.file for each in self.read if each.pack.pack == name)


def packs_in_force(directories: Sequence[Path]) -> PacksInForce:
    """Read the packs that ship and those of some directories, of which later ones win over earlier ones.

    A pack of one's own replaces the whole pack of the same name.

    Raises:
        PackError: With the complaints about all directories, files, and names that two packs share.
        OSError: The shipped packs are not there.
    """
    shipped, problems = _shipped()
    own: dict[str, ReadPack] = {}
    named: set[str] = set()
    for directory in directories:
        files, wrong = pack_files(directory)
        read, complaints = read_files(files)
        problems += [*wrong, *complaints]
        own |= _by_name(read)
        named |= {file.parent.name for file in files}
    kept = (*(each for each in shipped if each.pack.pack not in named), *own.values())
    names = frozenset(each.pack.pack for each in shipped)
    problems += shared_names(kept, replaceable=names - named)
    if problems:
        raise PackError(problems)
    ordered = sorted((each.pack for each in kept), key=lambda pack: pack.pack)
    return PacksInForce(kept, with_all_dimensions(ordered), frozenset(own), names & own.keys())


def _shipped() -> tuple[list[ReadPack], list[PackProblem]]:
    return read_files(sorted(rule_packs_directory().glob("*/pack.yaml")))


def _by_name(read: Iterable[ReadPack]) -> dict[str, ReadPack]:
    return {each.pack.pack: each for each in read}
