"""``da-tools rule-packs new``: a pack.yaml of ten lines that is valid at once, or a copy to change."""

from collections.abc import Sequence
from pathlib import Path

import click

from dynamic_alerting.cli.errors import CannotError, failures_told
from dynamic_alerting.cli.loaded_packs import chosen_packs, root_or_checkout
from dynamic_alerting.cli.packs_dir import PacksDirs, own_directories, packs_dir_option, told
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.generation import diff_of, write_files
from dynamic_alerting.packs.loading import read_packs
from dynamic_alerting.packs.own_directories import PACK_FILE, pack_files
from dynamic_alerting.packs.problems import PackError
from dynamic_alerting.packs.read_pack import ReadPack
from dynamic_alerting.packs.skeleton import NewPackError, names_of, require_free, skeleton


@click.command(name="new")
@click.argument("name")
@click.option("--title", help="What people call it [default: the word].")
@click.option("--word", help="CamelCase; every alert's name starts with it [default: from NAME].")
@click.option("--component", help="Every key starts with it and `_` [default: from NAME].")
@click.option(
    "--root",
    type=GivenPath(exists=True, file_okay=False),
    help="Checkout to work in [default: the one this program runs from].",
)
@packs_dir_option
@click.option(
    "--copy",
    "is_copy",
    is_flag=True,
    help="With --packs.dir: copy the shipped pack NAME, to change it; yours then replaces it.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be written.")
def command(
    *,
    name: str,
    title: str | None,
    word: str | None,
    component: str | None,
    root: Path | None,
    packs_dirs: PacksDirs,
    is_copy: bool,
    dry_run: bool,
) -> None:
    """Write rule-packs/NAME/pack.yaml: ten lines to start from.

    With --packs.dir it is written there, into the last directory if there are several. docs/adding-a-pack.md
    leads from there to a finished pack.

    Example: da-tools rule-packs new nginx
    """
    directories = own_directories(packs_dirs, root)
    if is_copy and not directories:
        raise click.UsageError("--copy goes with --packs.dir: a checkout has the pack already")
    if is_copy and (title or word or component):
        raise click.UsageError("--copy keeps the pack's title, word and component; change them in the file")
    target = directories[-1] if directories else root_or_checkout(root) / "rule-packs"
    if is_copy:
        text = _copied(name, target)
    else:
        if directories and name in _shipped():
            raise CannotError(f"pack {name} ships with this program; give --copy to replace it by a copy")
        try:
            names = names_of(name, word=word, component=component, title=title)
            text = skeleton(names)
            require_free(target, names, text, _present(directories, target))
        except NewPackError as error:
            raise CannotError(str(error)) from error
        except PackError as error:
            raise CannotError(told(error)) from error
    shown = f"{target / name / PACK_FILE}" if directories else f"rule-packs/{name}/{PACK_FILE}"
    files = {f"{name}/{PACK_FILE}" if directories else shown: text}
    base = target if directories else target.parent
    if dry_run:
        click.echo("".join(f"{line}\n" for line in diff_of(base, files)), nl=False)
        return
    with failures_told():
        write_files(base, files)
    make = f"`da-tools rule-packs generate --packs.dir {target}`" if directories else "`make generate`"
    tests = shown.replace(PACK_FILE, "tests.yaml")
    click.echo(
        f"written: {shown}\n"
        f"Next: edit it, then {make} and `promtool test rules {tests}`; docs/adding-a-pack.md shows the way."
    )


def _present(directories: Sequence[Path], target: Path) -> Sequence[ReadPack]:
    """Return the packs beside which the new one is to be; the directory for it may still be empty."""
    if not directories:
        return read_packs(target)
    files, problems = pack_files(target) if target.exists() else ([], [])
    is_empty = not files and all(problem.file == target for problem in problems)
    return chosen_packs(directories[:-1] if is_empty else directories).read


def _copied(name: str, target: Path) -> str:
    folder = target / name
    if folder.exists():
        raise CannotError(f"{folder} exists; edit its {PACK_FILE}")
    shipped = _shipped()
    if name not in shipped:
        raise CannotError(f"no pack {name} ships with this program; there are {', '.join(shipped)}")
    return (rule_packs_directory() / name / PACK_FILE).read_text(encoding="utf-8")


def _shipped() -> list[str]:
    return sorted(path.parent.name for path in rule_packs_directory().glob(f"*/{PACK_FILE}"))
