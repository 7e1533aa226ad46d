"""The configuration files of Prometheus and Alertmanager for one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.loading import PackError, load_packs
from dynamic_alerting.routing.inhibition import inhibit_rules
from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.settings import local

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.packs.pack import Pack
    from dynamic_alerting.stack.settings import Settings

PLATFORM_RECEIVER = "platform"


def prometheus_config(settings: Settings) -> str:
    """prometheus.yml: every program is scraped, a tenant's carry its name in the label ``tenant``.

    https://prometheus.io/docs/prometheus/latest/configuration/configuration/
    """
    replicas = range(1, settings.replicas + 1)
    exporters = [_address(settings.threshold_exporter_port(replica)) for replica in replicas]
    databases = [
        {"targets": [_address(settings.mysqld_exporter_port(tenant))], "labels": {"tenant": tenant}}
        for tenant in settings.tenants
    ]
    interval = f"{settings.interval_s}s"
    return _dump(
        {
            "global": {
                "scrape_interval": interval,
                "scrape_timeout": interval,
                "evaluation_interval": interval,
            },
            # Each by name: Prometheus allows a pattern in a path's last part only.
            "rule_files": [str(path) for path in sorted(settings.rule_packs.glob("*/rules.yaml"))],
            "alerting": {
                "alertmanagers": [_static([{"targets": [_address(settings.alertmanager_port)]}])],
            },
            "scrape_configs": [
                {"job_name": "prometheus", **_static([{"targets": [_address(settings.prometheus_port)]}])},
                {
                    "job_name": "alertmanager",
                    **_static([{"targets": [_address(settings.alertmanager_port)]}]),
                },
                {"job_name": "threshold-exporter", **_static([{"targets": exporters}])},
                {"job_name": "mariadb", **_static(databases)},
            ],
        }
    )


def alertmanager_config(settings: Settings) -> str:
    """alertmanager.yml: each tenant has its receiver; what fires as critical is not told as warning too.

    https://prometheus.io/docs/alerting/latest/configuration/

    Raises:
        StackError: the platform has packs of its own, and one of them is wrong.
    """
    receivers = (*settings.tenants, PLATFORM_RECEIVER)
    return _dump(
        {
            "route": {
                "receiver": PLATFORM_RECEIVER,
                "group_by": ["tenant", "alertname"],
                # Short for watching; a production Alertmanager waits longer to send fewer messages.
                "group_wait": "1s",
                "group_interval": "2s",
                "repeat_interval": "4h",
                "routes": [
                    {"matchers": [f'tenant="{tenant}"'], "receiver": tenant} for tenant in settings.tenants
                ],
            },
            "inhibit_rules": inhibit_rules(_packs(settings)),
            "receivers": [
                {
                    "name": name,
                    "webhook_configs": [
                        {"url": local(settings.receiver_port, f"/notify/{name}"), "send_resolved": True}
                    ],
                }
                for name in receivers
            ],
        }
    )


def _packs(settings: Settings) -> list[Pack]:
    """The packs whose rules are loaded; where there are only rule files, those that ship with the program."""
    own: Path | None = getattr(settings, "rule_packs", None)
    if own is None or not any(own.glob("*/pack.yaml")):
        return load_packs(rule_packs_directory())
    try:
        return load_packs(own)
    except PackError as error:
        raise StackError(f"a pack of {own} is wrong, so its inhibition is not known:\n{error}") from error


def _address(port: int) -> str:
    return f"127.0.0.1:{port}"


def _static(groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {"static_configs": groups}


def _dump(config: dict[str, Any]) -> str:
    return yaml.safe_dump(config, sort_keys=False)
