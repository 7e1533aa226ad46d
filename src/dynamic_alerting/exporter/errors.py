"""The one JSON shape of every error that the exporter answers, after Prometheus' own HTTP API."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_TYPES = {
    400: "bad_data",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    429: "too_many_requests",
    503: "unavailable",
}

NO_STORE = {"Cache-Control": "no-store"}


def success(data: Any) -> JSONResponse:  # noqa: ANN401 - anything that JSON can say
    """An answer with data."""
    return JSONResponse({"status": "success", "data": data}, headers=NO_STORE)


def failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error: what is wrong, and what to do instead."""
    kind = _TYPES.get(status, "internal" if status >= 500 else "bad_request")  # noqa: PLR2004 - HTTP's classes
    body = {"status": "error", "errorType": kind, "error": message}
    return JSONResponse(body, status, {**NO_STORE, **(headers or {})})


def refuse_unknown_parameters(request: Request, known: frozenset[str] = frozenset()) -> None:
    """Refuses a query parameter that the endpoint does not have, or that is given twice.

    Raises:
        HTTPException: 400.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in known:
            offer = f" It takes: {', '.join(sorted(known))}." if known else " It takes none."
            raise HTTPException(400, f"{request.url.path} has no query parameter {name!r}.{offer}")
        if names.count(name) > 1:
            raise HTTPException(400, f"The query parameter {name!r} is given {names.count(name)} times.")


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Turns every HTTP error, the router's 404 and 405 included, into the one shape."""
    if not isinstance(error, HTTPException):
        return failure(500, "The exporter failed to answer; its log says why.")
    headers = dict(error.headers or {})
    if error.status_code == 404 and error.detail == "Not Found":  # noqa: PLR2004 - the router's own wording
        return failure(404, f"There is no page {request.url.path}. See / for those that exist.", headers)
    if error.status_code == 405:  # noqa: PLR2004 - HTTP's number
        # The router names them in no order.
        methods = ", ".join(sorted(headers["Allow"].split(", ")))
        sentence = f"{request.url.path} does not answer {request.method}, only {methods}."
        return failure(405, sentence, {"Allow": methods})
    return failure(error.status_code, error.detail, headers)
