"""``da-tools schema``: the JSON Schemas by which editors complete and check what people write."""

from pathlib import Path

import click

from dynamic_alerting.cli.errors import failures_told
from dynamic_alerting.cli.loaded_packs import chosen_packs
from dynamic_alerting.cli.packs_dir import PacksDirs, packs_dir_option
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.packs.editor_schemas import SCHEMAS, editor_schemas
from dynamic_alerting.packs.generation import diff_of, write_files


@click.command(name="schema")
@click.argument("kind", required=False, type=click.Choice(tuple(SCHEMAS)))
@packs_dir_option
@click.option(
    "--output-dir",
    type=GivenPath(file_okay=False),
    help="Write tenant.schema.json and defaults.schema.json there, or the one of KIND, instead of printing.",
)
@click.option("--dry-run", is_flag=True, help="With --output-dir: print the difference, write nothing.")
def command(kind: str | None, packs_dirs: PacksDirs, output_dir: Path | None, *, dry_run: bool) -> None:
    """Print the JSON Schema of a tenant's file, or of the platform's files, for the packs in force.

    An editor finds it by the first line of a file: # yaml-language-server: $schema=tenant.schema.json

    Example: da-tools schema tenant --packs.dir packs > tenant.schema.json
    """
    if kind is None and output_dir is None:
        raise click.UsageError(f"say which to print, {' or '.join(SCHEMAS)}, or give --output-dir for both")
    if dry_run and output_dir is None:
        raise click.UsageError("--dry-run goes with --output-dir; printing changes nothing anyway")
    schemas = editor_schemas(chosen_packs(packs_dirs).packs)
    if output_dir is None:
        click.echo(schemas[SCHEMAS[kind or ""]], nl=False)
        return
    files = schemas if kind is None else {SCHEMAS[kind]: schemas[SCHEMAS[kind]]}
    with failures_told():
        if dry_run:
            click.echo("".join(f"{line}\n" for line in diff_of(output_dir, files)), nl=False)
            return
        for name in write_files(output_dir, files):
            click.echo(f"written: {output_dir / name}", err=True)
