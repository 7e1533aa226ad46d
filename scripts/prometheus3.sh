#!/usr/bin/env bash
# Builds a current Prometheus and promtool from source through Go and installs them beside Debian's as
# prometheus3 and promtool3. Takes minutes and about 3 GB of Go's caches, so `make test` does without.
#   scripts/prometheus3.sh                   into /usr/local/bin
#   scripts/prometheus3.sh ~/bin             into another directory
#   PROMETHEUS_VERSION=v0.315.0 scripts/prometheus3.sh
# v0.315.0 is 3.15.0: the version of Prometheus as a Go module.
set -euo pipefail

version=${PROMETHEUS_VERSION:-v0.315.0}
target=${1:-/usr/local/bin}
module=github.com/prometheus/prometheus

fail() { printf 'prometheus3: %s\n' "$*" >&2; exit 2; }

command -v go >/dev/null || fail "go was not found; install Go 1.25 or later from https://go.dev/dl/"
mkdir -p "$target"
[ -w "$target" ] || fail "$target is not writable; name another directory, or run as root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# `go install $module/cmd/promtool@version` refuses a go.mod with replace directives, so the module's own
# directory is built, as a writable copy of what Go's cache holds.
printf 'prometheus3: fetching %s %s\n' "$module" "$version" >&2
source=$(cd "$work" && GOWORK=off GOFLAGS=-mod=mod go mod download -json "$module@$version" |
  sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
[ -n "$source" ] || fail "go mod download named no directory for $module@$version"
cp -R "$source" "$work/prometheus"
chmod -R u+w "$work/prometheus"

printf 'prometheus3: building prometheus and promtool (minutes)\n' >&2
cd "$work/prometheus"
release=$(cat VERSION)
GOWORK=off GOFLAGS=-mod=mod go build -o "$work/bin/" \
  -ldflags "-X github.com/prometheus/common/version.Version=$release" ./cmd/prometheus ./cmd/promtool
install -m 0755 "$work/bin/prometheus" "$target/prometheus3"
install -m 0755 "$work/bin/promtool" "$target/promtool3"
"$target/promtool3" --version | head -n 1
