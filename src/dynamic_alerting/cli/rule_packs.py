"""``da-tools rule-packs``: what the packs hold, and whether what is generated from them is current."""

import json
from pathlib import Path

import click

from dynamic_alerting.cli import rule_packs_new, rule_packs_render
from dynamic_alerting.cli.errors import failures_told
from dynamic_alerting.cli.loaded_packs import (
    chosen_packs,
    named_pack,
    packs_of_checkout,
    root_or_checkout,
)
from dynamic_alerting.cli.packs_dir import PacksDirs, own_directories, packs_dir_option
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.packs.generation import generated_files, stale_files, write_files
from dynamic_alerting.packs.overview import overview, pack_details
from dynamic_alerting.packs.own_generation import own_files, stale_own_files

OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", help="What to print on stdout."
)
ROOT = click.option(
    "--root",
    type=GivenPath(exists=True, file_okay=False),
    help="Checkout to work in [default: the one this program runs from].",
)


@click.group(name="rule-packs")
def command() -> None:
    """Show rule packs, and generate everything that comes out of pack.yaml.

    Example: da-tools rule-packs show mariadb
    """


@command.command("list")
@packs_dir_option
@OUTPUT
def list_packs(packs_dirs: PacksDirs, output: str) -> None:
    """Name the packs in force with their keys, signals and alerts counted, and their version.

    The SHA-256 is the one that an exporter with the same packs serves as threshold_exporter_packs_info.

    Example: da-tools rule-packs list --output json
    """
    listed = overview(chosen_packs(packs_dirs))
    if output == "json":
        click.echo(json.dumps(listed, indent=2))
        return
    for row in listed["packs"]:
        counts = f"{row['signals']} signals, {row['alerts']} alerts, {row['keys']} keys"
        origin = "" if row["origin"] == "shipped" else f"; {row['origin']}, from {row['file']}"
        click.echo(f"{row['pack']:<14} {row['title']:<28} {counts}{origin}")
    click.echo(f"sha256 {listed['sha256']}")


@command.command()
@click.argument("pack")
@packs_dir_option
@OUTPUT
def show(pack: str, packs_dirs: PacksDirs, output: str) -> None:
    """Show one pack's keys with unit, direction, default and meaning, and its alerts.

    Example: da-tools rule-packs show mariadb
    """
    details = pack_details(named_pack(pack, chosen_packs(packs_dirs).packs))
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
@packs_dir_option
@OUTPUT
def check(root: Path | None, packs_dirs: PacksDirs, output: str) -> None:
    """Say which generated files are missing or out of date; exit 1 if any is.

    With --packs.dir: whether your own packs are right, and what was generated beside them is current. That
    needs no checkout.

    Example: da-tools rule-packs check
    """
    _report_stale(_stale(root, own_directories(packs_dirs, root)), output)


@command.command()
@ROOT
@packs_dir_option
@OUTPUT
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 if something is out of date."
)
def generate(root: Path | None, packs_dirs: PacksDirs, output: str, *, only_check: bool) -> None:
    """Write rules, tests, catalogue, defaults and pages again from rule-packs/*/pack.yaml.

    With --packs.dir: rules, tests, dashboard, reference and runbook of your own packs, beside each pack.yaml.

    Example: da-tools rule-packs generate
    """
    directories = own_directories(packs_dirs, root)
    if only_check:
        _report_stale(_stale(root, directories), output)
        return
    with failures_told():
        written, count = _generate_own(directories) if directories else _generate(root_or_checkout(root))
    if output == "json":
        click.echo(json.dumps({"written": written}, indent=2))
        return
    for name in written:
        click.echo(f"written: {name}")
    click.echo(f"{count} files are current.")


def _generate_own(directories: PacksDirs) -> tuple[list[str], int]:
    own = own_files(chosen_packs(directories))
    written = [str(at / name) for at, files in own.items() for name in write_files(at, files)]
    return written, sum(len(files) for files in own.values())


def _generate(root: Path) -> tuple[list[str], int]:
    files = generated_files(packs_of_checkout(root))
    return write_files(root, files), len(files)


def _stale(root: Path | None, directories: PacksDirs) -> list[str]:
    if directories:
        return [str(path) for path in stale_own_files(own_files(chosen_packs(directories)))]
    root = root_or_checkout(root)
    return stale_files(root, generated_files(packs_of_checkout(root)))


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


command.add_command(rule_packs_new.command)
command.add_command(rule_packs_render.command)
