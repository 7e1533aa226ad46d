"""Copies of the packs' rules that promtool runs test files against, as they are or with a mutation."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "rule-packs"
FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted((FIXTURES / "outages").glob("*.yaml"))

Document = dict[str, Any]


class Workshop:
    """A directory with each pack's ``rules.yaml`` and, beside them, the test files that are run."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        for rules in PACKS.glob("*/rules.yaml"):
            pack = directory / rules.parent.name
            pack.mkdir()
            for each in (rules, *rules.parent.glob("tests*.yaml")):
                shutil.copy(each, pack)

    def mutate(self, pack: str, mutation: Callable[[Document], int]) -> int:
        """Change a pack's rules.

        Returns:
            How many rules the mutation says that it has changed.
        """
        path = self._directory / pack / "rules.yaml"
        document = yaml.safe_load(path.read_text())
        changed = mutation(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        return changed

    def path(self, tests: Path) -> Path:
        """Where a test file is here: a pack's own beside its rules, another beside the packs."""
        if tests.is_relative_to(PACKS):
            return self._directory / tests.relative_to(PACKS)
        return Path(shutil.copy(tests, self._directory))

    def fails(self, tests: Path, program: str = "promtool") -> str:
        """Run a test file and return promtool's answer if a test failed; nothing if all passed."""
        command = [program, "test", "rules", str(self.path(tests))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        answer = done.stdout + done.stderr
        assert done.returncode == 0 or "FAILED" in answer, answer
        return answer if done.returncode else ""

    def require(self, tests: Path, program: str = "promtool") -> None:
        answer = self.fails(tests, program)
        assert not answer, answer
