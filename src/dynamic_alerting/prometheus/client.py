"""The HTTP API of Prometheus (``/api/v1``), as far as the tools need it.

Documented at https://prometheus.io/docs/prometheus/latest/querying/api/.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dynamic_alerting.prometheus.http import DEFAULT_TIMEOUT_S, AnswerError, JsonApi, parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series at one instant (Unix seconds)."""

    labels: Mapping[str, str]
    value: float
    timestamp: float


@dataclass(frozen=True, slots=True)
class Series:
    """One series over time: ``points`` are (Unix seconds, value), oldest first."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that is pending or firing now; an inactive one is not listed by Prometheus."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    state: Literal["pending", "firing"]
    active_at: datetime
    value: float

    @property
    def name(self) -> str:
        """The ``alertname`` label."""
        return self.labels["alertname"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A loaded rule. ``state`` is inactive, pending or firing for an alert, None for a record."""

    name: str
    kind: Literal["alerting", "recording"]
    query: str
    labels: Mapping[str, str]
    health: str
    last_error: str
    evaluation_s: float
    state: str | None
    for_s: float | None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """A rule group: its rules are evaluated in order, every ``interval_s`` seconds."""

    name: str
    file: str
    interval_s: float
    evaluation_s: float
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A scrape target. ``health`` is up, down or unknown; ``last_error`` is empty when up."""

    labels: Mapping[str, str]
    scrape_pool: str
    scrape_url: str
    health: str
    last_error: str


class Prometheus(JsonApi):
    """A Prometheus server, or anything that serves the same API.

    Every method raises UnreachableError, RefusedError or AnswerError of ``prometheus.http``.

    Args:
        base_url: such as ``http://127.0.0.1:9090``.
        timeout_s: seconds for connecting, and for each wait for the answer.
        bearer_token_file: holds a token to send.
        must_be_complete: refuse an answer that a store or a remote Prometheus had no part in, as whoever
            looks for what is missing has to.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        bearer_token_file: Path | None = None,
        must_be_complete: bool = False,
    ) -> None:
        super().__init__(
            base_url, program="Prometheus", timeout_s=timeout_s, bearer_token_file=bearer_token_file
        )
        self._must_be_complete = must_be_complete
        self._warned: frozenset[str] = frozenset()  # by the last answer

    def instant(self, query: str, at: datetime | None = None) -> tuple[Sample, ...]:
        """Evaluate a query at one instant (now, if none is given); a scalar has no labels."""
        params = {"query": query}
        if at is not None:
            params["time"] = repr(at.timestamp())
        data = self._data("/api/v1/query", params)
        try:
            return _vector(data)
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v1/query", error) from error

    def range(self, query: str, start: datetime, end: datetime, step: timedelta) -> tuple[Series, ...]:
        """Evaluate a query from ``start`` to ``end`` (both included) every ``step``."""
        params = {
            "query": query,
            "start": repr(start.timestamp()),
            "end": repr(end.timestamp()),
            "step": repr(step.total_seconds()),
        }
        data = self._data("/api/v1/query_range", params)
        try:
            return _matrix(data)
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v1/query_range", error) from error

    def series(self, match: str, start: datetime, end: datetime) -> tuple[Mapping[str, str], ...]:
        """The labels of every series that a selector matches and that had a sample from ``start`` to ``end``.

        It reads the index only. What ended shortly before ``start`` may be there too.
        """
        times = {"start": repr(start.timestamp()), "end": repr(end.timestamp())}
        data = self._data("/api/v1/series", {"match[]": [match], **times})
        try:
            return tuple(_labels(entry) for entry in data)
        except TypeError as error:
            raise self._unusable("/api/v1/series", error) from error

    def alerts(self) -> tuple[Alert, ...]:
        """Every alert that is pending or firing."""
        data = self._data("/api/v1/alerts")
        try:
            return tuple(_alert(entry) for entry in data["alerts"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v1/alerts", error) from error

    def rules(self) -> tuple[RuleGroup, ...]:
        """Every loaded rule group, in file and group order."""
        data = self._data("/api/v1/rules")
        try:
            return tuple(_group(entry) for entry in data["groups"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v1/rules", error) from error

    def targets(self) -> tuple[Target, ...]:
        """Every active scrape target."""
        data = self._data("/api/v1/targets", {"state": "active"})
        try:
            return tuple(_target(entry) for entry in data["activeTargets"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("/api/v1/targets", error) from error

    def _data(self, path: str, params: Mapping[str, str | list[str]] | None = None) -> Any:  # noqa: ANN401 - JSON
        answer = self.json(path, params)
        if not isinstance(answer, dict) or "data" not in answer:
            raise self._unusable(path, "no `data` in the answer")
        warnings = answer.get("warnings") or []
        if self._must_be_complete and (warnings or answer.get("isPartial")):
            why = f": {warnings[0]}" if warnings else ""
            problem = f"the answer may be incomplete{why}"
            raise AnswerError(self.base_url + path, problem, f"See the log of {self._program}")
        said, self._warned = self._warned, frozenset(map(str, warnings))
        for warning in sorted(self._warned - said):
            logger.warning("%s%s: %s", self.base_url, path, warning)
        return answer["data"]

    def _unusable(self, path: str, why: object) -> AnswerError:
        problem = f"an answer that the API does not document ({why!r})"
        return AnswerError(self.base_url + path, problem, "Is this address really a Prometheus?")


def _vector(data: dict[str, Any]) -> tuple[Sample, ...]:
    if data["resultType"] == "scalar":
        return (_sample({}, data["result"]),)
    if data["resultType"] != "vector":
        raise ValueError(f"the query gives a {data['resultType']}, not an instant vector")
    return tuple(_sample(_labels(entry["metric"]), entry["value"]) for entry in data["result"])


def _labels(found: object) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise TypeError(f"{str(found)[:80]} is no set of labels")
    return found


def _matrix(data: dict[str, Any]) -> tuple[Series, ...]:
    if data["resultType"] != "matrix":
        raise ValueError(f"the query gives a {data['resultType']}, not a range")
    return tuple(
        Series(entry["metric"], tuple((float(at), float(value)) for at, value in entry["values"]))
        for entry in data["result"]
    )


def _sample(labels: Mapping[str, str], pair: tuple[float, str]) -> Sample:
    timestamp, value = pair
    return Sample(labels, float(value), float(timestamp))


def _alert(entry: dict[str, Any]) -> Alert:
    return Alert(
        labels=entry["labels"],
        annotations=entry["annotations"],
        state=entry["state"],
        active_at=parse_time(entry["activeAt"]),
        value=float(entry["value"]),
    )


def _group(entry: dict[str, Any]) -> RuleGroup:
    return RuleGroup(
        name=entry["name"],
        file=entry["file"],
        interval_s=float(entry["interval"]),
        evaluation_s=float(entry["evaluationTime"]),
        rules=tuple(_rule(rule) for rule in entry["rules"]),
    )


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        name=entry["name"],
        kind=entry["type"],
        query=entry["query"],
        labels=entry.get("labels", {}),
        health=entry["health"],
        last_error=entry.get("lastError", ""),
        evaluation_s=float(entry["evaluationTime"]),
        state=entry.get("state"),
        for_s=float(entry["duration"]) if "duration" in entry else None,
    )


def _target(entry: dict[str, Any]) -> Target:
    return Target(
        labels=entry["labels"],
        scrape_pool=entry["scrapePool"],
        scrape_url=entry["scrapeUrl"],
        health=entry["health"],
        last_error=entry["lastError"],
    )
