"""From a saved file to a notification: how long a changed threshold takes through the real stack.

The platform is that of ``make up``, with a MariaDB server for each tenant. Connections are held open all the
time; a tenant's threshold is lowered below them, and raised again once its alert was notified of.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import yaml

from bench.changing import ALERT, KEY, QUIET, TenantFile, until
from bench.hops import Change
from bench.measuring import ROOT
from dynamic_alerting.prometheus.alertmanager import Alertmanager
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.load import hold_connections
from dynamic_alerting.stack.mariadb import client_file
from dynamic_alerting.stack.observations import Observer
from dynamic_alerting.stack.platform import Platform
from dynamic_alerting.stack.ports import free_base
from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.server_configs import alertmanager_config
from dynamic_alerting.stack.settings import MAX_PER_KIND, Settings, local

CONNECTIONS = 60
"""Held on each server: between the two values that a tenant's threshold has in turn."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Changes, and the intervals that they had to wait for.

    Attributes:
        scrape_s: seconds between scrapes.
        evaluation_s: seconds between evaluations of the alert's group.
        for_s: how long the alert's condition has to hold.
        group_wait: how long Alertmanager waits for more alerts of a group, as configured.
        exporters: how many serve the thresholds; the alert sees the highest value that one of them serves.
        versions: of the programs of others.
        changes: in the order in which they were notified of.
    """

    scrape_s: float
    evaluation_s: float
    for_s: float
    group_wait: str
    exporters: int
    versions: dict[str, str]
    changes: list[Change]


def measure_latency(
    *,
    starts: int,
    rounds: int,
    rule_packs: Path = ROOT / "rule-packs",
    tenants: int = MAX_PER_KIND,
    interval_s: int = 2,
    report: Callable[[str], None] = lambda _: None,
) -> Latency:
    """Measures ``starts`` · ``rounds`` · ``tenants`` changes.

    Args:
        starts: how often the platform is started. Prometheus chooses when within the interval it scrapes each
            target and evaluates each group, by their names and addresses, and stays with that.
        rounds: changes of each tenant's file in each start.
        rule_packs: whose rules Prometheus evaluates.
        tenants: each with a database, and a file of its own that is changed independently of the others.
        interval_s: between scrapes, and between evaluations.
        report: told of each thing that was done.

    Raises:
        StackError: a program did not start, or a change did not arrive.
    """
    names = tuple(f"db-{'abcd'[number]}" for number in range(tenants))
    taken: list[Latency] = []
    with tempfile.TemporaryDirectory(prefix="bench-latency-") as scratch:
        conf_d = Path(scratch) / "conf.d"
        _write_tenants(conf_d, names)
        for start in range(1, starts + 1):
            settings = Settings(
                Path(scratch) / f"start-{start}",
                conf_d,
                rule_packs,
                port_base=free_base(),
                interval_s=interval_s,
                tenants=names,
            )
            report(f"start {start} of {starts} of the platform")
            taken.append(_one_start(settings, rounds, report))
    return replace(taken[0], changes=[change for one in taken for change in one.changes])


def _one_start(settings: Settings, rounds: int, report: Callable[[str], None]) -> Latency:
    with Platform(settings, Programs.find(), report), ExitStack() as held:
        for name in settings.tenants:
            held.enter_context(hold_connections(client_file(settings, name, "load"), CONNECTIONS))
        with Observer(settings) as observer:
            until(
                lambda: all((observer.connections(name) or 0) >= CONNECTIONS for name in settings.tenants),
                "the held connections are not scraped",
                Event(),
            )
        changes = _in_parallel(settings, rounds, report)
        return _result(settings, sorted(changes, key=lambda change: change.notified))


def _write_tenants(conf_d: Path, names: tuple[str, ...]) -> None:
    conf_d.mkdir()
    for name in names:
        own = {"_packs": ["mariadb"], KEY: QUIET}
        text = yaml.safe_dump({"tenants": {name: own}}, sort_keys=False)
        (conf_d / f"{name}.yaml").write_text(text, encoding="utf-8")


def _in_parallel(settings: Settings, rounds: int, report: Callable[[str], None]) -> list[Change]:
    ended = Event()
    files = [TenantFile(settings, name, ended) for name in settings.tenants]
    with ThreadPoolExecutor(len(files)) as pool:
        futures = [pool.submit(file.changes, rounds, report) for file in files]
        try:
            return [change for future in futures for change in future.result()]
        finally:
            ended.set()


def _result(settings: Settings, changes: list[Change]) -> Latency:
    route = yaml.safe_load(alertmanager_config(settings))["route"]
    with Prometheus(local(settings.prometheus_port)) as prometheus:
        rules = [(group, rule) for group in prometheus.rules() for rule in group.rules if rule.name == ALERT]
        version: str = prometheus.json("/api/v1/status/buildinfo")["data"]["version"]
    with Alertmanager(local(settings.alertmanager_port)) as alertmanager:
        versions = {"Prometheus": version, "Alertmanager": alertmanager.status().version}
    group, rule = rules[0]
    return Latency(
        scrape_s=settings.interval_s,
        evaluation_s=group.interval_s,
        for_s=rule.for_s or 0,
        group_wait=route["group_wait"],
        exporters=settings.replicas,
        versions=versions,
        changes=changes,
    )
