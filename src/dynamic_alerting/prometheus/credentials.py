"""How a client shows who it is: a bearer token in a file, or a user and password in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


class TokenError(Exception):
    """The file of the bearer token cannot be used; the text says why."""


class BearerTokenFile(httpx2.Auth):
    """Sends the content of a file as bearer token; read at every request, because tokens are rotated."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Adds the header.

        Raises:
            TokenError: the file cannot be read, or holds no token.
        """
        request.headers["Authorization"] = f"Bearer {self._token()}"
        yield request

    def _token(self) -> str:
        try:
            token = self._file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise TokenError(f"the bearer token in {self._file} cannot be read: {error}") from error
        if not token or any(character.isspace() for character in token):
            raise TokenError(f"{self._file} holds no bearer token: it must be one word")
        return token


def split_credentials(url: httpx2.URL) -> tuple[httpx2.URL, httpx2.BasicAuth | None]:
    """Take user and password out of an address, so that no message can show them."""
    if not url.userinfo:
        return url, None
    return url.copy_with(userinfo=b""), httpx2.BasicAuth(url.username, url.password)
