"""The web configuration file as it is at the moment of a request or a connection.

What cannot be read is never replaced by something weaker: a request is then answered 500, and a handshake
refused.
"""

import logging
import ssl
from pathlib import Path

from dynamic_alerting.exporter.logs import log_event
from dynamic_alerting.exporter.web_config.contexts import build_context, refusing_context
from dynamic_alerting.exporter.web_config.errors import WebConfigError
from dynamic_alerting.exporter.web_config.handshakes import ServerContext
from dynamic_alerting.exporter.web_config.material import Material, read_material
from dynamic_alerting.exporter.web_config.passwords import is_hash
from dynamic_alerting.exporter.web_config.reading import read_small_file
from dynamic_alerting.exporter.web_config.settings import WebConfig, parse_web_config
from dynamic_alerting.exporter.web_config.tls_settings import TlsSettings


class WebConfigFile:
    """Reads the file, and everything that it names, again and again.

    Args:
        path: The file.

    Raises:
        WebConfigError: It cannot be used as it is now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: bytes | None = None
        self._config = WebConfig()
        self._tls: tuple[TlsSettings, Material, ServerContext] | None = None
        self._problems: dict[str, str | None] = {}
        self.at_start = self._read()
        _check_users(self.at_start, path)
        if self.at_start.tls is not None:
            self._context_for(self.at_start.tls)
        self._tell("web configuration read", self.at_start)

    @property
    def is_tls(self) -> bool:
        """Whether the server speaks TLS: decided at the start, as in the toolkit."""
        return self.at_start.tls is not None

    def for_request(self) -> WebConfig | None:
        """What applies to a request; None if the file cannot be used, which is logged."""
        try:
            config = self._read()
        except WebConfigError as error:
            self._note("requests are answered 500", str(error))
            return None
        self._note("requests are answered 500", None)
        return config

    def for_connection(self) -> ssl.SSLContext:
        """What applies to a TLS connection; if that cannot be had, what refuses it."""
        try:
            context = self._context_for(self._required_tls())
        except WebConfigError as error:
            self._note("TLS connections are refused", str(error))
            return refusing_context()
        self._note("TLS connections are refused", None)
        return context

    def _read(self) -> WebConfig:
        content = read_small_file(self._path, "The web configuration file")
        if content != self._content:
            self._config = parse_web_config(content, self._path)
            if self._content is not None:
                self._tell("web configuration read again", self._config)
            self._content = content
        return self._config

    def _required_tls(self) -> TlsSettings:
        tls = self._read().tls
        if tls is None:
            raise WebConfigError(f"{self._path} no longer switches TLS on; start again to serve plain HTTP.")
        return tls

    def _context_for(self, tls: TlsSettings) -> ServerContext:
        """The context for these settings and what their files hold now."""
        try:
            material = read_material(tls)
            # Never used twice where clients are verified: a session could be resumed without looking again.
            if (
                tls.client_auth is ssl.CERT_NONE
                and self._tls is not None
                and self._tls[:2] == (tls, material)
            ):
                return self._tls[2]
            context = build_context(tls, material)
        except WebConfigError as error:
            raise WebConfigError(f"{self._path}: {error}") from error
        self._tls = tls, material, context
        return context

    def _tell(self, event: str, config: WebConfig) -> None:
        """Logs what a new content of the file means, and what in it has no effect."""
        log_event(logging.INFO, event, file=str(self._path), tls=self.is_tls, users=len(config.users))
        if config.tls is not None and not self.is_tls:
            log_event(logging.ERROR, "tls_server_config has no effect before a new start: HTTP is plain")
        if config.ignored_tls:
            log_event(logging.WARNING, "tls_server_config has no effect: it names no certificate")
        if config.http2:
            log_event(logging.INFO, "http2: true has no effect, HTTP/1.1 is served")
        for user in _without_hash(config):
            log_event(logging.ERROR, "a user cannot log in: the password is not a bcrypt hash", user=user)

    def _note(self, consequence: str, problem: str | None) -> None:
        """Logs a problem once, and its end."""
        if problem == self._problems.get(consequence):
            return
        self._problems[consequence] = problem
        if problem is None:
            log_event(logging.INFO, "the web configuration is usable again", file=str(self._path))
        else:
            log_event(logging.ERROR, f"the web configuration is not usable, {consequence}", reason=problem)


def _without_hash(config: WebConfig) -> list[str]:
    return [user.decode() for user, hashed in config.users.items() if not is_hash(hashed)]


def _check_users(config: WebConfig, path: Path) -> None:
    for user in _without_hash(config):
        advice = f"make one with 'htpasswd -nB {user}'"
        raise WebConfigError(f"{path}: The password of user {user!r} is not a bcrypt hash; {advice}.")
