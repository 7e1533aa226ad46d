"""``da-tools stack``: the whole platform on this machine, with real servers."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dynamic_alerting.cli.stack_texts import (
    DEFAULT_STATE_DIR,
    addresses,
    alert_list,
    called_as,
    outcome_json,
    outcome_table,
    program_table,
    status_json,
    suggestions,
)
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.stack import background
from dynamic_alerting.stack.demo import Demo
from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.load import hold_connections
from dynamic_alerting.stack.mariadb import client_file
from dynamic_alerting.stack.observations import Observer
from dynamic_alerting.stack.platform import Platform
from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.record import Record
from dynamic_alerting.stack.settings import DEFAULT_PORT_BASE, Settings
from dynamic_alerting.stack.signals import EndRequested, end_on
from dynamic_alerting.stack.status import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dynamic_alerting.stack.steps import Outcome, Step

DEMO_PORT_BASE = DEFAULT_PORT_BASE + 100
INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""

OUTPUT = click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What to print on standard output; progress goes to standard error.",
)


def _state_dir(default: str) -> Callable[..., Any]:
    return click.option(
        "--state-dir",
        envvar="STACK_STATE_DIR",
        type=GivenPath(file_okay=False),
        default=default,
        show_default=True,
        help="Where data, configuration copies and logs are kept.",
    )


def _port_base(default: int) -> Callable[..., Any]:
    return click.option(
        "--port-base",
        envvar="STACK_PORT_BASE",
        type=click.IntRange(1, 65_000),
        default=default,
        show_default=True,
        help="The first of 22 ports on 127.0.0.1.",
    )


CONFIG_DIR = click.option(
    "--config-dir",
    envvar="STACK_CONFIG_DIR",
    type=GivenPath(exists=True, file_okay=False),
    default="conf.d",
    show_default=True,
    help="The tenants' files. They are copied; only the copy is served.",
)
RULE_PACKS = click.option(
    "--rule-packs",
    envvar="STACK_RULE_PACKS",
    type=GivenPath(exists=True, file_okay=False),
    help="Directory whose */rules.yaml Prometheus loads [default: the packs that ship with this program].",
)
INTERVAL = click.option(
    "--interval",
    envvar="STACK_INTERVAL",
    type=click.IntRange(1, 60),
    default=2,
    show_default=True,
    help="Seconds between scrapes and between evaluations.",
)


@click.group(name="stack")
def command() -> None:
    """Run the whole platform on this machine: MariaDB, exporters, Prometheus, Alertmanager.

    Example: da-tools stack up
    """


@command.command()
@_state_dir(DEFAULT_STATE_DIR)
@_port_base(DEFAULT_PORT_BASE)
@CONFIG_DIR
@RULE_PACKS
@INTERVAL
@click.option("--keep-history", is_flag=True, help="Keep metrics and notifications of the last run.")
@OUTPUT
def up(  # noqa: PLR0917 - click passes options by name
    state_dir: Path,
    port_base: int,
    config_dir: Path,
    rule_packs: Path | None,
    interval: int,
    keep_history: bool,  # noqa: FBT001 - a flag
    output: str,
) -> None:
    """Start the platform and leave it running.

    When it runs already, programs of it that ended are started again.

    Example: da-tools stack up --port-base 29090
    """
    settings = _settings(state_dir, port_base, config_dir, rule_packs, interval, keep_history=keep_history)
    with _failures_told(), end_on():
        if background.holder(settings.state_dir) is not None:
            _progress(f"the platform in {state_dir} runs already")
            status = background.repair(settings.state_dir, _progress)
        else:
            background.start(settings, _progress)
            status = look(settings.state_dir)
    if output == "json":
        click.echo(json.dumps(status_json(status), indent=2))
    else:
        click.echo(f"{program_table(status)}\n\n{suggestions(status, settings)}")


@command.command()
@_state_dir(DEFAULT_STATE_DIR)
@OUTPUT
def status(state_dir: Path, output: str) -> None:
    """Say for each program whether it is healthy, and what fires.

    Exit code 1 when the platform, or a program of it, is not healthy.

    Example: da-tools stack status --output json
    """
    with _failures_told():
        found = look(state_dir.absolute())
    if output == "json":
        click.echo(json.dumps(status_json(found), indent=2))
    elif not found.running:
        click.echo(f"the platform in {state_dir} is not running; `{called_as()} stack up` starts it")
    else:
        click.echo(f"{program_table(found)}\n\n{alert_list(found.alerts)}")
    sys.exit(0 if found.healthy else 1)


@command.command()
@_state_dir(DEFAULT_STATE_DIR)
@OUTPUT
def down(state_dir: Path, output: str) -> None:
    """End the platform, and what a crashed one has left running.

    Example: da-tools stack down
    """
    started = time.monotonic()
    with _failures_told():
        was_running = background.stop(state_dir.absolute(), _progress)
    if output == "json":
        click.echo(json.dumps({"was_running": was_running}))
    elif was_running:
        click.echo(f"ended; nothing of it is left running ({time.monotonic() - started:.1f} s)")
    else:
        click.echo(f"the platform in {state_dir} was not running")


@command.command()
@_state_dir(".state/demo")
@_port_base(DEMO_PORT_BASE)
@CONFIG_DIR
@RULE_PACKS
@OUTPUT
def demo(state_dir: Path, port_base: int, config_dir: Path, rule_packs: Path | None, output: str) -> None:
    """Start a platform and watch one tenant's YAML change fire an alert for that tenant alone.

    Takes about two and a half minutes, and ends everything that it started. Exit code 1 when something
    was not seen as expected.

    Example: da-tools stack demo
    """
    started = time.monotonic()
    settings = _settings(state_dir, port_base, config_dir, rule_packs)
    outcomes: list[Outcome] = []
    total = 0
    say = _progress if output == "json" else click.echo

    def tell(step: Step) -> None:
        nonlocal total
        total += 1
        say(f"\n[{time.monotonic() - started:5.1f} s] {total}. {step.what}")
        say(f"          expected: {step.expected}")

    def told(outcome: Outcome) -> None:
        outcomes.append(outcome)
        verdict = "ok" if outcome.as_expected else "NOT AS EXPECTED"
        say(f"          seen:     {outcome.seen}\n          {verdict}, after {outcome.seconds:.1f} s")

    with _failures_told(), end_on(), Platform(settings, Programs.find(), say) as platform:
        say(f"\n{addresses(settings)}")
        with Observer(settings) as observer:
            Demo(platform, observer).play(tell, told)
    well = bool(outcomes) and all(outcome.as_expected for outcome in outcomes)
    if output == "json":
        seconds = round(time.monotonic() - started, 1)
        steps = [outcome_json(outcome) for outcome in outcomes]
        click.echo(json.dumps({"as_expected": well, "seconds": seconds, "steps": steps}, indent=2))
    else:
        click.echo("\n" + outcome_table(outcomes))
        verdict = "everything was seen as expected" if well else "NOT everything was seen as expected"
        seconds = time.monotonic() - started
        click.echo(f"\n{verdict}, in {seconds:.0f} s; all programs were ended. Logs: {state_dir}/logs")
    sys.exit(0 if well else 1)


@command.command()
@click.argument("tenant")
@click.option("--connections", type=click.IntRange(1, 1000), default=60, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 86_400), default=300, show_default=True)
@_state_dir(DEFAULT_STATE_DIR)
def load(tenant: str, connections: int, seconds: int, state_dir: Path) -> None:
    """Hold connections open on a tenant's MariaDB server of the running platform.

    Example: da-tools stack load db-a --connections 60
    """
    with _failures_told(), end_on():
        record = Record.read(state_dir.absolute())
        if record is None or background.holder(state_dir.absolute()) is None:
            raise StackError(
                f"the platform in {state_dir} is not running; `{called_as()} stack up` starts it"
            )
        if tenant not in record.settings.tenants:
            raise StackError(f"no tenant {tenant!r} here; there are: {', '.join(record.settings.tenants)}")
        with hold_connections(client_file(record.settings, tenant, "load"), connections):
            click.echo(f"{connections} connections are open on {tenant} for {seconds} s; Ctrl-C closes them")
            time.sleep(seconds)


def _settings(
    state_dir: Path,
    port_base: int,
    config_dir: Path,
    rule_packs: Path | None,
    interval: int = 2,
    *,
    keep_history: bool = False,
) -> Settings:
    return Settings(
        state_dir=state_dir.absolute(),
        config_source=config_dir.absolute(),
        rule_packs=(rule_packs or rule_packs_directory()).absolute(),
        port_base=port_base,
        interval_s=interval,
        keep_history=keep_history,
    )


@contextmanager
def _failures_told() -> Iterator[None]:
    """End with exit code 2 and the reason, without a traceback, when something could not be done."""
    try:
        yield
    except (StackError, ApiError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except (EndRequested, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)


def _progress(text: str) -> None:
    click.echo(text, err=True)
