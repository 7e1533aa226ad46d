"""The options of commands that may ask Prometheus which signals there are."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, TypeAlias

import click

from dynamic_alerting.exporter.discovery.settings import UrlError, check_url
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.prometheus.recorded_signals import RecordedSignals

Command: TypeAlias = Callable[..., Any]

#: Seconds that an answer may take; nobody waits for it but who asked.
_TIMEOUT = 60.0


def _checked(_: click.Context, __: click.Parameter, url: str | None) -> str | None:
    try:
        return check_url(url) if url else None
    except UrlError as error:
        raise click.BadParameter(str(error)) from error


def prometheus_options(command: Command) -> Command:
    """Gives a command ``--prometheus`` and ``--bearer-token-file``, with the exporter's environment twins."""
    asked = click.option(
        "--prometheus",
        envvar="PROMETHEUS_URL",
        metavar="URL",
        callback=_checked,
        help="Prometheus to ask which signals there are; without it, what needs signals is not looked for "
        "(environment: PROMETHEUS_URL).",
    )
    token = click.option(
        "--bearer-token-file",
        envvar="PROMETHEUS_BEARER_TOKEN_FILE",
        type=GivenPath(),
        help="File with a bearer token for Prometheus (environment: PROMETHEUS_BEARER_TOKEN_FILE).",
    )
    return asked(token(command))


def asked_signals(url: str, bearer_token_file: Path | None) -> AbstractContextManager[RecordedSignals]:
    """The signals of a Prometheus, asked within the ``with`` block.

    Raises:
        SignalsUnknown: the address cannot be one.
    """
    if bearer_token_file is not None and "@" in url:
        raise click.UsageError(
            "Give either a user and password in --prometheus or --bearer-token-file, not both."
        )
    return closing(RecordedSignals(url, timeout_s=_TIMEOUT, bearer_token_file=bearer_token_file))
