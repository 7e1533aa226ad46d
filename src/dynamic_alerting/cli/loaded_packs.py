"""Packs as the commands get them: loaded, or the reason why not with exit code 2."""

from collections.abc import Sequence
from pathlib import Path

from dynamic_alerting.cli.errors import CannotError
from dynamic_alerting.cli.packs_dir import packs_needed
from dynamic_alerting.packs.bundled import checkout_root
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.own import PacksInForce, packs_in_force
from dynamic_alerting.packs.pack import Pack


def chosen_packs(directories: Sequence[Path]) -> PacksInForce:
    """Return the packs that ship with this program, with those of some directories added or in their place.

    Raises:
        CannotError: They cannot be read, or one of them is wrong.
    """
    with packs_needed():
        return packs_in_force(directories)


def packs_of_checkout(root: Path) -> list[Pack]:
    """Return the packs of a checkout, and no others.

    Raises:
        CannotError: They cannot be read, or one of them is wrong.
    """
    with packs_needed():
        return load_packs(root / "rule-packs")


def named_pack(name: str, packs: Sequence[Pack]) -> Pack:
    """Return the pack of that name.

    Raises:
        CannotError: There is none.
    """
    for pack in packs:
        if pack.pack == name:
            return pack
    known = ", ".join(pack.pack for pack in packs)
    raise CannotError(f"there is no pack {name}; there are {known}")


def root_or_checkout(root: Path | None) -> Path:
    """Return the checkout to work in: the one named, or the one that this program runs from.

    Raises:
        CannotError: None was named, and this program is installed.
    """
    try:
        return root or checkout_root()
    except FileNotFoundError as error:
        raise CannotError(str(error)) from error
