"""``da-tools rule-packs render``: the rules in the form that one's rule engine takes."""

from pathlib import Path
from urllib.parse import urlsplit

import click

from dynamic_alerting.cli.errors import CannotError
from dynamic_alerting.cli.loaded_packs import chosen_packs, named_pack
from dynamic_alerting.cli.packs_dir import PacksDirs, packs_dir_option
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.packs.environment import Environment, UnusableEnvironmentError, environment_of
from dynamic_alerting.packs.exporter_selector import ExporterSelectorError, checked_selector
from dynamic_alerting.packs.generation import diff_of, write_files
from dynamic_alerting.packs.renderings import FORMS, rendered
from dynamic_alerting.packs.settings import DASHBOARD_BASE_URL, KUBERNETES_NAMESPACE, RUNBOOK_BASE_URL


@click.command(name="render")
@click.argument("pack", nargs=-1)
@click.option("--pack", "more", multiple=True, metavar="PACK", help="The same as PACK; may be repeated.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="prometheus",
    show_default=True,
    help="prometheus: rule files, for vmalert and Thanos Ruler too (docs/engines.md: what each needs). "
    "configmap: as k8s/03-monitoring has them. prometheusrule: objects of the Prometheus Operator. "
    "mimir: for `mimirtool rules load`; raise Mimir's limit ruler_max_rules_per_rule_group (20 unless set) "
    "to 100, or it refuses most groups.",
)
@click.option(
    "--output-dir",
    type=GivenPath(file_okay=False),
    help="Write one file per pack there instead of printing.",
)
@click.option("--dry-run", is_flag=True, help="With --output-dir: print the difference, write nothing.")
@click.option(
    "--runbook-base-url",
    default=RUNBOOK_BASE_URL,
    show_default=True,
    envvar="DA_RUNBOOK_BASE_URL",
    help="Where you publish docs/runbooks; every runbook_url begins with it [env: DA_RUNBOOK_BASE_URL].",
)
@click.option(
    "--dashboard-base-url",
    default=DASHBOARD_BASE_URL,
    show_default=True,
    envvar="DA_DASHBOARD_BASE_URL",
    help="Where your Grafana is; every dashboard_url begins with it [env: DA_DASHBOARD_BASE_URL].",
)
@click.option(
    "--exporter-selector",
    metavar="MATCHERS",
    envvar="DA_EXPORTER_SELECTOR",
    help="Look only at the threshold-exporters with these labels, such as 'job=\"threshold-exporter\"', "
    "where this Prometheus scrapes others, too [env: DA_EXPORTER_SELECTOR].",
)
@click.option(
    "--environment",
    metavar="LABEL=VALUE",
    envvar="DA_ENVIRONMENT",
    help="Read, record and fire only what has this label, such as environment=prod, where one Prometheus has "
    "several environments; all their targets have the label [env: DA_ENVIRONMENT].",
)
@click.option(
    "--namespace",
    default=KUBERNETES_NAMESPACE,
    show_default=True,
    help="Namespace of Kubernetes objects.",
)
@packs_dir_option
def command(
    *,
    pack: tuple[str, ...],
    more: tuple[str, ...],
    form: str,
    output_dir: Path | None,
    runbook_base_url: str,
    dashboard_base_url: str,
    namespace: str,
    exporter_selector: str | None,
    environment: str | None,
    packs_dirs: PacksDirs,
    dry_run: bool,
) -> None:
    """Print the rules of the named packs, or of all, one YAML document each.

    Example: da-tools rule-packs render --format prometheusrule --pack mariadb | kubectl apply -f -
    """
    _check_address("--runbook-base-url", runbook_base_url, "https://…/runbooks")
    _check_address("--dashboard-base-url", dashboard_base_url, "https://…/grafana")
    if dry_run and output_dir is None:
        raise click.UsageError("--dry-run goes with --output-dir; printing changes nothing anyway")
    matchers = None if exporter_selector is None else _checked_selector(exporter_selector)
    place = None if environment is None else _environment(environment)
    names = dict.fromkeys((*pack, *more))
    packs = chosen_packs(packs_dirs).packs
    chosen = [named_pack(name, packs) for name in names] if names else packs
    try:
        files = dict(
            rendered(
                each,
                form,
                runbook_base_url=runbook_base_url,
                dashboard_base_url=dashboard_base_url,
                namespace=namespace,
                exporter_selector=matchers,
                environment=place,
            )
            for each in chosen
        )
    except UnusableEnvironmentError as error:
        raise CannotError(f"--environment {environment}: {error}; {error.advice}") from error
    if output_dir is None:
        click.echo("---\n".join(files.values()), nl=False)
    elif dry_run:
        click.echo("".join(f"{line}\n" for line in diff_of(output_dir, files)), nl=False)
    else:
        for name in write_files(output_dir, files):
            click.echo(f"written: {output_dir / name}", err=True)


def _checked_selector(text: str) -> str:
    try:
        return checked_selector(text)
    except ExporterSelectorError as error:
        advice = "write label matchers, such as 'job=\"threshold-exporter\"'"
        raise CannotError(f"--exporter-selector {text}: {error}; {advice}") from error


def _environment(text: str) -> Environment:
    try:
        return environment_of(text)
    except UnusableEnvironmentError as error:
        raise CannotError(f"--environment {text}: {error}; {error.advice}") from error


def _check_address(option: str, address: str, instead: str) -> None:
    if urlsplit(address).scheme not in {"http", "https"}:
        raise CannotError(f"{option} {address} is no address; write {instead}")
