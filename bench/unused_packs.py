"""What packs cost that nobody uses: their evaluation against that of one pack with 100 populated tenants.

One real Prometheus evaluates the rules of all packs. Two real threshold-exporters serve 100 tenants; a small
HTTP server serves complete source data of one pack for all of them, two servers each, on the good side of
every default, so nothing fires: a firing alert costs far more, and would flatter the ratio.

    .venv/bin/python -m bench.unused_packs
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Thread

import click
import yaml

from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Example, Pack
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.process import Child, end_all, spawn

ROOT = Path(__file__).parents[1]
LIMIT = 0.15
EVALUATION_S, SNAPSHOT_S, SCRAPE_S = 5, 20, 10  # as shipped: a snapshot in every fourth cycle of 15 s
POPULATED_S = 420  # a rate reaches its height when its window of 5 minutes is full
EXPORTER = [sys.executable, "-P", "-c", "from dynamic_alerting.exporter.main import main; main()"]
PER_SECOND = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Cost:
    """Medians over cycles.

    Attributes:
        used: milliseconds of evaluation per cycle of the one pack that has data.
        unused: the same of all other packs together.
        thresholds: series of ``user_threshold`` from both exporters.
        firing: alerts that fired while it was measured.
    """

    used: float
    unused: float
    thresholds: int
    firing: int

    @property
    def ratio(self) -> float:
        """The unused packs' share of the used one's evaluation."""
        return self.unused / self.used


def source_text(pack: Pack, tenants: int, elapsed: float) -> str:
    """Return what the exporters of every tenant's two servers serve after ``elapsed`` seconds."""
    lines = []
    for name, value in _quiet_series(pack).items():
        number = _value(value, elapsed)
        metric, _, labels = name.partition("{")
        given = labels.rstrip("}")
        for tenant in range(tenants):
            for server in ("a", "b"):
                own = f'tenant="t{tenant:03}",instance="{server}{tenant:03}"'
                lines.append(f"{metric}{{{own}{',' if given else ''}{given}}} {number:g}\n")
    return "".join(lines)


def _quiet_series(pack: Pack) -> dict[str, float | str]:
    """Merge the quiet sides of all examples: each source metric once, with a value that fires nothing."""
    examples: list[Example] = []
    for threshold in pack.thresholds:
        examples += [threshold.example, *threshold.more_examples]
    merged: dict[str, float | str] = {}
    for example in examples:
        for name, value in example.quiet.items():
            if isinstance(value, int | float) or "/" in value:
                merged.setdefault(name, value)
    return merged


def _value(value: float | str, elapsed: float) -> float:
    if isinstance(value, str):
        rate, _, unit = value.partition("/")
        return float(rate) / PER_SECOND[unit.strip()] * elapsed
    return value


@contextmanager
def source_server(pack: Pack, tenants: int) -> Iterator[int]:
    """Serve the source data, and yield the port."""
    started = time.monotonic() - 3600  # counters have grown for an hour

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = source_text(pack, tenants, time.monotonic() - started).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing for each scrape."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_tenants(conf_d: Path, tenants: int, packs: list[str] | None) -> None:
    """Write every tenant's file; without ``packs`` each is served the defaults of all packs."""
    for number in range(tenants):
        name = f"t{number:03}"
        own = {"_packs": packs} if packs else {}
        (conf_d / f"{name}.yaml").write_text(yaml.safe_dump({"tenants": {name: own}}), encoding="utf-8")


def prometheus_config(rules: list[Path], source: int, exporters: list[int]) -> str:
    """Return prometheus.yml: every job scraped, every pack evaluated."""
    jobs = {"sources": [source], "thresholds": exporters}
    return yaml.safe_dump(
        {
            "global": {
                "scrape_interval": f"{SCRAPE_S}s",
                "scrape_timeout": f"{SCRAPE_S}s",
                "evaluation_interval": f"{EVALUATION_S}s",
            },
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [
                {
                    "job_name": job,
                    "honor_labels": job == "sources",
                    "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}],
                }
                for job, ports in jobs.items()
            ],
        }
    )


def copied_rules(directory: Path) -> list[Path]:
    """Copy all packs' rules with the snapshot's interval in proportion to that of the evaluation."""
    copies = []
    for path in sorted((ROOT / "rule-packs").glob("*/rules.yaml")):
        text = path.read_text(encoding="utf-8").replace("interval: 1m", f"interval: {SNAPSHOT_S}s")
        copies.append(directory / f"{path.parent.name}.yaml")
        copies[-1].write_text(text, encoding="utf-8")
    return copies


def measure(prometheus: Prometheus, used: str, cycles: int) -> Cost:
    """Sample every group once per cycle."""
    seen: dict[str, list[float]] = {}
    shares: dict[str, float] = {}
    firing = 0
    for _ in range(cycles):
        time.sleep(EVALUATION_S)
        for group in prometheus.rules():
            seen.setdefault(group.name, []).append(group.evaluation_s * 1000)
            shares[group.name] = EVALUATION_S / group.interval_s
        firing = max(firing, len([each for each in prometheus.alerts() if each.state == "firing"]))
    cost = {name: statistics.median(values) * shares[name] for name, values in seen.items()}
    mine = sum(value for name, value in cost.items() if _pack_of(name) == used)
    thresholds = prometheus.instant("count(user_threshold)")
    return Cost(mine, sum(cost.values()) - mine, int(thresholds[0].value), firing)


def _pack_of(group: str) -> str:
    return group.removesuffix("-snapshot")


def require_populated(prometheus: Prometheus, pack: Pack, tenants: int) -> None:
    """Wait until every signal of the pack is there for every tenant.

    Raises:
        click.ClickException: After that time one of them still is not.
    """
    missing: dict[str, int] = {}

    def complete() -> bool:
        missing.clear()
        for signal in pack.recorded():
            found = prometheus.instant(f"count(count by (tenant) ({selector(signal.record, [])}))")
            if (count := int(found[0].value) if found else 0) < tenants:
                missing[signal.record] = count
        return not missing

    _until(complete, POPULATED_S, lambda: f"not populated: {missing}")


def _until(look: Callable[[], bool], seconds: float, complaint: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise click.ClickException(complaint())
        time.sleep(1)


def _ready(prometheus: Prometheus) -> bool:
    try:
        return prometheus.is_ready() and bool(prometheus.rules())
    except ConnectionError:  # not listening yet
        return False


def _free_port() -> int:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def run(program: str, used: str, tenants: int, cycles: int) -> tuple[Cost, Cost]:
    """Return the cost with ``_packs``, and without it, when every tenant is served every pack's defaults."""
    pack = next(each for each in load_packs(ROOT / "rule-packs") if each.pack == used)
    children: list[Child] = []
    with tempfile.TemporaryDirectory() as scratch, source_server(pack, tenants) as source:
        directory = Path(scratch)
        conf_d, rules = directory / "conf.d", directory / "rules"
        conf_d.mkdir()
        rules.mkdir()
        shutil.copy(ROOT / "conf.d" / "_defaults.yaml", conf_d)
        write_tenants(conf_d, tenants, [used])
        ports = [_free_port() for _ in range(3)]
        try:
            for port in ports[:2]:
                command = [*EXPORTER, f"--config-dir={conf_d}", f"--web.listen-address=127.0.0.1:{port}"]
                children.append(spawn(f"exporter-{port}", command, log=directory / f"exporter-{port}.log"))
            config = directory / "prometheus.yml"
            config.write_text(prometheus_config(copied_rules(rules), source, ports[:2]), encoding="utf-8")
            listen = f"--web.listen-address=127.0.0.1:{ports[2]}"
            store = f"--storage.tsdb.path={directory / 'tsdb'}"
            command = [program, f"--config.file={config}", store, listen]
            children.append(spawn("prometheus", command, log=directory / "prometheus.log"))
            with Prometheus(f"http://127.0.0.1:{ports[2]}") as prometheus:
                _until(lambda: _ready(prometheus), 60, lambda: "Prometheus does not answer")
                require_populated(prometheus, pack, tenants)
                declared = measure(prometheus, used, cycles)
                write_tenants(conf_d, tenants, None)
                time.sleep(3 * SCRAPE_S)
                return declared, measure(prometheus, used, cycles)
        finally:
            end_all([child.identity for child in children])
            for child in children:
                child.popen.wait()


@click.command()
@click.option("--tenants", default=100, show_default=True)
@click.option("--cycles", default=12, show_default=True, help="Evaluations that medians are taken of.")
@click.option("--used", default="mariadb", show_default=True, help="The pack that every tenant has data of.")
@click.option("--prometheus", "program", default="prometheus", show_default=True, help="The program to run.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text")
def main(tenants: int, cycles: int, used: str, program: str, output: str) -> None:
    """Measure, print, and exit 1 if unused packs cost 15 % of the used one or more."""
    found = shutil.which(program)
    if found is None:
        raise click.ClickException(f"{program} is no program here; `make setup` installs prometheus")
    declared, undeclared = run(found, used, tenants, cycles)
    if output == "json":
        both = {"declared": declared.__dict__, "undeclared": undeclared.__dict__, "ratio": declared.ratio}
        click.echo(json.dumps(both, indent=2))
    else:
        click.echo(
            f"{tenants} tenants with complete data of {used}; medians of {cycles} cycles, ms per cycle"
        )
        for words, cost in ((f"_packs: [{used}]", declared), ("without _packs", undeclared)):
            click.echo(
                f"  {words:<20} {used} {cost.used:8.1f}   all other packs {cost.unused:8.1f}   "
                f"ratio {cost.ratio:6.1%}   {cost.thresholds} threshold series, {cost.firing} firing"
            )
    if declared.ratio >= LIMIT or declared.firing:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
