"""Answering a scrape from the bytes that lie ready."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dynamic_alerting.exporter.errors import NO_STORE
from dynamic_alerting.exporter.negotiation import Format, accepts_gzip, choose_format
from dynamic_alerting.exporter.own_metrics import ProcessMetrics
from dynamic_alerting.exporter.served import Served


class PartsResponse(Response):
    """A body in parts that are sent as they are: joining tens of megabytes would double them in memory."""

    def __init__(self, parts: Sequence[bytes], headers: dict[str, str], media_type: str) -> None:
        self._parts = [part for part in parts if part]
        length = sum(len(part) for part in self._parts)
        super().__init__(headers={**headers, "Content-Length": str(length), "Content-Type": media_type})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the parts; the server pauses it while the client reads slowly."""
        del receive
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        *parts, last = self._parts if scope["method"] != "HEAD" else [b""]
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": last, "more_body": False})


def answer_scrape(request: Request, served: Served, process: ProcessMetrics) -> PartsResponse:
    """The exposition in the format and encoding that the scraper prefers."""
    chosen = choose_format(",".join(request.headers.getlist("accept")))
    if chosen is Format.OPENMETRICS:
        exposition, tail = served.openmetrics, process.openmetrics()
    else:
        exposition, tail = served.text, process.text()
    headers = {"Vary": "Accept, Accept-Encoding", **NO_STORE}
    if not accepts_gzip(",".join(request.headers.getlist("accept-encoding"))):
        return PartsResponse(exposition.plain_parts(tail), headers, chosen.value)
    headers["Content-Encoding"] = "gzip"
    return PartsResponse(exposition.gzip_parts(tail), headers, chosen.value)
