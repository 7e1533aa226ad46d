"""A second attempt at what a busy machine may have spoiled: visible in the summary, and the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tests.outages.summary import AGAIN
from tests.outages.world import DisturbedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Found = TypeVar("Found")


def twice(
    attempt: Callable[[Path], Found], directory: Path, record_property: Callable[[str, object], None]
) -> Found:
    """Return what an attempt returns; try a second time, and say so, if a busy machine spoiled it.

    Args:
        attempt: Takes an empty directory of its own.
        directory: Where those are made.
        record_property: pytest's; the summary prints what it is told.
    """
    for name in ("first", "second"):
        (directory / name).mkdir()
    try:
        return attempt(directory / "first")
    except DisturbedError as error:
        record_property(AGAIN, str(error))
        print(f"tried again: {error}")  # noqa: T201 - pytest shows it beside a failure of the second attempt
    return attempt(directory / "second")
