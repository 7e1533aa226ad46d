"""The HTTP API of Alertmanager (``/api/v2``), as far as the tools need it.

Documented by its OpenAPI file, api/v2/openapi.yaml in the repository prometheus/alertmanager.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dynamic_alerting.prometheus.http import DEFAULT_TIMEOUT_S, AnswerError, JsonApi, parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RoutedAlert:
    """An alert as Alertmanager holds it.

    Attributes:
        state: active (notified of), suppressed (inhibited or silenced), unprocessed (just came in).
        inhibited_by: fingerprints of the alerts that keep its notification back.
        silenced_by: ids of the silences that do.
        receivers: names of the receivers it is routed to.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    state: Literal["active", "suppressed", "unprocessed"]
    inhibited_by: tuple[str, ...]
    silenced_by: tuple[str, ...]
    receivers: tuple[str, ...]
    fingerprint: str
    starts_at: datetime
    ends_at: datetime

    @property
    def name(self) -> str:
        """The ``alertname`` label."""
        return self.labels["alertname"]


@dataclass(frozen=True, slots=True)
class AlertmanagerStatus:
    """Version, start time and the configuration that is in force."""

    version: str
    started_at: datetime
    cluster: str
    configuration: str


class Alertmanager(JsonApi):
    """An Alertmanager server.

    Every method raises UnreachableError, RefusedError or AnswerError of ``prometheus.http``.
    """

    def __init__(self, base_url: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        super().__init__(base_url, program="Alertmanager", timeout_s=timeout_s)

    def alerts(self, matchers: Sequence[str] = ()) -> tuple[RoutedAlert, ...]:
        """The alerts that have not ended; ``matchers`` such as ``tenant="db-a"`` narrow them down."""
        answer = self.json("/api/v2/alerts", {"filter": list(matchers)})
        if not isinstance(answer, list):
            raise self._unusable("/api/v2/alerts", "no list")
        try:
            return tuple(_alert(entry) for entry in answer)
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v2/alerts", error) from error

    def status(self) -> AlertmanagerStatus:
        """What this Alertmanager is and which configuration it uses."""
        answer = self.json("/api/v2/status")
        try:
            return AlertmanagerStatus(
                version=answer["versionInfo"]["version"],
                started_at=parse_time(answer["uptime"]),
                cluster=answer["cluster"]["status"],
                configuration=answer["config"]["original"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v2/status", error) from error

    def _unusable(self, path: str, why: object) -> AnswerError:
        problem = f"an answer that the API does not document ({why!r})"
        return AnswerError(self.base_url + path, problem, "Is this address really an Alertmanager?")


def _alert(entry: dict[str, Any]) -> RoutedAlert:
    return RoutedAlert(
        labels=entry["labels"],
        annotations=entry["annotations"],
        state=entry["status"]["state"],
        inhibited_by=tuple(entry["status"]["inhibitedBy"]),
        silenced_by=tuple(entry["status"]["silencedBy"]),
        receivers=tuple(receiver["name"] for receiver in entry["receivers"]),
        fingerprint=entry["fingerprint"],
        starts_at=parse_time(entry["startsAt"]),
        ends_at=parse_time(entry["endsAt"]),
    )
