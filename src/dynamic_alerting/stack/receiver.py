"""Where Alertmanager's notifications go: a journal of who was told what, and HTTP to read it.

``python -m dynamic_alerting.stack.receiver --listen 127.0.0.1:9094 --journal notifications.jsonl``
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


class Journal:
    """Notifications in the order in which they came, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entries: list[dict[str, Any]]) -> None:
        """Write entries down before the sender is told that they were received."""
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)

    def read(self, receiver: str | None = None) -> list[dict[str, Any]]:
        """Every entry, or those of one receiver, oldest first."""
        if not self._path.exists():
            return []
        lines = self._path.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if receiver in {None, entry["receiver"]}]


def entries_of(receiver: str, body: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    """Turn one webhook call into journal entries, one per alert.

    The body's format: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
    """
    return [
        {
            "at": at.isoformat(),
            "receiver": receiver,
            "status": alert["status"],
            "alertname": alert["labels"]["alertname"],
            "severity": alert["labels"].get("severity"),
            "tenant": alert["labels"].get("tenant"),
            "summary": alert["annotations"].get("summary"),
            "description": alert["annotations"].get("description"),
            "starts_at": alert["startsAt"],
            "labels": alert["labels"],
        }
        for alert in body["alerts"]
    ]


def application(journal: Journal) -> Starlette:
    """The HTTP side of a journal."""

    async def notify(request: Request) -> Response:
        try:
            entries = entries_of(request.path_params["receiver"], await request.json(), datetime.now(UTC))
        except (ValueError, KeyError, TypeError) as error:
            return PlainTextResponse(f"not an Alertmanager webhook: {error!r}", status_code=400)
        journal.append(entries)
        return Response(status_code=204)

    async def notifications(request: Request) -> Response:
        return JSONResponse(journal.read(request.query_params.get("tenant")))

    async def health(_: Request) -> Response:
        return PlainTextResponse("healthy\n")

    return Starlette(
        routes=[
            Route("/notify/{receiver}", notify, methods=["POST"]),
            Route("/notifications", notifications),
            Route("/health", health),
        ]
    )


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--journal", required=True, type=Path, metavar="FILE")
    arguments = parser.parse_args()
    host, _, port = arguments.listen.rpartition(":")
    arguments.journal.parent.mkdir(parents=True, exist_ok=True)
    uvicorn.run(application(Journal(arguments.journal)), host=host, port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
