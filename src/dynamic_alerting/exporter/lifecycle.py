"""`/-/reload`: the load that SIGHUP makes happen, answered when it is done."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dynamic_alerting.exporter.errors import refuse_unknown_parameters, success
from dynamic_alerting.exporter.served import Served

#: Findings that an answer names; the rest is counted, and served at /api/v1/findings.
_NAMED = 10

#: Only these methods reload, as in Prometheus.
METHODS = ("POST", "PUT")


class Lifecycle:
    """Reloading over HTTP.

    Args:
        reload: Makes a load happen; None if --web.enable-lifecycle is not given.
    """

    def __init__(self, reload: Callable[[], Future[Served]] | None) -> None:
        self._reload = reload

    async def reload(self, request: Request) -> Response:
        """Loads everything again and says what came of it: 200, or 500 with what is wrong."""
        refuse_unknown_parameters(request)
        if self._reload is None:
            raise HTTPException(403, "The lifecycle API is not enabled; start with --web.enable-lifecycle.")
        served = await asyncio.wrap_future(self._reload())
        snapshot = served.snapshot
        if served.waiting is not None:
            raise HTTPException(500, f"No configuration is served: {served.waiting.reason}")
        if served.health.unreadable is not None or snapshot is None:
            raise HTTPException(500, f"The configuration cannot be loaded: {served.health.unreadable}")
        if not served.health.successful:
            raise HTTPException(500, _what_is_wrong(served))
        findings = Counter(str(finding.severity) for finding in snapshot.findings)
        return success(
            {"sha256": snapshot.loaded.sha256, "tenants": len(snapshot.tenants), "findings": findings}
        )


def _what_is_wrong(served: Served) -> str:
    """The rejected files, and the first errors with their places."""
    if served.snapshot is None:
        return "Nothing is served."
    snapshot = served.snapshot
    rejected = [status.name for status in snapshot.loaded.files if not status.accepted]
    errors = [str(finding) for finding in snapshot.findings if finding.severity == "error"]
    lines = [f"Rejected, and served as they last were: {', '.join(rejected)}.", *errors[:_NAMED]]
    if len(errors) > _NAMED:
        lines.append(f"{len(errors) - _NAMED} more errors: /api/v1/findings")
    return "\n".join(lines)
