"""Targets of requests: a path, or the whole address, which HTTP/1.1 lets clients send to any server."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_AUTHORITY = re.compile(r"https?://[^/]*", re.IGNORECASE)


class WholeAddresses:
    """Takes requests for ``http://host/path`` as those for ``/path``.

    Args:
        app: Answers them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "http" and (authority := _AUTHORITY.match(scope["path"])):
            scope = {**scope, "path": scope["path"][authority.end() :] or "/"}
        await self._app(scope, receive, send)
