"""``--packs.dir``: the option of every command that knows packs, and what they all do with it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from dynamic_alerting.cli.errors import CannotError, failures_told
from dynamic_alerting.exporter.packs_flag import PacksDirectory
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.in_force import catalogue_in_force
from dynamic_alerting.packs.problems import PackError

PacksDirs = tuple[Path, ...]

packs_dir_option = click.option(
    "--packs.dir",
    "packs_dirs",
    envvar="DA_PACKS_DIR",
    type=PacksDirectory(),
    multiple=True,
    help="Directory of <pack>/pack.yaml that add to the shipped packs or replace them, as the "
    "exporter's flag does; may be repeated, later ones win (environment: DA_PACKS_DIR, several as in PATH).",
)


def chosen_catalogue(directories: Sequence[Path]) -> Catalogue:
    """Return what the packs in force declare.

    Raises:
        CannotError: They cannot be read, or one of them is wrong.
    """
    with packs_needed():
        return catalogue_in_force(directories)


@contextmanager
def packs_needed() -> Iterator[None]:
    """End a command that cannot do without packs, with every complaint about them.

    Raises:
        CannotError: They cannot be read, or one of them is wrong.
    """
    with failures_told():
        try:
            yield
        except PackError as error:
            raise CannotError(told(error)) from error


def told(error: PackError) -> str:
    """Return every complaint, counted."""
    return f"{len(error.problems)} problem(s)\n{error}"


def own_directories(directories: PacksDirs, root: Path | None) -> PacksDirs:
    """Return the directories for a command that works in them, or else in a checkout.

    A checkout that is named wins over the environment.

    Raises:
        UsageError: Both are named.
    """
    if root is None or not directories:
        return directories
    source = click.get_current_context().get_parameter_source("packs_dirs")
    if source is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("give either --root, a checkout, or --packs.dir, packs of your own")
    return ()
