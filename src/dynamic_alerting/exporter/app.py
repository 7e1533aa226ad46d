"""The HTTP endpoints."""

from collections.abc import Callable
from concurrent.futures import Future

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from dynamic_alerting.exporter.api import InstantError, config_json, finding_view, parse_instant
from dynamic_alerting.exporter.errors import (
    NO_STORE,
    answer_http_error,
    refuse_unknown_parameters,
    success,
)
from dynamic_alerting.exporter.lifecycle import METHODS, Lifecycle
from dynamic_alerting.exporter.own_metrics import ProcessMetrics
from dynamic_alerting.exporter.page import HEADERS, render_page
from dynamic_alerting.exporter.reloader import utc_now
from dynamic_alerting.exporter.scrape import answer_scrape
from dynamic_alerting.exporter.served import Served
from dynamic_alerting.exporter.snapshot import Snapshot
from dynamic_alerting.exporter.targets import WholeAddresses


class Endpoints:
    """Answers requests from what is served at that moment.

    Args:
        served: Gives what is served now. Each request asks once, so it sees one generation.
        process: What every scrape renders anew.
    """

    def __init__(self, served: Callable[[], Served], process: ProcessMetrics) -> None:
        self._served = served
        self._process = process

    async def metrics(self, request: Request) -> Response:
        """The exposition for Prometheus."""
        refuse_unknown_parameters(request)
        return answer_scrape(request, self._served(), self._process)

    async def health(self, request: Request) -> Response:
        """The process is alive."""
        refuse_unknown_parameters(request)
        return success({"healthy": True})

    async def ready(self, request: Request) -> Response:
        """Thresholds are served."""
        refuse_unknown_parameters(request)
        snapshot = _loaded(self._served())
        return success({"ready": True, "tenants": len(snapshot.tenants), "sha256": snapshot.loaded.sha256})

    async def config(self, request: Request) -> Response:
        """Every value in force with its origin, of all tenants or one, now or at an instant."""
        refuse_unknown_parameters(request, frozenset({"tenant", "at"}))
        served = self._served()
        snapshot = _loaded(served)
        at_text = request.query_params.get("at")
        try:
            at = utc_now() if at_text is None else parse_instant(at_text)
        except InstantError as error:
            raise HTTPException(400, f"at: {error}") from error
        tenants = snapshot.loaded.configuration.tenants
        name = request.query_params.get("tenant")
        if name is not None:
            known = snapshot.tenants.get(name)
            if known is None:
                raise HTTPException(404, f"No tenant {name!r} is configured.")
            tenants = (known.tenant,)
        pieces = config_json(snapshot, tenants, at, served.packs)
        return StreamingResponse(pieces, media_type="application/json", headers=NO_STORE)

    async def findings(self, request: Request) -> Response:
        """Everything that is wrong with the files."""
        refuse_unknown_parameters(request)
        served = self._served()
        if served.snapshot is None and served.waiting is not None and served.waiting.sha256:
            # What stands in the way of a first configuration can be read here as well.
            sha256, findings = served.waiting.sha256, served.waiting.findings
        else:
            snapshot = _loaded(served)
            sha256, findings = snapshot.loaded.sha256, snapshot.findings
        return success({"sha256": sha256, "findings": [finding_view(one) for one in findings]})

    async def page(self, request: Request) -> Response:
        """The page for people."""
        refuse_unknown_parameters(request)
        return HTMLResponse(render_page(self._served(), utc_now()), headers=HEADERS)


def build_app(
    served: Callable[[], Served],
    reload: Callable[[], Future[Served]] | None = None,
    process: ProcessMetrics | None = None,
) -> Starlette:
    """The ASGI application over whatever is served at the moment of a request.

    Args:
        served: Gives what is served now.
        reload: What /-/reload does; None for refusing it.
        process: What every scrape renders anew; None for what a process has without a server.
    """
    endpoints = Endpoints(served, process or ProcessMetrics())
    app = Starlette(
        routes=[
            Route("/metrics", endpoints.metrics),
            Route("/health", endpoints.health),
            Route("/-/healthy", endpoints.health),
            Route("/ready", endpoints.ready),
            Route("/-/ready", endpoints.ready),
            Route("/-/reload", Lifecycle(reload).reload, methods=METHODS),
            Route("/api/v1/config", endpoints.config),
            Route("/api/v1/findings", endpoints.findings),
            Route("/", endpoints.page),
        ],
        exception_handlers={HTTPException: answer_http_error, Exception: answer_http_error},
    )
    app.router.redirect_slashes = False
    app.add_middleware(WholeAddresses)
    return app


def _loaded(served: Served) -> Snapshot:
    if served.snapshot is None:
        reason = served.waiting.reason if served.waiting else "the first load has not ended yet"
        raise HTTPException(503, f"No configuration is served: {reason}")
    return served.snapshot
