"""A path on a command line, which has to be one: an empty text is not the working directory."""

import os
from pathlib import Path
from typing import Any

import click


class GivenPath(click.Path):
    """A path as pathlib has it, that is not empty: a variable that nobody set makes an empty one.

    Args:
        conditions: click.Path's, such as exists and file_okay.
    """

    def __init__(self, **conditions: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(path_type=Path, **conditions)

    def convert(
        self,
        value: "str | os.PathLike[str]",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "str | bytes | os.PathLike[str]":
        """The path, as it was given."""
        if not os.fspath(value).strip():
            self.fail("it is empty; name a path, or . for the working directory", param, ctx)
        return super().convert(value, param, ctx)
