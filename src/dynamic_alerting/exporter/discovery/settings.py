"""How and how often Prometheus is asked."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class UrlError(ValueError):
    """The text is not the address of a Prometheus; the message says what to write."""


@dataclass(frozen=True, slots=True)
class DiscoverySettings:
    """What the flags say about discovery.

    Attributes:
        url: Where Prometheus is, checked by check_url; None for no discovery.
        bearer_token_file: Holds a token to send.
        interval: Seconds between two rounds.
        timeout: Seconds to wait for an answer.
        retention: Seconds for which a label set stays, at least, after its last sample.
        startup_wait: Seconds for which the first thresholds wait, at most, for patterns to be expanded.
    """

    url: str | None = None
    bearer_token_file: Path | None = None
    interval: float = 30.0
    timeout: float = 10.0
    retention: float = 600.0
    startup_wait: float = 60.0


def check_url(text: str) -> str:
    """Returns an address that can be asked; whether somebody answers there is seen later.

    Raises:
        UrlError: It is not http(s)://host[:port][/path]. The message shows no password.
    """
    advice = "is not an address such as http://prometheus:9090"
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise UrlError(f"what is given {advice}: {error}.") from error
    shown = text.rpartition("@")[2]
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UrlError(f"{shown!r} {advice}.")
    if parts.query or parts.fragment:
        raise UrlError(f"{shown!r} {advice}: leave out what follows the path.")
    return text
