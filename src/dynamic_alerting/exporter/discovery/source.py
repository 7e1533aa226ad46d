"""What discovery asks, whoever answers."""

from collections.abc import Mapping
from typing import Protocol

from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.model.thresholds import Labels


class AskError(Exception):
    """There is no usable answer; the text says whom was asked, why, and what to do.

    Attributes:
        is_unreachable: Nobody answered at all, so that there is no use in asking for more.
    """

    def __init__(self, message: str, *, is_unreachable: bool) -> None:
        super().__init__(message)
        self.is_unreachable = is_unreachable


class Source(Protocol):
    """Knows the label sets of signals."""

    def label_sets(self, keys: OpenKeys) -> Mapping[str, frozenset[Labels]]:
        """The label sets of a key's signal, by tenant.

        Raises:
            AskError: There is no usable answer.
        """
