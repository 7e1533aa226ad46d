"""Which exposition format and encoding a scraper prefers, by RFC 9110 content negotiation."""

from collections.abc import Iterator
from enum import Enum

_TEXT_VERSION = "0.0.4"
_OPENMETRICS_VERSION = "1.0.0"


class Format(Enum):
    """An exposition format; the value is its Content-Type.

    Prometheus 3 refuses a scrape whose Content-Type it does not know, so these are spelled exactly as
    Prometheus' own client library spells them.
    """

    TEXT = f"text/plain; version={_TEXT_VERSION}; charset=utf-8"
    OPENMETRICS = f"application/openmetrics-text; version={_OPENMETRICS_VERSION}; charset=utf-8"


def choose_format(accept: str) -> Format:
    """The format with the highest quality in an Accept header; text when nothing matches.

    Text is also the answer to a header that excludes both formats: a scraper with an odd header is served
    better by a readable body than by 406.
    """
    openmetrics, text = 0.0, 0.0
    for name, parameters in _elements(accept):
        quality = _quality(parameters)
        if name == "application/openmetrics-text" and parameters.get("version") in {
            None,
            _OPENMETRICS_VERSION,
        }:
            openmetrics = max(openmetrics, quality)
        elif name in {"text/plain", "text/*", "*/*"} and parameters.get("version") in {None, _TEXT_VERSION}:
            text = max(text, quality)
    return Format.OPENMETRICS if openmetrics > 0 and openmetrics >= text else Format.TEXT


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip may be used: named with a quality above 0, or covered by ``*``."""
    qualities = {name: _quality(parameters) for name, parameters in _elements(accept_encoding)}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


def _elements(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    for element in header.split(","):
        name, *pairs = (part.strip() for part in element.split(";"))
        if name:
            parameters = (pair.partition("=") for pair in pairs)
            yield (
                name.lower(),
                {key.strip().lower(): value.strip().strip('"') for key, _, value in parameters},
            )


def _quality(parameters: dict[str, str]) -> float:
    """The q parameter, 1 if absent; what is not a number from 0 to 1 counts as not wanted."""
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
