"""``da-tools validate``: every finding about a configuration, before the exporter sees it."""

import json
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console

from dynamic_alerting.cli.errors import CannotError
from dynamic_alerting.cli.packs_dir import PacksDirs, chosen_catalogue, packs_dir_option
from dynamic_alerting.cli.prometheus_options import asked_signals, prometheus_options
from dynamic_alerting.cli.series_limit import series_limit_option
from dynamic_alerting.cli.validate_text import annotations, as_text
from dynamic_alerting.config.asked.signals import SignalsUnknown
from dynamic_alerting.config.loader import SourceUnreadable
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.packs.versions import packs_version
from dynamic_alerting.tenants.validated_json import validation_view
from dynamic_alerting.tenants.validation import validate


@click.command(name="validate")
@click.argument("path", type=GivenPath())
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--alone", is_flag=True, help="Take a file for the whole configuration (--config-file).")
@packs_dir_option
@series_limit_option
@prometheus_options
@click.option(
    "--output",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="What to print on stdout; github: annotations of a workflow run.",
)
def command(
    path: Path,
    output: str,
    packs_dirs: PacksDirs,
    prometheus: str | None,
    bearer_token_file: Path | None,
    *,
    strict: bool,
    alone: bool,
    series_limit: int,
) -> None:
    """Validate the configuration in PATH with the exporter's own loader.

    PATH is a directory such as conf.d, or a file. A file beside a _defaults.yaml is judged as a part of its
    directory; only its findings are shown. With --prometheus it is also looked for thresholds that no signal
    exists for. Exit codes: 0 no errors, 1 errors (with --strict also warnings), 2 it cannot be read, or
    Prometheus cannot tell.

    Example: da-tools validate conf.d --strict
    """
    catalogue = chosen_catalogue(packs_dirs)
    try:
        # Ten thousand files take some seconds; the status shows on a terminal only, and leaves nothing.
        with (
            Console(stderr=True).status(f"Reading {path}"),
            asked_signals(prometheus, bearer_token_file) if prometheus else nullcontext() as signals,
        ):
            validation = validate(path, catalogue, alone=alone, series_limit=series_limit, signals=signals)
    except (SourceUnreadable, SignalsUnknown) as error:
        raise CannotError(str(error)) from error
    if output == "json":
        view = validation_view(validation, packs_version(catalogue), strict=strict)
        click.echo(json.dumps(view, indent=2, ensure_ascii=False))
    elif output == "github":
        click.echo(annotations(validation), nl=False)
    else:
        click.echo(as_text(validation), nl=False)
    if not validation.is_good(strict=strict):
        raise SystemExit(1)
