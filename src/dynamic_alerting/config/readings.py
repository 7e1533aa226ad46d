"""Reading the files of one generation."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.sources import FileUnreadable, read_bytes

if TYPE_CHECKING:
    from dynamic_alerting.config.sources import Listing, Signature

# The coarsest clock of a file system (FAT: two seconds). A file that was written this shortly before it was
# read can be written again without getting a new signature.
_SETTLED_AFTER: Final = 2_000_000_000  # nanoseconds


@dataclass(frozen=True, slots=True)
class Reading:
    """One file's content, or why there is none.

    Attributes:
        data: the content.
        problem: why there is none.
        signature: what the file had when it was read.
        is_settled: whether an equal signature proves an equal content.
    """

    data: bytes | None
    problem: str
    signature: Signature | None
    is_settled: bool

    @property
    def ends_a_line(self) -> bool:
        """Whether the content ends with a line break."""
        return self.data is not None and self.data.endswith((b"\n", b"\r"))

    @property
    def digest(self) -> str:
        """The sha256 of the content; empty where there is none."""
        return "" if self.data is None else hashlib.sha256(self.data).hexdigest()


def read_listed(name: str, listing: Listing) -> Reading | None:
    """Read one file; None where it went away since it was listed."""
    if name in listing.problems:
        return Reading(None, listing.problems[name], None, is_settled=False)
    now = time.time_ns()
    try:
        data, signature = read_bytes(listing.path(name))
    except FileNotFoundError:
        return None
    except FileUnreadable as error:
        return Reading(None, str(error), listing.signatures[name], is_settled=False)
    age = now - max(signature.modified, signature.changed)
    return Reading(data, "", signature, is_settled=age > _SETTLED_AFTER)
