"""What stands before every endpoint: the web configuration's rate limit, headers and authentication."""

import base64
import binascii
import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynamic_alerting.exporter.errors import failure
from dynamic_alerting.exporter.web_config.file import WebConfigFile
from dynamic_alerting.exporter.web_config.passwords import Passwords
from dynamic_alerting.exporter.web_config.rate_limit import Bucket
from dynamic_alerting.exporter.web_config.settings import WebConfig


class Gate:
    """Lets requests through to the application that the file, as it is at that moment, lets through.

    Args:
        app: The application.
        file: The web configuration; its rate limit is that of the start.
    """

    def __init__(self, app: ASGIApp, file: WebConfigFile) -> None:
        self._app = app
        self._file = file
        self._passwords = Passwords()
        limit = file.at_start.rate_limit
        self._bucket = Bucket(limit, time.monotonic) if limit is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        config = self._file.for_request()
        if config is None:
            await _refusal(500, "The web configuration cannot be used; the exporter's log says why.")(
                scope, receive, send
            )
            return
        if self._bucket is not None and not self._bucket.take():
            answer: ASGIApp = _refusal(429, "Too many requests: the web configuration sets a rate_limit.")
        else:
            send = _adding_headers(config, send)
            answer = self._app if await self._is_let_in(config, scope) else _unauthorized()
        await answer(scope, receive, send)

    async def _is_let_in(self, config: WebConfig, scope: Scope) -> bool:
        if not config.users:
            return True
        sent = _credentials(scope)
        return sent is not None and await self._passwords.accept(config.users, *sent)


def _refusal(status: int, message: str) -> Response:
    return failure(status, message)


def _unauthorized() -> Response:
    # Without a realm, exactly as the toolkit asks.
    return failure(401, "A user name and password are needed.", {"WWW-Authenticate": "Basic"})


def _credentials(scope: Scope) -> tuple[bytes, bytes] | None:
    """User and password of the Authorization header; None if there are none (RFC 7617)."""
    sent = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    scheme, _, encoded = sent.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).partition(b":")
    except binascii.Error:
        return None
    return (user, password) if colon else None


def _adding_headers(config: WebConfig, send: Send) -> Send:
    """Adds the configured headers to an answer, except those that it has already."""
    wanted = [(name.lower().encode(), value.encode()) for name, value in config.headers.items()]
    if not wanted:
        return send

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in wanted if pair[0] not in present]
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers
