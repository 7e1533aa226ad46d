#!/usr/bin/env bash
# Fetches through Go what other projects check rule files with, so that tests/rules/test_renderings_elsewhere.py
# checks with it what `da-tools rule-packs render` writes: the Prometheus Operator's definition of PrometheusRule,
# and mimirtool. Takes minutes and about 3 GB of Go's caches, so `make test` does without.
#   scripts/render-checkers.sh             into .state/checkers, where the test looks
#   scripts/render-checkers.sh DIRECTORY   into another one; give it to the test as DA_RENDER_CHECKERS
set -euo pipefail

operator=github.com/prometheus-operator/prometheus-operator@${OPERATOR_VERSION:-v0.85.0}
mimir=github.com/grafana/mimir@${MIMIR_VERSION:-v1.3.1-0.20260423142704-aced80d74930}
definition=example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml

fail() { printf 'render-checkers: %s\n' "$*" >&2; exit 2; }

command -v go >/dev/null || fail "go was not found; install Go 1.25 or later from https://go.dev/dl/"
target=${1:-$(dirname "$0")/../.state/checkers}
mkdir -p "$target"
target=$(cd "$target" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

# Prints the directory in which Go's cache holds a module.
fetched() {
  printf 'render-checkers: fetching %s\n' "$1" >&2
  go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p'
}

install -m 0644 "$(fetched "$operator")/$definition" "$target/prometheusrule.yaml"

# `go install` refuses a go.mod with replace directives: build in a writable copy.
cp -R "$(fetched "$mimir")" mimir
chmod -R u+w mimir
printf 'render-checkers: building mimirtool (minutes)\n' >&2
(cd mimir && go build -o "$target/mimirtool" ./cmd/mimirtool)
"$target/mimirtool" version
