"""``da-tools rule-packs``: what the packs hold, and whether what is generated from them is current."""

import json
from pathlib import Path

import click

from dynamic_alerting.cli import rule_packs_new, rule_packs_render
from dynamic_alerting.cli.loaded_packs import loaded_packs, one_pack, root_or_checkout
from dynamic_alerting.packs.generation import generated_files, stale_files, write_files
from dynamic_alerting.packs.overview import overview, pack_details

OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", help="What to print on stdout."
)
ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Checkout to work in [default: the one this program runs from].",
)
PACKS = click.option(
    "--packs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of packs [default: those that ship with this program].",
)


@click.group(name="rule-packs")
def command() -> None:
    """Show rule packs, and generate everything that comes out of pack.yaml.

    Example: da-tools rule-packs show mariadb
    """


@command.command("list")
@PACKS
@OUTPUT
def list_packs(packs: Path | None, output: str) -> None:
    """Name the packs with their keys, signals and alerts counted.

    Example: da-tools rule-packs list --output json
    """
    rows = overview(loaded_packs(packs))
    if output == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        counts = f"{row['signals']} signals, {row['alerts']} alerts, {row['keys']} keys"
        click.echo(f"{row['pack']:<14} {row['title']:<28} {counts}")


@command.command()
@click.argument("pack")
@PACKS
@OUTPUT
def show(pack: str, packs: Path | None, output: str) -> None:
    """Show one pack's keys with unit, direction, default and meaning, and its alerts.

    Example: da-tools rule-packs show mariadb
    """
    details = pack_details(one_pack(pack, packs))
    if output == "json":
        click.echo(json.dumps(details, indent=2))
        return
    click.echo(f"{details['pack']}: {details['title']}\n{details['about']}\n")
    click.echo("Keys" if details["keys"] else "No keys: these alerts are not about tenants")
    for key in details["keys"]:
        default = "no default" if key["default"] is None else f"default {key['default']}"
        critical = f", critical {key['default_critical']}" if key["default_critical"] is not None else ""
        click.echo(
            f"  {key['key']} ({key['unit']}, {key['direction']}; {default}{critical})\n    {key['meaning']}"
        )
    click.echo("\nAlerts")
    for alert in details["alerts"]:
        click.echo(f"  {alert['alert']}: {alert['summary']}")


@command.command()
@ROOT
@OUTPUT
def check(root: Path | None, output: str) -> None:
    """Say which generated files are missing or out of date; exit 1 if any is.

    Example: da-tools rule-packs check
    """
    root = root_or_checkout(root)
    _report_stale(stale_files(root, _generated(root)), output)


@command.command()
@ROOT
@OUTPUT
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 if something is out of date."
)
def generate(root: Path | None, output: str, *, only_check: bool) -> None:
    """Write rules, tests, catalogue, defaults and pages again from rule-packs/*/pack.yaml.

    Example: da-tools rule-packs generate
    """
    root = root_or_checkout(root)
    files = _generated(root)
    if only_check:
        _report_stale(stale_files(root, files), output)
        return
    written = write_files(root, files)
    if output == "json":
        click.echo(json.dumps({"written": written}, indent=2))
        return
    for name in written:
        click.echo(f"written: {name}")
    click.echo(f"{len(files)} files are current.")


def _report_stale(stale: list[str], output: str) -> None:
    if output == "json":
        click.echo(json.dumps({"stale": stale}, indent=2))
    for name in stale if output == "text" else []:
        click.echo(f"out of date: {name}")
    if stale:
        click.echo("Run `da-tools rule-packs generate` and commit the result.", err=True)
        raise SystemExit(1)
    if output == "text":
        click.echo("Everything generated is current.")


def _generated(root: Path) -> dict[str, str]:
    return generated_files(loaded_packs(root / "rule-packs"))


command.add_command(rule_packs_new.command)
command.add_command(rule_packs_render.command)
