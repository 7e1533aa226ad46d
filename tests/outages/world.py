"""Prometheus servers at four intervals that lose their threshold-exporters, each with a twin that does not.

Everything is real but the databases: all packs' rules, two exporters for the servers and two for their twins.
The clock of all is ten times as fast; what that means is said in accelerated.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml
from tests.outages.accelerated import accelerated
from tests.outages.comparison import PULSE, Differences, differences
from tests.outages.scenes import Phase, Scene, expected
from tests.outages.servers import FACTOR, Exporter, Labels, Page, Server, start_all, stop_all

from dynamic_alerting.stack.ports import free_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

ROOT = Path(__file__).parents[2]
INTERVALS_S = (10, 15, 30, 60)
"""Of scrapes and evaluations, on the clock of the rules."""
LONGEST_FOR_S = 30
SERVED = "count without (job, instance) (user_threshold)"
PATIENCE_S = 45
READY_S = 60


class DisturbedError(AssertionError):
    """The machine was too busy to tell right from wrong."""


@dataclass
class Pair:
    """A server and its twin."""

    interval_s: int
    lost: Server
    twin: Server
    watched: bool = True
    before: dict[Labels, float] = field(default_factory=dict)
    active: dict[Labels, Any] = field(default_factory=dict)

    @property
    def both(self) -> tuple[Server, ...]:
        return (self.lost, self.twin) if self.watched else (self.lost,)


class World:
    """Four pairs, four exporters and one page of signals.

    Args:
        directory: An empty directory.
        program: The Prometheus.
        scenes: Who there is.
        timeout: Of the scrapes of exporters, as a part of the interval.
        twins: Whether there are twins.
        rules: The directory of the packs.
    """

    def __init__(
        self,
        directory: Path,
        program: str,
        scenes: Sequence[Scene],
        *,
        timeout: float = 1,
        twins: bool = True,
        rules: Path = ROOT / "rule-packs",
    ) -> None:
        self.scenes = scenes
        self.page = Page()
        self.since = 0.0
        base = free_base()
        names = ("a", "b", "twin-a", "twin-b")
        self._exporters = [
            Exporter(name, directory / name, base + number) for number, name in enumerate(names)
        ]
        self.lost, self.kept = self._exporters[:2], self._exporters[2:]
        self._running = self._exporters if twins else self.lost
        paths = _write_rules(rules, directory / "rules")
        self.pairs = []
        for number, interval_s in enumerate(INTERVALS_S):
            name, port = f"every-{interval_s}-s", base + len(names) + 2 * number
            real_s = interval_s / FACTOR
            lost = Server(name, program, directory / name, port, real_s, real_s * timeout)
            lost.write_config(paths, self.page, self.lost)
            name = f"{name}-twin"
            twin = Server(name, program, directory / name, port + 1, real_s, real_s * timeout)
            twin.write_config(paths, self.page, self.kept)
            self.pairs.append(Pair(interval_s, lost, twin, twins))
        for each in self._exporters:
            _write_tenants(each.config, scenes)

    @property
    def servers(self) -> list[Server]:
        return [each for pair in self.pairs for each in pair.both]

    def __enter__(self) -> Self:
        self.turn(Phase.BEFORE)
        try:
            for exporter in self._running:
                exporter.start()
            self.until(lambda: all(each.is_ready() for each in self._running), READY_S)
            start_all(self.servers)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        stop_all(self.servers)
        for server in self.servers:
            server.close()
        for exporter in self._exporters:
            exporter.kill()
        self.page.close()

    def turn(self, phase: Phase) -> None:
        """Let all databases have the values of a phase."""
        self.page.text = self.text(phase)

    def text(self, phase: Phase) -> str:
        """Write what all databases serve in a phase."""
        return "\n".join(line for scene in self.scenes for line in scene.page(phase)) + "\n"

    def write(self, exporters: Iterable[Exporter], role: str, value: str) -> None:
        """Write another threshold for the tenants of a role into the configuration of some exporters.

        Args:
            exporters: Whose configuration it is.
            role: The role's name.
            value: ``own``, ``beyond`` or ``disable``.
        """
        for scene in self.of_role(role):
            document = scene.file
            document["tenants"][scene.tenant][scene.key] = getattr(scene, value, value)
            for each in exporters:
                replace_yaml(each.config / f"{scene.tenant}.yaml", document)

    def of_role(self, role: str) -> list[Scene]:
        return [scene for scene in self.scenes if scene.role.name == role]

    def settle(self) -> None:
        """Wait until everything is as it should be before an outage, and remember it."""
        self._until_right(Phase.BEFORE, self.servers, READY_S)
        self.until(lambda: all(_all_kept(pair) for pair in self.pairs), READY_S)
        self.since = time.time()
        self.remember()

    def remember(self) -> None:
        """Remember what applies now, to compare it with what applies later."""
        for pair in self.pairs:
            pair.before = pair.lost.thresholds()
            pair.active = started(pair.lost)

    def until_lost(self) -> None:
        self.until(lambda: not any(pair.lost.sees_an_exporter() for pair in self.pairs))

    def until_shown(self, phase: Phase) -> None:
        """Wait until the twins show what a phase should bring, and the others do or have had time to."""
        self._until_right(phase, [pair.twin for pair in self.pairs])
        deadline = time.monotonic() + 2 * max(INTERVALS_S) / FACTOR
        while self.wrong(phase, self.servers) and time.monotonic() < deadline:
            time.sleep(0.2)

    def until(self, look: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
        deadline = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {seen!r}"
            time.sleep(0.1)
        return seen

    def _until_right(self, phase: Phase, servers: Sequence[Server], seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while wrong := self.wrong(phase, servers):
            if time.monotonic() > deadline:
                raise DisturbedError("\n".join(wrong))
            time.sleep(0.2)

    def wrong(self, phase: Phase, servers: Iterable[Server]) -> list[str]:
        """Say which servers do not show what a phase brings; the scenes' own alerts are looked at."""
        wanted = expected(self.scenes, phase)
        own = {(scene.alert, scene.tenant) for scene in self.scenes}
        return [
            f"{each.name}: wrong {sorted(firing - wanted)}, missing {sorted(wanted - firing)}"
            for each in servers
            if (firing := each.firing() & own) != wanted
        ]

    def differences(self, pair: Pair) -> Differences:
        return differences(pair.lost, pair.twin, self.since)


def started(server: Server) -> dict[Labels, Any]:
    """Since when each of a server's alerts has been active."""
    alerts = server.client.alerts()
    return {frozenset(each.labels.items()): each.active_at for each in alerts if each.state == "firing"}


def _all_kept(pair: Pair) -> bool:
    """Whether a server and its twin have recorded every threshold that they are served."""
    served = len(pair.lost.client.instant(SERVED))
    return served > 0 and all(len(each.thresholds()) == served for each in pair.both)


def _write_rules(packs: Path, directory: Path) -> list[Path]:
    directory.mkdir()
    written = []
    for source in sorted(packs.glob("*/rules.yaml")):
        document = accelerated(yaml.safe_load(source.read_text()), FACTOR, longest_for_s=LONGEST_FOR_S)
        pack = source.parent.name
        group = next(each for each in document["groups"] if each["name"] == pack)
        group["rules"].append({"record": PULSE, "expr": "vector(1)", "labels": {"pack": pack}})
        written.append(directory / f"{pack}.yaml")
        replace_yaml(written[-1], document)
    return written


def _write_tenants(directory: Path, scenes: Iterable[Scene]) -> None:
    directory.mkdir(parents=True)
    for scene in scenes:
        replace_yaml(directory / f"{scene.tenant}.yaml", scene.file)


def replace_yaml(path: Path, document: Any) -> None:
    """Write a file at one stroke: nobody reads half of it."""
    new = path.with_suffix(".new")
    new.write_text(yaml.safe_dump(document, sort_keys=False))
    new.replace(path)
