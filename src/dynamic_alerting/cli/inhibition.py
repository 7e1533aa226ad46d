"""``da-tools inhibition``: which alerts hold others back in Alertmanager, and which should."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console

from dynamic_alerting.cli.errors import CannotError
from dynamic_alerting.cli.inhibition_text import as_json, as_text
from dynamic_alerting.cli.loaded_packs import chosen_packs
from dynamic_alerting.cli.packs_dir import PacksDirs, packs_dir_option
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.prometheus.alertmanager import Alertmanager
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.routing.check import check as check_rules
from dynamic_alerting.routing.configuration import read_configuration
from dynamic_alerting.routing.inhibition import inhibit_rules, inhibit_rules_text
from dynamic_alerting.routing.yaml_root import UnusableConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT = click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What to print on stdout.",
)
ENVIRONMENT = click.option(
    "--environment-label",
    metavar="NAME",
    envvar="DA_ENVIRONMENT_LABEL",
    show_envvar=True,
    callback=lambda _context, _option, name: _environment_label(name),
    help="The label by which the environments of one Prometheus are told apart (`rule-packs render "
    "--environment NAME=VALUE`): alerts of one hold back none of another.",
)
_ADDRESS = re.compile("https?:/")
_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@click.group(name="inhibition")
def command() -> None:
    """Print the inhibition that the packs' alerts need, or check that of an Alertmanager.

    Example: da-tools inhibition check alertmanager.yml
    """


@command.command()
@ENVIRONMENT
@packs_dir_option
@OUTPUT
def render(environment_label: str | None, packs_dirs: PacksDirs, output: str) -> None:
    """Print the inhibit_rules for the configuration of Alertmanager.

    While the critical tier of a tenant's alert fires, its warning and info are held back, and its info while
    its warning fires: of the same tenant, the same alert and the same dimensions only.

    Example: da-tools inhibition render
    """
    chosen = chosen_packs(packs_dirs).packs
    if output == "json":
        click.echo(json.dumps({"inhibit_rules": inhibit_rules(chosen, environment_label)}, indent=2))
    else:
        click.echo(inhibit_rules_text(chosen, environment_label), nl=False)


def _environment_label(name: str | None) -> str | None:
    if name is not None and not _LABEL_NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r} is no label's name; write NAME, such as environment")
    return name


def _external_labels(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    labels = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not _LABEL_NAME.fullmatch(name):
            raise click.BadParameter(f"{text!r} is no label; write NAME=VALUE, such as cluster=prod")
        labels[name] = value
    return labels


@command.command()
@click.argument("file", required=False, type=GivenPath(allow_dash=True))
@click.option(
    "--alertmanager",
    "url",
    envvar="ALERTMANAGER_URL",
    show_envvar=True,
    metavar="URL",
    help="Ask a running Alertmanager for the configuration that it has loaded. FILE wins.",
)
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="NAME",
    help="A tenant to try the rules on; may be repeated.",
)
@click.option(
    "--external-label",
    "external_labels",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_external_labels,
    help="A label that your Prometheus adds to every alert (external_labels); may be repeated.",
)
@ENVIRONMENT
@packs_dir_option
@OUTPUT
def check(
    *,
    file: Path | None,
    url: str | None,
    tenants: tuple[str, ...],
    external_labels: dict[str, str],
    environment_label: str | None,
    packs_dirs: PacksDirs,
    output: str,
) -> None:
    """Say which inhibit_rules silence an alert that they should not, and which tiers nothing holds back.

    FILE is the configuration of Alertmanager, - for standard input. The rules are tried on every alert of the
    packs. Exit codes: 0 fine, 1 something was found, 2 it cannot be read or is no such configuration.

    Example: da-tools inhibition check --alertmanager http://127.0.0.1:9093
    """
    if file is None and not url:
        raise click.UsageError(
            "name the FILE of the configuration, or a running Alertmanager: --alertmanager URL"
        )
    if file is not None and _ADDRESS.match(str(file)):
        raise click.UsageError("FILE is an address; for a running Alertmanager give --alertmanager URL")
    text = _text_of(file) if file is not None else _loaded_by(url or "")
    place = f"{url}, loaded configuration" if file is None else "stdin" if str(file) == "-" else str(file)
    chosen = chosen_packs(packs_dirs).packs
    try:
        configuration = read_configuration(text)
    except UnusableConfigurationError as error:
        raise CannotError("\n".join(f"{place}:{problem}" for problem in error.problems)) from error
    # Hundreds of rules take some seconds; the status shows on a terminal only, and leaves nothing.
    with Console(stderr=True).status(f"Trying {len(configuration.rules)} rules"):
        checked = check_rules(
            configuration,
            chosen,
            tenants=tenants,
            external_labels=external_labels,
            environment_label=environment_label,
        )
    ours = inhibit_rules(chosen, environment_label)
    if output == "json":
        click.echo(json.dumps(as_json(checked, place, ours), indent=2, ensure_ascii=False))
    else:
        click.echo(as_text(checked, place, text), nl=False)
    if not checked.is_good:
        raise SystemExit(1)


def _text_of(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise CannotError(
            f"{file} cannot be read: {error.strerror}; name Alertmanager's --config.file"
        ) from error
    except UnicodeDecodeError as error:
        raise CannotError(f"{file} is not UTF-8 text; name Alertmanager's --config.file") from error


def _loaded_by(url: str) -> str:
    try:
        with Alertmanager(url) as alertmanager:
            return alertmanager.status().configuration
    except ApiError as error:
        raise CannotError(str(error)) from error
