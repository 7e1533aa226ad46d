"""Packs as the commands get them: loaded, or the reason why not with exit code 2."""

from pathlib import Path

import click

from dynamic_alerting.packs.bundled import checkout_root, rule_packs_directory
from dynamic_alerting.packs.loading import PackError, load_packs
from dynamic_alerting.packs.pack import Pack


class CannotError(click.ClickException):
    """Something could not be done: exit 2."""

    exit_code = 2


def loaded_packs(directory: Path | None) -> list[Pack]:
    """Return the packs of a directory, or those that ship with this program.

    Raises:
        CannotError: They cannot be read, or one of them is wrong.
    """
    try:
        return load_packs(directory or rule_packs_directory())
    except PackError as error:
        raise CannotError(f"{len(error.problems)} problem(s)\n{error}") from error
    except OSError as error:
        raise CannotError(str(error)) from error


def one_pack(name: str, directory: Path | None) -> Pack:
    """Return the pack of that name.

    Raises:
        CannotError: There is none, or the packs cannot be loaded.
    """
    packs = loaded_packs(directory)
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
