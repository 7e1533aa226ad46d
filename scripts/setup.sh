#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks: the real servers from the distribution's packages and a
# Python environment in .venv with every version pinned. Does nothing, quickly, when all is there.
# With --for-tests also the databases and exporters that only tests start.
set -euo pipefail
cd "$(dirname "$0")/.."

# mariadbd lives in /usr/sbin, which an ordinary user's PATH lacks.
PATH="$PATH:/usr/sbin:/sbin"
log=.state/setup.log
mkdir -p .state

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

# Runs a long step with its output in the log, and shows the log's end if it fails.
quietly() {
  local what=$1 started=$SECONDS; shift
  say "$what ..."
  if ! "$@" >>"$log" 2>&1; then
    tail -n 25 "$log" >&2
    fail "$what failed; the whole output is in $log"
  fi
  say "$what: done in $((SECONDS - started)) s"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "installing packages needs root: run 'make setup' as root or install sudo"
  fi
}

# program:Debian package. Their services are not started: our stack and the tests run servers of their own.
programs=(
  prometheus:prometheus
  promtool:prometheus
  prometheus-alertmanager:prometheus-alertmanager
  amtool:prometheus-alertmanager
  prometheus-mysqld-exporter:prometheus-mysqld-exporter
  mariadbd:mariadb-server
  mariadb:mariadb-client
)
if [ "${1:-}" = --for-tests ]; then
  programs+=(
    redis-server:redis-server
    prometheus-redis-exporter:prometheus-redis-exporter
    initdb:postgresql
    prometheus-postgres-exporter:prometheus-postgres-exporter
    clickhouse-server:clickhouse-server
    prometheus-elasticsearch-exporter:prometheus-elasticsearch-exporter
    curl:curl
    openssl:openssl
  )
fi

# Debian's packages start their service when installed, unless this file says no. One that is there already is
# the machine's own policy, and stays.
policy=/usr/sbin/policy-rc.d
start_no_services() {
  [ ! -e "$policy" ] || return 0
  trap 'as_root rm -f "$policy"' EXIT
  as_root sh -c "printf '#!/bin/sh\nexit 101\n' >'$policy' && chmod 0755 '$policy'"
}

# Debian keeps PostgreSQL's server programs off the PATH.
installed() { command -v "$1" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null; }

usable_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

missing=()
for entry in "${programs[@]}"; do
  installed "${entry%%:*}" || missing+=("${entry#*:}")
done
[ -x .venv/bin/python ] || [ -n "$(usable_python)" ] || missing+=(python3 python3-venv)

if [ ${#missing[@]} -gt 0 ]; then
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
  command -v apt-get >/dev/null || fail "please install these programs, then run again: ${missing[*]}" \
    "(named as in Debian; apt-get, which would do it here, was not found)"
  say "installing Debian packages: ${missing[*]}"
  quietly "fetching package lists" as_root apt-get update
  start_no_services
  quietly "installing packages (1-2 minutes)" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"
  say "their services were not started; where systemd is to leave them alone at the next start as well:" \
    "systemctl disable NAME"
  for entry in "${programs[@]}"; do
    installed "${entry%%:*}" || fail "${entry%%:*} is still missing after installing ${entry#*:}; see $log"
  done
fi

wanted=$(cat requirements/dev.txt pyproject.toml | sha256sum)
if [ ! -x .venv/bin/da-tools ] || [ "$(cat .venv/.wanted 2>/dev/null)" != "$wanted" ]; then
  python=$(usable_python)
  [ -n "$python" ] || fail "no Python >= 3.11 with the venv module was found; install python3 and python3-venv"
  [ -x .venv/bin/python ] || quietly "creating .venv with $python" "$python" -m venv .venv
  quietly "installing pinned Python packages into .venv (up to a minute)" \
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt
  quietly "installing this checkout into .venv" \
    .venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s' "$wanted" >.venv/.wanted
fi
