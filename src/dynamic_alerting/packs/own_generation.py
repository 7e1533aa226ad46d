"""What is generated beside a ``pack.yaml`` of one's own, outside of any checkout."""

from pathlib import Path

from dynamic_alerting.packs.dashboards import pack_dashboard
from dynamic_alerting.packs.generation import cases_text, rules_text, stale_files
from dynamic_alerting.packs.own import PacksInForce
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.pages import reference_page, runbook_page

Files = dict[str, str]


def own_files(force: PacksInForce) -> dict[Path, Files]:
    """Return, for each directory of one's own, every generated file: path under it to its whole text."""
    files: dict[Path, Files] = {}
    for pack in force.packs:
        if pack.pack in force.own:
            directory = force.file(pack.pack).parent.parent
            files.setdefault(directory, {}).update(_beside(pack))
    return files


def stale_own_files(files: dict[Path, Files]) -> list[Path]:
    """Return the files that differ from what would be written; one that was never generated is not stale."""
    return [
        directory / name
        for directory, texts in files.items()
        for name in stale_files(directory, texts)
        if (directory / name).exists()
    ]


def _beside(pack: Pack) -> Files:
    texts = {
        "rules.yaml": rules_text(pack),
        "tests.yaml": cases_text(pack),
        "dashboard.json": pack_dashboard(pack),
        "reference.md": _links_here(reference_page(pack), pack),
        "runbook.md": _links_here(runbook_page(pack), pack),
    }
    return {f"{pack.pack}/{name}": text for name, text in texts.items()}


def _links_here(page: str, pack: Pack) -> str:
    """Let links of a checkout's layout lead to the files beside the page."""
    name = pack.pack
    for far, near in (
        (f"](../../rule-packs/{name}/", "]("),
        (f"](../rule-packs/{name}.md", "](reference.md"),
        (f"](../runbooks/{name}.md", "](runbook.md"),
    ):
        page = page.replace(far, near)
    return page
