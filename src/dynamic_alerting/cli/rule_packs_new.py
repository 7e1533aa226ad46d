"""``da-tools rule-packs new``: a pack.yaml of ten lines that is valid at once."""

from pathlib import Path

import click

from dynamic_alerting.cli.loaded_packs import CannotError, loaded_packs, root_or_checkout
from dynamic_alerting.packs.generation import diff_of, write_files
from dynamic_alerting.packs.loading import PackError
from dynamic_alerting.packs.skeleton import NewPackError, names_of, require_free, skeleton


@click.command(name="new")
@click.argument("name")
@click.option("--title", help="What people call it [default: the word].")
@click.option("--word", help="CamelCase; every alert's name starts with it [default: from NAME].")
@click.option("--component", help="Every key starts with it and `_` [default: from NAME].")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Checkout to work in [default: the one this program runs from].",
)
@click.option("--dry-run", is_flag=True, help="Print what would be written.")
def command(
    *, name: str, title: str | None, word: str | None, component: str | None, root: Path | None, dry_run: bool
) -> None:
    """Write rule-packs/NAME/pack.yaml: ten lines to start from.

    docs/adding-a-pack.md leads from there to a finished pack.

    Example: da-tools rule-packs new nginx
    """
    root = root_or_checkout(root)
    packs = root / "rule-packs"
    try:
        names = names_of(name, word=word, component=component, title=title)
        text = skeleton(names)
        require_free(packs, names, text, loaded_packs(packs))
    except (NewPackError, PackError) as error:
        raise CannotError(str(error)) from error
    files = {f"rule-packs/{name}/pack.yaml": text}
    if dry_run:
        click.echo("".join(f"{line}\n" for line in diff_of(root, files)), nl=False)
        return
    write_files(root, files)
    click.echo(
        f"written: rule-packs/{name}/pack.yaml\n"
        "Next: edit it, then `make generate` and "
        f"`promtool test rules rule-packs/{name}/tests.yaml`; docs/adding-a-pack.md shows the way."
    )
