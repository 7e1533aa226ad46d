"""Everything that is generated from the packs of a checkout, and whether it is current."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from dynamic_alerting.config.schema import defaults_schema, tenant_schema
from dynamic_alerting.packs.cases import pack_cases
from dynamic_alerting.packs.dashboards import overview_dashboard, pack_dashboard
from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.examples import EVALUATION
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.pages import reference_page, runbook_page
from dynamic_alerting.packs.promtool_tests import promtool_tests
from dynamic_alerting.packs.renderings import rendered
from dynamic_alerting.packs.rules import rule_file
from dynamic_alerting.packs.yaml_text import dump

CATALOGUE = "src/dynamic_alerting/packs/catalogue.json"
KUBERNETES = "k8s/03-monitoring"


def generated_files(packs: list[Pack]) -> dict[str, str]:
    """Return every generated file: path under the checkout's root to its whole text."""
    catalogue = catalogue_of(packs)
    files = {
        CATALOGUE: catalogue.to_json(),
        "schemas/tenant.schema.json": tenant_schema(catalogue),
        "schemas/defaults.schema.json": defaults_schema(catalogue),
    }
    files["dashboards/overview.json"] = overview_dashboard(packs)
    for pack in packs:
        files[f"dashboards/{pack.pack}.json"] = pack_dashboard(pack)
        files[f"rule-packs/{pack.pack}/rules.yaml"] = rules_text(pack)
        files[f"rule-packs/{pack.pack}/tests.yaml"] = cases_text(pack)
        config_map, text = rendered(pack, "configmap")
        files[f"{KUBERNETES}/{config_map}"] = text
        files[f"docs/rule-packs/{pack.pack}.md"] = reference_page(pack)
        files[f"docs/runbooks/{pack.pack}.md"] = runbook_page(pack)
    return files


def rules_text(pack: Pack) -> str:
    """Return the pack's rules as a Prometheus rule file."""
    return dump(rule_file(pack))


def cases_text(pack: Pack) -> str:
    """Return the pack's generated promtool tests. Hand-written ones stand in tests-extra.yaml."""
    tests = promtool_tests(pack_cases(pack))
    return dump({"rule_files": ["rules.yaml"], "evaluation_interval": f"{EVALUATION}s", "tests": tests})


def stale_files(root: Path, files: dict[str, str]) -> list[str]:
    """Return the paths of generated files that are missing or differ from what would be written."""
    return [name for name, text in files.items() if _text(root / name) != text]


def write_files(root: Path, files: dict[str, str]) -> list[str]:
    """Write what is not current, each file at once, and return the paths written."""
    stale = stale_files(root, files)
    for name in stale:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.new")
        unfinished.write_text(files[name], encoding="utf-8")
        unfinished.replace(path)
    return stale


def diff_of(root: Path, files: dict[str, str]) -> Iterator[str]:
    """Return the lines of a unified diff between what is there and what would be written."""
    for name in stale_files(root, files):
        old = _text(root / name)
        before = "/dev/null" if old is None else f"a/{name}"
        yield from unified_diff(
            (old or "").splitlines(), files[name].splitlines(), before, f"b/{name}", lineterm=""
        )


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
