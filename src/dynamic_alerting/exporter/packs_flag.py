"""The flag ``--packs.dir``: packs of a platform's own."""

import os
from pathlib import Path
from typing import Any

import click


class PacksDirectory(click.ParamType[Any]):
    """A directory of ``<pack>/pack.yaml``; in the environment, several as in PATH.

    What it holds is looked at when the packs are read, which names everything that is wrong at once.
    """

    name = "dir"
    envvar_list_splitter = os.pathsep

    def split_envvar_value(self, rv: str) -> list[str]:
        """Splits the variable; an empty part is nothing, although PATH takes it for here."""
        return [part for part in rv.split(os.pathsep) if part.strip()]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ANN401 - click's signature
        """The path, as it was given."""
        if not str(value).strip():
            self.fail("it is empty; name a directory that holds <pack>/pack.yaml", param, ctx)
        return Path(value)


packs_flag = click.option(
    "--packs.dir",
    "packs_dirs",
    envvar="THRESHOLD_EXPORTER_PACKS_DIR",
    type=PacksDirectory(),
    multiple=True,
    help="Directory of <pack>/pack.yaml that add to the shipped packs or replace them; may be repeated, and "
    "later ones win.",
)
