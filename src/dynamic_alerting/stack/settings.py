"""What a platform on one machine is made with: directories, ports, tenants, speed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

DEFAULT_PORT_BASE = 19090
MAX_PORT_BASE = 65_000
MAX_PER_KIND = 4
"""The block of ports has room for this many tenants and this many exporter replicas."""

# Offsets chosen so that with the default base the last digits are the usual ones: 9090, 9093, 9104.
PROMETHEUS, ALERTMANAGER, RECEIVER, THRESHOLD_EXPORTER, MYSQLD_EXPORTER, MARIADB = 0, 3, 4, 10, 14, 18


@dataclass(frozen=True, slots=True)
class Settings:
    """One platform. A relative path is taken from the directory in which the settings are made.

    Attributes:
        state_dir: everything that the platform writes is under this directory.
        config_source: the conf.d directory; it is copied, and only the copy is served and edited.
        rule_packs: the directory whose ``*/rules.yaml`` Prometheus loads.
        port_base: the first of a block of 22 ports on 127.0.0.1.
        interval_s: seconds between scrapes, and between evaluations of the rules.
        tenants: each gets a MariaDB server and a mysqld_exporter.
        replicas: how many threshold-exporters serve the same configuration.
        keep_history: keep metrics, alerts and notifications of an earlier run in this directory.
    """

    state_dir: Path
    config_source: Path
    rule_packs: Path
    port_base: int = DEFAULT_PORT_BASE
    interval_s: int = 2
    tenants: tuple[str, ...] = ("db-a", "db-b")
    replicas: int = 2
    keep_history: bool = True

    def __post_init__(self) -> None:
        for name in ("state_dir", "config_source", "rule_packs"):
            # Programs run in directories of their own, where a relative path would mean another place.
            object.__setattr__(self, name, getattr(self, name).absolute())
        if not 1 <= self.port_base <= MAX_PORT_BASE:
            raise ValueError(f"port base {self.port_base}: give a number from 1 to {MAX_PORT_BASE}")
        if max(len(self.tenants), self.replicas) > MAX_PER_KIND:
            raise ValueError(f"at most {MAX_PER_KIND} tenants and {MAX_PER_KIND} replicas fit the ports")

    @property
    def config_dir(self) -> Path:
        """The copy of conf.d that the exporters serve."""
        return self.state_dir / "conf.d"

    @property
    def logs(self) -> Path:
        """One log per program."""
        return self.state_dir / "logs"

    @property
    def journal(self) -> Path:
        """What the receiver was notified of, one JSON object a line."""
        return self.state_dir / "receiver" / "notifications.jsonl"

    @property
    def prometheus_port(self) -> int:
        """Prometheus."""
        return self.port_base + PROMETHEUS

    @property
    def alertmanager_port(self) -> int:
        """Alertmanager."""
        return self.port_base + ALERTMANAGER

    @property
    def receiver_port(self) -> int:
        """The receiver of notifications."""
        return self.port_base + RECEIVER

    def threshold_exporter_port(self, replica: int) -> int:
        """One threshold-exporter; replicas count from 1."""
        return self.port_base + THRESHOLD_EXPORTER + replica - 1

    def mysqld_exporter_port(self, tenant: str) -> int:
        """The mysqld_exporter of one tenant."""
        return self.port_base + MYSQLD_EXPORTER + self.tenants.index(tenant)

    def mariadb_port(self, tenant: str) -> int:
        """The MariaDB server of one tenant."""
        return self.port_base + MARIADB + self.tenants.index(tenant)

    def mariadb_dir(self, tenant: str) -> Path:
        """Data and credentials of one tenant's MariaDB server."""
        return self.state_dir / "mariadb" / tenant

    def to_json(self) -> str:
        """Write all settings as one JSON object."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Read what ``to_json`` wrote."""
        values = json.loads(text)
        for name in ("state_dir", "config_source", "rule_packs"):
            values[name] = Path(values[name])
        values["tenants"] = tuple(values["tenants"])
        return cls(**values)


def local(port: int, path: str = "") -> str:
    """The address of a program of ours."""
    return f"http://127.0.0.1:{port}{path}"
