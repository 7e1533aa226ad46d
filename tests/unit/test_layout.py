"""The layout shows the architecture: import order, file sizes and links are held by tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "dynamic_alerting"


def _documented_order() -> list[str]:
    """Read the package order from docs/architecture.md, its only source."""
    return re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)


def _imported_packages(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names = [node.module or ""]
        for name in names:
            if name.startswith("dynamic_alerting."):
                yield name.split(".")[1]


def test_every_package_has_its_place_in_the_documented_order() -> None:
    packages = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
    assert packages == sorted(_documented_order())


def test_a_package_imports_only_those_above_it() -> None:
    order = _documented_order()
    wrong = [
        f"{module.relative_to(ROOT)} imports {imported}"
        for package in order
        for module in (PACKAGE / package).rglob("*.py")
        for imported in _imported_packages(module)
        if imported in order and order.index(imported) > order.index(package)
    ]
    assert wrong == []


def test_no_module_is_long() -> None:
    long = {
        str(module.relative_to(ROOT)): length
        for module in PACKAGE.rglob("*.py")
        if (length := len(module.read_text().splitlines())) > 500
    }
    assert long == {}


PAGES = [
    *sorted(page.relative_to(ROOT).as_posix() for page in ROOT.glob("docs/**/*.md")),
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "rule-packs/README.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []
