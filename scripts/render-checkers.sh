#!/usr/bin/env bash
# Fetches what other projects say about rule files and dashboards, for tests/rules/test_outputs_elsewhere.py:
#   operator   the Prometheus Operator's definitions of PrometheusRule and monitors (Go's module proxy, seconds)
#   grafana    Grafana's types of dashboards and panels, as one JSON schema (npm, seconds)
#   mimirtool  the program itself, built from source (Go; minutes, and about 3 GB of Go's caches)
#
#   scripts/render-checkers.sh                    all three, into .state/checkers, where the test looks
#   scripts/render-checkers.sh operator grafana   some of them
#   DA_RENDER_CHECKERS=~/checkers scripts/render-checkers.sh   into another directory; tell the test the same way
set -euo pipefail

operator_version=${OPERATOR_VERSION:-v0.85.0}
grafana_version=${GRAFANA_VERSION:-13.2.3}
mimir_version=${MIMIR_VERSION:-v1.3.1-0.20260423142704-aced80d74930}

fail() { printf 'render-checkers: %s\n' "$*" >&2; exit 2; }
say() { printf 'render-checkers: %s\n' "$*" >&2; }
need() { command -v "$1" >/dev/null || fail "$1 was not found; $2"; }

target=${DA_RENDER_CHECKERS:-$(dirname "$0")/../.state/checkers}
mkdir -p "$target"
target=$(cd "$target" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Prints the directory in which Go's cache holds a module.
fetched() {
  say "fetching $1"
  GOWORK=off GOFLAGS=-mod=mod go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p'
}

operator() {
  need go "install Go 1.25 or later from https://go.dev/dl/"
  local module
  module=$(fetched "github.com/prometheus-operator/prometheus-operator@$operator_version")
  local kind
  for kind in prometheusrule servicemonitor podmonitor; do
    install -m 0644 "$module/example/prometheus-operator-crd/monitoring.coreos.com_${kind}s.yaml" "$target/$kind.yaml"
  done
}

grafana() {
  need npm "install Node.js 20 or later"
  say "fetching @grafana/schema $grafana_version"
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" \
    "@grafana/schema@$grafana_version" typescript@7.0.2 ts-json-schema-generator@2.4.0
  local types=@grafana/schema/dist/types/raw panel
  {
    printf "import * as dashboard from '%s/dashboard/x/types.gen';\n" "$types"
    for panel in timeseries stat table statetimeline; do
      printf "import * as %s from '%s/composable/%s/panelcfg/x/types.gen';\n" "$panel" "$types" "$panel"
    done
    cat <<'TYPES'
export interface Model {
  dashboard: dashboard.Dashboard; row: dashboard.RowPanel; panel: dashboard.Panel;
  timeseries: {options: timeseries.Options; custom: timeseries.FieldConfig};
  stat: {options: stat.Options; custom: {}};
  table: {options: table.Options; custom: table.FieldConfig};
  'state-timeline': {options: statetimeline.Options; custom: statetimeline.FieldConfig};
}
TYPES
  } >model.ts
  cat >tsconfig.json <<'OPTIONS'
{"compilerOptions": {"target": "es2022", "module": "esnext", "moduleResolution": "bundler", "skipLibCheck": true,
  "paths": {"@grafana/schema/dist/*": ["./node_modules/@grafana/schema/dist/*"]}}, "files": ["model.ts"]}
OPTIONS
  node_modules/.bin/ts-json-schema-generator --path model.ts --type Model --expose none --no-type-check \
    --tsconfig tsconfig.json --out "$target/grafana.json"
}

mimirtool() {
  need go "install Go 1.25 or later from https://go.dev/dl/"
  # `go install` refuses a go.mod with replace directives: build in a writable copy.
  cp -R "$(fetched "github.com/grafana/mimir@$mimir_version")" mimir
  chmod -R u+w mimir
  say "building mimirtool (minutes)"
  (cd mimir && GOWORK=off GOFLAGS=-mod=mod go build -o "$target/mimirtool" ./cmd/mimirtool)
}

[ $# -gt 0 ] || set -- operator grafana mimirtool
for each in "$@"; do
  case $each in
    operator | grafana | mimirtool) "$each"; say "$each is in $target" ;;
    *) fail "'$each' is none of operator, grafana, mimirtool" ;;
  esac
done
