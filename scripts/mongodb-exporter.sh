#!/usr/bin/env bash
# Builds Percona's mongodb_exporter from source through Go, for tests/packs_real/mongodb. What its own tests
# recorded from a MongoDB 4.2.8 is put beside it. Takes minutes, so `make test` does without.
#   scripts/mongodb-exporter.sh             into .state/mongodb, where the test looks
#   scripts/mongodb-exporter.sh DIRECTORY   into another one; give it to the test as DA_MONGODB_EXPORTER
set -euo pipefail

version=${MONGODB_EXPORTER_VERSION:-v0.43.1}
module=github.com/percona/mongodb_exporter

fail() { printf 'mongodb-exporter: %s\n' "$*" >&2; exit 2; }

command -v go >/dev/null || fail "go was not found; install Go 1.25 or later from https://go.dev/dl/"
target=${1:-$(dirname "$0")/../.state/mongodb}
mkdir -p "$target"
target=$(cd "$target" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

printf 'mongodb-exporter: fetching %s %s\n' "$module" "$version" >&2
source=$(go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
[ -n "$source" ] || fail "go mod download named no directory for $module@$version"
cp -R "$source" exporter
chmod -R u+w exporter

printf 'mongodb-exporter: building (minutes)\n' >&2
(cd exporter && go build -ldflags "-X main.version=$version" -o "$target/mongodb_exporter" .)
install -m 0644 exporter/exporter/testdata/get_diagnostic_data.json "$target/"
"$target/mongodb_exporter" --version
