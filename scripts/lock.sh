#!/usr/bin/env bash
# Writes requirements/*.txt (every version and hash pinned) from pyproject.toml. Run inside .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
export CUSTOM_COMPILE_COMMAND="scripts/lock.sh"
build_and_test=$(mktemp --suffix=.in)
trap 'rm -f "$build_and_test"' EXIT
python - >"$build_and_test" <<'PYTHON'
import tomllib

project = tomllib.load(open("pyproject.toml", "rb"))
print("\n".join(project["dependency-groups"]["dev"] + project["build-system"]["requires"]))
PYTHON
pin=(pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-annotate
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@")
"${pin[@]}" --output-file requirements/runtime.txt pyproject.toml
"${pin[@]}" --constraint requirements/runtime.txt --output-file requirements/dev.txt pyproject.toml "$build_and_test"
