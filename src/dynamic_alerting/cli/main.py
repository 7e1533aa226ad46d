"""``da-tools``: the group that holds every command and imports only the one that is run."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

import click

from dynamic_alerting import __version__


class CommandsByName(click.Group):
    """A group whose commands live in modules that are imported when they are called."""

    modules: ClassVar[dict[str, str]] = {
        "explain": "dynamic_alerting.cli.explain",
        "inhibition": "dynamic_alerting.cli.inhibition",
        "rule-packs": "dynamic_alerting.cli.rule_packs",
        "schema": "dynamic_alerting.cli.schema",
        "stack": "dynamic_alerting.cli.stack",
        "validate": "dynamic_alerting.cli.validate",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name every command, sorted."""
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Import the module of one command and return its ``command``."""
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(module).command
        return command


@click.command(cls=CommandsByName, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="da-tools")
def main() -> None:
    """Tools for every step of a tenant's life on a shared Prometheus.

    Exit codes: 0 done and well, 1 the answer is no, 2 could not (usage, unreachable, unreadable).
    """


if __name__ == "__main__":
    main()
