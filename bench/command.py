"""``make benchmark``: measures, and reports as text, JSON, HTML, or as the page of the documentation."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from bench.pages import words
from bench.pages.html import as_html
from bench.pages.page import PAGE, RESULTS, write_page
from bench.pages.text import as_text
from bench.parts import CURVE, FULL, PARTS, QUICK, QUICK_PARTS, TINY, Part, Plan
from bench.report import machine
from bench.results import Measured, as_json, save, saved
from bench.rules_turns import UnequalError
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.signals import EndRequested, end_on

INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""
TITLE = "Benchmarks of Dynamic Alerting"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "json_wanted", is_flag=True, help="Print the results as JSON instead of text.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write a report with plots."
)
@click.option(
    "--part",
    "chosen",
    multiple=True,
    type=click.Choice([part.name for part in PARTS]),
    help="Measure this part only; may be repeated.",
)
@click.option(
    "--tenants",
    multiple=True,
    type=click.IntRange(min=1, max=10_000),
    help="Measure with so many tenants; may be repeated.",
)
@click.option(
    "--scaling-curve",
    is_flag=True,
    help=f"Compare the rules with {words.listed(CURVE)} tenants; the rules only, without --part.",
)
@click.option(
    "--under-load",
    is_flag=True,
    help="Compare the rules also while an exporter reloads and is scraped; the rules only, without --part.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    help=f"Turns of each design in the comparison of rules: {QUICK.rounds}, in full {FULL.rounds}.",
)
@click.option("--full", is_flag=True, help="Everything that the page shows; takes more than an hour.")
@click.option("--tiny", is_flag=True, help="The smallest sizes: shows only that everything runs.")
@click.option(
    "--page", is_flag=True, help="Keep the results in docs/benchmarks/ and write docs/benchmarks.md."
)
@click.option("--render", is_flag=True, help="Measure nothing; report on the results in docs/benchmarks/.")
def main(
    *,
    json_wanted: bool,
    html: Path | None,
    chosen: tuple[str, ...],
    tenants: tuple[int, ...],
    scaling_curve: bool,
    under_load: bool,
    rounds: int | None,
    full: bool,
    tiny: bool,
    page: bool,
    render: bool,
) -> None:
    """Measure what this project costs, beside others that do the same.

    Progress goes to standard error. Exit codes: 0 measured, 2 could not, 130 interrupted.

    Example: make benchmark ARGS="--part latency --html report.html"
    """
    parts = parts_of(chosen, rules_only=scaling_curve or under_load, full=full)
    plan = plan_of(tenants, scaling_curve=scaling_curve, under_load=under_load, full=full, tiny=tiny)
    plan = replace(plan, rounds=rounds or plan.rounds)
    try:
        with end_on():
            results = saved(RESULTS) if render else measure(parts, plan)
    except (StackError, ApiError, UnequalError, FileNotFoundError, RuntimeError, TimeoutError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except (EndRequested, KeyboardInterrupt):
        click.echo("interrupted; everything that was started has ended", err=True)
        sys.exit(INTERRUPTED)
    if page:
        for one in results:
            save(one, RESULTS)
        write_page([one.section() for one in saved(RESULTS)], tables())
        click.echo(f"written: {PAGE}", err=True)
    sections = [one.section() for one in results]
    if html is not None:
        html.write_text(as_html(TITLE, sections), encoding="utf-8")
        click.echo(f"written: {html}", err=True)
    click.echo(as_json(results) if json_wanted else as_text(sections), nl=False)


def parts_of(chosen: Sequence[str], *, rules_only: bool, full: bool) -> list[Part]:
    """Which parts are measured: those chosen, or those that the other options are about."""
    if chosen:
        names: Sequence[str] = chosen
    elif full:
        names = [part.name for part in PARTS]
    else:
        names = ["rules"] if rules_only else QUICK_PARTS
    return [part for part in PARTS if part.name in names]


def plan_of(tenants: Sequence[int], *, scaling_curve: bool, under_load: bool, full: bool, tiny: bool) -> Plan:
    """How much of each is measured."""
    plan = TINY if tiny else FULL if full else QUICK
    if scaling_curve:
        plan = replace(plan, rules=CURVE)
    if tenants:
        sizes = tuple(sorted(set(tenants)))
        plan = replace(plan, rules=sizes, sizes=sizes)
    if under_load:
        plan = replace(plan, rules_under_load=plan.rules)
    elif not full:
        plan = replace(plan, rules_under_load=())
    return plan


def measure(parts: Sequence[Part], plan: Plan) -> list[Measured]:
    """Measures part after part, and says what it does and how long that takes."""
    command = as_called(sys.argv[1:])
    takes = sum(part.takes(plan) for part in parts)
    click.echo(f"{', '.join(part.name for part in parts)}: {words.minutes(takes)}", err=True)
    results = []
    for part in parts:
        click.echo(f"{part.name}: {part.about}, {words.minutes(part.takes(plan))}", err=True)
        result = part.measure(plan, _progress)
        results.append(Measured(part, command, machine(), result))
    return results


def as_called(arguments: Sequence[str]) -> str:
    """The command of ``make`` with these arguments."""
    if not arguments:
        return "make benchmark"
    return f"make benchmark ARGS={shlex.quote(shlex.join(arguments))}"


def tables() -> dict[str, str]:
    """What can be chosen, as tables in Markdown."""
    return {"options": _options(), "parts": _parts()}


def _parts() -> str:
    rows = [f"| `{part.name}` | {part.about} |" for part in PARTS]
    return "\n".join(["| part | |", "| --- | --- |", *rows])


def _options() -> str:
    rows = ["| option | |", "| --- | --- |"]
    for parameter in main.params:
        if isinstance(parameter, click.Option):
            kind = f" {parameter.make_metavar(click.Context(main))}" if not parameter.is_flag else ""
            rows.append(f"| `{parameter.opts[0]}{kind.replace('|', ', ')}` | {parameter.help} |")
    return "\n".join(rows)


def _progress(text: str) -> None:
    click.echo(f"  {text}", err=True)
