"""One GET of a JSON document, and the errors that the two clients share."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import httpx2

from dynamic_alerting.prometheus.credentials import BearerTokenFile, TokenError, split_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

DEFAULT_TIMEOUT_S = 10.0


class ApiError(Exception):
    """A server could not be asked, or its answer could not be used.

    Attributes:
        url: the address that was asked.
        advice: what to do about it.
    """

    def __init__(self, url: str, problem: str, advice: str) -> None:
        super().__init__(f"{url}: {problem}. {advice}")
        self.url = url
        self.advice = advice


class UnreachableError(ApiError):
    """Nothing answered at the address within the timeout."""


class RefusedError(ApiError):
    """The server answered that it will not: a bad query, no permission, not ready."""


class AnswerError(ApiError):
    """The answer is not what the API documents."""


class JsonApi:
    """A server whose answers are JSON documents under one base address.

    Args:
        base_url: such as ``http://127.0.0.1:9090``; a path prefix is kept. A user and password in it are sent
            as basic authentication, and shown nowhere.
        timeout_s: seconds for connecting, and for each wait for the answer.
        program: how the server is called in errors.
        bearer_token_file: holds a token to send; it is read at every request.
    """

    def __init__(
        self,
        base_url: str,
        *,
        program: str,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        bearer_token_file: Path | None = None,
    ) -> None:
        self._program = program
        try:
            url, basic = split_credentials(httpx2.URL(base_url))
        except httpx2.InvalidURL as error:
            raise ApiError(base_url, str(error), "Write it as http://host:port") from error
        self.base_url = str(url).rstrip("/")
        if not url.host:
            raise ApiError(self.base_url, "names no host", "Write it as http://host:port")
        # A proxy from the environment cannot reach this machine's loopback.
        self._http = httpx2.Client(
            timeout=timeout_s,
            trust_env=not _is_loopback(url.host),
            auth=BearerTokenFile(bearer_token_file) if bearer_token_file is not None else basic,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open between requests."""
        self._http.close()

    def get(self, path: str, params: Mapping[str, str | list[str]] | None = None) -> httpx2.Response:
        """Ask for one path, whatever the status of the answer.

        Raises:
            UnreachableError: nothing answered, or the bearer token cannot be read.
        """
        url = self.base_url + path
        try:
            return self._http.get(url, params=params)
        except TokenError as error:
            raise UnreachableError(url, str(error), "Write the token into this file") from error
        except httpx2.HTTPError as error:
            problem = str(error) or type(error).__name__
            advice = f"Is {self._program} running there? Check the address and that it is ready"
            raise UnreachableError(url, problem, advice) from error

    def json(self, path: str, params: Mapping[str, str | list[str]] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask for one path and parse the JSON of a 2xx answer.

        Raises:
            UnreachableError: nothing answered.
            RefusedError: the status is not 2xx.
            AnswerError: the body is not JSON.
        """
        response = self.get(path, params)
        url = self.base_url + path  # the question may have thousands of characters
        if not response.is_success:
            raise RefusedError(url, _refusal(response), self._advice(response))
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            advice = f"Is this address really {self._program}'s?"
            raise AnswerError(url, f"the answer is not JSON ({error})", advice) from error

    def _advice(self, response: httpx2.Response) -> str:
        if response.is_redirect:
            return "Redirects are not followed: give the address that answers"
        if response.status_code in {401, 403}:
            return "Give credentials that it accepts: http://user:password@host, or a bearer token"
        return f"See the log of {self._program}"

    def is_ready(self) -> bool:
        """Whether ``/-/ready`` answers 200; False too when nothing answers."""
        try:
            return self.get("/-/ready").is_success
        except UnreachableError:
            return False


def parse_time(text: str) -> datetime:
    """Parse RFC 3339 with any number of fractional digits.

    Raises:
        ValueError: the text is not a time with a zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return instant


def _refusal(response: httpx2.Response) -> str:
    if response.is_redirect:
        return f"answered {response.status_code}, a redirect to {response.headers.get('location', 'nowhere')}"
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return f"answered {response.status_code}: {response.text.strip()[:200]}"
    if isinstance(body, dict) and "error" in body:
        return f"answered {response.status_code}: {body.get('errorType', 'error')}: {body['error']}"
    return f"answered {response.status_code}: {str(body)[:200]}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
