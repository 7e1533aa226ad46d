"""The flags of discovery, as one decorator for the program's command."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

import click

from dynamic_alerting.exporter.discovery.settings import DiscoverySettings, UrlError, check_url
from dynamic_alerting.exporter.durations import Duration
from dynamic_alerting.exporter.given_path import GivenPath

Command: TypeAlias = Callable[..., Any]
_PREFIX = "THRESHOLD_EXPORTER_DISCOVERY"


class _PrometheusUrl(click.ParamType[Any]):
    """http(s)://[user:password@]host[:port][/path]."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        try:
            return check_url(str(value))
        except UrlError as error:
            self.fail(str(error), param, ctx)


_OPTIONS = (
    click.option(
        "--prometheus.url",
        "prometheus_url",
        envvar="PROMETHEUS_URL",
        type=_PrometheusUrl(),
        help="Prometheus to ask which label values patterns match now; without it, they are not expanded.",
    ),
    click.option(
        "--prometheus.bearer-token-file",
        "bearer_token_file",
        envvar="PROMETHEUS_BEARER_TOKEN_FILE",
        type=GivenPath(),
        help="File with a bearer token for Prometheus; read at every request.",
    ),
    click.option(
        "--prometheus.startup-wait",
        "startup_wait",
        envvar="THRESHOLD_EXPORTER_PROMETHEUS_STARTUP_WAIT",
        type=Duration("0s", "1h"),
        default="1m",
        show_default=True,
        help="How long to wait, at most, until patterns are expanded before the first thresholds are served. "
        "0 to serve at once.",
    ),
    click.option(
        "--discovery.interval",
        "discovery_interval",
        envvar=f"{_PREFIX}_INTERVAL",
        # The alert ThresholdExporterExpansionStale takes five minutes without an answer for a failure.
        type=Duration("1s", "2m"),
        default="30s",
        show_default=True,
        help="How often to ask.",
    ),
    click.option(
        "--discovery.timeout",
        "discovery_timeout",
        envvar=f"{_PREFIX}_TIMEOUT",
        type=Duration("100ms", "1m"),
        default="10s",
        show_default=True,
        help="How long to wait for an answer.",
    ),
    click.option(
        "--discovery.retention",
        "discovery_retention",
        envvar=f"{_PREFIX}_RETENTION",
        type=Duration("1s", "24h"),
        default="10m",
        show_default=True,
        help="How long, at least, a label value keeps its threshold after its last sample.",
    ),
)


def discovery_flags(command: Command) -> Command:
    """Gives a command the flags; their values come as the arguments of discovery_settings."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def discovery_settings(
    *,
    prometheus_url: str | None,
    bearer_token_file: Path | None,
    startup_wait: float,
    discovery_interval: float,
    discovery_timeout: float,
    discovery_retention: float,
) -> DiscoverySettings:
    """What the flags say.

    Raises:
        click.UsageError: They contradict each other.
    """
    if bearer_token_file is not None and "@" in (prometheus_url or ""):
        raise click.UsageError(
            "Give either a user and password in --prometheus.url or --prometheus.bearer-token-file, not both."
        )
    return DiscoverySettings(
        prometheus_url,
        bearer_token_file,
        discovery_interval,
        discovery_timeout,
        discovery_retention,
        startup_wait,
    )
