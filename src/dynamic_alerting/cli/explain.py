"""``da-tools explain``: why a tenant's key has this value, or none."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from dynamic_alerting.cli.errors import CannotError
from dynamic_alerting.cli.explain_text import explained
from dynamic_alerting.cli.packs_dir import PacksDirs, chosen_catalogue, packs_dir_option
from dynamic_alerting.cli.series_limit import series_limit_option
from dynamic_alerting.config.loader import Loaded, Loader, SourceUnreadable
from dynamic_alerting.config.sources import SUFFIXES
from dynamic_alerting.exporter.api import InstantError, parse_instant
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.tenants.explain import Explainer, UnknownTenantError
from dynamic_alerting.tenants.explained_json import explanation_view
from dynamic_alerting.tenants.explanation import Explanation
from dynamic_alerting.tenants.key_places import findings_about


@click.command(name="explain")
@click.argument("tenant")
@click.argument("key", required=False)
@click.option(
    "--config-dir",
    type=GivenPath(),
    default=Path("conf.d"),
    envvar="CONFIG_DIR",
    show_default=True,
    help="Directory of configuration files, or one file in its place (environment: CONFIG_DIR).",
)
@click.option("--at", "at_text", metavar="TIME", help="RFC 3339 or seconds since 1970 [default: now].")
@packs_dir_option
@series_limit_option
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    *,
    tenant: str,
    key: str | None,
    config_dir: Path,
    at_text: str | None,
    packs_dirs: PacksDirs,
    series_limit: int,
    output: str,
) -> None:
    """Say why TENANT has the thresholds that it has: every layer that is asked, and which one decides.

    KEY is a key as in a file: mysql_connections explains all of its tiers and dimensions,
    mysql_connections_critical that tier, and with {queue="email"} what holds for a series with that label.
    Also _state_maintenance and the like. Without KEY: all thresholds and states, in short.

    Example: da-tools explain --config-dir conf.d db-a mysql_connections --at 2026-12-01T06:00:00Z
    """
    at = _instant(at_text)
    catalogue = chosen_catalogue(packs_dirs)
    try:
        with Console(stderr=True).status(f"Reading {config_dir}"):
            loaded = Loader(config_dir, catalogue, clock=lambda: at).load()
    except SourceUnreadable as error:
        raise CannotError(str(error)) from error
    try:
        explanation = Explainer(loaded, catalogue, series_limit=series_limit).explain(tenant, at, key)
    except UnknownTenantError as error:
        raise CannotError(_unknown_tenant(error, loaded, config_dir, tenant)) from error
    except KeySyntaxError as error:
        raise CannotError(f"{key}: {error.message}; {error.advice}") from error
    name = None if key is None else explanation.keys[0].name if explanation.keys else key
    explanation = replace(explanation, findings=findings_about(loaded, config_dir, tenant, name))
    click.echo(_shown(explanation, output, in_short=key is None), nl=False)


def _shown(explanation: Explanation, output: str, *, in_short: bool) -> str:
    if output == "json":
        return json.dumps(explanation_view(explanation), indent=2, ensure_ascii=False) + "\n"
    return explained(explanation, in_short=in_short)


def _instant(text: str | None) -> datetime:
    try:
        return datetime.now(UTC) if text is None else parse_instant(text)
    except InstantError as error:
        raise CannotError(f"--at: {error}") from error


def _unknown_tenant(error: UnknownTenantError, loaded: Loaded, config_dir: Path, tenant: str) -> str:
    """Say so, and what is wrong with the file that may have been meant to define it."""
    if not loaded.files:
        return f"{config_dir}: it holds no file that ends in {' or '.join(SUFFIXES)}"
    lines = [f"{error} in {config_dir}. {error.advice}".rstrip()]
    lines += [finding.explained() for finding in findings_about(loaded, config_dir, tenant, None)]
    return "\n".join(lines)
