"""What ships with the program is found, and reading it costs the exporter nothing."""

import subprocess
import sys

from dynamic_alerting.packs.bundled import load_catalogue, rule_packs_directory


def test_the_catalogue_holds_the_seed_s_first_key() -> None:
    assert load_catalogue().component_metric("mysql_connections") == ("mysql", "connections")


def test_the_packs_are_found() -> None:
    assert (rule_packs_directory() / "mariadb" / "pack.yaml").is_file()


def test_reading_the_catalogue_imports_no_pydantic() -> None:
    code = (
        "import sys; from dynamic_alerting.packs.bundled import load_catalogue; load_catalogue();"
        "print([name for name in ('pydantic', 'yaml', 'promql_parser') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
