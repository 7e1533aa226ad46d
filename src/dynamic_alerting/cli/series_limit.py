"""The option of commands that foresee which of a tenant's series the exporter serves."""

import click

from dynamic_alerting.config.series_limit import DEFAULT_SERIES_LIMIT

series_limit_option = click.option(
    "--series-limit",
    type=click.IntRange(min=0),
    default=DEFAULT_SERIES_LIMIT,
    show_default=True,
    help="The exporter's --limit.series-per-tenant; 0 for none.",
)
